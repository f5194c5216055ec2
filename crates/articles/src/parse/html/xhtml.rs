//! Elements that XHTML closes in their start tag, and of which HTML would read the rest of the page
//! as the contents.

use std::borrow::Cow;

/// Gives elements such as `<script src="a.js"/>` of a page in XHTML the end tag that HTML expects.
pub(super) fn with_ends(html: &str) -> Cow<'_, str> {
    const REACH: usize = 1024;
    let bytes = html.as_bytes();
    let head = bytes.get(..REACH).unwrap_or(bytes).trim_ascii_start();
    let has = |mark: &[u8]| memchr::memmem::find(head, mark).is_some();
    if !(head.starts_with(b"<?xml") || has(b"DTD XHTML")) {
        return Cow::Borrowed(html);
    }
    let mut out = String::new();
    let mut copied = 0;
    for start in memchr::memchr_iter(b'<', bytes) {
        let Some(rest) = html.get(start + 1..).filter(|_| start >= copied) else {
            continue;
        };
        let starts = |name: &&&str| {
            let after = rest.strip_prefix(**name).unwrap_or_default();
            after.starts_with([' ', '/', '\n', '\t', '\r'])
        };
        let Some(name) = NAMES.iter().find(starts) else {
            continue;
        };
        let reach = rest.as_bytes().get(..REACH).unwrap_or(rest.as_bytes());
        let Some(end) = memchr::memchr(b'>', reach) else {
            continue;
        };
        if let Some(tag) = rest[..end].strip_suffix('/') {
            out.push_str(&html[copied..=start]);
            out.push_str(&format!("{tag}></{name}>"));
            copied = start + 1 + end + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// Elements whose contents are text up to their end tag.
const NAMES: &[&str] = &["script", "style", "title", "textarea", "iframe", "noscript"];
