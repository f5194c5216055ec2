//! `timbao keywords`.

use std::io::Write;

use timbao_index::Index;
use timbao_query::Request;
use timbao_views::csv::{KEYWORDS_HEADER, keyword_row};
use timbao_views::{Citation, KeywordOptions, Keywords};

use crate::cli::{FilterArgs, KeywordsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::number::{count, counted};
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::Context;
use super::cite;
use super::query::{prepare, warn_of};

/// Prints the keywords of some articles.
pub(crate) fn run(args: &KeywordsArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let prepare = |query: &String| {
        let request = prepare(query, &FilterArgs::default(), context)?;
        warn_of(&request, context);
        Ok::<_, crate::error::Failure>(request)
    };
    let of = prepare(&args.of)?;
    let against = args.against.as_ref().map(prepare).transpose()?;
    let options = KeywordOptions {
        least: args.min,
        least_articles: args.min_articles,
        most: args.limit,
        ..KeywordOptions::default()
    };
    let keywords = searcher.keywords(of.plan(), against.as_ref().map(Request::plan), &options)?;
    let cited = std::iter::once(&of).chain(&against);
    let citation = cite::citation(
        args.cite,
        &searcher,
        cited.map(|query| (query, query.plan())),
    )?;
    let answer = View {
        request: None,
        view: &keywords,
        citation,
    };
    context.list(args.format, &answer)?;
    Ok(Outcome::of(!keywords.keywords.is_empty()))
}

impl Listing for View<'_, Keywords> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let keywords = self.view;
        let summary = format!(
            "{} of {} against {} of {}, {} compared",
            counted(keywords.of.tokens, "token"),
            counted(keywords.of.articles, "article"),
            count(keywords.against.tokens),
            counted(keywords.against.articles, "article"),
            counted(keywords.compared, "unit"),
        );
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if !keywords.keywords.is_empty() {
            table(keywords).write(out, terminal)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.keywords)
    }

    fn csv(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut rows = CsvWriter::new(out, terminal, &KEYWORDS_HEADER)?;
        for keyword in &self.view.keywords {
            rows.row(keyword_row(keyword))?;
        }
        rows.flush()
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

fn table(keywords: &Keywords) -> Table {
    let mut table = Table::new(&[
        ("unit", Side::Left),
        ("count", Side::Right),
        ("articles", Side::Right),
        ("per million", Side::Right),
        ("against", Side::Right),
        ("per million", Side::Right),
        ("likelihood", Side::Right),
        ("log ratio", Side::Right),
    ]);
    for keyword in &keywords.keywords {
        table.row([
            keyword.unit.clone(),
            count(keyword.count),
            count(keyword.articles),
            format!("{:.1}", keyword.per_million),
            count(keyword.against_count),
            format!("{:.1}", keyword.against_per_million),
            format!("{:.1}", keyword.log_likelihood),
            format!("{:.2}", keyword.log_ratio),
        ]);
    }
    table
}
