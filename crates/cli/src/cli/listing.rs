//! The format of a list and its citation, as flags.

use clap::Args;

use super::values::ListFormat;

/// The flag `--format` of commands that list.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ListArgs {
    /// Output format: text, json, jsonl, csv or xlsx
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: ListFormat,
}

impl ListArgs {
    /// Number of rows that are printed without `--limit`: `shown` for people and in one object of
    /// JSON, all of them as rows of data.
    pub(crate) fn most(self, shown: usize) -> usize {
        match self.format {
            ListFormat::Text | ListFormat::Json => shown,
            ListFormat::Jsonl | ListFormat::Csv | ListFormat::Xlsx => usize::MAX,
        }
    }
}

/// The flag `--cite`.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct CiteArgs {
    /// Add a citation: the query as it was understood, the state of the index, the number of
    /// articles and tokens, the date
    ///
    /// It follows the rows: in CSV as comments that begin with #, in JSON Lines as the last line.
    #[arg(long)]
    cite: bool,
}

impl CiteArgs {
    /// Whether a citation was requested.
    pub(crate) fn requested(self) -> bool {
        self.cite
    }

    /// Whether an answer in a format is cited: a workbook always is.
    pub(crate) fn wanted(self, format: ListFormat) -> bool {
        self.cite || format == ListFormat::Xlsx
    }
}
