//! Texts of a chart, broken and escaped.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::language::Language;

/// Breaks a text into lines of at most `columns` columns, between words where
/// possible.
pub(super) fn wrapped(text: &str, columns: f64) -> Vec<String> {
    let columns = columns as usize;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.graphemes(true) {
            if !line.is_empty() && line.width() + letter.width() > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The start of a text that fits into `columns` columns, with an ellipsis if it
/// is cut.
pub(super) fn cut(text: &str, columns: f64) -> String {
    match wrapped(text, columns).as_slice() {
        [first, _, ..] => format!("{} …", wrapped(first, columns - 2.0)[0]),
        _ => text.to_owned(),
    }
}

/// A number at an axis whose lines are `step` apart.
pub(super) fn number(value: f64, step: f64, language: Language) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    language.decimal(value, decimals)
}

/// Text escaped for XML, without characters that XML does not allow.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}
