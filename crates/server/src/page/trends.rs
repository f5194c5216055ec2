//! Trends: how often some phrases are said over time, as a chart and as a table.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use timbao_articles::Published;
use timbao_query::plan::{Facet, Plan};
use timbao_views::chart::{ChartOptions, Measure, key, name, notes, plot};
use timbao_views::language::{Language, fill};
use timbao_views::{
    By, Count, MOST_AVERAGED, Period, Trend, TrendPoint, Trends, TrendsOptions, today,
};

use crate::api::trends::{BY, MEASURES, QUERIES, TrendsRequest, VALUES, by};
use crate::app::App;
use crate::problem::Problem;
use crate::query::{self, base};

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell};
use super::narrow::Narrow;
use super::parts::{active, cited, downloads, export};

/// The parameters of the page, apart from those of all pages.
pub(super) const OPTIONS: [&str; 7] = [
    "by", "measure", "split", "values", "count", "average", "thin",
];
/// Lines of a chart: queries, or queries times values.
const SERIES: usize = 10;
/// The moving averages that the page offers; the URL can contain others.
const AVERAGES: [usize; 5] = [1, 3, 5, 7, 13];
/// Cells of a table: most in all, and most with links.
const CELLS: (usize, usize) = (2000, 240);

/// The choices of the page.
#[derive(Debug, Clone)]
struct Choices {
    measure: Measure,
    options: TrendsOptions,
}

/// Answers with a chart.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/trends", raw.as_deref(), &OPTIONS);
    asked.answer(Tab::Trends, |asked| answer(&app, asked)).await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let accents = asked.accents()?;
    let filters = asked.filters(limits.text)?;
    let mut queries = Vec::new();
    let mut left_out = html! {};
    for text in asked.params.texts("q", limits.text, QUERIES)? {
        let query = query::request(text, &filters, accents)?;
        if query.is_empty() || query.text().trim().is_empty() {
            left_out = html! { (left_out) (problems(&query, asked.language)) };
        } else {
            queries.push(query);
        }
    }
    let count = asked.count()?;
    let choices = Choices::take(&mut asked, count, queries.len())?;
    if queries.is_empty() {
        let page = trends_page(&asked, &choices, None, &[], left_out);
        return Ok(sent(page));
    }
    let request = TrendsRequest {
        queries,
        base: base(&filters)?,
        options: choices.options.clone(),
    };
    let view = app.views()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let trends = request.run(&searcher)?;
        let plans: Vec<Plan> = request.queries.iter().map(|q| q.view_plan()).collect();
        let citation = searcher.cite(request.queries.iter().zip(&plans))?;
        let narrow = Narrow::of_all(&searcher, &filters, request.options.count)?;
        let texts: Vec<&str> = request.queries.iter().map(|query| query.text()).collect();
        let content = html! {
            (narrow.above(&asked.address, asked.language))
            (left_out)
            @for query in &request.queries { (problems(query, asked.language)) }
            (shown(&trends, choices.measure, &asked.address, asked.language))
            (cited(&citation, &asked.address, asked.language))
        };
        Ok(trends_page(
            &asked,
            &choices,
            Some(trends.by),
            &texts,
            content,
        ))
    });
    work.await.map(sent)
}

impl Choices {
    /// Takes the choices from the parameters of a page with so many queries.
    fn take(asked: &mut Asked, count: Count, queries: usize) -> Result<Self, Problem> {
        let params = &mut asked.params;
        let standard = TrendsOptions::default();
        let splits: Vec<(&str, Option<Facet>)> = Facet::stated()
            .map(|facet| (facet.name(), Some(facet)))
            .collect();
        // The rare values together are a series too.
        let values = (SERIES / queries.max(1)).saturating_sub(1).max(1);
        Ok(Self {
            measure: params.choice("measure", &MEASURES, Measure::default())?,
            options: TrendsOptions {
                by: by(params)?,
                split: params.choice("split", &splits, None)?,
                most_values: params.number("values", 1..=VALUES, values)?,
                count,
                thin: params.number("thin", 0..=1_000_000, standard.thin)?,
                average_over: params.number("average", 1..=MOST_AVERAGED, 1)?,
                today: Some(today()),
            },
        })
    }
}

/// The page with these queries; `counted_by` is the length of the periods of the content.
fn trends_page(
    asked: &Asked,
    choices: &Choices,
    counted_by: Option<By>,
    queries: &[&str],
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let title = format!("{} – {}", queries.join(", "), words.trends);
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
                (form_choices(address, choices, counted_by, language))
            }
            (active(address, language))
            (content)
        },
    })
}

/// The fields of the form below the phrases.
fn form_choices(
    address: &Address,
    choices: &Choices,
    counted_by: Option<By>,
    language: Language,
) -> Markup {
    let words = language.words();
    let TrendsOptions {
        by,
        split,
        count,
        average_over,
        ..
    } = choices.options;
    let own = ["q", "by", "measure", "split", "count", "average"];
    let kept = address.without_all(&own);
    let usual = match counted_by.filter(|_| by.is_none()) {
        Some(by) => fill(words.usual_period, &[&language.by(by)]),
        None => words.any_period.to_owned(),
    };
    let periods = BY.map(|(name, value)| (name, language.by(value).to_owned(), by == Some(value)));
    let averages = AVERAGES.iter().copied();
    let other = (!AVERAGES.contains(&average_over)).then_some(average_over);
    html! {
        div.choices {
            (choice("by", words.period, std::iter::once(("", usual, by.is_none())).chain(periods)))
            (choice("measure", words.measure, MEASURES.map(|(name, value)| (name, value.label(language).to_owned(), value == choices.measure))))
            (choice("split", words.split, std::iter::once(("", words.no_split.to_owned(), split.is_none())).chain(
                Facet::stated().map(|facet| (facet.name(), language.facet_column(facet), split == Some(facet))))))
            (choice("count", words.counted, Count::NAMED.map(|(name, value)| {
                let (name, label) = match value {
                    Count::Publications => ("", words.publications),
                    Count::Texts => (name, words.texts_once),
                };
                (name, label.to_owned(), value == count)
            })))
            span.choice {
                label for="average" { (words.average) }
                select #average name="average" data-submit {
                    @for over in averages.chain(other) {
                        option value=(if over > 1 { over.to_string() } else { String::new() }) selected[over == average_over] {
                            @if over > 1 { (fill(words.average_over, &[&over])) } @else { (words.no_average) }
                        }
                    }
                }
            }
            @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
            button { (words.search) }
        }
    }
}

/// A list to choose from.
fn choice<'n>(
    id: &str,
    label: &str,
    options: impl IntoIterator<Item = (&'n str, String, bool)>,
) -> Markup {
    html! {
        span.choice {
            label for=(id) { (label) }
            select id=(id) name=(id) data-submit {
                @for (value, name, is_chosen) in options {
                    option value=(value) selected[is_chosen] { (name) }
                }
            }
        }
    }
}

/// A chart with its legend and notes.
pub(super) fn figure(
    trends: &Trends,
    measure: Measure,
    language: Language,
    link: &dyn Fn(&Trend, &Period) -> String,
) -> Markup {
    let options = ChartOptions {
        measure,
        language,
        ..ChartOptions::default()
    };
    html! {
        figure.lines {
            figcaption { (measure.label(language)) }
            (PreEscaped(plot(trends, &options, link)))
            p.point aria-hidden="true" {}
        }
        ul.totals {
            @for (i, series) in trends.series.iter().enumerate() {
                li {
                    (PreEscaped(key(i)))
                    strong lang="vi" { (name(trends, series, language)) } ": "
                    (language.matches(series.total.matches, series.total.articles))
                }
            }
        }
        p.hint { @for note in notes(trends, measure, language) { (note) " " } }
    }
}

fn shown(trends: &Trends, measure: Measure, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let link = |series: &Trend, period: &Period| concordance(address, trends, series, period);
    html! {
        @if trends.periods.is_empty() {
            @let found = trends.series.iter().any(|series| series.undated.articles > 0);
            div.message { p { (if found { words.only_undated } else { words.nothing }) } }
            @if found {
                (downloads(&export(address, "/api/v1/trends.csv"), language))
                (table(trends, measure, language, &link))
            }
        } @else {
            (figure(trends, measure, language, &link))
            p.exports {
                a.svg href=(drawing(address)) data-png=(words.png) { (words.svg) }
            }
            (downloads(&export(address, "/api/v1/trends.csv"), language))
            (table(trends, measure, language, &link))
        }
    }
}

/// The counts of the latest periods, as many as fit a page.
fn table(
    trends: &Trends,
    measure: Measure,
    language: Language,
    link: &dyn Fn(&Trend, &Period) -> String,
) -> Markup {
    let words = language.words();
    let of = |i: usize| {
        let points = trends
            .series
            .iter()
            .filter_map(|series| series.points.get(i));
        points.map(|point| point.of_articles).max().unwrap_or(0)
    };
    let mut periods: Vec<usize> = (0..trends.periods.len()).filter(|&i| of(i) > 0).collect();
    let all = periods.len();
    let series = trends.series.len().max(1);
    periods.drain(..all.saturating_sub(CELLS.0 / series));
    let has_links = periods.len() * series <= CELLS.1;
    let value = |point: &TrendPoint| {
        let value = measure.of(point);
        value.map_or_else(|| "–".to_owned(), |value| language.rate(value))
    };
    let cell = |series: &Trend, i: usize, period: &Period| match series.points.get(i) {
        Some(point) if point.matches > 0 && has_links => {
            html! { a href=(link(series, period)) { (value(point)) } }
        }
        Some(point) => html! { (value(point)) },
        None => html! {},
    };
    let undated = |series: &Trend| series.undated.of_articles > 0;
    html! {
        details.figures {
            summary { (words.table) }
            @if periods.len() < all {
                p.hint { (fill(words.latest_rows, &[&language.count(periods.len() as u64), &language.count(all as u64)])) }
            }
            div.scroll role="region" aria-label=(words.table) tabindex="0" {
                table.words {
                    thead {
                        tr {
                            th scope="col" { (words.period_column) }
                            @for series in &trends.series { th scope="col" lang="vi" { (name(trends, series, language)) } }
                            th scope="col" { (words.of_articles) }
                        }
                    }
                    tbody {
                        @for &i in &periods {
                            @if let Some(period) = trends.periods.get(i) {
                                tr {
                                    th scope="row" { (language.date(&period.period)) }
                                    @for series in &trends.series {
                                        td { (cell(series, i, period)) }
                                    }
                                    td { (language.count(of(i))) }
                                }
                            }
                        }
                        @if trends.series.iter().any(undated) {
                            tr {
                                th scope="row" { (words.undated) }
                                @for series in &trends.series { td { (value(&series.undated)) } }
                                td { (language.count(trends.series.iter().map(|series| series.undated.of_articles).max().unwrap_or(0))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The address of the chart as a file.
fn drawing(address: &Address) -> String {
    let drawing = export(address, "/api/v1/trends.svg");
    let [measure, language] = ["measure", "lang"].map(|name| {
        let value = address.get(name)?;
        Some(format!("&{name}={value}"))
    });
    [Some(drawing), measure, language]
        .into_iter()
        .flatten()
        .collect()
}

/// The concordance of a series in a period.
pub(super) fn concordance(
    address: &Address,
    trends: &Trends,
    series: &Trend,
    period: &Period,
) -> String {
    let day = |day: i32| {
        let date = Published::from_unix_seconds(i64::from(day) * 86_400)?;
        Published::new(date.year()?, date.month(), date.day()).map(|date| date.to_string())
    };
    let ends = match trends.by {
        // Periods are dates already.
        By::Day | By::Month | By::Year => Some((period.period.clone(), period.period.clone())),
        By::Week | By::Quarter => day(period.first_day).zip(day(period.last_day)),
    };
    let mut narrowed = address
        .at("/kwic")
        .without_all(&[
            "by", "measure", "split", "values", "average", "thin", "date",
        ])
        .with("q", &series.query);
    if let Some((facet, value)) = address.get("split").zip(series.value.as_deref()) {
        narrowed = narrowed.with(facet, &format!("={value}"));
    }
    match ends {
        Some((from, to)) => narrowed.with("from", &from).with("to", &to).href(),
        None => narrowed.href(),
    }
}
