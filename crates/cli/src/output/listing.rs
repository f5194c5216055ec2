//! Answers in every format.

use std::io::Write;

use serde::Serialize;
use timbao_query::Request;
use timbao_views::Citation;
use timbao_views::json::ViewAnswer;

use crate::error::Result;

use super::json::{write_line, write_pretty};
use super::rows::Rows;
use super::terminal::Terminal;

/// An answer that is written in one of five formats; see
/// [`Context::list`](crate::commands::Context::list).
pub(crate) trait Listing {
    /// Writes the answer for people.
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()>;

    /// Writes the answer as one JSON object, with its citation.
    fn json(&self, out: &mut dyn Write) -> Result<()>;

    /// Writes one JSON object for each item.
    fn jsonl(&self, out: &mut dyn Write) -> Result<()>;

    /// Writes a header and one row for each item.
    fn table(&self, rows: &mut Rows<'_>) -> Result<()>;

    /// The citation that was requested.
    fn citation(&self) -> Option<&Citation> {
        None
    }
}

/// A view of a query, or of none, with its citation.
pub(crate) struct View<'a, T> {
    pub request: Option<&'a Request>,
    pub view: &'a T,
    pub citation: Option<Citation>,
}

impl<T: Serialize> View<'_, T> {
    /// Writes the view as JSON, with what every answer has.
    pub(crate) fn write_json(&self, out: &mut dyn Write) -> Result<()> {
        let mut answer = match self.request {
            Some(request) => ViewAnswer::new(request.text(), request.problems(), self.view),
            None => ViewAnswer::of(self.view),
        };
        answer.citation = self.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }
}

/// Writes each item as JSON on a line of its own.
pub(crate) fn write_lines<T: Serialize>(
    out: &mut dyn Write,
    items: impl IntoIterator<Item = T>,
) -> Result<()> {
    for item in items {
        write_line(out, &item)?;
    }
    Ok(())
}
