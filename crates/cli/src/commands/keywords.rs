//! `timbao keywords`.

use std::io::Write;

use timbao_query::Request;
use timbao_views::csv::{KEYWORDS_HEADER, keyword_row};
use timbao_views::{Citation, KeywordOptions, Keywords};

use crate::cli::{FilterArgs, KeywordsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use timbao_views::language::Language;

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Prints the keywords of some articles.
pub(crate) fn run(args: &KeywordsArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
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
        count: args.count.into(),
        ..KeywordOptions::default()
    };
    let keywords = engine.keywords(of.plan(), against.as_ref().map(Request::plan), &options)?;
    let cited = std::iter::once(&of).chain(&against);
    let citation = cite::citation(
        args.cite.wanted(args.list.format),
        engine,
        cited.map(|query| (query, query.plan())),
    )?;
    let answer = View {
        request: None,
        view: &keywords,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!keywords.keywords.is_empty()))
}

impl Listing for View<'_, Keywords> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let keywords = self.view;
        let language = terminal.language;
        let summary = language.keywords_summary(keywords);
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if !keywords.keywords.is_empty() {
            table(keywords, language).write(out, terminal)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.keywords)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&KEYWORDS_HEADER)?;
        for keyword in &self.view.keywords {
            rows.row(keyword_row(keyword))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

fn table(keywords: &Keywords, language: Language) -> Table {
    let words = language.words();
    let count = |number| language.count(number);
    let mut table = Table::new(&[
        (words.col_unit, Side::Left),
        (words.col_count, Side::Right),
        (words.col_articles, Side::Right),
        (words.col_per_million, Side::Right),
        (words.col_against, Side::Right),
        (words.col_per_million, Side::Right),
        (words.col_likelihood, Side::Right),
        (words.col_log_ratio, Side::Right),
    ]);
    for keyword in &keywords.keywords {
        table.row([
            keyword.unit.clone(),
            count(keyword.count),
            count(keyword.articles),
            language.decimal(keyword.per_million, 1),
            count(keyword.against_count),
            language.decimal(keyword.against_per_million, 1),
            language.decimal(keyword.log_likelihood, 1),
            language.decimal(keyword.log_ratio, 2),
        ]);
    }
    table
}
