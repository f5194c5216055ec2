//! Numbers as people read them, in English.

use std::time::Duration;

/// A count with commas between thousands: 143,816.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return counted(number, "byte");
    }
    let mut size = number as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let decimals = if size < 9.95 { 1 } else { 0 };
    format!("{size:.decimals$} {}", UNITS.get(unit).unwrap_or(&"PB"))
}

/// A time with the unit that suits it: 850 µs, 3 ms, 4.2 s, 5 min 07 s.
pub(crate) fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{:.1} ms", micros as f64 / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", (micros as f64 / 1e3).min(999.0)),
        1_000_000..60_000_000 => format!("{:.1} s", (micros as f64 / 1e6).min(59.9)),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
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
