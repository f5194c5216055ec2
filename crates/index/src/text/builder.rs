//! Articles in, the component's file out.

use std::io::{self, Write};

use timbao_tokenizer::{Gap, scan};

use super::ids::Ids;
use super::inversion;
use super::layout::{ArticleRow, FIELDS};
use super::residue::ResidueWriter;
use super::score;
use super::sections::SectionWriter;
use super::sketch::SketchWriter;
use super::tokens::{FIELD, FIRST_KEY, PARAGRAPH};
use super::vocabulary::Vocabulary;
use super::writing::{
    Counts, ResidueBlocks, TokenWriter, write_articles, write_dictionary, write_header,
};

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
    residue_blocks: ResidueBlocks,
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
            residue_blocks: ResidueBlocks::new()?,
        })
    }

    /// Adds an article. Ties are broken by `tie`, smaller first.
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
        let article = self.articles.len() as u32 - 1;
        self.residue_blocks.take(article, &mut self.residue)
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

    /// The number of positions so far.
    pub(crate) fn positions(&self) -> u32 {
        self.tokens.len() as u32
    }

    /// Approximate number of bytes of memory used now and while finishing.
    pub(crate) fn memory(&self) -> usize {
        self.tokens.capacity() * size_of::<u32>()
            + self.tokens.len() * FINISH_BYTES_PER_TOKEN
            + self.residue_blocks.memory()
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
        let mut sections = SectionWriter::new(out);
        let ids = Ids::rank(&self.vocabulary);
        for token in &mut self.tokens {
            if *token >= FIRST_KEY {
                *token = ids.rank_of[(*token - FIRST_KEY) as usize] + FIRST_KEY;
            }
        }
        let counts = Counts {
            articles: self.articles.len() as u32,
            positions: self.tokens.len() as u32,
            words: self.vocabulary.tokens().iter().sum(),
        };
        write_articles(&self.articles, counts.positions, &mut sections)?;
        let mut tokens = TokenWriter::begin(&mut sections);
        tokens.push(&self.tokens, &mut sections)?;
        tokens.finish(&mut sections)?;
        self.residue_blocks.begin(&mut sections);
        self.residue_blocks.finish(&mut sections)?;
        let average = counts.average_length();
        let (tokens, articles) = (&self.tokens, &self.articles);
        let inversion = inversion::invert(tokens, articles, &ids, average, &mut sections)?;
        write_dictionary(&self.vocabulary, &ids, &inversion, &mut sections)?;
        write_header(counts, &ids, &mut sections)?;
        sections.finish()
    }
}
