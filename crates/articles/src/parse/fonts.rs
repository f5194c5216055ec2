//! HTML in fonts of eight-bit Vietnamese sets: `<font face=".VnTime">`, or
//! `font-family` in a style attribute or style sheet.
//!
//! Only the text of such elements is converted; the rest of a page stays. It
//! is done on the source of the page, before anything reads it.

use std::borrow::Cow;
use std::collections::HashMap;

use timbao_tokenizer::charset::{self, Charset, LegacyFont};

use super::entity;
use crate::encoding::note_repaired;
use crate::provenance::Trace;

/// Converts text set in fonts of eight-bit sets to Unicode.
pub(crate) fn read<'h>(html: &'h str, trace: &mut Trace) -> Cow<'h, str> {
    if !names_font(html) {
        return Cow::Borrowed(html);
    }
    let mut page = Page::new(html.len(), false);
    page.convert(html);
    // The bytes of the page were read as that set already.
    if page.unicode > page.converted {
        page = Page::new(html.len(), true);
        page.convert(html);
    }
    let Some(charset) = page.charset else {
        return match page.has_capitals {
            true => Cow::Owned(page.out),
            false => Cow::Borrowed(html),
        };
    };
    note_repaired(charset, trace);
    Cow::Owned(with_title_of(page.out, charset))
}

/// Returns `true` if a page may name a font of an eight-bit set.
fn names_font(html: &str) -> bool {
    const FAMILIES: &[&str] = &[
        ".Vn",
        ".VN",
        "VNI-",
        "VNI ",
        ".vntime",
        ".vnarial",
        "vni-times",
    ];
    let named = |family: &&str| memchr::memmem::find(html.as_bytes(), family.as_bytes()).is_some();
    FAMILIES.iter().any(named)
}

/// The font of an element; `None` if it is an ordinary one.
type Font = Option<LegacyFont>;

struct Page {
    out: String,
    /// The elements that are open, with the fonts their text is in.
    open: Vec<(String, Font)>,
    /// Fonts by selector (`p`, `.vn`, `p.msonormal`) of the style sheets.
    rules: HashMap<String, Font>,
    /// The set of the text converted so far.
    charset: Option<Charset>,
    /// Whether Unicode text was put in capitals by its font.
    has_capitals: bool,
    /// Texts in such fonts that were converted, and those with letters that no such set has.
    converted: usize,
    unicode: usize,
    /// Whether fonts only put text in capitals.
    is_read: bool,
}

/// Maximum number of open elements searched for that of an end tag.
const REACH: usize = 64;

/// Maximum number of open elements; deeper ones inherit their font.
const DEEPEST: usize = 4000;

impl Page {
    fn new(bytes: usize, is_read: bool) -> Self {
        Self {
            out: String::with_capacity(bytes + bytes / 4),
            open: Vec::new(),
            rules: HashMap::new(),
            charset: None,
            has_capitals: false,
            converted: 0,
            unicode: 0,
            is_read,
        }
    }

    fn convert(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
            self.text(&rest[..at]);
            rest = &rest[at..];
            let tag = &rest[..tag_end(rest)];
            self.out.push_str(tag);
            rest = &rest[tag.len()..];
            let Some(name) = self.tag(tag) else { continue };
            // Their content is not text.
            if matches!(name.as_str(), "style" | "script") {
                let end = format!("</{name}");
                let at = find_ignoring_case(rest, &end).unwrap_or(rest.len());
                if name == "style" {
                    self.read_sheet(&rest[..at]);
                }
                self.out.push_str(&rest[..at]);
                rest = &rest[at..];
            }
        }
        self.text(rest);
    }

    fn text(&mut self, text: &str) {
        let font = self.open.last().and_then(|(_, font)| *font);
        let Some(font) = font.filter(|_| !text.is_empty()) else {
            self.out.push_str(text);
            return;
        };
        let plain = entity::decode(text);
        let is_unicode = |c: char| matches!(c, 'ơ' | 'ư' | 'ă' | 'đ' | '\u{1ea0}'..='\u{1ef9}');
        self.unicode += usize::from(plain.contains(is_unicode));
        let mut read = match self.is_read {
            true => Cow::Borrowed(plain.as_ref()),
            false => font.read(&plain),
        };
        if read != plain {
            self.converted += 1;
            self.charset = Some(font.charset);
        } else if font.capitals {
            // Its letters were read when the bytes of the page were.
            read = Cow::Owned(read.to_uppercase());
            self.has_capitals |= read != plain;
        }
        for c in read.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '&' => self.out.push_str("&amp;"),
                c => self.out.push(c),
            }
        }
    }

    /// Follows a tag; returns the name of the element it opens.
    fn tag(&mut self, tag: &str) -> Option<String> {
        let inner = tag.strip_prefix('<')?.trim_end_matches('>');
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-');
        let name = |text: &str| {
            let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
            text[..end].to_ascii_lowercase()
        };
        if let Some(inner) = inner.strip_prefix('/') {
            self.close(&name(inner));
            return None;
        }
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let name = name(inner);
        if inner.ends_with('/') || VOID.contains(&name.as_str()) || self.open.len() > DEEPEST {
            return None;
        }
        if UNCLOSED.contains(&name.as_str()) {
            let above = self.open.len().saturating_sub(4);
            if self.open[above..].iter().any(|(open, _)| *open == name) {
                self.close(&name);
            }
        }
        let inherited = self.open.last().and_then(|(_, font)| *font);
        let own = self.font_of(&name, inner.get(name.len()..).unwrap_or_default());
        self.open.push((name.clone(), own.unwrap_or(inherited)));
        Some(name)
    }

    fn close(&mut self, name: &str) {
        let from = self.open.len().saturating_sub(REACH);
        if let Some(at) = self.open[from..].iter().rposition(|(open, _)| open == name) {
            self.open.truncate(from + at);
        }
    }

    /// The font an element states by its attributes, or a style sheet for it.
    fn font_of(&self, name: &str, attributes: &str) -> Option<Font> {
        if let Some(font) = attribute(attributes, "style").and_then(|style| declared(&style)) {
            return Some(font);
        }
        if let Some(face) = attribute(attributes, "face") {
            return Some(LegacyFont::named(first_family(&face)));
        }
        let classes = attribute(attributes, "class").unwrap_or_default();
        let classes = classes.to_ascii_lowercase();
        let of_class = classes.split_ascii_whitespace().find_map(|class| {
            let own = self.rules.get(&format!("{name}.{class}"));
            own.or_else(|| self.rules.get(&format!(".{class}")))
        });
        of_class.or_else(|| self.rules.get(name)).copied()
    }

    /// Reads the fonts of a style sheet, by the last part of each selector.
    fn read_sheet(&mut self, sheet: &str) {
        let sheet = without_comments(sheet);
        for rule in sheet.split('}') {
            let Some((selectors, declarations)) = rule.split_once('{') else {
                continue;
            };
            let Some(font) = declared(declarations).filter(|_| !selectors.contains('@')) else {
                continue;
            };
            for selector in selectors.split(',') {
                let last = selector.split_ascii_whitespace().next_back();
                if let Some(last) = last {
                    self.rules.insert(last.to_ascii_lowercase(), font);
                }
            }
        }
    }
}

/// Elements without content.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements that end where the next of their name begins.
const UNCLOSED: &[&str] = &["dd", "dt", "li", "option", "p", "td", "th", "tr"];

/// The length of the tag or comment that `rest` begins with.
fn tag_end(rest: &str) -> usize {
    if rest.starts_with("<!--") {
        return rest.find("-->").map_or(rest.len(), |at| at + 3);
    }
    if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        return 1;
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            // An unclosed tag.
            (None, b'<') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    rest.len()
}

/// The value of an attribute.
fn attribute(attributes: &str, wanted: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=')?;
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                value.split_at(end)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(entity::decode(value).into_owned());
        }
        rest = after;
    }
}

/// The font that declarations of a style name, if they name any.
fn declared(declarations: &str) -> Option<Font> {
    declarations.split(';').find_map(|declaration| {
        let (property, value) = declaration.split_once(':')?;
        match property.trim().to_ascii_lowercase().as_str() {
            "font-family" => Some(LegacyFont::named(first_family(value))),
            // "12pt .VnTime": sizes and styles before the family.
            "font" => {
                let families = || value.split([' ', ',']).filter(|part| !part.is_empty());
                Some(families().find_map(LegacyFont::named))
            }
            _ => None,
        }
    })
}

fn first_family(families: &str) -> &str {
    families.split(',').next().unwrap_or(families)
}

fn without_comments(sheet: &str) -> Cow<'_, str> {
    if !sheet.contains("/*") && !sheet.contains("<!--") {
        return Cow::Borrowed(sheet);
    }
    let mut kept = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(at) = rest.find("/*") {
        kept.push_str(&rest[..at]);
        rest = rest[at..].split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    Cow::Owned(kept.replace("<!--", " ").replace("-->", " "))
}

/// The title has no font; it is in the set of the text where that makes
/// syllables of it.
fn with_title_of(page: String, charset: Charset) -> String {
    let range = (|| {
        let tag = find_ignoring_case(&page, "<title")?;
        let start = tag + page[tag..].find('>')? + 1;
        Some(start..start + find_ignoring_case(&page[start..], "</title")?)
    })();
    let Some(range) = range else { return page };
    let title = charset::repair(&entity::decode(&page[range.clone()]), charset);
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!("{}{title}{}", &page[..range.start], &page[range.end..])
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let wanted = wanted.as_bytes();
    memchr::memchr_iter(b'<', text.as_bytes()).find(|at| {
        let found = text.as_bytes().get(*at..*at + wanted.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(read(html, &mut Trace::off()), expected);
    }

    #[test]
    fn the_font_of_an_element_decides() {
        check(
            r#"<p>Giá <font face=".VnTime">S«ng</font> này <b>lên</b></p>"#,
            r#"<p>Giá <font face=".VnTime">Sông</font> này <b>lên</b></p>"#,
        );
        check(
            r#"<span style='color:red;font-family:".VnTimeH","serif"'>s&laquo;ng <i>héi</i></span> à"#,
            r#"<span style='color:red;font-family:".VnTimeH","serif"'>SÔNG <i>HỘI</i></span> à"#,
        );
        check(
            "<div style=\"font-family: VNI-Times\">Soâng<p style='font-family:Arial'>hà</p></div>",
            "<div style=\"font-family: VNI-Times\">Sông<p style='font-family:Arial'>hà</p></div>",
        );
    }

    #[test]
    fn a_style_sheet_names_fonts_of_classes() {
        let sheet = "<style><!-- @font-face {font-family:\".VnTime\"} p.MsoNormal, li.MsoNormal {font-size:12pt; font-family:\".VnTime\"; } .ro {font-family:Arial} --></style>";
        check(
            &format!("{sheet}<p class=MsoNormal>nghÞ<p class=ro>nghé<p>à"),
            &format!("{sheet}<p class=MsoNormal>nghị<p class=ro>nghé<p>à"),
        );
    }

    #[test]
    fn text_that_is_unicode_already_stays() {
        let page = r#"<p style='font-family:".VnTime"'>Huyện ủy</p>"#;
        check(page, page);
    }

    #[test]
    fn a_font_of_capitals_shows_unicode_in_capitals() {
        check(
            r#"<h1 style='font-family:".VnTimeH"'>Huyện ủy</h1>"#,
            r#"<h1 style='font-family:".VnTimeH"'>HUYỆN ỦY</h1>"#,
        );
    }

    #[test]
    fn the_title_follows_the_text() {
        check(
            r#"<title>Héi nghÞ</title><font face=".VnTime">Héi nghÞ</font>"#,
            r#"<title>Hội nghị</title><font face=".VnTime">Hội nghị</font>"#,
        );
    }
}
