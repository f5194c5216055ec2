//! Dates, in the ways they are written.

use crate::Published;

/// Reads a date as a field, a page or a dateline writes it.
pub(crate) fn parse(text: &str) -> Option<Published> {
    let marks = marks(text);
    marks_to_date(&marks)
}

/// A piece of a date as written.
#[derive(Clone, Debug, PartialEq)]
enum Mark {
    /// Digits, their value, and how many there are.
    Number(u64, usize),
    /// Letters, lower-cased.
    Word(String),
    /// Anything else but blanks.
    Sign(char),
    Blank,
}

fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut rest = text.trim();
    // No date needs more; a body given for a date must not be searched whole.
    while let (Some(first), true) = (rest.chars().next(), marks.len() < 64) {
        let run = |keep: fn(char) -> bool| rest.find(|c: char| !keep(c)).unwrap_or(rest.len());
        let end = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            marks.push(Mark::Number(rest[..end].parse().unwrap_or(u64::MAX), end));
            end
        } else if first.is_alphabetic() {
            let end = run(char::is_alphabetic);
            marks.push(Mark::Word(rest[..end].to_lowercase()));
            end
        } else if first.is_whitespace() {
            marks.push(Mark::Blank);
            run(char::is_whitespace)
        } else {
            marks.push(Mark::Sign(first));
            first.len_utf8()
        };
        rest = &rest[end..];
    }
    marks
}

fn marks_to_date(marks: &[Mark]) -> Option<Published> {
    for at in 0..marks.len() {
        if let [
            Mark::Number(year, 4),
            Mark::Sign('-'),
            Mark::Number(month, 1..=2),
            Mark::Sign('-'),
            Mark::Number(day, 1..=2),
            ..,
        ] = marks[at..]
        {
            return Published::new(year as i32, Some(month as u8), Some(day as u8));
        }
    }
    None
}
