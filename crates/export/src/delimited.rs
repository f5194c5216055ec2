//! Comma-separated values, and the habits of the programs that read them.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use timbao_views::Cell;

use crate::{About, Table};

/// The character between two values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`
    Semicolon,
    /// A tabulator.
    Tab,
}

/// How CSV is written. Written as words with commas between them: `bom`, `semicolon` or `tab`,
/// `decimal-comma`, `guard`; `excel` stands for `bom,semicolon,decimal-comma,guard`, and `plain`
/// for none of them.
///
/// ```
/// use timbao_export::CsvOptions;
///
/// let options: CsvOptions = "excel".parse()?;
/// assert!(options.bom && options.guard);
/// assert_eq!(options.to_string(), "bom,semicolon,decimal-comma,guard");
/// assert_eq!("plain".parse::<CsvOptions>()?, CsvOptions::default());
/// # Ok::<_, timbao_export::UnknownOption>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether a byte order mark comes first: without it Excel takes UTF-8 for another encoding.
    pub bom: bool,
    /// The character between two values.
    pub separator: Separator,
    /// Whether decimals follow a comma, as Vietnamese settings expect.
    pub decimal_comma: bool,
    /// Whether an apostrophe comes before text that a spreadsheet would evaluate as a formula, as
    /// OWASP advises.
    pub guard: bool,
}

/// The words that options are written with.
const WORDS: &str = "excel, plain, bom, comma, semicolon, tab, decimal-point, decimal-comma, guard";

/// The error for an unknown option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one of {WORDS}")]
pub struct UnknownOption(String);

impl CsvOptions {
    /// For Excel with Vietnamese settings.
    pub const EXCEL: Self = Self {
        bom: true,
        separator: Separator::Semicolon,
        decimal_comma: true,
        guard: true,
    };
}

impl FromStr for CsvOptions {
    type Err = UnknownOption;

    fn from_str(text: &str) -> Result<Self, UnknownOption> {
        let mut options = Self::default();
        for word in text.split(',').map(str::trim).filter(|w| !w.is_empty()) {
            match word {
                "excel" => options = Self::EXCEL,
                "plain" => options = Self::default(),
                "bom" => options.bom = true,
                "comma" => options.separator = Separator::Comma,
                "semicolon" => options.separator = Separator::Semicolon,
                "tab" => options.separator = Separator::Tab,
                "decimal-point" => options.decimal_comma = false,
                "decimal-comma" => options.decimal_comma = true,
                "guard" => options.guard = true,
                _ => return Err(UnknownOption(word.chars().take(40).collect())),
            }
        }
        Ok(options)
    }
}

impl fmt::Display for CsvOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match self.separator {
            Separator::Comma => None,
            Separator::Semicolon => Some("semicolon"),
            Separator::Tab => Some("tab"),
        };
        let words = [
            self.bom.then_some("bom"),
            separator,
            self.decimal_comma.then_some("decimal-comma"),
            self.guard.then_some("guard"),
        ];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        f.write_str(if words.is_empty() { "plain" } else { "" })?;
        f.write_str(&words.join(","))
    }
}

/// A table as CSV.
pub struct CsvTable<W: Write> {
    rows: csv::Writer<W>,
    options: CsvOptions,
}

impl<W: Write> fmt::Debug for CsvTable<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvTable")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<W: Write> CsvTable<W> {
    /// Begins a table.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn new(out: W, options: CsvOptions) -> io::Result<Self> {
        Self::begin(out, options, false)
    }

    /// Begins a table, which [`finish`](Self::finish) ends with a citation if `is_cited`. Cells with `#` are
    /// quoted then, because a reader of comments would cut them there.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn begin(mut out: W, options: CsvOptions, is_cited: bool) -> io::Result<Self> {
        if options.bom {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        let comment = is_cited.then_some(COMMENT);
        let rows = writer(options).comment(comment).from_writer(out);
        Ok(Self { rows, options })
    }

    /// Writes the rows so far to the output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }

    /// Ends the table and returns the output. A citation follows the rows as comments: an empty line, then a
    /// line `# label,value` for each fact.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(self, about: Option<&About>) -> io::Result<W> {
        let comments = about.map(|about| self.comments(about)).transpose()?;
        let mut out = self.rows.into_inner().map_err(|error| error.into_error())?;
        out.write_all(&comments.unwrap_or_default())?;
        Ok(out)
    }

    /// A citation as comments. They are below the table, so that its header stays in the first row of a
    /// sheet, and after an empty line, at which a spreadsheet ends a table that it sorts or filters.
    fn comments(&self, about: &About) -> io::Result<Vec<u8>> {
        let mut lines = writer(self.options).from_writer(b"\n".to_vec());
        for (label, value) in &about.facts {
            // A comment ends with its line, in quotation marks or not.
            let value = self.written(value).replace(['\n', '\r'], " ");
            lines.write_record([format!("# {label}"), value])?;
        }
        lines.into_inner().map_err(|error| error.into_error())
    }

    fn written<'c>(&self, cell: &'c Cell<'_>) -> Cow<'c, str> {
        match cell {
            Cell::Text(text) if self.options.guard && is_formula(text) => format!("'{text}").into(),
            Cell::Decimal(_) if self.options.decimal_comma => {
                cell.to_string().replace('.', ",").into()
            }
            Cell::Text(text) => Cow::Borrowed(text),
            _ => cell.to_string().into(),
        }
    }
}

impl<W: Write> Table for CsvTable<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        // Values of facets can be the names of columns.
        let names: Vec<Cell<'_>> = names.iter().map(|&name| Cell::from(name)).collect();
        self.row(&names)
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            let value = self.written(cell);
            self.rows.write_field(value.as_bytes())?;
        }
        Ok(self.rows.write_record(None::<&[u8]>)?)
    }
}

/// The first character of a comment.
const COMMENT: u8 = b'#';

/// A writer of rows with the separator of the options.
fn writer(options: CsvOptions) -> csv::WriterBuilder {
    let separator = match options.separator {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
        Separator::Tab => b'\t',
    };
    let mut writer = csv::WriterBuilder::new();
    writer.delimiter(separator);
    writer
}

/// Whether a spreadsheet takes a text for a formula.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(options: &str, cells: &[Cell<'_>]) -> String {
        let mut table = CsvTable::new(Vec::new(), options.parse().unwrap()).unwrap();
        table.row(cells).unwrap();
        String::from_utf8(table.finish(None).unwrap()).unwrap()
    }

    #[test]
    fn formulas_become_text_if_guarded() {
        for (value, guarded) in [
            (
                "=HYPERLINK(\"http://x\")",
                "\"'=HYPERLINK(\"\"http://x\"\")\"\n",
            ),
            ("-1.5", "-1.5\n"),
            ("-a", "'-a\n"),
            ("@SUM(A1)", "'@SUM(A1)\n"),
            ("tự = chuyển", "tự = chuyển\n"),
            ("", "\"\"\n"),
        ] {
            assert_eq!(written("guard", &[value.into()]), guarded);
        }
        assert_eq!(written("plain", &["-a".into()]), "-a\n");
    }

    #[test]
    fn options_change_separator_decimals_and_mark() {
        let cells = [
            Cell::from("a;b"),
            Cell::Decimal(0.5),
            Cell::Whole(1234),
            Cell::Empty,
            Cell::iso_day("2026-03-25"),
            Cell::Time { hour: 7, minute: 5 },
        ];
        for (options, expected) in [
            ("plain", "a;b,0.5000,1234,,2026-03-25,07:05\n"),
            ("decimal-comma", "a;b,\"0,5000\",1234,,2026-03-25,07:05\n"),
            ("excel", "\u{FEFF}\"a;b\";0,5000;1234;;2026-03-25;07:05\n"),
            ("tab", "a;b\t0.5000\t1234\t\t2026-03-25\t07:05\n"),
        ] {
            assert_eq!(written(options, &cells), expected, "{options}");
        }
    }

    #[test]
    fn a_citation_follows_as_comments() {
        let about = About {
            sheet: "Trích dẫn".to_owned(),
            facts: vec![
                ("Nội dung tìm".to_owned(), "=tự \"diễn\nbiến\", #x".into()),
                ("Số bài".to_owned(), Cell::Whole(1234)),
            ],
        };
        let written = |options: &str| {
            let mut table = CsvTable::begin(Vec::new(), options.parse().unwrap(), true).unwrap();
            table.header(&["id", "total"]).unwrap();
            table.row(&["bao.jsonl#2".into(), Cell::Whole(3)]).unwrap();
            String::from_utf8(table.finish(Some(&about)).unwrap()).unwrap()
        };
        assert_eq!(
            written("plain"),
            "id,total\n\"bao.jsonl#2\",3\n\n\
             # Nội dung tìm,\"=tự \"\"diễn biến\"\", #x\"\n# Số bài,1234\n"
        );
        assert!(
            written("excel")
                .ends_with("\n# Nội dung tìm;\"'=tự \"\"diễn biến\"\", #x\"\n# Số bài;1234\n")
        );
        // Readers that know comments have the rows alone.
        let text = written("plain");
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(COMMENT))
            .from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows, [csv::StringRecord::from(vec!["bao.jsonl#2", "3"])]);
    }

    #[test]
    fn options_read_what_they_write_and_name_unknown_words() {
        for text in ["excel", "plain", "bom,guard", "tab,decimal-comma", ""] {
            let options: CsvOptions = text.parse().unwrap();
            assert_eq!(options.to_string().parse(), Ok(options), "{text}");
        }
        let error = "bom,comas".parse::<CsvOptions>().unwrap_err().to_string();
        assert!(error.starts_with("`comas` is not one of excel, plain, bom,"));
    }
}
