//! `/batch`: the answers to several queries.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;
use timbao_query::plan::{Facet, Plan};
use timbao_query::{Filters, Request};
use timbao_views::json::{BatchEntry, HitShape, ProblemShape, RANGE_UNIT, VERSION};
use timbao_views::{Count, FacetCounts, FacetMatrix, ShownHit};
use timbao_views::{ScoredArticle, SearchOptions, Sort};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, count, filters, request, sort};
use crate::view::View;

use super::answer::{json, respond};

/// Largest number of queries.
pub(crate) const QUERIES: usize = 100;
/// Default number of hits of each query.
const LIMIT: usize = 10;

/// A request for the answers to several queries.
pub(crate) struct BatchRequest {
    pub queries: Vec<Request>,
    pub filters: Filters,
    pub what: What,
    pub sort: Sort,
    pub count: Count,
    /// Number of hits of each query.
    pub limit: usize,
    /// Number of hits of each query to skip.
    pub offset: usize,
}

/// The answer to each query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Hits,
    Totals,
    Counts(Facet),
}

/// The answer to one of the queries.
pub(crate) struct Answered {
    pub total: u64,
    pub by: Option<FacetCounts>,
    pub hits: Vec<ShownHit>,
}

/// The answers to several queries.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    range_unit: &'static str,
    queries: Vec<BatchEntry<'a>>,
}

/// Answers each query.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        BatchRequest::take(params, limits, LIMIT, limits.page)
    };
    let answer = respond(&app, raw.as_deref(), take, |cite, request, searcher| {
        let answered = request.run(searcher)?;
        let queries = request.queries.iter().zip(&answered);
        let queries = queries.map(|(query, found)| request.entry(query, found));
        let answer = Answer {
            version: VERSION,
            range_unit: RANGE_UNIT,
            queries: queries.collect(),
        };
        let end = request.offset.saturating_add(request.limit);
        let has_more = answered
            .iter()
            .any(|found| !found.hits.is_empty() && (end as u64) < found.total);
        let cite = cite.list(end, has_more);
        let cited = request.queries.iter().map(|query| (query, query.plan()));
        json(&cite.answer(answer, searcher, cited)?)
    });
    answer.await
}

impl BatchRequest {
    /// Takes several queries from the parameters of a request: `q` for each. By default `limit`
    /// hits of each, at most `most`.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is no query.
    pub(super) fn take(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
        most: usize,
    ) -> Result<Self, Problem> {
        let accents = accents(params)?;
        let filters = filters(params, limits)?;
        let texts = params.texts("q", limits.text, QUERIES)?;
        if texts.is_empty() {
            return Err(Problem::query(&Request::new("")));
        }
        let queries = texts
            .into_iter()
            .map(|text| request(text, &filters, accents));
        Ok(Self {
            queries: queries.collect::<Result<_, _>>()?,
            filters,
            what: What::take(params)?,
            sort: sort(params)?,
            count: count(params)?,
            limit: params.number("limit", 0..=most, limit)?,
            offset: params.offset(limits.offset)?,
        })
    }

    /// The answer to a query as JSON.
    pub(super) fn entry<'a>(&self, query: &'a Request, found: &'a Answered) -> BatchEntry<'a> {
        BatchEntry {
            query: query.text(),
            total: found.total,
            problems: ProblemShape::list(query),
            by: found.by.as_ref(),
            hits: (self.what == What::Hits).then(|| found.hits.iter().map(HitShape::new).collect()),
        }
    }

    /// Answers the queries.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Vec<Answered>, Problem> {
        let queries = self.queries.iter();
        queries.map(|query| self.answer(query, searcher)).collect()
    }

    /// Answers one of the queries.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(super) fn answer(&self, query: &Request, searcher: &View) -> Result<Answered, Problem> {
        let plan = query.plan();
        if let What::Counts(facet) = self.what {
            let mut counts = searcher.facets_of(plan, &[facet], self.count)?;
            return Ok(Answered {
                total: counts.total,
                by: counts.facets.pop(),
                hits: Vec::new(),
            });
        }
        let options = SearchOptions {
            limit: if self.what == What::Totals {
                0
            } else {
                self.limit
            },
            offset: self.offset,
            sort: self.sort,
            ..SearchOptions::default()
        };
        let (total, hits) = found(searcher, plan, &options, self.count)?;
        let first = self.offset as u64 + 1;
        let shown = searcher.shown(plan, &hits, first, 1);
        Ok(Answered {
            total,
            by: None,
            hits: shown.collect::<Result<_, _>>()?,
        })
    }

    /// The columns of the counts: every value that an article has.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn matrix(&self, searcher: &View) -> Result<Option<FacetMatrix>, Problem> {
        let What::Counts(facet) = self.what else {
            return Ok(None);
        };
        let all = searcher.facets_of(&base(&self.filters)?, &[facet], self.count)?;
        Ok(all.facets.first().map(FacetMatrix::new))
    }
}

/// Searches publications or texts; returns their number and the hits.
fn found(
    searcher: &View,
    plan: &Plan,
    options: &SearchOptions,
    count: Count,
) -> Result<(u64, Vec<ScoredArticle>), Problem> {
    Ok(match count {
        Count::Publications => {
            let found = searcher.search(plan, options)?;
            (found.total, found.hits)
        }
        Count::Texts => {
            let found = searcher.search_unique(plan, options)?;
            let hits = found.hits.into_iter().map(|text| text.hit);
            (found.texts, hits.collect())
        }
    })
}

impl What {
    /// Takes the kind of answers from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or both totals and counts are wanted.
    pub(crate) fn take(params: &mut Params) -> Result<Self, Problem> {
        let facets: Vec<_> = Facet::ALL.iter().map(|f| (f.name(), Some(*f))).collect();
        let by = params.choice("by", &facets, None)?;
        match (params.flag("totals")?, by) {
            (true, Some(_)) => Err(Problem::parameter(
                "totals",
                "totals and by exclude each other",
            )),
            (true, None) => Ok(Self::Totals),
            (false, Some(facet)) => Ok(Self::Counts(facet)),
            (false, None) => Ok(Self::Hits),
        }
    }
}
