//! Escaping of characters that a terminal would obey instead of showing.

use std::borrow::Cow;
use std::fmt::Write;

/// The text on one line: white space of any kind is a space, and control and
/// bidirectional characters are written `\u{…}`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_with(text, |c| match c {
        '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ => None,
    })
}

/// The version of [`escape`] that keeps line breaks.
pub(crate) fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_with(text, |c| match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

/// Whether a terminal would obey the character, or let it reorder the text around it.
pub(crate) fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn escape_with(text: &str, replace: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    // Bytes of UTF-8 that begin a character that is obeyed: most text has none.
    let suspicious = |b: u8| b < 0x20 || matches!(b, 0x7F | 0xC2 | 0xD8 | 0xE2);
    if !text.bytes().any(suspicious) || !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            _ if !is_obeyed(c) => escaped.push(c),
            _ => match replace(c) {
                Some(other) => escaped.push(other),
                // Writing to a string does not fail.
                None => {
                    let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
                }
            },
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_obeyed_gets_through() {
        for (text, escaped) in [
            ("Tự diễn biến – “café” 越", "Tự diễn biến – “café” 越"),
            ("a\x1b[31mđỏ", "a\\u{1b}[31mđỏ"),
            ("a\u{9b}31m", "a\\u{9b}31m"),
            ("\u{202e}ngược\u{202c}", "\\u{202e}ngược\\u{202c}"),
            ("một\r\nhai\tba", "một  hai ba"),
            ("\u{61c}\u{2066}\u{7f}\0", "\\u{61c}\\u{2066}\\u{7f}\\u{0}"),
        ] {
            assert_eq!(escape(text), escaped, "{text:?}");
            assert!(!escape(text).chars().any(is_obeyed));
        }
        assert_eq!(escape_lines("một\n\x1bhai"), "một\n\\u{1b}hai");
    }

    #[test]
    fn the_quick_look_misses_no_character() {
        for c in (0..=0x10FFFF)
            .filter_map(char::from_u32)
            .filter(|&c| is_obeyed(c))
        {
            assert_ne!(escape(&c.to_string()), c.to_string(), "{:x}", u32::from(c));
        }
    }
}
