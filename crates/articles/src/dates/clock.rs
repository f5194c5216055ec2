//! Times of day, and time zones.

use super::marks::Mark::{self, Blank, Number, Sign, Word};
use super::marks::is_word;
use super::names::{UNMISTAKABLE_ZONES, ZONES};

/// Returns `true` if a calendar day starts at a mark.
pub(super) type IsDate = fn(&[Mark], usize) -> bool;

/// Vietnam's zone, in minutes ahead of UTC.
pub(super) const VIETNAM: i64 = 7 * 60;

/// A time of day.
pub(super) struct Time {
    pub hour: u8,
    pub minute: u8,
}

/// The first time of day, and the index after it.
pub(super) fn first(marks: &[Mark], is_date: IsDate) -> Option<(Time, usize)> {
    (0..marks.len()).find_map(|at| {
        let offset = at > 0 && matches!(marks.get(at - 1), Some(Sign('+' | '-')));
        if offset {
            None
        } else {
            time_at(marks, at, is_date)
        }
    })
}

/// The time that follows a compact date: `20260325 143000`, `20260325-1430`.
pub(super) fn compact(marks: &[Mark]) -> Option<(Time, usize)> {
    let [
        Blank | Sign('-' | '_'),
        Number(number, digits @ (4 | 6)),
        ..,
    ] = *marks
    else {
        return None;
    };
    let clock = if digits == 6 { number / 100 } else { number };
    let time = Time {
        hour: u8::try_from(clock / 100).ok()?,
        minute: (clock % 100) as u8,
    };
    (time.hour < 24 && time.minute < 60).then_some((time, 2))
}

/// Returns `true` if a time of day begins at `at`.
pub(super) fn begins(marks: &[Mark], at: usize, is_date: IsDate) -> bool {
    time_at(marks, at, is_date).is_some()
}

fn time_at(marks: &[Mark], at: usize, is_date: IsDate) -> Option<(Time, usize)> {
    let rest = marks.get(at..)?;
    let (hour, minute, mut used) = hour_and_minute(rest, is_date)?;
    // Seconds and their fraction, after a point or comma.
    while let Some([Sign(sign), Number(_, digits), ..]) = rest.get(used..) {
        let dated = matches!(rest.get(used + 2), Some(Sign('/' | '-')));
        let second = matches!(sign, ':' | '.') && !(dated && *digits <= 2 && *sign == '.');
        if !second && !(*sign == ',' && *digits >= 3) {
            break;
        }
        used += 2;
    }
    let (hour, half) = half_of_day(rest, used, hour);
    let valid = hour < 24 && minute < 60;
    valid.then_some((
        Time {
            hour: hour as u8,
            minute: minute as u8,
        },
        at + half,
    ))
}

/// `14:30`, `14h30`, `14 giờ 30 phút`, `14 giờ 30`, `14h`, `T143000`: hour,
/// minute and number of marks.
fn hour_and_minute(rest: &[Mark], is_date: IsDate) -> Option<(u64, u64, usize)> {
    let hours = |mark: Option<&Mark>| is_word(mark, &["h", "g", "giờ"]);
    Some(match *rest {
        [Number(hour, 1..=2), Sign(':'), Number(minute, 2), ..] => (hour, minute, 3),
        // 15:2'
        [
            Number(hour, 1..=2),
            Sign(':'),
            Number(minute, 1),
            Sign('\'' | '’' | '′'),
            ..,
        ] => (hour, minute, 4),
        [Number(hour, 1..=2), ref unit, Number(minute, 1..=2), ..] if hours(Some(unit)) => {
            (hour, minute, 3)
        }
        [
            Number(hour, 1..=2),
            Blank,
            ref unit,
            Blank,
            Number(minute, 1..=2),
            ..,
        ] if hours(Some(unit)) && !is_date(rest, 4) => {
            let spelled = rest.get(5) == Some(&Blank) && is_word(rest.get(6), &["phút"]);
            (hour, minute, if spelled { 7 } else { 5 })
        }
        // "2 giờ trước" is a duration.
        [Number(hour, 1..=2), Blank, ref unit, ..]
            if hours(Some(unit)) && !is_word(rest.get(4), &["trước"]) =>
        {
            (hour, 0, 3)
        }
        [Number(hour, 1..=2), ref unit, ..] if hours(Some(unit)) => (hour, 0, 2),
        // 2 PM, 2 chiều.
        [Number(hour, 1..=2), Blank, ref half, ..] if is_word(Some(half), &["am", "pm"]) => {
            (hour, 0, 1)
        }
        [Word(ref t), Number(clock, 6), ..] if t == "t" => (clock / 10_000, clock / 100 % 100, 2),
        [Word(ref t), Number(clock, 4), ..] if t == "t" => (clock / 100, clock % 100, 2),
        _ => return None,
    })
}

/// The hour on a clock of 24 hours, given what follows it from `used` on, and
/// the index after that.
fn half_of_day(rest: &[Mark], used: usize, hour: u64) -> (u64, usize) {
    let half = if rest.get(used) == Some(&Blank) {
        used + 1
    } else {
        used
    };
    let dotted = |letter: &str| {
        matches!(
            rest.get(half..),
            Some([Word(first), Sign('.'), Word(m), ..]) if first == letter && m == "m"
        )
    };
    let word = |words: &[&str]| is_word(rest.get(half), words);
    let after_noon = if hour < 12 { hour + 12 } else { hour };
    if dotted("p") {
        return (after_noon, half + 3);
    }
    if dotted("a") {
        return (hour % 12, half + 3);
    }
    let hour = if word(&["pm", "ch", "chiều"]) {
        after_noon
    } else if word(&["am", "sa"]) || (word(&["sáng"]) && hour == 12) {
        hour % 12
    } else if word(&["tối", "đêm", "khuya"]) {
        // "1 giờ đêm" is after midnight, "12 giờ đêm" is midnight.
        match hour {
            5..=11 => hour + 12,
            12 => 0,
            _ => hour,
        }
    } else if word(&["trưa"]) && hour <= 3 {
        hour + 12
    } else if word(&["sáng", "trưa"]) {
        hour
    } else {
        return (hour, used);
    };
    (hour, half + 1)
}

/// Reads the zone that a text begins with, in minutes ahead of UTC, and its
/// number of marks.
pub(super) fn zone(marks: &[Mark]) -> Option<(i64, usize)> {
    let mut at = 0;
    while matches!(marks.get(at), Some(Blank | Sign('(' | ',' | '['))) {
        at += 1;
    }
    let named = match marks.get(at) {
        Some(Word(zone)) => {
            let named = ZONES.iter().find(|(name, _)| zone == name)?.1;
            at += 1;
            Some((named, at))
        }
        _ => None,
    };
    if named.is_some() && marks.get(at) == Some(&Blank) {
        at += 1;
    }
    let signed = signed(marks.get(at..).unwrap_or_default());
    signed.map(|(zone, used)| (zone, at + used)).or(named)
}

/// The zone that is named anywhere in a text: `(GMT+7) 25/3/2026`.
pub(super) fn named_zone(marks: &[Mark]) -> Option<i64> {
    let at = marks
        .iter()
        .position(|mark| is_word(Some(mark), UNMISTAKABLE_ZONES))?;
    zone(marks.get(at..)?).map(|(zone, _)| zone)
}

/// `+7`, `+07`, `+0700`, `-05:00`, `+ 7`, and the number of marks.
fn signed(marks: &[Mark]) -> Option<(i64, usize)> {
    let (minutes, used) = match *marks {
        [Sign('+'), Blank, Number(hours, 1..=2), ..] => (hours * 60, 3),
        [
            Sign('+' | '-' | '−'),
            Number(hours, 1..=2),
            Sign(':'),
            Number(minutes, 2),
            ..,
        ] => (hours * 60 + minutes, 4),
        [Sign('+' | '-' | '−'), Number(clock, 4), ..] => (clock / 100 * 60 + clock % 100, 2),
        [Sign('+' | '-' | '−'), Number(hours, 1..=2), ..] => (hours * 60, 2),
        _ => return None,
    };
    // 14:30 -25/3/2026 is a dash before a date.
    if matches!(marks.get(used), Some(Sign('/' | '-' | '.'))) {
        return None;
    }
    let minutes = i64::try_from(minutes)
        .ok()
        .filter(|minutes| *minutes <= 15 * 60)?;
    let east = marks.first() == Some(&Sign('+'));
    Some((if east { minutes } else { -minutes }, used))
}
