//! Answers: their view, their citation and their JSON.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use timbao_index::{Searcher, ViewId};
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::Citation;

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;

/// An answer with the id of the view that it comes from.
#[derive(Serialize)]
pub(super) struct OfView<T> {
    #[serde(flatten)]
    pub(super) answer: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) citation: Option<Citation>,
    pub(super) view: ViewId,
}

/// Whether a request wants a citation.
pub(super) struct Cite(bool);

impl Cite {
    /// Takes `cite` from the parameters of a request.
    ///
    /// # Errors
    ///
    /// If it is neither `true` nor `false`.
    fn take(params: &mut Params) -> Result<Self, Problem> {
        params.flag("cite").map(Self)
    }

    /// A response to queries, with a citation if requested.
    ///
    /// # Errors
    ///
    /// If the index is damaged.
    pub(super) fn answer<'q, T>(
        &self,
        answer: T,
        searcher: &Searcher,
        queries: impl IntoIterator<Item = (&'q Request, &'q Plan)>,
    ) -> Result<OfView<T>, Problem> {
        let citation = match self.0 {
            true => Some(searcher.cite(queries)?),
            false => None,
        };
        Ok(OfView {
            answer,
            citation,
            view: searcher.view(),
        })
    }
}

/// Takes a request from the parameters with `take`, and whether to cite. Sends the JSON that `answer`
/// writes of it, within the time limit, from the view that the parameters name.
///
/// # Errors
///
/// When a parameter is invalid or unknown, and when the answer fails.
pub(super) async fn respond<R: Send + 'static>(
    app: &App,
    raw: Option<&str>,
    take: impl FnOnce(&mut Params, &Limits) -> Result<R, Problem>,
    answer: impl FnOnce(Cite, R, &Searcher) -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let take =
        |params: &mut Params, limits: &Limits| Ok((Cite::take(params)?, take(params, limits)?));
    let json = run(app, raw, take, |(cite, request), searcher| {
        answer(cite, request, &searcher)
    });
    json.await.map(sent)
}

/// Takes a request from the parameters with `take`, and answers it from the view that it names,
/// within the time limit.
///
/// # Errors
///
/// When a parameter is invalid or unknown, and when the answer fails.
pub(super) async fn run<R: Send + 'static, T: Send + 'static>(
    app: &App,
    raw: Option<&str>,
    take: impl FnOnce(&mut Params, &Limits) -> Result<R, Problem>,
    answer: impl FnOnce(R, Searcher) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let mut params = Params::new(raw);
    let view = view(app, &mut params)?;
    let request = take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app
        .work
        .run(&view, move |searcher| answer(request, searcher));
    work.await
}

/// The view that a request names, or the latest.
///
/// # Errors
///
/// When the view is no longer kept, and when the index does not open.
pub(super) fn view(app: &App, params: &mut Params) -> Result<Searcher, Problem> {
    let reloader = app.reloader()?;
    match params.text("view", 64)? {
        Some(id) => {
            let id = id.parse().map_err(|_| Problem::gone())?;
            reloader.find(id).ok_or_else(Problem::gone)
        }
        None => Ok(reloader.latest()),
    }
}

/// Writes an answer.
///
/// # Errors
///
/// If serialization fails, which does not happen for plain data.
pub(super) fn json(answer: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|error| Problem::internal(error.to_string()))
}

/// Sends JSON that was written.
pub(super) fn sent(json: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
