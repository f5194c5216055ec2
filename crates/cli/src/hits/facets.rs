//! Counts of hits by their metadata, in the formats they are written in.

use std::io::{self, Write};

use serde::Serialize;
use timbao_query::plan::Facet;
use timbao_views::Cell;
use timbao_views::language::{Noun, fill};
use timbao_views::{FacetCount, FacetCounts, Facets};

use crate::error::Result;
use crate::output::json::write_line;
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

/// Values that are listed for people; of years and months all are.
const LISTED: usize = 10;

/// A value and how many hits have it, in a list of one kind of row.
#[derive(Serialize)]
struct Row<'a> {
    facet: Facet,
    /// None for the hits without a value.
    value: Option<&'a str>,
    articles: u64,
}

/// Writes the counts for people, a table for each facet.
pub(crate) fn write_text(
    out: &mut dyn Write,
    terminal: &Terminal,
    facets: &Facets,
) -> io::Result<()> {
    let (language, words) = (terminal.language, terminal.language.words());
    for counts in facets.facets.iter().filter(|_| facets.total > 0) {
        writeln!(out)?;
        let facet = language.facet_column(counts.facet);
        let columns = [
            (facet.as_str(), Side::Left),
            (words.col_articles, Side::Right),
        ];
        let mut table = Table::new(&columns);
        let listed = if counts.facet.is_period() {
            usize::MAX
        } else {
            LISTED
        };
        for FacetCount { value, articles } in counts.values.iter().take(listed) {
            let value = match counts.facet.is_period() {
                true => &language.date(value),
                false => value,
            };
            table.row([value.as_str(), &language.count(*articles)]);
        }
        if counts.unknown > 0 {
            table.row([words.no_value, &language.count(counts.unknown)]);
        }
        table.write(out, terminal)?;
        let rest = counts.values.get(listed..).unwrap_or_default();
        if !rest.is_empty() {
            let articles = rest.iter().map(|value| value.articles).sum();
            let values = language.counted(rest.len() as u64, Noun::MoreValue);
            let more = fill(words.more_values, &[&values, &language.articles(articles)]);
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, &more))?;
        }
    }
    Ok(())
}

/// Writes the counts as rows of a table.
pub(crate) fn write_table(table: &mut Rows<'_>, facets: &Facets) -> Result<()> {
    table.header(&["facet", "value", "articles"])?;
    for row in rows(facets) {
        table.row([
            Cell::from(row.facet.name()),
            Cell::optional(row.value),
            Cell::from(row.articles),
        ])?;
    }
    Ok(())
}

/// Writes the counts as JSON, one value a line.
pub(crate) fn write_jsonl(out: &mut dyn Write, facets: &Facets) -> io::Result<()> {
    rows(facets).try_for_each(|row| write_line(out, &row))
}

fn rows(facets: &Facets) -> impl Iterator<Item = Row<'_>> {
    facets.facets.iter().flat_map(|counts: &FacetCounts| {
        let values = counts.values.iter().map(|v| Row {
            facet: counts.facet,
            value: Some(&v.value),
            articles: v.articles,
        });
        let unknown = Row {
            facet: counts.facet,
            value: None,
            articles: counts.unknown,
        };
        values.chain((counts.unknown > 0).then_some(unknown))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use timbao_export::{CsvOptions, CsvTable};

    fn counts(facet: Facet, values: u64) -> FacetCounts {
        FacetCounts {
            facet,
            values: (1..=values)
                .map(|n| FacetCount {
                    value: format!("v\u{1b}{n}"),
                    articles: 1,
                })
                .collect(),
            unknown: 2,
        }
    }

    #[test]
    fn long_lists_are_cut_for_people_and_say_so() {
        let facets = Facets {
            total: 14,
            facets: vec![counts(Facet::Author, 12), counts(Facet::Year, 12)],
        };
        let mut out = Vec::new();
        write_text(&mut out, &Terminal::default(), &facets).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("v\\u{1b}10 "), "{text}");
        assert!(
            text.contains("and 2 more values with 2 articles; --format csv lists all\n"),
            "{text}"
        );
        let years = text.split("year").nth(1).unwrap();
        assert!(years.contains("v\\u{1b}12"), "{text}");
        let mut csv = CsvTable::new(Vec::new(), CsvOptions::default()).unwrap();
        write_table(&mut Rows::new(&mut csv, &Terminal::default()), &facets).unwrap();
        let csv = csv.finish(None).unwrap();
        assert_eq!(csv.split(|&b| b == b'\n').count(), 1 + 2 * 13 + 1);
    }
}
