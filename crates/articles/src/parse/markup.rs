//! Fields whose text may be HTML: in JSON, CSV and feeds nothing says whether
//! it is.

use std::borrow::Cow;

use super::html::fragment::fragment;
use super::markdown::lines;
use super::tags::{self, Tag, Tags, has_tag};
use super::{entity, shortcode};
use crate::Caption;
use crate::problem::Fault;
use crate::tidy::paragraphs;

/// Running text, and the text around it that is not the article's.
#[derive(Default)]
pub(crate) struct Running {
    /// One paragraph a line.
    pub body: String,
    pub captions: Vec<Caption>,
    /// Text of menus, forms and the like.
    pub dropped: Vec<String>,
    pub was_html: bool,
    pub was_markdown: bool,
    /// The fault that cut the text short, if any.
    pub fault: Option<Fault>,
}

/// Reads running text, which is HTML if there is a tag of HTML in it.
///
/// Tools write paragraphs separated by blank lines as well as tags, so a blank
/// line ends a paragraph in HTML too; a line break does if no element is a
/// block.
pub(crate) fn running(text: String) -> Running {
    if memchr::memchr3(b'<', b'&', b'\\', text.as_bytes()).is_none() {
        let (text, mut captions) = shortcode::strip(text);
        let plain = lines::plain(&text, &mut captions);
        return Running {
            was_markdown: plain.is_some(),
            body: paragraphs(plain.unwrap_or(text)),
            captions,
            ..Running::default()
        };
    }
    let text = match tags::unescaped(&text) {
        Cow::Owned(plain) => plain,
        Cow::Borrowed(_) => text,
    };
    let (text, mut captions) = shortcode::strip(text);
    if !has_tag(&text) {
        let decoded = entity::decode_all(&text).into_owned();
        // Tools that escape what is escaped already write tags as text.
        if decoded.len() < text.len() && has_tag(&decoded) && has_blocks(&decoded) {
            return running(decoded);
        }
        let plain = lines::plain(&decoded, &mut captions);
        return Running {
            was_markdown: plain.is_some(),
            body: paragraphs(plain.unwrap_or(decoded)),
            captions,
            ..Running::default()
        };
    }
    let fragment = fragment(&with_breaks(&text));
    captions.extend(fragment.captions);
    let is_escaped_twice = memchr::memmem::find(text.as_bytes(), b"&amp;").is_some();
    Running {
        body: match is_escaped_twice {
            true => entity::decode(&fragment.body).into_owned(),
            false => fragment.body,
        },
        captions,
        dropped: fragment.dropped,
        was_html: true,
        was_markdown: false,
        fault: fragment.fault,
    }
}

fn has_blocks(text: &str) -> bool {
    Tags::of(text).any(|tag| tag.is_block())
}

/// Marks the ends of paragraphs that are only set off by line breaks, or by cells without a table,
/// which browsers ignore.
fn with_breaks(text: &str) -> Cow<'_, str> {
    let is_cell = |tag: &Tag<'_>| {
        ["td", "th", "tr"]
            .iter()
            .any(|cell| tag.name.eq_ignore_ascii_case(cell))
    };
    let has_lines = memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some();
    let has_table = || Tags::of(text).any(|tag| tag.name.eq_ignore_ascii_case("table"));
    let has_cells = Tags::of(text).any(|tag| is_cell(&tag)) && !has_table();
    if !has_lines && !has_cells {
        return Cow::Borrowed(text);
    }
    let least = if has_blocks(text) { 2 } else { 1 };
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for tag in Tags::of(text) {
        push_with_breaks(&text[at..tag.start], least, &mut out);
        out.push_str(&text[tag.start..tag.end]);
        if has_cells && is_cell(&tag) {
            out.push_str("<br>");
        }
        at = tag.end;
    }
    push_with_breaks(&text[at..], least, &mut out);
    Cow::Owned(out)
}

/// Copies text between two tags; `least` line breaks in a row end a paragraph.
fn push_with_breaks(text: &str, least: usize, out: &mut String) {
    let mut breaks = 0;
    for part in text.split_inclusive('\n') {
        let line = part.trim_end_matches(['\n', '\r']);
        if breaks >= least && !line.trim().is_empty() {
            out.push_str("<br>");
        }
        if !line.trim().is_empty() {
            breaks = 0;
        }
        out.push_str(part);
        breaks += usize::from(part.ends_with('\n'));
    }
    if breaks >= least {
        out.push_str("<br>");
    }
}

#[cfg(test)]
mod tests {
    use super::running;
    use crate::parse::tags::{has_tag, line};

    #[test]
    fn tags_are_told_from_signs() {
        for text in [
            "<p>a",
            "a<BR/>b",
            "x</b>",
            "<img src='a>b'>",
            "<!-- a -->",
            "<o:p>a</o:p>",
        ] {
            assert!(has_tag(text), "{text}");
        }
        for text in [
            "a < b",
            "<3",
            "<TTXVN>",
            "1<p",
            "<bài>",
            "a <nam@bao.example> b",
        ] {
            assert!(!has_tag(text), "{text}");
        }
    }

    #[test]
    fn a_line_loses_its_markup() {
        for (text, expected) in [
            ("Giá <em>hồ</em> tiêu &amp; điều", "Giá hồ tiêu & điều"),
            ("Một<br/>hai", "Một hai"),
            ("2 < 3 &#8211; <TTXVN>", "2 < 3 – <TTXVN>"),
            ("<script>x()</script>Tin", "Tin"),
        ] {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn blank_lines_end_paragraphs_beside_tags() {
        let cases = [
            ("Một <b>hai</b>.\n\nBa.", "Một hai.\nBa."),
            ("Một <b>hai</b>.\nBa.", "Một hai.\nBa."),
            ("<p>Một\nhai.</p>\nBa\n\nbốn.", "Một hai.\nBa\nbốn."),
            ("Gi&aacute; l&uacute;a\nt&#259;ng", "Giá lúa\ntăng"),
            ("a\nb", "a\nb"),
        ];
        for (text, expected) in cases {
            assert_eq!(running(text.to_owned()).body, expected);
        }
    }
}
