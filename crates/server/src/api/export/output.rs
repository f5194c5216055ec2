//! The formats of exports.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use timbao_export::{About, CsvOptions, CsvTable, XlsxTable};
use timbao_views::language::Language;

use crate::problem::Problem;
use crate::view::View;

use super::exported::{Export, Rows, failed};

/// A format of an export.
pub(super) enum Format {
    Csv(CsvOptions),
    /// A workbook in a language, with the address of the answer.
    Xlsx {
        language: Language,
        link: String,
    },
    Jsonl,
}

impl Format {
    pub(super) fn extension(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Xlsx { .. } => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }

    pub(super) fn media_type(&self) -> &'static str {
        match self {
            Self::Csv(_) => "text/csv; charset=utf-8",
            Self::Xlsx { .. } => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
            Self::Jsonl => "application/jsonl",
        }
    }
}

/// Writes an export to `out`.
pub(super) struct Output<W> {
    format: Format,
    out: W,
}

impl<W: Write> Output<W> {
    pub(super) fn new(format: Format, out: W) -> Self {
        Self { format, out }
    }

    /// Writes the whole file.
    ///
    /// # Errors
    ///
    /// When the client is gone, the time is over, or the index is damaged.
    pub(super) fn write(self, export: &impl Export, searcher: &View) -> Result<(), Problem> {
        let mut out = self.out;
        match self.format {
            Format::Csv(options) => {
                let mut table = CsvTable::new(out, options).map_err(failed)?;
                export.write(searcher, &mut Rows::Table(&mut table))?;
                table.finish().map_err(failed)?.flush().map_err(failed)
            }
            Format::Jsonl => {
                export.write(searcher, &mut Rows::Lines(&mut out))?;
                out.flush().map_err(failed)
            }
            Format::Xlsx { language, link } => {
                let mut table = XlsxTable::new(language.words().results);
                export.write(searcher, &mut Rows::Table(&mut table))?;
                let queries = export.queries();
                let queries = queries.iter().map(|(query, plan)| (*query, plan));
                let about = About::new(&searcher.cite(queries)?.with_link(link), language);
                // The writer of workbooks seeks.
                let mut file = tempfile::tempfile().map_err(failed)?;
                let written = BufWriter::new(&mut file);
                table.finish(Some(&about), written).map_err(failed)?;
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                io::copy(&mut file, &mut out).map_err(failed)?;
                out.flush().map_err(failed)
            }
        }
    }
}
