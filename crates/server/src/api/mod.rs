//! The HTTP API. Its JSON is that of the command line's `--format json`.

mod answer;
mod articles;
pub(crate) mod batch;
pub(crate) mod collocates;
pub(crate) mod compare;
mod description;
pub(crate) mod dispersion;
mod export;
mod facets;
pub(crate) mod fillers;
pub(crate) mod keywords;
pub(crate) mod kwic;
pub(crate) mod reprints;
pub(crate) mod search;
pub(crate) mod sources;
mod stats;
mod suggest;
pub(crate) mod trends;
pub(crate) mod wordlist;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use timbao_views::json::VERSION;

use crate::app::App;
use crate::problem::Problem;

use self::answer::{json, sent};

/// The routes below `/api/v1`.
pub(crate) fn routes() -> Router<Arc<App>> {
    export::routes(Router::new())
        .route("/search", get(search::answer))
        .route("/articles/{*id}", get(articles::answer))
        .route("/facets", get(facets::answer))
        .route("/kwic", get(kwic::answer))
        .route("/trends", get(trends::answer))
        .route("/trends.svg", get(trends::chart))
        .route("/collocates", get(collocates::answer))
        .route("/keywords", get(keywords::answer))
        .route("/fillers", get(fillers::answer))
        .route("/wordlist", get(wordlist::answer))
        .route("/dispersion", get(dispersion::answer))
        .route("/compare", get(compare::answer))
        .route("/batch", get(batch::answer))
        .route("/reprints", get(reprints::groups))
        .route("/similar", get(reprints::similar))
        .route("/suggest", get(suggest::answer))
        .route("/stats", get(stats::answer))
        .route("/sources", get(sources::answer))
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
    let text = app.metrics.text(app.views().ok(), app.work.waiting());
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, description::OPENAPI.as_str()).into_response()
}
