//! The histogram of the list as SVG with links in it; styled by the style sheet, so that it follows
//! light and dark.

use maud::{Markup, html};
use timbao_views::FacetCount;

use super::address::Address;
use timbao_views::language::Language;

/// Columns of a histogram, at most, unless there are more years.
const COLUMNS: usize = 60;

/// A column of the histogram.
struct Column {
    /// `2026-03`, `2026-Q1` or `2026`.
    period: String,
    /// The first and the last month, or the year.
    from: String,
    to: String,
    articles: u64,
}

/// The number of articles in each month, quarter or year; each column filters by its period.
pub(super) fn histogram(months: &[FacetCount], address: &Address, language: Language) -> Markup {
    let columns = columns(months);
    let most = columns
        .iter()
        .map(|column| column.articles)
        .max()
        .unwrap_or(0);
    if columns.is_empty() || most == 0 {
        return html! {};
    }
    let again = address.without_all(&["page", "view", "date"]);
    let wide = 100.0 / columns.len() as f64;
    let (first, last) = (columns.first(), columns.last());
    html! {
        figure.histogram {
            svg viewBox="0 0 100 40" preserveAspectRatio="none" role="group" aria-label=(language.words().time) data-brush {
                @for (i, column) in columns.iter().enumerate() {
                    @let high = if column.articles == 0 { 0.0 } else { (column.articles as f64 / most as f64 * 38.0).max(1.0) };
                    @let label = format!("{}: {}", language.date(&column.period), language.articles(column.articles));
                    @if column.articles > 0 {
                        a href=(again.with("from", &column.from).with("to", &column.to).href()) data-from=(column.from) data-to=(column.to) aria-label=(label) {
                            title { (label) }
                            rect.room x=(rounded(i as f64 * wide)) y="0" width=(rounded(wide)) height="40" {}
                            rect.column x=(rounded((i as f64 + 0.1) * wide)) y=(rounded(40.0 - high)) width=(rounded(wide * 0.8)) height=(rounded(high)) {}
                        }
                    } @else {
                        g data-from=(column.from) data-to=(column.to) {}
                    }
                }
            }
            figcaption {
                span.ends {
                    @if let Some(first) = first { span { (language.date(&first.period)) } }
                    @if let Some(last) = last { span { (language.date(&last.period)) } }
                }
                span.hint { (language.words().brush) }
            }
        }
    }
}

fn rounded(value: f64) -> String {
    format!("{value:.3}")
}

/// One column a month or, of a longer time, a quarter or a year; without gaps.
fn columns(months: &[FacetCount]) -> Vec<Column> {
    let number = |value: &str| {
        let (year, month) = value.split_once('-')?;
        let (year, month): (usize, usize) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then(|| year * 12 + month - 1)
    };
    let counts: Vec<(usize, u64)> = months
        .iter()
        .filter_map(|month| Some((number(&month.value)?, month.articles)))
        .collect();
    let (Some(first), Some(last)) = (
        counts.iter().map(|&(month, _)| month).min(),
        counts.iter().map(|&(month, _)| month).max(),
    ) else {
        return Vec::new();
    };
    let fits = |each: &usize| last / each - first / each < COLUMNS;
    let each = [1, 3].into_iter().find(fits).unwrap_or(12);
    let first = first / each * each;
    let name = |month: usize| format!("{:04}-{:02}", month / 12, month % 12 + 1);
    let mut columns: Vec<Column> = (first..=last)
        .step_by(each)
        .map(|month| {
            let (period, from, to) = match each {
                1 => (name(month), name(month), name(month)),
                3 => {
                    let period = format!("{:04}-Q{}", month / 12, month % 12 / 3 + 1);
                    (period, name(month), name(month + 2))
                }
                _ => {
                    let year = format!("{:04}", month / 12);
                    (year.clone(), year.clone(), year)
                }
            };
            Column {
                period,
                from,
                to,
                articles: 0,
            }
        })
        .collect();
    for (month, articles) in counts {
        if let Some(column) = columns.get_mut((month - first) / each) {
            column.articles += articles;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use timbao_views::FacetCount;

    use super::columns;

    #[test]
    fn columns_have_no_gaps_and_become_years() {
        let count = |value: &str, articles| FacetCount {
            value: value.to_owned(),
            articles,
        };
        let shown = |months: &[FacetCount]| -> Vec<(String, u64)> {
            let columns = columns(months).into_iter();
            columns.map(|c| (c.period, c.articles)).collect()
        };
        assert_eq!(
            shown(&[count("2025-11", 2), count("2026-01", 1), count("odd", 9)]),
            [
                ("2025-11".into(), 2),
                ("2025-12".into(), 0),
                ("2026-01".into(), 1)
            ]
        );
        let quarters = columns(&[count("2014-05", 2), count("2019-12", 1)]);
        assert_eq!(quarters.len(), 23);
        let first = &quarters[0];
        assert_eq!(
            [&first.period, &first.from, &first.to],
            ["2014-Q2", "2014-04", "2014-06"]
        );
        let years = shown(&[
            count("1990-06", 2),
            count("1990-01", 1),
            count("2026-01", 1),
        ]);
        assert_eq!(years.len(), 37);
        assert_eq!(years[0], ("1990".into(), 3));
        assert!(shown(&[]).is_empty());
    }
}
