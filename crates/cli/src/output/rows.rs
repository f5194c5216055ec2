//! Rows of tables.

use std::borrow::Cow;

use timbao_export::Table;
use timbao_views::Cell;

use crate::error::Result;

use super::sanitize::escape_lines;
use super::terminal::Terminal;

/// Writes rows; on a terminal control characters are escaped, elsewhere values are as they are.
pub(crate) struct Rows<'t> {
    table: &'t mut dyn Table,
    escapes: bool,
}

impl<'t> Rows<'t> {
    /// Writes to a table.
    pub(crate) fn new(table: &'t mut dyn Table, terminal: &Terminal) -> Self {
        Self {
            table,
            escapes: terminal.is_terminal,
        }
    }

    /// Writes the header line.
    pub(crate) fn header(&mut self, names: &[&str]) -> Result<()> {
        Ok(self.table.header(names)?)
    }

    /// Writes a row.
    pub(crate) fn row<'c, C: Into<Cell<'c>>>(
        &mut self,
        values: impl IntoIterator<Item = C>,
    ) -> Result<()> {
        let mut cells: Vec<Cell<'_>> = values.into_iter().map(Into::into).collect();
        if self.escapes {
            for cell in &mut cells {
                if let Cell::Text(text) = cell {
                    *text = Cow::Owned(escape_lines(text).into_owned());
                }
            }
        }
        Ok(self.table.row(&cells)?)
    }
}
