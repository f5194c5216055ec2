//! `/suggest`: completions of the text in the search box.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_query::{Accents, Filters};
use timbao_views::json::{RANGE_UNIT, VERSION};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, filters, request};

use super::answer::{OfView, json, run, sent};

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

/// A text to complete, and how it would be searched for.
struct Taken {
    text: String,
    filters: Filters,
    accents: Accents,
    /// Whether adjacent words are a phrase, as in a concordance.
    is_phrase: bool,
    limit: usize,
}

impl Taken {
    /// The plan of a completed text.
    fn plan(&self, text: &str) -> Plan {
        let request = request(text.to_owned(), &self.filters, self.accents);
        request.map_or(Plan::Nothing, |request| match self.is_phrase {
            true => request.view_plan(),
            false => request.plan().clone(),
        })
    }
}

/// Answers with completions.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let (standard, most) = LIMITS;
        let taken = Taken {
            text,
            filters: filters(params, limits)?,
            accents: accents(params)?,
            is_phrase: params.flag("phrase")?,
            limit: params.number("limit", 1..=most, standard)?,
        };
        // Invalid filters are reported.
        request(String::new(), &taken.filters, taken.accents)?;
        Ok(taken)
    };
    let answer = run(&app, raw.as_deref(), take, |taken, searcher| {
        let text = &taken.text;
        let completions = searcher.complete_as(text, taken.limit, &|text| taken.plan(text))?;
        let completions = completions.into_iter();
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
                query: text,
                range_unit: RANGE_UNIT,
                suggestions: suggestions.collect(),
            },
            next: None,
            citation: None,
            view: searcher.view(),
        })
    });
    answer.await.map(sent)
}
