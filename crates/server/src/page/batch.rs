//! Several queries at once: their totals, counts or hits in one table.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_query::{Problem as QueryProblem, Request};
use timbao_views::FacetMatrix;
use timbao_views::Sort;
use timbao_views::language::{Language, fill};

use crate::api::batch::{Answered, BatchRequest, QUERIES, What};
use crate::app::App;
use crate::problem::Problem;
use crate::query::{request, sort};

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell};
use super::narrow::Narrow;
use super::parts::{self, active, article_address, cited, downloads};

/// The parameters of the page, apart from those of all pages.
pub(super) const OPTIONS: [&str; 4] = ["queries", "by", "totals", "sort"];
/// Hits of each query on the page.
const HITS: usize = 3;
/// Values of metadata with a column on the page.
const COLUMNS: usize = 24;
/// Largest length of the queries, in characters. They are part of an address.
const TEXT: usize = 4_000;

/// Answers with a table of queries.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/batch", raw.as_deref(), &OPTIONS);
    asked.answer(Tab::Batch, |asked| answer(&app, asked)).await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let what = What::take(&mut asked.params)?;
    let sort = sort(&mut asked.params)?;
    let count = asked.count()?;
    let accents = asked.accents()?;
    let filters = asked.filters(limits.text)?;
    let text = asked.params.text("queries", TEXT)?.unwrap_or_default();
    // Queries of another view are the first ones.
    let others = asked.params.texts("q", limits.text, QUERIES)?.join("\n");
    let lines = if text.is_empty() { &others } else { &text };
    let lines: Vec<&str> = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > QUERIES {
        let detail = format!("queries has more than {QUERIES} lines");
        return Err(Problem::parameter("queries", detail));
    }
    let typed = lines.join("\n");
    if lines.is_empty() {
        return Ok(sent(whole(&asked, &typed, what, sort, html! {})));
    }
    let queries = lines
        .iter()
        .map(|line| request((*line).to_owned(), &filters, accents));
    let request = BatchRequest {
        queries: queries.collect::<Result<_, _>>()?,
        filters,
        what,
        sort,
        count,
        limit: HITS,
        offset: 0,
    };
    let view = app.views()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let answered = request.run(&searcher)?;
        let matrix = request.matrix(&searcher)?;
        let cited_queries = request.queries.iter().map(|query| (query, query.plan()));
        let citation = searcher.cite(cited_queries)?;
        let (address, language) = (&asked.address, asked.language);
        let export = export(&request, address);
        let narrow = Narrow::of_all(&searcher, &request.filters, request.count)?;
        let content = html! {
            (active(address, language))
            (narrow.above(address, language))
            @for query in request.queries.iter().filter(|query| has_problems(query)) {
                (problems(query, language))
            }
            (table(&request, &answered, matrix.as_ref(), address, language))
            (downloads(&export, language))
            (cited(&citation, address, language))
        };
        Ok(whole(&asked, &typed, what, sort, content))
    });
    work.await.map(sent)
}

fn has_problems(query: &Request) -> bool {
    let problems: &[QueryProblem] = query.problems();
    !problems.is_empty()
}

fn whole(asked: &Asked, queries: &str, what: What, sort: Sort, content: Markup) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_all(&["queries", "by", "totals", "sort", "q"]);
    let by = match what {
        What::Counts(facet) => Some(facet),
        _ => None,
    };
    shell(&Page {
        language,
        address,
        tab: Tab::Batch,
        title: words.batch,
        status: words.batch,
        content: html! {
            h1 #count { (words.batch) }
            form.trends action="/batch" {
                label for="queries" { (fill(words.batch_note, &[&QUERIES])) }
                textarea #queries name="queries" lang="vi" rows="8" maxlength=(TEXT) spellcheck="false" autocapitalize="off"
                    placeholder="cử tri\n\"tự diễn biến\"\n\"đại hội\" NEAR/5 \"nhân sự\"" { (queries) }
                div.choices {
                    label for="by" { (words.count_by) }
                    select #by name="by" {
                        option value="" selected[what == What::Hits] { (words.count_by_none) }
                        @for facet in Facet::ALL {
                            option value=(facet.name()) selected[by == Some(*facet)] { (language.facet_column(*facet)) }
                        }
                    }
                    label { input type="checkbox" name="totals" value="true" checked[what == What::Totals]; " " (words.totals) }
                    label for="sort" { (words.sort) }
                    select #sort name="sort" {
                        @for (name, order, label) in [
                            ("relevance", Sort::Relevance, words.by_relevance),
                            ("-date", Sort::Latest, words.latest),
                            ("date", Sort::Oldest, words.oldest),
                        ] { option value=(name) selected[order == sort] { (label) } }
                    }
                    @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                    button { (words.search) }
                }
            }
            (content)
        },
    })
}

/// A row for each query: its total, then its hits or its counts.
fn table(
    request: &BatchRequest,
    answered: &[Answered],
    matrix: Option<&FacetMatrix>,
    address: &Address,
    language: Language,
) -> Markup {
    let words = language.words();
    let again = address.without_all(&OPTIONS).at("/");
    let columns = matrix.map_or(&[][..], FacetMatrix::values);
    let columns = columns.get(..COLUMNS).unwrap_or(columns);
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.words.batch aria-labelledby="count" {
                thead {
                    tr {
                        th scope="col" { (words.phrase) }
                        th scope="col" { (words.articles_column) }
                        @if request.what == What::Hits { th.value scope="col" { (words.hits) } }
                        @for column in columns { th scope="col" lang="vi" { (column) } }
                        @if matrix.is_some() { th scope="col" { (words.unknown) } }
                    }
                }
                tbody {
                    @for (query, found) in request.queries.iter().zip(answered) {
                        tr {
                            th scope="row" { a lang="vi" href=(again.with("q", query.text()).href()) { (query.text()) } }
                            td { (language.count(found.total)) }
                            @if request.what == What::Hits {
                                td.value { (hits(found, &again.with("q", query.text()), language)) }
                            }
                            @if let (Some(matrix), Some(by)) = (matrix, &found.by) {
                                @for cell in matrix.row(by).into_iter().take(columns.len()) { td { (language.count(cell)) } }
                                td { (language.count(by.unknown)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The first hits of a query.
fn hits(found: &Answered, address: &Address, language: Language) -> Markup {
    let words = language.words();
    html! {
        @for hit in &found.hits {
            @let article = &hit.article;
            p {
                a lang="vi" href=(article_address(address, &article.id)) { (article.title.as_deref().unwrap_or(words.untitled)) }
                @if let Some(date) = article.published { span.about { " " (language.date(&date.to_string())) } }
            }
        }
    }
}

/// The address of the same answers as CSV.
fn export(request: &BatchRequest, address: &Address) -> String {
    let bare = address.without_all(&["queries", "q"]);
    let queries = request.queries.iter();
    let all = queries.fold(bare, |kept, query| kept.and("q", query.text()));
    parts::export(&all, "/api/v1/batch.csv")
}
