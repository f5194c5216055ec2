//! Fields whose text may be HTML: in JSON, CSV and feeds nothing says whether
//! it is.

use std::borrow::Cow;

use super::{entity, html, shortcode};
use crate::Caption;
use crate::fields::paragraphs;
use crate::problem::Fault;

/// Running text, and the text around it that is not the article's.
#[derive(Default)]
pub(crate) struct Running {
    /// One paragraph a line.
    pub body: String,
    pub captions: Vec<Caption>,
    /// Text of menus, forms and the like.
    pub dropped: Vec<String>,
    pub was_html: bool,
    /// The fault that cut the text short, if any.
    pub fault: Option<Fault>,
}

/// Returns the text of a field of one line, without tags and references.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    if !has_tag(text) {
        return entity::decode(text);
    }
    let stripped = without_tags(text);
    Cow::Owned(entity::decode(&stripped).into_owned())
}

/// Reads running text, which is HTML if there is a tag of HTML in it.
///
/// Tools write paragraphs separated by blank lines as well as tags, so a blank
/// line ends a paragraph in HTML too; a line break does if no element is a
/// block.
pub(crate) fn running(text: String) -> Running {
    let (text, mut captions) = shortcode::strip(text);
    if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
        return Running {
            body: paragraphs(text),
            captions,
            ..Running::default()
        };
    }
    if !has_tag(&text) {
        return Running {
            body: paragraphs(entity::decode(&text).into_owned()),
            captions,
            ..Running::default()
        };
    }
    let fragment = html::fragment(&with_breaks(&text));
    captions.extend(fragment.captions);
    Running {
        body: fragment.body,
        captions,
        dropped: fragment.dropped,
        was_html: true,
        fault: fragment.fault,
    }
}

/// Returns `true` if the text contains an HTML tag, and not only a `<`.
pub(crate) fn has_tag(text: &str) -> bool {
    Tags::of(text).next().is_some()
}

/// The tags and comments of a text, one after the other.
struct Tags<'t> {
    text: &'t str,
    /// The last `>`: no tag begins after it.
    last: usize,
    at: usize,
}

impl<'t> Tags<'t> {
    fn of(text: &'t str) -> Self {
        let last = memchr::memrchr(b'>', text.as_bytes()).unwrap_or(0);
        Self { text, last, at: 0 }
    }
}

impl<'t> Iterator for Tags<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        while self.at < self.last {
            let rest = self.text.as_bytes().get(self.at..self.last)?;
            let start = self.at + memchr::memchr(b'<', rest)?;
            match Tag::at(self.text, start) {
                Some(tag) => {
                    self.at = tag.end;
                    return Some(tag);
                }
                None => self.at = start + 1,
            }
        }
        None
    }
}

/// A tag or comment in a text.
struct Tag<'t> {
    /// Empty for a comment or declaration.
    name: &'t str,
    closes: bool,
    start: usize,
    /// The byte after it.
    end: usize,
}

impl<'t> Tag<'t> {
    /// The tag that begins at the `<` at `at`.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        let rest = text.get(at + 1..)?;
        if rest.starts_with("!--") {
            let end = rest.find("-->").map_or(text.len(), |end| at + 1 + end + 3);
            return Some(Self::nameless(at, end));
        }
        if rest.starts_with("![CDATA[") || starts_ignoring_case(rest, "!doctype") {
            let end = rest.find('>').map_or(text.len(), |end| at + 1 + end + 1);
            return Some(Self::nameless(at, end));
        }
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let length = name
            .bytes()
            .take(LONGEST + 1)
            .position(|byte| !byte.is_ascii_alphanumeric() && byte != b':')?;
        let after = name.as_bytes().get(length)?;
        if !matches!(after, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
            return None;
        }
        let name = name.get(..length)?;
        if !is_element(name) {
            return None;
        }
        let end = end_of_tag(text.as_bytes(), at + 1)?;
        Some(Self {
            name,
            closes: rest.starts_with('/'),
            start: at,
            end,
        })
    }

    fn nameless(start: usize, end: usize) -> Self {
        Self {
            name: "",
            closes: false,
            start,
            end,
        }
    }

    fn is_block(&self) -> bool {
        BLOCKS
            .iter()
            .any(|block| self.name.eq_ignore_ascii_case(block))
    }

    /// Whether what follows until its end tag is not text.
    fn hides(&self) -> bool {
        self.name.eq_ignore_ascii_case("script") || self.name.eq_ignore_ascii_case("style")
    }
}

const LONGEST: usize = 14;

/// Returns the byte after the `>` that ends a tag. One in quotes does not end
/// it, unless the quote never closes within reach.
fn end_of_tag(bytes: &[u8], start: usize) -> Option<usize> {
    const REACH: usize = 64 << 10;
    let rest = bytes.get(start..)?;
    let plain = memchr::memchr(b'>', rest)?;
    let reach = rest.get(..REACH).unwrap_or(rest);
    let mut quote = None;
    for (at, byte) in reach.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(start + at + 1),
            (None, b'"' | b'\'') if matches!(reach.get(at.wrapping_sub(1)), Some(b'=')) => {
                quote = Some(*byte);
            }
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    Some(start + plain + 1)
}

fn starts_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Elements that a text is HTML by.
fn is_element(name: &str) -> bool {
    let known = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    known(BLOCKS)
        || known(INLINE)
        || starts_ignoring_case(name, "o:")
        || starts_ignoring_case(name, "st1:")
}

const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "blockquote",
    "section",
    "article",
    "figure",
    "figcaption",
    "pre",
    "hr",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "body",
    "html",
    "center",
    "address",
    "form",
];

const INLINE: &[&str] = &[
    "a", "b", "i", "u", "s", "em", "strong", "span", "img", "font", "small", "big", "sup", "sub",
    "q", "cite", "code", "mark", "abbr", "acronym", "del", "ins", "strike", "tt", "nobr", "wbr",
    "picture", "source", "iframe", "video", "audio", "script", "style", "noscript", "label",
    "button", "time", "bdi", "bdo", "kbd", "dfn", "object", "embed", "head", "title", "meta",
    "link", "svg", "input", "image", "var", "samp",
];

/// Takes the tags out of a text of one line.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut hidden) = (0, false);
    for tag in Tags::of(text) {
        if !hidden {
            out.push_str(&text[at..tag.start]);
        }
        if tag.is_block() {
            out.push(' ');
        }
        hidden = tag.hides() && !tag.closes;
        at = tag.end;
    }
    if !hidden {
        out.push_str(&text[at..]);
    }
    out
}

/// Marks the ends of paragraphs that are only set off by line breaks.
fn with_breaks(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let has_blocks = Tags::of(text).any(|tag| tag.is_block());
    let least = if has_blocks { 2 } else { 1 };
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for tag in Tags::of(text) {
        push_with_breaks(&text[at..tag.start], least, &mut out);
        out.push_str(&text[tag.start..tag.end]);
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
    use super::{has_tag, line, running};

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
