//! What an export is, and the rows that it writes.

use std::io::{self, Write};

use serde::Serialize;
use timbao_export::Table;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::Cell;

use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::view::View;

/// An answer that can be exported.
pub(crate) trait Export: Sized + Send + 'static {
    /// The name of the file, without its extension.
    const NAME: &'static str;

    /// The queries for a citation, with the plans that are run.
    fn queries(&self) -> Vec<(&Request, Plan)>;

    /// Writes the rows.
    ///
    /// # Errors
    ///
    /// When the client is gone, the time is over, or the index is damaged.
    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem>;
}

/// An export that has an address of its own.
pub(crate) trait Addressed: Export {
    /// Takes the answer from the parameters of a request; without `limit` it is complete.
    ///
    /// # Errors
    ///
    /// When a value is invalid, or there is nothing to search for.
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem>;
}

/// The rows of an export: cells of a table or lines of JSON.
pub(crate) enum Rows<'o> {
    Table(&'o mut dyn Table),
    Lines(&'o mut dyn Write),
}

impl Rows<'_> {
    /// Writes the names of the columns, which lines of JSON do without.
    pub(crate) fn header(&mut self, names: &[&str]) -> Result<(), Problem> {
        match self {
            Self::Table(table) => table.header(names).map_err(failed),
            Self::Lines(_) => Ok(()),
        }
    }

    /// Writes a row, given as cells and as JSON.
    pub(crate) fn row<'c, S: Serialize>(
        &mut self,
        cells: impl FnOnce() -> Vec<Cell<'c>>,
        line: impl FnOnce() -> S,
    ) -> Result<(), Problem> {
        match self {
            Self::Table(table) => table.row(&cells()).map_err(failed),
            Self::Lines(out) => {
                let json = serde_json::to_vec(&line());
                let mut json = json.map_err(|error| Problem::internal(error.to_string()))?;
                json.push(b'\n');
                out.write_all(&json).map_err(failed)
            }
        }
    }

    /// Writes a list that is in memory.
    pub(crate) fn list<'i, I: Serialize, C: IntoIterator<Item = Cell<'i>>>(
        &mut self,
        header: &[&str],
        items: &'i [I],
        cells: impl Fn(&'i I) -> C,
    ) -> Result<(), Problem> {
        self.header(header)?;
        for item in items {
            self.row(|| cells(item).into_iter().collect(), || item)?;
        }
        Ok(())
    }
}

/// The problem of a file that cannot be written.
pub(super) fn failed(error: io::Error) -> Problem {
    Problem::internal(error.to_string())
}
