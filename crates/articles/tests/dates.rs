//! Dates: the table of ways they are written, and laws.

use std::collections::BTreeMap;

use proptest::prelude::*;
use timbao_articles::Published;

#[test]
fn dates_read_as_the_table_says() {
    let table: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(include_str!("dates.toml")).unwrap();
    let wrong: Vec<_> = table["read"]
        .iter()
        .filter_map(|(text, expected)| {
            let read = Published::parse(text)
                .map(|date| date.to_string())
                .unwrap_or_default();
            (read != *expected).then(|| format!("{text:?} reads as {read:?}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn what_is_displayed_reads_back(seconds in -2_000_000_000_i64..7_000_000_000) {
        let date = Published::from_unix_seconds(seconds).unwrap();
        prop_assert_eq!(Published::parse(&date.to_string()), Some(date));
        prop_assert_eq!(date.minute_number(), Some((seconds + 7 * 3600).div_euclid(60)));
        let (month, day) = (date.month().unwrap(), date.day().unwrap());
        let open = Published::without_year(month, day).unwrap();
        prop_assert_eq!(Published::parse(&open.to_string()), Some(open));
        prop_assert_eq!(open.with_year(date.year().unwrap()).and_then(|date| date.day_number()), date.day_number());
    }

    #[test]
    fn days_follow_each_other(day in -20_000_i64..80_000) {
        let noon = |day: i64| Published::from_unix_seconds(day * 86_400 + 5 * 3600).unwrap();
        prop_assert_eq!(noon(day).day_number(), Some(day as i32));
        prop_assert!(noon(day) < noon(day + 1));
    }

    #[test]
    fn no_text_panics(text in "[0-9/:. T+\\-a-zà-ỹ]{0,40}|\\PC{0,40}") {
        let _ = Published::parse(&text);
    }
}
