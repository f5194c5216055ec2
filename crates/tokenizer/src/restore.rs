//! The most likely accented readings of a query typed without accents, from
//! counts of the index itself.
//!
//! The words `w₁ … wₙ` of a reading have the following score. Here `c` is the
//! count of a syllable or bigram in the index, and `p(w)` the share of `w`
//! among the variants of its folded form.
//!
//! ```text
//! log p(w₁) + Σ log (c(wᵢ₋₁ wᵢ) + μ·p(wᵢ)) / (c(wᵢ₋₁) + μ),    μ = 1
//! ```
//!
//! a bigram model with a Dirichlet prior (MacKay and Peto 1995) at the shares of the spellings. The
//! best readings are found with a Viterbi search that keeps several per state.

use crate::keys::{Keys, write_out};

/// Counts of syllables and of pairs of neighbouring syllables in a body of text.
///
/// Keys are exact keys, as returned by [`Keys::exact`].
///
/// ```
/// use std::collections::HashMap;
/// use timbao_tokenizer::restore::{Counts, restore};
/// use timbao_tokenizer::{exact_key, fold, scan};
///
/// /// Counts of one text, kept in memory.
/// #[derive(Default)]
/// struct Text {
///     words: HashMap<String, u64>,
///     pairs: HashMap<(String, String), u64>,
/// }
///
/// impl Counts for Text {
///     fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
///         let known = self.words.iter().filter(|(exact, _)| fold(exact) == folded);
///         known.map(|(exact, count)| (exact.clone(), *count)).collect()
///     }
///     fn pair_count(&self, first: &str, second: &str) -> u64 {
///         self.pairs.get(&(first.to_owned(), second.to_owned())).copied().unwrap_or(0)
///     }
/// }
///
/// let text = "tự do tư tưởng, tự do báo chí, từ đó";
/// let mut counts = Text::default();
/// let mut before = String::new();
/// for token in scan(text) {
///     let exact = exact_key(&text[token.start..token.end]);
///     *counts.words.entry(exact.clone()).or_default() += 1;
///     *counts.pairs.entry((before, exact.clone())).or_default() += 1;
///     before = exact;
/// }
/// assert_eq!(restore(&["tu", "do"], &counts, 1)[0].text, "tự do");
/// ```
pub trait Counts {
    /// The exact keys that fold to `folded`, each with the number of its occurrences.
    ///
    /// The order does not matter; a key with the count 0 is the same as none.
    ///
    /// ```
    /// # use timbao_tokenizer::exact_key;
    /// # use timbao_tokenizer::restore::Counts;
    /// struct Small;
    /// impl Counts for Small {
    ///     fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
    ///         match folded {
    ///             "ban" => vec![(exact_key("bàn"), 2), (exact_key("bạn"), 3)],
    ///             _ => Vec::new(),
    ///         }
    ///     }
    ///     # fn pair_count(&self, _: &str, _: &str) -> u64 { 0 }
    /// }
    /// assert_eq!(Small.spellings("ban").len(), 2);
    /// ```
    fn spellings(&self, folded: &str) -> Vec<(String, u64)>;

    /// Number of occurrences of `second` right after `first`, or an estimate.
    ///
    /// ```
    /// # use timbao_tokenizer::exact_key;
    /// # use timbao_tokenizer::restore::Counts;
    /// struct Small;
    /// impl Counts for Small {
    ///     # fn spellings(&self, _: &str) -> Vec<(String, u64)> { Vec::new() }
    ///     fn pair_count(&self, first: &str, second: &str) -> u64 {
    ///         if (first, second) == (&exact_key("bạn"), &exact_key("bè")) { 3 } else { 0 }
    ///     }
    /// }
    /// assert_eq!(Small.pair_count(&exact_key("bạn"), &exact_key("bè")), 3);
    /// ```
    fn pair_count(&self, first: &str, second: &str) -> u64;
}

/// One way to read a query.
///
/// ```
/// # use timbao_tokenizer::exact_key;
/// # use timbao_tokenizer::restore::{Counts, restore};
/// # struct Small;
/// # impl Counts for Small {
/// #     fn spellings(&self, _: &str) -> Vec<(String, u64)> {
/// #         vec![(exact_key("bàn"), 1), (exact_key("bạn"), 3)]
/// #     }
/// #     fn pair_count(&self, _: &str, _: &str) -> u64 { 0 }
/// # }
/// // In a text that has "bạn" three times and "bàn" once:
/// let readings = restore(&["ban"], &Small, 2);
/// assert_eq!(readings[0].text, "bạn");
/// assert_eq!(readings[0].words, [exact_key("bạn")]);
/// assert_eq!((readings[0].count, readings[0].score), (3, 0.75_f64.ln()));
/// assert_eq!((readings[1].count, readings[1].score), (1, 0.25_f64.ln()));
/// ```
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

/// The weight of the most common variant against the bigrams.
const MU: f64 = 1.0;

/// The number of variants of one syllable that are considered, most common
/// first.
const MAX_SPELLINGS: usize = 32;

/// Finds the `most` most likely readings of `words`, best first.
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
    let mut layers: Vec<Layer> = Vec::with_capacity(words.len());
    for word in words {
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
        layers.push(Layer::after(layers.last(), spellings, counts, most));
    }
    let Some(last) = layers.last().filter(|_| known) else {
        return Vec::new();
    };
    let mut ends: Vec<&Node> = last.nodes.iter().collect();
    ends.sort_by(|a, b| b.score.total_cmp(&a.score));
    ends.into_iter()
        .take(most)
        .map(|end| reading(&layers, end))
        .collect()
}

/// The spellings of one word and the best ways to arrive at each.
struct Layer {
    is_first: bool,
    spellings: Vec<(String, u64)>,
    /// Grouped by spelling, the best first in each group.
    nodes: Vec<Node>,
}

/// One way to read the query up to a word.
struct Node {
    /// Its word, as an index into the variants of its layer.
    spelling: usize,
    /// The node before it, an index into the nodes of the layer before.
    before: usize,
    score: f64,
    /// The count of the rarest bigram so far, or of the first word itself.
    count: u64,
}

impl Layer {
    /// Extends each way to read the words before by each spelling, and keeps the best `most` of each.
    fn after(
        layer: Option<&Layer>,
        spellings: Vec<(String, u64)>,
        counts: &impl Counts,
        most: usize,
    ) -> Layer {
        let total = spellings
            .iter()
            .fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
        let mut nodes = Vec::new();
        for (spelling, (exact, count)) in spellings.iter().enumerate() {
            let share = if total == 0 {
                1.0
            } else {
                *count as f64 / total as f64
            };
            let Some(layer) = layer else {
                nodes.push(Node {
                    spelling,
                    before: 0,
                    score: share.ln(),
                    count: *count,
                });
                continue;
            };
            let likelihoods: Vec<(u64, f64)> = layer
                .spellings
                .iter()
                .map(|(first, first_count)| {
                    let pair = counts.pair_count(first, exact);
                    (
                        pair,
                        ((pair as f64 + MU * share) / (*first_count as f64 + MU)).ln(),
                    )
                })
                .collect();
            let mut here: Vec<Node> = Vec::new();
            for (before, node) in layer.nodes.iter().enumerate() {
                let Some(&(pair, likelihood)) = likelihoods.get(node.spelling) else {
                    continue;
                };
                let count = if layer.is_first {
                    pair
                } else {
                    node.count.min(pair)
                };
                here.push(Node {
                    spelling,
                    before,
                    score: node.score + likelihood,
                    count,
                });
            }
            here.sort_by(|a, b| b.score.total_cmp(&a.score));
            here.truncate(most.max(1));
            nodes.append(&mut here);
        }
        Layer {
            is_first: layer.is_none(),
            spellings,
            nodes,
        }
    }
}

/// Walks back from `end` through the layers.
fn reading(layers: &[Layer], end: &Node) -> Reading {
    let mut words = Vec::with_capacity(layers.len());
    let mut node = Some(end);
    for at in (0..layers.len()).rev() {
        let Some(here) = node else { break };
        words.extend(
            layers[at]
                .spellings
                .get(here.spelling)
                .map(|(exact, _)| exact.clone()),
        );
        node = at
            .checked_sub(1)
            .and_then(|before| layers[before].nodes.get(here.before));
    }
    words.reverse();
    let spelled: Vec<String> = words.iter().map(|exact| write_out(exact)).collect();
    Reading {
        text: spelled.join(" "),
        words,
        score: end.score,
        count: end.count,
    }
}
