//! Dates in the path of a file.

use super::day;
use crate::Published;

/// The date in a path, such as `2026/03/25/a.html` or `tin-2026-03-25.txt`:
/// year, month and day only. A number of eight digits is an id unless its year
/// is one in which an archive of today can have an article.
pub(crate) fn in_path(path: &str) -> Option<Published> {
    let numbers = numbers(path);
    (0..numbers.len()).find_map(|at| {
        let year = numbers.get(at)?;
        if year.digits == 8 {
            return day::compact(year.value).filter(is_plausible);
        }
        let (month, day) = (numbers.get(at + 1)?, numbers.get(at + 2)?);
        let separator = path.get(year.end..month.start)?;
        let same = path.get(month.end..day.start)? == separator;
        // The 5 of 2026/12/5-dieu-can-biet.html belongs to the headline.
        let whole = separator != "/"
            || matches!(
                path.as_bytes().get(day.end),
                None | Some(b'/' | b'.' | b'_' | b'#')
            );
        let shaped = year.digits == 4 && month.digits <= 2 && day.digits <= 2;
        if !(shaped && same && whole && matches!(separator, "/" | "-" | "_" | ".")) {
            return None;
        }
        Published::new(
            i32::try_from(year.value).ok()?,
            Some(u8::try_from(month.value).ok()?),
            Some(u8::try_from(day.value).ok()?),
        )
        .filter(is_plausible)
    })
}

fn is_plausible(date: &Published) -> bool {
    date.year()
        .is_some_and(|year| (1860..=2035).contains(&year))
}

/// Digits in a path.
struct Digits {
    value: u64,
    digits: usize,
    start: usize,
    end: usize,
}

fn numbers(path: &str) -> Vec<Digits> {
    let mut numbers = Vec::new();
    let mut at = 0;
    let bytes = path.as_bytes();
    while let Some(skipped) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(u8::is_ascii_digit))
    {
        let start = at + skipped;
        let digits = bytes.get(start..).map_or(0, |rest| {
            rest.iter().take_while(|b| b.is_ascii_digit()).count()
        });
        at = start + digits;
        let value = path.get(start..at).and_then(|digits| digits.parse().ok());
        numbers.push(Digits {
            value: value.unwrap_or(u64::MAX),
            digits,
            start,
            end: at,
        });
    }
    numbers
}
