//! An article in XML: an item of a feed, an element of a dump, NewsML-G2, NITF,
//! a page of MediaWiki, TEI, JATS, DocBook.

mod documents;
mod news;
mod tree;
mod wikitext;

use self::tree::Element;
use super::collect::Collector;
use super::feed;
use super::json::{NOT_POSTS, NOT_PUBLISHED};
use crate::fields::{Field, field};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Caption};

/// Parses one item.
pub(crate) fn parse(xml: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let tree = tree::read(xml, trace)?;
    let mut collector = Collector::default();
    for child in tree.root().elements() {
        match child.name() {
            "timbao-publication" => {
                of_feed_title(&child.line(), &mut collector, trace);
            }
            "newsItem" | "NewsItem" => news::item(child, &mut collector, trace),
            "nitf" => news::nitf(child, &mut collector, trace),
            name @ ("packageItem" | "conceptItem" | "knowledgeItem" | "planningItem"
            | "catalogItem") => collector.exclude(format!("a {name} of NewsML-G2")),
            "page" if child.find("revision").is_some() => {
                wikitext::page(child, &mut collector, trace);
            }
            "mods" => documents::mods(child, &mut collector, trace),
            // OAI-PMH.
            "record" if child.at(&["metadata", "mods"]).is_some() => {
                let mods = child.at(&["metadata", "mods"]).unwrap_or(child);
                documents::mods(mods, &mut collector, trace);
            }
            "TEI" | "TEI.2" => documents::tei(child, &mut collector, trace),
            "article" if child.find("article-meta").is_some() => {
                documents::jats(child, &mut collector, trace);
            }
            "article" if child.elements().any(documents::is_docbook) => {
                documents::docbook(child, &mut collector, trace);
            }
            _ => {
                item(child, 0, &mut collector, trace);
                if !collector.has_body() {
                    own_text(child, &mut collector, trace);
                }
            }
        }
    }
    collector.finish(trace)
}

/// Offers the text of an item without an element for its body: an item that is a text itself, with
/// its fields in attributes, or has paragraphs of its own.
fn own_text<'t>(item: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let name = item.name();
    if let Some((Field::Body, rank)) = field(name) {
        return collector.offer(Field::Body, rank, item.text(), name, trace);
    }
    let parts = item.elements().filter(|part| {
        is_paragraph(*part) || PARTS.contains(&part.name()) && has_paragraphs(*part)
    });
    let text: Vec<String> = parts.map(Element::text).collect();
    collector.offer(Field::Body, 200, text.join("\n"), "paragraphs", trace);
}

/// Elements that may be the parts of a text.
const PARTS: &[&str] = &["section", "sec", "div", "chapter"];

fn is_paragraph(element: Element<'_>) -> bool {
    const NAMES: &[&str] = &["p", "para", "paragraph", "doan", "s"];
    NAMES
        .iter()
        .any(|name| name.eq_ignore_ascii_case(element.name()))
}

fn has_paragraphs(element: Element<'_>) -> bool {
    element.descendants().any(is_paragraph)
}

/// The newspaper and the section that the title of a feed names: "Báo Sông Lam - Thời sự",
/// "Kinh tế | Báo Sông Lam RSS".
fn of_feed_title(title: &str, collector: &mut Collector<'_>, trace: &mut Trace) {
    let (source, section) = feed::title(title);
    collector.offer(Field::Source, 200, source, "title of the feed", trace);
    if let Some(section) = section {
        collector.offer(Field::Section, 200, section, "title of the feed", trace);
    }
}

/// Elements around fields of the item itself.
const GROUPS: &[&str] = &[
    "head",
    "info",
    "meta",
    "metadata",
    "header",
    "fields",
    "attributes",
    "news",
    "dc",
    "data",
    "titles",
    "contributors",
    "dates",
    "urls",
];

/// Elements that name their field in an attribute (Solr, mysqldump, phpMyAdmin).
const NAMED: &[&str] = &[
    "field", "column", "str", "arr", "date", "int", "long", "bool", "double", "float",
];

/// An item of a feed, or an element of a dump: each child a field.
fn item<'t>(item: Element<'t>, depth: u8, collector: &mut Collector<'t>, trace: &mut Trace) {
    for child in item.elements() {
        let name = name_of(child);
        let holds_fields = |element: Element<'_>| {
            let is_field =
                |inner: &str| field(inner).is_some() || depth == 0 && GROUPS.contains(&inner);
            element.elements().any(|inner| is_field(name_of(inner)))
        };
        if name == "note-attributes" {
            // Evernote; its `source` is the program that made the note.
            for name in ["author", "source-url"] {
                if let Some(child) = child.find(name) {
                    value(child, name, depth + 1, collector, trace);
                }
            }
        } else if depth < 2 && GROUPS.contains(&name) && holds_fields(child) {
            self::item(child, depth + 1, collector, trace);
        } else if !of_post(child, name, collector) && !of_feed(child, collector, trace) {
            value(child, name, depth, collector, trace);
        }
    }
    for (name, value) in item.attributes() {
        if let Some((field, rank)) = field(name) {
            let rank = rank.saturating_add(100);
            if field == Field::Body || collector.draft.wants(field, rank) {
                let from = format!("attribute {name}");
                collector.offer(field, rank, value.to_owned(), from, trace);
            }
        }
    }
}

/// The name of an element, or the one in its attribute.
fn name_of<'t>(element: Element<'t>) -> &'t str {
    match element
        .attribute("name")
        .or_else(|| element.attribute("NAME"))
    {
        Some(name) if NAMED.contains(&element.name().to_ascii_lowercase().as_str()) => name,
        _ => element.name(),
    }
}

fn from(element: Element<'_>, name: &str) -> String {
    match name == element.name() {
        true => format!("element {}", element.full_name()),
        false => format!("element {} named {name}", element.full_name()),
    }
}

/// Reads a child whose name, or attribute, says which field it is.
fn value<'t>(
    child: Element<'t>,
    name: &'t str,
    depth: u8,
    collector: &mut Collector<'t>,
    trace: &mut Trace,
) {
    let from = from(child, name);
    let known = field(name).filter(|(field, _)| {
        let is_part = *field == Field::Section && PARTS.contains(&name) && has_paragraphs(child);
        !is_part
    });
    match known {
        Some((Field::Captions, _)) => {
            let mut each: Vec<Element<'_>> = child.elements().collect();
            if each.is_empty() || child.name() == "figure" {
                each = vec![child];
            }
            let captions: Vec<Caption> = each
                .iter()
                .map(|element| element.find("caption").unwrap_or(*element))
                .map(|element| crate::tidy::caption(&element.line()))
                .filter(|caption| !caption.text.is_empty())
                .collect();
            collector.draft.offer_captions(captions, &from, trace);
        }
        Some((field @ Field::Body, rank)) => {
            let elements = child.elements().any(|element| field_of_group(element));
            if elements {
                return item(child, depth + 1, collector, trace);
            }
            let text = body_of(child, collector, trace);
            collector.offer(field, rank + depth, text, from, trace);
        }
        Some((field @ (Field::Author | Field::Section | Field::Place), rank)) => {
            let each: Vec<Element<'_>> = child.elements().collect();
            let parts = if each.is_empty() { vec![child] } else { each };
            for part in parts {
                let text = part.find("name").unwrap_or(part).line();
                collector.join(field, rank + depth, &person(&text), &from, trace);
            }
        }
        // `<news:publication>` names the paper and its language.
        Some((field @ Field::Source, rank)) => {
            let text = child.find("name").unwrap_or(child).line();
            collector.offer(field, rank + depth, text, from, trace);
        }
        Some((field, rank)) => {
            let text = if field == Field::Summary {
                child.text()
            } else {
                child.line()
            };
            collector.offer(field, rank + depth, text, from, trace);
        }
        None => {
            let text = child.text();
            let nested = child.elements().any(field_of_group);
            collector.unread(name, text, nested);
        }
    }
}

/// The text of an element, which may begin with the summary.
fn body_of<'t>(element: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) -> String {
    match element.elements().find(|part| is_lead(*part)) {
        Some(lead) => {
            collector.offer(Field::Summary, 50, lead.line(), "lead", trace);
            element.text_without(is_lead)
        }
        None => element.text(),
    }
}

/// Returns `true` for the summary in the element of a text.
fn is_lead(element: Element<'_>) -> bool {
    const NAMES: &[&str] = &["abstract", "lead", "lede", "sapo", "standfirst", "teaser"];
    NAMES.contains(&element.name().to_ascii_lowercase().as_str())
}

/// Returns `true` for the title or text of something.
fn field_of_group(element: Element<'_>) -> bool {
    let found = field(element.name()).map(|(field, _)| field);
    let is_name = matches!(element.name(), "name" | "title" | "main");
    matches!(found, Some(Field::Body | Field::Title)) && !is_name
}

/// Notes the kind and the status of a record. Returns `false` for other elements.
fn of_post(child: Element<'_>, name: &str, collector: &mut Collector<'_>) -> bool {
    let excluding = match name {
        "post_type" => NOT_POSTS,
        "status" | "post_status" => NOT_PUBLISHED,
        "control" => {
            let draft = child.find("draft");
            if draft.is_some_and(|draft| draft.line() == "yes") {
                collector.exclude("a draft");
            }
            return true;
        }
        _ => return false,
    };
    let value = child.line();
    if excluding.contains(&value.as_str()) {
        collector.exclude(format!("{name} is `{value}`"));
    }
    true
}

/// Reads the elements that feeds and WordPress write in a way of their own.
/// Returns `false` for others.
fn of_feed<'t>(child: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) -> bool {
    let from = from(child, child.name());
    match (child.name(), child.full_name()) {
        ("content" | "group", full) if full.starts_with("media:") => {
            for part in child.elements() {
                of_feed(part, collector, trace);
            }
        }
        ("description" | "text", full) if full.starts_with("media:") => {
            let caption = crate::tidy::caption(&child.line());
            if !caption.text.is_empty() {
                collector.draft.add_captions(vec![caption], &from, trace);
            }
        }
        (_, full) if full.starts_with("media:") => {}
        ("enclosure" | "comments" | "ttl" | "generator" | "comment" | "postmeta" | "tags", _) => {}
        (_, "excerpt:encoded") => {
            collector.offer(Field::Summary, 0, child.text(), from, trace);
        }
        // The link and category elements of Atom have their values in
        // attributes.
        ("link", _) if child.attribute("href").is_some() => {
            let relation = child.attribute("rel").unwrap_or("alternate");
            if let (Some(address), "alternate") = (child.attribute("href"), relation) {
                collector.offer(Field::Url, 0, address.to_owned(), from, trace);
            }
        }
        ("category", _) => category(child, &from, collector, trace),
        (role @ ("author" | "creator" | "contributor"), _) => {
            let name = child.find("name").unwrap_or(child).line();
            let rank = u8::from(role == "contributor");
            collector.join(Field::Author, rank, &person(&name), &from, trace);
        }
        // Factiva: the rest of the text is in `tailParagraphs`. Joomla: it is in `fulltext`.
        ("leadParagraph" | "introtext", _) => collector.opening(child.text()),
        // Zotero; what is part of a newspaper has its title.
        ("isPartOf", _) => {
            let name = child.find("title").map(Element::line).unwrap_or_default();
            collector.offer(Field::Source, 0, name, from, trace);
        }
        ("source", _) => {
            let name = child.find("title").unwrap_or(child).line();
            collector.offer(Field::Source, 0, name, from, trace);
        }
        _ => return false,
    }
    true
}

fn category<'t>(child: Element<'t>, from: &str, collector: &mut Collector<'t>, trace: &mut Trace) {
    let term = child.attribute("term");
    // Blogger: what kind of entry it is.
    if child
        .attribute("scheme")
        .is_some_and(|scheme| scheme.ends_with("#kind"))
    {
        let kind = term.unwrap_or_default();
        if !kind.ends_with("#post") && !kind.ends_with("#page") {
            collector.exclude("an entry that is not a post");
        }
        return;
    }
    // WordPress: tags and formats are categories of another domain.
    let domain = child.attribute("domain").unwrap_or("category");
    if domain != "category" && !domain.contains(['/', '.']) {
        return;
    }
    let text = child.attribute("label").or(term).map(str::to_owned);
    let text = text.unwrap_or_else(|| child.line());
    collector.join(Field::Section, 0, &text, from, trace);
}

/// An author in RSS is `address (Name)`.
fn person(text: &str) -> String {
    match text.split_once('(') {
        Some((address, name)) if address.contains('@') => {
            name.trim_end_matches([')', ' ']).to_owned()
        }
        _ => text.to_owned(),
    }
}
