//! `timbao analyze`.

use std::io::Write;
use std::path::Path;

use serde::Serialize;
use timbao_tokenizer::{Gap, Keys, Token, WholeKind, scan, wholes, write_out};

use crate::cli::AnalyzeArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use timbao_views::Cell;
use timbao_views::json::VERSION;

use super::context::{Context, read_stdin};

/// One token, or a number, date or code that spans several.
#[derive(Debug, Serialize)]
struct Row<'t> {
    /// Number of tokens before it.
    position: u32,
    /// Tokens it spans.
    length: u32,
    /// Bytes of the source.
    start: usize,
    end: usize,
    source: &'t str,
    exact: String,
    folded: String,
    /// The exact key in standard spelling.
    spelling: String,
    kind: &'static str,
    /// The separator from the token before; `None` for a composite token.
    gap: Option<&'static str>,
    /// Whether a connecting sign joins it to the token before.
    joined: bool,
    /// The folded pair it makes with the next token of its paragraph.
    pair: Option<String>,
}

/// The tokens of a text, in JSON.
#[derive(Serialize)]
struct Answer<'t> {
    version: u32,
    text: &'t str,
    tokens: &'t [Row<'t>],
}

/// Prints the tokens of a text.
pub(crate) fn run(args: &AnalyzeArgs, context: &Context) -> Result<Outcome> {
    let from_stdin = args.text.is_empty() || args.text == ["-"];
    let text = if from_stdin {
        read_stdin().map_err(|error| Failure::file(Path::new("standard input"), &error))?
    } else {
        args.text.join(" ")
    };
    let rows = rows(&text);
    let answer = Listed {
        text: &text,
        rows: &rows,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!rows.is_empty()))
}

/// The tokens of a text.
struct Listed<'t> {
    text: &'t str,
    rows: &'t [Row<'t>],
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        Ok(table(self.rows).write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            text: self.text,
            tokens: self.rows,
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.rows)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        const HEADER: [&str; 12] = [
            "position", "length", "start", "end", "source", "exact", "folded", "spelling", "kind",
            "gap", "joined", "pair",
        ];
        rows.header(&HEADER)?;
        for row in self.rows {
            rows.row([
                Cell::from(row.position),
                Cell::from(row.length),
                Cell::from(row.start),
                Cell::from(row.end),
                row.source.into(),
                Cell::from(&row.exact),
                Cell::from(&row.folded),
                Cell::from(&row.spelling),
                row.kind.into(),
                row.gap.unwrap_or_default().into(),
                row.joined.into(),
                row.pair.as_deref().unwrap_or_default().into(),
            ])?;
        }
        Ok(())
    }
}

/// The tokens in order, each whole before the first of its parts.
fn rows(text: &str) -> Vec<Row<'_>> {
    let mut keys = Keys::new();
    let mut rows = Vec::new();
    let mut wholes = wholes(text).peekable();
    let mut tokens = scan(text).peekable();
    while let Some(token) = tokens.next() {
        while let Some(whole) = wholes.next_if(|whole| whole.first_position <= token.position) {
            keys.set_whole(text, &whole);
            rows.push(Row {
                position: whole.first_position,
                length: whole.last_position - whole.first_position + 1,
                start: whole.start,
                end: whole.end,
                source: text.get(whole.start..whole.end).unwrap_or_default(),
                exact: keys.exact().to_owned(),
                folded: keys.folded().to_owned(),
                spelling: keys.exact().to_owned(),
                kind: whole_name(whole.kind),
                gap: None,
                joined: false,
                pair: None,
            });
        }
        let source = slice(text, &token);
        keys.set(source);
        let (exact, folded) = (keys.exact().to_owned(), keys.folded().to_owned());
        let next = tokens.peek().filter(|next| next.gap != Gap::Paragraph);
        let pair = next.map(|next| {
            keys.set(slice(text, next));
            format!("{folded} {}", keys.folded())
        });
        rows.push(Row {
            position: token.position,
            length: 1,
            start: token.start,
            end: token.end,
            source,
            spelling: write_out(&exact),
            exact,
            folded,
            kind: token.kind.name(),
            gap: Some(token.gap.name()),
            joined: token.joined,
            pair,
        });
    }
    rows
}

fn table(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(&[
        ("position", Side::Right),
        ("bytes", Side::Left),
        ("source", Side::Left),
        ("exact", Side::Left),
        ("folded", Side::Left),
        ("kind", Side::Left),
        ("gap", Side::Left),
        ("pair", Side::Left),
    ]);
    for row in rows {
        let position = match row.length {
            1 => row.position.to_string(),
            length => format!("{}+{length}", row.position),
        };
        let gap = match (row.gap, row.joined) {
            (Some(_), true) => "joined",
            (gap, _) => gap.unwrap_or("–"),
        };
        table.row([
            position.as_str(),
            &format!("{}..{}", row.start, row.end),
            row.source,
            &row.exact,
            &row.folded,
            row.kind,
            gap,
            row.pair.as_deref().unwrap_or("–"),
        ]);
    }
    table
}

fn slice<'t>(text: &'t str, token: &Token) -> &'t str {
    text.get(token.start..token.end).unwrap_or_default()
}

fn whole_name(kind: WholeKind) -> &'static str {
    match kind {
        WholeKind::Number => "whole number",
        WholeKind::Date => "date",
        WholeKind::Time => "time",
        WholeKind::Code => "code",
        WholeKind::Abbreviation => "abbreviation",
        WholeKind::Name => "name",
        WholeKind::Address => "address",
    }
}
