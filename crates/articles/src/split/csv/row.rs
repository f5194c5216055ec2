//! One row of CSV: its cells, and whether its quotation marks make sense.

use std::borrow::Cow;

/// A row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub cells: Cells,
    /// Bytes it takes, its line break included.
    pub end: usize,
    /// A quoted cell spans lines and contains marks that do not end it.
    pub is_suspect: bool,
    /// A quoted cell spans lines.
    pub spans_lines: bool,
}

/// The cells of a row, in one piece: a row may have millions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }

    /// The bytes of the cell that is not at its end.
    fn open(&self) -> &[u8] {
        let start = self.ends.last().copied().unwrap_or(0);
        self.text.get(start..).unwrap_or_default()
    }

    fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// The result of scanning a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    Row(Row),
    /// The row continues after these bytes.
    More,
    /// A quotation mark is open at the end.
    Open(Row),
}

/// Scans the row that `bytes` begin with; `all` if no more bytes follow.
pub(super) fn scan(bytes: &[u8], delimiter: u8, all: bool) -> Scanned {
    let mut row = Row::default();
    let mut at = 0;
    loop {
        let end = if bytes.get(at) == Some(&b'"') {
            match quoted(bytes, at + 1, delimiter, all, &mut row.cells) {
                Quoted::Closed(end, is_suspect) => {
                    row.is_suspect |= is_suspect;
                    row.spans_lines |= memchr::memchr(b'\n', &bytes[at..end]).is_some();
                    end
                }
                Quoted::Open if all => {
                    row.cells.end_cell();
                    row.end = bytes.len();
                    return Scanned::Open(row);
                }
                Quoted::Open => return Scanned::More,
            }
        } else {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = bare(rest, delimiter);
            if length.is_none() && !all {
                return Scanned::More;
            }
            let length = length.unwrap_or(rest.len());
            row.cells.text.extend_from_slice(&rest[..length]);
            at + length
        };
        let is_last = bytes.get(end) != Some(&delimiter);
        if is_last && row.cells.open().last() == Some(&b'\r') {
            row.cells.text.pop();
        }
        row.cells.end_cell();
        at = end + 1;
        if is_last {
            row.end = at.min(bytes.len());
            return Scanned::Row(row);
        }
    }
}

/// The length of a cell without quotation marks. MySQL writes tables with tabs without marks, and a
/// backslash before the tabs and line breaks in a cell.
fn bare(rest: &[u8], delimiter: u8) -> Option<usize> {
    let mut ends = memchr::memchr2_iter(delimiter, b'\n', rest);
    ends.find(|end| delimiter != b'\t' || !is_escaped(rest, *end))
}

fn is_escaped(cell: &[u8], end: usize) -> bool {
    let before = cell.iter().take(end).rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

enum Quoted {
    /// Offset of the separator or line break after the cell, and whether it is
    /// odd.
    Closed(usize, bool),
    Open,
}

/// Reads a quoted cell from after its first mark. A mark in it that no
/// separator follows is a mark of the text.
fn quoted(bytes: &[u8], start: usize, delimiter: u8, all: bool, cells: &mut Cells) -> Quoted {
    let mut at = start;
    let mut is_suspect = false;
    let mut has_break = false;
    let mut has_escapes = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'"', rest) else {
            cells.text.extend_from_slice(rest);
            return Quoted::Open;
        };
        cells.text.extend_from_slice(&rest[..found]);
        has_break |= memchr::memchr(b'\n', &rest[..found]).is_some();
        at += found + 1;
        let after = bytes.get(at..).unwrap_or_default();
        match after {
            [] if !all => return Quoted::Open,
            [b'"', ..] if has_escapes && cells.open().last() == Some(&b'\\') => {
                cells.text.pop();
                cells.text.push(b'"');
            }
            [b'"', ..] => {
                cells.text.push(b'"');
                at += 1;
            }
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => {
                let end = at + usize::from(after.first() == Some(&b'\r'));
                return Quoted::Closed(end, is_suspect);
            }
            [next, ..] if *next == delimiter => return Quoted::Closed(at, is_suspect),
            _ => {
                // MySQL writes \" for a mark.
                if cells.open().last() == Some(&b'\\') {
                    cells.text.pop();
                    has_escapes = true;
                } else {
                    is_suspect |= has_break;
                }
                cells.text.push(b'"');
            }
        }
    }
}

/// Reads the line that `bytes` begin with by itself, a mark that does not close
/// in it being a letter, if that makes sense: it and the next one then have as
/// many cells as there are columns.
pub(super) fn literal(bytes: &[u8], delimiter: u8, columns: usize) -> Option<Row> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next()?;
    let row = alone(first, delimiter);
    let fits = |row: &Row| row.cells.len() == columns;
    const LOOKED_AT: usize = 8;
    const SEVERAL: usize = 3;
    let mut lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let second = lines.next();
    let next_fits = second.is_none_or(|line| fits(&alone(line, delimiter)));
    if fits(&row) && next_fits {
        return Some(row);
    }
    // Its own cells may be too many; those of the lines after it show that they are rows.
    let after = second.into_iter().chain(lines).take(LOOKED_AT);
    let (mut count, mut fitting) = (0, 0);
    for line in after {
        count += 1;
        fitting += usize::from(fits(&alone(line, delimiter)));
    }
    let are_rows = columns >= SEVERAL && fitting >= 2 && fitting * 4 >= count * 3;
    (are_rows && row.cells.len() >= columns).then_some(row)
}

/// Reads the line that `bytes` begin with by itself, however many cells it has.
pub(super) fn line(bytes: &[u8], delimiter: u8) -> Row {
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next();
    alone(line.unwrap_or_default(), delimiter)
}

/// Returns `true` if a line in a quoted cell of the row that `bytes` are is like the row itself: it
/// has as many cells as there are columns, and numbers, dates and addresses in the same ones.
pub(super) fn joins_rows(bytes: &[u8], delimiter: u8, columns: usize) -> bool {
    const MOST: usize = 50;
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    // The cells before the one that is open.
    let known = match scan(first, delimiter, true) {
        Scanned::Open(row) => row.cells.len().saturating_sub(1),
        _ => 0,
    };
    let first = alone(first, delimiter);
    let known = if known == 0 {
        columns
    } else {
        known.min(columns)
    };
    let shapes: Vec<Shape> = first.cells.iter().take(known).map(Shape::of).collect();
    let has_shape = shapes.iter().any(|shape| *shape != Shape::Text);
    has_shape
        && lines.take(MOST).any(|line| {
            let separators = memchr::memchr_iter(delimiter, line).count();
            if separators + 1 < columns {
                return false;
            }
            let row = alone(line, delimiter);
            row.cells.len() == columns
                && row
                    .cells
                    .iter()
                    .take(known)
                    .map(Shape::of)
                    .eq(shapes.iter().copied())
        })
}

/// The kind of value in a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Number,
    Date,
    Address,
}

impl Shape {
    fn of(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
        let is_date = |byte: &u8| byte.is_ascii_digit() || b"-/:. TZ+".contains(byte);
        match cell {
            [] => Self::Text,
            _ if digits == cell.len() => Self::Number,
            _ if digits >= 6 && cell.iter().all(is_date) => Self::Date,
            _ if cell.starts_with(b"http://") || cell.starts_with(b"https://") => Self::Address,
            _ => Self::Text,
        }
    }
}

/// Returns `true` if a quotation mark does not close in the line that `bytes`
/// begin with.
pub(super) fn is_open(bytes: &[u8], delimiter: u8) -> bool {
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next();
    line.is_some_and(|line| matches!(scan(line, delimiter, true), Scanned::Open(_)))
}

fn alone(line: &[u8], delimiter: u8) -> Row {
    if let Scanned::Row(row) = scan(line, delimiter, true) {
        return row;
    }
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let mut cells = Cells::default();
    for cell in text.split(|byte| *byte == delimiter) {
        cells.text.extend_from_slice(cell);
        cells.end_cell();
    }
    Row {
        cells,
        end: line.len(),
        ..Row::default()
    }
}

/// The text of a cell: tables with tabs escape line breaks, and programs write
/// lists in their own syntax: `['Lê Tư', 'Vũ Nam']`.
pub(super) fn value(cell: &str, delimiter: u8) -> Cow<'_, str> {
    const ESCAPES: &[&str] = &["\\n", "\\t", "\\\n", "\\\t"];
    if delimiter == b'\t' && ESCAPES.iter().any(|escape| cell.contains(escape)) {
        return Cow::Owned(
            cell.replace("\\n", "\n")
                .replace("\\t", " ")
                .replace("\\\n", "\n")
                .replace("\\\t", " ")
                .replace("\\\\", "\\"),
        );
    }
    // What MySQL writes for a line break.
    if cell.contains("\\\n") {
        return Cow::Owned(cell.replace("\\\n", "\n"));
    }
    match list(cell) {
        Some(values) => {
            let is_long = values.iter().any(|value| value.len() > 80);
            Cow::Owned(values.join(if is_long { "\n" } else { ", " }))
        }
        None => Cow::Borrowed(cell),
    }
}

/// The strings of a list in the notation of Python or JSON.
fn list(cell: &str) -> Option<Vec<String>> {
    let mut rest = cell.strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut values = Vec::new();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut value = String::new();
        let mut letters = rest.char_indices().skip(1);
        let end = loop {
            match letters.next()? {
                (_, '\\') => match letters.next()?.1 {
                    'n' => value.push('\n'),
                    letter => value.push(letter),
                },
                (at, letter) if letter == quote => break at + 1,
                (_, letter) => value.push(letter),
            }
        };
        values.push(value);
        rest = rest.get(end..)?.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::{Scanned, joins_rows, list, literal, scan};

    fn cells(text: &str) -> Vec<String> {
        match scan(text.as_bytes(), b',', true) {
            Scanned::Row(row) | Scanned::Open(row) => row
                .cells
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect(),
            Scanned::More => Vec::new(),
        }
    }

    #[test]
    fn cells_are_told_apart() {
        assert_eq!(cells("a,b\r\nc"), ["a", "b"]);
        assert_eq!(cells("\"a,\"\"b\"\"\",\nc"), ["a,\"b\"", ""]);
        assert_eq!(cells("\"a\nb\",c\n"), ["a\nb", "c"]);
        assert_eq!(cells("\"nói \"hay\" lắm\",c"), ["nói \"hay\" lắm", "c"]);
        assert_eq!(cells("\"nói \\\"hay\\\" lắm\",c"), ["nói \"hay\" lắm", "c"]);
        assert_eq!(scan(b"a,\"b\"", b',', false), Scanned::More);
    }

    #[test]
    fn a_mark_that_never_closes_is_a_letter_of_its_line() {
        let row = literal(b"1,\"Tin A,x\n2,Tin B,y\n", b',', 3).unwrap();
        assert_eq!(row.end, 11);
        assert_eq!(row.cells.iter().nth(1).unwrap(), b"\"Tin A");
        // The cell continues on the next line.
        assert_eq!(literal(b"1,T,\"x\nm, n, o, p\n", b',', 3), None);
    }

    #[test]
    fn lines_like_rows_in_a_quoted_cell_are_rows() {
        for (text, expected) in [
            ("1,Tin A,\"một\n2,Tin B,\"\n", true),
            ("1,\"Tin \"A,x\n2,Tin B,y\n3,Tin C\",z\n", true),
            ("2026-03-25,\"A, b,x\n2026-03-26,\"B\",y\n", true),
            ("Tin A,\"Sáng, trưa\nchiều, tối\",1\n", false),
            ("1,Tin A,\"Sáng, trưa.\nvà, 2, 3\"\n", false),
            ("1,Tin A,\"một\n\nhai\"\n", false),
        ] {
            assert_eq!(joins_rows(text.as_bytes(), b',', 3), expected, "{text}");
        }
        assert_eq!(cells("\"nói \\\"hay\\\"\",c"), ["nói \"hay\"", "c"]);
    }

    #[test]
    fn lists_of_programs_are_read() {
        assert_eq!(list("['Lê \\'Tư\\'', \"Vũ\"]").unwrap(), ["Lê 'Tư'", "Vũ"]);
        assert_eq!(list("[]").unwrap(), Vec::<String>::new());
        assert_eq!(list("[1, 2]"), None);
        assert_eq!(list("[Ảnh] Cầu"), None);
    }
}
