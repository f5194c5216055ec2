//! The common parts of all pages.

use maud::{DOCTYPE, Markup, html};
use timbao_query::{Accents, Problem as QueryProblem, Reading, Request, iso_day};

use crate::assets::{ICON, SCRIPT, STYLE};
use crate::problem::{InvalidValue, Problem};

use super::address::Address;
use super::asked::{Asked, narrowing};
use super::follow::{feed, has_feed};
use super::parts::{active, opened_from};
use timbao_views::language::{Language, Words, fill};
use timbao_views::today;

/// The views of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Results,
    Concordance,
    Trends,
    Collocates,
    Keywords,
    Fillers,
    WordList,
    Dispersion,
    Compare,
    Batch,
    Reprints,
    Similar,
    /// Another page.
    None,
}

/// A page.
pub(super) struct Page<'p> {
    pub language: Language,
    pub address: &'p Address,
    pub tab: Tab,
    /// The title of the window, without the name of the program.
    pub title: &'p str,
    /// The announcement for screen readers.
    pub status: &'p str,
    pub content: Markup,
}

/// Writes a whole page.
pub(super) fn shell(page: &Page<'_>) -> Markup {
    let words = page.language.words();
    let address = page.address;
    html! {
        (DOCTYPE)
        html lang=(words.code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title {
                    @if !page.title.is_empty() { (page.title) " – " }
                    (address.name())
                }
                link rel="icon" type="image/svg+xml" href=(ICON.path);
                link rel="stylesheet" href=(STYLE.path);
                @if has_feed(address) { link rel="alternate" type="application/atom+xml" title=(words.follow_feed) href=(feed(address)); }
                script type="module" src=(SCRIPT.path) {}
            }
            body {
                a.skip href="#main" { (words.skip) }
                header.top {
                    div.bar {
                        a.brand href=(home(page.language)) { (address.name()) }
                        @if !matches!(page.tab, Tab::Trends | Tab::Compare) { (search_box(address, page.tab, words)) }
                        @for (other, name) in others(page.language) {
                            nav.languages aria-label=(name) {
                                a hreflang=(other.words().code) lang=(other.words().code)
                                    href=(address.with("lang", parameter(other)).href()) { (name) }
                            }
                        }
                    }
                    (tabs(address, page.tab, words))
                }
                div.printed { (printed(page)) }
                main id="main" tabindex="-1" { (page.content) }
                p.live role="status" data-status=(page.status) {}
                footer {
                    p { a href=(bare(page.language, "/help")) data-help=(words.close) aria-keyshortcuts="?" { (words.help) } }
                    p { a href=(bare(page.language, "/form")) { (words.form) } }
                    p { a href=(bare(page.language, "/searches")) { (words.searches) } }
                    p { a href=(status(page.language)) { (words.status_link) } }
                    p { a href="/api/v1/openapi.json" { "API" } }
                }
            }
        }
    }
}

/// The head of a printed page: the queries and the day.
fn printed(page: &Page<'_>) -> Markup {
    let (language, words) = (page.language, page.language.words());
    let pairs = page.address.pairs().iter();
    let queries = pairs
        .filter(|(name, _)| name == "q")
        .map(|(_, query)| query.as_str());
    let queries: Vec<&str> = queries.collect();
    html! {
        p { (fill(words.printed, &[&page.address.name(), &language.date(&iso_day(today()))])) }
        @if !queries.is_empty() {
            p { (words.understood) ": " strong lang="vi" { (queries.join("; ")) } }
        }
    }
}

/// The other languages, with their names in themselves.
fn others(language: Language) -> impl Iterator<Item = (Language, &'static str)> {
    let others = Language::ALL.iter().copied();
    let others = others.filter(move |&other| other != language);
    others.map(|other| (other, other.words().name))
}

/// The parameter `lang` of a language, empty for the language of pages without it.
fn parameter(language: Language) -> &'static str {
    if language == Language::default() {
        ""
    } else {
        language.words().code
    }
}

fn home(language: Language) -> String {
    bare(language, "/")
}

/// The address of a page without a query.
fn bare(language: Language, path: &str) -> String {
    match parameter(language) {
        "" => path.to_owned(),
        code => format!("{path}?lang={code}"),
    }
}

fn status(language: Language) -> String {
    match parameter(language) {
        "" => "/status".to_owned(),
        code => format!("/status?lang={code}"),
    }
}

/// The search box, with the filters in hidden fields.
fn search_box(address: &Address, tab: Tab, words: &Words) -> Markup {
    let action = match tab {
        Tab::Concordance => "/kwic",
        Tab::Collocates => "/collocates",
        Tab::Keywords => "/keywords",
        Tab::Fillers => "/fillers",
        Tab::WordList => "/wordlist",
        Tab::Dispersion => "/dispersion",
        Tab::None => opened_from(address),
        _ => "/",
    };
    let kept = address.pairs().iter().filter(|(name, _)| {
        !matches!(
            name.as_str(),
            "q" | "page"
                | "view"
                | "id"
                | "tab"
                | "from"
                | "to"
                | "sort"
                | "queries"
                | "text"
                | "totals"
                | "reprints"
        )
    });
    let dates = address
        .pairs()
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "from" | "to" | "sort"));
    let filters: Vec<&str> = narrowing()
        .filter(|name| !matches!(*name, "from" | "to"))
        .collect();
    let filters = filters.join(" ");
    html! {
        form.search role="search" action=(action) {
            label.hidden for="q" { (words.search_label) }
            input #q type="search" name="q" value=(address.get("q").unwrap_or_default())
                placeholder=(words.placeholder) autocomplete="off" autocapitalize="off"
                spellcheck="false" maxlength="2000" aria-keyshortcuts="/";
            ul #suggestions role="listbox" aria-label=(words.suggestions) data-href="/api/v1/suggest" data-filters=(filters) hidden {}
            @for (name, value) in kept.chain(dates) { input type="hidden" name=(name) value=(value); }
            button { (words.search) }
        }
    }
}

/// Parameters that other tabs do not share.
const OF_ONE_TAB: [&str; 32] = [
    "page",
    "view",
    "sort",
    "unique",
    "id",
    "tab",
    "by",
    "measure",
    "window",
    "against",
    "width",
    "left",
    "right",
    "group",
    "sample",
    "seed",
    "at",
    "size",
    "prefix",
    "min",
    "min_articles",
    "slices",
    "queries",
    "totals",
    "text",
    "reprints",
    "split",
    "values",
    "average",
    "thin",
    "then",
    "shuffle",
];

fn tabs(address: &Address, tab: Tab, words: &Words) -> Markup {
    let bare = address.without_all(&OF_ONE_TAB);
    // Trends have several queries, the other views one.
    let single = bare.with("q", bare.get("q").unwrap_or_default());
    let link = |tab: Tab, path| match tab {
        Tab::Trends | Tab::Compare => bare.at(path).href(),
        _ => single.at(path).href(),
    };
    let tabs = [
        (Tab::Results, "/", words.results),
        (Tab::Concordance, "/kwic", words.concordance),
        (Tab::Trends, "/trends", words.trends),
        (Tab::Collocates, "/collocates", words.collocates),
        (Tab::Keywords, "/keywords", words.keywords),
        (Tab::Fillers, "/fillers", words.fillers),
        (Tab::WordList, "/wordlist", words.wordlist),
        (Tab::Dispersion, "/dispersion", words.dispersion),
        (Tab::Compare, "/compare", words.compare),
        (Tab::Batch, "/batch", words.batch),
        (Tab::Reprints, "/reprints", words.reprints_page),
        (Tab::Similar, "/similar", words.similar),
    ];
    html! {
        nav.tabs aria-label=(words.views) {
            @for (this, path, name) in tabs {
                a href=(link(this, path)) aria-current=[(this == tab).then_some("page")] { (name) }
            }
        }
    }
}

/// The interpretation of the query: accents, additional search terms, and problems.
pub(super) fn understanding(query: &Request, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let has_words = !query.lowered().words.is_empty();
    let loose = match query.options().accents {
        Accents::Loose => true,
        Accents::Strict => false,
        Accents::Auto => query.lowered().reading == Reading::Unaccented,
    };
    let again = address.without_all(&["page", "view"]);
    let (read, switch, to) = if loose {
        (words.loose, words.as_strict, "strict")
    } else {
        (words.strict, words.as_loose, "loose")
    };
    html! {
        div.understanding {
            @if has_words {
                p.reading {
                    (words.reading) ": " strong { (read) }
                    span.switch { " · " a href=(again.with("accents", to).href()) { (switch) } }
                }
            }
            @if !query.lowered().expansions.is_empty() {
                p.also {
                    (words.also) ": "
                    @for (i, expansion) in query.lowered().expansions.iter().take(8).enumerate() {
                        @if i > 0 { ", " }
                        span { span lang="vi" { (expansion.to) } " (" (language.why(expansion.why)) ")" }
                    }
                }
            }
            (problems(query, language))
        }
    }
}

/// The problems of the query.
pub(super) fn problems(query: &Request, language: Language) -> Markup {
    html! {
        @if !query.problems().is_empty() {
            ul.problems aria-label=(language.words().problem) {
                @for problem in query.problems() { li { (problem_line(problem, query.text(), language)) } }
            }
        }
    }
}

/// A problem with the part of the query it is about.
fn problem_line(problem: &QueryProblem, query: &str, language: Language) -> Markup {
    let span = problem.span.start..problem.span.end;
    html! {
        @if let (Some(before), Some(culprit), Some(after)) =
            (query.get(..span.start), query.get(span.clone()), query.get(span.end..)) {
            code lang="vi" { (before) span.culprit { (culprit) } (after) }
            " "
        }
        (language.problem(problem))
    }
}

/// The page for an error.
pub(super) fn failed(problem: &Problem, address: &Address, tab: Tab, language: Language) -> Markup {
    let words = language.words();
    let reason = reason(problem, language);
    shell(&Page {
        language,
        address,
        tab,
        title: words.failed,
        status: &reason,
        content: html! {
            div.message role="alert" {
                h1 { (words.failed) }
                p { (reason) }
                @if language.is_of_code() {
                    @if let Some(hint) = &problem.more.hint { p { (hint) } }
                }
            }
            // Invalid filters can be removed.
            (active(address, language))
        },
    })
}

/// The page for an error outside all pages, whose address has the parameters `raw`.
pub(crate) fn problem_page(problem: &Problem, raw: Option<&str>) -> Markup {
    let asked = Asked::new("/", raw, &[]);
    failed(problem, &asked.address, Tab::None, asked.language)
}

fn reason(problem: &Problem, language: Language) -> String {
    let english = problem.more.detail.as_deref().unwrap_or(problem.title);
    if language.is_of_code() {
        return english.to_owned();
    }
    let words = language.words();
    let reason = match problem.kind {
        "urn:timbao:problem:parameter" => match problem.more.parameter.as_deref() {
            Some("after" | "before" | "date" | "from" | "to") => words.bad_date,
            name => return invalid_value(problem, name.unwrap_or_default(), language),
        },
        "urn:timbao:problem:query" => words.no_word,
        "urn:timbao:problem:not-found" => match problem.more.parameter {
            Some(_) => words.no_article,
            None => words.no_page,
        },
        "urn:timbao:problem:view-gone" => words.view_gone,
        "urn:timbao:problem:method" | "urn:timbao:problem:body" => words.read_only,
        "urn:timbao:problem:head" => words.too_long,
        "urn:timbao:problem:request" => words.malformed,
        "urn:timbao:problem:host" => words.other_host,
        "urn:timbao:problem:right" => words.no_right,
        "urn:timbao:problem:foreign-form" => words.foreign_form,
        "urn:timbao:problem:wrong-tokens" => {
            return fill(words.throttled, &[&problem.more.retry.unwrap_or(1)]);
        }
        "urn:timbao:problem:busy" => words.busy,
        "urn:timbao:problem:too-slow" => words.too_slow,
        "urn:timbao:problem:too-broad" => words.too_broad,
        "urn:timbao:problem:internal" => words.internal,
        _ => english,
    };
    reason.to_owned()
}

/// Why the value of a parameter is invalid.
fn invalid_value(problem: &Problem, name: &str, language: Language) -> String {
    let words = language.words();
    let reason = fill(words.bad_condition, &[&name]);
    match &problem.more.value {
        Some(InvalidValue::TooLong) if name == "q" => words.too_long.to_owned(),
        Some(InvalidValue::NotAmong(valid)) => {
            format!("{reason} {}", fill(words.valid_values, &[valid]))
        }
        Some(InvalidValue::NotBetween(least, most)) => {
            format!("{reason} {}", fill(words.valid_numbers, &[least, most]))
        }
        _ => reason,
    }
}
