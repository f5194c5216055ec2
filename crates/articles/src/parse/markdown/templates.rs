//! Templates of site generators in Markdown: shortcodes of Hugo, tags of Liquid
//! and Nunjucks, HTML comments.

use std::borrow::Cow;

use crate::Caption;
use crate::parse::text::is_file_name;
use crate::tidy::caption;

/// Bytes that a tag of a template may have.
const REACH: usize = 4000;

/// Openings and endings of tags, and whether they may name a caption.
const TAGS: &[(&str, &str)] = &[
    ("{{<", ">}}"),
    ("{{%", "%}}"),
    ("{%", "%}"),
    ("{{", "}}"),
    ("{:", "}"),
    ("<!--", "-->"),
];

/// Removes the tags of a text; the text between a pair of them stays.
pub(super) fn strip<'t>(text: &'t str, captions: &mut Vec<Caption>) -> Cow<'t, str> {
    let bytes = text.as_bytes();
    if memchr::memmem::find(bytes, b"{").is_none() && memchr::memmem::find(bytes, b"<!--").is_none()
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut at, mut copied) = (0, 0);
    while let Some(next) = memchr::memchr2(b'{', b'<', bytes.get(at..).unwrap_or_default()) {
        let start = at + next;
        let rest = text.get(start..).unwrap_or_default();
        let Some((inner, length)) = tag(rest) else {
            at = start + 1;
            continue;
        };
        out.push_str(text.get(copied..start).unwrap_or_default());
        if let Some(shown) = ["caption", "alt", "title"]
            .iter()
            .find_map(|name| attribute(inner, name))
            .filter(|_| inner.contains("src") || inner.trim_start().starts_with("fig"))
            .filter(|shown| !shown.trim().is_empty() && !is_file_name(shown))
        {
            captions.push(caption(shown));
        }
        at = start + length;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The inside and the length of the tag that a text begins with.
fn tag(rest: &str) -> Option<(&str, usize)> {
    let (opening, ending) = TAGS.iter().find(|(opening, _)| rest.starts_with(opening))?;
    let inner = rest.get(opening.len()..)?;
    let reach = inner.as_bytes().get(..REACH).unwrap_or(inner.as_bytes());
    let end = memchr::memmem::find(reach, ending.as_bytes())?;
    Some((inner.get(..end)?, opening.len() + end + ending.len()))
}

/// The value of an attribute: `name="value"`.
fn attribute<'t>(inner: &'t str, name: &str) -> Option<&'t str> {
    let at = inner.find(&format!("{name}="))?;
    let value = inner.get(at + name.len() + 1..)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}
