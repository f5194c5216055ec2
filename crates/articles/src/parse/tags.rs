//! Tags of HTML in text that may be none.

use std::borrow::Cow;

use super::entity;

/// Returns the text of a field of one line, without tags and references.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if let Cow::Owned(plain) = unescaped(text) {
        return Cow::Owned(line(&plain).into_owned());
    }
    if memchr::memchr2(b'<', b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    if !has_tag(text) {
        let decoded = entity::decode_all(text);
        // Tools that escape what is escaped already write tags as text. A line that names a script
        // speaks of one.
        let is_escaped_twice = decoded.len() < text.len() && has_tag(&decoded);
        return match is_escaped_twice && !Tags::of(&decoded).any(|tag| tag.is_code()) {
            true => Cow::Owned(without_tags(&decoded).trim().to_owned()),
            false => decoded,
        };
    }
    let stripped = without_tags(text);
    Cow::Owned(entity::decode_all(&stripped).into_owned())
}

/// Undoes what programs wrap and escape a text with before they write it: a CDATA section, and the
/// escapes of a JSON string, which is written as JSON once more.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    const SECTION: &str = "<![CDATA[";
    let bytes = text.as_bytes();
    if memchr::memchr2(b'<', b'\\', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    if memchr::memchr_iter(b'<', bytes).any(|at| bytes[at..].starts_with(SECTION.as_bytes())) {
        let plain = text.replace(SECTION, "").replace("]]>", "");
        return Cow::Owned(unescaped(&plain).into_owned());
    }
    if memchr::memchr(b'\\', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let has_letters = text
        .match_indices("\\u")
        .any(|(at, _)| unicode_escape(&text[at..]).is_some_and(|(letter, _)| !letter.is_ascii()));
    let has_breaks = !text.contains('\n') && ends_paragraphs(text);
    if !has_letters && !has_breaks {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (letter, used) = match rest.as_bytes().get(1) {
            Some(b'u') if has_letters => unicode_escape(rest).unwrap_or(('\\', 1)),
            Some(b'n' | b'r') => ('\n', 2),
            Some(b't') => (' ', 2),
            Some(b'"') => ('"', 2),
            Some(b'/') => ('/', 2),
            _ => ('\\', 1),
        };
        out.push(letter);
        rest = &rest[used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns `true` if the text has `\n` where paragraphs begin, and nowhere else: a path such as
/// `C:\nguon` has it inside a word.
fn ends_paragraphs(text: &str) -> bool {
    let mut breaks = text.match_indices("\\n").peekable();
    breaks.peek().is_some()
        && breaks.all(|(at, mark)| {
            let next = text[at + mark.len()..].chars().next();
            next.is_none_or(|next| !next.is_lowercase())
        })
}

/// The letter of `\u1ea3` or of a surrogate pair that a text begins with, and its length.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if let Some(letter) = char::from_u32(u32::from(first)) {
        return (!letter.is_control()).then_some((letter, 6));
    }
    let pair = [first, unit(6)?];
    let letter = char::decode_utf16(pair).next()?.ok()?;
    Some((letter, 12))
}

/// Returns `true` if the text contains an HTML tag, and not only a `<`.
pub(crate) fn has_tag(text: &str) -> bool {
    Tags::of(text).next().is_some()
}

/// The tags and comments of a text, one after the other.
pub(super) struct Tags<'t> {
    pub(super) text: &'t str,
    /// The last `>`: no tag begins after it.
    pub(super) last: usize,
    pub(super) at: usize,
}

impl<'t> Tags<'t> {
    pub(super) fn of(text: &'t str) -> Self {
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
pub(super) struct Tag<'t> {
    /// Empty for a comment or declaration.
    pub(super) name: &'t str,
    pub(super) closes: bool,
    pub(super) start: usize,
    /// The byte after it.
    pub(super) end: usize,
}

impl<'t> Tag<'t> {
    /// Whether it encloses text that no reader sees.
    fn is_code(&self) -> bool {
        ["script", "style"]
            .iter()
            .any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// The tag that begins at the `<` at `at`.
    pub(super) fn at(text: &'t str, at: usize) -> Option<Self> {
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

    pub(super) fn nameless(start: usize, end: usize) -> Self {
        Self {
            name: "",
            closes: false,
            start,
            end,
        }
    }

    pub(super) fn is_block(&self) -> bool {
        BLOCKS
            .iter()
            .any(|block| self.name.eq_ignore_ascii_case(block))
    }

    /// Whether what follows until its end tag is not text.
    pub(super) fn hides(&self) -> bool {
        self.name.eq_ignore_ascii_case("script") || self.name.eq_ignore_ascii_case("style")
    }
}

pub(super) const LONGEST: usize = 14;

/// Returns the byte after the `>` that ends a tag. One in quotes does not end
/// it, unless the quote never closes within reach.
pub(super) fn end_of_tag(bytes: &[u8], start: usize) -> Option<usize> {
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

pub(super) fn starts_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Elements that a text is HTML by.
pub(super) fn is_element(name: &str) -> bool {
    let known = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    known(BLOCKS)
        || known(INLINE)
        || starts_ignoring_case(name, "o:")
        || starts_ignoring_case(name, "st1:")
}

pub(super) const BLOCKS: &[&str] = &[
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

pub(super) const INLINE: &[&str] = &[
    "a", "b", "i", "u", "s", "em", "strong", "span", "img", "font", "small", "big", "sup", "sub",
    "q", "cite", "code", "mark", "abbr", "acronym", "del", "ins", "strike", "tt", "nobr", "wbr",
    "picture", "source", "iframe", "video", "audio", "script", "style", "noscript", "label",
    "button", "time", "bdi", "bdo", "kbd", "dfn", "object", "embed", "head", "title", "meta",
    "link", "svg", "input", "image", "var", "samp",
];

/// Takes the tags out of a text of one line.
pub(super) fn without_tags(text: &str) -> String {
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
