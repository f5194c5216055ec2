//! Pieces of HTML, such as the fields of feeds and records.

use super::dom::{self, Dom};
use super::outline::Outline;
use super::text;
use crate::Caption;
use crate::parse::fonts;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// The text of a piece of HTML.
pub(crate) struct Fragment {
    /// One paragraph per line.
    pub body: String,
    pub captions: Vec<Caption>,
    /// Text of menus, forms and the like.
    pub dropped: Vec<String>,
    /// The fault that cut the page short, if any.
    pub fault: Option<Fault>,
}

/// Reads a piece of HTML, such as a field of a feed.
pub(crate) fn fragment(html: &str) -> Fragment {
    let html = fonts::read(html, &mut Trace::off());
    let dom = dom::parse_fragment(&html);
    let outline = Outline::of(&dom);
    let mut text = text::Text::default();
    text::read(&dom, &outline, dom.root(), None, &mut text);
    Fragment {
        body: text.paragraphs.join("\n"),
        captions: text.captions,
        dropped: text.dropped,
        fault: cut_fault(&dom, html.len()),
    }
}

/// The fault of a page that was too expensive to read to its end.
pub(super) fn cut_fault(dom: &Dom, bytes: usize) -> Option<Fault> {
    let cut = dom.cut?;
    let message = format!(
        "too many or too deeply nested elements; what follows byte {cut} of {bytes} was skipped; \
         save the page again or convert it to text"
    );
    Some(Fault::new(ProblemKind::TooLarge, message))
}
