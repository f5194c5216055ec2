//! Answers: their view, their citation and their JSON.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use timbao_index::{Searcher, ViewId};
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::Citation;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::cited;

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
    pub(super) fn take(params: &mut Params) -> Result<Self, Problem> {
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
            true => Some(cited(searcher, queries)?),
            false => None,
        };
        Ok(OfView {
            answer,
            citation,
            view: searcher.view(),
        })
    }
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
