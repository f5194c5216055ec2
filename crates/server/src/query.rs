//! The query of an HTTP request.

use timbao_query::plan::{Facet, Plan};
use timbao_query::{Accents, Filters, LowerOptions, Request};
use timbao_views::Count;
use timbao_views::Sort;
use timbao_views::suggest::Advice;

use crate::options::Limits;
use crate::params::{Params, pick};
use crate::problem::Problem;
use crate::view::View;

/// Prepares a query with the conditions next to it.
///
/// # Errors
///
/// If a condition is invalid. The query itself is always valid.
pub(crate) fn request(
    text: String,
    filters: &Filters,
    accents: Accents,
) -> Result<Request, Problem> {
    let options = LowerOptions {
        accents,
        ..LowerOptions::default()
    };
    Request::with(text, filters, options).map_err(|error| Problem::filter(&error))
}

/// Takes query and conditions from the parameters of a request.
///
/// # Errors
///
/// If a value is invalid or there is nothing to search for.
pub(crate) fn take(params: &mut Params, limits: &Limits) -> Result<Request, Problem> {
    let text = params.text("q", limits.text)?.unwrap_or_default();
    let filters = filters(params, limits)?;
    required(request(text, &filters, accents(params)?)?)
}

/// Returns the query if there is anything to search for.
///
/// # Errors
///
/// If there is nothing.
pub(crate) fn required(request: Request) -> Result<Request, Problem> {
    if request.is_empty() {
        Err(Problem::query(&request))
    } else {
        Ok(request)
    }
}

/// Explains an empty result, and suggests other queries.
///
/// # Errors
///
/// If the deadline has passed or the index is damaged.
pub(crate) fn advice(searcher: &View, request: &Request, total: u64) -> Result<Advice, Problem> {
    Ok(searcher.advice(request.ast(), request.options(), total)?)
}

/// Takes the conditions on metadata.
///
/// # Errors
///
/// When a date is given twice, or a value is too long.
pub(crate) fn filters(params: &mut Params, limits: &Limits) -> Result<Filters, Problem> {
    let mut text = |name| params.text(name, limits.text);
    let mut filters = Filters {
        after: text("after")?,
        before: text("before")?,
        date: text("date")?,
        ..Filters::default()
    };
    facet_filters(&mut filters, params, limits.text)?;
    Ok(filters)
}

/// The most conditions on one facet.
const CONDITIONS: usize = 50;

/// Takes the conditions on facets, of which each may have several.
///
/// # Errors
///
/// When there are too many, or one is too long.
pub(crate) fn facet_filters(
    filters: &mut Filters,
    params: &mut Params,
    most: usize,
) -> Result<(), Problem> {
    for facet in Facet::stated() {
        let values = params.texts(facet.name(), most, CONDITIONS)?;
        if !values.is_empty() {
            filters.facets.insert(facet, values);
        }
    }
    Ok(())
}

/// The articles that filters let pass.
///
/// # Errors
///
/// If a filter is invalid.
pub(crate) fn base(filters: &Filters) -> Result<Plan, Problem> {
    if filters.is_empty() {
        return Ok(Plan::Everything);
    }
    let request = request(String::new(), filters, Accents::Auto)?;
    Ok(request.plan().clone())
}

/// Takes how accents are compared.
///
/// # Errors
///
/// If the value is unknown.
pub(crate) fn accents(params: &mut Params) -> Result<Accents, Problem> {
    let choices = [
        ("auto", Accents::Auto),
        ("strict", Accents::Strict),
        ("loose", Accents::Loose),
    ];
    params.choice("accents", &choices, Accents::Auto)
}

/// Takes the unit that is counted.
///
/// # Errors
///
/// If the value is unknown.
pub(crate) fn count(params: &mut Params) -> Result<Count, Problem> {
    params.choice("count", &Count::NAMED, Count::default())
}

/// Takes the order of hits.
///
/// # Errors
///
/// If the value is unknown.
pub(crate) fn sort(params: &mut Params) -> Result<Sort, Problem> {
    let choices = [
        ("relevance", Sort::Relevance),
        ("date", Sort::Oldest),
        ("-date", Sort::Latest),
    ];
    params.choice("sort", &choices, Sort::Relevance)
}

/// Takes a list of facets, separated by commas.
///
/// # Errors
///
/// If one of them is unknown.
pub(crate) fn facets(params: &mut Params) -> Result<Vec<Facet>, Problem> {
    let Some(text) = params.text("facet", 200)? else {
        return Ok(Vec::new());
    };
    let choices: Vec<_> = Facet::ALL.iter().map(|f| (f.name(), *f)).collect();
    let mut facets = Vec::new();
    for name in text.split(',') {
        let facet = pick("facet", name, &choices)?;
        if !facets.contains(&facet) {
            facets.push(facet);
        }
    }
    Ok(facets)
}
