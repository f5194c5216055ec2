//! The formats of exports.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use timbao_export::{About, CsvOptions, CsvTable, XlsxTable};
use timbao_views::json::CitationLine;
use timbao_views::language::Language;

use crate::problem::Problem;
use crate::view::View;

use super::exported::{Export, Rows, failed};

/// A format of an export.
pub(super) enum Format {
    /// CSV with a citation in a language.
    Csv {
        options: CsvOptions,
        language: Language,
    },
    /// A workbook in a language.
    Xlsx(Language),
    Jsonl,
}

impl Format {
    pub(super) fn extension(&self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Xlsx(_) => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }

    pub(super) fn media_type(&self) -> &'static str {
        match self {
            Self::Csv { .. } => "text/csv; charset=utf-8",
            Self::Xlsx(_) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl",
        }
    }
}

/// Writes an export to `out`.
pub(super) struct Output<W> {
    format: Format,
    /// The address of the answer for its citation; `None` without one.
    link: Option<String>,
    out: W,
}

impl<W: Write> Output<W> {
    pub(super) fn new(format: Format, link: Option<String>, out: W) -> Self {
        Self { format, link, out }
    }

    /// Writes the whole file.
    ///
    /// # Errors
    ///
    /// When the client is gone, the time is over, or the index is damaged.
    pub(super) fn write(self, export: &impl Export, searcher: &View) -> Result<(), Problem> {
        let mut out = self.out;
        let cite = |link: String| {
            let queries = export.queries();
            let queries = queries.iter().map(|(query, plan)| (*query, plan));
            Ok::<_, Problem>(searcher.cite(queries)?.with_link(link))
        };
        let citation = self.link.map(cite).transpose()?;
        let about = |language| citation.as_ref().map(|of| About::new(of, language));
        match self.format {
            Format::Csv { options, language } => {
                let table = CsvTable::begin(out, options, citation.is_some());
                let mut table = table.map_err(failed)?;
                export.write(searcher, &mut Rows::Table(&mut table))?;
                let about = about(language);
                out = table.finish(about.as_ref()).map_err(failed)?;
            }
            Format::Jsonl => {
                let mut rows = Rows::Lines(&mut out);
                export.write(searcher, &mut rows)?;
                if let Some(citation) = &citation {
                    rows.row(Vec::new, || CitationLine { citation })?;
                }
            }
            Format::Xlsx(language) => {
                let mut table = XlsxTable::new(language.words().results);
                export.write(searcher, &mut Rows::Table(&mut table))?;
                // The writer of workbooks seeks.
                let mut file = tempfile::tempfile().map_err(failed)?;
                let written = BufWriter::new(&mut file);
                let about = about(language);
                table.finish(about.as_ref(), written).map_err(failed)?;
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                io::copy(&mut file, &mut out).map_err(failed)?;
            }
        }
        out.flush().map_err(failed)
    }
}
