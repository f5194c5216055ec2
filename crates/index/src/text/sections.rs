//! The sections of the component's file.
//!
//! The file consists of its sections and then a table: the offset and length of
//! each section (two u64, little-endian), the number of sections, the version
//! of the format, and four magic bytes.

use std::io::{self, Write};

use tantivy::directory::OwnedBytes;

use super::bytes::{load_u32, load_u64};

/// The last bytes of every file of this component.
const MAGIC: &[u8; 4] = b"TMBX";
/// The version of the format; files of other versions are rejected.
const FORMAT: u32 = 5;
/// Section count, format version and magic.
const TRAILER: usize = 12;

/// The sections, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// Counts that describe the segment.
    Header,
    /// Four u32 per article: start of its tokens, end of its title, end of its
    /// summary, and length code; a last row ends the table.
    Rows,
    /// The article that contains the first position of each block of
    /// 2^[`RUN_BITS`](super::segment::RUN_BITS) positions.
    Runs,
    /// The start of the overflow bytes of each such block.
    RunTails,
    /// Length code of each article.
    Lengths,
    /// Tie-breakers of equal scores.
    Ties,
    /// The first bytes of the tokens, by position.
    TokenHeads,
    /// The overflow bytes of these tokens.
    TokenTails,
    /// First article and offset of each block of `Residue`.
    ResidueBlocks,
    /// The difference between tokens and text.
    Residue,
    /// Exact keys, by id.
    ExactKeys,
    /// The default spelling of each exact key.
    Surfaces,
    /// One record for each exact key.
    ExactInfo,
    /// Hash table from exact keys to ids.
    ExactHash,
    /// Folded keys, by id.
    FoldedKeys,
    /// One record for each folded key.
    FoldedInfo,
    /// Hash table from folded keys to ids.
    FoldedHash,
    /// The exact keys of each folded key.
    Variants,
    /// Postings of exact and folded keys.
    Postings,
    /// The first second key of each block of `Pairs`.
    PairSeconds,
    /// The start of each block of `Pairs`, and the end of the last one.
    PairOffsets,
    /// Positions of bigrams.
    Pairs,
}

const SECTIONS: usize = Section::Pairs as usize + 1;

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

/// Finds the sections of a file.
///
/// # Errors
///
/// A description of the defect.
pub(crate) fn read_sections(file: &OwnedBytes) -> Result<Sections, String> {
    let bytes = file.as_slice();
    let trailer = bytes
        .len()
        .checked_sub(TRAILER)
        .ok_or("the file is cut short")?;
    if bytes[trailer + 8..] != MAGIC[..] {
        return Err("the magic bytes at its end are wrong".into());
    }
    let format = load_u32(bytes, trailer + 4);
    if format != FORMAT {
        return Err(format!(
            "the format is {format}, but this program reads format {FORMAT}"
        ));
    }
    let count = load_u32(bytes, trailer) as usize;
    if count != SECTIONS {
        return Err(format!("{count} sections instead of {SECTIONS}"));
    }
    let table = trailer
        .checked_sub(16 * SECTIONS)
        .ok_or("the file is cut short")?;
    let mut sections = Vec::with_capacity(SECTIONS);
    for i in 0..SECTIONS {
        let start = load_u64(bytes, table + 16 * i) as usize;
        let len = load_u64(bytes, table + 16 * i + 8) as usize;
        let end = start.checked_add(len).filter(|&end| end <= table);
        let end = end.ok_or("a section exceeds the end of the file")?;
        sections.push(file.slice(start..end));
    }
    Ok(Sections(sections))
}

/// The sections of one file.
#[derive(Clone)]
pub(crate) struct Sections(Vec<OwnedBytes>);

impl Sections {
    /// The bytes of a section.
    #[inline]
    pub(crate) fn get(&self, section: Section) -> &[u8] {
        self.0[section as usize].as_slice()
    }

    /// Replaces the bytes of some sections by copies.
    pub(crate) fn replace(&mut self, sections: &[Section], bytes: Vec<OwnedBytes>) {
        for (&section, bytes) in sections.iter().zip(bytes) {
            self.0[section as usize] = bytes;
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
