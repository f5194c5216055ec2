//! Frequencies of n-grams.
//!
//! Memory is bounded however many n-grams there are. If their places are few enough, the tokens are
//! read once: each n-gram is packed into an integer with the number of its article, and these are
//! counted by the hash of the n-gram, a few thousand at a time. Otherwise the tokens are read
//! several times:
//!
//! 1. A table of small counters adds up the n-grams with the same hash, which is at least the
//!    frequency of each of them (Park, Chen & Yu 1995).
//! 2. The n-grams that can still be frequent enough are counted one by one. If they are too many
//!    for one reading, each reading counts those with hashes in one range.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::corpus::{ArticleId, Corpus, FIRST_WORD, Result};
use crate::hash::mix;
use crate::keywords::each_paragraph;
use crate::lexicon::Lexicon;

/// Syllables of the longest n-grams.
pub const MOST_SYLLABLES: usize = 6;
/// Binary logarithm of the largest number of counters.
const MOST_COUNTERS: u32 = 26;
/// Number of packed n-grams in the memory of one that is counted on its own.
const PACKED_EACH: usize = 4;
/// Number of packed n-grams of which a table fits into the cache of a processor.
const PART: u64 = 8_192;
/// Largest number of parts, so that the ends of all of them fit into this cache.
const MOST_PARTS: u64 = 1_024;

/// An n-gram: its syllables by number, then [`NONE`].
pub(crate) type Ngram = [u32; MOST_SYLLABLES];

/// Fills an n-gram.
pub(crate) const NONE: u32 = u32::MAX;

pub(crate) fn ngram_of(words: &[u32]) -> Ngram {
    let mut ngram = [NONE; MOST_SYLLABLES];
    for (place, word) in ngram.iter_mut().zip(words) {
        *place = *word;
    }
    ngram
}

fn hash_of(words: &[u32]) -> u64 {
    let words = words.iter().take_while(|&&word| word != NONE);
    words.fold(0, |hash, &word| mix(hash ^ u64::from(word)))
}

/// The number of occurrences and of articles.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frequency {
    pub(crate) count: u64,
    pub(crate) articles: u32,
    /// The number of the last article, from 1.
    last: u32,
}

impl Frequency {
    pub(crate) fn new(count: u64, articles: u32) -> Self {
        Self {
            count,
            articles,
            last: 0,
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, article: u32) {
        self.count += 1;
        self.articles += u32::from(self.last != article);
        self.last = article;
    }
}

/// The n-grams that are counted, as far as their syllables decide that.
pub(crate) struct Filter {
    /// By word: whether it is frequent enough.
    pub(crate) is_frequent: Vec<bool>,
    /// By place and word: whether it may be there.
    pub(crate) fits: Vec<Vec<bool>>,
}

impl Filter {
    /// Returns `true` if a word is frequent enough.
    pub(crate) fn is_frequent(&self, word: u32) -> bool {
        self.is_frequent.get(word as usize) == Some(&true)
    }

    pub(crate) fn admits(&self, ngram: &[u32]) -> bool {
        self.begins(ngram.iter().copied()) && ngram.iter().all(|&word| self.is_frequent(word))
    }

    /// Returns `true` if the first words of an n-gram may be there.
    fn begins(&self, ngram: impl ExactSizeIterator<Item = u32>) -> bool {
        let fits = |(fits, word): (&Vec<bool>, u32)| fits.get(word as usize) == Some(&true);
        self.fits.len() <= ngram.len() && self.fits.iter().zip(ngram).all(fits)
    }
}

/// Reads the n-grams of some articles.
pub(crate) struct Reader<'r> {
    pub(crate) corpus: &'r dyn Corpus,
    pub(crate) lexicon: &'r mut Lexicon,
    pub(crate) articles: &'r [ArticleId],
    /// Syllables of each n-gram.
    pub(crate) size: usize,
    /// Number of tokens of the articles.
    pub(crate) tokens: u64,
    pub(crate) filter: &'r Filter,
}

impl Reader<'_> {
    /// Calls `f` with every n-gram that the filter admits and its frequency, which is at least
    /// `least`. At most `held` n-grams are counted in one reading of the tokens.
    pub(crate) fn count(
        &mut self,
        least: u64,
        held: usize,
        f: impl FnMut(Ngram, Frequency),
    ) -> Result<()> {
        let packing = Packing::new(self);
        let is_small = self.tokens <= held.saturating_mul(PACKED_EACH) as u64;
        match packing.bits() {
            0..=u64::BITS if is_small => self.count_packed::<u64>(&packing, least, f),
            0..=u128::BITS if is_small => self.count_packed::<u128>(&packing, least, f),
            _ => self.count_in_readings(least, held, f),
        }
    }

    fn count_packed<E: Packed>(
        &mut self,
        packing: &Packing,
        least: u64,
        mut f: impl FnMut(Ngram, Frequency),
    ) -> Result<()> {
        let parts = self.packed_by_hash::<E>(packing)?;
        let mut counts: FxHashMap<E, Frequency> = FxHashMap::default();
        for part in parts {
            self.corpus.check_deadline()?;
            packing.count(&part, &mut counts);
            for (ngram, frequency) in counts.drain() {
                if frequency.count >= least {
                    f(packing.unpacked(ngram), frequency);
                }
            }
        }
        Ok(())
    }

    /// All n-grams that the filter admits, packed, in a power of two of parts by their hashes and
    /// in the order of the articles.
    fn packed_by_hash<E: Packed>(&mut self, packing: &Packing) -> Result<Vec<Vec<E>>> {
        let parts = (self.tokens / PART)
            .clamp(1, MOST_PARTS)
            .next_power_of_two();
        let each = match self.filter.fits.is_empty() {
            true => self.tokens / parts,
            false => 0,
        };
        let empty = || Vec::with_capacity(each as usize);
        let mut packed: Vec<Vec<E>> = (0..parts).map(|_| empty()).collect();
        let of_parts = parts.ilog2();
        let (size, filter) = (self.size, self.filter);
        let ngram_bits = E::ones(packing.word_bits * size as u32);
        let mut article = 0u32;
        self.corpus
            .read_tokens(self.articles, self.lexicon, &mut |_, tokens| {
                let (mut ngram, mut words) = (E::from(0), 0);
                for (end, &token) in (1..).zip(tokens) {
                    let code = packing.codes.get(token as usize).copied().unwrap_or(NONE);
                    if code == NONE {
                        words = 0;
                        continue;
                    }
                    ngram = ((ngram << packing.word_bits) | E::from(code)) & ngram_bits;
                    words += 1;
                    if words < size || !filter.fits.is_empty() && !begins(filter, tokens, end, size)
                    {
                        continue;
                    }
                    let part = ngram.hash().checked_shr(u64::BITS - of_parts).unwrap_or(0);
                    if let Some(part) = packed.get_mut(part as usize) {
                        part.push((ngram << packing.article_bits) | E::from(article));
                    }
                }
                article += 1;
                Ok(())
            })?;
        Ok(packed)
    }

    fn count_in_readings(
        &mut self,
        least: u64,
        held: usize,
        mut f: impl FnMut(Ngram, Frequency),
    ) -> Result<()> {
        let mut sieve = None;
        if least > 1 {
            let mut counters = Sieve::new(self.tokens);
            self.each(|_, hash, _| counters.add(hash))?;
            sieve = Some(counters);
        }
        let can_be_frequent = |hash: u64| {
            let sieve = sieve.as_ref();
            sieve.is_none_or(|sieve| sieve.admits(hash, least))
        };
        // Numbers of the n-grams of this reading; the order of bits makes ranges of them random.
        let (mut first, mut last) = (0, u64::MAX);
        loop {
            let mut counts: FxHashMap<Ngram, Frequency> = FxHashMap::default();
            self.each(|ngram, hash, article| {
                let number = hash.reverse_bits();
                if !(first..=last).contains(&number) || !can_be_frequent(hash) {
                    return;
                }
                counts.entry(ngram_of(ngram)).or_default().add(article);
                while counts.len() > held && first < last {
                    last = first + (last - first) / 2;
                    counts.retain(|ngram, _| hash_of(ngram).reverse_bits() <= last);
                }
            })?;
            for (ngram, frequency) in counts {
                if frequency.count >= least {
                    f(ngram, frequency);
                }
            }
            let Some(next) = last.checked_add(1) else {
                return Ok(());
            };
            (first, last) = (next, u64::MAX);
        }
    }

    /// Calls `f` with every n-gram that the filter admits, its hash, and the number of its
    /// article, from 1.
    fn each(&mut self, mut f: impl FnMut(&[u32], u64, u32)) -> Result<()> {
        let (size, filter) = (self.size, self.filter);
        each_paragraph(
            self.corpus,
            self.lexicon,
            self.articles,
            &mut |run, article| {
                for ngram in run.windows(size).filter(|ngram| filter.admits(ngram)) {
                    f(ngram, hash_of(ngram), article);
                }
            },
        )
    }
}

/// Returns `true` if the first words of the n-gram before token `end` may be there.
fn begins(filter: &Filter, tokens: &[u32], end: usize, size: usize) -> bool {
    let ngram = tokens.get(end - size..end).unwrap_or_default();
    filter.begins(ngram.iter().map(|token| token - FIRST_WORD))
}

/// How an n-gram and the number of its article, from 0, are packed into one integer.
struct Packing {
    size: usize,
    /// By token: the code of a word that is frequent enough, otherwise [`NONE`].
    codes: Vec<u32>,
    /// The words by their codes.
    words: Vec<u32>,
    word_bits: u32,
    article_bits: u32,
}

impl Packing {
    fn new(reader: &Reader<'_>) -> Self {
        let filter = reader.filter;
        let mut codes = vec![NONE; FIRST_WORD as usize + filter.is_frequent.len()];
        let mut words = Vec::new();
        for (word, code) in (0..).zip(codes.iter_mut().skip(FIRST_WORD as usize)) {
            if filter.is_frequent(word) {
                *code = words.len() as u32;
                words.push(word);
            }
        }
        let bits = |values: usize| usize::BITS - values.saturating_sub(1).leading_zeros();
        Self {
            size: reader.size,
            word_bits: bits(words.len()),
            article_bits: bits(reader.articles.len()),
            codes,
            words,
        }
    }

    fn bits(&self) -> u32 {
        self.word_bits * self.size as u32 + self.article_bits
    }

    /// Adds packed n-grams, in the order of their articles, to their frequencies.
    fn count<E: Packed>(&self, packed: &[E], counts: &mut FxHashMap<E, Frequency>) {
        let article = E::ones(self.article_bits);
        for &entry in packed {
            let count = counts.entry(entry >> self.article_bits).or_default();
            count.add((entry & article).low() as u32 + 1);
        }
    }

    fn unpacked<E: Packed>(&self, ngram: E) -> Ngram {
        let mut unpacked = [NONE; MOST_SYLLABLES];
        let mut rest = ngram;
        for word in unpacked.iter_mut().take(self.size).rev() {
            let code = (rest & E::ones(self.word_bits)).low() as u32;
            *word = self.words.get(code as usize).copied().unwrap_or(NONE);
            rest = rest >> self.word_bits;
        }
        unpacked
    }
}

/// An integer of packed words.
trait Packed:
    Copy
    + Eq
    + Hash
    + From<u32>
    + std::ops::Shl<u32, Output = Self>
    + std::ops::Shr<u32, Output = Self>
    + std::ops::BitOr<Output = Self>
    + std::ops::BitAnd<Output = Self>
{
    /// The integer with this many lowest bits set.
    fn ones(bits: u32) -> Self;
    /// The lowest 64 bits.
    fn low(self) -> u64;
    fn hash(self) -> u64;
}

/// An odd number whose multiples have random highest bits (Fibonacci hashing).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Packed for u64 {
    fn ones(bits: u32) -> Self {
        Self::MAX.checked_shr(Self::BITS - bits).unwrap_or(0)
    }

    #[inline]
    fn low(self) -> u64 {
        self
    }

    #[inline]
    fn hash(self) -> u64 {
        self.wrapping_mul(GOLDEN)
    }
}

impl Packed for u128 {
    fn ones(bits: u32) -> Self {
        Self::MAX.checked_shr(Self::BITS - bits).unwrap_or(0)
    }

    #[inline]
    fn low(self) -> u64 {
        self as u64
    }

    #[inline]
    fn hash(self) -> u64 {
        let high = (self >> u64::BITS).low().hash();
        (self.low() ^ high.rotate_left(u64::BITS / 2)).hash()
    }
}

/// Counters of n-grams by hash, up to 255.
struct Sieve {
    counters: Vec<u8>,
    shift: u32,
}

impl Sieve {
    fn new(tokens: u64) -> Self {
        let wanted = tokens.max(512).saturating_mul(2).ilog2().min(MOST_COUNTERS);
        Self {
            counters: vec![0; 1 << wanted],
            shift: u64::BITS - wanted,
        }
    }

    fn add(&mut self, hash: u64) {
        // The low bits divide n-grams among readings.
        if let Some(counter) = self.counters.get_mut((hash >> self.shift) as usize) {
            *counter = counter.saturating_add(1);
        }
    }

    /// Returns `false` if no n-gram with this hash can have so many occurrences.
    fn admits(&self, hash: u64, least: u64) -> bool {
        let counter = self.counters.get((hash >> self.shift) as usize);
        counter.is_none_or(|&counter| counter == u8::MAX || u64::from(counter) >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Packs n-grams with their articles and counts them.
    fn counted<E: Packed>(packing: &Packing, ngrams: &[(Vec<u32>, u32)]) -> Vec<(Ngram, u64, u32)> {
        let packed = ngrams.iter().map(|(words, article)| {
            let ngram = words.iter().fold(E::from(0), |ngram, &word| {
                let code = packing.codes[(word + FIRST_WORD) as usize];
                (ngram << packing.word_bits) | E::from(code)
            });
            (ngram << packing.article_bits) | E::from(*article)
        });
        let packed: Vec<E> = packed.collect();
        let mut counts = FxHashMap::default();
        packing.count(&packed, &mut counts);
        let counts = counts.into_iter();
        let counts = counts.map(|(n, f)| (packing.unpacked(n), f.count, f.articles));
        let mut counts: Vec<(Ngram, u64, u32)> = counts.collect();
        counts.sort_unstable();
        counts
    }

    proptest! {
        #[test]
        fn packed_ngrams_are_counted_as_by_hand(
            mut ngrams in proptest::collection::vec((proptest::collection::vec(0u32..9, 3), 0u32..5), 0..80),
            spare in 0u32..12,
        ) {
            ngrams.sort_by_key(|&(_, article)| article);
            // Words 0, 2, 4, … have a code.
            ngrams.iter_mut().flat_map(|(words, _)| words).for_each(|word| *word *= 2);
            let codes = (0..FIRST_WORD + 18).map(|token| match token.checked_sub(FIRST_WORD) {
                Some(word) if word % 2 == 0 => word / 2,
                _ => NONE,
            });
            let packing = Packing {
                size: 3,
                codes: codes.collect(),
                words: (0..9).map(|code| code * 2).collect(),
                word_bits: 4 + spare,
                article_bits: 3,
            };
            let mut expected: Vec<(Ngram, u64, u32)> = Vec::new();
            for (words, _) in &ngrams {
                let of = || ngrams.iter().filter(|(other, _)| other == words);
                let mut articles: Vec<u32> = of().map(|&(_, article)| article).collect();
                articles.dedup();
                expected.push((ngram_of(words), of().count() as u64, articles.len() as u32));
            }
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(counted::<u64>(&packing, &ngrams), expected.clone());
            prop_assert_eq!(counted::<u128>(&packing, &ngrams), expected);
        }
    }

    #[test]
    fn sieves_never_lose_a_frequent_ngram() {
        let mut sieve = Sieve::new(0);
        for word in 0..4_000u32 {
            for _ in 0..=word % 3 {
                sieve.add(hash_of(&[word, 1]));
            }
        }
        for word in 0..4_000u32 {
            assert!(sieve.admits(hash_of(&[word, 1]), u64::from(word % 3) + 1));
        }
        assert!(!sieve.admits(hash_of(&[9, 9]), 200));
    }
}
