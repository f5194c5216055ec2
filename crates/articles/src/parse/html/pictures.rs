//! Captions that no name says are captions: the text in the box of a picture, in the other cells
//! of its table, or set off under it.

use super::dom::{Dom, Id};
use super::kind::Kind;

/// Characters of a caption, at most.
const LONGEST: usize = 400;

/// Characters of the text in a box whose name only contains a word for pictures, at most.
const SHORT: usize = 200;

/// Nodes that the box of a picture may have, and elements above it that are looked at.
const MOST_NODES: usize = 60;
const HIGHEST: usize = 6;

/// The elements of a page whose text is a caption; `kinds` are those of its nodes.
pub(super) fn captions(dom: &Dom, order: &[Id], kinds: impl Fn(Id) -> Kind) -> Vec<Id> {
    let mut found: Vec<Id> = Vec::new();
    for &id in order {
        let Some(name) = dom.name(id) else { continue };
        let is_line = matches!(name, "p" | "td" | "h4" | "h5" | "h6" | "em" | "i" | "small");
        if is_line && is_named_picture(dom, id) && has_short_text(dom, id) {
            found.push(id);
        } else if name == "img" {
            let page = Page { dom, kinds: &kinds };
            found.extend(
                page.caption_of(id)
                    .filter(|caption| found.last() != Some(caption)),
            );
        }
    }
    found
}

/// Returns `true` if a class of an element is a word for pictures and nothing else.
fn is_named_picture(dom: &Dom, id: Id) -> bool {
    let classes = dom.attribute(id, "class").unwrap_or_default();
    classes.split_ascii_whitespace().any(is_picture)
}

/// Returns `true` if a class of an element contains a word for pictures.
fn is_named_for_picture(dom: &Dom, id: Id) -> bool {
    let classes = dom.attribute(id, "class").unwrap_or_default();
    classes.split([' ', '-', '_', '\t', '\n']).any(is_picture)
}

fn is_picture(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "anh", "hinh", "hinhanh", "image", "images", "img", "photo", "pic", "picture",
    ];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn has_short_text(dom: &Dom, id: Id) -> bool {
    matches!(Inside::of(dom, id), Some(inside) if inside.letters > 0)
}

/// The content of a small element.
#[derive(Default)]
struct Inside {
    letters: usize,
    /// Letters that are not in italics.
    upright: usize,
    images: usize,
}

impl Inside {
    /// Counts the content of an element; `None` if it is no small one.
    fn of(dom: &Dom, root: Id) -> Option<Self> {
        let mut inside = Self::default();
        for (at, id) in dom.under(root).enumerate() {
            if at > MOST_NODES {
                return None;
            }
            match dom.name(id) {
                Some("img") => inside.images += 1,
                Some("script" | "style" | "iframe" | "video" | "figcaption") => return None,
                _ => {}
            }
            let text = dom.text_of(id).unwrap_or_default().trim();
            let letters = text.chars().count();
            inside.letters += letters;
            let mut above = dom.ancestors(id).take(HIGHEST);
            if letters > 0 && !above.any(|id| matches!(dom.name(id), Some("em" | "i"))) {
                inside.upright += letters;
            }
            if inside.letters > LONGEST {
                return None;
            }
        }
        Some(inside)
    }
}

struct Page<'a, F> {
    dom: &'a Dom,
    kinds: &'a F,
}

impl<F: Fn(Id) -> Kind> Page<'_, F> {
    fn caption_of(&self, image: Id) -> Option<Id> {
        let dom = self.dom;
        let mut paragraph = None;
        for id in dom.ancestors(image).take(HIGHEST) {
            let name = dom.name(id)?;
            let inside = Inside::of(dom, id)?;
            if dom.under(id).any(|id| (self.kinds)(id) == Kind::Caption) {
                return None;
            }
            let is_block = (self.kinds)(id) == Kind::Block;
            let in_figure = dom.parent(id).and_then(|id| dom.name(id)) == Some("figure");
            let is_picture = name == "figure"
                || in_figure && is_block
                || is_named_picture(dom, id)
                || inside.letters <= SHORT && is_named_for_picture(dom, id);
            let is_table = name == "table" && self.cells(id) <= 4 && !self.has_columns_of_text(id);
            let is_set_off = is_block && inside.upright == 0 && matches!(name, "p" | "div");
            let is_part = matches!(name, "td" | "tr" | "tbody" | "a");
            if inside.letters > 0 && (is_picture || is_table || is_set_off || !is_part) {
                return (is_picture || is_table || is_set_off).then_some(id);
            }
            if paragraph.is_none() && is_block {
                paragraph = Some(id);
                if let Some(under) = self.set_off_under(id) {
                    return Some(under);
                }
            }
        }
        None
    }

    fn cells(&self, table: Id) -> usize {
        let is_cell = |id: &Id| matches!(self.dom.name(*id), Some("td" | "th"));
        self.dom.under(table).filter(is_cell).count()
    }

    /// Returns `true` for a table of which several cells have a paragraph each.
    fn has_columns_of_text(&self, table: Id) -> bool {
        const PARAGRAPH: usize = 60;
        let is_cell = |id: &Id| matches!(self.dom.name(*id), Some("td" | "th"));
        let is_long =
            |id: &Id| Inside::of(self.dom, *id).is_some_and(|inside| inside.letters >= PARAGRAPH);
        self.dom
            .under(table)
            .filter(is_cell)
            .filter(is_long)
            .nth(1)
            .is_some()
    }

    /// The block under the one with the picture, if it is short, in italics, and both are centred.
    fn set_off_under(&self, id: Id) -> Option<Id> {
        let dom = self.dom;
        let parent = dom.parent(id)?;
        let mut next = dom.after(id, parent, false)?;
        if dom.text_of(next).is_some_and(|text| text.trim().is_empty()) {
            next = dom.after(next, parent, false)?;
        }
        let inside = Inside::of(dom, next)?;
        let is_short = inside.letters > 0 && inside.images == 0;
        let is_set_off = inside.upright == 0 && self.is_centred(next);
        (is_short && is_set_off && (self.kinds)(next) == Kind::Block).then_some(next)
    }

    fn is_centred(&self, id: Id) -> bool {
        let has = |name, word| {
            let value = self.dom.attribute(id, name).unwrap_or_default();
            value.to_ascii_lowercase().replace(' ', "").contains(word)
        };
        self.dom.name(id) == Some("center")
            || has("align", "center")
            || has("style", "text-align:center")
            || has("class", "center")
    }
}
