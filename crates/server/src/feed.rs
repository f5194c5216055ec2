//! `/feed.atom`: the newest articles of a search, for feed readers.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use timbao_alerts::{Feed, latest};
use timbao_articles::Article;
use timbao_query::{DateCondition, Filters, Period, iso_day};
use timbao_views::language::Language;

use crate::app::App;
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, filters, request, required};
use crate::site::requested;

/// Default number of texts.
const LIMIT: usize = 50;

/// The path of feeds.
pub(crate) const PATH: &str = "/feed.atom";

/// Answers with a feed. Its parameters are those of a search, and `lang` is its language.
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let mut params = Params::new(raw.as_deref());
    let language = language(&mut params)?;
    let most = params.number("limit", 1..=limits.page, LIMIT)?;
    let text = params.text("q", limits.text)?.unwrap_or_default();
    let filters = filters(&mut params, &limits)?;
    let accents = accents(&mut params)?;
    params.finish()?;
    let request = required(request(text, &filters, accents)?)?;
    let requested = requested();
    let own = match raw.as_deref() {
        Some(raw) if !raw.is_empty() => requested.at(&format!("{PATH}?{raw}")),
        _ => requested.at(PATH),
    };
    let pairs = form_urlencoded::parse(raw.as_deref().unwrap_or_default().as_bytes());
    let shared = for_pages(pairs.into_owned(), &filters);
    let view = app.views()?.latest();
    let work = app.work.run(&view, move |view| {
        let log = view.arrivals();
        let news = latest(log, request.plan(), most)?;
        let last = log.last_arrival()?;
        let page = requested.at(&format!("/?{}", query(&shared, None)));
        let title = format!(
            "{}: {}",
            requested.name(),
            request.ast().written(language.words().names)
        );
        let feed = Feed::new(title, own, page)
            .subtitle(language.words().feed_subtitle)
            .updated(last);
        let article = |article: &Article| {
            let query = query(&shared, Some(("id", &article.id)));
            requested.at(&format!("/article?{query}"))
        };
        Ok(feed.atom(&news, article))
    });
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, work.await?).into_response())
}

fn language(params: &mut Params) -> Result<Language, Problem> {
    let languages = Language::ALL.iter();
    let choices: Vec<(&str, Language)> = languages.map(|l| (l.words().code, *l)).collect();
    params.choice("lang", &choices, Language::default())
}

/// The parameters of a search for pages, which have names of their own for dates.
pub(crate) fn for_pages(
    pairs: impl Iterator<Item = (String, String)>,
    filters: &Filters,
) -> Vec<(String, String)> {
    let is_shared = |name: &str| !matches!(name, "limit" | "after" | "before");
    let mut pairs: Vec<(String, String)> = pairs
        .filter(|(name, value)| is_shared(name) && !value.is_empty())
        .collect();
    let day = |text: &Option<String>, condition: fn(Period) -> DateCondition| {
        let period = Period::parse(text.as_deref()?.trim()).ok()?;
        Some(condition(period).days())
    };
    if let Some((Some(first), _)) = day(&filters.after, DateCondition::After) {
        pairs.push(("from".to_owned(), iso_day(first)));
    }
    if let Some((_, Some(last))) = day(&filters.before, DateCondition::Before) {
        pairs.push(("to".to_owned(), iso_day(last)));
    }
    pairs
}

fn query(pairs: &[(String, String)], more: Option<(&str, &str)>) -> String {
    Serializer::new(String::new())
        .extend_pairs(pairs)
        .extend_pairs(more)
        .finish()
}
