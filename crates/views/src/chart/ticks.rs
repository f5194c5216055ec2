//! The ticks of the axes.

use unicode_width::UnicodeWidthStr;

use crate::language::Language;
use crate::periods::{By, Period, month_number};

/// One, two or five times a power of ten, so that there are about five lines across.
pub(super) fn nice_step(most: f64) -> f64 {
    if most <= 0.0 || !most.is_finite() {
        return 1.0;
    }
    let raw = most / 5.0;
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|f| f * power >= raw)
        .unwrap_or(10.0);
    factor * power
}

/// A period that the axis names, by its number.
pub(super) type Tick = (usize, String);

/// The distance of two ticks.
#[derive(Clone, Copy)]
enum Step {
    /// Every Nth period, by its own name.
    Periods(usize),
    /// Every Nth month of the calendar; of 12 and more, by the year.
    Months(i32),
}

/// The ticks of the time axis, as close as `columns` columns of text have room for. Those of longer
/// spans are at the starts of months and years.
pub(super) fn time(periods: &[Period], by: By, columns: f64, language: Language) -> Vec<Tick> {
    let own: &[usize] = match by {
        By::Day => &[1, 2, 7, 14],
        By::Week => &[1, 2, 4],
        By::Month | By::Quarter => &[1],
        By::Year => &[],
    };
    let calendar: &[i32] = match by {
        By::Day | By::Week => &[1, 2, 3, 6],
        By::Month => &[2, 3, 6],
        By::Quarter => &[6],
        By::Year => &[],
    };
    let years = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map(|years| years * 12);
    let steps = own.iter().map(|&step| Step::Periods(step));
    let steps = steps.chain(
        calendar
            .iter()
            .chain(&years)
            .map(|&step| Step::Months(step)),
    );
    let mut ticks = Vec::new();
    for step in steps {
        ticks = at(periods, by, step, language);
        let widest = ticks.iter().map(|(_, name)| name.width()).max();
        let needed = ticks.len() * (widest.unwrap_or(0) + 2);
        if needed as f64 <= columns && !ticks.is_empty() {
            break;
        }
    }
    ticks
}

fn at(periods: &[Period], by: By, step: Step, language: Language) -> Vec<Tick> {
    let numbered = periods.iter().enumerate();
    match step {
        Step::Periods(step) => numbered
            .step_by(step)
            .map(|(number, period)| (number, language.date(&period.period)))
            .collect(),
        Step::Months(step) => {
            let mut before = None;
            numbered
                .filter_map(|(number, period)| {
                    let month = month(period, by)?;
                    let is_first =
                        before.replace(month.div_euclid(step)) != Some(month.div_euclid(step));
                    // The first period may be within a year or a month.
                    let is_start = number > 0 || month.rem_euclid(step) == 0 && by != By::Day;
                    let name = match step {
                        12.. => format!("{:04}", month.div_euclid(12)),
                        _ => format!(
                            "{:04}-{:02}",
                            month.div_euclid(12),
                            month.rem_euclid(12) + 1
                        ),
                    };
                    (is_first && is_start).then(|| (number, language.date(&name)))
                })
                .collect()
        }
    }
}

/// The month in which a period starts, of a week that of its Thursday.
fn month(period: &Period, by: By) -> Option<i32> {
    let day = match by {
        By::Week => period.first_day.saturating_add(3),
        _ => period.first_day,
    };
    month_number(day)
}

#[cfg(test)]
mod tests {
    use timbao_articles::Published;

    use super::{nice_step, time};
    use crate::language::Language;
    use crate::periods::By;

    fn ticks(by: By, from: &str, to: &str, columns: f64) -> Vec<String> {
        let day = |text| Published::parse(text).and_then(|p| p.day_number()).unwrap();
        let (mut start, last) = (by.start(day(from)).unwrap(), day(to));
        let mut periods = Vec::new();
        while start <= last {
            periods.push(by.period(start));
            start = by.next(start).unwrap();
        }
        let ticks = time(&periods, by, columns, Language::Vietnamese).into_iter();
        ticks
            .map(|(at, name)| format!("{name}@{}", periods[at].period))
            .collect()
    }

    #[test]
    fn long_spans_have_years_at_their_januaries() {
        assert_eq!(
            ticks(By::Month, "2019-11-01", "2022-02-01", 40.0),
            ["2020@2020-01", "2021@2021-01", "2022@2022-01"]
        );
        assert_eq!(
            ticks(By::Month, "2021-11-01", "2022-02-01", 40.0),
            [
                "11/2021@2021-11",
                "12/2021@2021-12",
                "01/2022@2022-01",
                "02/2022@2022-02"
            ]
        );
        assert_eq!(
            ticks(By::Day, "2019-11-05", "2022-02-01", 30.0),
            ["2020@2020-01-01", "2021@2021-01-01", "2022@2022-01-01"]
        );
        assert_eq!(
            ticks(By::Week, "2020-12-25", "2022-02-01", 14.0),
            ["2021@2021-W01", "2022@2022-W01"]
        );
        assert_eq!(
            ticks(By::Quarter, "1990-01-01", "2026-03-01", 24.0),
            [
                "1990@1990-Q1",
                "2000@2000-Q1",
                "2010@2010-Q1",
                "2020@2020-Q1"
            ]
        );
        assert_eq!(
            ticks(By::Year, "1987-01-01", "2026-03-01", 24.0),
            ["1990@1990", "2000@2000", "2010@2010", "2020@2020"]
        );
        assert_eq!(
            ticks(By::Day, "2026-03-01", "2026-03-03", 60.0),
            [
                "01/03/2026@2026-03-01",
                "02/03/2026@2026-03-02",
                "03/03/2026@2026-03-03"
            ]
        );
    }

    #[test]
    fn steps_of_values_are_round() {
        assert_eq!(
            [nice_step(0.0), nice_step(23.0), nice_step(0.7)],
            [1.0, 5.0, 0.2]
        );
    }
}
