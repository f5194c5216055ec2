//! Sorted positions in nearly the minimum of bits, with fast skipping.
//!
//! The Elias–Fano code (Elias 1974, Fano 1971), as used for postings by Vigna
//! ("Quasi-succinct indices", WSDM 2013). Of each of `n` numbers up to `u`, the
//! lowest `l = ⌊log2(u/n)⌋` bits are stored next to each other. The high bits
//! are a bit vector in which a zero means "the next bucket of 2^l" and a one is
//! a number. The size follows from `n` and `u`, so no length is stored.

use super::bytes::{WORD, load_bits, load_u32, load_u64, pack_bits};

/// Lists of at least this length carry a table for skipping.
const SAMPLED: u32 = 256;
/// Buckets per entry of that table.
const BUCKETS_PER_SAMPLE: u32 = 64;

/// Maximum number of numbers in a chunk.
pub(crate) const CHUNK: usize = 128;
/// Ones read from a word before testing for more. The position of the last one
/// is hard to predict, and superfluous numbers are overwritten.
const ONES: usize = 8;
/// Bits that a load of eight bytes contains from any bit of its first byte on.
const BITS_AT_ONCE: u32 = 57;

/// Bits of a word.
const BITS: usize = 8 * WORD;

/// The layout of a list, which follows from its length and its universe.
#[derive(Clone, Copy)]
struct ListLayout {
    low_width: u32,
    low_bytes: usize,
    high_bytes: usize,
    samples: usize,
}

impl ListLayout {
    fn new(len: u32, universe: u32) -> Self {
        let low_width = (universe / len.max(1)).checked_ilog2().unwrap_or(0);
        let buckets = universe >> low_width;
        Self {
            low_width,
            low_bytes: (len as usize * low_width as usize).div_ceil(8),
            high_bytes: (len as usize + buckets as usize + 1).div_ceil(8),
            samples: if len >= SAMPLED {
                (buckets / BUCKETS_PER_SAMPLE) as usize
            } else {
                0
            },
        }
    }

    fn bytes(self) -> usize {
        self.low_bytes + self.high_bytes + 4 * self.samples
    }
}

/// The size in bytes of a list of `len` numbers of at most `universe`.
pub(crate) fn encoded_len(len: u32, universe: u32) -> usize {
    ListLayout::new(len, universe).bytes()
}

/// Appends the list; `values` ascend and are at most `universe`.
pub(crate) fn encode(values: &[u32], universe: u32, out: &mut Vec<u8>) {
    let layout = ListLayout::new(values.len() as u32, universe);
    let start = out.len();
    // Words of eight bytes are written, of which the last may be beyond the end.
    out.resize(start + layout.low_bytes + layout.high_bytes + 2 * WORD, 0);
    pack_bits(values, layout.low_width, &mut out[start..]);
    let high = start + layout.low_bytes;
    push_high(values, layout.low_width, &mut out[high..]);
    out.truncate(high + layout.high_bytes);
    let mut next = 0;
    for sample in 1..=layout.samples as u32 {
        let bucket = sample * BUCKETS_PER_SAMPLE;
        let rest = values.get(next..).unwrap_or_default();
        next += rest.partition_point(|value| value >> layout.low_width < bucket);
        out.extend_from_slice(&(bucket + next as u32).to_le_bytes());
    }
}

/// Writes the bit vector of the high bits to zeros.
fn push_high(values: &[u32], width: u32, out: &mut [u8]) {
    let (mut word, mut at) = (0u64, 0);
    let mut write = |at: usize, word: u64| {
        if let Some(bytes) = out.get_mut(at * WORD..(at + 1) * WORD) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    };
    for (i, &value) in values.iter().enumerate() {
        let bit = (value >> width) as usize + i;
        if bit / BITS != at {
            write(at, word);
            (word, at) = (0, bit / BITS);
        }
        word |= 1 << (bit % BITS);
    }
    write(at, word);
}

/// A list as stored in the file.
#[derive(Clone, Copy, Default)]
pub(crate) struct EliasFano<'a> {
    len: u32,
    low_width: u32,
    low: &'a [u8],
    high: &'a [u8],
    samples: &'a [u8],
}

impl<'a> EliasFano<'a> {
    /// Opens the list that starts with `bytes`; a truncated list reads as an
    /// empty one.
    pub(crate) fn open(bytes: &'a [u8], len: u32, universe: u32) -> Self {
        let layout = ListLayout::new(len, universe);
        let whole = bytes.len() >= layout.bytes();
        let (low, rest) = bytes.split_at(if whole { layout.low_bytes } else { 0 });
        let (high, samples) = rest.split_at(if whole { layout.high_bytes } else { 0 });
        Self {
            len: if whole { len } else { 0 },
            low_width: layout.low_width,
            low,
            high,
            samples: &samples[..if whole { 4 * layout.samples } else { 0 }],
        }
    }

    /// Number of numbers in the list.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The size of the list in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.low.len() + self.high.len() + self.samples.len()
    }

    /// Calls `f` with every number, in order.
    #[inline]
    pub(crate) fn for_each(&self, mut f: impl FnMut(u32)) {
        self.for_each_chunk(|_, chunk| chunk.iter().for_each(|&value| f(value)));
    }

    /// Calls `f` with all numbers in order, in chunks, each with the index of
    /// its first number.
    #[inline]
    pub(crate) fn for_each_chunk(&self, mut f: impl FnMut(usize, &[u32])) {
        let width = self.low_width;
        let len = self.len as usize;
        let bits = self.high.len() * 8;
        let mut index = 0;
        let mut base = 0;
        let mut chunk = [0; CHUNK + ONES];
        while index < len && base < bits {
            let mut n = 0;
            while n + 64 <= CHUNK && index + n < len && base < bits {
                let mut word = load_u64(self.high, base >> 3);
                let next = n + word.count_ones() as usize;
                // Each one is a number; before it are the numbers already read
                // and the zeros of the buckets passed.
                while word != 0 {
                    for value in &mut chunk[n..n + ONES] {
                        let bit = base + word.trailing_zeros() as usize;
                        *value = ((bit - index - n) as u32) << width;
                        word &= word.wrapping_sub(1);
                        n += 1;
                    }
                }
                n = next;
                base += 64;
            }
            n = n.min(len - index);
            self.add_low(index, n, &mut chunk);
            f(index, &chunk[..n]);
            index += n;
        }
    }

    /// Adds the low bits to the first `n` numbers of a chunk that starts at
    /// `index`.
    #[inline]
    fn add_low(&self, index: usize, n: usize, chunk: &mut [u32]) {
        let at = index * self.low_width as usize;
        // As many at a time as one load contains.
        match BITS_AT_ONCE / self.low_width.max(1) {
            0 | 1 => self.add_low_by::<1>(at, n, chunk),
            2 => self.add_low_by::<2>(at, n, chunk),
            3 => self.add_low_by::<3>(at, n, chunk),
            _ => self.add_low_by::<4>(at, n, chunk),
        }
    }

    fn add_low_by<const N: usize>(&self, mut at: usize, n: usize, chunk: &mut [u32]) {
        let width = self.low_width;
        let mask = ((1u64 << width) - 1) as u32;
        let (groups, _) = chunk.as_chunks_mut::<N>();
        for group in groups.iter_mut().take(n.div_ceil(N)) {
            let mut word = load_u64(self.low, at >> 3) >> (at & 7);
            for value in group {
                *value |= word as u32 & mask;
                word >>= width;
            }
            at += N * width as usize;
        }
    }

    /// A reader that skips forward.
    pub(crate) fn cursor(self) -> Cursor<'a> {
        Cursor {
            list: self,
            index: 0,
            bit: 0,
        }
    }

    fn low(&self, index: u32) -> u32 {
        load_bits(
            self.low,
            index as usize * self.low_width as usize,
            self.low_width,
        )
    }
}

/// Skips forward through a list.
pub(crate) struct Cursor<'a> {
    list: EliasFano<'a>,
    /// Number of numbers before `bit`.
    index: u32,
    /// Next bit to read in the high bits.
    bit: u32,
}

impl Cursor<'_> {
    /// Returns the next number that is at least `target`, with its index; the
    /// cursor stays on it.
    #[inline]
    pub(crate) fn seek(&mut self, target: u32) -> Option<(u32, u32)> {
        let width = self.list.low_width;
        let bucket = target >> width;
        if bucket > self.bit - self.index {
            self.skip_to_bucket(bucket);
        }
        let bits = self.list.high.len() as u32 * 8;
        let mut base = self.bit & !63;
        let mut word =
            load_u64(self.list.high, (base >> 3) as usize) >> (self.bit & 63) << (self.bit & 63);
        loop {
            while word != 0 {
                if self.index >= self.list.len {
                    return None;
                }
                let bit = base + word.trailing_zeros();
                let value = (bit - self.index) << width | self.list.low(self.index);
                self.bit = bit;
                if value >= target {
                    return Some((self.index, value));
                }
                word &= word - 1;
                self.bit = bit + 1;
                self.index += 1;
            }
            base += 64;
            if base >= bits || self.index >= self.list.len {
                self.index = self.list.len;
                self.bit = self.index + (bits.max(self.index) - self.index);
                return None;
            }
            self.bit = base;
            word = load_u64(self.list.high, (base >> 3) as usize);
        }
    }

    /// Moves to the start of `bucket`, which is not before the cursor.
    fn skip_to_bucket(&mut self, bucket: u32) {
        let here = self.bit.wrapping_sub(self.index);
        let sample = bucket / BUCKETS_PER_SAMPLE;
        if sample > here / BUCKETS_PER_SAMPLE && sample as usize <= self.list.samples.len() / 4 {
            let bit = load_u32(self.list.samples, 4 * (sample as usize - 1));
            if bit > self.bit {
                self.bit = bit;
                self.index = bit.wrapping_sub(sample * BUCKETS_PER_SAMPLE);
            }
        }
        let bits = self.list.high.len() as u32 * 8;
        // Zeros still to pass.
        let mut missing = bucket.wrapping_sub(self.bit.wrapping_sub(self.index));
        let mut base = self.bit & !63;
        let mut zeros =
            !load_u64(self.list.high, (base >> 3) as usize) >> (self.bit & 63) << (self.bit & 63);
        while missing > 0 && base < bits {
            let sums = ones_by_byte(zeros);
            let here = (sums >> 56) as u32;
            if missing <= here {
                self.bit = base + select(zeros, sums, missing - 1) + 1;
                break;
            }
            missing -= here;
            base += 64;
            self.bit = base;
            zeros = !load_u64(self.list.high, (base >> 3) as usize);
        }
        self.index = self.bit.saturating_sub(bucket).min(self.list.len);
    }
}

/// One in every byte.
const BYTES: u64 = 0x0101_0101_0101_0101;

/// Counts the ones of a word up to the end of each of its bytes, the lowest
/// first; the highest byte has them all.
#[inline]
fn ones_by_byte(word: u64) -> u64 {
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    ((fours + (fours >> 4)) & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(BYTES)
}

/// Position of the one with number `n` of a word, counted from zero; `sums` are
/// its [`ones_by_byte`]. The word has more than `n` ones.
///
/// Vigna, "Broadword implementation of rank/select queries" (2008).
#[inline]
fn select(word: u64, sums: u64, n: u32) -> u32 {
    const HIGHEST: u64 = BYTES << 7;
    // The bytes up to whose ends there are too few ones.
    let before = ((((u64::from(n) * BYTES) | HIGHEST) - sums) & HIGHEST) >> 7;
    let byte = (before.wrapping_mul(BYTES) >> 56) as u32 & 7;
    let passed = ((sums << 8) >> (8 * byte)) as u32 & 0xff;
    let mut rest = word >> (8 * byte);
    for _ in passed..n {
        rest &= rest.wrapping_sub(1);
    }
    8 * byte + rest.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lists() -> impl Strategy<Value = (Vec<u32>, u32)> {
        (1u32..20_000, 0usize..700).prop_flat_map(|(universe, len)| {
            (
                proptest::collection::btree_set(0..=universe, 0..=len.min(universe as usize)),
                Just(universe),
            )
                .prop_map(|(set, u)| (set.into_iter().collect(), u))
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back((values, universe) in lists()) {
            let mut bytes = Vec::new();
            encode(&values, universe, &mut bytes);
            prop_assert_eq!(bytes.len(), encoded_len(values.len() as u32, universe));
            let list = EliasFano::open(&bytes, values.len() as u32, universe);
            let mut seen = Vec::new();
            list.for_each(|v| seen.push(v));
            prop_assert_eq!(&seen, &values);
        }

        #[test]
        fn seek_finds_the_first_number_not_below(
            (values, universe) in lists(),
            mut targets in proptest::collection::vec(0u32..21_000, 0..40),
        ) {
            targets.sort_unstable();
            let mut bytes = Vec::new();
            encode(&values, universe, &mut bytes);
            let mut cursor = EliasFano::open(&bytes, values.len() as u32, universe).cursor();
            for target in targets {
                let expected = values.partition_point(|&v| v < target);
                let found = cursor.seek(target);
                prop_assert_eq!(found, values.get(expected).map(|&v| (expected as u32, v)), "target {}", target);
                if found.is_none() {
                    break;
                }
            }
        }

        #[test]
        fn select_finds_the_ones(word in any::<u64>()) {
            let sums = ones_by_byte(word);
            prop_assert_eq!((sums >> 56) as u32, word.count_ones());
            let ones = (0..64).filter(|i| word >> i & 1 == 1);
            for (n, one) in ones.enumerate() {
                prop_assert_eq!(select(word, sums, n as u32), one);
            }
        }

        #[test]
        fn damaged_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), len in 0u32..600, universe in 0u32..5000, target in any::<u32>()) {
            let list = EliasFano::open(&bytes, len, universe);
            let mut n = 0;
            list.for_each(|_| n += 1);
            prop_assert!(n <= len);
            let mut cursor = list.cursor();
            cursor.seek(target / 2);
            cursor.seek(target);
        }
    }
}
