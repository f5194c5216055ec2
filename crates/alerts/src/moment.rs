//! Moments as feeds and JSON write them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time in milliseconds since 1970 by RFC 3339, in UTC and whole seconds.
///
/// ```
/// assert_eq!(timbao_alerts::utc(1_764_342_000_999), "2025-11-28T15:00:00Z");
/// ```
pub fn utc(milliseconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000));
    let moment = moment.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}
