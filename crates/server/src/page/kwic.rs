//! The concordance: a table with every match in the middle of its row.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use timbao_index::ViewId;
use timbao_views::suggest::Advice;
use timbao_views::{KwicLine, KwicOptions};

use crate::api::kwic::{KwicRequest, keys};
use crate::app::App;
use crate::problem::Problem;
use crate::query::advice;

use super::address::Address;
use super::advice::nothing;
use super::layout::{Page, Tab, failed, shell, understanding};
use super::parts::{active, article_address, export};
use super::{Asked, sent};
use timbao_views::language::{Language, Words};

/// Lines on a page.
const LINES: usize = 100;

/// Answers with a table of lines.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/kwic", raw.as_deref(), &["sort", "page", "view"]);
    let (address, language) = (asked.address.clone(), asked.language);
    match answer(&app, asked).await {
        Ok(response) => response,
        Err(problem) => failed(&problem, &address, Tab::Concordance, language),
    }
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let Some(query) = asked.query(limits.text)? else {
        let words = asked.language.words();
        let content = html! { div.message { p { (words.placeholder) } } };
        return Ok(sent(StatusCode::OK, table_page(&asked, "", "", content)));
    };
    if query.is_empty() {
        let problem = Problem::query(&query);
        let content = understanding(&query, &asked.address, asked.language);
        return Ok(sent(
            problem.status,
            table_page(&asked, query.text(), "", content),
        ));
    }
    let sort = keys(&mut asked.params, "sort")?;
    let number = match is_other {
        true => 1,
        false => asked.params.number("page", 1..=limits.offset / LINES, 1)?,
    };
    let request = KwicRequest {
        query,
        options: KwicOptions {
            left: 12,
            right: 12,
            sort,
            ..KwicOptions::default()
        },
        group: Vec::new(),
        limit: LINES,
        offset: (number - 1) * LINES,
    };
    let work = app.work.run(&view, move |searcher| {
        let concordance = request.run(&searcher)?;
        let lines = concordance.lines(&searcher, request.range())?;
        let found = Found {
            matches: concordance.matches(),
            articles: concordance.articles(),
            advice: match concordance.matches() {
                0 => advice(&searcher, &request.query.as_phrase(), 0)?,
                _ => Advice::default(),
            },
            lines,
        };
        Ok(table(&asked, searcher.view(), &request, &found, is_other))
    });
    Ok(sent(StatusCode::OK, work.await?))
}

struct Found {
    matches: u64,
    articles: u64,
    lines: Vec<KwicLine>,
    advice: Advice,
}

fn table_page(asked: &Asked, query: &str, count: &str, content: Markup) -> Markup {
    let name = asked.language.words().concordance;
    let title = format!("{query} – {name} – Timbao");
    shell(&Page {
        language: asked.language,
        address: &asked.address,
        tab: Tab::Concordance,
        title: title.trim_start_matches(" – "),
        status: count,
        content,
    })
}

fn table(
    asked: &Asked,
    view: ViewId,
    request: &KwicRequest,
    found: &Found,
    is_other: bool,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let query = &request.query;
    let count = language.matches(found.matches, found.articles);
    let content = html! {
        @if is_other { p.note { (words.refreshed) } }
        div.head {
            h1 #count { (count) }
            @if found.matches > 0 {
                p { a href=(export(address, "/api/v1/kwic.csv")) download { (words.export) } }
            }
        }
        (understanding(query, address, language))
        (active(address, language))
        @if found.matches == 0 {
            (nothing(&found.advice, address, language))
        } @else {
            div.scroll role="region" aria-labelledby="count" tabindex="0" {
                table.kwic aria-labelledby="count" {
                    thead {
                        tr {
                            (header("left", words.left, address))
                            (header("match", words.matched, address))
                            (header("right", words.right, address))
                            (header("date", words.date, address))
                            th.source scope="col" { (words.source) }
                        }
                    }
                    tbody { @for line in &found.lines { (row(line, address, language)) } }
                }
            }
            (pages(address, view, request.offset, found.matches, words))
        }
    };
    table_page(asked, query.text(), &count, content)
}

/// A column's head, which sorts by it. A second click on the date turns the order round.
fn header(key: &str, name: &str, address: &Address) -> Markup {
    let current = address.get("sort").unwrap_or("date");
    let (order, next) = match (key, current) {
        ("date", "date") => (Some("ascending"), "-date"),
        ("date", "-date") => (Some("descending"), "date"),
        _ if key == current => (Some("ascending"), key),
        _ => (None, key),
    };
    let link = address.without_all(&["page", "view"]).with("sort", next);
    html! {
        th scope="col" class=(key) aria-sort=[order] {
            a href=(link.href()) {
                (name)
                @match order {
                    Some("ascending") => span aria-hidden="true" { " ▲" },
                    Some(_) => span aria-hidden="true" { " ▼" },
                    None => {},
                }
            }
        }
    }
}

fn row(line: &KwicLine, address: &Address, language: Language) -> Markup {
    let link = article_address(address, &line.id);
    let title = line.title.as_deref().unwrap_or(language.words().untitled);
    html! {
        tr {
            td.left lang="vi" { bdi { (line.left) } }
            td.match lang="vi" { a href=(link) title=(title) { mark { (line.matched) } } }
            td.right lang="vi" { (line.right) }
            td.date {
                @if let Some(date) = &line.date { (language.date(date.split('T').next().unwrap_or(date))) }
            }
            td.source lang="vi" { (line.source.as_deref().or(line.section.as_deref()).unwrap_or_default()) }
        }
    }
}

fn pages(address: &Address, view: ViewId, offset: usize, matches: u64, words: &Words) -> Markup {
    let number = offset / LINES + 1;
    let last = usize::try_from(matches)
        .unwrap_or(usize::MAX)
        .div_ceil(LINES);
    let to = |page: usize| {
        let pinned = address.with("page", &page.to_string());
        pinned.with("view", &view.to_string()).href()
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
