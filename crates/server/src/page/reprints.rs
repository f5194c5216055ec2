//! The most reprinted texts, and the publications of one text with their differences.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::language::{Language, Noun, fill};
use timbao_views::reprints::{DiffKind, DiffPart, Reprint, ReprintGroups};

use crate::api::reprints::reprinted;
use crate::app::App;
use crate::problem::Problem;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell};
use super::paging::Paging;
use super::parts::{article_address, cited, downloads, of_article};

/// Texts on a page.
const TEXTS: usize = 100;
/// Words of an unchanged passage that are shown on each side of a change.
const AROUND: usize = 12;

/// Answers with a list of texts, or of the publications of one.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/reprints", raw.as_deref(), &["id", "page", "view"]);
    asked
        .answer(Tab::Reprints, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let id = asked.params.text("id", app.options.limits.text)?;
    let (view, is_other) = asked.view(app)?;
    let paging = Paging::new(TEXTS, app.options.limits.offset);
    let offset = paging.offset(&mut asked)?;
    let work = app.work.run(&view, move |searcher| {
        let (address, language) = (&asked.address, asked.language);
        let words = language.words();
        let citation = searcher.cite([])?;
        let Some(id) = id else {
            let mut found = reprinted(&searcher, 0..paging.computed(offset))?;
            let part = paging.cut(&mut found.groups, offset);
            let texts = language.texts(found.texts);
            let publications = language.counted(found.publications, Noun::Publication);
            let count = fill(words.several_times, &[&texts, &publications]);
            let content = html! {
                @if is_other { p.note { (words.refreshed) } }
                p.about { (words.reprints_note) }
                p #count { (count) }
                (groups(&found, address, language))
                (paging.links(address, searcher.view(), part.offset, found.texts, words))
                (downloads("/api/v1/reprints.csv", language))
                (cited(&citation, address, language))
            };
            return Ok(whole(&asked, &count, content));
        };
        let Some(&first) = searcher.find_id(&id)?.first() else {
            return Err(Problem::no_article());
        };
        let publications = searcher.reprints(first)?.publications;
        let count = language.counted(publications.len() as u64, Noun::Publication);
        let content = html! {
            p #count { (count) }
            @if publications.len() < 2 { p { (words.no_reprints) } }
            ol.publications {
                @for (number, publication) in publications.iter().enumerate() {
                    li { (compared(publication, number == 0, address, language)) }
                }
            }
            (downloads(&of_article(&id, "reprints.csv"), language))
            (cited(&citation, address, language))
        };
        Ok(whole(&asked, &count, content))
    });
    work.await.map(sent)
}

fn whole(asked: &Asked, status: &str, content: Markup) -> Markup {
    let words = asked.language.words();
    shell(&Page {
        language: asked.language,
        address: &asked.address,
        tab: Tab::Reprints,
        title: words.reprints_page,
        status,
        content: html! { h1 { (words.reprints_page) } (content) },
    })
}

/// The most reprinted texts. Dates and newspapers have a column if there are any.
fn groups(found: &ReprintGroups, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let has_dates = found.groups.iter().any(|group| group.date.is_some());
    let has_sources = found.groups.iter().any(|group| group.source.is_some());
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.publications aria-labelledby="count" {
                thead {
                    tr {
                        th scope="col" { (words.col_publications) }
                        @if has_dates { th scope="col" { (words.col_first) } }
                        @if has_sources { th scope="col" { (words.source) } }
                        th scope="col" { (words.col_title) }
                    }
                }
                tbody {
                    @for group in &found.groups {
                        tr {
                            td.number { (language.count(group.publications)) }
                            @if has_dates { td { @if let Some(date) = &group.date { (language.date(date)) } } }
                            @if has_sources { td lang="vi" { (group.source.as_deref().unwrap_or_default()) } }
                            th scope="row" {
                                a lang="vi" href=(address.without_page().with("id", &group.id).href()) { (group.title.as_deref().unwrap_or(words.untitled)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A publication, with its differences from the first.
fn compared(
    publication: &Reprint,
    is_first: bool,
    address: &Address,
    language: Language,
) -> Markup {
    let words = language.words();
    let mut about: Vec<String> = Vec::new();
    about.extend(publication.date.as_deref().map(|date| language.date(date)));
    about.extend(
        [&publication.source, &publication.agency]
            .into_iter()
            .flatten()
            .cloned(),
    );
    about.push(language.counted(publication.tokens, Noun::Word));
    let changed = publication.added + publication.removed > 0;
    if is_first {
        about.push(words.first_publication.to_owned());
    } else {
        about.push(fill(
            words.shares,
            &[&language.decimal(publication.shared * 100.0, 0)],
        ));
        about.push(format!(
            "{} {}",
            words.added,
            language.count(publication.added)
        ));
        about.push(format!(
            "{} {}",
            words.removed,
            language.count(publication.removed)
        ));
    }
    html! {
        a lang="vi" href=(article_address(address, &publication.id)) { (publication.title.as_deref().unwrap_or(words.untitled)) }
        p.about { (about.join(" · ")) }
        @if changed {
            (differences(&publication.diff, language))
        } @else if !is_first {
            p { (words.unchanged) }
        }
    }
}

/// The changes with some words around them.
fn differences(diff: &[DiffPart], language: Language) -> Markup {
    let words = language.words();
    html! {
        p.diff lang="vi" {
            @for (number, part) in diff.iter().enumerate() {
                @if number > 0 { " " }
                @match part.kind {
                    DiffKind::Removed => del { (part.text) },
                    DiffKind::Added => ins { (part.text) },
                    DiffKind::Same => {
                        @let before = if number > 0 { AROUND } else { 0 };
                        @let after = if number + 1 < diff.len() { AROUND } else { 0 };
                        @let excerpt = part.excerpt(before, after);
                        (excerpt.start)
                        @if excerpt.omitted > 0 {
                            " … " span.omitted lang=(words.code) { (fill(words.elided, &[&language.count(excerpt.omitted as u64)])) } " … "
                        }
                        (excerpt.end)
                    }
                }
            }
        }
    }
}
