//! Answers: their view, their citation and their JSON.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::Citation;
use timbao_views::ViewId;

use crate::app::App;
use crate::cursor::Cursor;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::site::requested;
use crate::view::View;

use super::description::is_parameter;

/// An answer with the id of the view that it comes from.
#[derive(Serialize)]
pub(super) struct OfView<T> {
    #[serde(flatten)]
    pub(super) answer: T,
    /// The cursor of the next rows, or `None` after the last; absent from answers without a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) citation: Option<Citation>,
    pub(super) view: ViewId,
}

/// The parts of an answer that do not depend on its kind.
pub(super) struct Cite {
    /// Whether the request wants a citation.
    is_cited: bool,
    /// The fingerprint of the request.
    of: u32,
    /// The address of the request.
    link: String,
    /// The rows of the list up to the end of this answer, and whether there are more.
    listed: Option<(usize, bool)>,
}

impl Cite {
    /// Takes `cite` from the parameters of a request.
    ///
    /// # Errors
    ///
    /// If it is neither `true` nor `false`.
    fn take(params: &mut Params) -> Result<Self, Problem> {
        Ok(Self {
            of: params.fingerprint(),
            is_cited: params.flag("cite")?,
            link: requested().link,
            listed: None,
        })
    }

    /// The same for an answer with a part of a list: its rows up to `end`, after which there may be
    /// more.
    pub(super) fn list(mut self, end: usize, has_more: bool) -> Self {
        self.listed = Some((end, has_more));
        self
    }

    /// A response to queries, with a citation if requested.
    ///
    /// # Errors
    ///
    /// If the index is damaged.
    pub(super) fn answer<'q, T>(
        &self,
        answer: T,
        searcher: &View,
        queries: impl IntoIterator<Item = (&'q Request, &'q Plan)>,
    ) -> Result<OfView<T>, Problem> {
        let view = searcher.view();
        let next = self.listed.map(|(offset, has_more)| {
            let cursor = Cursor {
                view,
                offset,
                of: self.of,
            };
            has_more.then(|| cursor.to_string())
        });
        let citation = match self.is_cited {
            true => Some(searcher.cite(queries)?.with_link(self.link.clone())),
            false => None,
        };
        Ok(OfView {
            answer,
            next,
            citation,
            view,
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
    answer: impl FnOnce(Cite, R, &View) -> Result<Vec<u8>, Problem> + Send + 'static,
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
    answer: impl FnOnce(R, View) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let mut params = Params::new(raw);
    let view = params.view(app.views()?)?;
    let request = take(&mut params, &app.options.limits);
    let request = request.map_err(|problem| params.misspelt(is_parameter).unwrap_or(problem))?;
    params.finish()?;
    let work = app
        .work
        .run(&view, move |searcher| answer(request, searcher));
    work.await
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

/// Removes the rows of a list before an offset.
pub(super) fn skip<T>(rows: &mut Vec<T>, offset: usize) {
    rows.drain(..offset.min(rows.len()));
}
