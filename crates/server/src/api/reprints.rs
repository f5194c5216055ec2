//! `/reprints`: the texts that were published several times, and `/similar`: articles like a text.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use timbao_articles::Article;
use timbao_views::json::ViewAnswer;
use timbao_views::reprints::ReprintGroups;
use timbao_views::{Similar, SimilarOptions};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::view::View;

use super::answer::{Cite, json, respond, skip};

/// Default number of texts.
const LIMIT: usize = 20;
/// Largest number of terms for similar articles.
const TERMS: usize = 100;
/// Largest length of a text for similar articles, in characters. It is part of an address.
pub(crate) const TEXT: usize = 4_000;

/// Answers with the most reprinted texts.
pub(super) async fn groups(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| part(params, limits, LIMIT);
    let answer = respond(&app, raw.as_deref(), take, |cite, part, searcher| {
        let end = part.end;
        let found = reprinted(searcher, part)?;
        let has_more = !found.groups.is_empty() && (end as u64) < found.texts;
        let cite = cite.list(end, has_more);
        json(&cite.answer(ViewAnswer::of(&found), searcher, [])?)
    });
    answer.await
}

/// Answers with articles like a text.
pub(super) async fn similar(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let take = |params: &mut Params, limits: &Limits| {
        Ok((text(params)?, SimilarRequest::take(params, limits)?))
    };
    let answer = respond(
        &app,
        raw.as_deref(),
        take,
        |cite, (text, part), searcher| {
            let found = like(searcher, text, &part.options())?;
            part.answer(found, cite, searcher)
        },
    );
    answer.await
}

/// Takes the text.
///
/// # Errors
///
/// If it is missing.
pub(super) fn text(params: &mut Params) -> Result<String, Problem> {
    let text = params.text("text", TEXT)?.unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Problem::parameter(
            "text",
            "text is missing: an article or a passage",
        ));
    }
    Ok(text)
}

/// A part of the similar articles.
pub(crate) struct SimilarRequest {
    options: SimilarOptions,
    offset: usize,
}

impl SimilarRequest {
    /// Takes how similar articles are found, and which part of them is wanted.
    ///
    /// # Errors
    ///
    /// When a value cannot be read.
    pub(super) fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        let default = SimilarOptions::default();
        Ok(Self {
            options: SimilarOptions {
                limit: params.number("limit", 0..=limits.page, default.limit)?,
                terms: params.number("terms", 0..=TERMS, default.terms)?,
                without_reprints: !params.flag("reprints")?,
            },
            offset: params.offset(limits.offset)?,
        })
    }

    /// Finds the articles up to the end of the part, and one more, if there is one.
    pub(super) fn options(&self) -> SimilarOptions {
        let end = self.offset.saturating_add(self.options.limit);
        SimilarOptions {
            limit: end.saturating_add(1),
            ..self.options
        }
    }

    /// Leaves the part of the articles that [`options`](Self::options) find, and returns `true` if
    /// there are more.
    pub(super) fn cut(&self, found: &mut Similar) -> bool {
        skip(&mut found.articles, self.offset);
        let has_more = found.articles.len() > self.options.limit;
        found.articles.truncate(self.options.limit);
        has_more && !found.articles.is_empty()
    }

    /// Answers with the part.
    ///
    /// # Errors
    ///
    /// If the index is damaged.
    pub(super) fn answer(
        &self,
        mut found: Similar,
        cite: Cite,
        searcher: &View,
    ) -> Result<Vec<u8>, Problem> {
        let has_more = self.cut(&mut found);
        let end = self.offset.saturating_add(found.articles.len());
        let cite = cite.list(end, has_more);
        json(&cite.answer(ViewAnswer::of(&found), searcher, [])?)
    }
}

/// Finds articles like a text.
///
/// # Errors
///
/// When the time is over or the index is damaged.
pub(crate) fn like(
    searcher: &View,
    text: String,
    options: &SimilarOptions,
) -> Result<Similar, Problem> {
    let article = Article {
        body: text,
        ..Article::default()
    };
    Ok(searcher.similar_to_article(&article, options)?)
}

/// Takes the part of the list of reprinted texts; `limit` of them by default.
///
/// # Errors
///
/// When a value cannot be read.
pub(super) fn part(
    params: &mut Params,
    limits: &Limits,
    limit: usize,
) -> Result<Range<usize>, Problem> {
    let offset = params.offset(limits.offset)?;
    let limit = params.number("limit", 0..=limits.page, limit)?;
    Ok(offset..offset.saturating_add(limit))
}

/// Lists the texts that were published most often, a part of them.
///
/// # Errors
///
/// When the time is over or the index is damaged.
pub(crate) fn reprinted(searcher: &View, part: Range<usize>) -> Result<ReprintGroups, Problem> {
    let mut found = searcher.most_published(part.end)?;
    skip(&mut found.groups, part.start);
    Ok(found)
}
