//! The likeliest accented readings of a query typed without accents, from counts of the index itself.
//!
//! For the words `w₁ … wₙ` of a reading, `c` being the counts of syllables and pairs in the
//! index and `p(w)` the share of `w` among the spellings of its folded form, the score is
//!
//! ```text
//! log p(w₁) + Σ log (c(wᵢ₋₁ wᵢ) + μ·p(wᵢ)) / (c(wᵢ₋₁) + μ),    μ = 1
//! ```
//!
//! a bigram model with a Dirichlet prior (MacKay and Peto 1995) at the shares of the spellings. The best readings are found with a Viterbi search that keeps several per state.

use crate::keys::{Keys, write_out};

/// Counts of syllables and of pairs of neighbouring syllables in a body of text.
///
/// Keys are exact keys, as [`Keys::exact`] gives them.
pub trait Counts {
    /// The exact keys that fold to `folded`, each with the number of its occurrences.
    fn spellings(&self, folded: &str) -> Vec<(String, u64)>;

    /// How often `second` stands right behind `first`, or an estimate of it.
    fn pair_count(&self, first: &str, second: &str) -> u64;
}

/// One way to read a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The exact keys of the words.
    pub words: Vec<String>,
    /// The words in standard spelling, separated by spaces.
    pub text: String,
    /// The natural logarithm of the likelihood; higher is better.
    pub score: f64,
    /// The count of the rarest pair of the reading, or of the word if it is one: no phrase
    /// of these words occurs more often.
    pub count: u64,
}

/// The weight of the commonest spelling against the pairs.
const MU: f64 = 1.0;

/// The number of spellings of one syllable that are considered, commonest first.
const MAX_SPELLINGS: usize = 32;

/// Finds the `most` likeliest readings of `words`, best first.
///
/// A word that has accents already is kept. So is a word that the counts do not know; a
/// query without any known word has no reading.
///
/// ```
/// use timbao_tokenizer::exact_key;
/// use timbao_tokenizer::restore::{Counts, restore};
///
/// struct Small;
/// impl Counts for Small {
///     fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
///         let known: &[(&str, u64)] = match folded {
///             "hoa" => &[("hoa", 50), ("hòa", 40), ("hóa", 60)],
///             "binh" => &[("bình", 70), ("binh", 20)],
///             _ => &[],
///         };
///         known.iter().map(|(word, count)| (exact_key(word), *count)).collect()
///     }
///     fn pair_count(&self, first: &str, second: &str) -> u64 {
///         if (first, second) == (&exact_key("hòa"), &exact_key("bình")) { 30 } else { 0 }
///     }
/// }
/// let readings = restore(&["hoa", "binh"], &Small, 3);
/// assert_eq!((readings[0].text.as_str(), readings[0].count), ("hòa bình", 30));
/// ```
pub fn restore(words: &[impl AsRef<str>], counts: &impl Counts, most: usize) -> Vec<Reading> {
    let mut keys = Keys::new();
    let mut known = false;
    let mut paths: Vec<Path> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        keys.set(word.as_ref());
        let mut spellings = counts.spellings(keys.folded());
        spellings
            .retain(|(exact, count)| *count > 0 && (!keys.is_marked() || exact == keys.exact()));
        spellings.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        spellings.truncate(MAX_SPELLINGS);
        known |= !spellings.is_empty();
        if spellings.is_empty() {
            spellings.push((keys.exact().to_owned(), 0));
        }
        paths = step(paths, spellings, at == 0, counts, most);
    }
    if !known {
        return Vec::new();
    }
    paths.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.words.cmp(&b.words))
    });
    paths.truncate(most);
    paths.into_iter().map(Path::into_reading).collect()
}

/// A reading of the first words.
#[derive(Clone)]
struct Path {
    words: Vec<String>,
    score: f64,
    count: u64,
    /// The count of the last word.
    last: u64,
}

impl Path {
    fn into_reading(self) -> Reading {
        let spelled: Vec<String> = self.words.iter().map(|exact| write_out(exact)).collect();
        Reading {
            text: spelled.join(" "),
            words: self.words,
            score: self.score,
            count: self.count,
        }
    }
}

/// Extends every path by every spelling, and keeps the best `most` of each spelling.
fn step(
    paths: Vec<Path>,
    spellings: Vec<(String, u64)>,
    first: bool,
    counts: &impl Counts,
    most: usize,
) -> Vec<Path> {
    let total: u64 = spellings
        .iter()
        .map(|(_, count)| count)
        .fold(0, |a, &b| a.saturating_add(b));
    let mut extended = Vec::new();
    for (exact, count) in spellings {
        let share = if total == 0 {
            1.0
        } else {
            count as f64 / total as f64
        };
        if first {
            extended.push(Path {
                words: vec![exact],
                score: share.ln(),
                count,
                last: count,
            });
            continue;
        }
        // Paths with the same last word stand together, so each pair is asked for once.
        let mut asked: Option<(&str, u64)> = None;
        let mut here: Vec<Path> = paths
            .iter()
            .map(|path| {
                let before = path.words.last().map_or("", String::as_str);
                let pair = match asked {
                    Some((word, pair)) if word == before => pair,
                    _ => counts.pair_count(before, &exact),
                };
                asked = Some((before, pair));
                let likelihood = (pair as f64 + MU * share) / (path.last as f64 + MU);
                let mut words = path.words.clone();
                words.push(exact.clone());
                let rarest = if words.len() == 2 {
                    pair
                } else {
                    path.count.min(pair)
                };
                let score = path.score + likelihood.ln();
                Path {
                    words,
                    score,
                    count: rarest,
                    last: count,
                }
            })
            .collect();
        here.sort_by(|a, b| b.score.total_cmp(&a.score));
        here.truncate(most.max(1));
        extended.append(&mut here);
    }
    extended
}
