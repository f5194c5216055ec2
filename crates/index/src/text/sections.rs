//! The sections of the component's file.
//!
//! The file consists of its sections and then a table: the offset and length of
//! each section (two u64, little-endian), the number of sections, the version
//! of the format, and four magic bytes. The files of small segments are
//! [compressed](super::packed).

use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::directory::OwnedBytes;

use super::bytes::{load_u32, load_u64};
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
    let sections = Sections {
        parts,
        starts,
        file: Arc::new(File {
            component,
            whole: AtomicU32::new(whole),
            is_packed: whole != 0,
            damage: Damage::default(),
        }),
    };
    sections.get(Section::Header);
    match sections.damage().get() {
        Some(reason) => Err(reason.clone()),
        None => Ok(sections),
    }
}

/// The first defect found while a file was read. Results computed from the file
/// since then are invalid.
pub(crate) type Damage = Arc<OnceLock<String>>;

/// The sections of one file, which are checked when they are first read: those
/// of lists and text block by block, the others as a whole.
///
/// Damage is recorded, and callers must check for it at the end of a query
/// ([`damage`](Self::damage)), as a `Result` for each read would be slow.
#[derive(Clone)]
pub(crate) struct Sections {
    parts: Vec<OwnedBytes>,
    /// The offset of each section in the file.
    starts: [usize; SECTIONS],
    file: Arc<File>,
}

struct File {
    component: Checks,
    /// A bit for each section that was checked as a whole.
    whole: AtomicU32,
    is_packed: bool,
    damage: Damage,
}

impl Sections {
    /// The bytes of a section, all of them checked.
    #[inline]
    pub(crate) fn get(&self, section: Section) -> &[u8] {
        if !self.is_checked(section) {
            self.check_whole(section);
        }
        self.unchecked(section)
    }

    /// The bytes of a section, checked only where [`check`](Self::check) was
    /// called.
    #[inline]
    pub(crate) fn unchecked(&self, section: Section) -> &[u8] {
        self.parts[section as usize].as_slice()
    }

    /// Whether all bytes of a section were checked.
    #[inline]
    pub(crate) fn is_checked(&self, section: Section) -> bool {
        self.file.whole.load(Ordering::Relaxed) & 1 << section as u32 != 0
    }

    /// Takes all bytes as checked.
    pub(crate) fn trust(&self) {
        self.file.whole.store(u32::MAX, Ordering::Relaxed);
    }

    /// Returns `true` if the sections were unpacked from a compressed file.
    pub(crate) fn are_unpacked(&self) -> bool {
        self.file.is_packed
    }

    /// Checks some bytes of a section.
    #[inline]
    pub(crate) fn check(&self, section: Section, range: Range<usize>) {
        if !self.is_checked(section) {
            let _ = self.check_range(section, range);
        }
    }

    /// The number of blocks that hold some bytes of a section and were not checked. The offsets
    /// are in order.
    pub(crate) fn unread_blocks(&self, section: Section, offsets: &[u32]) -> u32 {
        if self.is_checked(section) {
            return 0;
        }
        let start = self.starts[section as usize];
        let offsets = offsets.iter().map(|&offset| start + offset as usize);
        self.file.component.unchecked_blocks(offsets)
    }

    /// The ranges of bytes of the sections in the file.
    #[cfg(test)]
    pub(crate) fn ranges(&self) -> Vec<Range<usize>> {
        let sections = self.starts.iter().zip(&self.parts);
        sections
            .map(|(&start, bytes)| start..start + bytes.len())
            .collect()
    }

    /// The damage that was found so far.
    pub(crate) fn damage(&self) -> &Damage {
        &self.file.damage
    }

    /// Returns `true` if the bytes are whole.
    fn check_range(&self, section: Section, range: Range<usize>) -> bool {
        let size = self.unchecked(section).len();
        let start = self.starts[section as usize];
        let range = start + range.start.min(size)..start + range.end.min(size);
        let checked = self.file.component.check(range);
        if let Err(error) = &checked {
            // Only the first one is kept.
            let _ = self.file.damage.set(error.to_string());
        }
        checked.is_ok()
    }

    #[cold]
    fn check_whole(&self, section: Section) {
        if self.check_range(section, 0..usize::MAX) {
            let bit = 1 << section as u32;
            self.file.whole.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Replaces some sections by copies of their bytes, which were checked.
    pub(crate) fn replace(&mut self, sections: &[Section], bytes: Vec<OwnedBytes>) {
        for (&section, bytes) in sections.iter().zip(bytes) {
            self.parts[section as usize] = bytes;
        }
    }

    /// The number at `index` of a section of u32.
    #[inline]
    pub(crate) fn u32(&self, section: Section, index: usize) -> u32 {
        load_u32(self.get(section), 4 * index)
    }

    /// The number at `index` of a section of u64.
    #[inline]
    pub(crate) fn u64(&self, section: Section, index: usize) -> u64 {
        load_u64(self.get(section), 8 * index)
    }
}
