//! A small tree of the elements of one record, in three flat lists: some 20
//! bytes for each byte of the worst XML.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::parse::entity;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// Elements and texts in the order of the record; the first is the root.
pub(super) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<(Span, Span)>,
    /// Names, values and texts, one after the other.
    text: String,
}

/// A range of bytes of the tree's text.
#[derive(Clone, Copy, Default)]
struct Span {
    start: u32,
    len: u32,
}

#[derive(Clone, Copy)]
struct Node {
    /// The name of an element, or the text.
    span: Span,
    is_text: bool,
    /// The node after its last descendant.
    end: u32,
    attributes: (u32, u32),
}

/// How deep elements may nest; walking the tree recurses as deep.
const DEEPEST: usize = 300;

/// Bytes of one record; its spans are of 32 bits.
const LARGEST: usize = 1 << 30;

/// Reads sibling elements; the root of the tree has no name. Too deeply nested
/// elements are skipped and reported.
pub(super) fn read(xml: &str, trace: &mut Trace) -> Result<Tree, Fault> {
    if xml.len() > LARGEST {
        return Err(Fault::new(ProblemKind::TooLarge, "more than 1 GiB of XML"));
    }
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_dangling_amp = true;
    let mut builder = Builder::new();
    let mut beyond = 0_usize;
    loop {
        let event = reader.read_event().map_err(|error| {
            let at = reader.error_position();
            Fault::malformed(format!("not well-formed XML at byte {at}: {error}"))
        })?;
        match event {
            Event::Start(_) if beyond > 0 || builder.open.len() > DEEPEST => {
                if beyond == 0 {
                    let at = reader.buffer_position();
                    let message = format!(
                        "elements nested more than {DEEPEST} deep at byte {at}; those inside were not read"
                    );
                    trace.fault(Fault::new(ProblemKind::TooDeep, message));
                }
                beyond += 1;
            }
            Event::End(_) if beyond > 0 => beyond -= 1,
            Event::Eof => break,
            _ if beyond > 0 => {}
            Event::Start(start) => builder.start(&start),
            Event::Empty(start) => {
                builder.start(&start);
                builder.end();
            }
            Event::End(_) if builder.open.len() > 1 => builder.end(),
            Event::Text(text) => builder.push_text(&text),
            Event::CData(text) => builder.push_text(&text),
            Event::GeneralRef(name) => match entity::named(&name) {
                Some(letters) => builder.push_text(&letters),
                // An entity of a DTD stays as it is written.
                None => builder.push_text(&format!("&{};", &*name)),
            },
            _ => {}
        }
    }
    while !builder.open.is_empty() {
        builder.end();
    }
    Ok(builder.tree)
}

struct Builder {
    tree: Tree,
    open: Vec<u32>,
    /// The last node is a text that may grow.
    in_text: bool,
}

impl Builder {
    fn new() -> Self {
        let mut builder = Self {
            tree: Tree {
                nodes: Vec::new(),
                attributes: Vec::new(),
                text: String::new(),
            },
            open: Vec::new(),
            in_text: false,
        };
        builder.push(Span::default(), false);
        builder.open.push(0);
        builder
    }

    fn span(&mut self, text: &str) -> Span {
        let start = self.tree.text.len() as u32;
        self.tree.text.push_str(text);
        Span {
            start,
            len: text.len() as u32,
        }
    }

    fn push(&mut self, span: Span, is_text: bool) {
        let attributes = self.tree.attributes.len() as u32;
        self.tree.nodes.push(Node {
            span,
            is_text,
            end: self.tree.nodes.len() as u32 + 1,
            attributes: (attributes, attributes),
        });
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        self.in_text = false;
        let name = self.span(start.name().as_ref());
        let at = self.tree.nodes.len();
        self.push(name, false);
        for attribute in start.attributes().with_checks(false).flatten() {
            let name = self.span(attribute.key.as_ref());
            let value = self.span(&entity::decode(&attribute.value));
            self.tree.attributes.push((name, value));
        }
        let end = self.tree.attributes.len() as u32;
        if let Some(node) = self.tree.nodes.get_mut(at) {
            node.attributes.1 = end;
        }
        self.open.push(at as u32);
    }

    fn end(&mut self) {
        self.in_text = false;
        let end = self.tree.nodes.len() as u32;
        let at = self.open.pop().unwrap_or(0) as usize;
        if let Some(node) = self.tree.nodes.get_mut(at) {
            node.end = end;
        }
    }

    fn push_text(&mut self, text: &str) {
        let span = self.span(text);
        match self.tree.nodes.last_mut() {
            Some(last) if self.in_text => last.span.len += span.len,
            _ => self.push(span, true),
        }
        self.in_text = true;
    }
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(super) struct Element<'t> {
    tree: &'t Tree,
    at: u32,
}

impl Tree {
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, at: 0 }
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    fn span(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.text
            .get(start..start + span.len as usize)
            .unwrap_or_default()
    }
}

impl<'t> Element<'t> {
    /// The name with its prefix.
    pub fn full_name(self) -> &'t str {
        self.tree
            .node(self.at)
            .map_or("", |node| self.tree.span(node.span))
    }

    /// The name without its prefix.
    pub fn name(self) -> &'t str {
        local(self.full_name())
    }

    /// Names, without prefix, and values of the attributes.
    pub fn attributes(self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let (start, end) = self
            .tree
            .node(self.at)
            .map_or((0, 0), |node| node.attributes);
        let all = self.tree.attributes.get(start as usize..end as usize);
        let tree = self.tree;
        all.unwrap_or_default()
            .iter()
            .map(move |(name, value)| (local(tree.span(*name)), tree.span(*value)))
    }

    pub fn attribute(self, name: &str) -> Option<&'t str> {
        self.attributes()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// The nodes in it: its elements, and texts with their text.
    fn children(self) -> impl Iterator<Item = (Element<'t>, Option<&'t str>)> {
        let tree = self.tree;
        let end = tree.node(self.at).map_or(0, |node| node.end);
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let node = tree.node(at).filter(|_| at < end)?;
            let child = Element { tree, at };
            at = node.end;
            Some((child, node.is_text.then(|| tree.span(node.span))))
        })
    }

    pub fn elements(self) -> impl Iterator<Item = Element<'t>> {
        self.children()
            .filter_map(|(child, text)| text.is_none().then_some(child))
    }

    /// All elements below it, at any depth.
    pub fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        let tree = self.tree;
        let end = tree.node(self.at).map_or(0, |node| node.end);
        (self.at + 1..end)
            .filter(move |at| tree.node(*at).is_some_and(|node| !node.is_text))
            .map(move |at| Element { tree, at })
    }

    /// The first element of this name below this one, at any depth.
    pub fn find(self, name: &str) -> Option<Element<'t>> {
        self.descendants().find(|element| element.name() == name)
    }

    /// The element that a path of names leads to.
    pub fn at(self, path: &[&str]) -> Option<Element<'t>> {
        path.iter()
            .try_fold(self, |element, name| element.find(name))
    }

    fn has_own_text(self) -> bool {
        self.children()
            .any(|(_, text)| text.is_some_and(|text| !text.trim().is_empty()))
    }

    /// The text of an element that is one line by nature.
    pub fn line(self) -> String {
        crate::tidy::one_line(self.text())
    }

    /// The text in it; elements that are blocks are on lines of their own. A
    /// line break in the text ends a paragraph only if no element does.
    pub fn text(self) -> String {
        let has_blocks = self
            .descendants()
            .any(|element| BLOCKS.contains(&element.name()));
        let is_paragraph = PARAGRAPHS.contains(&self.name());
        let mut writer = Writer {
            text: String::new(),
            wraps: has_blocks || is_paragraph,
            is_print: false,
            keeps: None,
        };
        writer.children(self);
        writer.text.trim().to_owned()
    }

    /// The text, apart from that of elements that `leave` is true of.
    pub fn text_without(self, leave: fn(Element<'_>) -> bool) -> String {
        self.text_of_edition(false, leave)
    }

    /// The same, in which `lb` is a break of the print and not of the text.
    pub fn text_of_edition(self, is_print: bool, leave: fn(Element<'_>) -> bool) -> String {
        let mut writer = Writer {
            text: String::new(),
            wraps: true,
            is_print,
            keeps: Some(leave),
        };
        writer.children(self);
        writer.text.trim().to_owned()
    }
}

struct Writer {
    text: String,
    /// Line breaks are blanks.
    wraps: bool,
    /// `lb` is a blank.
    is_print: bool,
    keeps: Option<fn(Element<'_>) -> bool>,
}

impl Writer {
    fn children(&mut self, element: Element<'_>) {
        // An element amid text is part of its line, unless it is a block.
        let is_choice = matches!(element.name(), "choice" | "app");
        let mixed = is_choice || element.has_own_text();
        for (child, text) in element.children() {
            if let Some(text) = text {
                self.push(text);
                continue;
            }
            let name = child.name();
            let is_head = name == "head" && is_of_page(child);
            // EndNote sets all of its text in elements of a style.
            let is_nothing = NOTHING.contains(&name) && child.attribute("face").is_none();
            if is_head || is_nothing || self.keeps.is_some_and(|leave| leave(child)) {
                continue;
            }
            if is_choice && REPLACED.contains(&name) {
                continue;
            }
            if self.is_print && name == "lb" {
                if child.attribute("break") != Some("no") {
                    self.push(" ");
                }
                continue;
            }
            let inline = INLINE.contains(&name) || (mixed && !BLOCKS.contains(&name));
            if !inline {
                self.end_line();
            }
            self.children(child);
            if !inline {
                self.end_line();
            }
        }
    }

    fn push(&mut self, text: &str) {
        if !self.wraps {
            self.text.push_str(text);
            return;
        }
        for letter in text.chars() {
            if !letter.is_whitespace() {
                self.text.push(letter);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    fn end_line(&mut self) {
        if self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// Returns `true` for the `head` of a page, and not of a division of a text.
fn is_of_page(head: Element<'_>) -> bool {
    let mut inside = head.elements();
    !head.has_own_text()
        && inside.any(|element| matches!(element.name(), "title" | "meta" | "style" | "link"))
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Elements without text of the article.
const NOTHING: &[&str] = &["script", "style", "graphic", "img", "svg", "noscript"];

/// Elements of TEI for which another one in the same `choice` or `app` is read.
const REPLACED: &[&str] = &["sic", "orig", "abbr", "rdg"];

/// Elements that contain one paragraph.
const PARAGRAPHS: &[&str] = &[
    "p", "para", "simpara", "hl1", "hl2", "hedline", "headline", "title", "li", "h1", "h2", "h3",
];

/// Elements that are on lines of their own wherever they are.
const BLOCKS: &[&str] = &[
    "p",
    "para",
    "simpara",
    "div",
    "br",
    "lb",
    "li",
    "ul",
    "ol",
    "item",
    "list",
    "listitem",
    "itemizedlist",
    "orderedlist",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hl1",
    "hl2",
    "head",
    "title",
    "table",
    "tr",
    "td",
    "th",
    "row",
    "cell",
    "entry",
    "blockquote",
    "quote",
    "sec",
    "section",
    "figure",
    "fig",
    "media",
    "caption",
    "block",
    "pre",
    "body",
    "hr",
];

/// Elements that are part of a line wherever they are.
const INLINE: &[&str] = &[
    "style",
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
    "hi",
    "ref",
    "emphasis",
    "italic",
    "bold",
    "xref",
    "link",
    "ulink",
    "phrase",
    "persName",
    "placeName",
    "orgName",
    "rs",
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
    "del",
    "ext-link",
    "date",
];
