//! The biword index: positions of bigrams, that is, of adjacent syllables.
//!
//! A bigram is nearly a word, so its list is a hundred times shorter than those
//! of its syllables. Lists are keyed by folded keys. A code of a few bits per
//! occurrence encodes its accents: the head of a list names the most common
//! spellings of the bigram, and rare spellings share an escape code, for which
//! the tokens of the article are checked. Lists below [`CODED`] positions have
//! no codes, but record whether all their occurrences are spelled alike.
//!
//! Lists of [`SUMMED`] or more positions also have document postings, with the
//! frequencies that BM25 needs. A phrase of two syllables is counted and ranked
//! from these, without its positions.

use super::bytes::{load_bits, load_u64, push_varint, read_varint};
use super::elias_fano::{self, CHUNK, EliasFano};
use super::postings::{self, Posting, Postings};
use super::score::upper_bound;

/// Shorter lists carry no spellings.
pub(crate) const CODED: u32 = 8;
/// Wider codes are not used.
const MAX_WIDTH: u32 = 4;
/// At most one position in this many may be escaped, else codes get wider.
const ESCAPE_SHARE: u32 = 64;
/// Minimum length of a list with document postings.
const SUMMED: u32 = 512;
/// A list this many times longer than the other operand is skipped through
/// instead of scanned.
const SKIP_RATIO: u32 = 6;
/// Pairs in a block of the directory.
pub(crate) const PAIRS_PER_BLOCK: usize = 16;

/// The two lowest bits of a short list's tag: all occurrences have the first
/// spelling of both keys.
const ALL_FIRST: u64 = 0;
/// All have the same spelling; the list starts with its two ordinals, one byte
/// each.
const ALL_ALIKE: u64 = 1;
/// The spellings differ or do not fit.
const UNTOLD: u64 = 2;
/// Smaller tags belong to short lists; other tags leave the two lowest bits
/// unused.
const SHORT_TAGS: usize = (CODED as usize) << 2;

/// A spelling of a bigram: the ordinals of its two exact keys among the
/// variants of their folded keys.
pub(crate) type Spelling = (u32, u32);

/// The spellings of the occurrences of a bigram, in order.
#[derive(Default)]
pub(crate) struct Spellings {
    /// The different spellings, with their numbers of occurrences.
    table: Vec<(Spelling, u32)>,
    /// The index of each occurrence's spelling in the table.
    numbers: Vec<u32>,
}

impl Spellings {
    /// Removes all occurrences.
    pub(crate) fn clear(&mut self) {
        self.table.clear();
        self.numbers.clear();
    }

    /// Adds an occurrence and returns the number of its spelling.
    #[inline]
    pub(crate) fn push(&mut self, spelling: Spelling) -> u32 {
        let number = self.number(spelling);
        self.repeat(number);
        number
    }

    /// Adds an occurrence whose spelling has this number.
    #[inline]
    pub(crate) fn repeat(&mut self, number: u32) {
        self.table[number as usize].1 += 1;
        self.numbers.push(number);
    }

    /// Adds occurrences of which a short list only says that they are not all spelled alike.
    pub(crate) fn push_untold(&mut self) {
        self.table.push(((u32::MAX, 0), 1));
    }

    /// Adds occurrences that are all spelled alike.
    pub(crate) fn push_alike(&mut self, spelling: Spelling, occurrences: u32) {
        if occurrences > 0 {
            let number = self.number(spelling);
            self.table[number as usize].1 += occurrences;
            let len = self.numbers.len() + occurrences as usize;
            self.numbers.resize(len, number);
        }
    }

    /// Adds the occurrences of a list with codes, of which `spelling_of` returns the spelling of a
    /// listed one and `spelling_at` that at a position, which the list does not tell.
    pub(crate) fn push_coded(
        &mut self,
        list: &PairList<'_>,
        spelling_of: impl Fn(Spelling) -> Spelling,
        spelling_at: impl Fn(u32) -> Spelling,
    ) {
        if let Some(spelling) = list.only_spelling() {
            return self.push_alike(spelling_of(spelling), list.len());
        }
        // By code: the number of the spelling.
        let mut numbers = [0; 1 << MAX_WIDTH];
        for (spelling, number) in list.spellings().zip(&mut numbers) {
            *number = self.number(spelling_of(spelling));
        }
        let from = self.numbers.len();
        self.numbers.resize(from + list.len() as usize, 0);
        // Two counters for each code, since one would wait for itself.
        let mut counts = [[0; 1 << MAX_WIDTH]; 2];
        let mut places = self.numbers[from..].iter_mut();
        list.positions.for_each_chunk(|index, chunk| {
            let mut turn = 0;
            list.for_codes(index, chunk, |_, code| {
                let code = code as usize & ((1 << MAX_WIDTH) - 1);
                if let Some(place) = places.next() {
                    *place = numbers[code];
                }
                counts[turn][code] += 1;
                turn ^= 1;
            });
        });
        let mut untold = 0;
        for (code, &number) in numbers.iter().enumerate() {
            let count = counts[0][code] + counts[1][code];
            match code < list.listed as usize {
                true => self.table[number as usize].1 += count,
                false => untold += count,
            }
        }
        if untold == 0 {
            return;
        }
        let mut at = from;
        list.for_each_code(|position, code| {
            if code >= list.listed {
                let number = self.number(spelling_at(position));
                self.table[number as usize].1 += 1;
                self.numbers[at] = number;
            }
            at += 1;
        });
    }

    /// The number of a spelling, which gets one if it has none.
    fn number(&mut self, spelling: Spelling) -> u32 {
        let known = self.table.iter().position(|&(known, _)| known == spelling);
        known.unwrap_or_else(|| {
            self.table.push((spelling, 0));
            self.table.len() - 1
        }) as u32
    }
}

/// Collects the bigrams with the same first key and writes them in blocks.
///
/// A block consists of three counts (bigrams, bytes of deltas, bytes of tags),
/// the deltas of the second keys, the tags (each with the size of the list in
/// bytes where the tag does not imply it) and the lists. Finding a list reads
/// little more than the deltas.
#[derive(Default)]
pub(crate) struct BlockWriter {
    gaps: Vec<u8>,
    tags: Vec<u8>,
    lists: Vec<u8>,
    count: usize,
    first: u32,
    last: u32,
    /// Spellings, their numbers of occurrences, and their numbers.
    counts: Vec<(Spelling, u32, u32)>,
    /// The codes of the spellings, by number.
    code_of: Vec<u8>,
    codes: Vec<u8>,
    width: u32,
    listed: usize,
    postings: Vec<Posting>,
}

/// Positions whose articles are found at once.
pub(crate) const PLACES_AT_ONCE: usize = 64;

/// Maps positions to articles, for document postings.
pub(crate) trait Articles {
    /// Number of articles.
    fn count(&self) -> u32;
    /// Finds the articles that contain positions, and the weights of occurrences there, at most
    /// [`PLACES_AT_ONCE`].
    fn places(&self, positions: &[u32], places: &mut [(u32, u32)]);
    /// The saturated tf of a posting.
    fn share(&self, posting: Posting) -> f32;
}

impl BlockWriter {
    /// Adds the bigram with the second key `second`; second keys ascend.
    /// `spellings` are those at `positions`.
    pub(crate) fn push(
        &mut self,
        second: u32,
        positions: &[u32],
        universe: u32,
        spellings: &Spellings,
        articles: &impl Articles,
    ) {
        if self.count == 0 {
            self.first = second;
        } else {
            push_varint(&mut self.gaps, u64::from(second - self.last));
        }
        self.last = second;
        self.count += 1;
        let len = positions.len() as u64;
        if positions.len() as u32 >= CODED {
            push_varint(&mut self.tags, len << 2);
            let start = self.lists.len();
            self.push_spellings(spellings);
            elias_fano::encode(positions, universe, &mut self.lists);
            if positions.len() as u32 >= SUMMED {
                self.push_summary(positions, articles);
            }
            push_varint(&mut self.tags, (self.lists.len() - start) as u64);
            return;
        }
        let told = match spellings.table[..] {
            [((0, 0), _)] => ALL_FIRST,
            [((a, b), _)] if a.max(b) <= u32::from(u8::MAX) => {
                self.lists.extend_from_slice(&[a as u8, b as u8]);
                ALL_ALIKE
            }
            _ => UNTOLD,
        };
        push_varint(&mut self.tags, len << 2 | told);
        elias_fano::encode(positions, universe, &mut self.lists);
    }

    fn push_spellings(&mut self, spellings: &Spellings) {
        let counts = (0..).zip(&spellings.table);
        let counts = counts.filter(|&(_, &(_, count))| count > 0);
        self.counts.clear();
        self.counts
            .extend(counts.map(|(number, &(spelling, count))| (spelling, count, number)));
        self.counts
            .sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let len = spellings.numbers.len();
        let (width, listed) = code_width(&self.counts, len as u32);
        self.lists.push(width as u8);
        push_varint(&mut self.lists, listed as u64);
        self.code_of.clear();
        self.code_of.resize(spellings.table.len(), listed as u8);
        for (code, &((a, b), _, number)) in (0..).zip(&self.counts[..listed]) {
            push_varint(&mut self.lists, u64::from(a));
            push_varint(&mut self.lists, u64::from(b));
            self.code_of[number as usize] = code;
        }
        self.codes.clear();
        if width > 0 {
            let codes = spellings.numbers.iter();
            self.codes
                .extend(codes.map(|&number| self.code_of[number as usize]));
            push_codes(&self.codes, width, &mut self.lists);
        } else {
            self.codes.resize(len, 0);
        }
        (self.width, self.listed) = (width, listed);
    }

    /// Appends the articles with weighted frequencies and codes, and for each
    /// listed spelling the number of articles that have it.
    fn push_summary(&mut self, positions: &[u32], articles: &impl Articles) {
        let (width, listed) = (self.width, self.listed);
        let mixed = mixed_code(width);
        let bits = summary_bits(width);
        let mut holding = vec![0u32; listed];
        let mut seen = 0u32;
        self.postings.clear();
        let mut places = [(0, 0); PLACES_AT_ONCE];
        let positions = positions.chunks(PLACES_AT_ONCE);
        let found = positions.zip(self.codes.chunks(PLACES_AT_ONCE));
        for (positions, codes) in found {
            articles.places(positions, &mut places);
            for (&code, &(article, weight)) in codes.iter().zip(&places) {
                match self.postings.last_mut() {
                    Some(last) if last.doc == article => {
                        let before = last.frequency & ((1 << bits) - 1);
                        let now = if before == u32::from(code) {
                            before
                        } else {
                            mixed
                        };
                        last.frequency = ((last.frequency >> bits) + weight) << bits | now;
                    }
                    _ => {
                        seen = 0;
                        self.postings.push(Posting {
                            doc: article,
                            frequency: weight << bits | u32::from(code),
                        });
                    }
                }
                if seen >> code & 1 == 0 {
                    seen |= 1 << code;
                    if let Some(n) = holding.get_mut(code as usize) {
                        *n += 1;
                    }
                }
            }
        }
        push_varint(&mut self.lists, self.postings.len() as u64);
        for n in holding {
            push_varint(&mut self.lists, u64::from(n));
        }
        postings::encode(&self.postings, articles.count(), &mut self.lists, |block| {
            let postings = block.docs.iter().zip(block.frequencies);
            let shares = postings.map(|(&doc, &frequency)| {
                articles.share(Posting {
                    doc,
                    frequency: frequency >> bits,
                })
            });
            upper_bound(shares.fold(0.0, f32::max))
        });
    }

    /// Returns `true` if the block must be taken before the next bigram.
    pub(crate) fn is_full(&self) -> bool {
        self.count == PAIRS_PER_BLOCK
    }

    /// Returns `true` if the block is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends the block to `out`, empties it and returns its first second key.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>) -> u32 {
        out.push(self.count as u8);
        out.push(self.gaps.len() as u8);
        out.push(self.tags.len() as u8);
        out.append(&mut self.gaps);
        out.append(&mut self.tags);
        out.append(&mut self.lists);
        self.count = 0;
        self.first
    }
}

/// Appends codes of `width` bits each.
fn push_codes(codes: &[u8], width: u32, out: &mut Vec<u8>) {
    // Eight of them fill as many bytes as each has bits.
    let (groups, rest) = codes.as_chunks::<8>();
    let pack = |group: &[u8]| {
        let codes = (0..).step_by(width as usize).zip(group);
        codes.fold(0u32, |word, (shift, &code)| word | u32::from(code) << shift)
    };
    for group in groups {
        out.extend_from_slice(&pack(group).to_le_bytes()[..width as usize]);
    }
    let bytes = (rest.len() * width as usize).div_ceil(8);
    out.extend_from_slice(&pack(rest).to_le_bytes()[..bytes]);
}

/// The code of an article with several spellings.
fn mixed_code(width: u32) -> u32 {
    if width == 0 { 0 } else { 1 << width }
}

/// Bits of a document posting's value that encode the spelling.
fn summary_bits(width: u32) -> u32 {
    if width == 0 { 0 } else { width + 1 }
}

/// The width of the codes and the number of listed spellings.
fn code_width(counts: &[(Spelling, u32, u32)], len: u32) -> (u32, usize) {
    for width in 0..=MAX_WIDTH {
        if counts.len() <= 1 << width {
            return (width, counts.len());
        }
        let listed = (1usize << width) - 1;
        let covered: u32 = counts[..listed].iter().map(|c| c.1).sum();
        if listed > 0 && (width == MAX_WIDTH || (len - covered) * ESCAPE_SHARE <= len) {
            return (width, listed);
        }
    }
    (MAX_WIDTH, (1 << MAX_WIDTH) - 1)
}

/// Properties that all lists of a segment share.
#[derive(Clone)]
pub(crate) struct Shapes {
    positions: u32,
    articles: u32,
    /// Sizes in bytes of the short lists, by tag; short lists omit theirs.
    short: [usize; SHORT_TAGS],
}

impl Shapes {
    /// Creates the layout of a segment with this many positions and articles.
    pub(crate) fn new(positions: u32, articles: u32) -> Self {
        let mut short = [0; SHORT_TAGS];
        for (tag, bytes) in (0..).zip(&mut short) {
            let ordinals = if tag & 3 == ALL_ALIKE as u32 { 2 } else { 0 };
            *bytes = ordinals + elias_fano::encoded_len(tag >> 2, positions);
        }
        Self {
            positions,
            articles,
            short,
        }
    }
}

/// Finds the bigram with second key `second` in a block whose first key is not
/// greater.
pub(crate) fn find_in_block<'a>(
    block: &'a [u8],
    first: u32,
    second: u32,
    shapes: &Shapes,
) -> Option<PairList<'a>> {
    let mut block = Block::open(block);
    let number = block.find(first, second)?;
    for _ in 0..number {
        let (_, bytes) = block.tag(shapes);
        block.list = block.list.saturating_add(bytes);
    }
    Some(block.take_list(shapes))
}

/// Calls `f` with every bigram of a block: its second key and its list.
pub(crate) fn entries<'a>(
    block: &'a [u8],
    first: u32,
    shapes: &Shapes,
    f: &mut impl FnMut(u32, PairList<'a>),
) {
    let mut block = Block::open(block);
    let mut key = first;
    for number in 0..block.count {
        if number > 0 {
            key = key.wrapping_add(block.gap());
        }
        f(key, block.take_list(shapes));
    }
}

/// Reads a block written by a [`BlockWriter`].
struct Block<'a> {
    bytes: &'a [u8],
    count: u8,
    /// Offsets of the next delta, tag and list.
    gap: usize,
    tag: usize,
    list: usize,
}

impl<'a> Block<'a> {
    #[inline]
    fn open(bytes: &'a [u8]) -> Self {
        let [count, gaps, tags] = bytes.first_chunk::<3>().copied().unwrap_or_default();
        let tag = 3 + usize::from(gaps);
        Self {
            bytes,
            count,
            gap: 3,
            tag,
            list: tag + usize::from(tags),
        }
    }

    /// The number of the bigram with second key `second` in a block that starts
    /// with `first`.
    #[inline]
    fn find(&mut self, first: u32, second: u32) -> Option<u8> {
        let gaps = self.bytes.get(self.gap..self.tag)?;
        let mut key = first;
        let mut number = 0;
        if gaps.len() + 1 == usize::from(self.count) {
            // Each delta is one byte. Branch-free: all of them are added.
            let mut found = key == second;
            for &gap in gaps {
                number += u8::from(key < second);
                key = key.wrapping_add(u32::from(gap));
                found |= key == second;
            }
            return found.then_some(number);
        }
        while key < second {
            number += 1;
            if number >= self.count {
                return None;
            }
            key = key.wrapping_add(self.gap());
        }
        (key == second).then_some(number)
    }

    /// The next delta.
    #[inline]
    fn gap(&mut self) -> u32 {
        read_short_varint(self.bytes, &mut self.gap) as u32
    }

    /// The next tag and the size of its list.
    #[inline]
    fn tag(&mut self, shapes: &Shapes) -> (u64, usize) {
        let tag = read_short_varint(self.bytes, &mut self.tag);
        match shapes.short.get(tag as usize) {
            Some(&bytes) => (tag, bytes),
            None => (tag, read_varint(self.bytes, &mut self.tag) as usize),
        }
    }

    /// Opens the next list and advances past it.
    fn take_list(&mut self, shapes: &Shapes) -> PairList<'a> {
        let (tag, bytes) = self.tag(shapes);
        let end = self.list.saturating_add(bytes);
        let list = self.bytes.get(self.list..end).unwrap_or_default();
        self.list = end;
        PairList::open(list, tag, shapes)
    }
}

/// Reads a number that is usually below 128.
#[inline]
fn read_short_varint(bytes: &[u8], at: &mut usize) -> u64 {
    match bytes.get(*at) {
        Some(&byte) if byte < 0x80 => {
            *at += 1;
            u64::from(byte)
        }
        _ => read_varint(bytes, at),
    }
}

/// The positions of one bigram and their spellings, as stored in the file.
#[derive(Clone, Copy)]
pub(crate) struct PairList<'a> {
    /// Positions of the first syllables.
    pub(crate) positions: EliasFano<'a>,
    /// Varints: the listed spellings.
    spellings: &'a [u8],
    listed: u32,
    codes: &'a [u8],
    width: u32,
    /// The spelling of all occurrences of a short list, if it is recorded.
    alike: Option<Spelling>,
    /// The document postings of a long list.
    summary: &'a [u8],
    /// Number of articles in the segment.
    articles: u32,
}

/// The document postings of a long list.
#[derive(Clone, Copy)]
pub(crate) struct Summary<'a> {
    articles: Postings<'a>,
    /// Varints: document frequency of each listed spelling.
    holding: &'a [u8],
    bits: u32,
}

/// A document posting, decoded for the accepted spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Summed {
    /// The weighted frequency of accepted occurrences.
    Frequency(u32),
    /// No occurrence is accepted.
    Unwanted,
    /// Undecided: at most this weighted frequency; verify the positions.
    Open(u32),
}

/// The codes whose spellings are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Bit set of the accepted codes.
    wanted: u32,
    /// Bit set of the undecided codes.
    open: u32,
}

impl Accepted {
    /// Accepts every occurrence.
    pub(crate) const ALL: Self = Self {
        wanted: u32::MAX,
        open: 0,
    };

    /// Returns `true` if every code is accepted.
    pub(crate) fn is_all(self) -> bool {
        self == Self::ALL
    }

    /// Bit set of the accepted and the undecided codes.
    fn wanted(self) -> u32 {
        self.wanted | self.open
    }

    /// Returns `true` if a code leaves its spelling undecided.
    pub(crate) fn asks(self) -> bool {
        self.open != 0
    }

    /// Returns `true` if no code is accepted or undecided.
    pub(crate) fn is_none(self) -> bool {
        self.wanted == 0 && self.open == 0
    }

    /// Whether the code is accepted; `None` if the tokens must be checked.
    #[inline]
    pub(crate) fn check(self, code: u32) -> Option<bool> {
        if self.open >> code & 1 == 1 {
            None
        } else {
            Some(self.wanted >> code & 1 == 1)
        }
    }
}

impl<'a> PairList<'a> {
    fn open(bytes: &'a [u8], tag: u64, shapes: &Shapes) -> Self {
        let universe = shapes.positions;
        let len = (tag >> 2) as u32;
        let mut list = Self {
            positions: EliasFano::default(),
            spellings: &[],
            listed: 0,
            codes: &[],
            width: 0,
            alike: None,
            summary: &[],
            articles: shapes.articles,
        };
        if len < CODED {
            let (ordinals, positions) = match tag & 3 {
                ALL_ALIKE => bytes.split_at_checked(2).unwrap_or_default(),
                _ => (&[][..], bytes),
            };
            list.positions = EliasFano::open(positions, len, universe);
            list.alike = match (tag & 3, ordinals) {
                (ALL_FIRST, _) => Some((0, 0)),
                (ALL_ALIKE, &[a, b]) => Some((u32::from(a), u32::from(b))),
                _ => None,
            };
            return list;
        }
        list.width = u32::from(bytes.first().copied().unwrap_or(0)).min(MAX_WIDTH);
        let mut at = 1;
        list.listed = (read_short_varint(bytes, &mut at) as u32).min(1 << MAX_WIDTH);
        let start = at;
        for _ in 0..2 * list.listed {
            read_short_varint(bytes, &mut at);
        }
        list.spellings = bytes.get(start..at).unwrap_or_default();
        let rest = bytes.get(at..).unwrap_or_default();
        let codes = (len as usize * list.width as usize).div_ceil(8);
        let (codes, rest) = rest.split_at_checked(codes).unwrap_or_default();
        list.codes = codes;
        list.positions = EliasFano::open(rest, len, universe);
        if len >= SUMMED {
            list.summary = rest.get(list.positions.bytes()..).unwrap_or_default();
        }
        list
    }

    /// The document postings, if the list is long.
    pub(crate) fn summary(&self) -> Option<Summary<'a>> {
        if self.summary.is_empty() {
            return None;
        }
        let mut at = 0;
        let articles = read_varint(self.summary, &mut at) as u32;
        let start = at;
        for _ in 0..self.listed {
            read_varint(self.summary, &mut at);
        }
        let (holding, postings) = self.summary.split_at(at);
        Some(Summary {
            articles: Postings::open(postings, articles, self.articles),
            holding: &holding[start..],
            bits: summary_bits(self.width),
        })
    }

    /// Number of positions.
    pub(crate) fn len(&self) -> u32 {
        self.positions.len()
    }

    /// Returns `true` if the list is short and says no more than that its spellings differ.
    pub(crate) fn is_untold(&self) -> bool {
        self.alike.is_none() && self.len() < CODED
    }

    /// The code of the position at `index`.
    #[inline]
    pub(crate) fn code(&self, index: u32) -> u32 {
        if self.width == 0 {
            return 0;
        }
        load_bits(self.codes, index as usize * self.width as usize, self.width)
    }

    /// Returns the codes of the spellings that satisfy `wanted`. At most `most`
    /// spellings satisfy it.
    pub(crate) fn accept(
        &self,
        most: Option<usize>,
        mut wanted: impl FnMut(Spelling) -> bool,
    ) -> Accepted {
        if let Some(spelling) = self.alike {
            let wanted = if wanted(spelling) { u32::MAX } else { 0 };
            return Accepted { wanted, open: 0 };
        }
        let mut accepted = Accepted { wanted: 0, open: 0 };
        for (code, spelling) in self.spellings().enumerate() {
            accepted.wanted |= u32::from(wanted(spelling)) << code;
        }
        let all_listed = self.listed == 1 << self.width;
        if self.listed == 0 {
            accepted.open = u32::MAX;
        } else if all_listed && accepted.wanted.count_ones() == self.listed {
            return Accepted::ALL;
        } else if !all_listed && most != Some(accepted.wanted.count_ones() as usize) {
            accepted.open = !0 << self.listed;
        }
        accepted
    }

    /// Returns about how many positions have an accepted spelling: exact for lists without a
    /// summary, but with those that only the tokens tell.
    pub(crate) fn estimate(&self, accepted: Accepted) -> u32 {
        if accepted.is_all() || self.width == 0 {
            return self.len();
        }
        let Some(summary) = self.summary() else {
            let codes = (0..self.len()).map(|index| self.code(index));
            return codes.map(|code| accepted.wanted() >> code & 1).sum();
        };
        let all = u64::from(summary.articles.len().max(1));
        let share = u64::from(summary.estimate(accepted)).min(all);
        (u64::from(self.len()) * share / all) as u32
    }

    /// The listed spellings, most common first.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = Spelling> + 'a {
        let bytes = self.spellings;
        let mut at = 0;
        let listed = (0..self.listed).map(move |_| {
            let a = read_varint(bytes, &mut at) as u32;
            (a, read_varint(bytes, &mut at) as u32)
        });
        self.alike.into_iter().chain(listed)
    }

    /// Calls `f` with every position whose code is accepted or undecided, and
    /// whether its tokens must be checked.
    #[inline]
    pub(crate) fn for_each(&self, accepted: Accepted, mut f: impl FnMut(u32, bool)) {
        if accepted.is_all() {
            return self.positions.for_each(|position| f(position, false));
        }
        self.positions.for_each_chunk(|index, chunk| {
            self.for_codes(index, chunk, |position, code| match accepted.check(code) {
                Some(true) => f(position, false),
                Some(false) => {}
                None => f(position, true),
            });
        });
    }

    /// Calls `f` with every position and its code.
    #[inline]
    pub(crate) fn for_each_code(&self, mut f: impl FnMut(u32, u32)) {
        self.positions
            .for_each_chunk(|index, chunk| self.for_codes(index, chunk, &mut f));
    }

    /// The spelling of all occurrences, if the list says that they are alike.
    pub(crate) fn only_spelling(&self) -> Option<Spelling> {
        match self.width {
            0 => self.spellings().next(),
            _ => None,
        }
    }

    /// Calls `f` with the positions of a chunk that starts at `index`, and
    /// their codes.
    #[inline]
    fn for_codes(&self, index: usize, chunk: &[u32], mut f: impl FnMut(u32, u32)) {
        // Number of codes that one load always contains.
        const AT_ONCE: usize = 14;
        let width = self.width;
        let mask = (1 << width) - 1;
        let mut at = index * width as usize;
        for group in chunk.chunks(AT_ONCE) {
            let mut word = load_u64(self.codes, at >> 3) >> (at & 7);
            for &position in group {
                f(position, word as u32 & mask);
                word >>= width;
            }
            at += AT_ONCE * width as usize;
        }
    }

    /// Appends every position whose code is accepted or undecided, minus
    /// `offset`.
    pub(crate) fn read_into(&self, accepted: Accepted, offset: u32, out: &mut Vec<u32>) {
        let from = out.len();
        out.resize(from + self.positions.len() as usize, 0);
        let mut to = from;
        let kept = accepted.wanted();
        self.positions.for_each_chunk(|index, chunk| {
            let Some(out) = out.get_mut(to..to + chunk.len()) else {
                return;
            };
            if kept == u32::MAX {
                for (out, &position) in out.iter_mut().zip(chunk) {
                    *out = position.wrapping_sub(offset);
                }
                to += chunk.len();
                return;
            }
            // Branch-free: always write, advance only if kept.
            let mut n = 0;
            self.for_codes(index, chunk, |position, code| {
                out[n] = position.wrapping_sub(offset);
                n += (kept >> code & 1) as usize;
            });
            to += n;
        });
        out.truncate(to);
        // A phrase cannot start before the first position.
        let wrapped = |start: &&u32| start.checked_add(offset).is_none();
        let before = out[from..].iter().take_while(wrapped).count();
        if before > 0 {
            out.drain(from..from + before);
        }
    }

    /// Keeps the starts that have, at distance `offset`, a position whose code
    /// is accepted or undecided.
    pub(crate) fn keep(&self, accepted: Accepted, offset: u32, starts: &mut Vec<u32>) {
        let wanted = accepted.wanted();
        if self.len() / SKIP_RATIO > starts.len() as u32 {
            let mut cursor = self.positions.cursor();
            starts.retain(|start| {
                let target = start.saturating_add(offset);
                let found = cursor.seek(target).filter(|&(_, here)| here == target);
                found.is_some_and(|(index, _)| wanted >> self.code(index) & 1 == 1)
            });
            return;
        }
        // Branch-free intersection of both lists.
        let len = starts.len();
        let (mut at, mut kept) = (0, 0);
        self.positions.for_each_chunk(|index, chunk| {
            let mut met = [0u8; CHUNK];
            let (mut i, mut n) = (0, 0);
            while at < len && i < chunk.len() {
                let start = starts[at];
                let (target, here) = (start.saturating_add(offset), chunk[i]);
                starts[kept + n] = start;
                met[n % CHUNK] = i as u8;
                n += usize::from(target == here);
                at += usize::from(target <= here);
                i += usize::from(here <= target);
            }
            if wanted == u32::MAX {
                kept += n;
                return;
            }
            let from = kept;
            for (n, &i) in met[..n].iter().enumerate() {
                starts[kept] = starts[from + n];
                kept += (wanted >> self.code((index + usize::from(i)) as u32) & 1) as usize;
            }
        });
        starts.truncate(kept);
    }
}

impl<'a> Summary<'a> {
    /// The articles, with values for [`read`](Self::read).
    pub(crate) fn articles(&self) -> Postings<'a> {
        self.articles
    }

    /// Decodes a value for the accepted spellings.
    #[inline]
    pub(crate) fn read(&self, value: u32, accepted: Accepted) -> Summed {
        let code = value & ((1 << self.bits) - 1);
        let frequency = value >> self.bits;
        if accepted.is_all() {
            return Summed::Frequency(frequency);
        }
        if self.bits > 0 && code == 1 << (self.bits - 1) {
            return Summed::Open(frequency);
        }
        match accepted.check(code) {
            Some(true) => Summed::Frequency(frequency),
            Some(false) => Summed::Unwanted,
            None => Summed::Open(frequency),
        }
    }

    /// Returns about how many articles have an accepted occurrence.
    fn estimate(&self, accepted: Accepted) -> u32 {
        let mut at = 0;
        let mut articles = if accepted.asks() {
            self.articles.len() / ESCAPE_SHARE
        } else {
            0
        };
        for code in 0..u32::BITS {
            if at >= self.holding.len() {
                break;
            }
            let holding = read_varint(self.holding, &mut at) as u32;
            articles += holding * (accepted.wanted >> code & 1);
        }
        articles
    }

    /// Number of articles with an accepted occurrence, if it is stored.
    pub(crate) fn count(&self, accepted: Accepted) -> Option<u32> {
        if accepted.is_all() {
            return Some(self.articles.len());
        }
        if accepted.open != 0 || accepted.wanted.count_ones() != 1 {
            return None;
        }
        let mut at = 0;
        for _ in 0..accepted.wanted.trailing_zeros() {
            read_varint(self.holding, &mut at);
        }
        Some(read_varint(self.holding, &mut at) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Articles of ten positions.
    struct Tens;

    impl Articles for Tens {
        fn count(&self) -> u32 {
            400
        }
        fn places(&self, positions: &[u32], places: &mut [(u32, u32)]) {
            for (place, position) in places.iter_mut().zip(positions) {
                *place = (position / 10, 1 + u32::from(position.is_multiple_of(10)));
            }
        }
        fn share(&self, _: Posting) -> f32 {
            0.0
        }
    }

    fn numbered(spellings: &[Spelling]) -> Spellings {
        let mut numbered = Spellings::default();
        spellings.iter().for_each(|&spelling| {
            numbered.push(spelling);
        });
        numbered
    }

    proptest! {
        #[test]
        fn a_summary_agrees_with_the_positions(
            list in proptest::collection::btree_map(0u32..4000, (0u32..3, 0u32..5), 512..900),
        ) {
            let positions: Vec<u32> = list.keys().copied().collect();
            let spellings: Vec<Spelling> = list.values().copied().collect();
            let mut writer = BlockWriter::default();
            writer.push(7, &positions, 4000, &numbered(&spellings), &Tens);
            let mut block = Vec::new();
            let first = writer.take(&mut block);
            let read = find_in_block(&block, first, 7, &Shapes::new(4000, 400)).unwrap();
            let summary = read.summary().unwrap();
            let some = [spellings[0], spellings[1], (2, 4)];
            for wanted in [&some[..1], &some[1..], &some[..]] {
                let mut different = wanted.to_vec();
                different.sort_unstable();
                different.dedup();
                let accepted = read.accept(Some(different.len()), |s| wanted.contains(&s));
                let mut expected: Vec<(u32, u32)> = Vec::new();
                for (&p, s) in &list {
                    if wanted.contains(s) {
                        let weight = 1 + u32::from(p.is_multiple_of(10));
                        match expected.last_mut() {
                            Some(last) if last.0 == p / 10 => last.1 += weight,
                            _ => expected.push((p / 10, weight)),
                        }
                    }
                }
                if let Some(count) = summary.count(accepted) {
                    prop_assert_eq!(count as usize, expected.len());
                }
                let mut expected = expected.into_iter().peekable();
                summary.articles().for_each(|article, value| {
                    let here = expected.next_if(|e| e.0 == article);
                    match summary.read(value, accepted) {
                        Summed::Frequency(n) => assert_eq!(here, Some((article, n))),
                        Summed::Unwanted => assert_eq!(here, None),
                        Summed::Open(_) => {}
                    }
                });
                prop_assert!(expected.next().is_none());
            }
        }

        #[test]
        fn a_block_gives_back_its_pairs(
            lists in proptest::collection::btree_map(
                0u32..300,
                proptest::collection::btree_map(0u32..4000, (0u32..6, 0u32..6), 1..120),
                1..PAIRS_PER_BLOCK,
            ),
        ) {
            let universe = 4000;
            let mut writer = BlockWriter::default();
            for (&second, list) in &lists {
                let positions: Vec<u32> = list.keys().copied().collect();
                let spellings: Vec<Spelling> = list.values().copied().collect();
                writer.push(second, &positions, universe, &numbered(&spellings), &Tens);
            }
            let mut block = Vec::new();
            let first = writer.take(&mut block);
            for (&second, list) in &lists {
                let read = find_in_block(&block, first, second, &Shapes::new(universe, 400)).unwrap();
                prop_assert_eq!(read.len() as usize, list.len());
                for wanted in list.values() {
                    let accepted = read.accept(None, |s| s == *wanted);
                    let mut seen = Vec::new();
                    read.for_each(accepted, |p, ask| {
                        if !ask || list[&p] == *wanted {
                            seen.push(p);
                        }
                    });
                    let expected: Vec<u32> =
                        list.iter().filter(|(_, s)| *s == wanted).map(|(&p, _)| p).collect();
                    prop_assert_eq!(seen, expected);
                }
            }
            prop_assert!(find_in_block(&block, first, 301, &Shapes::new(universe, 400)).is_none());
        }

        #[test]
        fn damaged_bytes_do_not_panic(block in proptest::collection::vec(any::<u8>(), 0..200)) {
            entries(&block, 3, &Shapes::new(900, 90), &mut |_, list| {
                list.for_each(list.accept(None, |s| s.0 == 1), |_, _| ());
            });
        }
    }
}
