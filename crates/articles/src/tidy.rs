//! Tidying values: lines, paragraphs, captions with their credits.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::Caption;

/// A text in composed form (NFC), in which names and marks are compared.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    let (mut out, mut copied, mut end) = (String::new(), 0, 0);
    while let Some(mark) = next_composing(text, end) {
        end = text[mark..]
            .find(is_alone)
            .map_or(text.len(), |at| mark + at);
        // The letter before a mark may compose with it.
        let start = text[..mark]
            .char_indices()
            .next_back()
            .map_or(0, |(at, _)| at);
        let part = &text[start..end];
        if is_nfc_quick(part.chars()) != IsNormalized::Yes {
            out.push_str(&text[copied..start]);
            out.extend(part.nfc());
            copied = end;
        }
    }
    match copied {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(out + &text[copied..]),
    }
}

/// Returns `true` for letters that do not compose with the one before them, as nearly all of running
/// text do not.
fn is_alone(letter: char) -> bool {
    matches!(letter, '\0'..'\u{300}' | '\u{1e00}'..='\u{1eff}' | '\u{2002}'..='\u{20cf}')
}

/// The offset of the next letter that is not [alone](is_alone), from its bytes: the tables of Unicode
/// for every letter take longer than reading a page.
fn next_composing(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        // Bytes below are letters before U+0300, and the rest of longer ones.
        at += bytes.get(at..)?.iter().position(|&byte| byte >= 0xcc)?;
        match bytes.get(at..at + 3) {
            Some(
                [0xe1, 0xb8..=0xbb, _]
                | [0xe2, 0x80, 0x82..=0xbf]
                | [0xe2, 0x81..=0x82, _]
                | [0xe2, 0x83, 0x80..=0x8f],
            ) => at += 3,
            _ => return Some(at),
        }
    }
}

/// The letters and digits of a text, in which two versions of it are compared.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Reads a caption, and the credit that may end it: "… khai mạc. Ảnh: An Bình".
pub(crate) fn caption(text: &str) -> Caption {
    let text = one_line(text.to_owned());
    for (at, mark) in credit_marks(&text) {
        let (before, after) = (&text[..at], &text[at + mark.len()..]);
        let credit = after.trim().trim_end_matches([')', '.', ']']).trim();
        if credit.is_empty() || credit.chars().count() > 60 {
            continue;
        }
        let text = before
            .trim_end()
            .trim_end_matches(['(', '[', '-', '–', '|', '_'])
            .trim_end();
        return Caption {
            text: text.to_owned(),
            credit: Some(credit.to_owned()),
        };
    }
    Caption { text, credit: None }
}

/// Starts of credits, last first.
fn credit_marks(text: &str) -> Vec<(usize, &'static str)> {
    let mut marks: Vec<_> = [
        "Ảnh:",
        "ảnh:",
        "Ảnh :",
        "ẢNH:",
        "Nguồn ảnh:",
        "Photo:",
        "Nguồn:",
    ]
    .into_iter()
    .filter_map(|mark| text.rfind(mark).map(|at| (at, mark)))
    .collect();
    marks.sort_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())));
    marks
}

/// Returns `true` for a line of one of the signs, three times or more: `=====`, `* * *`.
pub(crate) fn is_rule(line: &str, of: &str) -> bool {
    const LEAST: usize = 3;
    let mut signs = line.chars().filter(|sign| !sign.is_whitespace());
    let Some(first) = signs.next().filter(|first| of.contains(*first)) else {
        return false;
    };
    let mut count = 1;
    signs.all(|sign| {
        count += 1;
        sign == first
    }) && count >= LEAST
}

/// Returns `true` for digits and nothing else.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Joins the lines of a value that is one line by nature, and trims it.
pub(crate) fn one_line(text: String) -> String {
    if is_line(&text) {
        text
    } else {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn is_line(text: &str) -> bool {
    memchr::memchr3(b'\n', b'\r', b'\t', text.as_bytes()).is_none()
        && !has(text, '\u{a0}')
        && !text.contains("  ")
        && text.trim() == text
}

/// Returns `true` if a text contains a letter whose first byte is rare, as is that of every letter
/// that Vietnamese does not have.
pub(crate) fn has(text: &str, letter: char) -> bool {
    let (mut buffer, bytes) = ([0; 4], text.as_bytes());
    let letter = letter.encode_utf8(&mut buffer).as_bytes();
    memchr::memchr_iter(letter[0], bytes).any(|at| bytes[at..].starts_with(letter))
}

/// Tidies running text: one paragraph a line, no blank lines, no blanks around
/// a line. Text that is tidy is not copied.
pub(crate) fn paragraphs(text: String) -> String {
    if is_tidy(&text) {
        return text;
    }
    let mut tidy = String::with_capacity(text.len());
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line = line.trim();
        if !line.is_empty() {
            if !tidy.is_empty() {
                tidy.push('\n');
            }
            tidy.push_str(line);
        }
    }
    tidy
}

fn is_tidy(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_blank = |letter: Option<char>| letter.is_some_and(char::is_whitespace);
    let is_separator =
        |rest: &[u8]| rest.starts_with(b"\xe2\x80\xa8") || rest.starts_with(b"\xe2\x80\xa9");
    let mut marks = memchr::memchr3_iter(b'\n', b'\r', 0xe2, bytes);
    text.trim() == text
        && marks.all(|at| match bytes[at] {
            b'\n' => {
                !is_blank(text[..at].chars().next_back())
                    && !is_blank(text[at + 1..].chars().next())
            }
            b'\r' => false,
            _ => !is_separator(&bytes[at..]),
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::{composed, paragraphs};

    proptest! {
        #[test]
        fn texts_are_composed_as_unicode_says(
            text in r"([aeoàưẠêD \u{300}\u{301}\u{302}\u{303}\u{323}\u{31b}…“\u{2126}\u{1100}\u{1161}\u{11a8}가😀]|\PC){0,12}"
        ) {
            prop_assert_eq!(composed(&text), text.nfc().collect::<String>());
        }

        #[test]
        fn tidy_text_stays(text in "[aà \n\r\t\u{b}\u{85}\u{a0}\u{3000}“\u{2028}\u{2029}]{0,12}") {
            let tidy = paragraphs(text);
            let lines = || tidy.split('\n');
            prop_assert!(tidy.is_empty() || lines().all(|line| !line.is_empty() && line.trim() == line));
            let others = ['\r', '\u{2028}', '\u{2029}'];
            prop_assert!(!tidy.contains(others));
            prop_assert_eq!(paragraphs(tidy.clone()), tidy);
        }
    }
}
