//! Writes the sections of a segment that follow from its articles, tokens and keys.

use std::io::{self, Write};

use super::dictionary::{KeyInfo, write_hash, write_strings};
use super::ids::Ids;
use super::inversion::{Inversion, position_blocks};
use super::layout::{ArticleRow, BLOCK_BITS};
use super::residue::ResidueWriter;
use super::section::Section;
use super::sections::SectionWriter;
use super::tokens;
use super::vocabulary::Vocabulary;

/// Minimum number of bytes of a compressed block of residue.
const RESIDUE_BLOCK: usize = if cfg!(test) { 512 } else { 32 * 1024 };
/// Zstandard's level for the residue: higher ones gain little.
const RESIDUE_LEVEL: i32 = 3;
/// Tokens per block of positions.
const BLOCK: usize = 1 << BLOCK_BITS;
/// Number of first bytes that are written at once.
const FIRST_BYTES_AT_ONCE: usize = 64 * 1024;

/// The number of tokens and of articles, from which the average length follows.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) articles: u32,
    pub(crate) positions: u32,
    pub(crate) words: u32,
}

impl Counts {
    /// The average number of tokens of an article.
    pub(crate) fn average_length(self) -> f32 {
        self.words as f32 / self.articles.max(1) as f32
    }
}

/// Writes the header.
pub(crate) fn write_header<W: Write>(
    counts: Counts,
    ids: &Ids<'_>,
    sections: &mut SectionWriter<W>,
) -> io::Result<()> {
    let header = [
        counts.articles,
        counts.positions,
        counts.words,
        counts.average_length().to_bits(),
        ids.exact.len() as u32,
        ids.folded.len() as u32,
    ];
    sections.write(Section::Header, &rows(header))
}

/// Writes the tables of articles and of the articles at blocks of positions.
pub(crate) fn write_articles<W: Write>(
    articles: &[ArticleRow],
    positions: u32,
    sections: &mut SectionWriter<W>,
) -> io::Result<()> {
    let rows_of = articles
        .iter()
        .flat_map(|a| [a.start, a.title_end, a.summary_end, u32::from(a.length)]);
    let end = [positions, positions, positions, 0];
    sections.write(Section::ArticleTable, &rows(rows_of.chain(end)))?;
    let lengths: Vec<u8> = articles.iter().map(|a| a.length).collect();
    sections.write(Section::Lengths, &lengths)?;
    let ties: Vec<u8> = articles.iter().flat_map(|a| a.tie.to_le_bytes()).collect();
    sections.write(Section::Ties, &ties)?;
    let blocks = position_blocks(articles, positions);
    sections.write(Section::PositionBlocks, &rows(blocks))
}

/// Writes the dictionary.
pub(crate) fn write_dictionary<W: Write>(
    vocabulary: &Vocabulary,
    ids: &Ids<'_>,
    inversion: &Inversion,
    sections: &mut SectionWriter<W>,
) -> io::Result<()> {
    let entries = &vocabulary.entries;
    let exact = || ids.exact.iter().map(|&id| &*entries[id as usize].exact);
    sections.write(Section::ExactKeys, &write_strings(exact()))?;
    sections.write(Section::ExactHash, &write_hash(exact()))?;
    let surfaces = ids.exact.iter().map(|&id| &*entries[id as usize].surface);
    sections.write(Section::Surfaces, &write_strings(surfaces))?;
    let folded = || ids.folded.iter().map(|f| f.key);
    sections.write(Section::FoldedKeys, &write_strings(folded()))?;
    sections.write(Section::FoldedHash, &write_hash(folded()))?;
    sections.write(Section::Variants, &rows(ids.variants.iter().copied()))?;
    sections.write(Section::ExactInfo, &records(&inversion.exact))?;
    sections.write(Section::FoldedInfo, &records(&inversion.folded))
}

fn rows(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn records(infos: &[KeyInfo]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for info in infos {
        info.write(&mut bytes);
    }
    bytes
}

/// Writes the tokens of a segment in order.
#[derive(Default)]
pub(crate) struct TokenWriter {
    /// The tokens of a block that is not complete.
    open: Vec<u32>,
    first_bytes: Vec<u8>,
    overflow: Vec<u8>,
    /// The start of the overflow bytes of each block.
    starts: Vec<u32>,
}

impl TokenWriter {
    /// Starts the section of first bytes, which is written until [`finish`](Self::finish).
    pub(crate) fn begin<W: Write>(sections: &mut SectionWriter<W>) -> Self {
        sections.begin(Section::FirstBytes);
        Self::default()
    }

    /// Appends some tokens.
    ///
    /// # Errors
    ///
    /// An error of the file.
    pub(crate) fn push<W: Write>(
        &mut self,
        mut tokens: &[u32],
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        if !self.open.is_empty() {
            let rest = tokens.len().min(BLOCK - self.open.len());
            self.open.extend_from_slice(&tokens[..rest]);
            tokens = &tokens[rest..];
            if self.open.len() < BLOCK {
                return Ok(());
            }
            let block = std::mem::take(&mut self.open);
            self.encode(&block);
            self.open = block;
            self.open.clear();
        }
        let (blocks, rest) = tokens.as_chunks::<BLOCK>();
        for block in blocks {
            self.encode(block);
            if self.first_bytes.len() >= FIRST_BYTES_AT_ONCE {
                sections.append(Section::FirstBytes, &self.first_bytes)?;
                self.first_bytes.clear();
            }
        }
        self.open.extend_from_slice(rest);
        Ok(())
    }

    fn encode(&mut self, block: &[u32]) {
        self.starts.push(self.overflow.len() as u32);
        tokens::encode(block, &mut self.first_bytes, &mut self.overflow);
    }

    /// Writes the remaining tokens and their tables.
    ///
    /// # Errors
    ///
    /// An error of the file.
    pub(crate) fn finish<W: Write>(mut self, sections: &mut SectionWriter<W>) -> io::Result<()> {
        let block = std::mem::take(&mut self.open);
        if !block.is_empty() {
            self.encode(&block);
        }
        sections.append(Section::FirstBytes, &self.first_bytes)?;
        sections.write(Section::OverflowBytes, &self.overflow)?;
        sections.write(Section::OverflowStarts, &rows(self.starts))
    }
}

/// The residue of a segment, in compressed blocks.
pub(crate) struct ResidueBlocks {
    /// The articles of a block that is not complete.
    open: Vec<u8>,
    /// The first article and the offset of each block.
    blocks: Vec<(u32, u64)>,
    /// Complete blocks that are not written.
    bytes: Vec<u8>,
    /// Bytes of the blocks that are.
    written: u64,
    compressor: zstd::bulk::Compressor<'static>,
}

impl ResidueBlocks {
    /// No blocks.
    ///
    /// # Errors
    ///
    /// When the compressor has no memory.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            open: Vec::new(),
            blocks: Vec::new(),
            bytes: Vec::new(),
            written: 0,
            compressor: zstd::bulk::Compressor::new(RESIDUE_LEVEL)?,
        })
    }

    /// Returns `true` if a block of this many bytes is large enough to stay as it is.
    pub(crate) fn is_full(bytes: usize) -> bool {
        bytes >= RESIDUE_BLOCK
    }

    /// Adds the residue of an article, the next one.
    ///
    /// # Errors
    ///
    /// When the compressor fails.
    pub(crate) fn take(&mut self, article: u32, residue: &mut ResidueWriter) -> io::Result<()> {
        self.make_room(article);
        residue.take(&mut self.open);
        self.flush_if_full()
    }

    /// Adds the residue of an article, the next one, as bytes of a block of another segment.
    ///
    /// # Errors
    ///
    /// When the compressor fails.
    pub(crate) fn add(&mut self, article: u32, residue: &[u8]) -> io::Result<()> {
        self.make_room(article);
        self.open.extend_from_slice(residue);
        self.flush_if_full()
    }

    /// Adds a compressed block of another segment; `first` is its first article.
    ///
    /// # Errors
    ///
    /// When the compressor fails.
    pub(crate) fn copy(&mut self, first: u32, packed: &[u8]) -> io::Result<()> {
        self.flush()?;
        self.open_block(first);
        self.bytes.extend_from_slice(packed);
        Ok(())
    }

    /// Starts the section of blocks, which is written until [`finish`](Self::finish).
    pub(crate) fn begin<W: Write>(&self, sections: &mut SectionWriter<W>) {
        sections.begin(Section::Residue);
    }

    /// Writes the complete blocks.
    ///
    /// # Errors
    ///
    /// Errors of the file.
    pub(crate) fn write<W: Write>(&mut self, sections: &mut SectionWriter<W>) -> io::Result<()> {
        sections.append(Section::Residue, &self.bytes)?;
        self.written += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }

    /// Makes room for an article, the next one.
    fn make_room(&mut self, article: u32) {
        if self.open.is_empty() {
            self.open_block(article);
        }
    }

    /// Starts a block with its first article.
    fn open_block(&mut self, first: u32) {
        self.blocks
            .push((first, self.written + self.bytes.len() as u64));
    }

    fn flush_if_full(&mut self) -> io::Result<()> {
        match Self::is_full(self.open.len()) {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.open.is_empty() {
            return Ok(());
        }
        let len = self.open.len() as u32;
        let compressed = self.compressor.compress(&self.open)?;
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(&compressed);
        self.open.clear();
        Ok(())
    }

    /// Writes the remaining blocks and their table.
    ///
    /// # Errors
    ///
    /// When the compressor fails, and errors of the file.
    pub(crate) fn finish<W: Write>(mut self, sections: &mut SectionWriter<W>) -> io::Result<()> {
        self.flush()?;
        self.write(sections)?;
        let mut blocks = Vec::with_capacity(12 * self.blocks.len());
        for (first, offset) in &self.blocks {
            blocks.extend_from_slice(&first.to_le_bytes());
            blocks.extend_from_slice(&offset.to_le_bytes());
        }
        sections.write(Section::ResidueBlocks, &blocks)
    }

    /// Number of bytes of memory that it uses.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity()
    }
}
