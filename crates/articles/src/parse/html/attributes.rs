//! Bounds on attributes, without which the time of html5ever grows with the
//! square of the page.

use std::borrow::Cow;

/// Attributes that a tag may have. html5ever compares each with all others.
const MOST: usize = 256;

/// Formatting elements that may be open with attributes. html5ever compares
/// each with all others; without attributes, more than three are one.
const MOST_OPEN: usize = 100;

/// Elements that html5ever opens again in every block.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// Truncates each tag after [`MOST`] attributes, and drops the attributes of
/// formatting elements once more than [`MOST_OPEN`] are open. Attributes have
/// no text, so no text is lost.
pub(super) fn limited(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut limited: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    let mut quoted = true;
    let mut open = [0_usize; FORMATTING.len()];
    while let Some(found) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        let start = at + found + 1;
        at = start;
        if bytes.get(start) == Some(&b'/') {
            if let Some((at, _)) = formatting(bytes, start + 1) {
                open[at] = open[at].saturating_sub(1);
            }
            continue;
        }
        if !bytes.get(start).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let mut from = None;
        if let Some((name, length)) = formatting(bytes, start) {
            open[name] += 1;
            let too_many = open.iter().sum::<usize>() > MOST_OPEN;
            from = too_many.then_some(start + length);
        }
        match scan(bytes, start, quoted) {
            Tag::Ends(end) if from.is_some_and(|from| from + 1 < end) => {
                let out = limited.get_or_insert_default();
                let from = from.unwrap_or(end);
                out.push_str(html.get(copied..from).unwrap_or_default());
                out.push('>');
                (at, copied) = (end, end);
            }
            Tag::Ends(end) => at = end,
            // Not a quotation after all. Later quotation marks are ignored, as
            // a search for each would run to the end of the page.
            Tag::Unquoted => quoted = false,
            Tag::TooMany { from, to } => {
                let out = limited.get_or_insert_default();
                out.push_str(html.get(copied..from).unwrap_or_default());
                out.push('>');
                (at, copied) = (to, to);
            }
        }
    }
    match limited {
        Some(mut out) => {
            out.push_str(html.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
        None => Cow::Borrowed(html),
    }
}

/// The formatting element that is named at `start`, by its index, and the
/// length of its name.
fn formatting(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    const LONGEST: usize = 6;
    let rest = bytes.get(start..)?;
    let reach = rest.get(..=LONGEST).unwrap_or(rest);
    let length = reach
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = rest.get(..length)?;
    let at = FORMATTING
        .iter()
        .position(|known| name.eq_ignore_ascii_case(known.as_bytes()))?;
    Some((at, length))
}

/// A tag, from the letter after its `<`.
enum Tag {
    /// The earliest start of the next tag.
    Ends(usize),
    /// A quotation that never ends.
    Unquoted,
    /// The bytes of the attributes that are too many.
    TooMany { from: usize, to: usize },
}

fn scan(bytes: &[u8], start: usize, quoted: bool) -> Tag {
    let (mut at, mut attributes, mut from) = (start, 0, None);
    let mut quote = None;
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            // In a script, what looks like a tag and a quotation may be
            // neither: an end tag ends both.
            (_, b'<') if bytes.get(at + 1) == Some(&b'/') => break,
            (Some(_), _) => {}
            (None, b'>') => {
                at += 1;
                break;
            }
            (None, b'"' | b'\'') if quoted && bytes.get(at.wrapping_sub(1)) == Some(&b'=') => {
                quote = Some(byte);
            }
            (None, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/') => attributes += 1,
            (None, _) => {}
        }
        if attributes > MOST && from.is_none() {
            from = Some(at);
        }
        at += 1;
    }
    match from {
        Some(from) => Tag::TooMany { from, to: at },
        None if quote.is_some() && at >= bytes.len() => Tag::Unquoted,
        None => Tag::Ends(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_formatting_elements_lose_their_attributes() {
        let closed = "<b class=a>x</b>".repeat(500);
        assert_eq!(limited(&closed), closed);
        let open: String = (0..200).map(|n| format!("<b id={n}>x")).collect();
        let short = limited(&open);
        assert!(short.contains("<b id=99>x<b>x<b>x"), "{short}");
        assert_eq!(short.matches("<b").count(), 200);
    }

    #[test]
    fn only_tags_of_too_many_attributes_change() {
        let many: String = (0..300).map(|n| format!(" a{n}=\"<b>\"")).collect();
        let page = format!("<p class=a>x</p><i{many}>y</i><u title='>'>z</u>");
        let short = limited(&page);
        assert!(short.len() < page.len());
        assert!(short.contains(" a255=\"<b>\">y</i>"), "{short}");
        assert!(!short.contains("a256"));
        let script = format!(
            "<script>if(a<b){{ {} }}</script><p>x</p>",
            "c ; ".repeat(90)
        );
        assert_eq!(limited(&script), script);
    }
}
