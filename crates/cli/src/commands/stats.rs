//! `timbao stats`.

use std::io::Write;

use crate::cli::{RecordFormat, StatsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::date::vietnamese_day;
use crate::output::json::write_pretty;
use crate::output::line::Piece;
use crate::output::pager::Sink;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;
use crate::output::width::width;
use timbao_views::Stats;
use timbao_views::json::StatsAnswer;
use timbao_views::json::ViewAnswer;
use timbao_views::language::{Noun, fill};

use super::context::Context;
use super::engine;

/// Prints index statistics.
pub(crate) fn run(args: &StatsArgs, context: &Context) -> Result<Outcome> {
    if args.state {
        return state(args, context);
    }
    let stats = engine::open(context)?.stats()?;
    let place = context.settings.index.display().to_string();
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => {
            let answer = StatsAnswer::new(place, &stats);
            write_pretty(&mut out, &answer)?;
        }
        RecordFormat::Text => write_text(&mut out, &context.terminal, place, &stats)?,
    }
    out.flush()?;
    Ok(Outcome::of(stats.articles > 0))
}

fn write_text(
    out: &mut dyn Write,
    terminal: &Terminal,
    place: String,
    stats: &Stats,
) -> Result<()> {
    let (language, words) = (terminal.language, terminal.language.words());
    let dates = match (stats.first_day, stats.last_day) {
        (Some(first), Some(last)) => {
            format!("{} – {}", vietnamese_day(first), vietnamese_day(last))
        }
        _ => words.stat_no_dates.to_owned(),
    };
    let syllables = language.count(stats.distinct_syllables);
    let folded = language.count(stats.distinct_folded);
    let size = language.bytes(stats.bytes_on_disk);
    let segments = language.counted(stats.segments as u64, Noun::Segment);
    let lines = [
        (words.stat_index, place),
        (words.stat_articles, language.count(stats.articles)),
        (words.stat_tokens, language.count(stats.tokens)),
        (
            words.stat_vocabulary,
            fill(words.stat_distinct, &[&syllables, &folded]),
        ),
        (words.stat_dates, dates),
        (words.stat_size, fill(words.amount_in, &[&size, &segments])),
        (words.stat_index_version, stats.index_version.to_string()),
        (
            words.stat_analyzer_version,
            stats.analyzer_version.to_string(),
        ),
    ];
    let wide = lines
        .iter()
        .map(|(label, _)| width(label))
        .max()
        .unwrap_or(0)
        + 2;
    for (label, value) in lines {
        let pad = " ".repeat(wide - width(label));
        let label = Piece::new(Role::Label, format!("{label}{pad}"));
        paragraph(
            out,
            terminal,
            &label,
            wide,
            vec![Piece::new(Role::Plain, value)],
        )?;
    }
    Ok(())
}

/// Prints the state of the index.
fn state(args: &StatsArgs, context: &Context) -> Result<Outcome> {
    let state = engine::open(context)?.state()?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &ViewAnswer::of(&state))?,
        RecordFormat::Text => {
            let language = context.terminal.language;
            let line = fill(
                language.words().stat_state,
                &[
                    &state.state,
                    &language.articles(state.articles),
                    &language.counted(state.tokens, Noun::Token),
                    &state.analyzer_version,
                ],
            );
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(Outcome::of(state.articles > 0))
}
