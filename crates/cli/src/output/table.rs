//! Aligned columns.

use std::io::{self, Write};

use super::sanitize::escape;
use super::style::Role;
use super::terminal::Terminal;
use super::width::{truncated, width};

/// The side a column is aligned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a header, printed when its widths are known.
pub(crate) struct Table {
    columns: Vec<(String, Side)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: &[(&str, Side)]) -> Self {
        let columns = columns.iter();
        Self {
            columns: columns
                .map(|(name, side)| ((*name).to_owned(), *side))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; its values are escaped.
    pub(crate) fn row<S: AsRef<str>>(&mut self, values: impl IntoIterator<Item = S>) {
        self.rows.push(
            values
                .into_iter()
                .map(|value| escape(value.as_ref()).into_owned())
                .collect(),
        );
    }

    /// Prints it, cut to the width of the terminal.
    pub(crate) fn write(&self, out: &mut dyn Write, terminal: &Terminal) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|row| row.get(i))
                    .map(|cell| width(cell));
                let name = self.columns.get(i).map_or(0, |(name, _)| width(name));
                cells.max().unwrap_or(0).max(name)
            })
            .collect();
        let header: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        if header.iter().any(|name| !name.is_empty()) {
            self.write_row(out, terminal, &widths, &header, Role::Label)?;
        }
        self.rows
            .iter()
            .try_for_each(|row| self.write_row(out, terminal, &widths, row, Role::Plain))
    }

    fn write_row(
        &self,
        out: &mut dyn Write,
        terminal: &Terminal,
        widths: &[usize],
        row: &[String],
        role: Role,
    ) -> io::Result<()> {
        let mut line = String::new();
        for (i, ((cell, wide), (_, side))) in row.iter().zip(widths).zip(&self.columns).enumerate()
        {
            let pad = " ".repeat(wide.saturating_sub(width(cell)));
            if i > 0 {
                line.push_str("  ");
            }
            match side {
                Side::Left => line.extend([cell.as_str(), &pad]),
                Side::Right => line.extend([pad.as_str(), cell]),
            }
        }
        let line = match terminal.columns {
            Some(columns) => truncated(line.trim_end(), columns),
            None => line.trim_end().to_owned(),
        };
        writeln!(out, "{}", terminal.palette.paint(role, &line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_what_is_seen() {
        let mut table = Table::new(&[("word", Side::Left), ("n", Side::Right)]);
        table.row(["tiê\u{301}ng", "7"]);
        table.row(["越南", "12"]);
        let mut out = Vec::new();
        table.write(&mut out, &Terminal::default()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "word    n\ntiê\u{301}ng   7\n越南   12\n"
        );
    }
}
