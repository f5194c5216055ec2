//! The sections of the component's file.
//!
//! The file consists of its sections and then a table: the offset and length of
//! each section (two u64, little-endian), the number of sections, the version
//! of the format, and four magic bytes. The files of small segments are
//! [compressed](super::packed).

use std::io::{self, Write};
use std::ops::Range;

use super::bytes::{load_u32, load_u64};
use super::checked_sections::Sections;
use super::packed;
use super::section::{SECTIONS, Section};
use crate::durable::Checks;

/// The last bytes of every file of this component.
const MAGIC: &[u8; 4] = b"TMBX";
/// The version of the format; files of other versions are rejected.
const FORMAT: u32 = 5;
/// Bytes of the section count, the format version and the magic.
const TRAILER: usize = 12;
/// Bytes of a section's entry in the table.
const ENTRY: usize = 16;

/// Writes sections in any order, each at most once.
pub(crate) struct SectionWriter<W> {
    out: W,
    at: u64,
    table: [(u64, u64); SECTIONS],
}

impl<W: Write> SectionWriter<W> {
    /// Starts a file.
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            table: [(0, 0); SECTIONS],
        }
    }

    /// Writes a section whole.
    pub(crate) fn write(&mut self, section: Section, bytes: &[u8]) -> io::Result<()> {
        self.begin(section);
        self.append(section, bytes)
    }

    /// Starts a section that [`append`](Self::append) fills.
    pub(crate) fn begin(&mut self, section: Section) {
        self.table[section as usize] = (self.at, 0);
    }

    /// Appends to the section started last.
    pub(crate) fn append(&mut self, section: Section, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        self.table[section as usize].1 += bytes.len() as u64;
        Ok(())
    }

    /// Writes the table and returns the sink.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        for (offset, len) in self.table {
            self.out.write_all(&offset.to_le_bytes())?;
            self.out.write_all(&len.to_le_bytes())?;
        }
        self.out.write_all(&(SECTIONS as u32).to_le_bytes())?;
        self.out.write_all(&FORMAT.to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        Ok(self.out)
    }
}

/// The ranges of the sections of a file, by its table.
///
/// # Errors
///
/// The defect of the file, in words.
pub(super) fn ranges(file: &[u8]) -> Result<[Range<usize>; SECTIONS], String> {
    let trailer = file.len().checked_sub(TRAILER).ok_or("truncated")?;
    if file[trailer + 8..] != MAGIC[..] {
        return Err("wrong magic bytes at the end".into());
    }
    let format = load_u32(file, trailer + 4);
    if format != FORMAT {
        return Err(format!(
            "the format is {format}, but this program reads format {FORMAT}"
        ));
    }
    let count = load_u32(file, trailer) as usize;
    if count != SECTIONS || trailer < ENTRY * SECTIONS {
        return Err(format!("{count} sections instead of {SECTIONS}"));
    }
    let table = trailer - ENTRY * SECTIONS;
    let mut ranges = [const { 0..0 }; SECTIONS];
    for (i, range) in ranges.iter_mut().enumerate() {
        let start = load_u64(file, table + ENTRY * i) as usize;
        let size = load_u64(file, table + ENTRY * i + 8) as usize;
        let end = start.checked_add(size).filter(|&end| end <= table);
        *range = start..end.ok_or("a section exceeds the end of the file")?;
    }
    Ok(ranges)
}

/// Finds the sections of the file in the first `len` bytes of a component, and
/// checks the table and the header.
///
/// # Errors
///
/// The defect of the file, in words.
pub(crate) fn read_sections(component: Checks, len: usize) -> Result<Sections, String> {
    let len = len.min(component.bytes().len());
    let bytes = component.bytes().slice(0..len);
    let check = |from| {
        component
            .check(from..len)
            .map_err(|error| error.to_string())
    };
    let (parts, starts, whole) = match packed::is_packed(&bytes) {
        true => {
            check(0)?;
            (packed::unpack(&bytes)?, [0; SECTIONS], u32::MAX)
        }
        false => {
            check(len.saturating_sub(TRAILER + ENTRY * SECTIONS))?;
            let ranges = ranges(&bytes)?;
            let starts = ranges.each_ref().map(|range| range.start);
            (ranges.map(|range| bytes.slice(range)).into(), starts, 0)
        }
    };
    let sections = Sections::new(component, parts, starts, whole);
    sections.get(Section::Header);
    match sections.damage().get() {
        Some(reason) => Err(reason.clone()),
        None => Ok(sections),
    }
}
