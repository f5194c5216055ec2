//! A publication date that may be partial, in Vietnam time.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// When an article was published, as far as its source says, in Vietnam time
/// (UTC+7).
///
/// Three shapes are legal: a year with or without a month, a year with month
/// and day and perhaps a time of day, and a month and day whose year is not
/// known. Displayed like ISO 8601: `2026`, `2026-03`, `2026-03-25`,
/// `2026-03-25T14:30`, `--03-25`.
///
/// ```
/// use timbao_articles::Published;
///
/// let date = Published::parse("Thứ Tư, 25/3/2026 | 14:30 GMT+7").unwrap();
/// assert_eq!(date.to_string(), "2026-03-25T14:30");
/// let open = Published::parse("Chiều 25/3").unwrap();
/// assert_eq!(open.to_string(), "--03-25");
/// assert_eq!(open.day_number(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Published {
    year: Option<i32>,
    month: Option<u8>,
    day: Option<u8>,
    minute: Option<u16>,
}

impl Published {
    /// Makes a date of a year, perhaps a month, perhaps a day. `None` when the
    /// calendar has no such date, or a day comes without a month.
    pub fn new(year: i32, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        match (month, day) {
            (None, Some(_)) => return None,
            (Some(month), _) if !(1..=12).contains(&month) => return None,
            (Some(month), Some(day)) if !(1..=days_in(year, month)).contains(&day) => return None,
            _ => {}
        }
        Some(Self {
            year: Some(year),
            month,
            day,
            minute: None,
        })
    }

    /// Makes a date of a month and a day whose year is not known.
    pub fn without_year(month: u8, day: u8) -> Option<Self> {
        // A leap year, so that 29 February is legal.
        Self::new(2000, Some(month), Some(day)).map(|date| Self { year: None, ..date })
    }

    /// Makes a date of seconds since 1970-01-01T00:00:00 UTC.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let minutes = seconds.div_euclid(60).checked_add(VIETNAM_MINUTES)?;
        let (year, month, day) = civil_from_days(minutes.div_euclid(1440))?;
        Self::new(year, Some(month), Some(day))?.at(
            (minutes.rem_euclid(1440) / 60) as u8,
            (minutes.rem_euclid(60)) as u8,
        )
    }

    /// Makes a date of days since 1970-01-01.
    pub(crate) fn from_day_number(days: i32) -> Option<Self> {
        let (year, month, day) = civil_from_days(i64::from(days))?;
        Self::new(year, Some(month), Some(day))
    }

    /// The same day at a time of day in Vietnam. `None` when the clock has no
    /// such time or the day is not known.
    pub fn at(self, hour: u8, minute: u8) -> Option<Self> {
        (hour < 24 && minute < 60 && self.day.is_some()).then(|| Self {
            minute: Some(u16::from(hour) * 60 + u16::from(minute)),
            ..self
        })
    }

    /// The same moment, when this date and time were read off a clock that is
    /// `minutes` ahead of UTC.
    pub(crate) fn read_at(self, minutes: i64) -> Option<Self> {
        let (Some(year), Some(month), Some(day), Some(minute)) =
            (self.year, self.month, self.day, self.minute)
        else {
            return Some(self);
        };
        let local = days_from_civil(year, month, day) * 1440 + i64::from(minute);
        Self::from_unix_seconds((local - minutes) * 60)
    }

    /// The same date in `year`, when it had none.
    pub fn with_year(self, year: i32) -> Option<Self> {
        match self.year {
            Some(_) => Some(self),
            None => Self::new(year, self.month, self.day).map(|date| Self {
                minute: self.minute,
                ..date
            }),
        }
    }

    /// The year, if it is known.
    pub fn year(&self) -> Option<i32> {
        self.year
    }

    /// The month, 1 to 12, if it is known.
    pub fn month(&self) -> Option<u8> {
        self.month
    }

    /// The day of the month, 1 to 31, if it is known.
    pub fn day(&self) -> Option<u8> {
        self.day
    }

    /// Hour and minute in Vietnam, if they are known.
    pub fn time(&self) -> Option<(u8, u8)> {
        self.minute
            .map(|minute| ((minute / 60) as u8, (minute % 60) as u8))
    }

    /// Days since 1970-01-01, for ranges and sorting. A missing month or day
    /// counts as the first; `None` when the year is not known.
    pub fn day_number(&self) -> Option<i32> {
        let day = days_from_civil(self.year?, self.month.unwrap_or(1), self.day.unwrap_or(1));
        i32::try_from(day).ok()
    }

    /// Minutes since 1970-01-01T00:00 in Vietnam, a missing time of day being
    /// midnight; `None` when the year is not known.
    pub fn minute_number(&self) -> Option<i64> {
        Some(i64::from(self.day_number()?) * 1440 + i64::from(self.minute.unwrap_or(0)))
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}")?,
            None => f.write_str("-")?,
        }
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        if let Some((hour, minute)) = self.time() {
            write!(f, "T{hour:02}:{minute:02}")?;
        }
        Ok(())
    }
}

/// Dates whose year is known compare by time; the others are not ordered
/// against them.
impl PartialOrd for Published {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        match self.minute_number()?.cmp(&other.minute_number()?) {
            // 2026 and 2026-01-01 begin together and are not the same.
            Ordering::Equal => None,
            order => Some(order),
        }
    }
}

impl Serialize for Published {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Published {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("no date in {text:?}")))
    }
}

/// Vietnam is seven hours ahead of UTC, all year.
const VIETNAM_MINUTES: i64 = 7 * 60;

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted from
/// 1 March so that the leap day comes last (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms").
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`], of the same source.
fn civil_from_days(days: i64) -> Option<(i32, u8, u8)> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    Some((i32::try_from(year).ok()?, month as u8, day as u8))
}
