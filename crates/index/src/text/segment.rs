//! Reads the text component of a segment.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use timbao_views::{ArticleText, Separator};
use zstd::bulk::Decompressor;

use super::bytes::{load_u32, load_u64};
use super::checked_sections::{Damage, Sections};
use super::dictionary::{self, KeyInfo, Strings, read_string};
use super::layout::{ArticleRow, BLOCK_BITS, BLOCK_ENTRY_BYTES, FIELDS};
use super::pairs::{self, PairList};
use super::patterns::PatternCache;
use super::postings::Postings;
use super::preload::{Copies, Held};
use super::residue::ResidueReader;
use super::section::Section;
use super::section_view::SectionView;
use super::sections::read_sections;
use super::tokens::{FIELD, FIRST_KEY, PARAGRAPH, TokenReader, Tokens};
use crate::durable::Checks;

/// Bytes of a row of [`Section::ArticleTable`].
const ROW_BYTES: usize = 16;
/// Bytes of an entry of [`Section::ResidueBlocks`].
const RESIDUE_BLOCK_BYTES: usize = 12;
/// The number of the field with most of the text.
const BODY: usize = 2;
/// Bytes of a token with what precedes it, on average.
const TOKEN_BYTES: usize = 6;
/// Articles from which it pays to check all surfaces at once.
const MANY_ARTICLES: usize = 100;
/// Most tokens that memory is reserved for before they are read.
const MOST_RESERVED: usize = 1 << 16;

/// The sections with random access: first those of single bytes, then those of
/// lists.
const PRELOADED: [Section; 18] = [
    Section::ArticleTable,
    Section::PositionBlocks,
    Section::OverflowStarts,
    Section::Lengths,
    Section::Ties,
    Section::FirstBytes,
    Section::OverflowBytes,
    Section::ExactKeys,
    Section::ExactInfo,
    Section::ExactHash,
    Section::FoldedKeys,
    Section::FoldedInfo,
    Section::FoldedHash,
    Section::Variants,
    Section::BigramSeconds,
    Section::BigramOffsets,
    Section::Postings,
    Section::Bigrams,
];
/// Number of sections with lists, at the end.
const LISTS: usize = 2;

/// The text of a segment's articles, searchable.
#[derive(Clone)]
pub(crate) struct TextSegment {
    sections: Sections,
    articles: u32,
    positions: u32,
    words: u32,
    average_length: f32,
    exact_keys: u32,
    folded_keys: u32,
    shapes: pairs::Shapes,
    patterns: Arc<PatternCache>,
    /// The copies in huge pages, if there are any.
    preloaded: Option<Arc<Held>>,
}

impl TextSegment {
    /// Opens a component.
    ///
    /// # Errors
    ///
    /// The defect of the file, in words.
    pub(crate) fn open(component: Checks) -> Result<Self, String> {
        let len = component.body_len().map_err(|error| error.to_string())?;
        let sections = read_sections(component, len)?;
        let header = |i| sections.u32(Section::Header, i);
        let segment = Self {
            articles: header(0),
            positions: header(1),
            words: header(2),
            average_length: f32::from_bits(header(3)),
            exact_keys: header(4),
            folded_keys: header(5),
            shapes: pairs::Shapes::new(header(1), header(0)),
            patterns: Arc::default(),
            preloaded: None,
            sections: sections.clone(),
        };
        let expected = ROW_BYTES * (segment.articles as usize + 1);
        if segment.sections.unchecked(Section::ArticleTable).len() != expected {
            return Err("the article table does not have the length given in the header".into());
        }
        Ok(segment)
    }

    /// The keys that fit patterns.
    pub(crate) fn patterns(&self) -> &PatternCache {
        &self.patterns
    }

    /// Copies the randomly accessed sections to huge pages, unless they are
    /// there already or do not fit. Sections that are read byte by byte come
    /// first.
    pub(crate) fn preload(&mut self, copies: &Copies) {
        let bytes_and_lists = [&PRELOADED[..], &PRELOADED[..PRELOADED.len() - LISTS]];
        for sections in bytes_and_lists {
            if self.preloaded.is_some() {
                return;
            }
            let parts: Vec<&[u8]> = sections
                .iter()
                .map(|&section| self.sections.unchecked(section))
                .collect();
            if let Some((copies, held)) = copies.make(&parts) {
                for &section in sections {
                    self.sections.get(section);
                }
                self.sections.replace(sections, copies);
                self.preloaded = Some(Arc::new(held));
            }
        }
    }

    /// Returns `true` if both share the same copy.
    #[cfg(test)]
    pub(crate) fn shares_copy(&self, other: &Self) -> Option<bool> {
        let (this, other) = (self.preloaded.as_ref()?, other.preloaded.as_ref()?);
        Some(Arc::ptr_eq(this, other))
    }

    /// The ranges of bytes of the sections.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> Vec<Range<usize>> {
        self.sections.ranges()
    }

    /// The first damage found, if any. Results computed since then are invalid.
    pub(crate) fn damage(&self) -> &Damage {
        self.sections.damage()
    }

    /// Number of articles, deleted ones included.
    pub(crate) fn articles(&self) -> u32 {
        self.articles
    }

    /// Number of positions: tokens and ends of paragraphs and parts.
    pub(crate) fn positions(&self) -> u32 {
        self.positions
    }

    /// Number of tokens.
    pub(crate) fn words(&self) -> u32 {
        self.words
    }

    /// The average length in tokens for which the upper bounds were computed.
    pub(crate) fn average_length(&self) -> f32 {
        self.average_length
    }

    /// Number of exact keys; their ids are the smaller numbers.
    pub(crate) fn exact_keys(&self) -> u32 {
        self.exact_keys
    }

    /// Number of folded keys; their ids are the smaller numbers.
    pub(crate) fn folded_keys(&self) -> u32 {
        self.folded_keys
    }

    /// The id of an exact key.
    pub(crate) fn exact_id(&self, key: &str) -> Option<u32> {
        self.find(Section::ExactHash, Section::ExactKeys, key)
    }

    /// The id of a folded key.
    pub(crate) fn folded_id(&self, key: &str) -> Option<u32> {
        self.find(Section::FoldedHash, Section::FoldedKeys, key)
    }

    /// A section for random reads.
    #[inline]
    fn view(&self, section: Section) -> SectionView<'_> {
        SectionView::new(&self.sections, section)
    }

    fn find(&self, table: Section, keys: Section, key: &str) -> Option<u32> {
        dictionary::find(self.view(table), self.view(keys), key)
    }

    /// The text of an exact key.
    pub(crate) fn exact_key(&self, id: u32) -> &str {
        read_string(self.view(Section::ExactKeys), id)
    }

    /// The text of a folded key.
    pub(crate) fn folded_key(&self, id: u32) -> &str {
        read_string(self.view(Section::FoldedKeys), id)
    }

    /// The plainest spelling of an exact key.
    pub(crate) fn surface(&self, id: u32) -> &str {
        read_string(self.view(Section::Surfaces), id)
    }

    /// The plainest spellings of exact keys, for reading some articles.
    pub(crate) fn surfaces(&self, articles: usize) -> Strings<'_> {
        match articles < MANY_ARTICLES {
            true => Strings::unchecked(self.view(Section::Surfaces)),
            false => Strings::checked(self.sections.get(Section::Surfaces)),
        }
    }

    /// The dictionary entry of an exact key.
    #[inline]
    pub(crate) fn exact_info(&self, id: u32) -> KeyInfo {
        KeyInfo::read(self.view(Section::ExactInfo), id)
    }

    /// The dictionary entry of a folded key.
    #[inline]
    pub(crate) fn folded_info(&self, id: u32) -> KeyInfo {
        KeyInfo::read(self.view(Section::FoldedInfo), id)
    }

    /// The variants of a folded key, most common first.
    pub(crate) fn variants(&self, folded: u32) -> impl ExactSizeIterator<Item = u32> {
        let start = self.folded_info(folded).link;
        let end = if folded + 1 < self.folded_keys {
            self.folded_info(folded + 1).link
        } else {
            self.exact_keys
        };
        let range = 4 * start as usize..4 * end as usize;
        let variants = self.view(Section::Variants).get(range);
        let variants = variants.as_chunks().0.iter();
        variants.map(|&id| u32::from_le_bytes(id))
    }

    /// The variant at `ordinal` of a folded key.
    pub(crate) fn variant_at(&self, folded: &KeyInfo, ordinal: u32) -> u32 {
        self.variant(folded.link.saturating_add(ordinal))
    }

    fn variant(&self, index: u32) -> u32 {
        self.view(Section::Variants).u32(4 * index as usize)
    }

    /// The postings of the key that `info` describes.
    #[inline]
    pub(crate) fn postings(&self, info: &KeyInfo) -> Postings<'_> {
        let start = info.postings as usize;
        let bytes = self.sections.unchecked(Section::Postings);
        let bytes = bytes.get(start..).unwrap_or_default();
        if !self.sections.is_checked(Section::Postings) {
            let head = Postings::head_bytes(info.articles, self.articles);
            let check = |bytes| {
                let range = start..start.saturating_add(bytes);
                self.sections.check(Section::Postings, range);
            };
            check(head);
            check(Postings::open(bytes, info.articles, self.articles).most_bytes());
        }
        Postings::open(bytes, info.articles, self.articles)
    }

    /// The positions of the bigram of two folded keys.
    pub(crate) fn pair(&self, first: u32, second: u32) -> Option<PairList<'_>> {
        let (low, high) = self.pair_blocks_of(first);
        let seconds = self.view(Section::BigramSeconds);
        let seconds = seconds.get(4 * low as usize..4 * high as usize);
        let number = last_begun(seconds.as_chunks().0, second)?;
        let begin = load_u32(seconds, 4 * number);
        let block = self.pair_block(low + number as u32);
        pairs::find_in_block(block, begin, second, &self.shapes)
    }

    /// Calls `f` with every bigram that starts with a folded key: the second key and the list.
    pub(crate) fn pairs_of<'a>(&'a self, first: u32, mut f: impl FnMut(u32, PairList<'a>)) {
        let (low, high) = self.pair_blocks_of(first);
        for block in low..high {
            let (bytes, second) = (self.pair_block(block), self.pair_block_first(block));
            pairs::entries(bytes, second, &self.shapes, &mut f);
        }
    }

    fn pair_blocks_of(&self, first: u32) -> (u32, u32) {
        let low = self.folded_info(first).rank;
        let high = if first + 1 < self.folded_keys {
            self.folded_info(first + 1).rank
        } else {
            (self.view(Section::BigramSeconds).len() / size_of::<u32>()) as u32
        };
        (low, high)
    }

    fn pair_block_first(&self, block: u32) -> u32 {
        self.view(Section::BigramSeconds).u32(4 * block as usize)
    }

    fn pair_block(&self, block: u32) -> &[u8] {
        let offsets = self.view(Section::BigramOffsets);
        let at = |b: u32| offsets.u64(8 * b as usize) as usize;
        let range = at(block)..at(block + 1);
        self.sections.check(Section::Bigrams, range.clone());
        let pairs = self.sections.unchecked(Section::Bigrams);
        pairs.get(range).unwrap_or_default()
    }

    /// An article's first position.
    #[inline]
    pub(crate) fn start(&self, article: u32) -> u32 {
        self.rows().start(article)
    }

    /// The ranges of positions of the articles.
    #[inline]
    pub(crate) fn rows(&self) -> ArticleTable<'_> {
        ArticleTable {
            rows: self.view(Section::ArticleTable),
            blocks: self.view(Section::PositionBlocks),
        }
    }

    /// The length codes of all articles.
    #[inline]
    pub(crate) fn lengths(&self) -> &[u8] {
        self.sections.get(Section::Lengths)
    }

    /// An article's length code.
    #[inline]
    pub(crate) fn length(&self, article: u32) -> u8 {
        let at = article as usize;
        let length = self.view(Section::Lengths).get(at..at + 1);
        length.first().copied().unwrap_or(0)
    }

    /// Breaks ties: the smaller number comes first.
    #[inline]
    pub(crate) fn tie(&self, article: u32) -> u64 {
        self.view(Section::Ties).u64(8 * article as usize)
    }

    /// All tokens, ends of paragraphs and parts among them, by position.
    #[inline]
    pub(crate) fn tokens(&self) -> Tokens<'_> {
        let is_checked = [Section::FirstBytes, Section::OverflowBytes]
            .iter()
            .all(|&section| self.sections.is_checked(section));
        Tokens {
            first_bytes: self.sections.unchecked(Section::FirstBytes),
            overflow: self.sections.unchecked(Section::OverflowBytes),
            starts: self.view(Section::OverflowStarts),
            to_check: (!is_checked).then_some(&self.sections),
        }
    }

    /// The tokens of an article.
    #[inline]
    pub(crate) fn tokens_of(&self, article: u32) -> TokenReader<'_> {
        self.tokens()
            .range(self.start(article), self.start(article + 1))
    }

    /// The bytes of a section.
    #[cfg(test)]
    pub(crate) fn section(&self, section: Section) -> &[u8] {
        self.sections.get(section)
    }

    /// Takes all bytes as checked.
    pub(crate) fn trusted(self) -> Self {
        self.sections.trust();
        self
    }

    /// Returns `true` if its bytes are in memory of their own, as the file is compressed.
    pub(crate) fn is_unpacked(&self) -> bool {
        self.sections.are_unpacked()
    }

    /// The blocks of residue: their articles and their bytes, the size of what they unpack to in
    /// front.
    pub(crate) fn residue_blocks(&self) -> impl Iterator<Item = (Range<u32>, &[u8])> {
        let table = self.sections.get(Section::ResidueBlocks);
        let residue = self.sections.get(Section::Residue);
        let blocks = table.len() / RESIDUE_BLOCK_BYTES;
        let first = move |block| match block < blocks {
            true => load_u32(table, block * RESIDUE_BLOCK_BYTES),
            false => self.articles,
        };
        let at = move |block| match block < blocks {
            true => load_u64(table, block * RESIDUE_BLOCK_BYTES + 4) as usize,
            false => residue.len(),
        };
        (0..blocks).map(move |block| {
            let bytes = residue.get(at(block)..at(block + 1));
            (first(block)..first(block + 1), bytes.unwrap_or_default())
        })
    }

    /// The text of an article, as it was given.
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn text(&self, article: u32) -> Result<ArticleText, String> {
        self.first_parts(article, FIELDS, &mut ResidueBlock::default())
    }

    /// The text of the first parts of an article; the others stay empty. Reuses
    /// the residue unpacked for the article before if both are in one block.
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn first_parts(
        &self,
        article: u32,
        parts: usize,
        unpacked: &mut ResidueBlock,
    ) -> Result<ArticleText, String> {
        self.parts_with(article, parts, &self.surfaces(1), unpacked)
    }

    /// Reads as [`first_parts`](Self::first_parts), with [`surfaces`](Self::surfaces) for several articles.
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn parts_with(
        &self,
        article: u32,
        parts: usize,
        surfaces: &Strings<'_>,
        unpacked: &mut ResidueBlock,
    ) -> Result<ArticleText, String> {
        let damaged = || damaged(article);
        let mut reader = self.residue(article, unpacked)?;
        let mut text = ArticleText::default();
        // Enough for most; a damaged table must not take all memory.
        let tokens = self.start(article + 1).saturating_sub(self.start(article));
        let tokens = (tokens as usize).min(MOST_RESERVED);
        text.spans.reserve(tokens);
        if let (true, Some(body)) = (parts > BODY, text.fields.get_mut(BODY)) {
            body.reserve(tokens * TOKEN_BYTES);
        }
        let mut field = 0;
        for token in self.tokens_of(article) {
            match token {
                PARAGRAPH => text.spans.push((0, 0)),
                FIELD => {
                    if field < FIELDS {
                        text.fields[field].push_str(reader.end_field());
                        text.field_ends[field] = text.spans.len() as u32;
                    }
                    text.spans.push((0, 0));
                    field += 1;
                    if field >= parts {
                        break;
                    }
                }
                token => {
                    let surface = surfaces.get(token - FIRST_KEY);
                    let out = text.fields.get_mut(field).ok_or_else(damaged)?;
                    let (start, end) = reader.token(surface, out);
                    text.spans.push((start as u32, end as u32));
                }
            }
        }
        self.undamaged()?;
        Ok(text)
    }

    /// Reads the separator before each token of an article, whose ends are among `tokens`, unpacked as for
    /// [`first_parts`](Self::first_parts), into `out`.
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn separators(
        &self,
        article: u32,
        tokens: &[u32],
        unpacked: &mut ResidueBlock,
        out: &mut Vec<Separator>,
    ) -> Result<(), String> {
        let mut reader = self.residue(article, unpacked)?;
        out.clear();
        out.extend(tokens.iter().map(|&token| match token {
            PARAGRAPH => Separator::Space,
            FIELD => {
                reader.end_field();
                Separator::Space
            }
            _ => reader.written().separator_kind(),
        }));
        self.undamaged()
    }

    /// The damage that was found so far, as an error.
    fn undamaged(&self) -> Result<(), String> {
        self.damage().get().cloned().map_or(Ok(()), Err)
    }

    /// The residue of an article, unpacked as for [`first_parts`](Self::first_parts).
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn residue<'u>(
        &self,
        article: u32,
        unpacked: &'u mut ResidueBlock,
    ) -> Result<ResidueReader<'u>, String> {
        let table = self.view(Section::ResidueBlocks);
        let entries = table.len() / RESIDUE_BLOCK_BYTES;
        let first = |b: usize| table.u32(b * RESIDUE_BLOCK_BYTES);
        let (mut low, mut high) = (0, entries);
        while low + 1 < high {
            let mid = (low + high) / 2;
            if first(mid) <= article {
                low = mid
            } else {
                high = mid
            }
        }
        let at = |b: usize| table.u64(b * RESIDUE_BLOCK_BYTES + 4) as usize;
        let residue = self.sections.unchecked(Section::Residue);
        let end = if low + 1 < entries {
            at(low + 1)
        } else {
            residue.len()
        };
        let damaged = || damaged(article);
        if unpacked.number != Some(low) {
            self.sections.check(Section::Residue, at(low)..end);
            let bytes = residue.get(at(low)..end).unwrap_or_default();
            unpacked.number = None;
            let size = load_u32(bytes, 0) as usize;
            unpacked.bytes =
                unpack(bytes.get(4..).unwrap_or_default(), size).map_err(|_| damaged())?;
            unpacked.number = Some(low);
        }
        let index = article.checked_sub(first(low)).ok_or_else(damaged)?;
        ResidueReader::open(&unpacked.bytes, index as usize).ok_or_else(damaged)
    }
}

fn damaged(article: u32) -> String {
    format!("the text of article {article} of a segment is damaged")
}

/// The last block, by the second keys that blocks start with, that starts at or
/// before `second`.
///
/// Searches by sixteenths instead of halves: the reads of a step are
/// independent, so that they wait for memory once.
fn last_begun(firsts: &[[u8; 4]], second: u32) -> Option<usize> {
    const WAYS: usize = 16;
    let begun = |first: &[u8; 4]| usize::from(u32::from_le_bytes(*first) <= second);
    let (mut low, mut high) = (0, firsts.len());
    while high - low > WAYS {
        let mut step = WAYS;
        while step * WAYS < high - low {
            step *= WAYS;
        }
        let steps = firsts[low..high].iter().step_by(step);
        let passed = steps.map(begun).sum::<usize>().checked_sub(1)? * step;
        high = high.min(low + passed + step);
        low += passed;
    }
    let rest = firsts[low..high].iter();
    (low + rest.map(begun).sum::<usize>()).checked_sub(1)
}

/// Unpacks Zstandard data to at most `size` bytes.
pub(crate) fn unpack(packed: &[u8], size: usize) -> io::Result<Vec<u8>> {
    thread_local! {
        // Creating a decompressor takes as long as unpacking a block.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(packed, size)
    })
}

/// The residue of some neighbouring articles of one segment, unpacked.
#[derive(Default)]
pub(crate) struct ResidueBlock {
    number: Option<usize>,
    bytes: Vec<u8>,
}

/// The ranges of positions of the articles.
#[derive(Clone, Copy)]
pub(crate) struct ArticleTable<'a> {
    rows: SectionView<'a>,
    blocks: SectionView<'a>,
}

impl ArticleTable<'_> {
    /// The article that contains a position.
    #[inline]
    pub(crate) fn article_of(&self, position: u32) -> u32 {
        let mut article = [0];
        self.articles_of(&[position], &mut article);
        article[0]
    }

    /// The articles that contain some positions.
    ///
    /// Each step is done for all positions before the next, so that they wait
    /// for memory together.
    #[inline]
    pub(crate) fn articles_of(&self, positions: &[u32], articles: &mut [u32]) {
        // A block that starts in one article usually ends in it or in the next.
        let mut ends_further = false;
        for (article, &position) in articles.iter_mut().zip(positions) {
            let at = BLOCK_ENTRY_BYTES * (position >> BLOCK_BITS) as usize;
            *article = self.blocks.u32(at);
            let next = at + BLOCK_ENTRY_BYTES;
            ends_further |= self.blocks.u32(next) > article.wrapping_add(1);
            ends_further |= next >= self.blocks.len();
        }
        let ends_before = |article: u32, position| {
            // Only an out-of-range article of a damaged file ends at 0.
            self.start(article.wrapping_add(1)).wrapping_sub(1) < position
        };
        for (article, &position) in articles.iter_mut().zip(positions) {
            *article += u32::from(ends_before(*article, position));
        }
        if !ends_further {
            return;
        }
        for (article, &position) in articles.iter_mut().zip(positions) {
            while ends_before(*article, position) {
                *article += 1;
            }
        }
    }

    /// An article's first position.
    #[inline]
    pub(crate) fn start(&self, article: u32) -> u32 {
        self.rows.u32(article as usize * ROW_BYTES)
    }

    /// The ends of an article's title and summary, and its length.
    #[inline]
    pub(crate) fn row(&self, article: u32) -> ArticleRow {
        let at = article as usize * ROW_BYTES;
        let row = self.rows.get(at..at + ROW_BYTES);
        ArticleRow::read(
            load_u32(row, 0),
            load_u32(row, 4),
            load_u32(row, 8),
            load_u32(row, 12) as u8,
        )
    }
}
