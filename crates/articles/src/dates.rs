//! Dates, in the ways newspapers, feeds and databases write them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::Published;

/// Reads the date in a field, a line or the opening of a sentence, such as
/// `2026-03-25T14:30:00Z`, `Wed, 25 Mar 2026 07:30:00 GMT`, `25/3/2026 14:30`,
/// `ngày 25 tháng 3 năm 2026`, `Chiều 25/3` or seconds since 1970.
pub(crate) fn parse(text: &str) -> Option<Published> {
    let marks = marks(text);
    if let [Mark::Number(number, digits)] = marks[..] {
        return lone_number(number, digits);
    }
    let (date, used) = (0..marks.len()).find_map(|at| {
        let (date, used) = date_at(&marks, at)?;
        Some((date, at..at + used))
    })?;
    // A time of day after the date is likelier its own than one before it, and
    // only there does a zone follow it.
    let after = marks.get(used.end..).unwrap_or_default();
    if let Some(((hour, minute), end)) = time_in(after) {
        let timed = date.at(hour, minute)?;
        let zone = offset(after.get(end..).unwrap_or_default());
        return timed.read_at(zone.unwrap_or(VIETNAM));
    }
    match time_in(marks.get(..used.start).unwrap_or_default()) {
        Some(((hour, minute), _)) => date.at(hour, minute),
        None => Some(date),
    }
}

/// Reads the date a sentence opens with, passing over words that lead up to a
/// date ("Chiều ngày 25/3", "Sáng nay (25/3)"), and tells whether a time of
/// day led up to it. `None` when other words come first.
pub(crate) fn opening(sentence: &str) -> Option<(Published, bool)> {
    let marks = marks(sentence);
    let mut part_of_day = false;
    for (at, mark) in marks.iter().enumerate() {
        let weekday = matches!(before(&marks, at), Some("thứ" | "chủ"));
        match mark {
            Mark::Word(word) if LEADING.contains(&word.as_str()) => {
                part_of_day |= PARTS_OF_DAY.contains(&word.as_str());
            }
            Mark::Word(word) if weekday && WEEKDAYS.contains(&word.as_str()) => {}
            // The weekday of "Thứ 4, 25/3".
            Mark::Number(2..=7, 1) if weekday => {}
            Mark::Number(..) => {
                return date_at(&marks, at).map(|(date, _)| (date, part_of_day));
            }
            Mark::Blank | Mark::Sign(',' | '(') => {}
            _ => return None,
        }
    }
    None
}

/// The word before the mark at `at`.
fn before(marks: &[Mark], at: usize) -> Option<&str> {
    match marks
        .get(..at)?
        .iter()
        .rev()
        .find(|mark| **mark != Mark::Blank)?
    {
        Mark::Word(word) => Some(word),
        _ => None,
    }
}

const PARTS_OF_DAY: &[&str] = &["sáng", "trưa", "chiều", "tối", "đêm", "khuya"];

/// Words that lead up to a date.
const LEADING: &[&str] = &[
    "sáng", "trưa", "chiều", "tối", "đêm", "khuya", "rạng", "sớm", "muộn", "ngày", "hôm", "nay",
    "qua", "vào", "thứ", "chủ", "lúc",
];

/// Weekdays, as they follow "thứ" and "chủ".
const WEEKDAYS: &[&str] = &["hai", "ba", "tư", "năm", "sáu", "bảy", "nhật"];

/// The date that stands in a path, such as `2026/03/25/a.html` or
/// `tin-2026-03-25.txt`: year, month and day only.
pub(crate) fn in_path(path: &str) -> Option<Published> {
    let marks: Vec<Mark> = path
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(|digits| Mark::Number(digits.parse().unwrap_or(u64::MAX), digits.len()))
        .collect();
    (0..marks.len()).find_map(|at| match marks[at..] {
        [Mark::Number(ymd, 8), ..] => compact(ymd),
        [
            Mark::Number(y, 4),
            Mark::Number(m, 1..=2),
            Mark::Number(d, 1..=2),
            ..,
        ] => full(y, m, d),
        _ => None,
    })
}

/// A piece of text that may be part of a date.
#[derive(Clone, Debug, PartialEq)]
enum Mark {
    /// Digits: their value and how many there are.
    Number(u64, usize),
    /// Letters, lower-cased.
    Word(String),
    /// Anything else but blanks.
    Sign(char),
    Blank,
}

/// Takes text to pieces. No date needs more than the first few, and a body
/// given for a date is not worth searching.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut rest = text.trim();
    while let (Some(first), true) = (rest.chars().next(), marks.len() < 64) {
        let run = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
        let (mark, end) = if first.is_ascii_digit() {
            let end = run(|c| c.is_ascii_digit());
            (
                Mark::Number(rest[..end].parse().unwrap_or(u64::MAX), end),
                end,
            )
        } else if first.is_alphabetic() {
            // Marks that are not composed belong to their letter.
            let end = run(|c| c.is_alphabetic() || is_combining_mark(c));
            (
                Mark::Word(rest[..end].nfc().flat_map(char::to_lowercase).collect()),
                end,
            )
        } else if first.is_whitespace() {
            (Mark::Blank, run(char::is_whitespace))
        } else {
            (Mark::Sign(first), first.len_utf8())
        };
        rest = &rest[end..];
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

/// A number that is all there is: a year, a compact date, or a time stamp.
fn lone_number(number: u64, digits: usize) -> Option<Published> {
    match digits {
        4 => Published::new(number as i32, None, None),
        8 => compact(number),
        12 | 14 => {
            let clock = if digits == 14 { number / 100 } else { number };
            compact(clock / 10_000)?.at((clock / 100 % 100) as u8, (clock % 100) as u8)
        }
        9 | 10 => Published::from_unix_seconds(number as i64),
        13 => Published::from_unix_seconds((number / 1000) as i64),
        _ => None,
    }
}

/// `20260325`.
fn compact(number: u64) -> Option<Published> {
    full(number / 10_000, number / 100 % 100, number % 100)
}

fn full(year: u64, month: u64, day: u64) -> Option<Published> {
    let year = i32::try_from(year)
        .ok()
        .filter(|year| (1900..2200).contains(year))?;
    Published::new(
        year,
        Some(u8::try_from(month).ok()?),
        Some(u8::try_from(day).ok()?),
    )
}

fn month_of(year: u64, month: u64) -> Option<Published> {
    full(year, month, 1)?;
    Published::new(year as i32, Some(month as u8), None)
}

fn yearless(month: u64, day: u64) -> Option<Published> {
    Published::without_year(u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// The date that begins at `at`, and how many marks it takes.
fn date_at(marks: &[Mark], at: usize) -> Option<(Published, usize)> {
    let rest = marks.get(at..)?;
    let (date, used) = match rest.first()? {
        Mark::Number(..) => numeric(rest).or_else(|| day_then_month(rest))?,
        Mark::Sign('-') => match *rest {
            // Our own way of writing a date without a year.
            [
                Mark::Sign('-'),
                Mark::Sign('-'),
                Mark::Number(m, 2),
                Mark::Sign('-'),
                Mark::Number(d, 2),
                ..,
            ] if at == 0 => (yearless(m, d)?, 5),
            _ => return None,
        },
        Mark::Word(_) => month_first(rest)?,
        Mark::Blank | Mark::Sign(_) => return None,
    };
    // 25-26/3 is two days, 1/25/3 is no date: numbers must not run on.
    let joins = |mark: Option<&Mark>| matches!(mark, Some(Mark::Sign('/' | '-' | '.')));
    let number = |mark: Option<&Mark>| matches!(mark, Some(Mark::Number(..)));
    let runs_on = joins(rest.get(used)) && number(rest.get(used + 1));
    let runs_in = at >= 2 && joins(marks.get(at - 1)) && number(marks.get(at - 2));
    (!runs_on && !runs_in).then_some((date, used))
}

/// Numbers with one sign between them.
fn numeric(marks: &[Mark]) -> Option<(Published, usize)> {
    use Mark::{Number, Sign};
    let sign = |sign: char| matches!(sign, '/' | '-' | '.');
    match *marks {
        [
            Number(a, an),
            Sign(s),
            Number(b, 1..=2),
            Sign(t),
            Number(c, cn),
            ..,
        ] if sign(s) && s == t => {
            let date = match (an, cn) {
                (4, 1..=2) => full(a, b, c),
                // Month first, when it cannot be otherwise.
                (1..=2, 4) if b > 12 => full(c, a, b),
                (1..=2, 4) => full(c, b, a),
                (1..=2, 2) => full(if c < 70 { 2000 + c } else { 1900 + c }, b, a),
                _ => None,
            };
            Some((date?, 5))
        }
        [Number(ymd, 8), Mark::Word(ref t), ..] if t == "t" => Some((compact(ymd)?, 1)),
        [Number(y, 4), Sign('-' | '/'), Number(m, 1..=2), ..] => Some((month_of(y, m)?, 3)),
        [Number(m, 1..=2), Sign('-' | '/'), Number(y, 4), ..] => Some((month_of(y, m)?, 3)),
        [Number(d, 1..=2), Sign(s), Number(m, 1..=2), ..] if sign(s) => Some((yearless(m, d)?, 3)),
        _ => None,
    }
}

/// `25 tháng 3 năm 2026`, `25 tháng ba`, `25 Mar 2026`, `25th of March, 2026`.
fn day_then_month(marks: &[Mark]) -> Option<(Published, usize)> {
    let Mark::Number(day, 1..=2) = *marks.first()? else {
        return None;
    };
    let mut at = 1;
    skip_words(marks, &mut at, &["st", "nd", "rd", "th"]);
    skip_words(marks, &mut at, &["of"]);
    let month = month(marks, &mut at)?;
    with_year(marks, at, month, Some(day))
}

/// `March 25, 2026`, `tháng 3 năm 2026`, `March 2026`.
fn month_first(marks: &[Mark]) -> Option<(Published, usize)> {
    let mut at = 0;
    let vietnamese = matches!(marks.first(), Some(Mark::Word(word)) if word == "tháng");
    let month = month(marks, &mut at)?;
    let before_day = at;
    skip_signs(marks, &mut at);
    if let (false, Some(Mark::Number(day, 1..=2))) = (vietnamese, marks.get(at)) {
        at += 1;
        skip_words(marks, &mut at, &["st", "nd", "rd", "th"]);
        return with_year(marks, at, month, Some(*day));
    }
    with_year(marks, before_day, month, None)
}

/// Reads a year that may follow, and puts the date together.
fn with_year(
    marks: &[Mark],
    at: usize,
    month: u64,
    day: Option<u64>,
) -> Option<(Published, usize)> {
    let mut end = at;
    skip_signs(marks, &mut end);
    skip_words(marks, &mut end, &["năm"]);
    if let Some(Mark::Number(year, 4)) = marks.get(end) {
        let date = match day {
            Some(day) => full(*year, month, day),
            None => month_of(*year, month),
        };
        return Some((date?, end + 1));
    }
    Some((yearless(month, day?)?, at))
}

/// Reads a month: `tháng 3`, `tháng ba`, `March`, `mar`.
fn month(marks: &[Mark], at: &mut usize) -> Option<u64> {
    skip_signs(marks, at);
    let Some(Mark::Word(word)) = marks.get(*at) else {
        return None;
    };
    *at += 1;
    if word != "tháng" {
        let english = ENGLISH.iter().position(|name| {
            word == name || (word.len() >= 3 && word.len() <= 4 && name.starts_with(word.as_str()))
        })?;
        return Some(english as u64 + 1);
    }
    skip_signs(marks, at);
    let mark = marks.get(*at)?;
    *at += 1;
    match mark {
        Mark::Number(month, 1..=2) => Some(*month),
        Mark::Word(word) if word == "mười" => {
            let next = match marks.get(*at..) {
                Some([Mark::Blank, Mark::Word(next), ..]) => next.as_str(),
                _ => "",
            };
            let month = match next {
                "một" => 11,
                "hai" => 12,
                _ => return Some(10),
            };
            *at += 2;
            Some(month)
        }
        Mark::Word(word) => VIETNAMESE
            .iter()
            .find_map(|(name, month)| (word == name).then_some(*month)),
        _ => None,
    }
}

const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const VIETNAMESE: &[(&str, u64)] = &[
    ("một", 1),
    ("giêng", 1),
    ("hai", 2),
    ("ba", 3),
    ("tư", 4),
    ("bốn", 4),
    ("năm", 5),
    ("sáu", 6),
    ("bảy", 7),
    ("bẩy", 7),
    ("tám", 8),
    ("chín", 9),
    ("chạp", 12),
];

fn skip_signs(marks: &[Mark], at: &mut usize) {
    while matches!(
        marks.get(*at),
        Some(Mark::Blank | Mark::Sign(',' | '-' | '/' | '.'))
    ) {
        *at += 1;
    }
}

/// Passes over one of `words`, and the blanks before it.
fn skip_words(marks: &[Mark], at: &mut usize, words: &[&str]) {
    let mut next = *at;
    while marks.get(next) == Some(&Mark::Blank) {
        next += 1;
    }
    if matches!(marks.get(next), Some(Mark::Word(word)) if words.contains(&word.as_str())) {
        *at = next + 1;
        skip_signs(marks, at);
    }
}

/// The first time of day, and where it ends.
fn time_in(marks: &[Mark]) -> Option<((u8, u8), usize)> {
    (0..marks.len()).find_map(|at| {
        let offset = at > 0 && matches!(marks.get(at - 1), Some(Mark::Sign('+' | '-')));
        if offset { None } else { time_at(marks, at) }
    })
}

fn time_at(marks: &[Mark], at: usize) -> Option<((u8, u8), usize)> {
    use Mark::{Blank, Number, Sign};
    let rest = marks.get(at..)?;
    let word = |mark: Option<&Mark>, words: &[&str]| matches!(mark, Some(Mark::Word(word)) if words.contains(&word.as_str()));
    let hours = |mark: Option<&Mark>| word(mark, &["h", "g", "giờ"]);
    let (hour, minute, mut used) = match *rest {
        [Number(hour, 1..=2), Sign(':'), Number(minute, 2), ..] => (hour, minute, 3),
        [Number(hour, 1..=2), ref unit, Number(minute, 1..=2), ..] if hours(Some(unit)) => {
            (hour, minute, 3)
        }
        [
            Number(hour, 1..=2),
            Blank,
            ref unit,
            Blank,
            Number(minute, 1..=2),
            Blank,
            ref phút,
            ..,
        ] if hours(Some(unit)) && word(Some(phút), &["phút"]) => (hour, minute, 7),
        [Number(hour, 1..=2), ref unit, ..] if hours(Some(unit)) => (hour, 0, 2),
        [Mark::Word(ref t), Number(clock, 6), ..] if t == "t" => {
            (clock / 10_000, clock / 100 % 100, 2)
        }
        [Mark::Word(ref t), Number(clock, 4), ..] if t == "t" => (clock / 100, clock % 100, 2),
        _ => return None,
    };
    // Seconds and their fractions.
    while let Some([Sign(':' | '.'), Number(..), ..]) = rest.get(used..) {
        used += 2;
    }
    let half = if rest.get(used) == Some(&Blank) {
        used + 1
    } else {
        used
    };
    let hour = if word(rest.get(half), &["pm", "ch"]) {
        used = half + 1;
        if hour < 12 { hour + 12 } else { hour }
    } else if word(rest.get(half), &["am", "sa"]) {
        used = half + 1;
        hour % 12
    } else {
        hour
    };
    (hour < 24 && minute < 60).then_some(((hour as u8, minute as u8), at + used))
}

/// Vietnam's zone, in minutes ahead of UTC.
const VIETNAM: i64 = 7 * 60;

/// Reads the zone that follows a time of day, in minutes ahead of UTC.
fn offset(marks: &[Mark]) -> Option<i64> {
    let mut at = 0;
    while matches!(marks.get(at), Some(Mark::Blank | Mark::Sign('(' | ','))) {
        at += 1;
    }
    if let Some(Mark::Word(zone)) = marks.get(at) {
        let named = ZONES
            .iter()
            .find_map(|(name, hours)| (zone == name).then_some(hours * 60))?;
        at += 1;
        if marks.get(at) == Some(&Mark::Blank) {
            at += 1;
        }
        return Some(signed(marks.get(at..)?).unwrap_or(named));
    }
    signed(marks.get(at..)?)
}

/// `+7`, `+07`, `+0700`, `-05:00`.
fn signed(marks: &[Mark]) -> Option<i64> {
    use Mark::{Number, Sign};
    let minutes = match *marks {
        [
            Sign('+' | '-' | '−'),
            Number(hours, 1..=2),
            Sign(':'),
            Number(minutes, 2),
            ..,
        ] => hours * 60 + minutes,
        [Sign('+' | '-' | '−'), Number(clock, 4), ..] => clock / 100 * 60 + clock % 100,
        [Sign('+' | '-' | '−'), Number(hours, 1..=2), ..] => hours * 60,
        _ => return None,
    };
    let minutes = i64::try_from(minutes)
        .ok()
        .filter(|minutes| *minutes <= 15 * 60)?;
    Some(if marks.first() == Some(&Sign('+')) {
        minutes
    } else {
        -minutes
    })
}

/// Zones by name, in hours ahead of UTC: those of RFC 822, and Vietnam's.
const ZONES: &[(&str, i64)] = &[
    ("z", 0),
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("ict", 7),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    #[test]
    fn openings_read_as_the_table_says() {
        let table: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(include_str!("../tests/dates.toml")).unwrap();
        for (sentence, expected) in &table["opening"] {
            let read = super::opening(sentence).map_or_else(String::new, |(date, part_of_day)| {
                format!("{date}{}", if part_of_day { " part of day" } else { "" })
            });
            assert_eq!(read, *expected, "{sentence}");
        }
    }
}
