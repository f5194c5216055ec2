//! Styled text, in pieces and lines.

use std::io::{self, Write};
use std::sync::Arc;

use super::link::Linked;
use super::style::Role;
use super::terminal::Terminal;
use super::width::wrapped;

/// A piece of text that plays one role. Its text is already escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The role.
    pub role: Role,
    /// The text, without control characters.
    pub text: String,
    /// What it leads to when it is clicked.
    pub link: Option<Arc<str>>,
}

/// The pieces of one line.
pub(crate) type Line = Vec<Piece>;

impl Piece {
    /// A piece that leads nowhere.
    pub(crate) fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            text: text.into(),
            link: None,
        }
    }

    /// The same piece with another text.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        Self {
            role: self.role,
            text: text.to_owned(),
            link: self.link.clone(),
        }
    }
}

/// Writes pieces as a paragraph: wrapped to the terminal, every line indented. The first line
/// begins with `head`, which is as wide as the indent.
pub(crate) fn paragraph(
    out: &mut dyn Write,
    terminal: &Terminal,
    head: &Piece,
    indent: usize,
    pieces: Vec<Piece>,
) -> io::Result<()> {
    let columns = terminal
        .columns
        .map(|columns| columns.saturating_sub(indent).max(10));
    for (i, line) in wrapped(pieces, columns).iter().enumerate() {
        if i == 0 && !head.text.is_empty() {
            write_piece(out, terminal, head)?;
        } else {
            write!(out, "{:indent$}", "")?;
        }
        for piece in line {
            write_piece(out, terminal, piece)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_piece(out: &mut dyn Write, terminal: &Terminal, piece: &Piece) -> io::Result<()> {
    let address = piece.link.as_deref().filter(|_| terminal.links);
    let text = terminal.palette.paint(piece.role, &piece.text);
    write!(out, "{}", Linked { address, text })
}
