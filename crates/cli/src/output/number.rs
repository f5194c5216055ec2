//! Numbers in messages, which are in English.

use std::time::Duration;

use timbao_views::language::Language::English;

/// A count with commas between thousands: 143,816.
pub(crate) fn count(number: u64) -> String {
    English.count(number)
}

/// A count and the noun it counts: "1 article", "12 articles".
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        count(number),
        if number == 1 { "" } else { "s" }
    )
}

/// A size with the decimal unit that suits it: 453 MB.
pub(crate) fn bytes(number: u64) -> String {
    English.bytes(number)
}

/// A time with the unit that suits it: 850 µs, 3 ms, 4.2 s, 5 min 07 s.
pub(crate) fn duration(time: Duration) -> String {
    English.duration(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(143_816)],
            ["0", "999", "1,000", "143,816"]
        );
        assert_eq!(
            [counted(1, "article"), counted(0, "article")],
            ["1 article", "0 articles"]
        );
        assert_eq!(
            [bytes(1), bytes(999), bytes(1_000), bytes(999_600)],
            ["1 byte", "999 bytes", "1.0 kB", "1.0 MB"]
        );
        assert_eq!(
            [bytes(453_000_000), bytes(u64::MAX)],
            ["453 MB", "18447 PB"]
        );
        let times = [850, 3_210, 42_000, 4_250_000, 307_000_000]
            .map(|t| duration(Duration::from_micros(t)));
        assert_eq!(times, ["850 µs", "3.2 ms", "42 ms", "4.2 s", "5 min 07 s"]);
    }
}
