//! The citation that `--cite` adds to an answer.

use std::io::{self, Write};

use timbao_export::About;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::json::CitationLine;
use timbao_views::language::{Language, fill};
use timbao_views::{Cell, Citation, Engine};

use crate::cli::ListFormat;
use crate::error::Result;
use crate::output::json::write_line;
use crate::output::sanitize::{escape, escape_lines};
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

/// The facts of a citation, for the end of a table.
pub(super) fn about(citation: &Citation, terminal: &Terminal) -> About {
    let mut about = About::new(citation, terminal.language);
    if terminal.is_terminal {
        for (_, value) in &mut about.facts {
            if let Cell::Text(text) = value {
                *text = escape_lines(text).into_owned().into();
            }
        }
    }
    about
}

/// Writes a citation below an answer, as text or as a line of JSON.
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
        // An object of JSON has it as a member, a table at its end.
        ListFormat::Json | ListFormat::Csv | ListFormat::Xlsx => {}
        ListFormat::Jsonl => write_line(out, &CitationLine { citation })?,
        ListFormat::Text => {
            let palette = terminal.palette;
            writeln!(out)?;
            for line in lines(citation, terminal.language) {
                writeln!(out, "{}", palette.paint(Role::Dim, &escape(&line)))?;
            }
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
