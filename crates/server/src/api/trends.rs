//! `/trends`: frequencies over time.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_index::Searcher;
use timbao_query::Request;
use timbao_query::plan::{Facet, Plan};
use timbao_views::json::TrendsAnswer;
use timbao_views::{By, Count, Trends, TrendsOptions, TrendsQuery};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, filters, request, required};

use super::answer::{Cite, json, sent, view};

/// Largest number of queries.
pub(crate) const QUERIES: usize = 10;
/// Largest number of separate values.
const VALUES: usize = 20;

/// The names of periods.
pub(crate) const BY: [(&str, By); 5] = [
    ("day", By::Day),
    ("week", By::Week),
    ("month", By::Month),
    ("quarter", By::Quarter),
    ("year", By::Year),
];

/// The units that are counted.
pub(crate) const COUNTS: [(&str, Count); 2] = [
    ("publications", Count::Publications),
    ("texts", Count::Texts),
];

/// A request for trends.
pub(crate) struct TrendsRequest {
    pub queries: Vec<Request>,
    /// The articles among which is counted: those that the filters let pass.
    pub base: Plan,
    pub options: TrendsOptions,
}

/// Answers with counts.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::new(raw.as_deref());
    let view = view(&app, &mut params)?;
    let cite = Cite::take(&mut params)?;
    let request = TrendsRequest::take(&mut params, &app.options.limits)?;
    params.finish()?;
    let work = app.work.run(&view, move |searcher| {
        let trends = request.run(&searcher)?;
        let queries = request.queries.iter();
        let problems = queries.map(|query| (query.text(), query.problems()));
        let plans: Vec<Plan> = request.queries.iter().map(|q| q.view_plan()).collect();
        let cited = request.queries.iter().zip(&plans);
        json(&cite.answer(TrendsAnswer::new(&trends, problems), &searcher, cited)?)
    });
    work.await.map(sent)
}

impl TrendsRequest {
    /// Takes trends from the parameters of a request: `q` for each query.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to count.
    pub(super) fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let accents = accents(params)?;
        let filters = filters(params, limits)?;
        let texts = params.texts("q", limits.text, QUERIES)?;
        if texts.is_empty() {
            return Err(Problem::query(&Request::new("")));
        }
        let queries = texts
            .into_iter()
            .map(|text| required(request(text, &filters, accents)?))
            .collect::<Result<Vec<_>, _>>()?;
        let splits: Vec<(&str, Option<Facet>)> = Facet::stated()
            .map(|facet| (facet.name(), Some(facet)))
            .collect();
        let standard = TrendsOptions::default();
        let options = TrendsOptions {
            by: params.choice("by", &BY, standard.by)?,
            split: params.choice("split", &splits, None)?,
            most_values: params.number("values", 1..=VALUES, standard.most_values)?,
            thin: params.number("thin", 0..=1_000_000, standard.thin)?,
            count: params.choice("count", &COUNTS, standard.count)?,
        };
        Ok(Self {
            queries,
            base: base(&filters)?,
            options,
        })
    }

    /// Counts.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &Searcher) -> Result<Trends, Problem> {
        let queries: Vec<TrendsQuery> = self
            .queries
            .iter()
            .map(|query| TrendsQuery {
                name: query.text().to_owned(),
                plan: query.view_plan(),
            })
            .collect();
        Ok(searcher.trends(&queries, &self.base, &self.options)?)
    }
}
