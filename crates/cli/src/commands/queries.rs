//! Files of queries: one a line, or a column of CSV.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::error::{Failure, Result, plain_words};

/// The queries of a file, one after the other.
pub(crate) enum Queries {
    /// One a line, to the letter.
    Lines(Lines),
    /// In a column of CSV, where quotation marks belong to the format.
    Rows(Box<Rows>),
}

impl Queries {
    /// Opens a file, or standard input for `-`. It is CSV when its name ends in `.csv` or a
    /// column is named; its cells are separated by commas, semicolons, tabs or bars.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or has no such column.
    pub(crate) fn open(path: &Path, column: Option<&str>) -> Result<Self> {
        let (name, input): (String, Box<dyn Read>) = if path.as_os_str() == "-" {
            ("standard input".to_owned(), Box::new(io::stdin()))
        } else {
            let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
            (path.display().to_string(), Box::new(file))
        };
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv || column.is_some() {
            return Ok(Self::Rows(Box::new(Rows::new(name, input, column)?)));
        }
        let input = BufReader::new(input);
        Ok(Self::Lines(Lines {
            name,
            input,
            number: 0,
        }))
    }

    /// The next query that is not blank.
    ///
    /// # Errors
    ///
    /// When the file cannot be read further.
    pub(crate) fn next_query(&mut self) -> Result<Option<String>> {
        match self {
            Self::Lines(lines) => lines.next(),
            Self::Rows(rows) => rows.next(),
        }
    }
}

/// The lines of a file.
pub(crate) struct Lines {
    name: String,
    input: BufReader<Box<dyn Read>>,
    number: u64,
}

impl Lines {
    fn next(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        loop {
            line.clear();
            self.number += 1;
            let read = self.input.read_line(&mut line).map_err(|error| {
                Failure::new(format!(
                    "{}:{}: {}",
                    self.name,
                    self.number,
                    plain_words(&error)
                ))
            })?;
            let query = clean(&line);
            if read == 0 || !query.is_empty() {
                return Ok((read > 0).then(|| query.to_owned()));
            }
        }
    }
}

/// The rows of a CSV file.
pub(crate) struct Rows {
    rows: csv::Reader<Box<dyn Read>>,
    name: String,
    column: usize,
    /// The first row, if it was read in search of a header and is not one.
    held: Option<String>,
    row: csv::StringRecord,
}

impl Rows {
    fn new(name: String, mut input: Box<dyn Read>, column: Option<&str>) -> Result<Self> {
        let mut head = Vec::new();
        let read = input.by_ref().take(HEAD).read_to_end(&mut head);
        read.map_err(|error| Failure::new(format!("{name}: {}", plain_words(&error))))?;
        let separator = separator(&head, column.unwrap_or("query"));
        let input: Box<dyn Read> = Box::new(io::Cursor::new(head).chain(input));
        let rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(input);
        let mut rows = Self {
            rows,
            name,
            column: 0,
            held: None,
            row: csv::StringRecord::new(),
        };
        rows.find_column(column)?;
        Ok(rows)
    }

    /// Determines the column of the queries, and whether the first row is a header.
    fn find_column(&mut self, column: Option<&str>) -> Result<()> {
        let is_there = self.read_row()?;
        let named = |name: &str| {
            self.row
                .iter()
                .position(|cell| clean(cell).eq_ignore_ascii_case(name))
        };
        let header = named(column.unwrap_or("query"));
        let number = column
            .and_then(|column| column.parse::<usize>().ok())
            .and_then(|n| n.checked_sub(1));
        match (header, column, number) {
            (Some(at), _, _) => self.column = at,
            (None, Some(column), None) => {
                let names: Vec<_> = self.row.iter().map(clean).collect();
                return Err(Failure::new(format!("{}: no column `{column}`", self.name))
                    .hint(format!("the columns are: {}", names.join(", "))));
            }
            (None, _, number) => {
                self.column = number.unwrap_or(0);
                if named("query").is_none() && is_there {
                    self.held = self.cell();
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<String>> {
        if let Some(query) = self.held.take() {
            return Ok(Some(query));
        }
        while self.read_row()? {
            if let Some(query) = self.cell() {
                return Ok(Some(query));
            }
        }
        Ok(None)
    }

    fn cell(&self) -> Option<String> {
        self.row
            .get(self.column)
            .map(clean)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
    }

    fn read_row(&mut self) -> Result<bool> {
        self.rows.read_record(&mut self.row).map_err(|error| {
            let line = error
                .position()
                .map_or(String::new(), |position| format!(":{}", position.line()));
            let reason = match error.kind() {
                csv::ErrorKind::Io(error) => plain_words(error),
                csv::ErrorKind::Utf8 { .. } => "is not UTF-8 text".to_owned(),
                _ => error.to_string(),
            };
            Failure::new(format!("{}{line}: {reason}", self.name))
        })
    }
}

/// Bytes of a file from which the sign between its cells is determined.
const HEAD: u64 = 64 << 10;

/// The sign between cells: the one by which the wanted column is in the header,
/// else the comma, unless only another one is in the first row.
fn separator(head: &[u8], column: &str) -> u8 {
    const SIGNS: [u8; 4] = *b",;\t|";
    let first = head.split(|byte| matches!(byte, b'\n' | b'\r')).next();
    let first = String::from_utf8_lossy(first.unwrap_or_default());
    let names = |sign: u8| {
        let mut cells = first.split(char::from(sign));
        cells.any(|cell| clean(cell).trim_matches('"').eq_ignore_ascii_case(column))
    };
    let has = |sign: u8| first.contains(char::from(sign)) && !first.contains('"');
    let named = SIGNS.into_iter().find(|sign| names(*sign));
    named
        .or_else(|| SIGNS.into_iter().find(|sign| has(*sign)))
        .unwrap_or(b',')
}

/// A cell without the white space around it, and the mark that some programs begin files with.
fn clean(cell: &str) -> &str {
    cell.trim_start_matches('\u{FEFF}').trim()
}
