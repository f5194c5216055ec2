//! `/stats`: statistics of the index.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_views::json::StatsAnswer;

use crate::app::App;
use crate::problem::Problem;

use super::answer::{json, respond};

/// Answers with figures.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let index = app.place.name(app.options.show_paths);
    let answer = respond(
        &app,
        raw.as_deref(),
        |_, _| Ok(index),
        |cite, index, searcher| {
            let answer = StatsAnswer::new(index, &searcher.stats()?);
            json(&cite.answer(answer, searcher, [])?)
        },
    );
    answer.await
}
