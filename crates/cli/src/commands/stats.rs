//! `timbao stats`.

use std::io::Write;

use timbao_index::Index;

use crate::cli::{RecordFormat, StatsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::date::vietnamese_day;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::number::{bytes, count, counted};
use crate::output::pager::Sink;
use crate::output::style::Role;
use crate::output::text::paragraph;
use crate::output::width::width;
use timbao_views::json::StatsAnswer;
use timbao_views::json::ViewAnswer;

use super::Context;

/// Prints index statistics.
pub(crate) fn run(args: &StatsArgs, context: &Context) -> Result<Outcome> {
    let dir = &context.settings.index;
    if args.state {
        return state(args, context);
    }
    let stats = Index::open(dir)?.searcher()?.stats()?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => {
            let answer = StatsAnswer::new(dir.display().to_string(), &stats);
            write_pretty(&mut out, &answer)?;
        }
        RecordFormat::Text => {
            let dates = match (stats.first_day, stats.last_day) {
                (Some(first), Some(last)) => {
                    format!("{} – {}", vietnamese_day(first), vietnamese_day(last))
                }
                _ => "none".to_owned(),
            };
            let folded = count(stats.distinct_folded);
            let lines = [
                ("index", dir.display().to_string()),
                ("articles", count(stats.articles)),
                ("tokens", count(stats.tokens)),
                (
                    "syllables and words",
                    format!(
                        "{} distinct, {folded} without accents",
                        count(stats.distinct_syllables)
                    ),
                ),
                ("dates", dates),
                (
                    "size",
                    format!(
                        "{} in {}",
                        bytes(stats.bytes_on_disk),
                        counted(stats.segments as u64, "segment")
                    ),
                ),
                ("index version", stats.index_version.to_string()),
                ("analyzer version", stats.analyzer_version.to_string()),
            ];
            let wide = lines
                .iter()
                .map(|(label, _)| width(label))
                .max()
                .unwrap_or(0)
                + 2;
            for (label, value) in lines {
                let label = Piece::new(Role::Label, format!("{label:wide$}"));
                paragraph(
                    &mut out,
                    &context.terminal,
                    &label,
                    wide,
                    vec![Piece::new(Role::Plain, value)],
                )?;
            }
        }
    }
    out.flush()?;
    Ok(Outcome::of(stats.articles > 0))
}

/// Prints the state of the index.
fn state(args: &StatsArgs, context: &Context) -> Result<Outcome> {
    let state = Index::open(&context.settings.index)?.searcher()?.state()?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &ViewAnswer::of(&state))?,
        RecordFormat::Text => writeln!(
            out,
            "{}  {}, {}, analyzer {}",
            state.state,
            counted(state.articles, "article"),
            counted(state.tokens, "token"),
            state.analyzer_version
        )?,
    }
    out.flush()?;
    Ok(Outcome::of(state.articles > 0))
}
