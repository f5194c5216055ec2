//! An article in XML: an item of a feed, an element of a dump, NewsML-G2, NITF.

mod tree;

use self::tree::{Child, Element};
use super::{dateline, markup};
use crate::fields::{Draft, Field, field};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Caption};

/// Parses one item.
pub(crate) fn parse(xml: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let root = tree::read(xml)?;
    let mut draft = Draft::default();
    for child in root.elements() {
        match child.name.as_str() {
            "timbao-publication" => {
                draft.offer(Field::Source, 50, child.text(), "title of the feed", trace)
            }
            "newsItem" => news_item(child, &mut draft, trace),
            "nitf" => nitf(child, &mut draft, trace),
            _ => item(child, &mut draft, trace),
        }
    }
    let mut article = draft.finish();
    article.body = plain(&article.body, trace);
    article.summary = article
        .summary
        .map(|summary| plain(&summary, trace).replace('\n', " "));
    if let Some(dateline) = article.body.lines().next().and_then(dateline::read) {
        dateline::apply(dateline, &mut article, trace);
    }
    Ok(article)
}

/// Feeds carry HTML inside their text.
fn plain(text: &str, trace: &mut Trace) -> String {
    let mut running = markup::running(text.to_owned());
    if let Some(fault) = running.fault.take() {
        trace.fault(fault);
    }
    running.body
}

/// An item of a feed, or an element of a dump: each child a field.
fn item(item: &Element, draft: &mut Draft, trace: &mut Trace) {
    let from = |element: &Element| format!("element {}", element.full_name);
    for child in item.elements() {
        let media = child.full_name.starts_with("media:");
        match (child.name.as_str(), media) {
            ("description" | "text", true) => {
                let caption = crate::fields::caption(&child.text());
                draft.offer_captions(vec![caption], &from(child), trace);
            }
            (_, true) | ("enclosure" | "comments" | "ttl" | "generator", _) => {}
            // Atom's link and category say what they mean in attributes.
            ("link", _) if child.attribute("href").is_some() => {
                let relation = child.attribute("rel").unwrap_or("alternate");
                if let (Some(address), "alternate") = (child.attribute("href"), relation) {
                    draft.offer(Field::Url, 0, address.to_owned(), &from(child), trace);
                }
            }
            ("category", _) if child.attribute("term").is_some() => {
                let term = child
                    .attribute("label")
                    .or(child.attribute("term"))
                    .unwrap_or_default();
                draft.offer(Field::Section, 0, term.to_owned(), &from(child), trace);
            }
            ("author" | "creator" | "contributor", _) => {
                let name = child
                    .find("name")
                    .map_or_else(|| child.text(), Element::text);
                draft.offer(Field::Author, 0, person(&name), &from(child), trace);
            }
            ("source", _) => {
                let name = child
                    .find("title")
                    .map_or_else(|| child.text(), Element::text);
                draft.offer(Field::Source, 0, name, &from(child), trace);
            }
            (name, _) => match field(name) {
                Some((Field::Captions, _)) => {
                    let mut each: Vec<&Element> = child.elements().collect();
                    if each.is_empty() {
                        each.push(child);
                    }
                    let captions: Vec<Caption> = each
                        .iter()
                        .map(|element| crate::fields::caption(&element.text()))
                        .filter(|caption| !caption.text.is_empty())
                        .collect();
                    draft.offer_captions(captions, &from(child), trace);
                }
                Some((field, rank)) => draft.offer(field, rank, child.text(), &from(child), trace),
                None => {}
            },
        }
    }
    for (name, value) in &item.attributes {
        if let Some((field, rank)) = field(name) {
            draft.offer(
                field,
                rank + 100,
                value.clone(),
                &format!("attribute {name}"),
                trace,
            );
        }
    }
}

/// RSS gives an author as `address (Name)`.
fn person(text: &str) -> String {
    match text.split_once('(') {
        Some((address, name)) if address.contains('@') => {
            name.trim_end_matches([')', ' ']).to_owned()
        }
        _ => text.to_owned(),
    }
}

/// A NewsML-G2 news item (IPTC).
fn news_item(item: &Element, draft: &mut Draft, trace: &mut Trace) {
    if let Some(guid) = item.attribute("guid") {
        draft.offer(Field::Id, 0, guid.to_owned(), "newsItem/@guid", trace);
    }
    // What the content says of itself is more telling than the wrapping.
    if let Some(content) = item.find("inlineXML") {
        for inner in content.elements() {
            match inner.name.as_str() {
                "nitf" => nitf(inner, draft, trace),
                _ => draft.offer(Field::Body, 1, inner.text(), "inlineXML", trace),
            }
        }
    }
    const PATHS: &[(&str, Field)] = &[
        ("headline", Field::Title),
        ("by", Field::Author),
        ("dateline", Field::Place),
        ("description", Field::Summary),
        ("contentCreated", Field::Published),
        ("firstCreated", Field::Published),
        ("versionCreated", Field::Published),
        ("inlineData", Field::Body),
        ("creditline", Field::Agency),
    ];
    for (order, (name, field)) in PATHS.iter().enumerate() {
        if let Some(element) = item.find(name) {
            draft.offer(*field, 20 + order as u8, element.text(), name, trace);
        }
    }
    if let Some(provider) = item.find("provider") {
        let name = provider
            .find("name")
            .map(Element::text)
            .or_else(|| provider.attribute("literal").map(str::to_owned));
        draft.offer(
            Field::Agency,
            0,
            name.unwrap_or_default(),
            "provider",
            trace,
        );
    }
    if let Some(place) = item
        .find("located")
        .and_then(|located| located.find("name"))
    {
        draft.offer(Field::Place, 10, place.text(), "located", trace);
    }
    if let Some(subject) = item
        .find("subject")
        .and_then(|subject| subject.find("name"))
    {
        draft.offer(Field::Section, 10, subject.text(), "subject", trace);
    }
}

/// A NITF document (IPTC).
fn nitf(root: &Element, draft: &mut Draft, trace: &mut Trace) {
    const PATHS: &[(&str, Field, &str)] = &[
        ("hl1", Field::Title, ""),
        ("title", Field::Title, ""),
        ("abstract", Field::Summary, ""),
        ("hl2", Field::Summary, ""),
        ("byline", Field::Author, ""),
        ("location", Field::Place, ""),
        ("distributor", Field::Agency, ""),
        ("date.issue", Field::Published, "norm"),
        ("story.date", Field::Published, "norm"),
        ("pubdata", Field::Published, "date.publication"),
        ("pubdata", Field::Section, "position.section"),
        ("pubdata", Field::Source, "name"),
        ("doc-id", Field::Id, "id-string"),
        ("doc.copyright", Field::Source, "holder"),
    ];
    for (order, (name, field, attribute)) in PATHS.iter().enumerate() {
        let Some(element) = root.find(name) else {
            continue;
        };
        let value = match *attribute {
            "" => element.text(),
            attribute => element.attribute(attribute).unwrap_or_default().to_owned(),
        };
        draft.offer(
            *field,
            2 + order as u8,
            value,
            &format!("nitf {name}"),
            trace,
        );
    }
    let Some(content) = root.find("body.content") else {
        return;
    };
    let mut captions = Vec::new();
    let mut lines = Vec::new();
    for child in content.elements() {
        if child.name != "media" {
            lines.push(child.text());
            continue;
        }
        let mut caption = crate::fields::caption(
            &child
                .find("media-caption")
                .map(Element::text)
                .unwrap_or_default(),
        );
        if let Some(producer) = child.find("media-producer") {
            caption.credit = Some(producer.text());
        }
        if !caption.text.is_empty() {
            captions.push(caption);
        }
    }
    let own: String = content
        .children
        .iter()
        .filter_map(|child| match child {
            Child::Text(text) => Some(text.as_str()),
            Child::Element(_) => None,
        })
        .collect();
    if !own.trim().is_empty() {
        lines.insert(0, own);
    }
    draft.offer(Field::Body, 0, lines.join("\n"), "nitf body.content", trace);
    draft.offer_captions(captions, "nitf media", trace);
}
