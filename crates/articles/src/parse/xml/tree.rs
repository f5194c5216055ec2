//! A small tree of the elements of one record.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::parse::entity;
use crate::problem::Fault;

/// An element, its name without prefix.
#[derive(Default)]
pub(super) struct Element {
    pub name: String,
    pub full_name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Child>,
}

pub(super) enum Child {
    Element(Element),
    Text(String),
}

/// How deep elements may nest; walking the tree recurses as deep.
const DEEPEST: usize = 300;

/// Reads elements one beside the other; the tree's root has no name.
pub(super) fn read(xml: &str) -> Result<Element, Fault> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    let mut open = vec![Element::default()];
    loop {
        let event = reader
            .read_event()
            .map_err(|error| Fault::malformed(format!("not well-formed XML: {error}")))?;
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(Fault::malformed(format!(
                        "elements nested more than {DEEPEST} deep"
                    )));
                }
                open.push(element(&start));
            }
            Event::Empty(start) => push(&mut open, Child::Element(element(&start))),
            Event::End(_) if open.len() > 1 => close(&mut open),
            Event::Text(text) => push(&mut open, Child::Text(text.to_string())),
            Event::CData(text) => push(&mut open, Child::Text(text.to_string())),
            Event::GeneralRef(name) => {
                // An entity of a DTD stays as it is written.
                let text = entity::named(&name).unwrap_or_else(|| format!("&{};", &*name));
                push(&mut open, Child::Text(text));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    Ok(open.pop().unwrap_or_default())
}

fn push(open: &mut [Element], child: Child) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn close(open: &mut Vec<Element>) {
    if let Some(element) = open.pop() {
        push(open, Child::Element(element));
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let full_name = start.name().as_ref().to_owned();
    let name = full_name.rsplit(':').next().unwrap_or_default().to_owned();
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let name = attribute
                .key
                .as_ref()
                .rsplit(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            (name, unescape(&attribute.value))
        })
        .collect();
    Element {
        name,
        full_name,
        attributes,
        children: Vec::new(),
    }
}

/// Replaces the references in an attribute's value.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity::read(rest) {
            Some((letters, length)) => {
                out.push_str(&letters);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

impl Element {
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// The first element of this name below this one, at any depth.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.elements().find_map(|child| {
            if child.name == name {
                Some(child)
            } else {
                child.find(name)
            }
        })
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The text in it; elements that are blocks are on lines of their own.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        text.trim().to_owned()
    }

    fn push_text(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(part) => text.push_str(part),
                Child::Element(element) => {
                    let block = !INLINE.contains(&element.name.as_str());
                    if block && !text.is_empty() && !text.ends_with('\n') {
                        text.push('\n');
                    }
                    element.push_text(text);
                    if block && !text.ends_with('\n') {
                        text.push('\n');
                    }
                }
            }
        }
    }
}

const INLINE: &[&str] = &[
    "a",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "span",
    "sup",
    "sub",
    "q",
    "small",
    "font",
    "person",
    "org",
    "location",
    "num",
    "chron",
    "money",
    "event",
    "lang",
    "object.title",
    "classifier",
    "pronounce",
    "city",
    "state",
    "region",
    "country",
    "name",
    "strike",
    "mark",
    "abbr",
    "code",
    "cite",
];
