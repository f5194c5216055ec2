//! The list of hits, and the page to begin with.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::ShownHit;
use timbao_views::{Citation, Count};
use timbao_views::{SearchOptions, Sort, ViewId};

use crate::api::search::{SearchRequest, SearchResult};
use crate::app::App;
use crate::problem::Problem;
use crate::query::sort;
use crate::view::Size;

use super::address::Address;
use super::advice::{nothing, readings};
use super::answer::refused;
use super::asked::{Asked, sent};
use super::follow::follow;
use super::layout::{Page, Tab, shell, understanding};
use super::marks::marked;
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{about, active, article_address, cited, downloads, export};
use timbao_views::language::{Language, Words};

/// Hits on a page.
const HITS: usize = 20;
/// Answers with the list of hits.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/", raw.as_deref(), &["sort", "page", "view"]);
    asked
        .answer(Tab::Results, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let filters = asked.filters(limits.text)?;
    let Some(query) = asked.query_with(limits.text, &filters)? else {
        let size = app.work.run(&view, |view| Ok(view.size()?)).await?;
        return Ok(sent(welcome(&asked, &size)));
    };
    let sort = sort(&mut asked.params)?;
    let count = asked.count()?;
    let paging = Paging::new(HITS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    if query.is_empty() {
        let problem = Problem::query(&query);
        let content = html! {
            (understanding(&query, &asked.address, asked.language))
            div.message { p { (asked.language.words().nothing) } }
        };
        return Ok(refused(
            problem,
            list_page(&asked, query.text(), "0", content),
        ));
    }
    let mut request = SearchRequest {
        query,
        options: SearchOptions {
            limit: HITS,
            offset,
            sort,
            ..SearchOptions::default()
        },
        snippets: 2,
        facets: Vec::new(),
        unique: count == Count::Texts,
    };
    let list = List {
        is_other,
        paging,
        saves: app.store.is_some(),
    };
    let work = app.work.run(&view, move |searcher| {
        let mut result = request.run(&searcher)?;
        let entries = result.texts.unwrap_or(result.total);
        let within = list.paging.within(offset, entries);
        if within < offset {
            // The list is shorter than it was.
            request.options.offset = within;
            result = request.run(&searcher)?;
        }
        let query = &request.query;
        let citation = searcher.cite([(query, query.plan())])?;
        let narrow = Narrow::count(&searcher, &filters, count, |filters| {
            let accents = query.options().accents;
            let narrowed = crate::query::request(query.text().to_owned(), filters, accents)?;
            Ok(narrowed.plan_or_everything())
        })?;
        Ok(results(
            &asked,
            searcher.view(),
            &request,
            &result,
            &citation,
            &narrow,
            &list,
        ))
    });
    work.await.map(sent)
}

fn list_page(asked: &Asked, query: &str, count: &str, content: Markup) -> Markup {
    let title = if query.trim().is_empty() {
        count.to_owned()
    } else {
        format!("{query}: {count}")
    };
    shell(&Page {
        language: asked.language,
        address: &asked.address,
        tab: Tab::Results,
        title: &title,
        status: count,
        content,
    })
}

/// What surrounds a page of hits.
struct List {
    /// Whether the requested view is no longer kept.
    is_other: bool,
    paging: Paging,
    /// Whether searches can be saved.
    saves: bool,
}

fn results(
    asked: &Asked,
    view: ViewId,
    request: &SearchRequest,
    result: &SearchResult,
    citation: &Citation,
    narrow: &Narrow,
    list: &List,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let query = &request.query;
    let count = language.articles(result.total);
    let content = html! {
        div.with-side {
            section.list aria-labelledby="count" {
                @if list.is_other { p.note { (words.refreshed) } }
                div.head {
                    h1 #count { (count) }
                    @if let Some(texts) = result.texts { p.about { (language.texts(texts)) } }
                    @if result.total > 0 {
                        (unique_link(address, request.unique, words))
                        (sort_form(address, request.options.sort, words))
                    }
                    p.narrow-link { a href="#narrow" { (words.narrow) " ↓" } }
                }
                (understanding(query, address, language))
                @if result.total > 0 { (readings(&result.advice, address, language)) }
                (active(address, language))
                @if result.total == 0 {
                    (nothing(&result.advice, address, language))
                } @else {
                    ol.hits start=(request.options.offset + 1) {
                        @for hit in &result.hits { li { (hit_shown(hit, address, language)) } }
                    }
                    (list.paging.links(address, view, request.options.offset, result.texts.unwrap_or(result.total), words))
                    (downloads(&export(address, "/api/v1/search.csv"), language))
                }
                // Also of a search that finds nothing yet.
                (follow(address, list.saves, language))
                (cited(citation, address, language))
            }
            (narrow.beside(address, language))
        }
    };
    list_page(asked, query.text(), &count, content)
}

/// A link that folds reprints, or unfolds them.
fn unique_link(address: &Address, unique: bool, words: &Words) -> Markup {
    let again = address.without_all(&["page", "view"]);
    let (value, name) = match unique {
        true => ("", words.unfold),
        false => ("texts", words.fold),
    };
    html! { p.unique { a href=(again.with("count", value).href()) { (name) } } }
}

fn sort_form(address: &Address, sort: Sort, words: &Words) -> Markup {
    let orders = [
        (Sort::Relevance, "", words.by_relevance),
        (Sort::Latest, "-date", words.latest),
        (Sort::Oldest, "date", words.oldest),
    ];
    let kept = address.without_all(&["sort", "page", "view"]);
    html! {
        form.sort action="/" {
            label for="sort" { (words.sort) }
            select #sort name="sort" data-submit {
                @for (order, value, name) in orders {
                    option value=(value) selected[order == sort] { (name) }
                }
            }
            @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
            button.quiet { (words.apply) }
        }
    }
}

fn hit_shown(hit: &ShownHit, address: &Address, language: Language) -> Markup {
    let article = &hit.article;
    let title = article
        .title
        .as_deref()
        .unwrap_or(language.words().untitled);
    let matches = if article.title.is_some() {
        hit.title_matches.as_slice()
    } else {
        &[]
    };
    html! {
        article.hit {
            h2 { a lang=[article.title.as_ref().map(|_| "vi")] href=(article_address(address, &article.id)) { (marked(title, matches)) } }
            (about(article, language))
            @if let Some(reprints @ 1..) = hit.reprints {
                p.reprints { a href={ (article_address(address, &article.id)) "#reprints" } { (language.reprints(reprints)) } }
            }
            @for snippet in &hit.snippets {
                p.snippet lang="vi" {
                    @if snippet.starts_mid { "… " }
                    (marked(&snippet.text, &snippet.highlights))
                    @if snippet.ends_mid { " …" }
                }
            }
        }
    }
}

/// The page to begin with.
fn welcome(asked: &Asked, size: &Size) -> Markup {
    let language = asked.language;
    let words = language.words();
    let address = asked.address.without_all(&["page", "view", "sort"]);
    let day = |day: Option<i32>| {
        let date = timbao_articles::Published::from_unix_seconds(i64::from(day?) * 86_400)?;
        let date = timbao_articles::Published::new(date.year()?, date.month(), date.day())?;
        Some(language.date(&date.to_string()))
    };
    let days = day(size.first_day).zip(day(size.last_day));
    let count = language.articles(size.articles);
    shell(&Page {
        language,
        address: &asked.address,
        tab: Tab::Results,
        title: "",
        status: "",
        content: html! {
            div.welcome {
                h1 { (words.welcome) }
                p {
                    (words.holds) ": " strong { (count) }
                    @if let Some((first, last)) = days { ", " (first) " – " (last) }
                }
                p { a href=(address.at("/form").href()) { (words.form) } " · " a href=(address.at("/help").href()) { (words.help) } }
                dl.tips {
                    @for (query, meaning) in words.tips {
                        dt { a href=(address.with("q", query).href()) { code lang="vi" { (query) } } }
                        dd { (meaning) }
                    }
                }
            }
        },
    })
}
