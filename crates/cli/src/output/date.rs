//! Dates as Vietnam writes them.

use timbao_articles::Published;

/// A date as day/month/year, as far as it is known: 25/03/2026 14:30, 03/2026, 2026, 25/03.
pub(crate) fn vietnamese(date: &Published) -> String {
    let mut parts = Vec::new();
    parts.extend(date.day().map(|day| format!("{day:02}")));
    parts.extend(date.month().map(|month| format!("{month:02}")));
    parts.extend(date.year().map(|year| format!("{year:04}")));
    let time = date
        .time()
        .map(|(hour, minute)| format!(" {hour:02}:{minute:02}"))
        .unwrap_or_default();
    parts.join("/") + &time
}

/// An ISO 8601 date as day/month/year; other text stays as it is.
pub(crate) fn vietnamese_text(date: &str) -> String {
    Published::parse(date).map_or_else(|| date.to_owned(), |date| vietnamese(&date))
}

/// A day counted from 1970-01-01, as day/month/year.
pub(crate) fn vietnamese_day(day: i32) -> String {
    date_of_day(day).map_or_else(|| format!("day {day}"), |date| vietnamese(&date))
}

/// A day counted from 1970-01-01 as a date, ISO 8601 when displayed.
pub(crate) fn date_of_day(day: i32) -> Option<Published> {
    let date = Published::from_unix_seconds(i64::from(day) * 86_400)?;
    Published::new(date.year()?, date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_precision() {
        for (source, shown) in [
            ("2026-03-25T14:30", "25/03/2026 14:30"),
            ("2026-03-05", "05/03/2026"),
            ("2026-03", "03/2026"),
            ("2026", "2026"),
        ] {
            assert_eq!(
                Published::parse(source)
                    .map(|date| vietnamese(&date))
                    .as_deref(),
                Some(shown)
            );
        }
        let open = Published::without_year(3, 25).unwrap();
        assert_eq!(vietnamese(&open), "25/03");
        assert_eq!(vietnamese_day(0), "01/01/1970");
        assert_eq!(vietnamese_day(20_537), "25/03/2026");
    }
}
