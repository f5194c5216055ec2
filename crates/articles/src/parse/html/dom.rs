//! A page's tree: small nodes in one list, built by html5ever within a budget.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, LocalName, ParseOpts, Parser, QualName, local_name, ns};

/// Index of a node in its tree.
pub(super) type Id = u32;

const NONE: Id = Id::MAX;

/// A page, or a piece of one.
pub(super) struct Dom {
    nodes: Vec<Node>,
    /// Byte of the source after which nothing was read, because the page had
    /// spent its budget.
    pub cut: Option<usize>,
}

struct Node {
    parent: Id,
    previous: Id,
    next: Id,
    first: Id,
    last: Id,
    data: Data,
}

enum Data {
    /// The document, a template's contents, a comment or a doctype.
    Other,
    Text(StrTendril),
    Element(QualName, Box<[(LocalName, StrTendril)]>),
}

/// Attributes that are read; the others are not stored.
const ATTRIBUTES: &[&str] = &[
    "align",
    "alt",
    "aria-label",
    "aria-labelledby",
    "class",
    "content",
    "data-date",
    "data-time",
    "data-type",
    "datetime",
    "hidden",
    "href",
    "id",
    "itemprop",
    "name",
    "property",
    "rel",
    "style",
    "title",
    "type",
];

/// Bytes parsed between two checks of the budget.
const PIECE: usize = 1024;

/// Nodes that any page may have, and bytes per node of a larger one.
const NODES: usize = 50_000;
const BYTES_PER_NODE: usize = 8;

/// Steps allowed to the tree builder in any page, and per byte of a larger one.
/// Checking one open element is a step; ordinary pages take one per byte.
const STEPS: u64 = 4_000_000;
const STEPS_PER_BYTE: u64 = 64;

/// Parses a page.
pub(super) fn parse(html: &str) -> Dom {
    let html = super::attributes::limited(html);
    feed(html5ever::parse_document(Sink::new(), options()), &html)
}

/// Parses a piece of HTML as the contents of a `body`.
pub(super) fn parse_fragment(html: &str) -> Dom {
    let html = super::attributes::limited(html);
    let context = QualName::new(None, ns!(html), local_name!("body"));
    let parser = html5ever::parse_fragment(Sink::new(), options(), context, Vec::new(), false);
    feed(parser, &html)
}

fn options() -> ParseOpts {
    ParseOpts {
        tree_builder: TreeBuilderOpts {
            // Without scripts, `noscript` has elements and not text.
            scripting_enabled: false,
            drop_doctype: true,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    }
}

fn feed(mut parser: Parser<Sink>, html: &str) -> Dom {
    let source = StrTendril::from(html);
    let (mut at, mut cut) = (0, None);
    while at < html.len() {
        if parser.tokenizer.sink.sink.is_spent(html.len()) {
            cut = Some(at);
            break;
        }
        let end = html.ceil_char_boundary(at + PIECE);
        // Lengths of tendrils are of 32 bits; no page is that large.
        let (Ok(start), Ok(length)) = (u32::try_from(at), u32::try_from(end - at)) else {
            cut = Some(at);
            break;
        };
        parser.process(source.subtendril(start, length));
        at = end;
    }
    let nodes = parser.finish();
    Dom { nodes, cut }
}

impl Dom {
    pub fn root(&self) -> Id {
        0
    }

    /// Number of nodes; ids are less than it.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The name of an element, in lower case; `None` for other nodes.
    pub fn name(&self, id: Id) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Element(name, _) => Some(&name.local),
            _ => None,
        }
    }

    /// The value of one of the stored attributes.
    pub fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Element(_, attributes) => attributes
                .iter()
                .find_map(|(known, value)| (&**known == name).then_some(&**value)),
            _ => None,
        }
    }

    /// The text of a text node.
    pub fn text_of(&self, id: Id) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All text under a node, as in the source.
    pub fn text(&self, id: Id) -> String {
        self.under(id).filter_map(|id| self.text_of(id)).collect()
    }

    pub fn parent(&self, id: Id) -> Option<Id> {
        link(self.node(id)?.parent)
    }

    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let first = self.node(id).and_then(|node| link(node.first));
        std::iter::successors(first, |id| link(self.node(*id)?.next))
    }

    /// The children, last first.
    pub fn children_reversed(&self, id: Id) -> impl Iterator<Item = Id> {
        let last = self.node(id).and_then(|node| link(node.last));
        std::iter::successors(last, |id| link(self.node(*id)?.previous))
    }

    /// The ancestors of a node, the nearest first.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// A node and all nodes under it, in the order of the document.
    pub fn under(&self, root: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(root), move |id| self.after(*id, root, true))
    }

    /// The node after `id` in the order of the document, under `root`; without
    /// `deeper`, the first that is not under `id`.
    pub fn after(&self, id: Id, root: Id, deeper: bool) -> Option<Id> {
        if deeper && let Some(first) = link(self.node(id)?.first) {
            return Some(first);
        }
        let mut at = id;
        while at != root {
            let node = self.node(at)?;
            if let Some(next) = link(node.next) {
                return Some(next);
            }
            at = link(node.parent)?;
        }
        None
    }

    /// The first element with this name.
    pub fn find(&self, name: &str) -> Option<Id> {
        self.under(self.root())
            .find(|id| self.name(*id) == Some(name))
    }
}

fn link(id: Id) -> Option<Id> {
    (id != NONE).then_some(id)
}

/// Builds the tree that html5ever parses, and counts its steps.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    /// Template elements and their contents.
    templates: RefCell<Vec<(Id, Id)>>,
    steps: Cell<u64>,
}

impl Sink {
    fn new() -> Self {
        let sink = Self {
            nodes: RefCell::default(),
            templates: RefCell::default(),
            steps: Cell::new(0),
        };
        sink.create(Data::Other);
        sink
    }

    /// Returns `true` if a page of `bytes` may not cost any more.
    fn is_spent(&self, bytes: usize) -> bool {
        let nodes = self.nodes.borrow().len();
        nodes > NODES + bytes / BYTES_PER_NODE
            || self.steps.get() > STEPS + bytes as u64 * STEPS_PER_BYTE
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    fn create(&self, data: Data) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        let id = Id::try_from(nodes.len()).unwrap_or(NONE - 1);
        nodes.push(Node {
            parent: NONE,
            previous: NONE,
            next: NONE,
            first: NONE,
            last: NONE,
            data,
        });
        id
    }

    /// Puts `id` under `parent`, before `next` or last.
    fn insert(&self, id: Id, parent: Id, next: Id) {
        self.remove(id);
        let mut nodes = self.nodes.borrow_mut();
        let previous = match nodes.get(next as usize) {
            Some(next) => next.previous,
            None => nodes.get(parent as usize).map_or(NONE, |node| node.last),
        };
        if let Some(node) = nodes.get_mut(id as usize) {
            (node.parent, node.previous, node.next) = (parent, previous, next);
        }
        set_links(&mut nodes, parent, previous, next, id, id);
    }

    fn remove(&self, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        let Some(node) = nodes.get_mut(id as usize) else {
            return;
        };
        let (parent, previous, next) = (node.parent, node.previous, node.next);
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
        if parent != NONE {
            set_links(&mut nodes, parent, previous, next, next, previous);
        }
    }

    /// Appends to the text node `id`; `false` if it is not one.
    fn append_to_text(&self, id: Id, text: &StrTendril) -> bool {
        match self.nodes.borrow_mut().get_mut(id as usize) {
            Some(Node {
                data: Data::Text(known),
                ..
            }) => {
                known.push_tendril(text);
                true
            }
            _ => false,
        }
    }

    fn put(&self, child: NodeOrText<Id>, parent: Id, next: Id) {
        match child {
            NodeOrText::AppendNode(id) => self.insert(id, parent, next),
            NodeOrText::AppendText(text) => {
                let before = {
                    let nodes = self.nodes.borrow();
                    match nodes.get(next as usize) {
                        Some(next) => next.previous,
                        None => nodes.get(parent as usize).map_or(NONE, |node| node.last),
                    }
                };
                if !self.append_to_text(before, &text) {
                    let id = self.create(Data::Text(text));
                    self.insert(id, parent, next);
                }
            }
        }
    }

    fn parent_of(&self, id: Id) -> Id {
        self.nodes
            .borrow()
            .get(id as usize)
            .map_or(NONE, |node| node.parent)
    }
}

/// Makes `after` follow `previous` and `before` precede `next`, where either
/// may be an end of the children of `parent`.
fn set_links(nodes: &mut [Node], parent: Id, previous: Id, next: Id, after: Id, before: Id) {
    match nodes.get_mut(previous as usize) {
        Some(previous) => previous.next = after,
        None => {
            if let Some(parent) = nodes.get_mut(parent as usize) {
                parent.first = after;
            }
        }
    }
    match nodes.get_mut(next as usize) {
        Some(next) => next.previous = before,
        None => {
            if let Some(parent) = nodes.get_mut(parent as usize) {
                parent.last = before;
            }
        }
    }
}

fn kept(attributes: Vec<Attribute>) -> Box<[(LocalName, StrTendril)]> {
    attributes
        .into_iter()
        .filter(|attribute| ATTRIBUTES.contains(&&*attribute.name.local))
        .map(|attribute| (attribute.name.local, attribute.value))
        .collect()
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Vec<Node>;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Vec<Node> {
        self.nodes.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        0
    }

    fn elem_name<'a>(&'a self, id: &'a Id) -> Ref<'a, QualName> {
        self.step();
        Ref::map(self.nodes.borrow(), |nodes| {
            match nodes.get(*id as usize).map(|node| &node.data) {
                Some(Data::Element(name, _)) => name,
                // html5ever requests the names of elements only.
                _ => unreachable!("not an element"),
            }
        })
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Id {
        self.step();
        let id = self.create(Data::Element(name, kept(attributes)));
        if flags.template {
            let contents = self.create(Data::Other);
            self.templates.borrow_mut().push((id, contents));
        }
        id
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.create(Data::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.create(Data::Other)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.put(child, *parent, NONE);
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        if self.parent_of(*element) == NONE {
            self.append(previous, child);
        } else {
            self.append_before_sibling(element, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        let templates = self.templates.borrow();
        let found = templates.iter().rev().find(|(id, _)| {
            self.step();
            id == target
        });
        found.map_or(*target, |(_, contents)| *contents)
    }

    fn same_node(&self, one: &Id, other: &Id) -> bool {
        self.step();
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        self.put(child, self.parent_of(*sibling), *sibling);
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(Node {
            data: Data::Element(_, known),
            ..
        }) = nodes.get_mut(*target as usize)
        {
            let mut all = std::mem::take(known).into_vec();
            for (name, value) in kept(attributes) {
                if all.iter().all(|(known, _)| *known != name) {
                    all.push((name, value));
                }
            }
            *known = all.into();
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.remove(*target);
    }

    fn reparent_children(&self, node: &Id, parent: &Id) {
        let first = |id: Id| {
            self.nodes
                .borrow()
                .get(id as usize)
                .map_or(NONE, |n| n.first)
        };
        let mut child = first(*node);
        while child != NONE {
            self.step();
            self.insert(child, *parent, NONE);
            child = first(*node);
        }
    }
}
