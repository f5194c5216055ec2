//! Shingles and their hashes.

use crate::corpus::{FIELD, FIRST_WORD};
use crate::hash::mix;

use super::SHINGLE;

/// Shingles for each sampled hash, within these bounds.
const SAMPLED: usize = 40;
const LEAST_SAMPLE: usize = 24;
const MOST_SAMPLE: usize = 256;

/// The parts whose words count: summary and body. Reprints often change headlines and omit
/// captions.
const COUNTED_FIELDS: std::ops::RangeInclusive<usize> = 1..=2;

/// The number of hashes that a sample of an article with this many shingles has.
pub fn sample_size(shingles: usize) -> usize {
    (shingles / SAMPLED).clamp(LEAST_SAMPLE, MOST_SAMPLE)
}

/// The hash of an exact key.
pub fn key_hash(key: &str) -> u64 {
    // FNV-1a (Fowler, Noll, Vo), mixed because shingles are sums.
    mix(key.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// Collects the hashes of an article's distinct shingles, in ascending order, into `out`. `hash_of`
/// returns the hash of a token's key.
pub fn shingles(
    tokens: impl Iterator<Item = u32>,
    hash_of: impl Fn(u32) -> u64,
    out: &mut Vec<u64>,
) {
    // A prime near 2^64 divided by the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c55;
    // FACTOR to the power of SHINGLE - 1.
    const OLDEST: u64 = {
        let mut power = 1u64;
        let mut i = 1;
        while i < SHINGLE {
            power = power.wrapping_mul(FACTOR);
            i += 1;
        }
        power
    };
    out.clear();
    let mut window = [0u64; SHINGLE];
    let (mut sum, mut seen, mut field) = (0u64, 0usize, 0usize);
    for token in tokens {
        if token == FIELD {
            field += 1;
        }
        let Some(key) = token.checked_sub(FIRST_WORD) else {
            continue;
        };
        if !COUNTED_FIELDS.contains(&field) {
            continue;
        }
        let hash = hash_of(key);
        let oldest = std::mem::replace(&mut window[seen % SHINGLE], hash);
        sum = sum
            .wrapping_sub(oldest.wrapping_mul(OLDEST))
            .wrapping_mul(FACTOR)
            .wrapping_add(hash);
        seen += 1;
        if seen >= SHINGLE {
            out.push(mix(sum));
        }
    }
    sort_hashes(out);
    out.dedup();
}

/// Sorts hashes, which are distributed evenly: by their highest bits into about as many buckets as
/// there are hashes, which takes a third of the time of comparing them.
fn sort_hashes(hashes: &mut Vec<u64>) {
    const FEW: usize = 32;
    if hashes.len() < FEW {
        return hashes.sort_unstable();
    }
    let bits = hashes.len().ilog2();
    let bucket = |hash: u64| (hash >> (u64::BITS - bits)) as usize;
    let mut ends = vec![0usize; 1 << bits];
    for &hash in hashes.iter() {
        ends[bucket(hash)] += 1;
    }
    let mut start = 0;
    for end in &mut ends {
        start += std::mem::replace(end, start);
    }
    let mut sorted = vec![0; hashes.len()];
    for &hash in hashes.iter() {
        let end = &mut ends[bucket(hash)];
        sorted[*end] = hash;
        *end += 1;
    }
    let mut start = 0;
    for end in ends {
        sorted[start..end].sort_unstable();
        start = end;
    }
    *hashes = sorted;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_sorted_whatever_their_distribution() {
        for (len, factor) in [(0, 1), (1, 1), (31, 1), (32, 1), (700, 3), (700, 0)] {
            for spread in [mix as fn(u64) -> u64, |hash| hash] {
                let hashes: Vec<u64> = (0..len).map(|i| spread(i * factor)).rev().collect();
                let (mut expected, mut sorted) = (hashes.clone(), hashes);
                expected.sort_unstable();
                sort_hashes(&mut sorted);
                assert_eq!(sorted, expected, "{len} {factor}");
            }
        }
    }

    #[test]
    fn paragraphs_case_and_headlines_make_no_difference() {
        let of = |tokens: &[u32]| {
            let mut out = Vec::new();
            shingles(tokens.iter().copied(), |key| mix(u64::from(key)), &mut out);
            out
        };
        let body: Vec<u32> = (10..40).collect();
        let plain = [&[5, 6, FIELD, FIELD][..], &body, &[FIELD, FIELD]].concat();
        let broken = [
            &[7, FIELD][..],
            &body[..9],
            &[FIELD],
            &body[9..20],
            &[0],
            &body[20..],
            &[FIELD, 90, 91, 92, 93, 94, 95, FIELD],
        ]
        .concat();
        assert_eq!(of(&plain).len(), 26);
        assert_eq!(of(&plain), of(&broken));
    }
}
