//! A summary that only its style sets off: a first paragraph in bold or italics.

use super::dom::{Dom, Id};
use super::kind::Kind;
use super::outline::Outline;
use super::rank::SHOWN;
use super::text::Text;
use crate::fields::{Draft, Field};
use crate::provenance::Trace;
use crate::tidy::one_line;

/// The first paragraph under `root` if all of it is in bold or italics and the text goes on in
/// another style.
pub(super) fn read(dom: &Dom, outline: &Outline, root: Id) -> Option<String> {
    let mut texts = Texts {
        dom,
        outline,
        root,
        at: Some(root),
    };
    let (first, block) = first_paragraph(&mut texts)?;
    if !is_set_off(dom, first, block) {
        return None;
    }
    let mut letters = 0;
    for text in texts {
        let block_of_text = block_of(dom, outline, text)?;
        if block_of_text == block {
            if !is_set_off(dom, text, block) {
                return None;
            }
            letters += 1;
            if letters > MOST_PIECES {
                return None;
            }
            continue;
        }
        if is_set_off(dom, text, block_of_text) {
            return None;
        }
        let lead = one_line(dom.text(block));
        return is_sentence(&lead).then_some(lead);
    }
    None
}

/// Offers the first line in bold or italics, where the text goes on in another style and line
/// breaks are all that divides it.
pub(super) fn offer_line(text: &Text, draft: &mut Draft, trace: &mut Trace) {
    const TOP: usize = 5;
    let lines = || text.paragraphs.iter().zip(&text.set_off).take(TOP);
    let Some(at) = lines().position(|(line, _)| is_sentence(line)) else {
        return;
    };
    let is_set_off = |at: usize| text.set_off.get(at).copied();
    if is_set_off(at) == Some(true) && is_set_off(at + 1) == Some(false) {
        let line = text.paragraphs.get(at).cloned().unwrap_or_default();
        draft.offer(Field::Summary, SHOWN, line, "first line, set off", trace);
    }
}

/// The first text that is a sentence, and its block; headings and dates may precede it.
fn first_paragraph(texts: &mut Texts<'_>) -> Option<(Id, Id)> {
    const TOP: usize = 8;
    for _ in 0..TOP {
        let text = texts.next()?;
        let block = block_of(texts.dom, texts.outline, text)?;
        if block != texts.root && is_sentence(&one_line(texts.dom.text(block))) {
            return Some((text, block));
        }
    }
    None
}

/// Pieces of text in the paragraph.
const MOST_PIECES: usize = 100;

/// Returns `true` for running text, and not for a heading or a question of an interview.
fn is_sentence(text: &str) -> bool {
    const SPEAKERS: &[&str] = &["-", "–", "—", "PV:", "PV -", "Phóng viên:", "Hỏi:", "* "];
    let letters = text.chars().count();
    let is_question = SPEAKERS.iter().any(|opening| text.starts_with(opening));
    (60..=900).contains(&letters)
        && !is_question
        && (letters > 120 || text.ends_with(['.', '!', '?', '…', '"', '”']))
}

/// The texts under an element that are read, in order.
struct Texts<'a> {
    dom: &'a Dom,
    outline: &'a Outline,
    root: Id,
    at: Option<Id>,
}

impl Iterator for Texts<'_> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        while let Some(id) = self.at {
            let kind = self.outline.kind(id);
            let is_read = id == self.root
                || !(matches!(kind, Kind::Nothing | Kind::Caption) || self.outline.is_skipped(id));
            self.at = self.dom.after(id, self.root, is_read);
            let text = self.dom.text_of(id).unwrap_or_default();
            if text.contains(char::is_alphanumeric) {
                return Some(id);
            }
        }
        None
    }
}

/// Elements above a text that are looked at.
const HIGHEST: usize = 32;

fn block_of(dom: &Dom, outline: &Outline, id: Id) -> Option<Id> {
    let mut above = dom.ancestors(id).take(HIGHEST);
    above.find(|id| outline.kind(*id) == Kind::Block)
}

/// Returns `true` if a text is in bold or italics inside its block, or the block is a heading.
fn is_set_off(dom: &Dom, id: Id, block: Id) -> bool {
    let above = dom.ancestors(id).take(HIGHEST);
    let mut inside = above.take_while(|id| *id != block);
    inside.any(|id| matches!(dom.name(id), Some("b" | "strong" | "em" | "i")))
        || matches!(dom.name(block), Some("h2" | "h3" | "h4"))
}
