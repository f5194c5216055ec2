//! Dates as they are typed, and the days they cover.

use std::fmt;

use time::{Date, Month};

/// A condition on the day of publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateCondition {
    /// `date:2026-03`: within the period.
    Within(Period),
    /// `date:2025..2026-03`: from the first day of one to the last day of the other; a missing end
    /// is open.
    Between(Option<Period>, Option<Period>),
    /// `after:`: later than the last day of the period.
    After(Period),
    /// `before:`: earlier than the first day of the period.
    Before(Period),
}

/// A year, a month or a day of the Gregorian calendar, from year 1000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    year: i32,
    month: Option<Month>,
    day: Option<u8>,
}

/// The defect of an invalid date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateError {
    /// The text is not written as a date.
    Form,
    /// The text is a day and a month, without a year.
    NoYear,
    /// There is no such day or month.
    NoSuchDay,
    /// The range ends before it begins.
    Backwards,
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for DateError {}

impl DateError {
    /// Describes the defect, in lower case and without a full stop.
    pub fn message(self) -> &'static str {
        match self {
            Self::Form => "not a date",
            Self::NoYear => "the year is missing",
            Self::NoSuchDay => "there is no such date",
            Self::Backwards => "the range ends before it starts",
        }
    }
}

impl DateCondition {
    /// Parses the value of `date:`: a period, or two with `..` between them, of which one may be
    /// missing.
    ///
    /// # Errors
    ///
    /// If a date is invalid, or if the range ends before it starts.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let Some((from, to)) = text.split_once("..") else {
            return Period::parse(text).map(Self::Within);
        };
        // Three dots are a slip of the finger for two.
        let to = to.strip_prefix('.').unwrap_or(to);
        let end = |text: &str| match text {
            "" => Ok(None),
            text => Period::parse(text).map(Some),
        };
        match (end(from)?, end(to)?) {
            (None, None) => Err(DateError::Form),
            (Some(from), Some(to)) if from.first_day() > to.last_day() => Err(DateError::Backwards),
            (from, to) => Ok(Self::Between(from, to)),
        }
    }

    /// The first and the last day it admits, both inclusive, in days since 1970-01-01.
    pub fn days(&self) -> (Option<i32>, Option<i32>) {
        match *self {
            Self::Within(period) => (Some(period.first_day()), Some(period.last_day())),
            Self::Between(from, to) => (
                from.map(|period| period.first_day()),
                to.map(|period| period.last_day()),
            ),
            Self::After(period) => (Some(period.last_day() + 1), None),
            Self::Before(period) => (None, Some(period.first_day() - 1)),
        }
    }
}

impl Period {
    /// Parses a Vietnamese date (25/3/2026, 3/2026), an ISO 8601 date (2026-03-25, 2026-03) or a
    /// year. The separator is `-`, `/` or `.`.
    ///
    /// # Errors
    ///
    /// If the text is not a date, or the calendar has no such day.
    ///
    /// ```
    /// use timbao_query::Period;
    /// assert_eq!(Period::parse("25/3/2026"), Period::parse("2026-03-25"));
    /// assert!(Period::parse("31/4/2026").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let separator = text.chars().find(|c| !c.is_ascii_digit()).unwrap_or('-');
        if !matches!(separator, '-' | '/' | '.') {
            return Err(DateError::Form);
        }
        let parts: Vec<&str> = text.splitn(4, separator).collect();
        let is_year = |part: &str| part.len() == 4;
        match *parts.as_slice() {
            [year] if is_year(year) => Self::new(year, None, None),
            [year, month] if is_year(year) => Self::new(year, Some(month), None),
            [month, year] if is_year(year) => Self::new(year, Some(month), None),
            [year, month, day] if is_year(year) => Self::new(year, Some(month), Some(day)),
            [day, month, year] if is_year(year) => Self::new(year, Some(month), Some(day)),
            // A day and a month that exist in a leap year.
            [day, month] if Self::new("2024", Some(month), Some(day)).is_ok() => {
                Err(DateError::NoYear)
            }
            _ => Err(DateError::Form),
        }
    }

    /// The first day, in days since 1970-01-01.
    pub fn first_day(self) -> i32 {
        self.date(self.month.unwrap_or(Month::January), self.day.unwrap_or(1))
    }

    /// The last day, in days since 1970-01-01.
    pub fn last_day(self) -> i32 {
        let month = self.month.unwrap_or(Month::December);
        self.date(month, self.day.unwrap_or(month.length(self.year)))
    }

    fn new(year: &str, month: Option<&str>, day: Option<&str>) -> Result<Self, DateError> {
        let number = |text: &str| {
            let digits = matches!(text.len(), 1..=4) && text.bytes().all(|b| b.is_ascii_digit());
            if digits {
                text.parse::<u16>().map_err(|_| DateError::Form)
            } else {
                Err(DateError::Form)
            }
        };
        let small = |text: &str| u8::try_from(number(text)?).map_err(|_| DateError::NoSuchDay);
        let year = i32::from(number(year)?);
        let month = month.map(small).transpose()?;
        let month = month
            .map(Month::try_from)
            .transpose()
            .map_err(|_| DateError::NoSuchDay)?;
        let day = day.map(small).transpose()?;
        let period = Self { year, month, day };
        let exists =
            Date::from_calendar_date(year, month.unwrap_or(Month::January), day.unwrap_or(1));
        match exists {
            Ok(_) if year >= 1000 => Ok(period),
            _ => Err(DateError::NoSuchDay),
        }
    }

    /// Year, month and day, as far as they are given.
    pub(crate) fn parts(self) -> (i32, Option<u8>, Option<u8>) {
        (self.year, self.month.map(u8::from), self.day)
    }

    /// The day's number; the constructor has made sure that the day exists.
    fn date(self, month: Month, day: u8) -> i32 {
        const EPOCH: i32 = 2_440_588; // The Julian day of 1970-01-01.
        Date::from_calendar_date(self.year, month, day)
            .map_or(0, |date| date.to_julian_day() - EPOCH)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{:02}", u8::from(month))?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}
