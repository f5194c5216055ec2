//! The saturated tf of a key in an article, its idf, and the words that an article must contain.
//!
//! BM25 as in Robertson and Zaragoza ("The Probabilistic Relevance Framework:
//! BM25 and Beyond", 2009, eq. 3.15), with their simple BM25F: an occurrence in
//! the title counts [`TITLE_WEIGHT`] times, one in the summary
//! [`SUMMARY_WEIGHT`] times, one in the lead [`LEAD_WEIGHT`] times, and all
//! parts share one length. As in Lucene, the constant factor `k1 + 1` is
//! omitted, so that the saturated tf is below 1.

use timbao_query::plan::MinimumMatch;

/// Largest frequency counted; beyond it, BM25 rises very little.
pub const MAX_FREQUENCY: u32 = 63;

/// Weight of an occurrence in the title.
pub const TITLE_WEIGHT: u32 = 4;
/// Weight of an occurrence in the summary.
pub const SUMMARY_WEIGHT: u32 = 4;
/// Weight of an occurrence in the lead, where news states what matters.
pub const LEAD_WEIGHT: u32 = 2;
/// Length of the lead in positions after the summary.
pub const LEAD: u32 = 50;

/// Saturation of the term frequency.
pub const K1: f32 = 1.2;
/// Length normalisation, from 0 to 1.
pub const B: f32 = 0.8;
/// `k1` of bigrams of bare words: once is nearly enough.
const BIGRAM_K1: f32 = 0.9;
/// `b` of bigrams of bare words.
const BIGRAM_B: f32 = 0.5;

/// Codes of a length differ by this many parts of a doubling.
const STEPS_PER_DOUBLING: f32 = 8.0;

/// Writes a length in tokens as one byte, to within 5 %.
pub fn length_code(tokens: u32) -> u8 {
    ((tokens as f32 + 1.0).log2() * STEPS_PER_DOUBLING)
        .round()
        .min(255.0) as u8
}

/// Reads a length back.
pub fn length_of(code: u8) -> f32 {
    (f32::from(code) / STEPS_PER_DOUBLING).exp2() - 1.0
}

/// Frequencies below this are looked up in a table.
const COMMON: usize = 8;

/// Saturated tf by frequency and length, for one average length.
#[derive(Debug, Clone)]
pub struct Saturation {
    /// `k1 (1 - b + b · length / average)` by length code.
    penalty: Box<[f32; 256]>,
    /// Saturated tf by frequency and length code.
    shares: Box<[[f32; 256]; COMMON]>,
}

impl Saturation {
    /// Prepares for an average length in tokens.
    pub fn new(average: f32) -> Self {
        Self::with(average, K1, B)
    }

    /// Prepares the saturation of bigrams of bare words.
    pub fn of_bigrams(average: f32) -> Self {
        Self::with(average, BIGRAM_K1, BIGRAM_B)
    }

    fn with(average: f32, k1: f32, b: f32) -> Self {
        let average = average.max(1.0);
        let mut penalty = Box::new([0.0; 256]);
        let mut shares = Box::new([[0.0; 256]; COMMON]);
        for code in 0..=255u8 {
            let here = k1 * (1.0 - b + b * length_of(code) / average);
            penalty[code as usize] = here;
            for (frequency, shares) in shares.iter_mut().enumerate().skip(1) {
                shares[code as usize] = frequency as f32 / (frequency as f32 + here);
            }
        }
        Self { penalty, shares }
    }

    /// The saturated tf of a key, from 0 to below 1.
    #[inline]
    pub fn share(&self, frequency: u32, length: u8) -> f32 {
        match self.shares.get(frequency as usize) {
            Some(shares) => shares[length as usize],
            None => frequency as f32 / (frequency as f32 + self.penalty[length as usize]),
        }
    }

    /// The saturated tf in 255ths, rounded, and at least one, as zero means
    /// that the key is absent.
    #[inline]
    pub fn impact(&self, frequency: u32, length: u8) -> u8 {
        let share = self.share(frequency.min(MAX_FREQUENCY), length);
        (share * 255.0 + 0.5).max(1.0) as u8
    }

    /// The upper bound encoded by a byte of [`upper_bound`] if articles are on
    /// average `stretch` times longer than when it was written.
    #[inline]
    pub fn bound(byte: u8, stretch: f32) -> f32 {
        // Rounding may lose this much.
        (f32::from(byte) * (1.0 / 255.0) * stretch + 1e-6).min(1.0)
    }
}

/// A byte that is an upper bound of a saturated tf.
pub fn upper_bound(share: f32) -> u8 {
    (share * 255.0).ceil().min(255.0) as u8
}

/// The factor of the saturated tf: the square root of the inverse document
/// frequency `ln(1 + (N - n + ½) / (n + ½))`.
///
/// The root is our choice. Syllables are few and frequent, and an article with
/// many words of the query is a better answer than one with few rare ones;
/// `docs/ranking.md` has the measurements.
pub fn rarity(articles: u64, holding: u64) -> f32 {
    let (all, with) = (articles as f32, holding as f32);
    (1.0 + (all - with + 0.5).max(0.0) / (with + 0.5))
        .ln()
        .sqrt()
}

/// How much each clause counts as matched, and the sum that an article must reach.
#[derive(Debug, PartialEq, Eq)]
pub struct Required {
    /// By clause; not above a byte if there are at most 255 clauses.
    pub weights: Vec<u16>,
    /// The least sum.
    pub minimum: usize,
}

impl Required {
    /// The requirement on clauses with these idf; `optional` ones are not required.
    pub fn new(minimum: MinimumMatch, optional: &[usize], idf: &[f32]) -> Self {
        let counted = |clause: &usize| !optional.contains(clause);
        let percent = match minimum {
            MinimumMatch::Count(count) => {
                let weights = (0..idf.len()).map(|clause| counted(&clause).into());
                return Self {
                    weights: weights.collect(),
                    minimum: count.clamp(1, idf.len().max(1)),
                };
            }
            MinimumMatch::Weight(percent) => percent,
        };
        let most = if idf.len() > usize::from(u8::MAX) {
            u16::MAX
        } else {
            u8::MAX.into()
        };
        let sum: f32 = (0..)
            .zip(idf)
            .filter(|(c, _)| counted(c))
            .map(|(_, idf)| idf)
            .sum();
        let room = f32::from(most) - idf.len() as f32;
        let weight = |(clause, idf): (usize, &f32)| {
            let share = idf / sum.max(f32::MIN_POSITIVE);
            u16::from(counted(&clause)) * (1 + (share * room) as u16)
        };
        let weights: Vec<u16> = (0..).zip(idf).map(weight).collect();
        let all: usize = weights.iter().map(|&weight| usize::from(weight)).sum();
        Self {
            weights,
            minimum: (all * usize::from(percent)).div_ceil(100).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_length_survives_its_code_to_within_five_percent() {
        for tokens in [1u32, 2, 7, 40, 399, 1_000, 25_000, 1_000_000] {
            let read = length_of(length_code(tokens));
            assert!(
                (read - tokens as f32).abs() <= 0.05 * (tokens as f32 + 1.0),
                "{tokens}: {read}"
            );
        }
        assert_eq!(length_of(length_code(0)), 0.0);
    }

    #[test]
    fn shares_rise_with_frequency_and_fall_with_length() {
        let s = Saturation::new(400.0);
        assert!(s.share(2, length_code(400)) > s.share(1, length_code(400)));
        assert!(s.share(1, length_code(100)) > s.share(1, length_code(900)));
        let share = s.share(3, length_code(50));
        assert!(f32::from(upper_bound(share)) / 255.0 >= share);
    }

    #[test]
    fn rare_words_count_more_and_optional_ones_not_at_all() {
        let required = Required::new(MinimumMatch::Weight(30), &[2], &[2.0, 1.0, 1.0]);
        assert!(required.weights[0] > required.weights[1]);
        assert_eq!(required.weights[2], 0);
        assert!(usize::from(required.weights[1]) >= required.minimum);
        let required = Required::new(MinimumMatch::Count(2), &[1], &[1.0; 3]);
        assert_eq!((required.weights, required.minimum), (vec![1, 0, 1], 2));
    }

    proptest! {
        #[test]
        fn weights_fit_and_all_clauses_suffice(
            idf in proptest::collection::vec(0.0f32..4.0, 1..700),
            percent in 1u8..=100,
        ) {
            let required = Required::new(MinimumMatch::Weight(percent), &[], &idf);
            let sum: usize = required.weights.iter().map(|&weight| usize::from(weight)).sum();
            let most = if idf.len() > 255 { usize::from(u16::MAX) } else { 255 };
            prop_assert!(sum <= most + 1 && required.minimum <= sum && required.minimum > 0);
            prop_assert!(idf.len() > 255 || required.weights.iter().all(|&weight| weight <= 255));
        }
    }
}
