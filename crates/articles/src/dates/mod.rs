//! Dates as newspapers, feeds and databases write them.
//!
//! A text is cut into [`Mark`]s; [`day`] recognises a calendar day among them,
//! [`clock`] a time of day and its zone.

mod clock;
mod day;
mod marks;
mod names;
mod path;

pub(crate) use path::in_path;

use crate::Published;
use marks::{Mark, marks};

impl Published {
    /// Reads a date as a field, a page or a dateline writes it; see the
    /// `dates` table of the tests for the ways that are known. Other time
    /// zones are converted; a time without a zone is Vietnam's. `None` when
    /// there is no date in `text`.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text)
    }
}

/// Reads the date in a field, a line or the opening of a sentence, such as
/// `2026-03-25T14:30:00Z`, `Wed, 25 Mar 2026 07:30:00 GMT`, `25/3/2026 14:30`,
/// `ngày 25 tháng 3 năm 2026`, `Chiều 25/3` or seconds since 1970.
pub(crate) fn parse(text: &str) -> Option<Published> {
    if let Some(date) = json_date(text) {
        return Some(date);
    }
    let marks = marks(text);
    match marks[..] {
        [Mark::Number(number, digits)] => return lone_number(number, digits),
        // Seconds since 1970 with a fraction.
        [
            Mark::Number(number, digits @ 9..=10),
            Mark::Sign('.'),
            Mark::Number(..),
        ] => {
            return lone_number(number, digits);
        }
        _ => {}
    }
    let (date, day) = (0..marks.len()).find_map(|at| {
        let (date, used) = day::at(&marks, at)?;
        Some((date, at..at + used))
    })?;
    let before = marks.get(..day.start).unwrap_or_default();
    let after = marks.get(day.end..).unwrap_or_default();
    // A time of day after the date is more likely its own than one before it.
    let is_compact = matches!(marks.get(day.start), Some(Mark::Number(_, 8)));
    let compact = is_compact.then(|| clock::compact(after)).flatten();
    if let Some((time, end)) = compact.or_else(|| clock::first(after, day::begins)) {
        let rest = after.get(end..).unwrap_or_default();
        let (zone, used) = clock::zone(rest).map_or((None, 0), |(zone, used)| (Some(zone), used));
        // Wed Mar 25 14:30:00 +0700 2026: the year is the last word.
        let date = match date.year() {
            None => day::year(rest.get(used..).unwrap_or_default())
                .map_or(Some(date), |year| date.with_year(year))?,
            Some(_) => date,
        };
        let elsewhere = || clock::named_zone(before).or_else(|| clock::named_zone(after));
        return date
            .at(time.hour, time.minute)?
            .read_at(zone.or_else(elsewhere).unwrap_or(clock::VIETNAM));
    }
    let Some((time, end)) = clock::first(before, day::begins) else {
        return Some(date);
    };
    let zone = clock::zone(before.get(end..).unwrap_or_default()).map(|(zone, _)| zone);
    let elsewhere = || clock::named_zone(before).or_else(|| clock::named_zone(after));
    date.at(time.hour, time.minute)?
        .read_at(zone.or_else(elsewhere).unwrap_or(clock::VIETNAM))
}

/// Reads the date a sentence opens with, skipping words that introduce a date
/// ("Chiều ngày 25/3", "Sáng nay (25/3)"). The flag is `true` if a part of the
/// day precedes the date. `None` if other words come first.
pub(crate) fn opening(sentence: &str) -> Option<(Published, bool)> {
    let marks = marks(sentence);
    let mut part_of_day = false;
    for (at, mark) in marks.iter().enumerate() {
        let weekday = matches!(before(&marks, at), Some("thứ" | "chủ"));
        match mark {
            Mark::Word(word) if names::INTRODUCING.contains(&word.as_str()) => {
                part_of_day |= names::PARTS_OF_DAY.contains(&word.as_str());
            }
            Mark::Word(word) if weekday && names::WEEKDAYS.contains(&word.as_str()) => {}
            // The weekday of "Thứ 4, 25/3".
            Mark::Number(2..=7, 1) if weekday => {}
            Mark::Number(..) => {
                return day::at(&marks, at).map(|(date, _)| (date, part_of_day));
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

/// `/Date(1774423800000+0700)/`, as .NET writes milliseconds since 1970.
fn json_date(text: &str) -> Option<Published> {
    let text = text.trim().trim_matches('/');
    let inner = ["Date(", "new Date(", "\\/Date("]
        .iter()
        .find_map(|opening| text.strip_prefix(opening))?;
    let digits = inner
        .find(|c: char| !(c.is_ascii_digit() || c == '-'))
        .filter(|end| *end > 0)?;
    let milliseconds: i64 = inner.get(..digits)?.parse().ok()?;
    Published::from_unix_seconds(milliseconds.div_euclid(1000))
}

/// A number without any other text: a year, a compact date, or a time stamp.
fn lone_number(number: u64, digits: usize) -> Option<Published> {
    let unit = match digits {
        4 if (1800..=2100).contains(&number) => {
            return Published::new(i32::try_from(number).ok()?, None, None);
        }
        8 => return day::compact(number),
        12 | 14 => {
            let clock = if digits == 14 { number / 100 } else { number };
            return day::compact(clock / 10_000)?
                .at((clock / 100 % 100) as u8, (clock % 100) as u8);
        }
        9 | 10 => 1,
        13 => 1_000,
        16 => 1_000_000,
        19 => 1_000_000_000,
        _ => return None,
    };
    Published::from_unix_seconds(i64::try_from(number / unit).ok()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    fn table(name: &str) -> BTreeMap<String, String> {
        let mut tables: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(include_str!("../../tests/dates.toml")).unwrap();
        tables.remove(name).unwrap()
    }

    #[test]
    fn openings_read_as_the_table_says() {
        for (sentence, expected) in &table("opening") {
            let read = super::opening(sentence).map_or_else(String::new, |(date, part_of_day)| {
                format!("{date}{}", if part_of_day { " part of day" } else { "" })
            });
            assert_eq!(read, *expected, "{sentence}");
        }
    }

    #[test]
    fn paths_read_as_the_table_says() {
        for (path, expected) in &table("path") {
            let read = super::in_path(path).map_or_else(String::new, |date| date.to_string());
            assert_eq!(read, *expected, "{path}");
        }
    }
}
