//! The values of tables, with their types.

use std::borrow::Cow;
use std::fmt;

/// A value of a table. Displayed as in CSV: numbers with four decimals, days as `2026-03-25`, times
/// as `14:30`.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(u64),
    /// Another number.
    Decimal(f64),
    /// Yes or no.
    Flag(bool),
    /// A day of the calendar.
    Day {
        /// The year, 1 to 9999.
        year: i32,
        /// The month, 1 to 12.
        month: u8,
        /// The day of the month, 1 to 31.
        day: u8,
    },
    /// A time of day.
    Time {
        /// The hour, 0 to 23.
        hour: u8,
        /// The minute, 0 to 59.
        minute: u8,
    },
}

impl<'a> Cell<'a> {
    /// A day in ISO 8601; text if it is not one, as with a month.
    pub fn iso_day(text: &str) -> Self {
        let day = || {
            let mut parts = text.split('-');
            let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
            let is_day = year.len() == 4 && month.len() == 2 && day.len() == 2;
            (is_day && parts.next().is_none()).then_some(Self::Day {
                year: year.parse().ok()?,
                month: month.parse().ok()?,
                day: day.parse().ok()?,
            })
        };
        day().unwrap_or_else(|| Self::from(text.to_owned()))
    }

    /// The day and the time of a date in ISO 8601, which may lack its time or be partial.
    pub fn date_and_time(date: Option<&str>) -> [Self; 2] {
        let Some(date) = date else {
            return [Self::Empty, Self::Empty];
        };
        let (day, time) = date.split_once('T').unwrap_or((date, ""));
        let time = time.split_once(':').and_then(|(hour, minute)| {
            Some(Self::Time {
                hour: hour.parse().ok()?,
                minute: minute.parse().ok()?,
            })
        });
        [Self::iso_day(day), time.unwrap_or(Self::Empty)]
    }

    /// Text, or no value.
    pub fn optional(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::from)
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Decimal(number) => write!(f, "{number:.4}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Day { year, month, day } => write!(f, "{year:04}-{month:02}-{day:02}"),
            Self::Time { hour, minute } => write!(f, "{hour:02}:{minute:02}"),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Whole(number as u64)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn dates_are_split_and_partial_ones_stay_text() {
        for (date, day, time) in [
            (Some("2026-03-25T14:30"), "2026-03-25", "14:30"),
            (Some("2026-03-25"), "2026-03-25", ""),
            (Some("2026-03"), "2026-03", ""),
            (Some("--03-25"), "--03-25", ""),
            (None, "", ""),
        ] {
            let cells = Cell::date_and_time(date);
            assert_eq!(cells.each_ref().map(ToString::to_string), [day, time]);
            let is_day = matches!(cells[0], Cell::Day { .. });
            assert_eq!(is_day, day.len() == 10, "{date:?}");
        }
    }
}
