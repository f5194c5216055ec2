//! `timbao trends`.

use std::fs;
use std::io::Write;

use timbao_query::Request;
use timbao_query::plan::Facet;
use timbao_views::chart::{ChartOptions, Measure, name, svg};
use timbao_views::csv;
use timbao_views::json::{TrendLine, TrendsAnswer};
use timbao_views::language::{Language, Noun, fill};
use timbao_views::{By, Citation, Trend, TrendPoint, Trends, TrendsOptions, TrendsQuery, today};

use crate::cli::{MeasureName, PeriodName, TrendsArgs};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::width::{truncated, width};

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{base, prepare, warn_of};

/// Counts queries over time.
pub(crate) fn run(args: &TrendsArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let requests = args
        .queries
        .iter()
        .map(|query| prepare(query, &args.filters, context))
        .collect::<Result<Vec<_>>>()?;
    requests.iter().for_each(|query| warn_of(query, context));
    let queries: Vec<TrendsQuery> = requests
        .iter()
        .map(|query| TrendsQuery {
            name: query.text().to_owned(),
            plan: query.view_plan(),
        })
        .collect();
    let base = base(&args.filters, context)?;
    let options = TrendsOptions {
        by: args.by.map(By::from),
        split: args.split.map(Facet::from),
        most_values: args.values,
        count: args.count.into(),
        thin: args.thin,
        average_over: args.average,
        today: Some(today()),
    };
    let trends = engine.trends(&queries, &base, &options)?;
    let cited = requests.iter().zip(queries.iter().map(|q| &q.plan));
    let citation = cite::citation(args.cite.wanted(args.list.format), engine, cited)?;
    if let Some(path) = &args.svg {
        let chart = ChartOptions {
            measure: args.measure.into(),
            language: context.settings.language.unwrap_or_default(),
            title: args.title.clone(),
            note: citation.as_ref().map(|citation| {
                let index = &citation.index;
                format!(
                    "Timbao {} · {} · {}",
                    index.state, citation.program, citation.date
                )
            }),
        };
        fs::write(path, svg(&trends, &chart)).map_err(|error| Failure::file(path, &error))?;
    }
    let answer = Listed {
        requests: &requests,
        trends: &trends,
        measure: args.measure.into(),
        citation,
    };
    context.list(args.list.format, &answer)?;
    let any = trends.series.iter().any(|series| series.total.articles > 0);
    Ok(Outcome::of(any))
}

/// Trends of some queries, and the measure that is drawn for people.
struct Listed<'a> {
    requests: &'a [Request],
    trends: &'a Trends,
    measure: Measure,
    citation: Option<Citation>,
}

/// Width of the chart next to a table of numbers, in columns.
const CHART: usize = 24;

impl Listing for Listed<'_> {
    /// A table of each series with a bar in each row.
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let (trends, measure) = (self.trends, self.measure);
        let (language, words) = (terminal.language, terminal.language.words());
        let most = trends
            .series
            .iter()
            .flat_map(|series| &series.points)
            .filter_map(|point| measure.of(point))
            .fold(0.0, f64::max);
        for (number, series) in trends.series.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            let title = escape(&name(trends, series, language)).into_owned();
            let total = fill(
                words.series_total,
                &[
                    &language.counted(series.total.matches, Noun::Match),
                    &language.count(series.total.articles),
                    &language.articles(series.total.of_articles),
                ],
            );
            let room = terminal.columns.unwrap_or(usize::MAX);
            let title = truncated(&title, room.saturating_sub(width(&total) + 2));
            writeln!(
                out,
                "{}  {}",
                terminal.palette.paint(Role::Title, &title),
                terminal.palette.paint(Role::Dim, &total)
            )?;
            table(trends, series, measure, most, language).write(out, terminal)?;
        }
        let is_thin = |series: &Trend| series.points.iter().any(|point| point.thin);
        if trends.series.iter().any(is_thin) {
            let below = language.articles(trends.thin_below);
            let note = fill(words.few_articles, &[&below]);
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, &note))?;
        }
        if trends.periods.iter().any(|period| period.partial) {
            let note = words.unfinished;
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, note))?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let requests = self.requests.iter();
        let problems = requests.map(|query| (query.text(), query.problems()));
        let mut answer = TrendsAnswer::new(self.trends, problems);
        answer.citation = self.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, TrendLine::list(self.trends))
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&csv::TRENDS_HEADER)?;
        for row in csv::trends_rows(self.trends) {
            rows.row(row)?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

fn table(
    trends: &Trends,
    series: &Trend,
    measure: Measure,
    most: f64,
    language: Language,
) -> Table {
    let words = language.words();
    let averaged = trends.average_over > 1;
    let mut columns = vec![
        (language.by(trends.by), Side::Left),
        (words.col_matches, Side::Right),
        (words.col_articles, Side::Right),
        (words.col_of_articles, Side::Right),
        (words.col_of_tokens, Side::Right),
        (words.col_per_million, Side::Right),
        (words.col_per_thousand, Side::Right),
    ];
    columns.extend(averaged.then_some((words.col_average, Side::Right)));
    columns.push(("", Side::Left));
    let mut table = Table::new(&columns);
    let mut add = |period: &str, point: &TrendPoint, bar: String| {
        let rate =
            |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| language.rate(rate));
        let mut row = vec![
            format!("{period}{}", if point.thin { " *" } else { "" }),
            language.count(point.matches),
            language.count(point.articles),
            language.count(point.of_articles),
            language.count(point.of_tokens),
            rate(point.per_million_tokens),
            rate(point.per_thousand_articles),
        ];
        row.extend(averaged.then(|| rate(measure.average_of(point))));
        row.push(bar);
        table.row(row);
    };
    for (period, point) in trends.periods.iter().zip(&series.points) {
        let share = measure
            .of(point)
            .map_or(0.0, |value| value / most.max(f64::MIN_POSITIVE));
        let ending = if period.partial { " …" } else { "" };
        let name = format!("{}{ending}", language.date(&period.period));
        add(&name, point, bar(share));
    }
    if series.undated.of_articles > 0 {
        add(words.undated, &series.undated, String::new());
    }
    table
}

/// A bar of eighths of columns.
fn bar(share: f64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (CHART * 8) as f64).round() as usize;
    // Any value above zero is visible.
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

impl From<PeriodName> for By {
    fn from(name: PeriodName) -> Self {
        match name {
            PeriodName::Day => Self::Day,
            PeriodName::Week => Self::Week,
            PeriodName::Month => Self::Month,
            PeriodName::Quarter => Self::Quarter,
            PeriodName::Year => Self::Year,
        }
    }
}

impl From<MeasureName> for Measure {
    fn from(name: MeasureName) -> Self {
        match name {
            MeasureName::Matches => Self::Matches,
            MeasureName::Articles => Self::Articles,
            MeasureName::PerMillion => Self::PerMillion,
            MeasureName::PerThousand => Self::PerThousand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_and_rates_read_well() {
        assert_eq!(
            [bar(0.0), bar(0.001), bar(1.0)],
            [String::new(), "▏".into(), "█".repeat(24)]
        );
    }
}
