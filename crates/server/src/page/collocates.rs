//! Collocates: a table of words near the matches of a query.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::{NodeKind, Request};
use timbao_views::{CollocateOptions, CollocateSort, Collocates};

use crate::api::collocates::{CollocatesRequest, ORDERS};
use crate::app::App;
use crate::problem::Problem;
use crate::query::base;

use super::address::Address;
use super::answer::refused;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell, understanding};
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{active, cited, downloads, export, placeholder, table_of_words};
use timbao_views::language::Language;

/// The parameters of the page, apart from those of all pages. `left` and `right` are the sides of
/// the window if they differ.
const OPTIONS: [&str; 5] = ["window", "left", "right", "min", "by"];
/// The windows that the page offers, in tokens on each side.
const WINDOWS: [u32; 5] = [1, 3, 5, 10, 20];

/// Collocates on a page.
const ROWS: usize = 50;

/// Answers with a table of collocates.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["page", "view"]].concat();
    let asked = Asked::new("/collocates", raw.as_deref(), &own);
    asked
        .answer(Tab::Collocates, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let paging = Paging::new(ROWS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let standard = CollocateOptions::default();
    let window = asked.params.number("window", 0..=50, standard.left)?;
    let left = asked.params.number("left", 0..=50, window)?;
    let right = asked.params.number("right", 0..=50, window)?;
    let least = asked.params.number("min", 1..=1_000_000, standard.least)?;
    let sort = asked.params.choice("by", &ORDERS, standard.sort)?;
    let filters = asked.filters(limits.text)?;
    let count = asked.count()?;
    let query = asked.query_with(limits.text, &filters)?;
    let options = CollocateOptions {
        left,
        right,
        least,
        sort,
        count,
        most: paging.computed(offset),
    };
    let Some(query) = query else {
        let words = asked.language.words();
        let content = placeholder(words.placeholder);
        return Ok(sent(whole(&asked, "", &options, "", content)));
    };
    if query.is_empty() {
        let content = problems(&query, asked.language);
        let page = whole(&asked, query.text(), &options, "", content);
        return Ok(refused(Problem::query(&query), page));
    }
    let request = CollocatesRequest {
        plan: query.view_plan(),
        query,
        base: base(&filters)?,
        options,
        offset: 0,
        compared: None,
    };
    let work = app.work.run(&view, move |searcher| {
        let mut found = request.run(&searcher)?;
        let part = paging.cut(&mut found.collocates, offset);
        let citation = searcher.cite([(&request.query, &request.plan)])?;
        let narrow = Narrow::of_view(&searcher, &filters, count, &request.query)?;
        let language = asked.language;
        let words = language.words();
        let (matches, compared) = (
            language.places(found.matches),
            language.compared(found.compared),
        );
        let count = format!("{matches}; {compared}");
        let content = html! {
            @if is_other { p.note { (words.refreshed) } }
            (understanding(&request.query, &asked.address, language))
            (active(&asked.address, language))
            (narrow.above(&asked.address, language))
            @if found.collocates.is_empty() {
                div.message { p { strong { (words.no_words) } } }
            } @else {
                (table(&found, &request, &asked.address, language))
                (paging.links_of_part(&asked.address, searcher.view(), part, words))
                (downloads(&export(&asked.address, "/api/v1/collocates.csv"), language))
            }
            (cited(&citation, &asked.address, language))
        };
        let text = request.query.text();
        Ok(whole(&asked, text, &request.options, &count, content))
    });
    work.await.map(sent)
}

fn whole(
    asked: &Asked,
    query: &str,
    options: &CollocateOptions,
    count: &str,
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_page().without_all(&OPTIONS);
    let title = format!("{query} – {}", words.collocates);
    shell(&Page {
        language,
        address,
        tab: Tab::Collocates,
        title: title.trim_start_matches(" – "),
        status: count,
        content: html! {
            h1 { (words.collocates) }
            p.about { (words.collocates_note) }
            form.choices action="/collocates" {
                span.choice {
                    label for="window" { (words.window) }
                    select #window name="window" data-submit {
                        @for window in WINDOWS { option value=(window) selected[window == options.left] { (window) } }
                        @if !WINDOWS.contains(&options.left) { option value=(options.left) selected { (options.left) } }
                    }
                }
                span.choice {
                    label for="min" { (words.at_least) }
                    input #min type="number" name="min" min="1" value=(options.least);
                }
                span.choice {
                    label for="by" { (words.sort) }
                    select #by name="by" data-submit {
                        @for (name, order) in ORDERS { option value=(name) selected[order == options.sort] { (language.order(order)) } }
                    }
                }
                @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                button.quiet { (words.apply) }
            }
            @if !count.is_empty() { p #count { (count) } }
            (content)
        },
    })
}

fn table(
    found: &Collocates,
    request: &CollocatesRequest,
    address: &Address,
    language: Language,
) -> Markup {
    let words = language.words();
    let phrase = phrase_of(request.query.text());
    let near = |unit: &str| {
        Some(near(
            phrase.as_deref()?,
            request.options.left.max(request.options.right),
            unit,
            address,
        ))
    };
    table_of_words(
        &[
            words.word,
            words.near,
            words.articles_column,
            words.everywhere,
            words.expected,
            language.order(CollocateSort::LogLikelihood),
            "logDice",
            "MI",
        ],
        found.collocates.iter().map(|collocate| {
            let unit = html! {
                @match near(&collocate.unit) {
                    Some(link) => a lang="vi" href=(link) { (collocate.unit) },
                    None => span lang="vi" { (collocate.unit) },
                }
            };
            let cells = vec![
                language.count(collocate.near),
                language.count(collocate.articles),
                language.count(collocate.count),
                language.decimal(collocate.expected, 1),
                language.decimal(collocate.log_likelihood, 1),
                language.decimal(collocate.log_dice, 2),
                language.decimal(collocate.mutual_information, 2),
            ];
            (unit, cells)
        }),
    )
}

/// The query as a part of NEAR, if it is nothing but a word or a phrase.
fn phrase_of(query: &str) -> Option<String> {
    let read = Request::new(query).as_phrases();
    let is_phrase = matches!(read.ast().kind, NodeKind::Word(_) | NodeKind::Phrase(_));
    is_phrase.then(|| read.ast().to_string())
}

/// The concordance of a phrase near a word.
fn near(phrase: &str, window: u32, unit: &str, address: &Address) -> String {
    let query = format!("{phrase} NEAR/{window} \"{unit}\"");
    let address = address.at("/kwic").without_page().without_all(&OPTIONS);
    address.with("q", &query).href()
}

#[cfg(test)]
mod tests {
    use super::super::address::Address;
    use super::{near, phrase_of};

    #[test]
    fn words_near_a_phrase_lead_to_both() {
        let address = Address::new("/collocates", Some("by=mi&section=a"), &["by", "section"]);
        let link = |query| Some(near(&phrase_of(query)?, 3, "chi bộ", &address));
        let both = "/kwic?section=a&q=%22c%C3%A1n+b%E1%BB%99%22+NEAR%2F3+%22chi+b%E1%BB%99%22";
        assert_eq!(link("cán bộ").as_deref(), Some(both));
        assert_eq!(link("\"cán bộ\"").as_deref(), Some(both));
        for other in ["", "cán OR bộ", "cán -bộ", "\"a\" \"b\"", "tít:cán"] {
            assert_eq!(link(other), None, "{other}");
        }
    }
}
