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

use super::answer::{json, respond, skip};

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
    let take =
        |params: &mut Params, limits: &Limits| Ok((text(params)?, options(params, limits.page)?));
    let answer = respond(
        &app,
        raw.as_deref(),
        take,
        |cite, (text, options), searcher| {
            let found = like(searcher, text, &options)?;
            json(&cite.answer(ViewAnswer::of(&found), searcher, [])?)
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

/// Takes how similar articles are found, with at most `most` of them.
///
/// # Errors
///
/// When a value cannot be read.
pub(super) fn options(params: &mut Params, most: usize) -> Result<SimilarOptions, Problem> {
    let default = SimilarOptions::default();
    Ok(SimilarOptions {
        limit: params.number("limit", 0..=most, default.limit)?,
        terms: params.number("terms", 0..=TERMS, default.terms)?,
        without_reprints: !params.flag("reprints")?,
    })
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
