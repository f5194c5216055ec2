//! Dispersion: the positions of a query in the archive or in an article, as a strip with measures.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_views::csv::dispersion_parts;
use timbao_views::language::{Language, fill};
use timbao_views::{Dispersion, DispersionBy, DispersionOptions, DispersionPart};

use crate::api::dispersion::{DispersionRequest, options};
use crate::app::App;
use crate::problem::Problem;
use crate::query::base;

use super::address::Address;
use super::answer::refused;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, problems, shell, understanding};
use super::narrow::Narrow;
use super::parts::{active, cited, downloads, export, placeholder, table_of_words};

/// The parameters of the page, apart from those of all pages.
pub(super) const OPTIONS: [&str; 2] = ["by", "slices"];
/// Parts in the table.
const PARTS: usize = 100;
/// Largest number of marks of a strip that have links, and of rows of its table.
const LINKED: usize = 240;

/// Answers with a strip, measures and a table.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["id"]].concat();
    let asked = Asked::new("/dispersion", raw.as_deref(), &own);
    asked
        .answer(Tab::Dispersion, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let id = asked.params.text("id", limits.text)?;
    let options = options(&mut asked.params, id.is_some(), PARTS)?;
    let filters = asked.filters(limits.text)?;
    let query = asked.query_with(limits.text, &filters)?;
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
    let request = DispersionRequest {
        plan: query.view_plan(),
        query,
        base: base(&filters)?,
        id,
        options,
    };
    let view = app.views()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let found = request.run(&searcher)?;
        let narrow = Narrow::of_view(&searcher, &filters, request.options.count, &request.query)?;
        let citation = searcher.cite([(&request.query, &request.plan)])?;
        let language = asked.language;
        let words = language.words();
        let count = language.matches(found.matches, found.articles);
        let content = html! {
            (understanding(&request.query, &asked.address, language))
            (active(&asked.address, language))
            (narrow.above(&asked.address, language))
            @if found.matches == 0 {
                div.message { p { strong { (words.nothing) } } }
            } @else {
                (strip(&found, &asked.address, language))
                (measures(&found, language))
                (table(&found, &asked.address, language))
                (downloads(&export(&asked.address, "/api/v1/dispersion.csv"), language))
            }
            (cited(&citation, &asked.address, language))
        };
        Ok(whole(
            &asked,
            request.query.text(),
            &request.options,
            &count,
            content,
        ))
    });
    work.await.map(sent)
}

fn whole(
    asked: &Asked,
    query: &str,
    options: &DispersionOptions,
    count: &str,
    content: Markup,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let kept = address.without_all(&OPTIONS);
    let title = format!("{query} – {}", words.dispersion);
    let of_article = address.get("id");
    shell(&Page {
        language,
        address,
        tab: Tab::Dispersion,
        title: title.trim_start_matches(" – "),
        status: count,
        content: html! {
            h1 { (words.dispersion) }
            @match of_article {
                Some(id) => p.about {
                    (words.dispersion_of_article) ": "
                    a href=(address.at("/article").without_all(&OPTIONS).with("tab", "kwic").href()) { code { (id) } }
                },
                None => p.about { (words.dispersion_note) },
            }
            form.choices action="/dispersion" {
                @if of_article.is_none() {
                    span.choice {
                        label for="by" { (words.divide) }
                        select #by name="by" data-submit {
                            @for by in DispersionBy::all() {
                                option value=(by.to_string()) selected[by == options.by] { (name(by, language)) }
                            }
                        }
                    }
                }
                span.choice {
                    label for="slices" { (words.slices) }
                    input #slices type="number" name="slices" min="1" max="10000" value=(options.slices);
                }
                @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
                button { (words.apply) }
            }
            @if !count.is_empty() { p #count { (count) } }
            (content)
        },
    })
}

fn name(by: DispersionBy, language: Language) -> String {
    let words = language.words();
    match by {
        DispersionBy::Slice => words.slice.to_owned(),
        DispersionBy::Article => words.by_article.to_owned(),
        DispersionBy::Period(by) => language.by(by).to_owned(),
        DispersionBy::Facet(facet) => language.facet_column(facet),
    }
}

/// The matches from the start of the text to its end.
fn strip(found: &Dispersion, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let slices = &found.slices;
    let first = slices.iter().find_map(|slice| slice.from.as_deref());
    let last = slices.iter().rev().find_map(|slice| slice.to.as_deref());
    html! {
        figure.histogram.strip {
            svg viewBox="0 0 100 40" preserveAspectRatio="none" role="group" aria-label=(words.dispersion) {
                @if found.positions.is_empty() {
                    (columns(slices, address, language))
                } @else if found.positions.len() > LINKED {
                    path.barcode d=(bars(found)) {}
                } @else {
                    @for position in &found.positions {
                        @let x = 100.0 * (position.token as f64 + 0.5) / found.of_tokens.max(1) as f64;
                        @let at = format!("{}:{}", position.field, position.range.start);
                        a href=(address.at("/article").without_all(&OPTIONS).with("tab", "kwic").with("at", &at).href()) tabindex="-1" aria-label=(at) {
                            rect.room x=(coordinate((x - 0.4).max(0.0))) y="0" width="0.8" height="40" {}
                            line.barcode x1=(coordinate(x)) x2=(coordinate(x)) y1="2" y2="40" {}
                        }
                    }
                }
            }
            @if let (Some(first), Some(last), true) = (first, last, found.positions.is_empty()) {
                figcaption { span.ends { span { (language.date(first)) } span { (language.date(last)) } } }
            }
        }
    }
}

/// All positions as one path.
fn bars(found: &Dispersion) -> String {
    let bars = found.positions.iter().map(|position| {
        let x = 100.0 * (position.token as f64 + 0.5) / found.of_tokens.max(1) as f64;
        format!("M{} 2V40", coordinate(x))
    });
    bars.collect()
}

/// A column for each slice, which leads to the concordance of its days.
fn columns(slices: &[DispersionPart], address: &Address, language: Language) -> Markup {
    let most = slices
        .iter()
        .map(|slice| slice.matches)
        .max()
        .unwrap_or(0)
        .max(1);
    let wide = 100.0 / slices.len().max(1) as f64;
    if slices.len() > LINKED {
        let columns = slices.iter().enumerate().map(|(number, slice)| {
            let (left, right) = (number as f64 * wide, (number as f64 + 0.8) * wide);
            let top = coordinate(40.0 - slice.matches as f64 / most as f64 * 38.0);
            let (left, right) = (coordinate(left), coordinate(right));
            format!("M{left} 40V{top}H{right}V40z")
        });
        return html! { path.column d=(columns.collect::<String>()) {} };
    }
    html! {
        @for (number, slice) in slices.iter().enumerate().filter(|(_, slice)| slice.matches > 0) {
            @let high = (slice.matches as f64 / most as f64 * 38.0).max(1.0);
            @let label = label(slice, language);
            a href=[between(slice, address)] tabindex="-1" aria-label=(label) {
                title { (label) }
                rect.room x=(coordinate(number as f64 * wide)) y="0" width=(coordinate(wide)) height="40" {}
                rect.column x=(coordinate((number as f64 + 0.1) * wide)) y=(coordinate(40.0 - high)) width=(coordinate(wide * 0.8)) height=(coordinate(high)) {}
            }
        }
    }
}

fn coordinate(value: f64) -> String {
    format!("{value:.3}")
}

fn label(slice: &DispersionPart, language: Language) -> String {
    let number = slice.part.as_deref().unwrap_or_default();
    let matches = language.places(slice.matches);
    let label = fill(language.words().slice_label, &[&number, &matches]);
    match days(slice, language) {
        Some(days) => format!("{label}, {days}"),
        None => label,
    }
}

/// The first and the last day of a part.
fn days(part: &DispersionPart, language: Language) -> Option<String> {
    let (from, to) = (part.from.as_deref()?, part.to.as_deref()?);
    Some(match from == to {
        true => language.date(from),
        false => format!("{} – {}", language.date(from), language.date(to)),
    })
}

/// The concordance between the days of a part.
fn between(part: &DispersionPart, address: &Address) -> Option<String> {
    let (from, to) = (part.from.as_deref()?, part.to.as_deref()?);
    let address = address.at("/kwic").without_all(&OPTIONS).without("date");
    Some(address.with("from", from).with("to", to).href())
}

fn measures(found: &Dispersion, language: Language) -> Markup {
    let words = language.words();
    let shown = |value: Option<f64>| {
        value.map_or_else(
            || words.no_measure.to_owned(),
            |value| language.decimal(value, 3),
        )
    };
    html! {
        p.sentence {
            (fill(words.in_parts, &[&language.count(found.parts_with_matches), &language.count(found.of_parts)]))
        }
        dl.measures {
            dt { (words.dp) } dd { strong { (shown(found.dp)) } span.hint { " " (words.dp_note) } }
            dt { (words.dp_norm) } dd { strong { (shown(found.dp_norm)) } }
            dt { (words.juilland) } dd { strong { (shown(found.juilland_d)) } span.hint { " " (words.juilland_note) } }
        }
    }
}

/// The parts; slices are folded away, because the strip shows them.
fn table(found: &Dispersion, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let parts = dispersion_parts(found);
    let rows = parts.iter().take(LINKED).map(|part| {
        let name = part_name(part, found.by, language);
        let link = part_link(part, found.by, address).filter(|_| part.matches > 0);
        // Names of values are text of articles.
        let lang = matches!(found.by, DispersionBy::Facet(_) | DispersionBy::Article)
            .then_some("vi")
            .filter(|_| part.part.is_some());
        let name = html! {
            @match link {
                Some(link) => a lang=[lang] href=(link) { (name) },
                None => span lang=[lang] { (name) },
            }
        };
        let rate = part.per_million_tokens;
        let cells = vec![
            language.count(part.matches),
            language.count(part.of_tokens),
            rate.map_or_else(|| "–".to_owned(), |rate| language.rate(rate)),
        ];
        (name, cells)
    });
    let names = [
        words.part,
        words.occurrences,
        words.tokens_column,
        words.per_million,
    ];
    let table = html! {
        (table_of_words(&names, rows))
        @if parts.len() > LINKED {
            p.hint { (fill(words.first_rows, &[&language.count(LINKED as u64), &language.count(parts.len() as u64)])) }
        }
    };
    html! {
        @if found.parts.is_empty() {
            details.figures { summary { (words.table) } (table) }
        } @else {
            (table)
        }
    }
}

fn part_name(part: &DispersionPart, by: DispersionBy, language: Language) -> String {
    let words = language.words();
    match (&part.part, by) {
        (Some(number), DispersionBy::Slice) => match days(part, language) {
            Some(days) => format!("{number} · {days}"),
            None => number.clone(),
        },
        (Some(period), DispersionBy::Period(_)) => language.date(period),
        (Some(name), _) => name.clone(),
        (None, DispersionBy::Period(_)) => words.undated.to_owned(),
        (None, _) => words.unknown.to_owned(),
    }
}

fn part_link(part: &DispersionPart, by: DispersionBy, address: &Address) -> Option<String> {
    let again = address.without_all(&OPTIONS);
    if let (DispersionBy::Facet(facet), None) = (by, &part.part) {
        return Some(of_facet(&again, facet, "-*"));
    }
    let name = part.part.as_deref()?;
    match by {
        DispersionBy::Slice if address.get("id").is_some() => None,
        DispersionBy::Slice | DispersionBy::Period(_) => between(part, address),
        DispersionBy::Article => Some(
            again
                .at("/article")
                .with("id", name)
                .with("tab", "kwic")
                .href(),
        ),
        DispersionBy::Facet(facet) => Some(of_facet(&again, facet, &format!("={name}"))),
    }
}

fn of_facet(address: &Address, facet: Facet, value: &str) -> String {
    address.at("/kwic").with(facet.name(), value).href()
}
