//! The citation that `--cite` adds to an answer.

use std::io::{self, Write};

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::language::{Language, fill};
use timbao_views::{Citation, Engine};

use crate::cli::ListFormat;
use crate::error::{Result, say};
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;

/// The citation of an answer to some queries, if it is wanted.
pub(super) fn citation<'q>(
    wanted: bool,
    engine: &dyn Engine,
    queries: impl IntoIterator<Item = (&'q Request, &'q Plan)>,
) -> Result<Option<Citation>> {
    if !wanted {
        return Ok(None);
    }
    Ok(Some(engine.cite(queries)?))
}

/// Writes a citation below an answer for people. Rows of data leave no place for it, so there it
/// goes to standard error.
pub(super) fn write(
    out: &mut dyn Write,
    citation: Option<&Citation>,
    format: ListFormat,
    terminal: &Terminal,
) -> io::Result<()> {
    let Some(citation) = citation else {
        return Ok(());
    };
    match format {
        // A workbook has it on a sheet.
        ListFormat::Json | ListFormat::Xlsx => {}
        ListFormat::Text => {
            let palette = terminal.palette;
            writeln!(out)?;
            for line in lines(citation, terminal.language) {
                writeln!(out, "{}", palette.paint(Role::Dim, &escape(&line)))?;
            }
        }
        ListFormat::Jsonl | ListFormat::Csv => {
            let palette = terminal.error_palette;
            let language = terminal.language;
            let lines = lines(citation, language).join("\n");
            say(palette, Role::Hint, language.words().label_cite, &lines);
        }
    }
    Ok(())
}

fn lines(citation: &Citation, language: Language) -> Vec<String> {
    let words = language.words();
    let mut lines: Vec<String> = Vec::new();
    lines.extend(citation.queries.iter().map(|query| query.line(language)));
    let index = &citation.index;
    lines.push(fill(
        words.cite_index,
        &[
            &index.state,
            &language.count(index.articles),
            &language.count(index.tokens),
            &index.analyzer_version,
            &citation.program,
            &language.date(&citation.date),
        ],
    ));
    lines
}
