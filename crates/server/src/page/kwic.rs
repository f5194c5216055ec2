//! The concordance: a table with every match in the middle of its row.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_views::ViewId;
use timbao_views::suggest::Advice;
use timbao_views::{Citation, GroupKey, KwicGroup, KwicLine, KwicOptions, Sample};

use crate::api::kwic::{KwicRequest, keys, part};
use crate::app::App;
use crate::problem::Problem;
use crate::query::advice;

use super::address::Address;
use super::advice::nothing;
use super::answer::refused;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell, understanding};
use super::narrow::Narrow;
use super::paging::Paging;
use super::parts::{active, article_address, cited, downloads, export, placeholder};
use timbao_views::language::Language;

/// Lines on a page.
const LINES: usize = 100;
/// The parameters of the page, apart from those of all pages. `left` and `right` are the names of
/// the API for the width.
pub(super) const OPTIONS: [&str; 9] = [
    "sort", "then", "width", "left", "right", "group", "sample", "shuffle", "seed",
];
/// The widths that the page offers, in tokens on each side.
const WIDTHS: [u32; 4] = [6, 12, 20, 40];
/// The orders and groups offered by the page; the URL can contain others.
const ORDERS: [&str; 9] = [
    "date", "-date", "left", "left:3", "right", "right:3", "match", "source", "section",
];
const GROUPS: [&str; 8] = [
    "", "left", "right", "match", "year", "month", "source", "section",
];
/// The sizes of samples that the page offers; 0 is all lines.
const SAMPLES: [usize; 4] = [0, 50, 200, 1000];

/// Answers with a table of lines.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [OPTIONS.as_slice(), &["page", "view"]].concat();
    let mut asked = Asked::new("/kwic", raw.as_deref(), &own);
    asked.join("sort", "then");
    asked
        .answer(Tab::Concordance, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, is_other) = asked.view(app)?;
    let filters = asked.filters(limits.text)?;
    let Some(query) = asked.query_with(limits.text, &filters)? else {
        let words = asked.language.words();
        let content = placeholder(words.placeholder);
        return Ok(sent(table_page(&asked, "", "", content)));
    };
    if query.is_empty() {
        let problem = Problem::query(&query);
        let content = understanding(&query, &asked.address, asked.language);
        return Ok(refused(
            problem,
            table_page(&asked, query.text(), "", content),
        ));
    }
    let count = asked.count()?;
    let sort = keys(&mut asked.params, "sort")?;
    let shuffle = asked.params.flag("shuffle")?;
    let group = keys(&mut asked.params, "group")?;
    let width = asked.params.number("width", 0..=50, WIDTHS[1])?;
    let left = asked.params.number("left", 0..=50, width)?;
    let right = asked.params.number("right", 0..=50, width)?;
    let size = asked.params.number("sample", 0..=1_000_000, 0)?;
    let seed = asked.params.number("seed", 0..=u64::MAX, 1)?;
    let paging = Paging::new(LINES, limits.offset);
    let offset = paging.offset(&mut asked)?;
    let mut request = KwicRequest {
        plan: query.view_plan(),
        query,
        options: KwicOptions {
            left,
            right,
            sort,
            sample: (size > 0).then_some(Sample { size, seed }),
            shuffle: shuffle.then_some(seed),
            count,
        },
        group,
        limit: LINES,
        offset,
    };
    let work = app.work.run(&view, move |searcher| {
        let concordance = request.run(&searcher)?;
        let groups = match request.group.as_slice() {
            [] => Vec::new(),
            keys => concordance.groups(&*searcher, keys)?,
        };
        let entries = match request.group.as_slice() {
            [] => concordance.len(),
            _ => groups.len(),
        };
        request.offset = paging.within(offset, entries as u64);
        let lines = match request.group.as_slice() {
            [] => concordance.lines(&*searcher, request.range())?,
            _ => Vec::new(),
        };
        let found = Found {
            lines_in_all: entries,
            matches: concordance.matches(),
            articles: concordance.articles(),
            advice: match concordance.matches() {
                0 => advice(&searcher, &request.query.as_phrases(), 0)?,
                _ => Advice::default(),
            },
            citation: searcher.cite([(&request.query, &request.plan)])?,
            groups,
            lines,
        };
        let narrow = Narrow::of_view(&searcher, &filters, count, &request.query)?;
        Ok(table(
            &asked,
            searcher.view(),
            &request,
            &found,
            &narrow,
            is_other,
            paging,
        ))
    });
    work.await.map(sent)
}

struct Found {
    matches: u64,
    articles: u64,
    /// Lines or groups on all pages.
    lines_in_all: usize,
    lines: Vec<KwicLine>,
    groups: Vec<KwicGroup>,
    advice: Advice,
    citation: Citation,
}

fn table_page(asked: &Asked, query: &str, count: &str, content: Markup) -> Markup {
    let name = asked.language.words().concordance;
    let title = format!("{query} – {name}");
    shell(&Page {
        language: asked.language,
        address: &asked.address,
        tab: Tab::Concordance,
        title: title.trim_start_matches(" – "),
        status: count,
        content,
    })
}

fn table(
    asked: &Asked,
    view: ViewId,
    request: &KwicRequest,
    found: &Found,
    narrow: &Narrow,
    is_other: bool,
    paging: Paging,
) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let query = &request.query;
    let count = language.matches(found.matches, found.articles);
    let content = html! {
        @if is_other { p.note { (words.refreshed) } }
        div.head {
            h1 #count { (count) }
            @if found.matches > 0 { (downloads(&csv(request, address), language)) }
        }
        (understanding(query, address, language))
        (active(address, language))
        (narrow.above(address, language))
        @if found.matches == 0 {
            (nothing(&found.advice, address, language))
        } @else {
            (choices(request, address, language))
            @if request.group.is_empty() {
                @let is_wide = request.options.left.max(request.options.right) > WIDTHS[1];
                (lines(&found.lines, narrow, is_wide, address, language))
            } @else {
                (groups(request, found, language))
            }
            (paging.links(address, view, request.offset, found.lines_in_all as u64, words))
        }
        (cited(&found.citation, address, language))
    };
    table_page(asked, query.text(), &count, content)
}

/// The table of lines, which wrap if they are wide.
fn lines(
    lines: &[KwicLine],
    narrow: &Narrow,
    is_wide: bool,
    address: &Address,
    language: Language,
) -> Markup {
    let words = language.words();
    // Many archives have neither; the lines can use the room. All pages have the same columns.
    // A month is not known of every date.
    let has_dates = narrow.has_dates() || lines.iter().any(|line| line.date.is_some());
    let has_sources = narrow.has(&[Facet::Source, Facet::Section]);
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.kwic.wide[is_wide] aria-labelledby="count" {
                thead {
                    tr {
                        (header("left", words.left, address))
                        (header("match", words.matched, address))
                        (header("right", words.right, address))
                        @if has_dates { (header("date", words.date, address)) }
                        @if has_sources { th.source scope="col" { (words.source) ", " (language.facet_column(Facet::Section)) } }
                    }
                }
                tbody { @for line in lines { (row(line, has_dates, has_sources, address, language)) } }
            }
        }
    }
}

/// The table of groups, those of the page.
fn groups(request: &KwicRequest, found: &Found, language: Language) -> Markup {
    let words = language.words();
    let names: Vec<String> = request
        .group
        .iter()
        .map(|key| group_name(&key.to_string(), language))
        .collect();
    html! {
        div.scroll role="region" aria-labelledby="count" tabindex="0" {
            table.words aria-labelledby="count" {
                thead {
                    tr {
                        @for name in &names { th.value scope="col" { (name) } }
                        th scope="col" { (words.occurrences) }
                        th scope="col" { (words.articles_column) }
                    }
                }
                tbody {
                    @for group in part(&found.groups, request.range()) {
                        tr {
                            @for (key, value) in request.group.iter().zip(&group.values) {
                                td.value lang="vi" { (language.group_value(*key, value.as_deref())) }
                            }
                            td { (language.count(group.matches)) }
                            td { (language.count(group.articles)) }
                        }
                    }
                }
            }
        }
    }
}

/// Width, order, groups and sample of the lines.
fn choices(request: &KwicRequest, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let of = |name| address.get(name).unwrap_or_default();
    let (first, then) = of("sort").split_once(',').unwrap_or((of("sort"), ""));
    let first = if first.is_empty() { "date" } else { first };
    let width = request.options.left;
    let size = request.options.sample.map_or(0, |sample| sample.size);
    let sizes = with_current(&SAMPLES, size);
    let is_random = request.options.shuffle.is_some();
    let shuffle = if is_random { "true" } else { "" };
    let kept = address.without_page().without_all(&OPTIONS);
    html! {
        form.choices action="/kwic" {
            (choice("width", words.width, with_current(&WIDTHS, width).map(|option| (option.to_string(), option.to_string())), &width.to_string()))
            @if !is_random {
                (choice("sort", words.sort, orders(first, language), first))
                (choice("then", words.then, std::iter::once((String::new(), words.nothing_more.to_owned())).chain(orders(then, language)), then))
            }
            (choice("shuffle", words.order, [("", words.by_keys), ("true", words.at_random)].map(|(value, name)| (value.to_owned(), name.to_owned())), shuffle))
            (choice("group", words.group, with_current(&GROUPS, of("group")).map(|keys| (keys.to_owned(), group_names(keys, language))), of("group")))
            (choice("sample", words.sample, sizes.map(|size| match size {
                0 => (String::new(), words.all_lines.to_owned()),
                _ => (size.to_string(), language.count(size as u64)),
            }), &if size == 0 { String::new() } else { size.to_string() }))
            @if size > 0 || is_random {
                span.choice {
                    label for="seed" { (words.seed) }
                    input #seed name="seed" type="number" min="0" value=(request.options.sample.map(|sample| sample.seed).or(request.options.shuffle).unwrap_or(1));
                }
            }
            @for (name, value) in kept.pairs() { input type="hidden" name=(name) value=(value); }
            button.quiet { (words.apply) }
        }
    }
}

/// The sort keys with their names, that of the URL among them.
fn orders(current: &str, language: Language) -> Vec<(String, String)> {
    let keys = with_current(&ORDERS, current).filter(|keys| !keys.is_empty());
    keys.map(|key| (key.to_owned(), sort_name(key, language)))
        .collect()
}

/// The options that the page offers, and the current one if the URL has another.
fn with_current<T: Copy + PartialEq>(options: &[T], current: T) -> impl Iterator<Item = T> {
    let other = Some(current).filter(|current| !options.contains(current));
    options.iter().copied().chain(other)
}

/// A list to choose from.
fn choice(
    id: &str,
    label: &str,
    options: impl IntoIterator<Item = (String, String)>,
    current: &str,
) -> Markup {
    html! {
        span.choice {
            label for=(id) { (label) }
            select id=(id) name=(id) data-submit {
                @for (value, name) in options {
                    option value=(value) selected[value == current] { (name) }
                }
            }
        }
    }
}

/// The name of a group key in a URL, which is empty for no group.
fn group_name(key: &str, language: Language) -> String {
    match key.parse::<GroupKey>() {
        Ok(key) => language.group_key(key).to_lowercase(),
        Err(_) if key.is_empty() => language.words().no_group.to_owned(),
        Err(_) => key.to_owned(),
    }
}

/// The name of groups in a URL, several keys with commas between them.
fn group_names(keys: &str, language: Language) -> String {
    let names = keys.split(',').map(|key| group_name(key, language));
    names.collect::<Vec<_>>().join(", ")
}

/// The name of a sort order, several keys with commas between them.
fn sort_name(keys: &str, language: Language) -> String {
    let words = language.words();
    let name = |key: &str| match key {
        "date" => words.oldest.to_lowercase(),
        "-date" => words.latest.to_lowercase(),
        _ => group_name(key, language),
    };
    keys.split(',').map(name).collect::<Vec<_>>().join(", ")
}

/// The address of the same lines as CSV; the API has names of its own for the width.
fn csv(request: &KwicRequest, address: &Address) -> String {
    let options = &request.options;
    let address = address
        .without("width")
        .with("left", &options.left.to_string())
        .with("right", &options.right.to_string());
    export(&address, "/api/v1/kwic.csv")
}

/// A column's head, which sorts by it. A second click on the date turns the order round.
fn header(key: &str, name: &str, address: &Address) -> Markup {
    let current = address.get("sort").unwrap_or("date");
    let current = current.split(',').next().unwrap_or(current);
    // Lines at random have no order.
    let current = address.get("shuffle").map_or(current, |_| "");
    let (order, next) = match (key, current) {
        ("date", "date") => (Some("ascending"), "-date"),
        ("date", "-date") => (Some("descending"), "date"),
        _ if key == current => (Some("ascending"), key),
        _ => (None, key),
    };
    let link = address
        .without_all(&["page", "view", "shuffle"])
        .with("sort", next);
    html! {
        th scope="col" class=(key) aria-sort=[order] {
            a href=(link.href()) {
                (name)
                @match order {
                    Some("ascending") => span aria-hidden="true" { " ▲" },
                    Some(_) => span aria-hidden="true" { " ▼" },
                    None => {},
                }
            }
        }
    }
}

/// The publication of a line's article, or else its section.
fn source(line: &KwicLine) -> Option<&str> {
    line.source.as_deref().or(line.section.as_deref())
}

fn row(
    line: &KwicLine,
    has_date: bool,
    has_source: bool,
    address: &Address,
    language: Language,
) -> Markup {
    let spot = format!("{}:{}", line.field, line.range.start);
    let link = format!(
        "{}#at",
        article_address(&address.with("at", &spot), &line.id)
    );
    let title = line.title.as_deref().unwrap_or(language.words().untitled);
    html! {
        tr {
            td.left lang="vi" { bdi { (line.left) } }
            td.match lang="vi" { a href=(link) title=(title) { mark { (line.matched) } } }
            td.right lang="vi" { (line.right) }
            @if has_date {
                td.date {
                    @if let Some(date) = &line.date { (language.date(date.split('T').next().unwrap_or(date))) }
                }
            }
            @if has_source { td.source lang="vi" { (source(line).unwrap_or_default()) } }
        }
    }
}
