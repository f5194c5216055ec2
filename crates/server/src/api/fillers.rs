//! `/fillers`: the words in the gaps of a phrase.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_views::json::FillersAnswer;
use timbao_views::{Count, Filler, Fillers, Gapped, gapped_phrase};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, count, filters, request, required};
use crate::view::View;

use super::answer::{json, respond};
use super::kwic::part;

/// Default number of fillers.
const LIMIT: usize = 50;
/// Largest number of fillers in a response.
const FILLERS: usize = 10_000;

/// A request for fillers.
pub(crate) struct FillersRequest {
    pub query: Request,
    pub limit: usize,
    /// Number of fillers to skip.
    pub offset: usize,
    pub count: Count,
}

/// Answers with fillers.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        FillersRequest::take_most(params, limits, LIMIT, FILLERS)
    };
    let answer = respond(&app, raw.as_deref(), take, |cite, request, searcher| {
        let found = request.run(searcher)?;
        let query = &request.query;
        let shown = request.shown(&found);
        let end = request.offset.saturating_add(shown.len());
        let has_more = end < found.fillers.len() && !shown.is_empty();
        let cite = cite.list(end, has_more);
        let answer = FillersAnswer::new(query, &found, shown);
        json(&cite.answer(answer, searcher, [(query, query.plan())])?)
    });
    answer.await
}

impl FillersRequest {
    /// Takes fillers from the parameters of a request. A query without quotation marks is a
    /// phrase. There are `limit` fillers unless the request says otherwise, at most `most`.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    pub(super) fn take_most(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
        most: usize,
    ) -> Result<Self, Problem> {
        let accents = accents(params)?;
        let filters = filters(params, limits)?;
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let query = request(gapped_phrase(&text).into_owned(), &filters, accents)?;
        Ok(Self {
            query: required(query)?,
            limit: params.number("limit", 1..=most, limit)?,
            offset: params.offset(limits.offset)?,
            count: count(params)?,
        })
    }

    /// Counts the fillers.
    ///
    /// # Errors
    ///
    /// When no phrase has a gap, the time is over, or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Fillers, Problem> {
        let plan = self.query.plan();
        let gapped = Gapped::of(plan).map_err(Problem::no_gap)?;
        Ok(searcher.fillers(plan, gapped.counting(self.count))?)
    }

    /// The fillers that are shown.
    pub(crate) fn shown<'f>(&self, found: &'f Fillers) -> &'f [Filler] {
        part(
            &found.fillers,
            self.offset..self.offset.saturating_add(self.limit),
        )
    }
}
