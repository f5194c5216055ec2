//! `/facets`: all hits, counted by their metadata.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_query::plan::Facet;
use timbao_views::FacetCounts;
use timbao_views::json::{ProblemShape, RANGE_UNIT, VERSION};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{count, facets, take};

use super::answer::{json, respond};

/// The counts of a query: a search response without its hits.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    query: &'a str,
    total: u64,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    facets: Vec<FacetCounts>,
}

/// Answers with counts; by every facet if none is named.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        let query = take(params, limits)?;
        let by = facets(params)?;
        Ok((query, by, count(params)?))
    };
    let answer = respond(
        &app,
        raw.as_deref(),
        take,
        |cite, (query, mut by, count), searcher| {
            if by.is_empty() {
                by = Facet::ALL.to_vec();
            }
            let counts = searcher.facets_of(query.plan(), &by, count)?;
            let answer = Answer {
                version: VERSION,
                query: query.text(),
                total: counts.total,
                range_unit: RANGE_UNIT,
                problems: ProblemShape::list(&query),
                facets: counts.facets,
            };
            json(&cite.answer(answer, searcher, [(&query, query.plan())])?)
        },
    );
    answer.await
}
