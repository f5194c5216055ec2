//! Fillers: a table of the words in the gaps of a phrase.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::{Filler, Gapped, gapped_phrase};

use crate::api::fillers::FillersRequest;
use crate::app::App;
use crate::problem::Problem;
use crate::query::request;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell, understanding};
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{active, cited, downloads, export, table_of_words};

/// Rows on a page.
const ROWS: usize = 200;

/// Answers with a table of fillers.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/fillers", raw.as_deref(), &["page", "view"]);
    asked
        .answer(Tab::Fillers, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let paging = Paging::new(ROWS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let accents = asked.accents()?;
    let filters = asked.filters(limits.text)?;
    let count = asked.count()?;
    let text = asked.params.text("q", limits.text)?.unwrap_or_default();
    let query = request(gapped_phrase(&text).into_owned(), &filters, accents)?;
    if Gapped::of(query.plan()).is_err() {
        let words = asked.language.words();
        let example = asked.address.with("q", "tự * hóa").href();
        let content = html! {
            (problems(&query, asked.language))
            div.message {
                p { (words.fillers_empty) " " a href=(example) { code { "tự * hóa" } } }
            }
        };
        return Ok(sent(whole(&asked, &text, "", content)));
    }
    let mut request = FillersRequest {
        query,
        limit: ROWS,
        offset: 0,
        count,
    };
    let work = app.work.run(&view, move |searcher| {
        let found = request.run(&searcher)?;
        let all = found.fillers.len() as u64;
        request.offset = paging.within(offset, all);
        let citation = searcher.cite([(&request.query, request.query.plan())])?;
        let narrow = Narrow::of_view(&searcher, &filters, count, &request.query)?;
        let language = asked.language;
        let words = language.words();
        let distinct = language.distinct(all);
        let headline = format!("{}; {distinct}", language.matches(found.matches, found.articles));
        let address = &asked.address;
        let content = html! {
            @if is_other { p.note { (words.refreshed) } }
            (understanding(&request.query, &asked.address, language))
            (active(&asked.address, language))
            (narrow.above(&asked.address, language))
            @if found.fillers.is_empty() {
                div.message { p { strong { (words.nothing) } } }
            } @else {
                (table_of_words(
                    &[words.word, words.occurrences, words.articles_column],
                    request.shown(&found).iter().map(|filler| {
                        let unit = html! {
                            @match filled(&text, filler, &asked.address) {
                                Some(link) => a lang="vi" href=(link) { (filler) },
                                None => span lang="vi" { (filler) },
                            }
                        };
                        (unit, vec![language.count(filler.matches), language.count(filler.articles)])
                    }),
                ))
                (paging.links(address, searcher.view(), request.offset, all, words))
                (downloads(&export(&asked.address, "/api/v1/fillers.csv"), language))
            }
            (cited(&citation, &asked.address, language))
        };
        Ok(whole(&asked, &text, &headline, content))
    });
    work.await.map(sent)
}

/// The concordance of the phrase with its gaps filled, if each gap is one `*`.
fn filled(phrase: &str, filler: &Filler, address: &Address) -> Option<String> {
    let bare = phrase.trim().trim_matches('"');
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '*');
    let parts: Vec<&str> = bare.split('*').collect();
    if !bare.chars().all(is_plain) || parts.len() != filler.words.len() + 1 {
        return None;
    }
    let (first, rest) = parts.split_first()?;
    let mut text = format!("\"{first}");
    for (words, part) in filler.words.iter().zip(rest) {
        text.push_str(words);
        text.push_str(part);
    }
    text.push('"');
    let address = address.at("/kwic").without_page();
    Some(address.with("q", &text).href())
}

fn whole(asked: &Asked, query: &str, count: &str, content: Markup) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let title = format!("{query} – {}", words.fillers);
    shell(&Page {
        language,
        address,
        tab: Tab::Fillers,
        title: title.trim_start_matches(" – "),
        status: count,
        content: html! {
            h1 { (words.fillers) }
            p.about { (words.fillers_note) }
            @if !count.is_empty() { p #count { (count) } }
            (content)
        },
    })
}

#[cfg(test)]
mod tests {
    use timbao_views::Filler;

    use super::super::address::Address;
    use super::filled;

    #[test]
    fn fillers_lead_to_the_whole_phrase() {
        let address = Address::new("/fillers", None, &[]);
        let filler = Filler {
            words: vec!["chuyển".into()],
            matches: 1,
            articles: 1,
        };
        let link = |phrase| filled(phrase, &filler, &address);
        let whole = "/kwic?q=%22t%E1%BB%B1+chuy%E1%BB%83n+h%C3%B3a%22";
        assert_eq!(link("tự * hóa").as_deref(), Some(whole));
        assert_eq!(link("\"tự * hóa\"").as_deref(), Some(whole));
        for other in ["tự *", "tự **3 hóa", "tự * hóa~2", "\"tự * hóa\" OR a"] {
            assert!(link(other).is_none() || other == "tự *", "{other}");
        }
    }
}
