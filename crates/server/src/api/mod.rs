//! The HTTP API. Its JSON is that of the command line's `--format json`.

mod articles;
pub(crate) mod collocates;
mod description;
mod export;
mod facets;
pub(crate) mod fillers;
pub(crate) mod keywords;
pub(crate) mod kwic;
pub(crate) mod search;
mod stats;
mod suggest;
pub(crate) mod trends;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use timbao_index::{Searcher, ViewId};
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::Citation;
use timbao_views::json::VERSION;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::cited;

/// The routes below `/api/v1`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/search", get(search::answer))
        .route("/search.csv", get(export::hits))
        .route("/articles/{*id}", get(articles::answer))
        .route("/facets", get(facets::answer))
        .route("/kwic", get(kwic::answer))
        .route("/kwic.csv", get(export::lines))
        .route("/trends", get(trends::answer))
        .route("/trends.csv", get(export::points))
        .route("/collocates", get(collocates::answer))
        .route("/collocates.csv", get(collocates::rows))
        .route("/keywords", get(keywords::answer))
        .route("/keywords.csv", get(keywords::rows))
        .route("/fillers", get(fillers::answer))
        .route("/fillers.csv", get(fillers::rows))
        .route("/suggest", get(suggest::answer))
        .route("/stats", get(stats::answer))
        .route("/openapi.json", get(openapi))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
}

/// The status of the server.
#[derive(Serialize)]
struct Health {
    version: u32,
    status: &'static str,
}

/// Responds to health checks.
pub(crate) async fn health() -> Result<Response, Problem> {
    let health = Health {
        version: VERSION,
        status: "ok",
    };
    json(&health).map(sent)
}

/// Metrics for Prometheus.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text(&app)).into_response()
}

async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, description::OPENAPI.as_str()).into_response()
}

/// An answer with the id of the view that it comes from.
#[derive(Serialize)]
struct OfView<T> {
    #[serde(flatten)]
    answer: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    citation: Option<Citation>,
    view: ViewId,
}

/// Whether a request asks for a citation.
struct Cite(bool);

impl Cite {
    /// Takes `cite` from the parameters of a request.
    ///
    /// # Errors
    ///
    /// If it is neither `true` nor `false`.
    fn take(params: &mut Params) -> Result<Self, Problem> {
        params.flag("cite").map(Self)
    }

    /// An answer to queries, with a citation if it was asked for.
    ///
    /// # Errors
    ///
    /// If the index is damaged.
    fn answer<'q, T>(
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
pub(crate) fn view(app: &App, params: &mut Params) -> Result<Searcher, Problem> {
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
fn json(answer: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|error| Problem::internal(error.to_string()))
}

/// Sends JSON that was written.
fn sent(json: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
