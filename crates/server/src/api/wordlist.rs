//! `/wordlist`: the frequencies of syllables and n-grams.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::json::ViewAnswer;
use timbao_views::{MOST_SYLLABLES, Prefix, WordList, WordListOptions, WordListSort};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, count, filters, request};
use crate::view::View;

use super::answer::{json, respond, skip};

/// Largest number of n-grams in a response.
const UNITS: usize = 10_000;

/// The orders, by their names on the command line.
pub(crate) const SORTS: [(&str, WordListSort); 3] = [
    ("count", WordListSort::Count),
    ("articles", WordListSort::Articles),
    ("alphabet", WordListSort::Alphabet),
];

/// A request for a word list.
pub(crate) struct WordListRequest {
    /// The articles; all of them if it is empty.
    pub query: Request,
    pub plan: Plan,
    pub options: WordListOptions,
    /// Number of n-grams to skip.
    pub offset: usize,
}

/// Answers with n-grams.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        let most = WordListOptions::default().most;
        WordListRequest::take(params, limits, most)
    };
    let answer = respond(&app, raw.as_deref(), take, |cite, request, searcher| {
        let found = request.run(searcher)?;
        let query = &request.query;
        let end = request.offset + found.units.len();
        let has_more = !found.units.is_empty() && (end as u64) < found.distinct;
        let cite = cite.list(end, has_more);
        let answer = ViewAnswer::new(query.text(), query.problems(), &found);
        json(&cite.answer(answer, searcher, [(query, &request.plan)])?)
    });
    answer.await
}

impl WordListRequest {
    /// Takes a word list from the parameters of a request; `most` n-grams by default.
    ///
    /// # Errors
    ///
    /// When a value cannot be read.
    pub(super) fn take(params: &mut Params, limits: &Limits, most: usize) -> Result<Self, Problem> {
        let filters = filters(params, limits)?;
        let text = params.text("q", limits.text)?.unwrap_or_default();
        let query = request(text, &filters, accents(params)?)?;
        let offset = params.offset(limits.offset)?;
        let request = Self::new(query, options(params, limits, most)?)?;
        Ok(Self { offset, ..request })
    }

    /// A word list of the articles that match a query.
    ///
    /// # Errors
    ///
    /// If the query is not blank and has nothing to search for.
    pub(crate) fn new(query: Request, options: WordListOptions) -> Result<Self, Problem> {
        if query.is_empty() && !query.text().trim().is_empty() {
            return Err(Problem::query(&query));
        }
        Ok(Self {
            plan: query.plan_or_everything(),
            query,
            options,
            offset: 0,
        })
    }

    /// Counts the n-grams.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<WordList, Problem> {
        let options = WordListOptions {
            most: self.options.most.saturating_add(self.offset),
            ..self.options.clone()
        };
        let mut found = searcher.word_list(&self.plan, &options)?;
        skip(&mut found.units, self.offset);
        Ok(found)
    }
}

/// Takes the options of a word list.
///
/// # Errors
///
/// When a value cannot be read.
pub(crate) fn options(
    params: &mut Params,
    limits: &Limits,
    most: usize,
) -> Result<WordListOptions, Problem> {
    let standard = WordListOptions::default();
    let prefix = params.text("prefix", limits.text)?.map(|text| {
        Prefix::new(&text)
            .ok_or_else(|| Problem::parameter("prefix", "prefix has no letter and no digit"))
    });
    Ok(WordListOptions {
        count: count(params)?,
        size: params.number("size", 1..=MOST_SYLLABLES, standard.size)?,
        least: params.number("min", 1..=1_000_000_000, standard.least)?,
        least_articles: params.number(
            "min_articles",
            1..=1_000_000_000,
            standard.least_articles,
        )?,
        prefix: prefix.transpose()?,
        sort: params.choice("sort", &SORTS, standard.sort)?,
        most: params.number("limit", 1..=UNITS.max(most), most)?,
        ..standard
    })
}
