//! Word lists: a table of the most frequent syllables or n-grams.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::language::{Language, fill};
use timbao_views::{MOST_SYLLABLES, WordList, WordListOptions, WordListSort};

use crate::api::wordlist::{SORTS, WordListRequest, options};
use crate::app::App;
use crate::problem::Problem;
use crate::query::request;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell, understanding};
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{active, cited, downloads, export, table_of_words};

/// The parameters of the page, apart from those of all pages.
pub(super) const OPTIONS: [&str; 5] = ["size", "prefix", "min", "min_articles", "sort"];
/// N-grams on a page.
const UNITS: usize = 200;

/// Answers with a table of n-grams.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["page", "view"]].concat();
    let asked = Asked::new("/wordlist", raw.as_deref(), &own);
    asked
        .answer(Tab::WordList, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let filters = asked.filters(limits.text)?;
    let text = asked.params.text("q", limits.text)?.unwrap_or_default();
    let query = request(text, &filters, asked.accents()?)?;
    let paging = Paging::new(UNITS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let mut options = options(&mut asked.params, &limits, UNITS)?;
    options.most = paging.computed(offset);
    let request = WordListRequest::new(query, options)?;
    let work = app.work.run(&view, move |searcher| {
        let mut found = request.run(&searcher)?;
        let part = paging.cut(&mut found.units, offset);
        let citation = searcher.cite([(&request.query, &request.plan)])?;
        let language = asked.language;
        let words = language.words();
        let count = fill(
            words.listed_summary,
            &[
                &language.ngrams(found.distinct, found.size),
                &language.articles(found.of_articles),
                &language.tokens(found.of_tokens),
            ],
        );
        let narrow = Narrow::of_view(&searcher, &filters, request.options.count, &request.query)?;
        let content = html! {
            @if is_other { p.note { (words.refreshed) } }
            @if !request.query.is_empty() { (understanding(&request.query, &asked.address, language)) }
            (active(&asked.address, language))
            (narrow.above(&asked.address, language))
            @if found.units.is_empty() {
                div.message { p { strong { (words.no_words) } } }
            } @else {
                (table(&found, &asked.address, language))
                (paging.links(&asked.address, searcher.view(), part.offset, found.distinct, words))
                (downloads(&export(&asked.address, "/api/v1/wordlist.csv"), language))
            }
            (cited(&citation, &asked.address, language))
        };
        Ok(whole(&asked, request.query.text(), &request.options, &count, content))
    });
    work.await.map(sent)
}

fn whole(
    asked: &Asked,
    query: &str,
    options: &WordListOptions,
    count: &str,
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_page().without_all(&OPTIONS);
    let title = format!("{query} – {}", words.wordlist);
    let least_articles = options.least_articles;
    shell(&Page {
        language,
        address,
        tab: Tab::WordList,
        title: title.trim_start_matches(" – "),
        status: count,
        content: html! {
            h1 { (words.wordlist) }
            p.about { (words.wordlist_note) }
            form.choices action="/wordlist" {
                span.choice {
                    label for="size" { (words.syllables) }
                    select #size name="size" data-submit {
                        @for size in 1..=MOST_SYLLABLES { option value=(size) selected[size == options.size] { (size) } }
                    }
                }
                span.choice {
                    label for="prefix" { (words.begins) }
                    input #prefix name="prefix" lang="vi" value=(address.get("prefix").unwrap_or_default())
                        placeholder="tự d" size="10" maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false";
                }
                span.choice {
                    label for="min" { (words.at_least) }
                    input #min type="number" name="min" min="1" value=(options.least);
                }
                span.choice {
                    label for="min_articles" { (words.at_least_articles) }
                    input #min_articles type="number" name="min_articles" min="1" value=(least_articles);
                }
                span.choice {
                    label for="sort" { (words.sort) }
                    select #sort name="sort" data-submit {
                        @for (name, sort) in SORTS {
                            option value=(name) selected[sort == options.sort] { (order(sort, language)) }
                        }
                    }
                }
                @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                button { (words.apply) }
            }
            @if !count.is_empty() { p #count { (count) } }
            (content)
        },
    })
}

fn order(sort: WordListSort, language: Language) -> &'static str {
    let words = language.words();
    match sort {
        WordListSort::Count => words.by_count,
        WordListSort::Articles => words.by_articles,
        WordListSort::Alphabet => words.by_alphabet,
    }
}

fn table(found: &WordList, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let again = address.at("/kwic").without_page().without_all(&OPTIONS);
    table_of_words(
        &[
            words.word,
            words.occurrences,
            words.articles_column,
            words.per_million,
            words.per_thousand,
        ],
        found.units.iter().map(|unit| {
            // An n-gram without accents is not the same with any accents.
            let link = again.with("q", &format!("=\"{}\"", unit.unit)).href();
            let cells = vec![
                language.count(unit.count),
                language.count(unit.articles),
                language.rate(unit.per_million),
                language.rate(unit.per_thousand),
            ];
            (html! { a lang="vi" href=(link) { (unit.unit) } }, cells)
        }),
    )
}
