//! The articles' tokens in order, as ids of exact keys.
//!
//! Ids are ranks: the most common key has the smallest id, and small ids take
//! one byte. Two smaller values mark ends, so that a phrase of adjacent tokens
//! never crosses them.
//!
//! The first byte of each token is stored at its position, and its overflow
//! bytes in a separate array ("directly addressable codes", Brisaboa, Ladra and
//! Navarro, 2013). Except for rare keys, one byte decides whether a token is at
//! a position. A table contains the start of the overflow bytes of each block
//! of positions.

use smallvec::SmallVec;

use super::checked_sections::Sections;
use super::layout::{BLOCK_BITS, BLOCK_ENTRY_BYTES};
use super::section::Section;
use super::section_view::SectionView;

/// Separates two paragraphs.
pub(crate) const PARAGRAPH: u32 = 0;
/// Ends each part of an article's text.
pub(crate) const FIELD: u32 = 1;
/// The token of the exact key with id 0.
pub(crate) const FIRST_KEY: u32 = 2;

/// Smaller first bytes belong to tokens without overflow bytes.
const ONE_BYTE: u32 = 192;
/// Number of first bytes of tokens with one overflow byte. Consecutive tokens
/// get different first bytes, so that no first byte is much more frequent than
/// another and each leaves few tokens to distinguish by their overflow bytes.
const FIRST_BYTES: u32 = 63;
const TWO_BYTES: u32 = ONE_BYTE + FIRST_BYTES * 256;
/// The first byte of tokens with four overflow bytes.
const LONG: u8 = 255;

/// The first byte of a token; [`encode`] computes the same.
#[inline]
pub(crate) fn first_byte(token: u32) -> u8 {
    if token < ONE_BYTE {
        token as u8
    } else if token < TWO_BYTES {
        (ONE_BYTE + (token - ONE_BYTE) % FIRST_BYTES) as u8
    } else {
        LONG
    }
}

/// Returns `true` if tokens with this first byte have overflow bytes.
#[inline]
pub(crate) fn has_overflow(first_byte: u8) -> bool {
    u32::from(first_byte) >= ONE_BYTE
}

/// Number of overflow bytes of a block of tokens.
#[inline]
fn overflow_bytes(first_bytes: &[u8]) -> usize {
    const LANES: usize = 16;
    // Per lane, so that many are added at a time.
    let mut lanes = [0u8; LANES];
    let mut add = |first_bytes: &[u8; LANES]| {
        for (sum, &first_byte) in lanes.iter_mut().zip(first_bytes) {
            *sum += u8::from(has_overflow(first_byte)) + 3 * u8::from(first_byte == LONG);
        }
    };
    let (chunks, rest) = first_bytes.as_chunks::<LANES>();
    chunks.iter().for_each(&mut add);
    let mut last = [0; LANES];
    last[..rest.len()].copy_from_slice(rest);
    add(&last);
    lanes.iter().map(|&sum| usize::from(sum)).sum()
}

/// Appends the first bytes and the overflow bytes of some tokens.
pub(crate) fn encode(tokens: &[u32], first_bytes: &mut Vec<u8>, overflow: &mut Vec<u8>) {
    const LONGEST: usize = size_of::<u32>();
    let from = first_bytes.len();
    first_bytes.resize(from + tokens.len(), 0);
    let start = overflow.len();
    overflow.resize(start + LONGEST * tokens.len(), 0);
    let mut at = 0;
    let rest_of = &mut overflow[start..];
    for (first, &token) in first_bytes[from..].iter_mut().zip(tokens) {
        // Branch-free but for rare keys, as about half of all tokens have an overflow byte: it is
        // always written, and counts only if there is one.
        let beyond = token.wrapping_sub(ONE_BYTE);
        let (mut rest, mut len) = (beyond / FIRST_BYTES, usize::from(token >= ONE_BYTE));
        let in_table = ONE_BYTE + beyond.wrapping_sub(FIRST_BYTES * rest);
        *first = if len == 0 { token } else { in_table } as u8;
        if token >= TWO_BYTES {
            (rest, len) = (token - TWO_BYTES, LONGEST);
            *first = LONG;
        }
        if let Some(bytes) = rest_of.get_mut(at..at + LONGEST) {
            bytes.copy_from_slice(&rest.to_le_bytes());
        }
        at += len;
    }
    overflow.truncate(start + at);
}

/// The tokens of a segment.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a> {
    /// The first byte of each token.
    pub(crate) first_bytes: &'a [u8],
    /// The overflow bytes, in order.
    pub(crate) overflow: &'a [u8],
    /// The start of the overflow bytes of each block of positions.
    pub(crate) starts: SectionView<'a>,
    /// The sections of first and overflow bytes, unless all of both were checked.
    pub(crate) to_check: Option<&'a Sections>,
}

impl<'a> Tokens<'a> {
    /// Reads the tokens from position `from` up to position `to`.
    #[inline]
    pub(crate) fn range(&self, from: u32, to: u32) -> TokenReader<'a> {
        let (from, to) = (from as usize, to as usize);
        if let Some(sections) = self.to_check {
            self.check_range(sections, from, to);
        }
        TokenReader {
            first_bytes: self.first_bytes.get(from..to).unwrap_or_default(),
            overflow: self
                .overflow
                .get(self.overflow_start(from)..)
                .unwrap_or_default(),
        }
    }

    /// Checks first and overflow bytes of a range of positions.
    fn check_range(&self, sections: &Sections, from: usize, to: usize) {
        // Whole blocks, whose overflow bytes start and end where the table says.
        let (first, last) = (from >> BLOCK_BITS, to.div_ceil(1 << BLOCK_BITS));
        sections.check_at_random(Section::FirstBytes, first << BLOCK_BITS..last << BLOCK_BITS);
        let overflow = |block: usize| match block * BLOCK_ENTRY_BYTES < self.starts.len() {
            true => self.starts.u32(block * BLOCK_ENTRY_BYTES) as usize,
            false => self.overflow.len(),
        };
        sections.check_at_random(Section::OverflowBytes, overflow(first)..overflow(last));
    }

    /// Checks the first bytes at some positions, each `offset` further.
    fn check_heads(&self, positions: &[u32], offset: u32) {
        if let Some(sections) = self.to_check {
            let offsets = positions.iter().map(|&at| at as usize + offset as usize);
            sections.check_each(Section::FirstBytes, offsets);
        }
    }

    /// The number of blocks of first bytes that must be checked before the tokens at some
    /// positions, which are in order, can be read.
    pub(crate) fn unread_blocks(&self, positions: &[u32]) -> u32 {
        let count = |sections: &Sections| sections.unread_blocks(Section::FirstBytes, positions);
        self.to_check.map_or(0, count)
    }

    /// Offset of the overflow bytes of the token at a position, or of those of
    /// the next token if it has none.
    #[inline]
    fn overflow_start(&self, position: usize) -> usize {
        let block = position >> BLOCK_BITS;
        let before = self.first_bytes.get(block << BLOCK_BITS..position);
        let start = self.starts.u32(block * BLOCK_ENTRY_BYTES) as usize;
        start + overflow_bytes(before.unwrap_or_default())
    }
}

/// Iterates over tokens.
#[derive(Clone)]
pub(crate) struct TokenReader<'a> {
    first_bytes: &'a [u8],
    overflow: &'a [u8],
}

impl TokenReader<'_> {
    /// Appends all tokens, faster than one by one: half of them have an overflow byte, which no
    /// processor predicts.
    pub(crate) fn read_into(mut self, tokens: &mut Vec<u32>) {
        loop {
            let before = tokens.len();
            let plain = self.first_bytes.iter().take_while(|&&first| first < LONG);
            let (plain, long) = self.first_bytes.split_at(plain.count());
            let mut at = 0;
            tokens.extend(plain.iter().map(|&first| {
                // Branch-free: the next overflow byte is always read, and counts only if it is one
                // of this token.
                let count = usize::from(has_overflow(first));
                let byte = self.overflow.get(at).copied().unwrap_or(0);
                at += count;
                u32::from(first) + FIRST_BYTES * u32::from(byte) * count as u32
            }));
            let Some(overflow) = self.overflow.get(at..) else {
                // Bytes are missing: stop before the token that lacks them.
                tokens.truncate(before);
                return tokens.extend(self);
            };
            (self.first_bytes, self.overflow) = (long, overflow);
            match self.next() {
                Some(long) => tokens.push(long),
                None => return,
            }
        }
    }
}

impl Iterator for TokenReader<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (&first, first_bytes) = self.first_bytes.split_first()?;
        self.first_bytes = first_bytes;
        let first_byte = u32::from(first);
        if first_byte < ONE_BYTE {
            return Some(first_byte);
        }
        if first < LONG {
            let (&byte, overflow) = self.overflow.split_first()?;
            self.overflow = overflow;
            return Some(first_byte + FIRST_BYTES * u32::from(byte));
        }
        let (four, overflow) = self.overflow.split_first_chunk::<4>()?;
        self.overflow = overflow;
        Some(u32::from_le_bytes(*four).saturating_add(TWO_BYTES))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.first_bytes.len()))
    }
}

/// The tokens that may fill a slot.
#[derive(Default)]
pub(crate) struct TokenSet {
    /// Bit set of their first bytes.
    first_bytes: [u64; 4],
    /// The tokens with overflow bytes, in order.
    long: SmallVec<[u32; 16]>,
}

impl TokenSet {
    /// Adds a token.
    #[inline]
    pub(crate) fn add(&mut self, token: u32) {
        let first_byte = first_byte(token);
        self.first_bytes[usize::from(first_byte >> 6)] |= 1 << (first_byte & 63);
        if !has_overflow(first_byte) {
            return;
        }
        // Tokens usually come in order.
        if self.long.last().is_none_or(|&last| last < token) {
            self.long.push(token);
        } else if let Err(at) = self.long.binary_search(&token) {
            self.long.insert(at, token);
        }
    }

    /// Keeps the positions that have, at distance `offset`, a token with the
    /// first byte of one of these.
    pub(crate) fn keep_by_first_bytes(
        &self,
        tokens: Tokens<'_>,
        offset: u32,
        positions: &mut Vec<u32>,
    ) {
        tokens.check_heads(positions, offset);
        let mut kept = 0;
        for i in 0..positions.len() {
            let position = positions[i];
            let at = position as usize + offset as usize;
            let first_byte = tokens.first_bytes.get(at).copied().unwrap_or(0);
            // Branch-free: always write, advance only if kept.
            positions[kept] = position;
            kept +=
                (self.first_bytes[usize::from(first_byte >> 6)] >> (first_byte & 63) & 1) as usize;
        }
        positions.truncate(kept);
    }

    /// Keeps the positions that have, at distance `offset`, one of the tokens.
    /// The positions have passed [`keep_by_first_bytes`](Self::keep_by_first_bytes).
    pub(crate) fn keep_by_overflow(
        &self,
        tokens: Tokens<'_>,
        offset: u32,
        positions: &mut Vec<u32>,
    ) {
        const BATCH: usize = 32;
        if self.long.is_empty() {
            return;
        }
        let mut kept = 0;
        for from in (0..positions.len()).step_by(BATCH) {
            let to = positions.len().min(from + BATCH);
            // Each step is done for all positions before the next, so that they
            // wait for memory together. First: the tokens with overflow bytes.
            let mut asked = [0u8; BATCH];
            let mut count = 0;
            let place = |i: u8| positions[from + usize::from(i)] as usize + offset as usize;
            for i in 0..(to - from) as u8 {
                let at = place(i);
                asked[count & (BATCH - 1)] = i;
                let first_byte = tokens.first_bytes.get(at).copied().unwrap_or(0);
                count += usize::from(has_overflow(first_byte));
            }
            // Then: their offsets.
            let mut offsets = [0; BATCH];
            for (start, &i) in offsets.iter_mut().zip(&asked[..count]) {
                if let Some(sections) = tokens.to_check {
                    tokens.check_range(sections, place(i), place(i) + 1);
                }
                *start = tokens.overflow_start(place(i));
            }
            // Last: the comparison.
            let mut unwanted = 0u32;
            for (start, &i) in offsets.into_iter().zip(&asked[..count]) {
                let first_bytes = tokens.first_bytes.get(place(i)..).unwrap_or_default();
                let overflow = tokens.overflow.get(start..).unwrap_or_default();
                let agrees = TokenReader {
                    first_bytes,
                    overflow,
                }
                .next()
                .is_some_and(|token| self.long.binary_search(&token).is_ok());
                unwanted |= u32::from(!agrees) << i;
            }
            for i in from..to {
                positions[kept] = positions[i];
                kept += (!unwanted >> (i - from) & 1) as usize;
            }
        }
        positions.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Encoded tokens, as the parts of the layout.
    fn lay_out(all: &[u32]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let (mut first_bytes, mut overflow, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for block in all.chunks(1 << BLOCK_BITS) {
            starts.extend_from_slice(&(overflow.len() as u32).to_le_bytes());
            encode(block, &mut first_bytes, &mut overflow);
        }
        (first_bytes, overflow, starts)
    }

    fn set(tokens: &[u32]) -> TokenSet {
        let mut set = TokenSet::default();
        tokens.iter().for_each(|&token| set.add(token));
        set
    }

    fn some_tokens() -> impl Strategy<Value = Vec<u32>> {
        let token = prop_oneof![
            0u32..200,
            180u32..700,
            16_300u32..16_400,
            any::<u32>().prop_map(|t| t >> 1)
        ];
        proptest::collection::vec(token, 1..600)
    }

    proptest! {
        #[test]
        fn tokens_come_back(all in some_tokens(), from in 0usize..600, wanted in proptest::collection::vec(0usize..600, 1..5)) {
            let (first_bytes, overflow, starts) = lay_out(&all);
            let tokens = Tokens { first_bytes: &first_bytes, overflow: &overflow, starts: starts[..].into(), to_check: None };
            let from = from.min(all.len() - 1);
            let range = tokens.range(from as u32, all.len() as u32);
            let mut read = Vec::new();
            range.clone().read_into(&mut read);
            prop_assert_eq!(&read, &all[from..]);
            prop_assert_eq!(range.collect::<Vec<_>>(), read);

            let wanted: Vec<u32> = wanted.iter().map(|&i| all[i.min(all.len() - 1)]).collect();
            let mut kept: Vec<u32> = (0..all.len() as u32).collect();
            set(&wanted).keep_by_first_bytes(tokens, 1, &mut kept);
            set(&wanted).keep_by_overflow(tokens, 1, &mut kept);
            let expected: Vec<u32> = (0..all.len() - 1)
                .filter(|&i| wanted.contains(&all[i + 1]))
                .map(|i| i as u32)
                .collect();
            // Past the end, tokens read as the end of a paragraph.
            kept.retain(|&i| i as usize + 1 < all.len());
            prop_assert_eq!(kept, expected);
        }

        #[test]
        fn damaged_bytes_do_not_panic(first_bytes in proptest::collection::vec(any::<u8>(), 0..300), overflow in proptest::collection::vec(any::<u8>(), 0..50), starts in proptest::collection::vec(any::<u8>(), 0..30), at in 0u32..400) {
            let tokens = Tokens { first_bytes: &first_bytes, overflow: &overflow, starts: starts[..].into(), to_check: None };
            let range = tokens.range(at, at + 100);
            let mut read = Vec::new();
            range.clone().read_into(&mut read);
            prop_assert_eq!(range.collect::<Vec<_>>(), read);
            set(&[200, 300, 20_000]).keep_by_overflow(tokens, 1, &mut vec![at / 2, at]);
        }
    }
}
