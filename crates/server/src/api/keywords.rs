//! `/keywords`: words characteristic of some articles.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_query::{Filters, Request};
use timbao_views::json::ViewAnswer;
use timbao_views::{KeywordOptions, Keywords};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, count, request, required};
use crate::view::View;

use super::answer::{json, respond, skip};

/// Largest number of keywords in a response.
const KEYWORDS: usize = 1_000;

/// A request for keywords.
pub(crate) struct KeywordsRequest {
    /// The articles.
    pub of: Request,
    /// The articles they are compared with, or `None` for all others.
    pub against: Option<Request>,
    pub options: KeywordOptions,
    /// Number of keywords to skip.
    pub offset: usize,
}

/// Answers with keywords.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let answer = respond(
        &app,
        raw.as_deref(),
        KeywordsRequest::take,
        |cite, mut request, searcher| {
            // One more row says whether there are more.
            request.options.most += 1;
            let end = request.options.most - 1;
            let mut found = request.run(searcher)?;
            let has_more = found.keywords.len() > end - request.offset;
            found.keywords.truncate(end - request.offset);
            let cite = cite.list(end, has_more);
            let cited = std::iter::once(&request.of).chain(&request.against);
            let cited = cited.map(|query| (query, query.plan()));
            json(&cite.answer(ViewAnswer::of(&found), searcher, cited)?)
        },
    );
    answer.await
}

impl KeywordsRequest {
    /// Takes keywords from the parameters of a request.
    ///
    /// # Errors
    ///
    /// When a value cannot be read, or no articles are named.
    pub(crate) fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let standard = KeywordOptions::default();
        Self::take_most(params, limits, standard.most, KEYWORDS)
    }

    /// The same with `limit` keywords unless the request says otherwise, at most `most`.
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
        let mut articles = |name| -> Result<Option<Request>, Problem> {
            let text = params.text(name, limits.text)?;
            text.map(|text| required(request(text, &Filters::default(), accents)?))
                .transpose()
        };
        let (of, against) = (articles("of")?, articles("against")?);
        let of = of.ok_or_else(|| Problem::parameter("of", "of is missing: a query"))?;
        let standard = KeywordOptions::default();
        let offset = params.offset(limits.offset)?;
        Ok(Self {
            of,
            against,
            options: KeywordOptions {
                least: params.number("min", 1..=1_000_000, standard.least)?,
                least_articles: params.number(
                    "min_articles",
                    1..=1_000_000,
                    standard.least_articles,
                )?,
                most: offset.saturating_add(params.number("limit", 1..=most, limit)?),
                count: count(params)?,
                ..standard
            },
            offset,
        })
    }

    /// Finds the keywords.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(crate) fn run(&self, searcher: &View) -> Result<Keywords, Problem> {
        let against = self.against.as_ref().map(Request::plan);
        let mut found = searcher.keywords(self.of.plan(), against, &self.options)?;
        skip(&mut found.keywords, self.offset);
        Ok(found)
    }
}
