//! `/dispersion`: how evenly the matches of a query are spread.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::json::ViewAnswer;
use timbao_views::{
    Dispersion, DispersionBy, DispersionOptions, SLICES_OF_ARCHIVE, SLICES_OF_ARTICLE,
};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::{InvalidValue, Problem};
use crate::query::{accents, base, count, filters, request, required};
use crate::view::View;

use super::answer::{json, respond};

/// Largest number of slices.
const SLICES: usize = 10_000;
/// Largest number of listed parts.
const PARTS: usize = 10_000;

/// A request for a dispersion.
pub(crate) struct DispersionRequest {
    pub query: Request,
    /// The plan of the query as a view reads it.
    pub plan: Plan,
    /// The articles among which is counted: those that the filters let pass.
    pub base: Plan,
    /// The id of the only article, if it is one.
    pub id: Option<String>,
    pub options: DispersionOptions,
}

/// Answers with measures and positions.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        let most = DispersionOptions::default().most;
        DispersionRequest::take(params, limits, most)
    };
    let answer = respond(&app, raw.as_deref(), take, |cite, request, searcher| {
        let found = request.run(searcher)?;
        let query = &request.query;
        let answer = ViewAnswer::new(query.text(), query.problems(), &found);
        json(&cite.answer(answer, searcher, [(query, &request.plan)])?)
    });
    answer.await
}

impl DispersionRequest {
    /// Takes a dispersion from the parameters of a request; `most` parts by default.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or there is nothing to search for.
    pub(super) fn take(params: &mut Params, limits: &Limits, most: usize) -> Result<Self, Problem> {
        let accents = accents(params)?;
        let filters = filters(params, limits)?;
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let query = required(request(text, &filters, accents)?)?;
        let id = params.text("id", limits.text)?;
        Ok(Self {
            plan: query.view_plan(),
            query,
            base: base(&filters)?,
            options: options(params, id.is_some(), most)?,
            id,
        })
    }

    /// Finds and measures the positions.
    ///
    /// # Errors
    ///
    /// When there is no such article, the time is over, or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Dispersion, Problem> {
        let Some(id) = &self.id else {
            return Ok(searcher.dispersion(&self.plan, &self.base, &self.options)?);
        };
        let Some(&first) = searcher.find_id(id)?.first() else {
            return Err(Problem::no_article());
        };
        Ok(searcher.dispersion_in_article(&self.plan, first, self.options.slices)?)
    }
}

/// Takes the options of a dispersion.
///
/// # Errors
///
/// When a value cannot be read, or the parts of an article are named.
pub(crate) fn options(
    params: &mut Params,
    of_article: bool,
    most: usize,
) -> Result<DispersionOptions, Problem> {
    let standard = DispersionOptions::default();
    let by = params.text("by", 40)?;
    if of_article && by.is_some() {
        return Err(Problem::parameter("by", "by and id exclude each other"));
    }
    let by = by.map(|by| {
        by.parse().map_err(|error| {
            let all = DispersionBy::all();
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            let problem = Problem::parameter("by", format!("by: {error}"));
            problem.value(InvalidValue::NotAmong(names.join(", ")))
        })
    });
    let slices = if of_article {
        SLICES_OF_ARTICLE
    } else {
        SLICES_OF_ARCHIVE
    };
    Ok(DispersionOptions {
        count: count(params)?,
        by: by.transpose()?.unwrap_or(standard.by),
        slices: params.number("slices", 1..=SLICES, slices)?,
        most: params.number("limit", 1..=PARTS.max(most), most)?,
    })
}
