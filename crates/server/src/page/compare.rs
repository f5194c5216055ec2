//! Two queries side by side.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::Request;
use timbao_views::chart::Measure;
use timbao_views::language::Language;
use timbao_views::{CompareOptions, Comparison, Overlap, Period, Trend};

use crate::api::compare::{CompareRequest, options};
use crate::api::trends::BY;
use crate::app::App;
use crate::problem::Problem;
use crate::query::request;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell};
use super::narrow::Narrow;
use super::paging::{Paging, Part};
use super::parts::{active, cited, downloads, export, table_below, table_of_words, with_query};
use super::trends::{concordance, figure};

/// The parameters of the page, apart from those of all pages.
pub(super) const OPTIONS: [&str; 3] = ["by", "window", "min"];
/// Words near each query on a page.
const ROWS: usize = 20;

/// Answers with a comparison.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["page", "view"]].concat();
    let asked = Asked::new("/compare", raw.as_deref(), &own);
    asked
        .answer(Tab::Compare, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let paging = Paging::new(ROWS, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let mut options = options(&mut asked.params)?;
    options.collocates.most = paging.computed(offset);
    let accents = asked.accents()?;
    let filters = asked.filters(limits.text)?;
    // Other views pass on as many queries as trends have.
    let texts = asked
        .params
        .texts("q", limits.text, crate::api::trends::QUERIES)?;
    let queries = texts
        .into_iter()
        .take(2)
        .map(|text| request(text, &filters, accents));
    let queries: Vec<Request> = queries.collect::<Result<_, _>>()?;
    let typed = queries.iter().map(|query| query.text().to_owned());
    let typed: Vec<String> = typed.collect();
    let is_typed = |query: &Request| !query.text().trim().is_empty() && !query.is_empty();
    let queries = match <[Request; 2]>::try_from(queries) {
        Ok(queries) if queries.iter().all(is_typed) => queries,
        Ok(queries) => {
            let content = html! {
                @for query in &queries { (problems(query, asked.language)) }
                (invitation(&asked))
            };
            return Ok(sent(whole(&asked, &typed, &options, content)));
        }
        Err(_) => return Ok(sent(whole(&asked, &typed, &options, invitation(&asked)))),
    };
    let request = CompareRequest::new(queries, &filters, options)?;
    let work = app.work.run(&view, move |searcher| {
        let mut found = request.run(&searcher)?;
        let part = paging.cut_all(&mut found.collocates, offset);
        let citation = searcher.cite(request.cited())?;
        let (address, language) = (&asked.address, asked.language);
        let words = language.words();
        let queries = request.queries.iter();
        let of_two = queries.fold(address.without("q"), |kept, query| {
            kept.and("q", query.text())
        });
        let narrow = Narrow::of_all(&searcher, &filters, request.options.count)?;
        let link = |series: &Trend, period: &Period| {
            let address = address.without_page().without_all(&OPTIONS);
            concordance(&address, &found.trends, series, period)
        };
        let content = html! {
            @if is_other { p.note { (words.refreshed) } }
            @for query in &request.queries { (problems(query, language)) }
            (active(address, language))
            (narrow.above(address, language))
            (counts(&found, address, language))
            h2 { (words.overlap) }
            (common(&found, &request, address, language))
            h2 { (words.trends) }
            @if found.trends.periods.is_empty() {
                @let has_undated = found.trends.series.iter().any(|series| series.undated.articles > 0);
                div.message { p { (if has_undated { words.only_undated } else { words.nothing }) } }
            } @else {
                (figure(&found.trends, Measure::PerMillion, language, &link))
            }
            (side_by_side(&found, part, language))
            (paging.links_of_part(address, searcher.view(), part, words))
            (downloads(&export(&of_two, "/api/v1/compare.csv"), language))
            (cited(&citation, address, language))
        };
        Ok(whole(&asked, &typed, &request.options, content))
    });
    work.await.map(sent)
}

/// The content of a page without two queries.
fn invitation(asked: &Asked) -> Markup {
    let example = asked.address.without("q");
    let example = example
        .and("q", "tự diễn biến")
        .and("q", "tự chuyển hóa")
        .href();
    let words = asked.language.words();
    html! {
        div.message { p { (words.compare_empty) " " a lang="vi" href=(example) { "tự diễn biến / tự chuyển hóa" } } }
    }
}

/// The distinctive collocates of each query.
fn side_by_side(found: &Comparison, part: Part, language: Language) -> Markup {
    let words = language.words();
    html! {
        div.side-by-side {
            @for (number, (query, keywords)) in found.queries.iter().zip(&found.collocates).enumerate() {
                @let heading = format!("near-{number}");
                section {
                    h2 id=(heading) { (with_query(words.distinctive, &query.query)) }
                    @if !keywords.is_empty() { (near(&heading, keywords, language)) }
                    @else { p { (if part.offset > 0 { words.list_ended } else { words.no_keywords }) } }
                }
            }
        }
    }
}

fn whole(asked: &Asked, queries: &[String], options: &CompareOptions, content: Markup) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_page().without_all(&OPTIONS).without("q");
    let title = format!("{} – {}", queries.join(" / "), words.compare);
    let query = |number: usize| queries.get(number).map_or("", String::as_str);
    let window = options.windows.left;
    shell(&Page {
        language,
        address,
        tab: Tab::Compare,
        title: title.trim_start_matches(" – "),
        status: &queries.join(" / "),
        content: html! {
            h1 { (words.compare) }
            p.about { (words.compare_note) }
            form.trends role="search" action="/compare" {
                fieldset.phrases {
                    legend { (words.phrase) }
                    input #q name="q" lang="vi" value=(query(0)) aria-label=(words.first_query) placeholder=(words.first_query) maxlength="2000" autocomplete="off" spellcheck="false";
                    input name="q" lang="vi" value=(query(1)) aria-label=(words.second_query) placeholder=(words.second_query) maxlength="2000" autocomplete="off" spellcheck="false";
                }
                div.choices {
                    span.choice {
                        label for="by" { (words.period) }
                        select #by name="by" data-submit {
                            @for (name, by) in BY { option value=(name) selected[by == options.by] { (language.by(by)) } }
                        }
                    }
                    span.choice {
                        label for="window" { (words.window) }
                        input #window type="number" name="window" min="0" max="50" value=(window);
                    }
                    span.choice {
                        label for="min" { (words.at_least) }
                        input #min type="number" name="min" min="1" value=(options.collocates.least);
                    }
                    @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                    button { (words.compare) }
                }
            }
            (content)
        },
    })
}

/// A row for each query.
fn counts(found: &Comparison, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| language.rate(rate));
    html! {
        p #count.hidden { (words.compare) }
        (table_of_words(
            &[words.phrase, words.occurrences, words.articles_column, words.per_million, words.per_thousand],
            found.queries.iter().map(|query| {
                let link = address.at("/kwic").without_page().without_all(&OPTIONS).with("q", &query.query).href();
                let cells = vec![
                    language.count(query.matches),
                    language.count(query.articles),
                    rate(query.per_million_tokens),
                    rate(query.per_thousand_articles),
                ];
                (html! { a lang="vi" href=(link) { (query.query) } }, cells)
            }),
        ))
        p {
            (words.difference) ": " (words.likelihood) " " strong { (language.decimal(found.log_likelihood, 1)) }
            ", Log Ratio " strong { (language.decimal(found.log_ratio, 2)) }
        }
    }
}

/// The common articles, as a bar and as numbers.
fn common(
    found: &Comparison,
    request: &CompareRequest,
    address: &Address,
    language: Language,
) -> Markup {
    let words = language.words();
    let overlap = &found.overlap;
    // Words side by side are a phrase in this view.
    let [first, second] = request
        .queries
        .each_ref()
        .map(|query| query.as_phrases().ast().to_string());
    let together = format!("({first}) AND ({second})");
    let link = |query: &str| {
        address
            .at("/")
            .without_page()
            .without_all(&OPTIONS)
            .with("q", query)
            .href()
    };
    let [one, two] = &found.queries;
    html! {
        (bar(overlap))
        dl.measures {
            dt { (with_query(words.only, &one.query)) } dd { (language.articles(overlap.only_first)) }
            dt { (words.both) }
            dd {
                @if overlap.both > 0 { a href=(link(&together)) { (language.articles(overlap.both)) } }
                @else { (language.articles(0)) }
            }
            dt { (with_query(words.only, &two.query)) } dd { (language.articles(overlap.only_second)) }
            dt { (words.expected_both) } dd { (language.decimal(overlap.expected, 1)) }
            dt { "Jaccard" } dd { (language.decimal(overlap.jaccard, 3)) }
            dt { (words.association) } dd { (language.decimal(overlap.log_likelihood, 1)) }
        }
    }
}

/// The articles of the first query, of both, and of the second, side by side.
fn bar(overlap: &Overlap) -> Markup {
    let all = (overlap.only_first + overlap.both + overlap.only_second).max(1) as f64;
    let wide = |articles: u64| articles as f64 / all * 100.0;
    let (first, both) = (wide(overlap.only_first), wide(overlap.both));
    let part = |class: &str, x: f64, width: f64| {
        html! { rect class=(class) x=(format!("{x:.3}")) y="0" width=(format!("{width:.3}")) height="8" {} }
    };
    html! {
        svg.overlap viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
            (part("series-0", 0.0, first))
            (part("both", first, both))
            (part("series-1", first + both, wide(overlap.only_second)))
        }
    }
}

/// The words near one query rather than the other.
fn near(heading: &str, keywords: &[timbao_views::Keyword], language: Language) -> Markup {
    let words = language.words();
    table_below(
        heading,
        &[
            words.word,
            words.near,
            words.near_other,
            words.likelihood,
            "Log Ratio",
        ],
        keywords.iter().map(|keyword| {
            let cells = vec![
                language.count(keyword.count),
                language.count(keyword.against_count),
                language.decimal(keyword.log_likelihood, 1),
                language.decimal(keyword.log_ratio, 2),
            ];
            (html! { span lang="vi" { (keyword.unit) } }, cells)
        }),
    )
}
