//! Calendar days: numbers with signs between them, or a month by name.

use super::marks::Mark::{self, Number, Sign, Word};
use super::marks::{is_word, skip_signs, skip_word};
use super::names::{ENGLISH, FOREIGN, MONTH, VIETNAMESE};
use crate::Published;

/// Returns `true` if a calendar day starts at a mark.
pub(super) fn begins(marks: &[Mark], at: usize) -> bool {
    self::at(marks, at).is_some()
}

/// The date that begins at `at`, and its number of marks.
pub(super) fn at(marks: &[Mark], at: usize) -> Option<(Published, usize)> {
    let rest = marks.get(at..)?;
    let (date, used) = match rest.first()? {
        Number(..) => numeric(rest)
            .or_else(|| week_or_ordinal(rest))
            .or_else(|| east_asian(rest))
            .or_else(|| day_then_month(rest))?,
        Sign('-') => match *rest {
            // The form in which a date without a year is displayed.
            [
                Sign('-'),
                Sign('-'),
                Number(m, 2),
                Sign('-'),
                Number(d, 2),
                ..,
            ] if at == 0 => (yearless(m, d)?, 5),
            _ => return None,
        },
        Word(_) => month_first(rest)?,
        Mark::Blank | Sign(_) => return None,
    };
    // 25-26/3 is two days, 1/25/3 is no date: numbers must not run on. Nor is
    // 12/2015/QH13 a month.
    let joins = |mark: Option<&Mark>| matches!(mark, Some(Sign('/' | '-' | '.')));
    let number = |mark: Option<&Mark>| matches!(mark, Some(Number(..)));
    let coded = date.day().is_none()
        && rest.get(used) == Some(&Sign('/'))
        && matches!(rest.get(used + 1), Some(Word(_)));
    let is_compact = matches!(rest.first(), Some(Number(_, 8)));
    let runs_on = coded || !is_compact && (joins(rest.get(used)) && number(rest.get(used + 1)));
    let runs_in = at >= 2 && joins(marks.get(at - 1)) && number(marks.get(at - 2));
    // "Số 4 - tháng 1/2026": the number of an issue.
    let is_issue = at >= 2 && is_word(marks.get(at - 2), &["số"]);
    let has_dash = rest.iter().take(4).any(|mark| *mark == Sign('-'));
    let is_issue = is_issue && has_dash && matches!(rest.get(1), Some(Mark::Blank | Sign('-')));
    let is_issue = is_issue && rest.iter().take(6).any(|mark| matches!(mark, Word(_)));
    (!runs_on && !runs_in && !is_issue).then_some((date, used))
}

/// The year that a text begins with, after blanks and signs.
pub(super) fn year(marks: &[Mark]) -> Option<i32> {
    let mut at = 0;
    skip_signs(marks, &mut at);
    match marks.get(at) {
        Some(Number(year @ 1800..=2199, 4)) => i32::try_from(*year).ok(),
        _ => None,
    }
}

/// `20260325`.
pub(super) fn compact(number: u64) -> Option<Published> {
    let year = number / 10_000;
    (1900..=2100)
        .contains(&year)
        .then(|| full(year, number / 100 % 100, number % 100))?
}

fn full(year: u64, month: u64, day: u64) -> Option<Published> {
    Published::new(
        i32::try_from(year).ok()?,
        Some(u8::try_from(month).ok()?),
        Some(u8::try_from(day).ok()?),
    )
}

fn month_of(year: u64, month: u64) -> Option<Published> {
    if !(1800..2200).contains(&year) {
        return None;
    }
    Published::new(
        i32::try_from(year).ok()?,
        Some(u8::try_from(month).ok()?),
        None,
    )
}

fn yearless(month: u64, day: u64) -> Option<Published> {
    Published::without_year(u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// The year that two digits abbreviate: 70 to 99 are of the last century.
fn century(year: u64) -> u64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Numbers with one sign between them.
fn numeric(marks: &[Mark]) -> Option<(Published, usize)> {
    let sign = |sign: char| matches!(sign, '/' | '-' | '.');
    match *marks {
        [
            Number(a, an),
            Sign(s),
            Number(b, 1..=2),
            Sign(t),
            Number(c, cn),
            ..,
        ] if s == t && (sign(s) || (s == ':' && an == 4)) => {
            let date = match (an, cn) {
                (4, 1..=2) => full(a, b, c),
                (1..=2, 4) if !(1800..2200).contains(&c) => None,
                // Month first, if it cannot be otherwise.
                (1..=2, 4) if b > 12 => full(c, a, b),
                (1..=2, 4) => full(c, b, a),
                (1..=2, 2) if b > 12 => full(century(c), a, b),
                (1..=2, 2) => full(century(c), b, a),
                _ => None,
            };
            Some((date?, 5))
        }
        [Number(ymd, 8), Word(ref t), ..] if t == "t" => Some((compact(ymd)?, 1)),
        // 20260325 143000 and 20260325 14:30.
        [
            Number(ymd, 8),
            Mark::Blank | Sign('-' | '_'),
            Number(_, 1 | 2 | 4 | 6),
            ..,
        ] => Some((compact(ymd)?, 1)),
        [Number(y, 4), Sign('-' | '/'), Number(m, 1..=2), ..] => Some((month_of(y, m)?, 3)),
        [Number(m, 1..=2), Sign('-' | '/'), Number(y, 4), ..] => Some((month_of(y, m)?, 3)),
        [Number(d, 1..=2), Sign(s), Number(m, 1..=2), ..] if sign(s) => Some((yearless(m, d)?, 3)),
        _ => None,
    }
}

/// `2026-W13-3` and `2026-084`, the week and ordinal dates of ISO 8601.
fn week_or_ordinal(marks: &[Mark]) -> Option<(Published, usize)> {
    let first = |year: u64, day| Published::new(i32::try_from(year).ok()?, Some(1), Some(day));
    let (day, used, year) = match *marks {
        [
            Number(year, 4),
            Sign('-'),
            Word(ref w),
            Number(week @ 1..=53, 2),
            Sign('-'),
            Number(weekday @ 1..=7, 1),
            ..,
        ] if w == "w" => {
            // 4 January is in the first week; 1970-01-01 was a Thursday.
            let fourth = first(year, 4)?.day_number()?;
            let monday = fourth - (fourth + 3).rem_euclid(7);
            let days = (week as i32 - 1) * 7 + weekday as i32 - 1;
            (monday + days, 6, None)
        }
        [Number(year, 4), Sign('-'), Number(day @ 1..=366, 3), ..] => (
            first(year, 1)?.day_number()? + day as i32 - 1,
            3,
            i32::try_from(year).ok(),
        ),
        _ => return None,
    };
    let date = Published::from_day_number(day)?;
    (year.is_none() || date.year() == year).then_some((date, used))
}

/// `2026年3月25日` and `2026년 3월 25일`.
fn east_asian(marks: &[Mark]) -> Option<(Published, usize)> {
    const UNITS: [[&str; 2]; 3] = [["年", "년"], ["月", "월"], ["日", "일"]];
    let (mut parts, mut at) = ([0; 3], 0);
    for (part, unit) in parts.iter_mut().zip(UNITS) {
        let Some(Number(value, _)) = marks.get(at) else {
            return None;
        };
        *part = *value;
        at += 1;
        if !is_word(marks.get(at), &unit) {
            return None;
        }
        at += 1;
        if unit != UNITS[2] && marks.get(at) == Some(&Mark::Blank) {
            at += 1;
        }
    }
    Some((full(parts[0], parts[1], parts[2])?, at))
}

/// Endings of an ordinal number.
const ORDINALS: &[&str] = &["st", "nd", "rd", "th", "er"];

/// `25 tháng 3 năm 2026`, `25 thg 3, 2026`, `25-Mar-26`, `25th of March, 2026`.
fn day_then_month(marks: &[Mark]) -> Option<(Published, usize)> {
    let Number(day, 1..=2) = *marks.first()? else {
        return None;
    };
    let mut at = 1;
    // "25th"; but "25 Th3" is of a month.
    if is_word(marks.get(1), ORDINALS) {
        at = 2;
        skip_signs(marks, &mut at);
    }
    skip_word(marks, &mut at, &["of", "de"]);
    let month = month(marks, &mut at)?;
    with_year(marks, at, month, Some(day))
}

/// `March 25, 2026`, `Tháng Ba 25, 2026`, `tháng 3 năm 2026`, `March 2026`.
fn month_first(marks: &[Mark]) -> Option<(Published, usize)> {
    let mut at = 0;
    let month = month(marks, &mut at)?;
    let before_day = at;
    skip_signs(marks, &mut at);
    let Some(Number(day, 1..=2)) = marks.get(at) else {
        return with_year(marks, before_day, month, None);
    };
    at += 1;
    if month.vietnamese {
        // "tháng 3 25 người": only a comma and a year make 25 a day.
        let comma = marks.get(at) == Some(&Sign(','));
        return comma
            .then(|| with_year(marks, at, month, Some(*day)))?
            .filter(|(date, _)| date.year().is_some());
    }
    if is_word(marks.get(at), ORDINALS) {
        at += 1;
    }
    let month = Month {
        two_digit_year: false,
        ..month
    };
    with_year(marks, at, month, Some(*day))
}

/// Reads the year after a month, if any, and makes the date.
fn with_year(
    marks: &[Mark],
    at: usize,
    month: Month,
    day: Option<u64>,
) -> Option<(Published, usize)> {
    let mut end = at;
    skip_signs(marks, &mut end);
    skip_word(marks, &mut end, &["năm", "de"]);
    match (marks.get(end), day) {
        (Some(Number(year @ 1800..=2199, 4)), Some(day)) => {
            Some((full(*year, month.number, day)?, end + 1))
        }
        (Some(Number(year, 4)), None) => Some((month_of(*year, month.number)?, end + 1)),
        // 25 Mar 26, unless 26 is the hour.
        (Some(Number(year, 2)), Some(day))
            if month.two_digit_year && !super::clock::begins(marks, end, begins) =>
        {
            Some((full(century(*year), month.number, day)?, end + 1))
        }
        (_, Some(day)) if !month.needs_year => Some((yearless(month.number, day)?, at)),
        _ => None,
    }
}

/// A month by name.
#[derive(Clone, Copy)]
struct Month {
    number: u64,
    vietnamese: bool,
    /// Its name is an ordinary word elsewhere.
    needs_year: bool,
    /// A year of two digits may follow.
    two_digit_year: bool,
}

/// Reads a month: `tháng 3`, `tháng ba`, `thg 3`, `Th3`, `March`, `mar`.
fn month(marks: &[Mark], at: &mut usize) -> Option<Month> {
    skip_signs(marks, at);
    let Some(Word(word)) = marks.get(*at) else {
        return None;
    };
    *at += 1;
    if !MONTH.contains(&word.as_str()) {
        let abbreviates =
            |name: &&str| (3..=4).contains(&word.len()) && name.starts_with(word.as_str());
        let english = ENGLISH
            .iter()
            .position(|name| word == name || abbreviates(name));
        if english.is_some() && marks.get(*at) == Some(&Sign('.')) {
            *at += 1;
        }
        let foreign = || FOREIGN.iter().find(|(name, _)| word == name);
        return Some(Month {
            number: match english {
                Some(at) => at as u64 + 1,
                None => foreign()?.1,
            },
            vietnamese: false,
            needs_year: english.is_none(),
            two_digit_year: english.is_some(),
        });
    }
    let number = vietnamese_month(marks, at)?;
    Some(Month {
        number,
        vietnamese: true,
        needs_year: false,
        two_digit_year: false,
    })
}

/// Reads what follows "tháng".
fn vietnamese_month(marks: &[Mark], at: &mut usize) -> Option<u64> {
    skip_signs(marks, at);
    let mark = marks.get(*at)?;
    *at += 1;
    match mark {
        Number(month, 1..=2) => Some(*month),
        Word(word) if word == "mười" => {
            let next = match marks.get(*at..) {
                Some([Mark::Blank, Word(next), ..]) => next.as_str(),
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
        Word(word) => VIETNAMESE
            .iter()
            .find_map(|(name, month)| (word == name).then_some(*month)),
        _ => None,
    }
}
