//! `/articles/{id}`: the articles with an id, and articles related to the first of them.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use timbao_query::{Filters, Request};
use timbao_views::ArticleId;
use timbao_views::MatchShape;
use timbao_views::json::{ArticlesAnswer, ViewAnswer};

use crate::app::App;
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, request, required};
use crate::view::View;

use super::answer::{Cite, json, respond};
use super::export::{self, ReprintsExport, SimilarExport};
use super::reprints::SimilarRequest;

/// The requested information for an id.
enum Asked {
    /// The articles, with the matches of a query if there is one.
    Whole(Option<Box<Request>>),
    /// Similar articles.
    Similar(SimilarRequest),
    /// The copies of its text.
    Reprints,
}

/// Responds with complete articles, or with articles related to one.
///
/// An id may contain slashes, so routes cannot separate it from the view after it: the last
/// segment of the path is a view if it has the name of one. In an id that ends like that, the
/// slash must be written as `%2F`.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    uri: Uri,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    // The address as it was sent: a slash of the id is `%2F` there.
    let last = uri.path().rsplit('/').next().unwrap_or_default();
    let file = last.split_once('.').zip(path.rsplit_once('/'));
    if let Some(((view, extension), (id, _))) = file {
        match (view, extension) {
            ("similar", "csv" | "xlsx" | "jsonl") => {
                let take = |params: &mut Params, limits: &Limits| {
                    let part = SimilarRequest::take(params, limits)?;
                    Ok(SimilarExport::new(id, part))
                };
                return export::one(&app, raw.as_deref(), extension, take).await;
            }
            ("reprints", "csv" | "xlsx" | "jsonl") => {
                let take = |_: &mut Params, _: &Limits| Ok(ReprintsExport::new(id));
                return export::one(&app, raw.as_deref(), extension, take).await;
            }
            _ => {}
        }
    }
    let take = |params: &mut Params, limits: &Limits| {
        let part = |name: &str| uri.path().ends_with(name).then(|| path.strip_suffix(name));
        let (id, asked) = if let Some(Some(id)) = part("/similar") {
            (id, Asked::Similar(SimilarRequest::take(params, limits)?))
        } else if let Some(Some(id)) = part("/reprints") {
            (id, Asked::Reprints)
        } else {
            (
                path.as_str(),
                Asked::Whole(marked(params, limits)?.map(Box::new)),
            )
        };
        Ok((id.to_owned(), asked))
    };
    let answer = respond(&app, raw.as_deref(), take, |cite, (id, asked), searcher| {
        let found = searcher.find_id(&id)?;
        let Some(&first) = found.first() else {
            return Err(Problem::no_article());
        };
        match asked {
            Asked::Whole(request) => whole(&id, &found, request.as_deref(), &cite, searcher),
            Asked::Similar(part) => {
                let found = searcher.similar(first, &part.options())?;
                part.answer(found, cite, searcher)
            }
            Asked::Reprints => related(&searcher.reprints(first)?, &cite, searcher),
        }
    });
    answer.await
}

/// The query whose matches are requested: `q`, with the accents of `accents`.
fn marked(params: &mut Params, limits: &Limits) -> Result<Option<Request>, Problem> {
    let text = params.text("q", limits.text)?;
    let accents = accents(params)?;
    let request = text.map(|text| request(text, &Filters::default(), accents));
    request.transpose()?.map(required).transpose()
}

fn whole(
    id: &str,
    found: &[ArticleId],
    request: Option<&Request>,
    cite: &Cite,
    searcher: &View,
) -> Result<Vec<u8>, Problem> {
    let mut articles = Vec::with_capacity(found.len());
    let mut matches = Vec::with_capacity(found.len());
    for &address in found {
        let article = searcher.article(address)?;
        if let Some(request) = request {
            let found = searcher.matches(request.plan(), address)?;
            matches.push(MatchShape::list(&article, &found));
        }
        articles.push(article);
    }
    let mut answer = ArticlesAnswer::new(id, &articles);
    if request.is_some() {
        answer = answer.with_matches(matches);
    }
    let queries = request.map(|request| (request, request.plan()));
    json(&cite.answer(answer, searcher, queries)?)
}

fn related(found: &impl Serialize, cite: &Cite, searcher: &View) -> Result<Vec<u8>, Problem> {
    json(&cite.answer(ViewAnswer::of(found), searcher, [])?)
}
