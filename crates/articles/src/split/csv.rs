//! CSV and TSV with a header: a record a row, written as a JSON object of the
//! columns that are read.

mod row;

use std::io::Read;

use self::row::{Row, Scanned};
use super::splitter::{Splitter, Step};
use crate::fields::field;
use crate::parse::is_read;
use crate::problem::LONG;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

/// The least that is read at once, in bytes.
const READ: usize = 64 << 10;
/// Bytes that may be read ahead in vain for each byte of rows, and for any file.
const IN_VAIN: u64 = 16;
const IN_VAIN_FOR_ANY: u64 = 16 << 20;

pub(crate) struct Rows {
    stream: Stream,
    buffer: Vec<u8>,
    /// Start of the next row in the buffer.
    at: usize,
    /// Bytes and lines before the next row.
    passed: u64,
    lines: u64,
    /// Bytes scanned for the end of quoted cells that turned out to have none.
    in_vain: u64,
    ended: bool,
    /// The error that ended the stream early.
    failure: Option<std::io::Error>,
    tabs: bool,
    header: Option<Header>,
    /// Whether lines end in CR alone, as in old files of the Macintosh; known from the first bytes.
    has_cr_only: Option<bool>,
    /// Cells beyond the header have been reported.
    told_extra: bool,
}

struct Header {
    delimiter: u8,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    /// Other columns are read only if they contain a long text.
    is_read: bool,
}

impl Rows {
    pub fn new(stream: Stream, name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        Self {
            stream,
            buffer: Vec::new(),
            at: 0,
            passed: 0,
            lines: 0,
            in_vain: 0,
            ended: false,
            failure: None,
            tabs: lower.ends_with(".tsv") || lower.ends_with(".tab"),
            header: None,
            has_cr_only: None,
            told_extra: false,
        }
    }

    /// Reads more; as much again as there is, so that long rows cost no more.
    fn fill(&mut self) {
        self.buffer.drain(..self.at);
        self.at = 0;
        let known = self.buffer.len();
        let wanted = self.buffer.len().max(READ) as u64;
        match self
            .stream
            .by_ref()
            .take(wanted)
            .read_to_end(&mut self.buffer)
        {
            Ok(read) => self.ended = (read as u64) < wanted,
            Err(error) => {
                self.ended = true;
                self.failure = Some(error);
            }
        }
        let fresh = self.buffer.get_mut(known..).unwrap_or_default();
        let has_cr_only = *self.has_cr_only.get_or_insert_with(|| {
            memchr::memchr(b'\n', fresh).is_none() && memchr::memchr(b'\r', fresh).is_some()
        });
        if has_cr_only {
            let ends = fresh.iter_mut().filter(|byte| **byte == b'\r');
            ends.for_each(|byte| *byte = b'\n');
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Passes over `bytes`, and counts their lines.
    fn pass(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at += bytes;
        self.passed += bytes as u64;
    }

    /// Reads the next line literally if a mark in it is open and that makes
    /// sense. A file full of such lines would otherwise be scanned to its end
    /// for each of them.
    fn hasty_row(&self, delimiter: u8, width: usize) -> Option<Row> {
        let is_hasty = self.in_vain > IN_VAIN * self.passed + IN_VAIN_FOR_ANY;
        (is_hasty && row::is_open(self.rest(), delimiter))
            .then(|| row::literal(self.rest(), delimiter, width))
            .flatten()
    }

    /// The end of the line at hand, in bytes from here, its break included.
    fn line(&mut self, limits: &Limits) -> Result<Option<usize>, Fault> {
        loop {
            match memchr::memchr(b'\n', self.rest()) {
                Some(end) => return Ok(Some(end + 1)),
                None if self.ended => return Ok(Some(self.rest().len()).filter(|len| *len > 0)),
                None if self.rest().len() > limits.record_bytes => return Err(too_large(limits)),
                None => self.fill(),
            }
        }
    }

    /// Passes over blank lines. Returns `false` at the end.
    fn skip_blank_lines(&mut self, limits: &Limits) -> Result<bool, Fault> {
        while let Some(end) = self.line(limits)? {
            if !self.rest()[..end].trim_ascii().is_empty() {
                return Ok(true);
            }
            self.pass(end);
        }
        Ok(false)
    }

    fn read_header(&mut self, limits: &Limits) -> Result<(), Fault> {
        if self.rest().starts_with(&[0xef, 0xbb, 0xbf]) {
            self.at += 3;
        }
        let mut stated = None;
        let end = self.line(limits)?.unwrap_or(0);
        // Excel: the first line may state the separator.
        if let Some([separator]) = self.rest()[..end].trim_ascii_end().strip_prefix(b"sep=") {
            stated = Some(*separator);
            self.pass(end);
            self.skip_blank_lines(limits)?;
        }
        let end = self.line(limits)?.unwrap_or(0);
        let line = &self.rest()[..end];
        let delimiter = stated.unwrap_or_else(|| delimiter(line, self.tabs));
        let Scanned::Row(row) = row::scan(self.rest(), delimiter, self.ended) else {
            return Err(Fault::malformed("the header is not CSV; check its quotes"));
        };
        if row.cells.len() > MOST_COLUMNS {
            let message = format!(
                "{} columns, more than {MOST_COLUMNS}; check the separator of its cells",
                row.cells.len()
            );
            return Err(Fault::new(ProblemKind::TooLarge, message));
        }
        let columns: Vec<Column> = row.cells.iter().map(Column::new).collect();
        if !columns.iter().any(|column| field(&column.name).is_some()) {
            // Programs write a comment above the header.
            if line.starts_with(b"#") {
                self.pass(end);
                return Ok(());
            }
            return Err(unknown(&columns));
        }
        self.pass(row.end);
        self.header = Some(Header { delimiter, columns });
        Ok(())
    }

    /// Reads the next row, its quotation marks as far as they make sense.
    fn row(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Row, Fault> {
        let line = self.lines + 1;
        loop {
            let header = self.header.as_ref();
            let (delimiter, width) = header.map_or((b',', 0), |h| (h.delimiter, h.columns.len()));
            if let Some(row) = self.hasty_row(delimiter, width) {
                batch.problem(open_quote(), Some(line));
                self.pass(row.end);
                return Ok(row);
            }
            let is_long = self.rest().len() > limits.record_bytes;
            let (row, fault) = match row::scan(self.rest(), delimiter, self.ended) {
                Scanned::More if is_long => {
                    return match row::literal(self.rest(), delimiter, width) {
                        Some(row) => {
                            batch.problem(open_quote(), Some(line));
                            self.in_vain += self.rest().len() as u64;
                            self.pass(row.end);
                            Ok(row)
                        }
                        None => Err(too_large(limits)),
                    };
                }
                Scanned::More => {
                    self.fill();
                    continue;
                }
                Scanned::Row(row) if row.spans_lines && self.joins_rows(&row, delimiter, width) => {
                    let literal = row::literal(self.rest(), delimiter, width);
                    let line = literal.unwrap_or_else(|| row::line(self.rest(), delimiter));
                    self.in_vain += row.end.saturating_sub(line.end) as u64;
                    (line, Some(open_quote()))
                }
                Scanned::Row(row) if !row.is_suspect => (row, None),
                Scanned::Row(row) => self.literal_or(row, None, delimiter, width),
                Scanned::Open(row) => self.literal_or(row, Some(open_end()), delimiter, width),
            };
            if let Some(fault) = fault {
                batch.problem(fault, Some(line));
            }
            self.pass(row.end);
            return Ok(row);
        }
    }
}

impl Rows {
    fn joins_rows(&self, row: &Row, delimiter: u8, width: usize) -> bool {
        let bytes = self.rest().get(..row.end).unwrap_or_default();
        row::joins_rows(bytes, delimiter, width)
    }

    /// Reads a line literally if that makes sense, or else takes the row that was
    /// scanned.
    fn literal_or(
        &mut self,
        scanned: Row,
        fault: Option<Fault>,
        delimiter: u8,
        width: usize,
    ) -> (Row, Option<Fault>) {
        match row::literal(self.rest(), delimiter, width) {
            Some(row) => {
                self.in_vain += scanned.end.saturating_sub(row.end) as u64;
                (row, Some(open_quote()))
            }
            None => (scanned, fault),
        }
    }
}

/// Maximum number of columns. Each takes more memory than an empty cell of the header.
const MOST_COLUMNS: usize = 65_536;

impl Column {
    fn new(cell: &[u8]) -> Self {
        const LONGEST: usize = 60;
        let name = String::from_utf8_lossy(cell);
        let name = name.trim();
        let is_read = is_read(name);
        let name = if is_read {
            name.to_owned()
        } else {
            name.chars().take(LONGEST).collect()
        };
        Self { name, is_read }
    }
}

impl Splitter for Rows {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        if !self.skip_blank_lines(limits)? {
            return match self.failure.take() {
                Some(error) => Err(error.into()),
                None => Ok(Step::Done),
            };
        }
        if self.header.is_none() {
            self.read_header(limits)?;
            return Ok(Step::More);
        }
        let line = self.lines + 1;
        let row = self.row(limits, batch)?;
        let Some(header) = &self.header else {
            return Ok(Step::More);
        };
        let extra = row.cells.len() > header.columns.len();
        if extra && !std::mem::replace(&mut self.told_extra, true) {
            batch.problem(
                more_cells(row.cells.len(), header.columns.len()),
                Some(line),
            );
        }
        let data = batch.data();
        let start = data.len();
        write_object(&row, header, data);
        let end = data.len();
        if end > start + 2 {
            batch.push(start..end, Format::Csv, Some(line));
        } else {
            data.truncate(start);
        }
        Ok(Step::More)
    }
}

fn write_object(row: &Row, header: &Header, data: &mut Vec<u8>) {
    let start = data.len();
    data.push(b'{');
    let last = header.columns.len().saturating_sub(1);
    for (at, (column, cell)) in header.columns.iter().zip(row.cells.iter()).enumerate() {
        let mut cell = String::from_utf8_lossy(cell);
        // A separator in a cell without quotes: the rest belongs to the last.
        if at == last {
            for more in row.cells.iter().skip(header.columns.len()) {
                let cell = cell.to_mut();
                cell.push(char::from(header.delimiter));
                cell.push_str(&String::from_utf8_lossy(more));
            }
        }
        let cell = cell.trim();
        if cell.is_empty() || (!column.is_read && cell.len() < LONG) {
            continue;
        }
        let cell = row::value(cell, header.delimiter);
        if data.len() > start + 1 {
            data.push(b',');
        }
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *data, &column.name);
        data.push(b':');
        let _ = serde_json::to_writer(&mut *data, &cell);
    }
    data.push(b'}');
}

fn too_large(limits: &Limits) -> Fault {
    let message = format!(
        "a row of more than {} bytes; check its quotes",
        limits.record_bytes
    );
    Fault::new(ProblemKind::TooLarge, message)
}

fn open_quote() -> Fault {
    Fault::malformed("a quotation mark in this line is never closed; the line was read literally")
}

fn open_end() -> Fault {
    Fault::malformed("truncated in a cell; the text so far was read")
}

fn more_cells(cells: usize, columns: usize) -> Fault {
    Fault::malformed(format!(
        "{cells} cells under {columns} columns; the last were joined; quote cells that contain the separator"
    ))
}

fn unknown(columns: &[Column]) -> Fault {
    let names: Vec<&str> = columns.iter().take(6).map(|c| c.name.as_str()).collect();
    Fault::malformed(format!(
        "no column is named like a field of an article ({}); begin it with a header such as title,summary,body,date",
        names.join(", ").chars().take(120).collect::<String>()
    ))
}

/// The sign between cells: the one by which most columns are known by name,
/// else the most frequent one.
fn delimiter(line: &[u8], tabs: bool) -> u8 {
    if tabs && line.contains(&b'\t') {
        return b'\t';
    }
    let score = |sign: &u8| {
        let Scanned::Row(row) = row::scan(line, *sign, true) else {
            return (0, 0);
        };
        let known = row.cells.iter().take(200);
        let known = known.filter(|cell| field(String::from_utf8_lossy(cell).trim()).is_some());
        (known.count(), row.cells.len())
    };
    [b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(score)
        .unwrap_or(b',')
}
