//! Shortcodes of WordPress and BBCode: `[gallery ids="1,2"]`, `[b]…[/b]`.

use crate::Caption;
use crate::tidy::caption;

/// Removes the shortcodes of a text. The text they enclose stays, except for
/// the captions of pictures, which are returned.
pub(crate) fn strip(text: String) -> (String, Vec<Caption>) {
    let bytes = text.as_bytes();
    if !memchr::memchr_iter(b'[', bytes).any(|at| Code::at(&text, at).is_some()) {
        return (text, Vec::new());
    }
    let closed = closed_names(&text);
    let last_end = text.rfind(CAPTION_END).unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    let mut captions = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'[', text.as_bytes().get(at..).unwrap_or_default()) {
        out.push_str(&text[at..at + next]);
        at += next;
        let code = Code::at(&text, at).filter(|code| code.is_sure(&closed));
        let Some(code) = code else {
            out.push('[');
            at += 1;
            continue;
        };
        at = code.end;
        if code.name == "caption" && !code.closes {
            let end = if at <= last_end {
                text[at..].find(CAPTION_END)
            } else {
                None
            };
            let inner = &text[at..end.map_or(at, |end| at + end)];
            let shown = code.attribute("caption").unwrap_or(inner);
            let shown = super::tags::line(shown);
            if !shown.trim().is_empty() {
                captions.push(caption(&shown));
            }
            at += end.map_or(0, |end| end + CAPTION_END.len());
            // The picture was between two paragraphs.
            out.push_str("\n\n");
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, captions)
}

const CAPTION_END: &str = "[/caption]";

struct Code<'t> {
    name: &'t str,
    attributes: &'t str,
    closes: bool,
    /// The byte after it.
    end: usize,
}

impl<'t> Code<'t> {
    /// The shortcode that begins at the `[` at `at`, as far as its form goes.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        const LONGEST: usize = 4096;
        let rest = text.get(at + 1..)?;
        let closes = rest.starts_with('/');
        let inner = rest.strip_prefix('/').unwrap_or(rest);
        let is_name = |byte: &u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
        };
        if !inner.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        let length = inner.bytes().take(40).position(|byte| !is_name(&byte))?;
        let (name, after) = inner.split_at(length);
        let reach = after.as_bytes().get(..LONGEST).unwrap_or(after.as_bytes());
        let end = memchr::memchr(b']', reach)?;
        let attributes = after.get(..end)?;
        if !attributes.is_empty() && !attributes.starts_with([' ', '=', '\n', '/']) {
            return None;
        }
        Some(Self {
            name,
            attributes,
            closes,
            end: at + 1 + usize::from(closes) + length + end + 1,
        })
    }

    /// Distinguishes a shortcode from a word in brackets.
    fn is_sure(&self, closed: &[&str]) -> bool {
        let quoted = self.attributes.contains("=\"") || self.attributes.contains("='");
        ALONE.contains(&self.name) || closed.contains(&self.name) || (quoted && !self.closes)
    }

    fn attribute(&self, name: &str) -> Option<&'t str> {
        let start = self.attributes.find(&format!(" {name}=\""))? + name.len() + 3;
        let value = self.attributes.get(start..)?;
        value.get(..value.find('"')?)
    }
}

/// Shortcodes that are written without attributes and end tag.
const ALONE: &[&str] = &["gallery", "toc", "playlist", "contact-form-7", "caption"];

/// Names that are closed somewhere: `[/b]`.
fn closed_names(text: &str) -> Vec<&str> {
    const MOST: usize = 64;
    let mut names = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"[/") {
        if let Some(code) = Code::at(text, at).filter(|code| code.attributes.is_empty())
            && !names.contains(&code.name)
            && names.len() < MOST
        {
            names.push(code.name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn shortcodes_go_and_words_in_brackets_stay() {
        for (text, expected) in [
            ("Một.[gallery ids=\"1,2\"]", "Một."),
            ("[vc_row el_class=\"a\"][b]Đậm[/b] rồi", "Đậm rồi"),
            ("[url=http://a.example]chữ[/url]", "chữ"),
            (
                "[video] Lũ về, [ảnh] và [sic]",
                "[video] Lũ về, [ảnh] và [sic]",
            ),
            ("a[0] = [1, 2]", "a[0] = [1, 2]"),
        ] {
            assert_eq!(strip(text.to_owned()).0, expected);
        }
    }

    #[test]
    fn captions_are_taken_apart() {
        let text = "A\n[caption id=\"x\"]<img src=\"a.jpg\" /> Cầu mới. Ảnh: Tư[/caption]\nB";
        let (text, captions) = strip(text.to_owned());
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(captions[0].text, "Cầu mới.");
        assert_eq!(captions[0].credit.as_deref(), Some("Tư"));
        let old = "[caption caption=\"Bến đò\"]<img>[/caption]";
        assert_eq!(strip(old.to_owned()).1[0].text, "Bến đò");
    }
}
