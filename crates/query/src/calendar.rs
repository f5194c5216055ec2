//! Calendar days by number.

use time::Date;

/// Writes the day of that number since 1970-01-01 as ISO 8601 does.
pub fn iso_day(days: i32) -> String {
    days.checked_add(2_440_588)
        .and_then(|julian| Date::from_julian_day(julian).ok())
        .map_or_else(|| format!("day {days}"), |date| date.to_string())
}
