#![doc = include_str!("../README.md")]
// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod about;
mod delimited;
mod xlsx;

use std::io;

use timbao_views::Cell;

pub use about::About;
pub use delimited::{CsvOptions, CsvTable, Separator, UnknownOption};
pub use xlsx::XlsxTable;

/// A table that is written row by row.
pub trait Table {
    /// Writes the names of the columns, once and before all rows.
    ///
    /// # Errors
    ///
    /// If writing fails.
    fn header(&mut self, names: &[&str]) -> io::Result<()>;

    /// Writes a row, which has as many cells as the header.
    ///
    /// # Errors
    ///
    /// If writing fails.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;
}
