//! Calendar periods.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use timbao_query::iso_day;
use time::{Date, Month, Weekday};

/// The length of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A day.
    Day,
    /// A week from Monday to Sunday, numbered as in ISO 8601.
    Week,
    /// A month.
    #[default]
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

/// A calendar period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The name: `2026-03-25`, `2026-W13`, `2026-03`, `2026-Q1` or `2026`.
    pub period: String,
    /// The first day, in days since 1970-01-01.
    #[serde(rename = "from", serialize_with = "iso")]
    pub first_day: i32,
    /// The last day.
    #[serde(rename = "to", serialize_with = "iso")]
    pub last_day: i32,
    /// Whether the period is not over.
    pub partial: bool,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        })
    }
}

/// Writes a day as a date.
#[allow(clippy::trivially_copy_pass_by_ref)] // Serde asks for it.
fn iso<S: Serializer>(day: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso_day(*day))
}

/// Julian day number of 1970-01-01.
const EPOCH: i32 = 2_440_588;

impl By {
    /// The first day of the period of a day, both in days since 1970-01-01; `None` for days outside
    /// the calendar.
    pub(crate) fn start(self, day: i32) -> Option<i32> {
        let date = date(day)?;
        let first = match self {
            Self::Day => date,
            Self::Week => {
                let monday = i32::from(date.weekday().number_days_from_monday());
                return day.checked_sub(monday);
            }
            Self::Month => date.replace_day(1).ok()?,
            Self::Quarter => {
                let month = (u8::from(date.month()) - 1) / 3 * 3 + 1;
                Date::from_calendar_date(date.year(), Month::try_from(month).ok()?, 1).ok()?
            }
            Self::Year => Date::from_calendar_date(date.year(), Month::January, 1).ok()?,
        };
        Some(first.to_julian_day() - EPOCH)
    }

    /// The first day of the period after the one that starts on `start`.
    pub(crate) fn next(self, start: i32) -> Option<i32> {
        let date = date(start)?;
        let months = match self {
            Self::Day => return start.checked_add(1),
            Self::Week => return start.checked_add(7),
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let month = i32::from(u8::from(date.month())) - 1 + months;
        let (year, month) = (date.year() + month / 12, month % 12 + 1);
        let month = Month::try_from(month as u8).ok()?;
        let next = Date::from_calendar_date(year, month, 1).ok()?;
        Some(next.to_julian_day() - EPOCH)
    }

    /// The period that starts on a day.
    pub(crate) fn period(self, start: i32) -> Period {
        let end = self
            .next(start)
            .map_or(start, |next| next.saturating_sub(1));
        Period {
            period: self.name(start),
            first_day: start,
            last_day: end,
            partial: false,
        }
    }

    fn name(self, start: i32) -> String {
        let Some(date) = date(start) else {
            return String::new();
        };
        let month = u8::from(date.month());
        let year = date.year();
        match self {
            Self::Day => format!("{year:04}-{month:02}-{:02}", date.day()),
            Self::Week => {
                // The year of a week is that of its Thursday.
                let (year, week, _) = date.to_iso_week_date();
                debug_assert_eq!(date.weekday(), Weekday::Monday);
                format!("{year:04}-W{week:02}")
            }
            Self::Month => format!("{year:04}-{month:02}"),
            Self::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
            Self::Year => format!("{year:04}"),
        }
    }
}

/// The number of the month of a day: twelve times the year, and the months before it.
pub(crate) fn month_number(day: i32) -> Option<i32> {
    let date = date(day)?;
    Some(date.year() * 12 + i32::from(u8::from(date.month())) - 1)
}

fn date(day: i32) -> Option<Date> {
    Date::from_julian_day(day.checked_add(EPOCH)?).ok()
}

#[cfg(test)]
mod tests {
    use super::By;

    fn day(text: &str) -> i32 {
        timbao_articles::Published::parse(text)
            .and_then(|p| p.day_number())
            .unwrap()
    }

    #[test]
    fn days_lie_in_their_periods() {
        for (date, names) in [
            (
                "2026-03-25",
                ["2026-03-25", "2026-W13", "2026-03", "2026-Q1", "2026"],
            ),
            (
                "2024-12-31",
                ["2024-12-31", "2025-W01", "2024-12", "2024-Q4", "2024"],
            ),
            (
                "2021-01-03",
                ["2021-01-03", "2020-W53", "2021-01", "2021-Q1", "2021"],
            ),
            (
                "1954-07-20",
                ["1954-07-20", "1954-W29", "1954-07", "1954-Q3", "1954"],
            ),
        ] {
            let all = [By::Day, By::Week, By::Month, By::Quarter, By::Year];
            for (by, name) in all.into_iter().zip(names) {
                let start = by.start(day(date)).unwrap();
                let period = by.period(start);
                assert_eq!(period.period, name);
                assert!((period.first_day..=period.last_day).contains(&day(date)));
                assert_eq!(by.start(period.last_day), Some(start));
                let next = by.next(start).unwrap();
                assert_eq!(by.start(next), Some(next), "{date} {by:?}");
                assert_eq!(next, period.last_day + 1);
            }
        }
        assert_eq!(By::Month.start(i32::MAX), None);
    }
}
