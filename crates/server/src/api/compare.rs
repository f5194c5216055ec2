//! `/compare`: two queries side by side.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::plan::Plan;
use timbao_query::{Filters, Request};
use timbao_views::json::CompareAnswer;
use timbao_views::{By, CollocateOptions, CompareOptions, Comparison, TrendsQuery, today};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, count, filters, request, required};
use crate::view::View;

use super::answer::{json, respond, skip};
use super::collocates::{COLLOCATES, WINDOW};
use super::trends::BY;

/// A request for a comparison.
pub(crate) struct CompareRequest {
    pub queries: [Request; 2],
    /// The plans of the queries as a view reads them.
    pub plans: [Plan; 2],
    /// The articles among which is counted: those that the filters let pass.
    pub base: Plan,
    pub options: CompareOptions,
    /// Number of words near each query to skip.
    pub offset: usize,
}

/// Answers with a comparison.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let answer = respond(
        &app,
        raw.as_deref(),
        CompareRequest::take,
        |cite, mut request, searcher| {
            // One more row says whether there are more.
            request.options.collocates.most += 1;
            let end = request.options.collocates.most - 1;
            let mut found = request.run(searcher)?;
            let rows = end - request.offset;
            let has_more = found.collocates.iter().any(|near| near.len() > rows);
            found
                .collocates
                .iter_mut()
                .for_each(|near| near.truncate(rows));
            let cite = cite.list(end, has_more);
            let queries = request.queries.iter();
            let problems = queries.map(|query| (query.text(), query.problems()));
            let answer = CompareAnswer::new(&found, problems);
            json(&cite.answer(answer, searcher, request.cited())?)
        },
    );
    answer.await
}

impl CompareRequest {
    /// Takes a comparison from the parameters of a request: `q` for each of the two queries.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there are not two queries.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let standard = CompareOptions::default().collocates.most;
        Self::take_most(params, limits, standard, COLLOCATES)
    }

    /// The same with `limit` words near each query unless the request says otherwise, at most `most`.
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take).
    pub(super) fn take_most(
        params: &mut Params,
        limits: &Limits,
        limit: usize,
        most: usize,
    ) -> Result<Self, Problem> {
        let accents = accents(params)?;
        let filters = filters(params, limits)?;
        let texts = params.texts("q", limits.text, 2)?;
        let Ok([first, second]) = <[String; 2]>::try_from(texts) else {
            return Err(Problem::parameter("q", "q occurs twice: the two queries"));
        };
        let queries = [
            required(request(first, &filters, accents)?)?,
            required(request(second, &filters, accents)?)?,
        ];
        let limit = params.number("limit", 1..=most, limit)?;
        let offset = params.offset(limits.offset)?;
        let mut options = options(params)?;
        options.collocates.most = offset.saturating_add(limit);
        let request = Self::new(queries, &filters, options)?;
        Ok(Self { offset, ..request })
    }

    /// A comparison of two queries.
    ///
    /// # Errors
    ///
    /// If a filter is invalid.
    pub(crate) fn new(
        queries: [Request; 2],
        filters: &Filters,
        options: CompareOptions,
    ) -> Result<Self, Problem> {
        Ok(Self {
            plans: queries.each_ref().map(Request::view_plan),
            queries,
            base: base(filters)?,
            options,
            offset: 0,
        })
    }

    /// Compares.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Comparison, Problem> {
        let [first, second] = [0, 1].map(|number| TrendsQuery {
            name: self.queries[number].text().to_owned(),
            plan: self.plans[number].clone(),
        });
        let mut found = searcher.compare(&[first, second], &self.base, &self.options)?;
        for near in &mut found.collocates {
            skip(near, self.offset);
        }
        Ok(found)
    }

    /// The queries with their plans, for a citation.
    pub(crate) fn cited(&self) -> impl Iterator<Item = (&Request, &Plan)> {
        self.queries.iter().zip(&self.plans)
    }
}

/// Takes the options of a comparison.
///
/// # Errors
///
/// When a value cannot be read.
pub(crate) fn options(params: &mut Params) -> Result<CompareOptions, Problem> {
    let standard = CompareOptions::default();
    let window = params.number("window", 0..=WINDOW, standard.windows.left)?;
    let mut collocates = standard.collocates;
    collocates.least = params.number("min", 1..=1_000_000, collocates.least)?;
    Ok(CompareOptions {
        count: count(params)?,
        by: params.choice("by", &BY, By::Year)?,
        windows: CollocateOptions {
            left: params.number("left", 0..=WINDOW, window)?,
            right: params.number("right", 0..=WINDOW, window)?,
            ..standard.windows
        },
        collocates,
        today: Some(today()),
    })
}
