//! Comma-separated values.

use std::borrow::Cow;
use std::io::Write;

use crate::error::Result;

use super::sanitize::escape_lines;
use super::terminal::Terminal;

/// Writes rows; on a terminal control characters are escaped, elsewhere values are as they are.
pub(crate) struct CsvWriter<W: Write> {
    rows: csv::Writer<W>,
    escapes: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header line.
    pub(crate) fn new(out: W, terminal: &Terminal, header: &[&str]) -> Result<Self> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(header)?;
        Ok(Self {
            rows,
            escapes: terminal.is_terminal,
        })
    }

    /// Writes a row.
    pub(crate) fn row<'a>(&mut self, values: impl IntoIterator<Item = Cow<'a, str>>) -> Result<()> {
        for value in values {
            let value = if self.escapes {
                escape_lines(&value)
            } else {
                Cow::Borrowed(&*value)
            };
            self.rows.write_field(value.as_bytes())?;
        }
        self.rows.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes the buffer.
    pub(crate) fn flush(&mut self) -> Result<()> {
        Ok(self.rows.flush()?)
    }
}
