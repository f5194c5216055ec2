//! `/suggest`: completions of the text in the search box.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_views::json::{RANGE_UNIT, VERSION};

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;

use super::answer::{OfView, json, sent, view};

/// Default and largest number of completions.
const LIMITS: (usize, usize) = (8, 20);

/// Completions of a text.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    range_unit: &'static str,
    suggestions: Vec<Completed>,
}

/// A completed text.
#[derive(Serialize)]
struct Completed {
    query: String,
    /// The position of the completed words in it.
    start: usize,
    articles: u64,
}

/// Answers with completions.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let text = params
        .text("q", app.options.limits.text)?
        .unwrap_or_default();
    let (standard, most) = LIMITS;
    let limit = params.number("limit", 1..=most, standard)?;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let completions = searcher.complete(&text, limit)?.into_iter();
        let suggestions = completions.map(|completion| Completed {
            start: completion
                .text
                .get(..completion.start)
                .map_or(0, |before| before.chars().count()),
            query: completion.text,
            articles: completion.articles,
        });
        json(&OfView {
            answer: Answer {
                version: VERSION,
                query: &text,
                range_unit: RANGE_UNIT,
                suggestions: suggestions.collect(),
            },
            citation: None,
            view: searcher.view(),
        })
    });
    work.await.map(sent)
}
