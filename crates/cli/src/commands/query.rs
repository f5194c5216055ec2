//! The query of a command: its text, the filters of flags, its problems.

use std::io::{self, Write};

use timbao_query::plan::Plan;
use timbao_query::{Accents as QueryAccents, FilterError, Filters, LowerOptions, Request};
use timbao_views::language::{Noun, fill};
use timbao_views::{SearchOptions, Sort};

use crate::cli::{Accents, FilterArgs, Order};
use crate::error::{Failure, Result, say};
use crate::output::style::Role;

use super::context::Context;

/// Prepares a query with the filters of flags, as if they had been typed in it.
///
/// # Errors
///
/// If the value of a filter is invalid; the query itself is always valid.
pub(crate) fn prepare(
    text: impl Into<String>,
    filters: &FilterArgs,
    context: &Context,
) -> Result<Request> {
    let accents = filters.accents.unwrap_or(context.settings.accents);
    let options = LowerOptions {
        accents: query_accents(accents),
        ..LowerOptions::default()
    };
    Ok(Request::with(text, &filters.filters(), options)?)
}

/// The articles that the filters of flags accept.
///
/// # Errors
///
/// If the value of a filter is invalid.
pub(crate) fn base(filters: &FilterArgs, context: &Context) -> Result<Plan> {
    Ok(prepare("", filters, context)?.plan_or_everything())
}

/// Reports the problems of a query on standard error.
pub(crate) fn warn_of(request: &Request, context: &Context) {
    let palette = context.terminal.error_palette;
    let words = context.terminal.language.words();
    if request.problems().is_empty() && request.is_empty() {
        say(
            palette,
            Role::Warning,
            words.label_warning,
            &words.empty_query,
        );
    }
    for problem in request.problems() {
        let label = format!("{}:", words.label_warning);
        let (message, hint) = (words.problem_of_query)(problem.kind);
        let shown = problem.display_as(request.text(), &message, hint.as_deref());
        let _ = write!(
            io::stderr(),
            "{} {shown}",
            palette.paint(Role::Warning, &label)
        );
    }
}

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        let failure = Self::new(format!("--{error}"));
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl FilterArgs {
    fn filters(&self) -> Filters {
        Filters {
            after: self.after.clone(),
            before: self.before.clone(),
            date: self.date.clone(),
            facets: self.facets.0.clone(),
        }
    }
}

fn query_accents(accents: Accents) -> QueryAccents {
    match accents {
        Accents::Auto => QueryAccents::Auto,
        Accents::Strict => QueryAccents::Strict,
        Accents::Loose => QueryAccents::Loose,
    }
}

/// The engine's name of an order.
pub(crate) fn sort(order: Order) -> Sort {
    match order {
        Order::Relevance => Sort::Relevance,
        Order::Date => Sort::Oldest,
        Order::DateDescending => Sort::Latest,
    }
}

/// Exports of more hits are announced.
const LARGE: usize = 10_000;

/// Says on standard error how many hits of a query are to be written, before many are.
pub(crate) fn announce(query: &str, hits: usize, context: &Context) {
    if hits > LARGE {
        let language = context.terminal.language;
        let hits = language.counted(hits as u64, Noun::Hit);
        context.note(&fill(language.words().to_write, &[&hits, &query]));
    }
}

/// Options for the first hits.
pub(crate) fn top(limit: usize) -> SearchOptions {
    SearchOptions {
        limit,
        ..SearchOptions::default()
    }
}

/// The queries of a file, one per line; blank lines are skipped.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{FEFF}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
}
