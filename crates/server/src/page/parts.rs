//! Parts that several pages have.

use maud::{Markup, html};
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

/// The address of the same answer as CSV; the API has names of its own for dates.
pub(super) fn export(address: &Address, path: &'static str) -> String {
    let mut export = address
        .at(path)
        .without_all(&["page", "view", "lang", "unique", "measure", "from", "to"]);
    let (from, to) = (address.get("from"), address.get("to"));
    if from.is_some() || to.is_some() {
        let range = format!("{}..{}", from.unwrap_or_default(), to.unwrap_or_default());
        export = export.with("date", &range);
    }
    export.href()
}

/// A table whose first column is a word and whose others are numbers.
pub(super) fn table_of_words(
    names: &[&str],
    rows: impl Iterator<Item = (Markup, Vec<String>)>,
) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.words aria-labelledby="count" {
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
                    dd { code { (query.query) } }
                }
                dt { (words.index_state) }
                dd { code { (index.state) } ", " (language.articles(index.articles)) ", " (language.tokens(index.tokens)) }
                dt { (words.day) }
                dd { (language.date(&citation.date)) ", " (citation.program) }
                dt { (words.link) }
                dd { code { (address.without("view").href()) } }
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
    let name = |name: &str| match name {
        "from" => Some(words.from),
        "to" => Some(words.to),
        "date" => Some(words.time),
        _ => Facet::named(name).map(|facet| language.facet(facet)),
    };
    let active: Vec<_> = address
        .pairs()
        .iter()
        .filter_map(|(parameter, value)| Some((parameter, name(parameter)?, value)))
        .collect();
    let shown = |parameter: &str, value: &str| match parameter {
        "from" | "to" | "date" => language.date(value),
        _ => value.strip_prefix('=').unwrap_or(value).to_owned(),
    };
    html! {
        @if !active.is_empty() {
            ul.active {
                @for (parameter, name, value) in active {
                    li {
                        a href=(again.without(parameter).href()) aria-label={ (words.remove) " " (name) ": " (shown(parameter, value)) } {
                            span { (name) ": " strong { (shown(parameter, value)) } }
                            span.cross aria-hidden="true" { "×" }
                        }
                    }
                }
            }
        }
    }
}
