//! `/search`: ranked hits.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_query::plan::Facet;
use timbao_views::ShownHit;
use timbao_views::json::{AdviceShape, SearchAnswer};
use timbao_views::suggest::Advice;
use timbao_views::{Count, FacetCounts};
use timbao_views::{ScoredArticle, SearchOptions};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{advice, count, facets, sort, take};
use crate::view::View;

use super::answer::{json, respond};

/// Default number of hits.
const LIMIT: usize = 10;
/// Largest number of snippets of a hit.
const SNIPPETS: usize = 5;

/// A search request.
pub(crate) struct SearchRequest {
    pub query: Request,
    pub options: SearchOptions,
    pub snippets: usize,
    pub facets: Vec<Facet>,
    /// Whether reprints are collapsed.
    pub unique: bool,
}

/// The result of a search.
pub(crate) struct SearchResult {
    pub total: u64,
    /// Number of distinct texts, if reprints are collapsed.
    pub texts: Option<u64>,
    pub hits: Vec<ShownHit>,
    pub facets: Vec<FacetCounts>,
    pub advice: Advice,
}

/// Answers with hits.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let answer = respond(
        &app,
        raw.as_deref(),
        SearchRequest::take,
        |cite, request, searcher| {
            let result = request.run(searcher)?;
            let query = &request.query;
            let mut answer = SearchAnswer::new(
                query.text(),
                query.problems(),
                result.total,
                request.options.offset,
                &result.hits,
            );
            answer.texts = result.texts;
            answer.facets = Some(result.facets.as_slice()).filter(|facets| !facets.is_empty());
            answer.advice = Some(AdviceShape::new(&result.advice));
            let end = request.options.offset + result.hits.len();
            let has_more =
                !result.hits.is_empty() && (end as u64) < result.texts.unwrap_or(result.total);
            let cite = cite.list(end, has_more);
            json(&cite.answer(answer, searcher, [(query, query.plan())])?)
        },
    );
    answer.await
}

impl SearchRequest {
    /// Takes a search from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let facets = facets(params)?;
        let hits = Self::take_hits(params, limits, LIMIT)?;
        Ok(Self { facets, ..hits })
    }

    /// The same without facets, and with `limit` hits unless the request says otherwise.
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take).
    pub(super) fn take_hits(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
    ) -> Result<Self, Problem> {
        let query = take(params, limits)?;
        let recency = params.number("recency", 1.0..=36_500.0, 0.0)?;
        let options = SearchOptions {
            limit: params.number("limit", 0..=limits.page, limit)?,
            offset: params.offset(limits.offset)?,
            sort: sort(params)?,
            recency_half_life: Some(recency).filter(|days| *days > 0.0),
        };
        Ok(Self {
            query,
            options,
            snippets: params.number("snippets", 0..=SNIPPETS, 1)?,
            facets: Vec::new(),
            unique: params.flag("unique")? | (count(params)? == Count::Texts),
        })
    }

    /// Searches, and reads the parts of the hits that are shown.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<SearchResult, Problem> {
        let plan = self.query.plan();
        let first = self.options.offset as u64 + 1;
        let load = |hits: &[ScoredArticle]| -> Result<Vec<ShownHit>, Problem> {
            let shown = searcher.shown(plan, hits, first, self.snippets);
            Ok(shown.collect::<Result<_, _>>()?)
        };
        let (total, texts, hits) = if self.unique {
            let found = searcher.search_unique(plan, &self.options)?;
            let hits: Vec<ScoredArticle> = found.hits.iter().map(|text| text.hit).collect();
            let mut hits = load(&hits)?;
            for (hit, text) in hits.iter_mut().zip(&found.hits) {
                hit.reprints = Some(text.reprints);
            }
            (found.total, Some(found.texts), hits)
        } else {
            let found = searcher.search(plan, &self.options)?;
            (found.total, None, load(&found.hits)?)
        };
        let counted = match self.unique {
            true => Count::Texts,
            false => Count::Publications,
        };
        let facets = match self.facets.as_slice() {
            [] => Vec::new(),
            facets => searcher.facets_of(plan, facets, counted)?.facets,
        };
        Ok(SearchResult {
            total,
            texts,
            hits,
            facets,
            advice: advice(searcher, &self.query, total)?,
        })
    }
}
