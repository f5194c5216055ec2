//! `/stats`: statistics of the index.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_views::json::StatsAnswer;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;

use super::answer::{OfView, json, sent, view};

/// Answers with figures.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    params.finish()?;
    let index = app.index.dir().display().to_string();
    let work = app.work.run(&view, move |searcher| {
        json(&OfView {
            answer: StatsAnswer::new(index, &searcher.stats()?),
            citation: None,
            view: searcher.view(),
        })
    });
    work.await.map(sent)
}
