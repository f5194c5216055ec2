//! Trends: how often some phrases are said over time, as a chart and as a table.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use timbao_articles::Published;
use timbao_query::plan::Plan;
use timbao_views::chart::Measure;
use timbao_views::{By, Period, Trends, TrendsOptions};

use crate::api::trends::{BY, QUERIES, TrendsRequest};
use crate::app::App;
use crate::problem::Problem;
use crate::query::{self, base, cited as citation};

use super::address::Address;
use super::asked::{Asked, sent};
use super::chart::lines;
use super::layout::{Page, Tab, failed, problems, shell};
use super::parts::{active, cited, export};
use timbao_views::language::Language;

/// The measures, by their names on the command line.
const MEASURES: [(&str, Measure); 4] = [
    ("per-million", Measure::PerMillion),
    ("per-thousand", Measure::PerThousand),
    ("matches", Measure::Matches),
    ("articles", Measure::Articles),
];

/// Answers with a chart.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/trends", raw.as_deref(), &["by", "measure"]);
    let (address, language) = (asked.address.clone(), asked.language);
    match answer(&app, asked).await {
        Ok(response) => response,
        Err(problem) => failed(&problem, &address, Tab::Trends, language),
    }
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let by = asked.params.choice("by", &BY, By::Month)?;
    let measure = asked
        .params
        .choice("measure", &MEASURES, Measure::PerMillion)?;
    let accents = asked.accents()?;
    let filters = asked.filters(limits.text)?;
    let mut queries = Vec::new();
    for text in asked.params.texts("q", limits.text, QUERIES)? {
        let query = query::request(text, &filters, accents)?;
        if !query.is_empty() && !query.text().trim().is_empty() {
            queries.push(query);
        }
    }
    if queries.is_empty() {
        let page = trends_page(&asked, by, measure, &[], html! {});
        return Ok(sent(StatusCode::OK, page));
    }
    let request = TrendsRequest {
        queries,
        base: base(&filters)?,
        options: TrendsOptions {
            by,
            ..TrendsOptions::default()
        },
    };
    let view = app.reloader()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let trends = request.run(&searcher)?;
        let plans: Vec<Plan> = request.queries.iter().map(|q| q.view_plan()).collect();
        let citation = citation(&searcher, request.queries.iter().zip(&plans))?;
        let texts: Vec<&str> = request.queries.iter().map(|query| query.text()).collect();
        let content = html! {
            @for query in &request.queries { (problems(query, asked.language)) }
            (shown(&trends, measure, &asked.address, asked.language))
            (cited(&citation, &asked.address, asked.language))
        };
        Ok(trends_page(&asked, by, measure, &texts, content))
    });
    Ok(sent(StatusCode::OK, work.await?))
}

fn trends_page(
    asked: &Asked,
    by: By,
    measure: Measure,
    queries: &[&str],
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_all(&["q", "by", "measure"]);
    let title = format!("{} – {} – Timbao", queries.join(", "), words.trends);
    shell(&Page {
        language,
        address,
        tab: Tab::Trends,
        title: title.trim_start_matches(" – "),
        status: &queries.join(", "),
        content: html! {
            h1 { (words.trends) }
            form.trends role="search" action="/trends" {
                fieldset.phrases {
                    legend { (words.phrase) }
                    @for (i, query) in queries.iter().enumerate() {
                        input name="q" value=(query) aria-label={ (words.phrase) " " (i + 1) } maxlength="2000" autocomplete="off" spellcheck="false";
                    }
                    @if queries.len() < QUERIES {
                        input #q name="q" value="" placeholder=(words.one_more) aria-label=(words.one_more) maxlength="2000" autocomplete="off" spellcheck="false";
                    }
                }
                div.choices {
                    label for="by" { (words.period) }
                    select #by name="by" data-submit {
                        @for (name, value) in BY { option value=(name) selected[value == by] { (language.by(value)) } }
                    }
                    label for="measure" { (words.measure) }
                    select #measure name="measure" data-submit {
                        @for (name, value) in MEASURES {
                            option value=(name) selected[value == measure] { (value.label(language)) }
                        }
                    }
                    @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                    button { (words.search) }
                }
            }
            (active(&address.without_all(&["by", "measure"]), language))
            (content)
        },
    })
}

fn shown(trends: &Trends, measure: Measure, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let link = |query: &str, period: &Period| concordance(address, query, trends.by, period);
    html! {
        @if trends.periods.is_empty() {
            div.message { p { (words.nothing) } }
        } @else {
            (lines(trends, measure, language, &link))
            ul.totals {
                @for (i, series) in trends.series.iter().enumerate() {
                    li class={ "series-" (i) } {
                        span.key aria-hidden="true" {}
                        strong { (series.query) } ": "
                        (language.matches(series.total.matches, series.total.articles))
                    }
                }
            }
            p.thin { (words.thin) }
            p { a href=(export(address, "/api/v1/trends.csv")) download { (words.export) } }
            details.figures {
                summary { (words.table) }
                div.scroll role="region" aria-label=(words.table) tabindex="0" {
                    table {
                        thead {
                            tr {
                                th scope="col" { (words.period_column) }
                                @for series in &trends.series { th scope="col" { (series.query) } }
                                th scope="col" { (words.of_articles) }
                            }
                        }
                        tbody {
                            @for (i, period) in trends.periods.iter().enumerate() {
                                @let of = trends.series.first().and_then(|s| s.points.get(i)).map_or(0, |p| p.of_articles);
                                @if of > 0 {
                                    tr {
                                        th scope="row" { (language.date(&period.period)) }
                                        @for series in &trends.series {
                                            td {
                                                @match series.points.get(i) {
                                                    Some(point) if point.matches > 0 => {
                                                        a href=(link(&series.query, period)) {
                                                            (measure.of(point).map_or_else(|| "–".to_owned(), |value| language.rate(value)))
                                                        }
                                                    }
                                                    _ => { "0" }
                                                }
                                            }
                                        }
                                        td { (language.count(of)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The concordance of a query in a period.
fn concordance(address: &Address, query: &str, by: By, period: &Period) -> String {
    let day = |day: i32| {
        let date = Published::from_unix_seconds(i64::from(day) * 86_400)?;
        Published::new(date.year()?, date.month(), date.day()).map(|date| date.to_string())
    };
    let ends = match by {
        // Periods are dates already.
        By::Day | By::Month | By::Year => Some((period.period.clone(), period.period.clone())),
        By::Week | By::Quarter => day(period.first_day).zip(day(period.last_day)),
    };
    let address = address
        .at("/kwic")
        .without_all(&["by", "measure", "date"])
        .with("q", query);
    match ends {
        Some((from, to)) => address.with("from", &from).with("to", &to).href(),
        None => address.href(),
    }
}
