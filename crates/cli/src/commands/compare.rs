//! `timbao compare`.

use std::io::Write;

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::csv::{COMPARE_HEADER, compare_rows};
use timbao_views::json::{CompareAnswer, CompareLine};
use timbao_views::language::{Language, fill};
use timbao_views::{
    Citation, CollocateOptions, CompareOptions, Comparison, Keyword, KeywordOptions, TrendsQuery,
    today,
};

use crate::cli::CompareArgs;
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{base, prepare, warn_of};

/// Compares two queries.
pub(crate) fn run(args: &CompareArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let first = prepare(&args.first, &args.filters, context)?;
    let second = prepare(&args.second, &args.filters, context)?;
    warn_of(&first, context);
    warn_of(&second, context);
    let requests = [first, second];
    let queries = requests.each_ref().map(|request| TrendsQuery {
        name: request.text().to_owned(),
        plan: request.view_plan(),
    });
    let options = CompareOptions {
        count: args.count.into(),
        by: args.by.into(),
        windows: CollocateOptions {
            left: args.left.unwrap_or(args.window),
            right: args.right.unwrap_or(args.window),
            ..CollocateOptions::default()
        },
        collocates: KeywordOptions {
            least: args.min,
            most: args.limit,
            ..KeywordOptions::default()
        },
        today: Some(today()),
    };
    let found = engine.compare(&queries, &base(&args.filters, context)?, &options)?;
    let plans: Vec<&Plan> = queries.iter().map(|query| &query.plan).collect();
    let cited = requests.iter().zip(plans);
    let answer = Listed {
        citation: cite::citation(args.cite.wanted(args.list.format), engine, cited)?,
        requests: &requests,
        found: &found,
    };
    context.list(args.list.format, &answer)?;
    let any = found.queries.iter().any(|query| query.articles > 0);
    Ok(Outcome::of(any))
}

/// Two queries and their comparison.
struct Listed<'a> {
    requests: &'a [Request; 2],
    found: &'a Comparison,
    citation: Option<Citation>,
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.found;
        let (language, words) = (terminal.language, terminal.language.words());
        counts(found, language).write(out, terminal)?;
        writeln!(
            out,
            "{}: {} {}, log ratio {}",
            words.difference,
            words.likelihood,
            language.decimal(found.log_likelihood, 1),
            language.decimal(found.log_ratio, 2),
        )?;
        let title = terminal.palette.paint(Role::Title, words.overlap);
        writeln!(out, "\n{title}")?;
        overlap(found, language).write(out, terminal)?;
        let title = terminal.palette.paint(Role::Title, words.trends);
        writeln!(out, "\n{title}")?;
        periods(found, language).write(out, terminal)?;
        for (query, keywords) in found.queries.iter().zip(&found.collocates) {
            let title = fill(words.distinctive, &[&query.query]);
            let title = crate::output::sanitize::escape(&title);
            writeln!(out, "\n{}", terminal.palette.paint(Role::Title, &title))?;
            match keywords.as_slice() {
                [] => writeln!(out, "{}", words.no_keywords)?,
                keywords => distinctive(keywords, language).write(out, terminal)?,
            }
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let requests = self.requests.iter();
        let problems = requests.map(|query| (query.text(), query.problems()));
        let mut answer = CompareAnswer::new(self.found, problems);
        answer.citation = self.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, CompareLine::list(self.found))
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&COMPARE_HEADER)?;
        for row in compare_rows(self.found) {
            rows.row(row)?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

fn rate(rate: Option<f64>, language: Language) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| language.rate(rate))
}

/// A row for each query.
fn counts(found: &Comparison, language: Language) -> Table {
    let words = language.words();
    let mut table = Table::new(&[
        (words.col_query, Side::Left),
        (words.col_matches, Side::Right),
        (words.col_articles, Side::Right),
        (words.col_per_million, Side::Right),
        (words.col_per_thousand, Side::Right),
    ]);
    for query in &found.queries {
        table.row([
            query.query.clone(),
            language.count(query.matches),
            language.count(query.articles),
            rate(query.per_million_tokens, language),
            rate(query.per_thousand_articles, language),
        ]);
    }
    table
}

fn overlap(found: &Comparison, language: Language) -> Table {
    let words = language.words();
    let overlap = &found.overlap;
    let [first, second] = &found.queries;
    let lines = [
        (words.both.to_owned(), language.count(overlap.both)),
        (
            fill(words.only, &[&first.query]),
            language.count(overlap.only_first),
        ),
        (
            fill(words.only, &[&second.query]),
            language.count(overlap.only_second),
        ),
        (
            words.expected_both.to_owned(),
            language.decimal(overlap.expected, 1),
        ),
        ("Jaccard".to_owned(), language.decimal(overlap.jaccard, 3)),
        (
            words.association.to_owned(),
            language.decimal(overlap.log_likelihood, 1),
        ),
    ];
    let mut table = Table::new(&[("", Side::Left), (words.col_articles, Side::Right)]);
    lines
        .into_iter()
        .for_each(|(name, value)| table.row([name, value]));
    table
}

fn distinctive(keywords: &[Keyword], language: Language) -> Table {
    let words = language.words();
    let mut table = Table::new(&[
        (words.col_unit, Side::Left),
        (words.col_near, Side::Right),
        (words.col_against, Side::Right),
        (words.col_likelihood, Side::Right),
        (words.col_log_ratio, Side::Right),
    ]);
    for keyword in keywords {
        table.row([
            keyword.unit.clone(),
            language.count(keyword.count),
            language.count(keyword.against_count),
            language.decimal(keyword.log_likelihood, 1),
            language.decimal(keyword.log_ratio, 2),
        ]);
    }
    table
}

/// A row for each period, with the matches and the rate of both queries.
fn periods(found: &Comparison, language: Language) -> Table {
    let words = language.words();
    let trends = &found.trends;
    let mut table = Table::new(&[
        (language.by(trends.by), Side::Left),
        (words.col_matches, Side::Right),
        (words.col_per_million, Side::Right),
        (words.col_matches, Side::Right),
        (words.col_per_million, Side::Right),
    ]);
    for (number, period) in trends.periods.iter().enumerate() {
        let points = trends
            .series
            .iter()
            .filter_map(|series| series.points.get(number));
        let cells = points.flat_map(|point| {
            let rate = rate(point.per_million_tokens, language);
            [language.count(point.matches), rate]
        });
        table.row(std::iter::once(language.date(&period.period)).chain(cells));
    }
    table
}
