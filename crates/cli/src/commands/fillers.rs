//! `timbao fillers`.

use std::io::Write;

use timbao_query::Request;
use timbao_views::csv::{FILLERS_HEADER, filler_row};
use timbao_views::json::FillersAnswer;
use timbao_views::{Filler, Fillers, Gapped, gapped_phrase};

use crate::cli::FillersArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use timbao_views::Citation;
use timbao_views::language::{Noun, fill};

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Maximum number of fillers for people, by default.
const SHOWN: usize = 50;

/// Lists what fills the gaps of a phrase.
pub(crate) fn run(args: &FillersArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let text = args.query.join(" ");
    let request = prepare(gapped_phrase(&text).into_owned(), &args.filters, context)?;
    warn_of(&request, context);
    let gapped = Gapped::of(request.plan()).map_err(|why| {
        Failure::new(why.to_string())
            .hint("write one phrase with * for a word, as in timbao fillers 'tự * hóa'")
    })?;
    let fillers = engine.fillers(request.plan(), gapped.counting(args.count.into()))?;
    let limit = args.limit.unwrap_or(args.list.most(SHOWN));
    let shown = fillers.fillers.get(..limit).unwrap_or(&fillers.fillers);
    let cited = [(&request, request.plan())];
    let answer = Listed {
        citation: cite::citation(args.cite.wanted(args.list.format), engine, cited)?,
        request: &request,
        fillers: &fillers,
        shown,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(fillers.matches > 0))
}

/// Fillers of a query, and those of them that are shown.
struct Listed<'a> {
    request: &'a Request,
    fillers: &'a Fillers,
    shown: &'a [Filler],
    citation: Option<Citation>,
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let (fillers, shown) = (self.fillers, self.shown);
        let distinct = fillers.fillers.len();
        let (language, words) = (terminal.language, terminal.language.words());
        let mut summary = vec![
            language.matches(fillers.matches, fillers.articles),
            language.counted(distinct as u64, Noun::Filler),
        ];
        if shown.len() < distinct {
            summary.push(fill(words.shown, &[&language.count(shown.len() as u64)]));
        }
        let summary = summary.join(", ");
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        if shown.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let mut table = Table::new(&[
            (words.col_filler, Side::Left),
            (words.col_matches, Side::Right),
            (words.col_articles, Side::Right),
        ]);
        for filler in shown {
            table.row([
                filler.to_string(),
                language.count(filler.matches),
                language.count(filler.articles),
            ]);
        }
        table.write(out, terminal)?;
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let mut answer = FillersAnswer::new(self.request, self.fillers, self.shown);
        answer.citation = self.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.shown)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&FILLERS_HEADER)?;
        for filler in self.shown {
            rows.row(filler_row(filler))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}
