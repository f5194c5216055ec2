//! The role of each element of a page: running text, a box next to the article,
//! or an entry of a list.

use super::dom::{Dom, Id};
use super::kind::Kind;
use super::marks::{self, Marks};
use super::pictures;

/// Facts on the nodes of a page, by id.
pub(super) struct Outline {
    facts: Vec<Facts>,
    /// Ids in the order of the document.
    order: Vec<Id>,
}

#[derive(Clone, Copy, Default)]
struct Facts {
    marks: Marks,
    kind: Kind,
    /// Characters of running text under it, boxes not counted.
    running: u32,
    /// Characters of running text under it.
    all: u32,
    /// Index in the order of the document.
    position: u32,
    skipped: bool,
    /// Part of one of several entries of a list.
    entry: bool,
}

/// The least running text, in characters, that makes an article.
pub(super) const ENOUGH: u32 = 140;

/// The least running text of a short item, in characters.
pub(super) const LEAST: u32 = 60;

/// Running text, in characters, that no box has.
const MOST_IN_BOX: u32 = 300;

impl Outline {
    pub fn of(dom: &Dom) -> Self {
        let mut outline = Self {
            facts: vec![Facts::default(); dom.len()],
            order: dom.under(dom.root()).collect(),
        };
        outline.classify(dom);
        outline.find_captions(dom);
        outline.weigh(dom);
        outline.find_entries(dom);
        outline.skip_boxes(dom);
        outline
    }

    fn facts(&self, id: Id) -> Facts {
        self.facts.get(id as usize).copied().unwrap_or_default()
    }

    fn facts_mut(&mut self, id: Id) -> Option<&mut Facts> {
        self.facts.get_mut(id as usize)
    }

    pub fn order(&self) -> &[Id] {
        &self.order
    }

    pub fn marks(&self, id: Id) -> Marks {
        self.facts(id).marks
    }

    pub fn kind(&self, id: Id) -> Kind {
        self.facts(id).kind
    }

    /// Characters of running text under a node, boxes not counted.
    pub fn running(&self, id: Id) -> u32 {
        self.facts(id).running
    }

    pub fn position(&self, id: Id) -> u32 {
        self.facts(id).position
    }

    /// Returns `true` if a node is the root of a box that is not read.
    pub fn is_skipped(&self, id: Id) -> bool {
        self.facts(id).skipped
    }

    /// Returns `true` if a node is one of several entries of a list, or in one.
    pub fn is_in_entry(&self, id: Id) -> bool {
        self.facts(id).entry
    }

    fn classify(&mut self, dom: &Dom) {
        for at in 0..self.order.len() {
            let id = self.order[at];
            let Some(name) = dom.name(id) else { continue };
            let mut marks = Marks::default();
            for attribute in ["class", "id", "itemprop"] {
                if let Some(names) = dom.attribute(id, attribute) {
                    marks = marks.and(marks::of(names));
                }
            }
            let kind = kind(name, marks);
            if is_list_by_tag(dom, id, name) {
                marks.add(Marks::LIST);
            }
            if name == "nav" && is_breadcrumb(dom, id) {
                marks.add(Marks::CRUMBS);
            }
            let is_box = matches!(name, "form" | "button" | "dialog" | "menu");
            if is_box || is_byline_region(dom, id) {
                marks.add(Marks::BOX);
            }
            if let Some(facts) = self.facts_mut(id) {
                (facts.marks, facts.kind) = (marks, kind);
            }
        }
        for at in 0..self.order.len() {
            let id = self.order[at];
            if let Some(facts) = self.facts_mut(id) {
                facts.position = at as u32;
            }
        }
    }

    /// Finds captions by the pictures they belong to.
    fn find_captions(&mut self, dom: &Dom) {
        let found = pictures::captions(dom, &self.order, |id| self.kind(id));
        for id in found {
            if let Some(facts) = self.facts_mut(id) {
                facts.kind = Kind::Caption;
            }
        }
    }

    /// Counts the running text of each block and of all that contain it.
    fn weigh(&mut self, dom: &Dom) {
        let own = self.own_text(dom);
        for (id, own) in own.iter().enumerate() {
            if own.is_running()
                && let Some(facts) = self.facts.get_mut(id)
            {
                facts.all = own.letters;
            }
        }
        for at in (0..self.order.len()).rev() {
            let id = self.order[at];
            let all = self.facts(id).all;
            if let Some(facts) = dom.parent(id).and_then(|parent| self.facts_mut(parent)) {
                facts.all = facts.all.saturating_add(all);
            }
        }
    }

    /// The text of each block that is in no smaller block.
    fn own_text(&self, dom: &Dom) -> Vec<Own> {
        let mut own = vec![Own::default(); dom.len()];
        let mut block_of = vec![dom.root(); dom.len()];
        let mut linked = vec![false; dom.len()];
        let mut at = Some(dom.root());
        while let Some(id) = at {
            let parent = dom.parent(id);
            let above = parent.map_or(dom.root(), |parent| block_of[parent as usize]);
            let kind = self.kind(id);
            let is_block = matches!(kind, Kind::Block | Kind::Caption);
            block_of[id as usize] = if is_block { id } else { above };
            linked[id as usize] =
                parent.is_some_and(|parent| linked[parent as usize]) || dom.name(id) == Some("a");
            if let Some(text) = dom.text_of(id)
                && let Some(own) = own.get_mut(above as usize)
            {
                own.add(text, linked[id as usize]);
            }
            at = dom.after(id, dom.root(), kind != Kind::Nothing);
        }
        own
    }

    /// Finds siblings of one class that each have a link: entries of a list.
    fn find_entries(&mut self, dom: &Dom) {
        let mut has_link = vec![false; dom.len()];
        for at in (0..self.order.len()).rev() {
            let id = self.order[at];
            let linked = has_link[id as usize] || dom.name(id) == Some("a");
            if let Some(parent) = dom.parent(id).filter(|_| linked) {
                has_link[parent as usize] = true;
            }
        }
        for at in 0..self.order.len() {
            let id = self.order[at];
            let above = dom
                .parent(id)
                .is_some_and(|parent| self.facts(parent).entry);
            if above && let Some(facts) = self.facts_mut(id) {
                facts.entry = true;
            }
            self.mark_entries_under(dom, id, &has_link);
        }
    }

    fn mark_entries_under(&mut self, dom: &Dom, parent: Id, has_link: &[bool]) {
        /// Siblings that make a list.
        const SEVERAL: usize = 3;
        let mut of_class: std::collections::HashMap<&str, Vec<Id>> = Default::default();
        for child in dom.children(parent) {
            let Some(name) = dom.name(child) else {
                continue;
            };
            let linked = has_link.get(child as usize).copied().unwrap_or_default();
            if !linked || matches!(name, "p" | "span" | "td" | "tr" | "a" | "b" | "strong") {
                continue;
            }
            let class = dom.attribute(child, "class").unwrap_or_default();
            let class = match name {
                "li" | "article" | "dd" | "dt" => name,
                _ if class.is_empty() => continue,
                _ => class,
            };
            of_class.entry(class).or_default().push(child);
        }
        let lists = of_class.into_values().filter(|list| list.len() >= SEVERAL);
        for id in lists.flatten() {
            if let Some(facts) = self.facts_mut(id) {
                facts.entry = true;
            }
        }
    }

    /// Decides which elements are boxes, and counts running text without them.
    fn skip_boxes(&mut self, dom: &Dom) {
        let whole = self.facts(dom.root()).all;
        let outside = self.apply(dom, |facts| is_box(facts, whole));
        // A short item, next to which only boxes have more text.
        let is_item = |facts: &Facts| {
            facts.marks.has(Marks::BODY) && !facts.skipped && facts.running >= LEAST
        };
        if outside >= LEAST && self.facts.iter().any(is_item) {
            return;
        }
        if outside < ENOUGH && whole >= ENOUGH || outside == 0 && whole > 0 {
            // Nothing else is left: the text under the box is the article.
            self.apply(dom, |facts| {
                is_box(facts, whole) && facts.all.saturating_mul(2) < whole
            });
        }
    }

    fn apply(&mut self, dom: &Dom, is_box: impl Fn(&Facts) -> bool) -> u32 {
        let mut own: Vec<u32> = self.facts.iter().map(|facts| facts.all).collect();
        for at in 0..self.order.len() {
            let id = self.order[at];
            let all = self.facts(id).all;
            if let Some(own) = dom
                .parent(id)
                .and_then(|parent| own.get_mut(parent as usize))
            {
                *own = own.saturating_sub(all);
            }
        }
        for (facts, own) in self.facts.iter_mut().zip(own) {
            facts.skipped = is_box(facts);
            facts.running = own;
        }
        for at in (0..self.order.len()).rev() {
            let id = self.order[at];
            let facts = self.facts(id);
            let counted = if facts.skipped { 0 } else { facts.running };
            if let Some(parent) = dom.parent(id).and_then(|parent| self.facts_mut(parent)) {
                parent.running = parent.running.saturating_add(counted);
            }
        }
        self.facts(dom.root()).running
    }
}

fn is_box(facts: &Facts, whole: u32) -> bool {
    let marks = facts.marks;
    if marks.has(Marks::LIST) {
        // A page's own name for its article wins: "comment-content".
        return !(marks.has(Marks::BODY) && facts.all.saturating_mul(2) > whole);
    }
    // A box has no running text, or a little of a large page.
    marks.has(Marks::BOX) && !(facts.all >= MOST_IN_BOX && facts.all.saturating_mul(4) >= whole)
}

/// The text of a block.
#[derive(Clone, Copy, Default)]
struct Own {
    letters: u32,
    linked: u32,
    last: char,
}

impl Own {
    fn add(&mut self, text: &str, linked: bool) {
        let letters = text.chars().filter(|c| !c.is_whitespace()).count() as u32;
        self.letters = self.letters.saturating_add(letters);
        if linked {
            self.linked = self.linked.saturating_add(letters);
        }
        if let Some(last) = text.trim_end().chars().next_back() {
            self.last = last;
        }
    }

    /// Returns `true` if the text is a paragraph and not a label or a headline.
    fn is_running(&self) -> bool {
        let ends = matches!(self.last, '.' | '!' | '?' | '…' | '”' | '"' | ':' | ';');
        self.linked.saturating_mul(2) < self.letters
            && (self.letters >= 80 || (ends && self.letters >= 25))
    }
}

/// Returns `true` for the list of those who took part in an article.
pub(super) fn is_byline_region(dom: &Dom, id: Id) -> bool {
    let label = dom.attribute(id, "aria-labelledby");
    label.is_some_and(|label| label.ends_with("byline"))
}

/// Returns `true` for what readers of screens call a breadcrumb.
fn is_breadcrumb(dom: &Dom, id: Id) -> bool {
    let labels = ["aria-label", "aria-labelledby"].into_iter();
    let mut labels = labels.filter_map(|name| dom.attribute(id, name));
    labels.any(|label| label.to_ascii_lowercase().contains("breadcrumb"))
}

fn is_list_by_tag(dom: &Dom, id: Id, name: &str) -> bool {
    let hidden = || {
        dom.attribute(id, "hidden").is_some()
            || dom.attribute(id, "style").is_some_and(|style| {
                style.contains("none") && style.replace(' ', "").contains("display:none")
            })
    };
    let related = || {
        ["type", "data-type"].iter().any(|attribute| {
            dom.attribute(id, attribute)
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("related"))
        })
    };
    // A footer inside an article names its author.
    let of_page = || {
        !dom.ancestors(id)
            .take(8)
            .any(|id| dom.name(id) == Some("article"))
    };
    match name {
        "nav" | "aside" => true,
        // AMP: advertisements, menus, messages about cookies.
        "amp-ad"
        | "amp-auto-ads"
        | "amp-consent"
        | "amp-embed"
        | "amp-sidebar"
        | "amp-sticky-ad"
        | "amp-user-notification" => true,
        "footer" => of_page(),
        _ => hidden() || related(),
    }
}

fn kind(name: &str, marks: Marks) -> Kind {
    match name {
        "script" | "style" | "noscript" | "template" | "head" | "title" | "meta" | "link"
        | "svg" | "math" | "iframe" | "object" | "audio" | "video" | "canvas" | "select"
        | "textarea" | "input" | "frameset" | "noframes" | "map" | "datalist" => Kind::Nothing,
        "br" | "hr" => Kind::Break,
        "figcaption" => Kind::Caption,
        "html" | "body" | "main" | "article" => Kind::Block,
        _ if marks.has(Marks::CAPTION) => Kind::Caption,
        "address" | "aside" | "blockquote" | "caption" | "center" | "dd" | "details" | "dialog"
        | "dir" | "div" | "dl" | "dt" | "fieldset" | "figure" | "footer" | "form" | "h1" | "h2"
        | "h3" | "h4" | "h5" | "h6" | "header" | "hgroup" | "legend" | "li" | "listing"
        | "menu" | "nav" | "ol" | "optgroup" | "option" | "p" | "plaintext" | "pre" | "search"
        | "section" | "summary" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
        | "ul" | "xmp" | "button" => Kind::Block,
        // Unknown and custom elements are inline, as in every browser.
        _ => Kind::Inline,
    }
}
