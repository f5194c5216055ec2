//! The status of the index: its size, its dates, its sources, and the other indexes of the server.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_index::update::SourceStatus;
use timbao_query::iso_day;
use timbao_query::plan::Facet;
use timbao_views::language::{Language, fill};
use timbao_views::{Citation, Stats};

use crate::access::Reader;
use crate::api::sources;
use crate::app::App;
use crate::problem::Problem;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell};
use super::login::session;
use super::parts::{cited, downloads};
use super::updates::updates;

/// Answers with the status.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    reader: Option<Extension<Reader>>,
    RawQuery(raw): RawQuery,
) -> Response {
    let asked = Asked::new("/status", raw.as_deref(), &[]);
    asked
        .answer(Tab::None, |asked| answer(&app, asked, reader))
        .await
}

async fn answer(
    app: &Arc<App>,
    asked: Asked,
    reader: Option<Extension<Reader>>,
) -> Result<Response, Problem> {
    let view = app.views()?.latest();
    let shared = Arc::clone(app);
    let work = app.work.run(&view, move |searcher| {
        let stats = searcher.stats()?;
        let citation = searcher.cite([])?;
        let is_failing = |app: &App| {
            let updates = app.options.updates.as_ref();
            updates.is_some_and(|updates| updates.latest().failed.is_some())
        };
        let sources = match sources::of(&shared) {
            // The page has to say why updates fail, such as a damaged manifest.
            Err(_) if is_failing(&shared) => Vec::new(),
            sources => sources?,
        };
        let (address, language) = (&asked.address, asked.language);
        let words = language.words();
        Ok(shell(&Page {
            language,
            address,
            tab: Tab::None,
            title: words.status,
            status: words.status,
            content: html! {
                h1 { (words.status) }
                @if let Some(Extension(reader)) = reader.filter(|reader| reader.is_session) {
                    (session(&reader, language))
                }
                (figures(&stats, &citation, language))
                (updates(&shared, language))
                (others(&shared, language))
                h2 #count { (words.sources) }
                @if sources.is_empty() {
                    p { (words.no_sources) }
                } @else {
                    (table(&sources, address, language))
                    (problems(&sources))
                    (downloads("/api/v1/sources.csv", language))
                }
                (cited(&citation, address, language))
            },
        }))
    });
    work.await.map(sent)
}

fn figures(stats: &Stats, citation: &Citation, language: Language) -> Markup {
    let words = language.words();
    let dates = stats.first_day.zip(stats.last_day).map(|(first, last)| {
        format!(
            "{} – {}",
            language.date(&iso_day(first)),
            language.date(&iso_day(last))
        )
    });
    let distinct = fill(
        words.stat_distinct,
        &[
            &language.count(stats.distinct_syllables),
            &language.count(stats.distinct_folded),
        ],
    );
    html! {
        dl.measures {
            dt { (words.stat_articles) } dd { (language.count(stats.articles)) }
            dt { (words.stat_tokens) } dd { (language.count(stats.tokens)) }
            dt { (words.stat_vocabulary) } dd { (distinct) }
            dt { (words.stat_dates) } dd { (dates.unwrap_or_else(|| words.stat_no_dates.to_owned())) }
            dt { (words.stat_size) } dd { (language.bytes(stats.bytes_on_disk)) }
            dt { (words.index_state) } dd { code { (citation.index.state) } }
            dt { (words.stat_index_version) } dd { (stats.index_version) }
            dt { (words.stat_analyzer_version) } dd { (stats.analyzer_version) }
        }
    }
}

/// Links to the other indexes. They are relative, as each index has a path of its own.
fn others(app: &App, language: Language) -> Markup {
    let words = language.words();
    let more = &app.options.more;
    let of_main = app
        .name
        .as_ref()
        .map(|_| ("../../status".to_owned(), words.main_index));
    let named = more.iter().map(|other| other.name());
    let named = named
        .filter(|name| app.name.as_deref() != Some(*name))
        .map(|name| {
            let link = match app.name {
                Some(_) => format!("../{name}/status"),
                None => format!("kho/{name}/status"),
            };
            (link, name)
        });
    html! {
        @if !more.is_empty() {
            h2 { (words.other_indexes) }
            ul { @for (link, name) in of_main.into_iter().chain(named) { li { a href=(link) { (name) } } } }
        }
    }
}

/// A row for each source, which leads to its articles.
fn table(sources: &[SourceStatus], address: &Address, language: Language) -> Markup {
    let words = language.words();
    let link = |collection: &str| {
        let value = format!("={collection}");
        address
            .at("/")
            .with(Facet::Collection.name(), &value)
            .href()
    };
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.words aria-labelledby="count" {
                thead {
                    tr {
                        th scope="col" { (words.sources) }
                        th scope="col" { (words.articles_column) }
                        th scope="col" { (words.files_column) }
                        th scope="col" { (words.last_change) }
                        th scope="col" { (words.problems_column) }
                    }
                }
                tbody {
                    @for source in sources {
                        tr {
                            th scope="row" {
                                @if source.articles > 0 { a lang="vi" href=(link(&source.collection)) { (source.collection) } }
                                @else { (source.collection) }
                                @if let Some(root) = &source.source { p.about { (root) } }
                            }
                            td { (language.count(source.articles)) }
                            td { (language.count(source.files)) }
                            td { @if let Some(changed) = source.changed_in_vietnam() { (language.date(&changed)) } }
                            td { (language.count(source.problems.len() as u64)) }
                        }
                    }
                }
            }
        }
    }
}

/// The files that could not be read, with the reasons.
fn problems(sources: &[SourceStatus]) -> Markup {
    let all = || sources.iter().flat_map(|source| &source.problems);
    html! {
        @if all().next().is_some() {
            ul.problems {
                @for problem in all() {
                    li {
                        code { (problem.path) @if let Some(member) = &problem.member { "#" (member) } }
                        span lang="en" { " " (problem.message) }
                    }
                }
            }
        }
    }
}
