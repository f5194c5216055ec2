//! The pieces of a text that may be part of a date.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// Digits: their value and their number.
    Number(u64, usize),
    /// Letters, lower-cased and composed (NFC).
    Word(String),
    /// Any other character but blanks.
    Sign(char),
    Blank,
}

/// Marks that are read at most; a date is among the first few.
const MOST: usize = 64;

/// Cuts text into marks.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut rest = text.trim();
    while let (Some(first), true) = (rest.chars().next(), marks.len() < MOST) {
        let run = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
        let (mark, end) = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            let value = rest.get(..end).and_then(|digits| digits.parse().ok());
            (Mark::Number(value.unwrap_or(u64::MAX), end), end)
        } else if first.is_alphabetic() {
            // Combining marks belong to their letter.
            let end = run(|c| c.is_alphabetic() || is_combining_mark(c));
            let word = rest.get(..end).unwrap_or_default();
            (
                Mark::Word(word.nfc().flat_map(char::to_lowercase).collect()),
                end,
            )
        } else if first.is_whitespace() {
            (Mark::Blank, run(char::is_whitespace))
        } else {
            (Mark::Sign(first), first.len_utf8())
        };
        rest = rest.get(end..).unwrap_or_default();
        // 25 / 3 / 2026 is 25/3/2026.
        if mark == Mark::Sign('/') && marks.last() == Some(&Mark::Blank) {
            marks.pop();
        }
        if mark != Mark::Blank || marks.last() != Some(&Mark::Sign('/')) {
            marks.push(mark);
        }
    }
    marks
}

/// Returns `true` if `mark` is one of `words`.
pub(super) fn is_word(mark: Option<&Mark>, words: &[&str]) -> bool {
    matches!(mark, Some(Mark::Word(word)) if words.contains(&word.as_str()))
}

/// Skips one of `words` and the blanks before it; returns whether it was there.
pub(super) fn skip_word(marks: &[Mark], at: &mut usize, words: &[&str]) -> bool {
    let mut next = *at;
    while marks.get(next) == Some(&Mark::Blank) {
        next += 1;
    }
    let found = is_word(marks.get(next), words);
    if found {
        *at = next + 1;
        skip_signs(marks, at);
    }
    found
}

/// Skips blanks and the signs between the parts of a date.
pub(super) fn skip_signs(marks: &[Mark], at: &mut usize) {
    while matches!(
        marks.get(*at),
        Some(Mark::Blank | Mark::Sign(',' | '-' | '/' | '.'))
    ) {
        *at += 1;
    }
}
