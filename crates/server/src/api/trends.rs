//! `/trends`: frequencies over time.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use timbao_query::Request;
use timbao_query::plan::{Facet, Plan};
use timbao_views::chart::{ChartOptions, Measure, svg};
use timbao_views::json::TrendsAnswer;
use timbao_views::language::Language;
use timbao_views::{By, Citation, MOST_AVERAGED, Trends, TrendsOptions, TrendsQuery, today};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, base, count, filters, request, required};
use crate::view::View;

use super::answer::{json, respond, run};

/// Largest number of queries.
pub(crate) const QUERIES: usize = 10;
/// Largest number of separate values.
pub(crate) const VALUES: usize = 20;
/// Largest number of characters of a headline.
const TITLE: usize = 500;

/// The names of periods.
pub(crate) const BY: [(&str, By); 5] = [
    ("day", By::Day),
    ("week", By::Week),
    ("month", By::Month),
    ("quarter", By::Quarter),
    ("year", By::Year),
];

/// Takes the length of a period; `None` if it follows from the time that is counted.
///
/// # Errors
///
/// If the value is none.
pub(crate) fn by(params: &mut Params) -> Result<Option<By>, Problem> {
    params.choice("by", &BY.map(|(name, by)| (name, Some(by))), None)
}

/// The measures, by their names on the command line.
pub(crate) const MEASURES: [(&str, Measure); 4] = [
    ("per-million", Measure::PerMillion),
    ("per-thousand", Measure::PerThousand),
    ("matches", Measure::Matches),
    ("articles", Measure::Articles),
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
    let answer = respond(
        &app,
        raw.as_deref(),
        TrendsRequest::take,
        |cite, request, searcher| {
            let trends = request.run(searcher)?;
            let queries = request.queries.iter();
            let problems = queries.map(|query| (query.text(), query.problems()));
            let plans: Vec<Plan> = request.queries.iter().map(|q| q.view_plan()).collect();
            let cited = request.queries.iter().zip(&plans);
            json(&cite.answer(TrendsAnswer::new(&trends, problems), searcher, cited)?)
        },
    );
    answer.await
}

/// Answers with a drawn chart.
pub(super) async fn chart(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let languages: Vec<(&str, Language)> = Language::ALL
        .iter()
        .map(|language| (language.words().code, *language))
        .collect();
    let take = |params: &mut Params, limits: &Limits| {
        let options = ChartOptions {
            measure: params.choice("measure", &MEASURES, Measure::default())?,
            language: params.choice("lang", &languages, Language::default())?,
            title: params.text("title", TITLE)?,
            note: None,
        };
        Ok((options, TrendsRequest::take(params, limits)?))
    };
    let drawn = run(
        &app,
        raw.as_deref(),
        take,
        |(mut options, request), searcher| {
            let trends = request.run(&searcher)?;
            let plans: Vec<Plan> = request.queries.iter().map(|q| q.view_plan()).collect();
            let citation = searcher.cite(request.queries.iter().zip(&plans))?;
            options.note = Some(source(&citation));
            Ok(svg(&trends, &options).into_bytes())
        },
    );
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"timbao-trends.svg\"",
        ),
    ];
    Ok((headers, drawn.await?).into_response())
}

/// The source of a chart, below it.
fn source(citation: &Citation) -> String {
    let state = &citation.index.state;
    format!("Timbao {state} · {} · {}", citation.program, citation.date)
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
            by: by(params)?,
            split: params.choice("split", &splits, None)?,
            most_values: params.number("values", 1..=VALUES, standard.most_values)?,
            thin: params.number("thin", 0..=1_000_000, standard.thin)?,
            count: count(params)?,
            average_over: params.number("average", 1..=MOST_AVERAGED, standard.average_over)?,
            today: Some(today()),
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
    pub(crate) fn run(&self, searcher: &View) -> Result<Trends, Problem> {
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
