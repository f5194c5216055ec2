//! `timbao stats`.

use std::io::Write;

use serde::Serialize;
use timbao_index::Index;

use crate::cli::{RecordFormat, StatsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::hits::json::VERSION;
use crate::output::date::{date_of_day, vietnamese_day};
use crate::output::json::write_pretty;
use crate::output::number::{bytes, count, counted};
use crate::output::pager::Sink;
use crate::output::style::Role;
use crate::output::text::{Piece, paragraph};
use crate::output::width::width;

use super::Context;

/// What an index holds, in JSON.
#[derive(Serialize)]
struct Answer {
    version: u32,
    index: String,
    articles: u64,
    tokens: u64,
    distinct_syllables: u64,
    distinct_folded: u64,
    bytes_on_disk: u64,
    segments: u64,
    first_date: Option<String>,
    last_date: Option<String>,
    index_version: String,
    analyzer_version: String,
}

/// Tells what the index holds.
pub(crate) fn run(args: &StatsArgs, context: &Context) -> Result<Outcome> {
    let dir = &context.settings.index;
    let stats = Index::open(dir)?.searcher()?.stats()?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => {
            let date = |day: Option<i32>| day.and_then(date_of_day).map(|date| date.to_string());
            let answer = Answer {
                version: VERSION,
                index: dir.display().to_string(),
                articles: stats.articles,
                tokens: stats.tokens,
                distinct_syllables: stats.distinct_syllables,
                distinct_folded: stats.distinct_folded,
                bytes_on_disk: stats.bytes_on_disk,
                segments: stats.segments as u64,
                first_date: date(stats.first_day),
                last_date: date(stats.last_day),
                index_version: stats.index_version.to_string(),
                analyzer_version: stats.analyzer_version.to_string(),
            };
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
