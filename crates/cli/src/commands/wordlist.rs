//! `timbao wordlist`.

use std::io::Write;

use timbao_views::csv::{WORDLIST_HEADER, wordlist_row};
use timbao_views::language::fill;
use timbao_views::{Citation, Prefix, WordList, WordListOptions, WordListSort};

use crate::cli::{WordListArgs, WordListOrder};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// N-grams for people, by default.
const SHOWN: usize = 100;

/// Lists the most frequent syllables or n-grams.
pub(crate) fn run(args: &WordListArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    if !args.query.is_empty() {
        warn_of(&request, context);
    }
    let plan = request.plan_or_everything();
    let prefix = args.prefix.as_deref().map(|text| {
        Prefix::new(text).ok_or_else(|| {
            Failure::new(format!("--prefix: no letter in `{text}`"))
                .hint("write the first letters of a word, as in --prefix 'tự d'")
        })
    });
    let options = WordListOptions {
        count: args.count.into(),
        size: usize::from(args.size),
        least: args.min,
        least_articles: args.min_articles,
        prefix: prefix.transpose()?,
        sort: args.sort.into(),
        most: args.limit.unwrap_or(args.list.most(SHOWN)),
        ..WordListOptions::default()
    };
    let found = engine.word_list(&plan, &options)?;
    let answer = View {
        request: Some(&request),
        view: &found,
        citation: cite::citation(
            args.cite.wanted(args.list.format),
            engine,
            [(&request, &plan)],
        )?,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!found.units.is_empty()))
}

impl Listing for View<'_, WordList> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let (language, words) = (terminal.language, terminal.language.words());
        let mut summary = fill(
            words.listed_summary,
            &[
                &language.ngrams(found.distinct, found.size),
                &language.articles(found.of_articles),
                &language.tokens(found.of_tokens),
            ],
        );
        let shown = found.units.len() as u64;
        if shown < found.distinct {
            summary.push_str(", ");
            summary.push_str(&fill(words.shown, &[&language.count(shown)]));
        }
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if found.units.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&[
            (words.col_unit, Side::Left),
            (words.col_count, Side::Right),
            (words.col_articles, Side::Right),
            (words.col_per_million, Side::Right),
            (words.col_per_thousand, Side::Right),
        ]);
        for unit in &found.units {
            table.row([
                unit.unit.clone(),
                language.count(unit.count),
                language.count(unit.articles),
                language.rate(unit.per_million),
                language.rate(unit.per_thousand),
            ]);
        }
        Ok(table.write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.units)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&WORDLIST_HEADER)?;
        for unit in &self.view.units {
            rows.row(wordlist_row(unit))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

impl From<WordListOrder> for WordListSort {
    fn from(order: WordListOrder) -> Self {
        match order {
            WordListOrder::Count => Self::Count,
            WordListOrder::Articles => Self::Articles,
            WordListOrder::Alphabet => Self::Alphabet,
        }
    }
}
