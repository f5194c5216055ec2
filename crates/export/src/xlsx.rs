//! Workbooks of Excel.

use std::fmt;
use std::io::{self, Seek, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use timbao_views::Cell;

use crate::{About, Table};

/// Rows of a sheet, its header included.
const ROWS: u32 = 1_048_576;
/// Characters of a cell, in UTF-16.
const CHARACTERS: usize = 32_767;
/// The end of a text that is too long for a cell.
const CUT: &str = " […]";

/// A table as a workbook. Rows go to a temporary file as they are written, so that memory does not
/// grow with them. What does not fit on a sheet continues on another.
pub struct XlsxTable {
    workbook: Workbook,
    name: String,
    header: Vec<String>,
    /// Rows of a sheet.
    rows: u32,
    sheets: usize,
    /// The next row of the last sheet.
    row: u32,
    formats: Formats,
}

struct Formats {
    bold: Format,
    decimal: Format,
    day: Format,
    time: Format,
    fact: Format,
    fact_day: Format,
}

impl fmt::Debug for XlsxTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XlsxTable")
            .field("name", &self.name)
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

impl XlsxTable {
    /// Begins a table on a sheet with a name of at most 25 characters.
    pub fn new(name: &str) -> Self {
        Self::with_rows(name, ROWS)
    }

    fn with_rows(name: &str, rows: u32) -> Self {
        Self {
            workbook: Workbook::new(),
            name: name.to_owned(),
            header: Vec::new(),
            rows,
            sheets: 0,
            row: 0,
            formats: Formats {
                bold: Format::new().set_bold(),
                decimal: Format::new().set_num_format("0.0000"),
                day: Format::new().set_num_format("dd/mm/yyyy"),
                time: Format::new().set_num_format("hh:mm"),
                fact: Format::new()
                    .set_num_format("#,##0")
                    .set_align(FormatAlign::Left),
                fact_day: Format::new()
                    .set_num_format("dd/mm/yyyy")
                    .set_align(FormatAlign::Left),
            },
        }
    }

    /// Adds a sheet with facts and writes the workbook.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(
        mut self,
        about: Option<&About>,
        out: impl Write + Seek + Send,
    ) -> io::Result<()> {
        if self.sheets == 0 {
            self.add_sheet().map_err(failed)?;
        }
        if let Some(about) = about {
            self.describe(about).map_err(failed)?;
        }
        self.workbook.save_to_writer(out).map_err(failed)
    }

    fn describe(&mut self, about: &About) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(&about.sheet)?;
        sheet.set_column_width(0, 24)?.set_column_width(1, 80)?;
        for (row, (label, value)) in (0..).zip(&about.facts) {
            sheet.write_string_with_format(row, 0, label, &self.formats.bold)?;
            write(sheet, (row, 1), value, &self.formats)?;
            // Numbers and days stand below each other with texts.
            let format = match value {
                Cell::Whole(_) => &self.formats.fact,
                Cell::Day { .. } => &self.formats.fact_day,
                _ => continue,
            };
            sheet.set_cell_format(row, 1, format)?;
        }
        Ok(())
    }

    /// Adds a sheet with the header.
    fn add_sheet(&mut self) -> Result<(), XlsxError> {
        let name = match self.sheets {
            0 => self.name.clone(),
            before => format!("{} {}", self.name, before + 1),
        };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(&self.header) {
            sheet.set_column_width(column, width(name))?;
        }
        for (column, name) in (0..).zip(&self.header) {
            sheet.write_string_with_format(0, column, fitting(name), &self.formats.bold)?;
        }
        self.sheets += 1;
        self.row = 1;
        Ok(())
    }

    fn add_row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.sheets == 0 || self.row == self.rows {
            self.add_sheet()?;
        }
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            write(sheet, (self.row, column), cell, &self.formats)?;
        }
        self.row += 1;
        Ok(())
    }
}

impl Table for XlsxTable {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        self.header = names.iter().map(|&name| name.to_owned()).collect();
        self.add_sheet().map_err(failed)
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.add_row(cells).map_err(failed)
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match *cell {
        Cell::Empty => {}
        // Never a formula: strings have a type of their own.
        Cell::Text(ref text) if text.is_empty() => {}
        Cell::Text(ref text) => {
            sheet.write_string(row, column, fitting(text))?;
        }
        Cell::Whole(number) => {
            sheet.write_number(row, column, number as f64)?;
        }
        Cell::Decimal(number) => {
            sheet.write_number_with_format(row, column, number, &formats.decimal)?;
        }
        Cell::Flag(flag) => {
            sheet.write_boolean(row, column, flag)?;
        }
        Cell::Day { year, month, day } => match u16::try_from(year)
            .ok()
            .and_then(|year| ExcelDateTime::from_ymd(year, month, day).ok())
        {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, &date, &formats.day)?;
            }
            // The calendar of Excel starts with 1900.
            None => {
                sheet.write_string(row, column, cell.to_string())?;
            }
        },
        Cell::Time { hour, minute } => {
            let time = ExcelDateTime::from_hms(u16::from(hour), minute, 0)?;
            sheet.write_datetime_with_format(row, column, &time, &formats.time)?;
        }
    }
    Ok(())
}

/// A column's width, in characters.
fn width(name: &str) -> f64 {
    match name {
        "title" | "left" | "right" | "snippet" => 50.0,
        "path" | "member" | "query" => 30.0,
        _ => 14.0,
    }
}

/// A text that fits into a cell; the end of a longer one is marked.
fn fitting(text: &str) -> String {
    if text.len() <= CHARACTERS || text.encode_utf16().count() <= CHARACTERS {
        return text.to_owned();
    }
    let room = CHARACTERS - CUT.chars().count();
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= room
    });
    kept.chain(CUT.chars()).collect()
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn rows_continue_on_another_sheet_and_odd_values_do_no_harm() {
        let mut table = XlsxTable::with_rows("Kết quả", 3);
        table.header(&["title", "date"]).unwrap();
        let long = "đ".repeat(40_000);
        for title in ["=1+1", &long, "\u{1}\u{7}", ""] {
            let date = Cell::iso_day("0987-01-31");
            table.row(&[title.into(), date]).unwrap();
        }
        let mut out = Cursor::new(Vec::new());
        table.finish(None, &mut out).unwrap();
        assert!(out.into_inner().starts_with(b"PK"));
        assert_eq!(fitting(&long).encode_utf16().count(), CHARACTERS);
        assert!(fitting(&long).ends_with(" […]"));
    }
}
