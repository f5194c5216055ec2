//! Keywords: a table of words characteristic of the articles of a query.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::Filters;
use timbao_views::language::Language;
use timbao_views::{Count, KeywordOptions, Keywords};

use crate::api::keywords::KeywordsRequest;
use crate::app::App;
use crate::problem::Problem;
use crate::query::request;

use super::address::Address;
use super::answer::refused;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell, understanding};
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{active, cited, downloads, placeholder, table_of_words};

/// The parameters of the page, apart from those of all pages.
const OPTIONS: [&str; 3] = ["against", "min", "min_articles"];
/// Keywords on a page.
const ROWS: usize = 50;

/// Answers with a table of keywords.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["page", "view"]].concat();
    let asked = Asked::new("/keywords", raw.as_deref(), &own);
    asked
        .answer(Tab::Keywords, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let paging = Paging::new(ROWS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let against = asked.params.text("against", limits.text)?;
    let filters = asked.filters(limits.text)?;
    let count = asked.count()?;
    let standard = KeywordOptions::default();
    let mut least = |name, standard| asked.params.number(name, 1..=1_000_000, standard);
    let options = KeywordOptions {
        count,
        most: paging.computed(offset),
        least: least("min", standard.least)?,
        least_articles: least("min_articles", standard.least_articles)?,
        ..standard
    };
    let query = asked.query_with(limits.text, &filters)?;
    let Some(of) = query else {
        let content = placeholder(asked.language.words().keywords_empty);
        return Ok(sent(whole(&asked, "", &options, "", content)));
    };
    let against = against
        .filter(|text| !text.trim().is_empty())
        .map(|text| request(text, &Filters::default(), of.options().accents))
        .transpose()?;
    for query in std::iter::once(&of).chain(&against) {
        if query.is_empty() {
            let content = problems(query, asked.language);
            let page = whole(&asked, of.text(), &options, "", content);
            return Ok(refused(Problem::query(query), page));
        }
    }
    let request = KeywordsRequest {
        of,
        against,
        options,
        offset: 0,
    };
    let work = app.work.run(&view, move |searcher| {
        let mut found = request.run(&searcher)?;
        let part = paging.cut(&mut found.keywords, offset);
        let queries = std::iter::once(&request.of).chain(&request.against);
        let citation = searcher.cite(queries.map(|query| (query, query.plan())))?;
        let narrow = Narrow::of_view(&searcher, &filters, count, &request.of)?;
        let language = asked.language;
        let words = language.words();
        let count = language.keywords_summary(&found);
        let content = html! {
            @if is_other { p.note { (words.refreshed) } }
            (understanding(&request.of, &asked.address, language))
            (active(&asked.address, language))
            (narrow.above(&asked.address, language))
            @if found.keywords.is_empty() {
                div.message { p { strong { (words.no_keywords) } } }
            } @else {
                (table(&found, &asked.address, language))
                (paging.links_of_part(&asked.address, searcher.view(), part, words))
                (downloads(&export(&request, &asked.address), language))
            }
            (cited(&citation, &asked.address, language))
        };
        Ok(whole(
            &asked,
            request.of.text(),
            &request.options,
            &count,
            content,
        ))
    });
    work.await.map(sent)
}

fn table(found: &Keywords, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let columns = [
        words.word,
        words.occurrences,
        words.articles_column,
        words.per_million,
        words.elsewhere,
        words.per_million,
        words.likelihood,
        "Log Ratio",
    ];
    let again = address.at("/kwic").without_page().without_all(&OPTIONS);
    let rows = found.keywords.iter().map(|keyword| {
        let phrase = format!("\"{}\"", keyword.unit);
        let link = again.with("q", &phrase);
        let unit = html! { a lang="vi" href=(link.href()) { (keyword.unit) } };
        let cells = vec![
            language.count(keyword.count),
            language.count(keyword.articles),
            language.rate(keyword.per_million),
            language.count(keyword.against_count),
            language.rate(keyword.against_per_million),
            language.decimal(keyword.log_likelihood, 1),
            language.decimal(keyword.log_ratio, 2),
        ];
        (unit, cells)
    });
    table_of_words(&columns, rows)
}

/// The address of the same keywords as CSV.
fn export(request: &KeywordsRequest, address: &Address) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("of", &request.of.ast().to_string());
    if let Some(against) = &request.against {
        query.append_pair("against", &against.ast().to_string());
    }
    if let Some(accents) = address.get("accents") {
        query.append_pair("accents", accents);
    }
    for name in ["min", "min_articles"] {
        if let Some(value) = address.get(name) {
            query.append_pair(name, value);
        }
    }
    if request.options.count == Count::Texts {
        query.append_pair("count", "texts");
    }
    format!("/api/v1/keywords.csv?{}", query.finish())
}

fn whole(
    asked: &Asked,
    query: &str,
    options: &KeywordOptions,
    count: &str,
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_page().without_all(&OPTIONS);
    let title = format!("{query} – {}", words.keywords);
    shell(&Page {
        language,
        address,
        tab: Tab::Keywords,
        title: title.trim_start_matches(" – "),
        status: count,
        content: html! {
            h1 { (words.keywords) }
            p.about { (words.keywords_note) }
            form.choices action="/keywords" {
                label for="against" { (words.against) }
                input #against name="against" value=(address.get("against").unwrap_or_default())
                    placeholder=(words.all_others) maxlength="2000" autocomplete="off" spellcheck="false";
                span.choice {
                    label for="min" { (words.at_least) }
                    input #min type="number" name="min" min="1" value=(options.least);
                }
                span.choice {
                    label for="min_articles" { (words.at_least_articles) }
                    input #min_articles type="number" name="min_articles" min="1" value=(options.least_articles);
                }
                @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                button { (words.apply) }
            }
            @if !count.is_empty() { p #count { (count) } }
            (content)
        },
    })
}
