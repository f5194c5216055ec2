//! Parts that several pages have.

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use timbao_articles::Article;
use timbao_query::plan::Facet;
use timbao_views::Citation;

use super::address::Address;
use timbao_views::language::Language;

/// The address of an article, with the query whose matches it marks and the way back to the
/// list or the concordance that it is opened from.
pub(super) fn article_address(address: &Address, id: &str) -> String {
    let article = address.at("/article").with("id", id);
    match address.path() {
        "/kwic" => article.with("tab", "kwic"),
        _ => article,
    }
    .href()
}

/// Date, publication, section, agency and place, as far as they are known.
pub(super) fn about(article: &Article, language: Language) -> Markup {
    let date = article.published.map(|date| date.to_string());
    let mut parts: Vec<&str> = Vec::new();
    for part in [
        &article.source,
        &article.section,
        &article.agency,
        &article.place,
        &article.author,
    ]
    .into_iter()
    .flatten()
    {
        if !parts.contains(&part.as_str()) {
            parts.push(part);
        }
    }
    html! {
        p.about {
            @if let Some(date) = &date {
                @if date.starts_with("--") { (language.date(date)) }
                @else { time datetime=(date) { (language.date(date)) } }
            }
            @for (i, part) in parts.iter().enumerate() {
                @if i > 0 || date.is_some() { " · " }
                span lang="vi" { (part) }
            }
        }
    }
}

/// The address of the same answer in the API, which has names of its own for dates.
pub(super) fn export(address: &Address, path: &'static str) -> String {
    let mut export = address
        .at(path)
        .without_all(&["page", "view", "lang", "measure", "from", "to"]);
    let (from, to) = (address.get("from"), address.get("to"));
    if from.is_some() || to.is_some() {
        let range = format!("{}..{}", from.unwrap_or_default(), to.unwrap_or_default());
        export = export.with("date", &range);
    }
    export.href()
}

/// An address of the API about an article.
pub(super) fn of_article(id: &str, what: &str) -> String {
    let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
    format!("/api/v1/articles/{id}/{what}")
}

/// Links to the complete answer as files: `csv` is its address as CSV. They lack `download`, with which browsers do
/// not show why there is no file; the server names files as attachments.
pub(super) fn downloads(csv: &str, language: Language) -> Markup {
    let words = language.words();
    let (stem, query) = csv.split_once(".csv").unwrap_or((csv, ""));
    let query = query.trim_start_matches('?');
    let to = |extension: &str, more: &str| {
        let and = if query.is_empty() || more.is_empty() {
            ""
        } else {
            "&"
        };
        format!("{stem}.{extension}?{query}{and}{more}")
    };
    let lang = format!("lang={}", words.code);
    let kept = form_urlencoded::parse(query.as_bytes());
    html! {
        details.export {
            summary { (words.export) }
            ul {
                li { a href=(to("xlsx", &lang)) { (words.export_xlsx) } }
                li { a href=(to("csv", "csv=excel")) { (words.export_excel) } }
                li { a href=(csv) { (words.export_csv) } }
                li { a href=(to("jsonl", "")) { "JSON Lines" } }
            }
            form.choices action={ (stem) ".csv" } {
                @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                input type="hidden" name="lang" value=(words.code);
                label { (words.csv_separator) " "
                    select name="csv" {
                        option value="semicolon" { (words.csv_semicolon) }
                        option value="comma" { (words.csv_comma) }
                        option value="tab" { (words.csv_tab) }
                    }
                }
                label { (words.csv_decimal) " "
                    select name="csv" {
                        option value="decimal-comma" { "0,5" }
                        option value="decimal-point" { "0.5" }
                    }
                }
                label { input type="checkbox" name="csv" value="bom" checked; " " (words.csv_bom) }
                label { input type="checkbox" name="csv" value="guard" checked; " " (words.csv_guard) }
                label { input type="checkbox" name="cite" value="true"; " " (words.csv_cite) }
                button.quiet { (words.csv_download) }
            }
        }
    }
}

/// A table whose first column is a word and whose others are numbers. The element with the id
/// `count` is its name.
pub(super) fn table_of_words(
    names: &[&str],
    rows: impl Iterator<Item = (Markup, Vec<String>)>,
) -> Markup {
    table_below("count", names, rows)
}

/// The same with the name of the element with the id `heading`.
pub(super) fn table_below(
    heading: &str,
    names: &[&str],
    rows: impl Iterator<Item = (Markup, Vec<String>)>,
) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby=(heading) tabindex="0" {
            table.words aria-labelledby=(heading) {
                thead { tr { @for name in names { th scope="col" { (name) } } } }
                tbody {
                    @for (word, cells) in rows {
                        tr {
                            th scope="row" { (word) }
                            @for cell in cells { td { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// A sentence with a query in the place of `{0}`.
pub(super) fn with_query(template: &str, query: &str) -> Markup {
    let (before, after) = template.split_once("{0}").unwrap_or((template, ""));
    html! { (before) span lang="vi" { (query) } (after) }
}

/// A note in the place of an answer for which there is no query yet.
pub(super) fn placeholder(note: &str) -> Markup {
    html! { div.message { p { (note) } } }
}

/// The facts that make an answer citable.
pub(super) fn cited(citation: &Citation, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let index = &citation.index;
    html! {
        details.cite {
            summary { (words.citation) }
            dl {
                @for query in &citation.queries {
                    dt { (words.understood) }
                    dd {
                        @if query.query.is_empty() { (query.shown(language)) }
                        @else { code lang="vi" { (query.shown(language)) } }
                    }
                }
                dt { (words.index_state) }
                dd { code { (index.state) } ", " (language.articles(index.articles)) ", " (language.tokens(index.tokens)) }
                dt { (words.day) }
                dd { (language.date(&citation.date)) ", " (citation.program) }
                dt { (words.link) }
                @let address = address.without("view");
                dd { a href=(address.href()) { code { (address.link()) } } }
            }
        }
    }
}

/// The path of the list or the concordance that an article was opened from.
pub(super) fn opened_from(address: &Address) -> &'static str {
    match address.get("tab") {
        Some("kwic") => "/kwic",
        _ => "/",
    }
}

/// The conditions in force, each with a link that takes it away.
pub(super) fn active(address: &Address, language: Language) -> Markup {
    let words = language.words();
    let again = address.without_all(&["page", "view"]);
    let active: Vec<_> = address
        .pairs()
        .iter()
        .filter_map(|pair| Some((pair, condition(pair, language)?)))
        .collect();
    html! {
        @if !active.is_empty() {
            ul.active aria-label=(words.narrow) {
                @for ((parameter, value), shown) in active {
                    li {
                        a href=(again.without_value(parameter, value).href()) aria-label={ (words.remove) " " (shown.name) ": " (shown.value) } {
                            span { (shown.name) ": " strong lang=[shown.is_text.then_some("vi")] { (shown.value) } }
                            span.cross aria-hidden="true" { "×" }
                        }
                    }
                }
            }
        }
    }
}

/// A condition as readers see it.
struct Condition {
    name: String,
    value: String,
    /// Whether the value is text of articles.
    is_text: bool,
}

/// The condition that a parameter makes, if it is one.
fn condition((parameter, value): &(String, String), language: Language) -> Option<Condition> {
    let words = language.words();
    let of = |name: &str, value: String| Condition {
        name: name.to_owned(),
        value,
        is_text: false,
    };
    match parameter.as_str() {
        "from" => return Some(of(words.from, language.date(value))),
        "to" => return Some(of(words.to, language.date(value))),
        "date" => return Some(of(words.time, language.date(value))),
        "after" => return Some(of(words.after, language.date(value))),
        "before" => return Some(of(words.before, language.date(value))),
        "count" if value == "texts" => {
            return Some(of(words.counted, words.texts_once.to_owned()));
        }
        _ => {}
    }
    let name = language.facet(Facet::named(parameter)?);
    let without = || format!("{} {}", words.without, name.to_lowercase());
    let (name, value, is_text) = match value.strip_prefix('-') {
        Some("*") => (name.to_owned(), words.unknown.to_owned(), false),
        None if value == "*" => (without(), words.unknown.to_owned(), false),
        None => (name.to_owned(), whole(value).to_owned(), true),
        Some(excluded) => (without(), whole(excluded).to_owned(), true),
    };
    Some(Condition {
        name,
        value,
        is_text,
    })
}

fn whole(value: &str) -> &str {
    value.strip_prefix('=').unwrap_or(value)
}
