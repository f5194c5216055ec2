//! What stands on a page and is not its article.

use unicode_normalization::UnicodeNormalization;

use super::wrap::Paragraph;
use crate::names;
use crate::provenance::Trace;

/// Drops headings such as "Tin liên quan" and what they head, and lines of
/// buttons.
pub(crate) fn drop(paragraphs: Vec<Paragraph>, trace: &mut Trace) -> Vec<Paragraph> {
    let mut kept: Vec<Paragraph> = Vec::with_capacity(paragraphs.len());
    let mut below_heading = false;
    for paragraph in paragraphs {
        let key = key(&paragraph.text);
        // At the top of a page the same words name its section.
        let heading = kept.len() >= 3 && names::is_tail_heading(&key);
        below_heading = heading || (below_heading && !is_running_text(&paragraph.text));
        if below_heading || is_pointer(&key) || names::is_button(&key) {
            trace.dropped(&paragraph.text);
        } else {
            kept.push(paragraph);
        }
    }
    kept
}

/// Tells whether a line points away from the article all by itself.
fn is_pointer(key: &str) -> bool {
    const MARKS: &[&str] = &[
        "tags:",
        "tag:",
        "từ khóa:",
        "từ khoá:",
        "xem thêm:",
        "tin liên quan:",
        "đọc thêm:",
        ">> ",
        ">>> ",
    ];
    MARKS.iter().any(|mark| key.starts_with(mark))
}

/// A text in lower case, without the signs that end it.
fn key(text: &str) -> String {
    if text.len() > 400 {
        return String::new();
    }
    let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
    lower
        .trim_end_matches([':', '.', '…', '»', '>', '|', ' '])
        .trim()
        .to_owned()
}

/// Tells a paragraph of an article from a headline in a list.
fn is_running_text(text: &str) -> bool {
    text.ends_with('.') || text.chars().count() > 160
}
