//! Weights of bare words and their bigrams, as `docs/ranking.md` states them.

/// Weights of the terms of a row of bare words; factors of their idf.
#[derive(Debug, Clone, PartialEq)]
pub struct TermWeights {
    /// By word.
    pub words: Vec<f32>,
    /// By word but the last: of the bigram that begins with it.
    pub bigrams: Vec<f32>,
}

/// Association from which on two words are a unit.
const UNIT: f32 = 0.15;
/// Weight of a word within a unit of two.
const WORD_IN_UNIT: f32 = 0.7;
/// Weight of a bigram that is a unit.
const UNIT_BIGRAM: f32 = 0.8;
/// Weight of a bigram across units.
const CROSS_BIGRAM: f32 = 0.5;
/// Factor of a word that asks a question, and of its bigrams.
const OPTIONAL: f32 = 0.4;

/// The association of words that are never adjacent.
pub const NEVER: f32 = -1.0;

/// Returns the normalized pointwise mutual information (Bouma 2009) of two words, from their
/// counts in `tokens` of text: 1 if neither occurs without the other, 0 if they are independent.
pub fn association(adjacent: f64, first: f64, second: f64, tokens: f64) -> f32 {
    if adjacent < 1.0 || adjacent >= tokens {
        return NEVER;
    }
    let information = (adjacent * tokens / (first * second)).ln();
    (information / (tokens / adjacent).ln()).clamp(-1.0, 1.0) as f32
}

impl TermWeights {
    /// Weights of `words` of any kind that do not depend on their neighbours.
    pub fn equal(words: usize) -> Self {
        Self {
            words: vec![1.0; words],
            bigrams: vec![0.0; words.saturating_sub(1)],
        }
    }

    /// Weights of words with these associations between neighbours, after segmentation into
    /// units of one or two words. The words numbered in `optional` count less.
    pub fn of_units(associations: &[f32], optional: &[usize]) -> Self {
        let units = units(associations);
        let is_unit = |at: usize| units.get(at) == Some(&true);
        let is_optional = |word: &usize| optional.contains(word);
        let word = |at: usize| {
            let is_inside = is_unit(at) || at.checked_sub(1).is_some_and(is_unit);
            let weight = if is_inside { WORD_IN_UNIT } else { 1.0 };
            weight * if is_optional(&at) { OPTIONAL } else { 1.0 }
        };
        let bigram = |at: usize| {
            let weight = if is_unit(at) {
                UNIT_BIGRAM
            } else {
                CROSS_BIGRAM
            };
            let is_optional = is_optional(&at) || is_optional(&(at + 1));
            weight * if is_optional { OPTIONAL } else { 1.0 }
        };
        Self {
            words: (0..=associations.len()).map(word).collect(),
            bigrams: (0..associations.len()).map(bigram).collect(),
        }
    }
}

/// Segments words into units so that the sum of what the associations of units exceed [`UNIT`]
/// by is greatest. Returns whether each word forms a unit with the next.
fn units(associations: &[f32]) -> Vec<bool> {
    // By number of words, the greatest sum, and whether the last two are a unit.
    let mut best = vec![(0.0, false); associations.len() + 2];
    for (at, &association) in associations.iter().enumerate() {
        let alone = best[at + 1].0;
        let joined = best[at].0 + association - UNIT;
        best[at + 2] = (joined.max(alone), association > UNIT && joined > alone);
    }
    let mut units = vec![false; associations.len()];
    let mut end = best.len() - 1;
    while end >= 2 {
        if best[end].1 {
            units[end - 2] = true;
            end -= 1;
        }
        end -= 1;
    }
    units
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_that_attract_each_other_are_units() {
        assert!(units(&[]).is_empty());
        assert_eq!(units(&[0.9, 0.1, 0.5]), [true, false, true]);
        // Of overlapping pairs the stronger is the unit.
        assert_eq!(units(&[0.5, 0.9]), [false, true]);
        assert_eq!(units(&[0.5, 0.9, 0.7]), [true, false, true]);
        assert_eq!(units(&[NEVER, UNIT]), [false, false]);
    }

    #[test]
    fn association_is_normalized() {
        assert!((association(10.0, 10.0, 10.0, 1000.0) - 1.0).abs() < 1e-6);
        assert!(association(1.0, 10.0, 100.0, 1000.0).abs() < 1e-6);
        assert!(association(1.0, 100.0, 100.0, 1000.0) < 0.0);
        assert_eq!(association(0.0, 5.0, 5.0, 1000.0), NEVER);
    }

    proptest! {
        /// By trying all segmentations.
        #[test]
        fn units_are_the_best_segmentation(
            associations in proptest::collection::vec(-1.0f32..1.0, 0..9),
        ) {
            fn best(associations: &[f32]) -> f32 {
                let [first, rest @ ..] = associations else {
                    return 0.0;
                };
                let joined = first - UNIT + best(rest.get(1..).unwrap_or_default());
                best(rest).max(joined)
            }
            let units = units(&associations);
            prop_assert!(units.windows(2).all(|two| two != [true, true]));
            let sum: f32 = units.iter().zip(&associations).filter(|(is, _)| **is).map(|(_, a)| a - UNIT).sum();
            prop_assert!((sum - best(&associations)).abs() < 1e-4);
        }
    }
}
