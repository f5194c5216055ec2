//! Paragraphs of styled text.

use std::io::{self, Write};

use super::line::Piece;
use super::link::Linked;
use super::terminal::Terminal;
use super::width::wrapped;

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
