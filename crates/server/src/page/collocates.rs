//! Collocates: a table of words near the matches of a query.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::{CollocateOptions, Collocates};

use crate::api::collocates::{CollocatesRequest, ORDERS};
use crate::app::App;
use crate::problem::Problem;
use crate::query::{base, cited as citation};

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, failed, shell, understanding};
use super::parts::{active, cited, export, table_of_words};
use timbao_views::language::Language;

/// The windows that the page offers, in tokens on each side.
const WINDOWS: [u32; 5] = [1, 3, 5, 10, 20];

/// Answers with a table of collocates.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/collocates", raw.as_deref(), &["window", "by"]);
    let (address, language) = (asked.address.clone(), asked.language);
    match answer(&app, asked).await {
        Ok(response) => response,
        Err(problem) => failed(&problem, &address, Tab::Collocates, language),
    }
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let standard = CollocateOptions::default();
    let window = asked.params.number("window", 1..=50, standard.left)?;
    let sort = asked.params.choice("by", &ORDERS, standard.sort)?;
    let filters = asked.filters(limits.text)?;
    let query = asked.query_with(limits.text, &filters)?;
    let options = CollocateOptions {
        left: window,
        right: window,
        sort,
        ..standard
    };
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        let words = asked.language.words();
        let content = html! { div.message { p { (words.placeholder) } } };
        return Ok(sent(
            StatusCode::OK,
            whole(&asked, "", &options, "", content),
        ));
    };
    let request = CollocatesRequest {
        query,
        base: base(&filters)?,
        options,
        compared: None,
    };
    let view = app.reloader()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let found = request.run(&searcher)?;
        let plan = request.query.view_plan();
        let citation = citation(&searcher, [(&request.query, &plan)])?;
        let language = asked.language;
        let words = language.words();
        let count = format!(
            "{}; {}",
            language.places(found.matches),
            language.compared(found.compared)
        );
        let content = html! {
            (understanding(&request.query, &asked.address, language))
            (active(&asked.address.without_all(&["by", "window"]), language))
            @if found.collocates.is_empty() {
                div.message { p { strong { (words.no_words) } } }
            } @else {
                (table(&found, &request, &asked.address, language))
                p { a href=(export(&asked.address, "/api/v1/collocates.csv")) download { (words.export) } }
            }
            (cited(&citation, &asked.address, language))
        };
        Ok(whole(&asked, request.query.text(), &request.options, &count, content))
    });
    Ok(sent(StatusCode::OK, work.await?))
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
    let kept = address.without_all(&["window", "by"]);
    let title = format!("{query} – {} – Timbao", words.collocates);
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
                label for="window" { (words.window) }
                select #window name="window" data-submit {
                    @for window in WINDOWS { option value=(window) selected[window == options.left] { (window) } }
                    @if !WINDOWS.contains(&options.left) { option value=(options.left) selected { (options.left) } }
                }
                label for="by" { (words.sort) }
                select #by name="by" data-submit {
                    @for (name, order) in ORDERS { option value=(name) selected[order == options.sort] { (language.order(order)) } }
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
    let phrase = request.query.text().trim();
    let near = |unit: &str| near(phrase, request.options.left, unit, address);
    table_of_words(
        &[
            words.word,
            words.near,
            words.articles_column,
            words.everywhere,
            words.expected,
            words.likelihood,
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

/// The concordance of a phrase near a word, if the query is nothing but a phrase.
fn near(phrase: &str, window: u32, unit: &str, address: &Address) -> Option<String> {
    let bare = phrase
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(phrase);
    let is_plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == ' ');
    if bare.is_empty() || !is_plain(bare) || bare.split(' ').any(|word| OPERATORS.contains(&word)) {
        return None;
    }
    let query = format!("\"{bare}\" NEAR/{window} \"{unit}\"");
    let address = address.at("/kwic").without_all(&["by", "window"]);
    Some(address.with("q", &query).href())
}

/// Words of the query language, which cannot be part of a phrase.
const OPERATORS: [&str; 7] = ["AND", "OR", "NOT", "NEAR", "VÀ", "HOẶC", "KHÔNG"];

#[cfg(test)]
mod tests {
    use super::super::address::Address;
    use super::near;

    #[test]
    fn words_near_a_phrase_lead_to_both() {
        let address = Address::new("/collocates", Some("by=mi&section=a"), &["by", "section"]);
        let link = |phrase| near(phrase, 3, "chi bộ", &address);
        let both = "/kwic?section=a&q=%22c%C3%A1n+b%E1%BB%99%22+NEAR%2F3+%22chi+b%E1%BB%99%22";
        assert_eq!(link("cán bộ").as_deref(), Some(both));
        assert_eq!(link("\"cán bộ\"").as_deref(), Some(both));
        for other in ["", "cán OR bộ", "cán -bộ", "\"a\" \"b\"", "tít:cán"] {
            assert_eq!(link(other), None, "{other}");
        }
    }
}
