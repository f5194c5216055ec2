//! The list of hits, and the page to begin with.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use timbao_index::{SearchOptions, Sort, ViewId};
use timbao_query::plan::Facet;
use timbao_views::ShownHit;
use timbao_views::{Citation, FacetCount, FacetCounts, Stats};

use crate::api::search::{SearchRequest, SearchResult};
use crate::app::App;
use crate::problem::Problem;
use crate::query::{cited as citation, sort};

use super::address::Address;
use super::advice::{nothing, readings};
use super::asked::{Asked, narrowing, sent};
use super::chart::histogram;
use super::layout::{Page, Tab, failed, shell, understanding};
use super::marks::marked;
use super::parts::{about, active, article_address, cited, export};
use timbao_views::language::{Language, Words};

/// Hits on a page.
const HITS: usize = 20;
/// Values of a facet that are shown at first, and in all.
const VALUES: (usize, usize) = (8, 24);

/// The facets next to the list: section and publication, then the others.
fn listed() -> Vec<Facet> {
    let mut facets: Vec<Facet> = Facet::stated().collect();
    facets.sort_by_key(|facet| match facet {
        Facet::Section => 0,
        Facet::Source => 1,
        _ => 2,
    });
    facets
}

/// Answers with the list of hits.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/", raw.as_deref(), &["sort", "unique", "page", "view"]);
    let (address, language) = (asked.address.clone(), asked.language);
    match answer(&app, asked).await {
        Ok(response) => response,
        Err(problem) => failed(&problem, &address, Tab::Results, language),
    }
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let Some(query) = asked.query(limits.text)? else {
        let stats = app
            .work
            .run(&view, |searcher| Ok(searcher.stats()?))
            .await?;
        return Ok(sent(StatusCode::OK, welcome(&asked, &stats)));
    };
    let sort = sort(&mut asked.params)?;
    let unique = asked.params.flag("unique")?;
    let number = match is_other {
        // Pages of another view do not continue this one.
        true => 1,
        false => asked.params.number("page", 1..=limits.offset / HITS, 1)?,
    };
    if query.is_empty() {
        let problem = Problem::query(&query);
        let content = html! {
            (understanding(&query, &asked.address, asked.language))
            div.message { p { (asked.language.words().nothing) } }
        };
        return Ok(sent(
            problem.status,
            list_page(&asked, query.text(), "0", content),
        ));
    }
    let mut facets = listed();
    facets.push(Facet::Month);
    let request = SearchRequest {
        query,
        options: SearchOptions {
            limit: HITS,
            offset: (number - 1) * HITS,
            sort,
            ..SearchOptions::default()
        },
        snippets: 2,
        facets,
        unique,
    };
    let work = app.work.run(&view, move |searcher| {
        let result = request.run(&searcher)?;
        let citation = citation(&searcher, [(&request.query, request.query.plan())])?;
        Ok(results(
            &asked,
            searcher.view(),
            &request,
            &result,
            &citation,
            is_other,
        ))
    });
    Ok(sent(StatusCode::OK, work.await?))
}

fn list_page(asked: &Asked, query: &str, count: &str, content: Markup) -> Markup {
    let title = if query.trim().is_empty() {
        format!("{count} – Timbao")
    } else {
        format!("{query}: {count} – Timbao")
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

fn results(
    asked: &Asked,
    view: ViewId,
    request: &SearchRequest,
    result: &SearchResult,
    citation: &Citation,
    is_other: bool,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let query = &request.query;
    let count = language.articles(result.total);
    let has_side = result.total > 0 || has_filter(address);
    let content = html! {
        div.with-side {
            section.list aria-labelledby="count" {
                @if is_other { p.note { (words.refreshed) } }
                div.head {
                    h1 #count { (count) }
                    @if let Some(texts) = result.texts { p.about { (language.texts(texts)) } }
                    @if result.total > 0 {
                        (unique_link(address, request.unique, words))
                        (sort_form(address, request.options.sort, words))
                    }
                    @if has_side { p.narrow-link { a href="#narrow" { (words.narrow) " ↓" } } }
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
                    (pages(address, view, request.options.offset, result.texts.unwrap_or(result.total), words))
                }
                (cited(citation, address, language))
            }
            @if has_side {
                aside #narrow aria-label=(words.narrow) {
                    (time(&result.facets, address, language))
                    @for facet in listed() {
                        @if let Some(counts) = result.facets.iter().find(|c| c.facet == facet) {
                            (facet_shown(counts, address, language))
                        }
                    }
                    @if result.total > 0 {
                        p { a href=(export(address, "/api/v1/search.csv")) download { (words.export) } }
                    }
                }
            }
        }
    };
    list_page(asked, query.text(), &count, content)
}

/// A link that folds reprints, or unfolds them.
fn unique_link(address: &Address, unique: bool, words: &Words) -> Markup {
    let again = address.without_all(&["page", "view"]);
    let (value, name) = match unique {
        true => ("", words.unfold),
        false => ("true", words.fold),
    };
    html! { p.unique { a href=(again.with("unique", value).href()) { (name) } } }
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

fn pages(address: &Address, view: ViewId, offset: usize, total: u64, words: &Words) -> Markup {
    let number = offset / HITS + 1;
    let last = usize::try_from(total).unwrap_or(usize::MAX).div_ceil(HITS);
    let to = |page: usize| {
        let page = if page == 1 {
            String::new()
        } else {
            page.to_string()
        };
        let pinned = address.with("page", &page);
        if page.is_empty() {
            pinned.without("view")
        } else {
            pinned.with("view", &view.to_string())
        }
        .href()
    };
    html! {
        @if last > 1 {
            nav.pages aria-label=(words.pages) {
                @if number > 1 { a rel="prev" href=(to(number - 1)) { "← " (words.previous) } }
                span { (words.pages) " " (number) " / " (last) }
                @if number < last { a rel="next" href=(to(number + 1)) { (words.next) " →" } }
            }
        }
    }
}

fn has_filter(address: &Address) -> bool {
    narrowing().any(|name| name != "accents" && address.get(name).is_some())
}

fn time(facets: &[FacetCounts], address: &Address, language: Language) -> Markup {
    let words = language.words();
    let kept = address.without_all(&["from", "to", "date", "page", "view"]);
    let months = facets.iter().find(|counts| counts.facet == Facet::Month);
    let is_narrowed = ["from", "to", "date"]
        .iter()
        .any(|name| address.get(name).is_some());
    if !is_narrowed && months.is_none_or(|months| months.values.is_empty()) {
        // Nothing that was found has a date.
        return html! {};
    }
    html! {
        section.facet {
            h2 { (words.time) }
            @if let Some(months) = months { (histogram(&months.values, address, language)) }
            form.dates action="/" {
                label for="from" { (words.from) }
                input #from name="from" value=(address.get("from").unwrap_or_default()) placeholder=(words.date_example) autocomplete="off" maxlength="40";
                label for="to" { (words.to) }
                input #to name="to" value=(address.get("to").unwrap_or_default()) placeholder=(words.date_example) autocomplete="off" maxlength="40";
                @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                button.quiet { (words.apply) }
            }
        }
    }
}

fn facet_shown(counts: &FacetCounts, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let name = counts.facet.name();
    let again = address.without_all(&["page", "view"]);
    let current = address.get(name).and_then(|value| value.strip_prefix('='));
    // Filters by the whole value.
    let value = |value: &FacetCount| {
        let is_current = current == Some(value.value.as_str());
        let link = match is_current {
            true => again.without(name),
            false => again.with(name, &format!("={}", value.value)),
        };
        html! {
            li {
                a href=(link.href()) aria-current=[is_current.then_some("true")] {
                    span lang="vi" { (value.value) } " " span.number { (language.count(value.articles)) }
                }
            }
        }
    };
    let (first, all) = VALUES;
    let shown = counts.values.get(..first).unwrap_or(&counts.values);
    let rest = counts.values.get(first..).unwrap_or_default();
    html! {
        @if !counts.values.is_empty() {
            section.facet {
                h2 { (language.facet(counts.facet)) }
                ul { @for v in shown { (value(v)) } }
                @if !rest.is_empty() {
                    details {
                        summary { (words.more) }
                        ul { @for v in rest.iter().take(all) { (value(v)) } }
                    }
                }
                @if counts.unknown > 0 {
                    p.unknown { (words.unknown) " " span.number { (language.count(counts.unknown)) } }
                }
            }
        }
    }
}

/// The page to begin with.
fn welcome(asked: &Asked, stats: &Stats) -> Markup {
    let language = asked.language;
    let words = language.words();
    let address = asked.address.without_all(&["page", "view", "sort"]);
    let day = |day: Option<i32>| {
        let date = timbao_articles::Published::from_unix_seconds(i64::from(day?) * 86_400)?;
        let date = timbao_articles::Published::new(date.year()?, date.month(), date.day())?;
        Some(language.date(&date.to_string()))
    };
    let days = day(stats.first_day).zip(day(stats.last_day));
    let count = language.articles(stats.articles);
    shell(&Page {
        language,
        address: &asked.address,
        tab: Tab::Results,
        title: "Timbao",
        status: "",
        content: html! {
            div.welcome {
                h1 { (words.welcome) }
                p {
                    (words.holds) ": " strong { (count) }
                    @if let Some((first, last)) = days { ", " (first) " – " (last) }
                }
                dl.tips {
                    @for (query, meaning) in words.tips {
                        dt { a href=(address.with("q", query).href()) { code { (query) } } }
                        dd { (meaning) }
                    }
                }
            }
        },
    })
}
