//! Articles in, the component's file out.

mod append;

use std::io::{self, Write};

use timbao_tokenizer::{Gap, scan};

use super::dictionary::{KeyInfo, write_hash, write_strings};
use super::ids::Ids;
use super::inversion::{self, Inversion, Source};
use super::layout::{ArticleRow, BLOCK_BITS, BLOCK_ENTRY_BYTES, FIELDS};
use super::residue::ResidueWriter;
use super::score;
use super::sections::{Section, SectionWriter};
use super::sketch::SketchWriter;
use super::tokens::{self, FIELD, FIRST_KEY, PARAGRAPH};
use super::vocabulary::Vocabulary;
pub(crate) use append::Refused;

/// Minimum number of bytes of a compressed block of residue.
const RESIDUE_BLOCK: usize = if cfg!(test) { 512 } else { 32 * 1024 };
/// Zstandard's level for the residue: higher ones gain little.
const RESIDUE_LEVEL: i32 = 3;
/// Upper limit of the memory for finishing, per token: an entry in a slice of
/// the inversion and its encoded postings.
const FINISH_BYTES_PER_TOKEN: usize = 5;

/// Gathers the articles of one segment.
pub(crate) struct SegmentBuilder {
    vocabulary: Vocabulary,
    /// All tokens in order; keys by vocabulary id plus [`FIRST_KEY`].
    tokens: Vec<u32>,
    articles: Vec<ArticleRow>,
    residue: ResidueWriter,
    residue_block: Vec<u8>,
    residue_blocks: Vec<(u32, u64)>,
    residue_bytes: Vec<u8>,
    compressor: zstd::bulk::Compressor<'static>,
    /// The segments that articles were appended of.
    sources: Vec<Source>,
}

impl SegmentBuilder {
    /// An empty segment.
    ///
    /// # Errors
    ///
    /// When the compressor has no memory.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            vocabulary: Vocabulary::default(),
            tokens: Vec::new(),
            articles: Vec::new(),
            residue: ResidueWriter::default(),
            residue_block: Vec::new(),
            residue_blocks: Vec::new(),
            residue_bytes: Vec::new(),
            compressor: zstd::bulk::Compressor::new(RESIDUE_LEVEL)?,
            sources: Vec::new(),
        })
    }

    /// Adds an article. Ties are broken by `tie`, smaller first. Not to be mixed
    /// with [`append`](Self::append).
    ///
    /// # Errors
    ///
    /// When the segment has more tokens than positions can count, or the
    /// compressor fails.
    pub(crate) fn add(&mut self, fields: [&str; FIELDS], tie: u64) -> io::Result<()> {
        let size: usize = fields.iter().map(|f| f.len()).sum();
        // A token takes a byte of text at least.
        self.check_room(size + FIELDS)?;
        let start = self.tokens.len() as u32;
        let mut ends = [0; FIELDS];
        let mut words = 0;
        for (field, end) in fields.iter().zip(&mut ends) {
            words += self.add_field(field);
            *end = self.tokens.len() as u32;
        }
        self.articles.push(ArticleRow {
            start,
            title_end: ends[0],
            summary_end: ends[1],
            length: score::length_code(words),
            tie,
        });
        if self.residue_block.is_empty() {
            self.begin_residue(self.articles.len() as u32 - 1);
        }
        self.residue.take(&mut self.residue_block);
        if self.residue_block.len() >= RESIDUE_BLOCK {
            self.flush_residue()?;
        }
        Ok(())
    }

    /// Fails if there is no room for so many more tokens.
    fn check_room(&self, tokens: usize) -> io::Result<()> {
        if self.tokens.len() + tokens > u32::MAX as usize {
            return Err(io::Error::other(
                "a segment cannot hold more than 4 billion tokens",
            ));
        }
        Ok(())
    }

    /// Begins a block of residue with this article.
    fn begin_residue(&mut self, article: u32) {
        let offset = self.residue_bytes.len() as u64;
        self.residue_blocks.push((article, offset));
    }

    fn add_field(&mut self, text: &str) -> u32 {
        let mut words = 0;
        let mut end = 0;
        for token in scan(text) {
            if token.gap == Gap::Paragraph && words > 0 {
                self.tokens.push(PARAGRAPH);
            }
            let (id, form) = self.vocabulary.id(text, token.start, token.end);
            self.tokens.push(id + FIRST_KEY);
            self.residue
                .push(&text[end..token.start], form, &text[token.start..token.end]);
            end = token.end;
            words += 1;
        }
        self.residue.end_field(&text[end..]);
        self.tokens.push(FIELD);
        words
    }

    fn flush_residue(&mut self) -> io::Result<()> {
        let len = self.residue_block.len() as u32;
        let compressed = self.compressor.compress(&self.residue_block)?;
        self.residue_bytes.extend_from_slice(&len.to_le_bytes());
        self.residue_bytes.extend_from_slice(&compressed);
        self.residue_block.clear();
        Ok(())
    }

    /// Approximate number of bytes of memory used now and while finishing.
    pub(crate) fn memory(&self) -> usize {
        self.tokens.capacity() * size_of::<u32>()
            + self.tokens.len() * FINISH_BYTES_PER_TOKEN
            + self.residue_bytes.capacity()
            + self.articles.capacity() * size_of::<ArticleRow>()
            + self.vocabulary.memory()
    }

    /// The sketches of the articles, for finding reprints.
    pub(crate) fn sketches(&self) -> Vec<u8> {
        let keys = self.vocabulary.entries.iter().map(|entry| &*entry.exact);
        let mut writer = SketchWriter::new(keys);
        let starts = self.articles.iter().map(|article| article.start as usize);
        let ends = starts.clone().skip(1).chain([self.tokens.len()]);
        for (start, end) in starts.zip(ends) {
            writer.add(self.tokens.get(start..end).unwrap_or_default());
        }
        writer.finish()
    }

    /// Writes the segment.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub(crate) fn finish<W: Write>(mut self, out: W) -> io::Result<W> {
        if !self.residue_block.is_empty() {
            self.flush_residue()?;
        }
        let mut sections = SectionWriter::new(out);
        let ids = Ids::rank(&self.vocabulary);
        for token in &mut self.tokens {
            if *token >= FIRST_KEY {
                *token = ids.rank_of[(*token - FIRST_KEY) as usize] + FIRST_KEY;
            }
        }
        self.write_articles(&mut sections)?;
        let average = self.average_length();
        let inversion = inversion::invert(
            &self.tokens,
            &self.articles,
            &ids,
            average,
            &self.sources,
            &mut sections,
        )?;
        self.write_dictionary(&ids, &inversion, &mut sections)?;
        let header = [
            self.articles.len() as u32,
            self.tokens.len() as u32,
            self.word_count(),
            average.to_bits(),
            ids.exact.len() as u32,
            ids.folded.len() as u32,
        ];
        sections.write(Section::Header, &rows(header))?;
        sections.finish()
    }

    fn word_count(&self) -> u32 {
        self.vocabulary.tokens().iter().sum()
    }

    fn average_length(&self) -> f32 {
        self.word_count() as f32 / self.articles.len().max(1) as f32
    }

    fn write_articles<W: Write>(&self, sections: &mut SectionWriter<W>) -> io::Result<()> {
        let total = self.tokens.len() as u32;
        let rows_of = self
            .articles
            .iter()
            .flat_map(|a| [a.start, a.title_end, a.summary_end, u32::from(a.length)]);
        sections.write(
            Section::ArticleTable,
            &rows(rows_of.chain([total, total, total, 0])),
        )?;
        let lengths: Vec<u8> = self.articles.iter().map(|a| a.length).collect();
        sections.write(Section::Lengths, &lengths)?;
        let ties: Vec<u8> = self
            .articles
            .iter()
            .flat_map(|a| a.tie.to_le_bytes())
            .collect();
        sections.write(Section::Ties, &ties)?;

        let articles = inversion::position_blocks(&self.articles, total);
        let mut overflow_starts = Vec::with_capacity(BLOCK_ENTRY_BYTES * articles.len());
        let mut overflow = Vec::new();
        let mut first_bytes = Vec::with_capacity(1 << BLOCK_BITS);
        sections.begin(Section::FirstBytes);
        for block in self.tokens.chunks(1 << BLOCK_BITS) {
            overflow_starts.extend_from_slice(&(overflow.len() as u32).to_le_bytes());
            first_bytes.clear();
            tokens::encode(block, &mut first_bytes, &mut overflow);
            sections.append(Section::FirstBytes, &first_bytes)?;
        }
        sections.write(Section::OverflowBytes, &overflow)?;
        sections.write(Section::OverflowStarts, &overflow_starts)?;
        let blocks: Vec<u8> = articles.iter().flat_map(|a| a.to_le_bytes()).collect();
        sections.write(Section::PositionBlocks, &blocks)?;

        sections.write(Section::Residue, &self.residue_bytes)?;
        let mut blocks = Vec::with_capacity(12 * self.residue_blocks.len());
        for (first, offset) in &self.residue_blocks {
            blocks.extend_from_slice(&first.to_le_bytes());
            blocks.extend_from_slice(&offset.to_le_bytes());
        }
        sections.write(Section::ResidueBlocks, &blocks)
    }

    fn write_dictionary<W: Write>(
        &self,
        ids: &Ids,
        inversion: &Inversion,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let entries = &self.vocabulary.entries;
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
