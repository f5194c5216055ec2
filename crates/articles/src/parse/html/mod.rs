//! Web pages: what they say of themselves in JSON-LD, meta elements and `time`,
//! and the article in them, found by the containers that news sites use, else
//! by readability.

mod meta;
mod text;

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_query::{Document, NodeRef};

use super::{boilerplate, dateline, fonts, text as plain, wrap::Paragraph};
use crate::fields::{Draft, Field, caption};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Caption};

/// Elements open inside each other; html5ever's time grows with the square of
/// it, and no page in good faith comes near.
const DEEPEST: usize = 2000;

/// Parses a web page.
pub(crate) fn parse(html: &str, trace: &mut Trace) -> Result<Article, Fault> {
    if deepest(html) > DEEPEST {
        return Err(Fault::malformed(format!(
            "elements nested more than {DEEPEST} deep; save the page again"
        )));
    }
    let html = fonts::read(html, trace);
    let html = plain::composed(&html);
    catch_unwind(AssertUnwindSafe(|| page(&html, trace))).map_err(|_| {
        Fault::malformed("the page trips its parser; save it again or convert it to text")
    })
}

/// The text of a piece of HTML.
pub(crate) struct Fragment {
    /// One paragraph a line.
    pub body: String,
    pub captions: Vec<Caption>,
    /// Text of menus, forms and the like.
    pub dropped: Vec<String>,
}

/// Reads a piece of HTML, such as a field of a feed.
pub(crate) fn fragment(html: &str) -> Fragment {
    if deepest(html) > DEEPEST {
        return Fragment {
            body: html.to_owned(),
            captions: Vec::new(),
            dropped: Vec::new(),
        };
    }
    let html = fonts::read(html, &mut Trace::off());
    let document = Document::fragment(&*html);
    let text = text::read(document.root());
    Fragment {
        body: text.paragraphs.join("\n"),
        captions: text.captions,
        dropped: text.dropped,
    }
}

fn page(html: &str, trace: &mut Trace) -> Article {
    let document = Document::from(html);
    let mut draft = Draft::default();
    meta::read(&document, &mut draft, trace);
    let mut text = content(&document, html, trace);
    let title = draft.get(Field::Title).map(str::to_owned);
    let summary = draft.get(Field::Summary).map(str::to_owned);
    let lines = std::mem::take(&mut text.paragraphs).into_iter().enumerate();
    let lines = lines
        .map(|(block, text)| Paragraph { text, block })
        .collect();
    let mut paragraphs = Vec::new();
    for (at, Paragraph { text: line, .. }) in
        boilerplate::drop(lines, trace).into_iter().enumerate()
    {
        // Title, summary and date often stand inside the container as well.
        let shown = |field: &Option<String>| field.as_deref().is_some_and(|text| same(text, &line));
        if at < TOP && (shown(&title) || shown(&summary)) {
            continue;
        }
        if let Some(date) = plain::date_line(&line).filter(|_| at < TOP) {
            draft.offer(Field::Published, 200, date.to_string(), "date line", trace);
        } else if plain::ends_with_credit(&line) {
            text.captions.push(caption(&line));
        } else {
            paragraphs.push(line);
        }
    }
    if paragraphs.len() > 1
        && let Some(signed) = paragraphs.last().and_then(|line| plain::sign_off(line))
    {
        paragraphs.pop();
        if let Some(author) = signed.author {
            draft.offer(Field::Author, 250, author, "last line", trace);
        }
        if let Some(agency) = signed.agency {
            draft.offer(Field::Agency, 250, agency, "last line", trace);
        }
    }
    let dateline = paragraphs
        .first()
        .and_then(|line| dateline::read(line))
        .or_else(|| summary.as_deref().and_then(dateline::read));
    draft.offer(Field::Body, 0, paragraphs.join("\n"), text.from, trace);
    draft.offer_captions(text.captions, "figures", trace);
    let mut article = draft.finish();
    // A place that is set off by style alone runs into the summary.
    if let (Some(place), Some(summary)) = (&article.place, &mut article.summary)
        && let Some(rest) = summary
            .strip_prefix(place.as_str())
            .filter(|rest| rest.starts_with(char::is_alphanumeric))
    {
        *summary = rest.to_owned();
    }
    if let Some(dateline) = dateline {
        dateline::apply(dateline, &mut article, trace);
    }
    article
}

/// How many paragraphs from the top title, summary and date may be repeated.
const TOP: usize = 6;

/// Compares texts by their letters.
fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    one.len().abs_diff(other.len()) <= 40 && letters(one) == letters(other)
}

/// The text of the article, where it was found.
struct Content {
    paragraphs: Vec<String>,
    captions: Vec<Caption>,
    from: &'static str,
}

/// Containers of the article's text in pages of news sites and the systems
/// they are made with.
const CONTAINERS: &[&str] = &[
    "[itemprop=articleBody]",
    ".fck_detail",
    ".detail-content",
    ".detail__content",
    ".singular-content",
    ".article__body",
    ".the-article-body",
    ".maincontent",
    ".content-detail",
    ".detail-body",
    ".cms-body",
    ".article-content",
    ".article-body",
    ".article-detail-content",
    ".entry-content",
    ".post-content",
    ".news-content",
    "#main-detail-body",
    "#content_detail",
    "#noidung",
    ".noidung",
    "#divNewsContent",
    ".story-body",
];

/// The least text, in characters, that makes a container the article's.
const ENOUGH: usize = 140;

fn content(document: &Document, html: &str, trace: &mut Trace) -> Content {
    for container in CONTAINERS {
        let found = document.select(container);
        let best = found
            .nodes()
            .iter()
            .map(|node| text::read(*node))
            .max_by_key(|text| text.length());
        if let Some(text) = best.filter(|text| text.length() >= ENOUGH) {
            text.dropped.iter().for_each(|text| trace.dropped(text));
            return Content {
                paragraphs: text.paragraphs,
                captions: text.captions,
                from: container,
            };
        }
    }
    if let Some(cell) = text_cell(document) {
        let text = text::read(cell);
        return Content {
            paragraphs: text.paragraphs,
            captions: text.captions,
            from: "table cell with most text",
        };
    }
    if let Some(readable) = readable(html) {
        let found = Document::fragment(readable);
        let text = text::read(found.root());
        if text.length() >= ENOUGH {
            text.dropped.iter().for_each(|text| trace.dropped(text));
            return Content {
                paragraphs: text.paragraphs,
                captions: text.captions,
                from: "readability",
            };
        }
    }
    let body: NodeRef<'_> = document.body().unwrap_or_else(|| document.root());
    let article = document.select_single("article");
    let node = article.nodes().first().copied().unwrap_or(body);
    let text = text::read(node);
    text.dropped.iter().for_each(|text| trace.dropped(text));
    let from = if article.exists() {
        "article element"
    } else {
        "whole page"
    };
    Content {
        paragraphs: text.paragraphs,
        captions: text.captions,
        from,
    }
}

/// The cell that holds the text of a page laid out as a table, the way pages
/// were before there were better means.
fn text_cell(document: &Document) -> Option<NodeRef<'_>> {
    let own_text = |node: &NodeRef<'_>| -> usize {
        let paragraphs = node.children_it(false).filter(|child| child.has_name("p"));
        paragraphs
            .map(|paragraph| paragraph.text().trim().chars().count())
            .sum()
    };
    let paragraphs = document.select("p");
    let cell = paragraphs
        .nodes()
        .iter()
        .filter_map(|paragraph| paragraph.parent().filter(|parent| parent.has_name("td")))
        .max_by_key(own_text)?;
    let all: usize = paragraphs
        .nodes()
        .iter()
        .map(|paragraph| paragraph.text().trim().chars().count())
        .sum();
    let own = own_text(&cell);
    (own >= ENOUGH && own * 2 > all).then_some(cell)
}

fn readable(html: &str) -> Option<String> {
    let config = dom_smoothie::Config {
        disable_json_ld: true,
        max_elements_to_parse: 100_000,
        ..Default::default()
    };
    let mut readability = dom_smoothie::Readability::new(html, None, Some(config)).ok()?;
    Some(readability.parse().ok()?.content.to_string())
}

/// How deep elements nest, by counting tags and not parsing them. Elements
/// that need no end tag are not counted.
fn deepest(html: &str) -> usize {
    const UNCLOSED: &[&str] = &[
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link",
        "meta", "option", "p", "param", "source", "td", "th", "tr", "track", "wbr", "tbody",
        "thead", "tfoot", "colgroup", "path", "use", "rect", "circle",
    ];
    let bytes = html.as_bytes();
    let (mut depth, mut deepest) = (0_usize, 0);
    for at in memchr::memchr_iter(b'<', bytes) {
        let closing = bytes.get(at + 1) == Some(&b'/');
        let name = html
            .get(at + 1 + usize::from(closing)..)
            .unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = name
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(name.len());
        let lower = name
            .get(..end.min(12))
            .unwrap_or_default()
            .to_ascii_lowercase();
        if UNCLOSED.contains(&lower.as_str()) {
            continue;
        }
        depth = if closing {
            depth.saturating_sub(1)
        } else {
            depth + 1
        };
        deepest = deepest.max(depth);
    }
    deepest
}
