//! Near spellings that the index has.
//!
//! Each word of a row may stand for words of the index that are spelled nearly so. The best
//! rows are those that are likely to be written and likely to be mistyped so, a noisy channel
//! (Kernighan, Church, Gale: "A Spelling Correction Program Based on a Noisy Channel Model",
//! 1990): with `c` the counts of the index, `N` its tokens, and `e` the cost of the slips,
//!
//! ```text
//! log p(w₁) + Σ log (c(wᵢ₋₁ wᵢ) + μ·p(wᵢ)) / (c(wᵢ₋₁) + μ) - Σ e(wᵢ),   p(w) = c(w)/N,  μ = 1
//! ```

use timbao_tokenizer::restore::Counts;
use timbao_tokenizer::{Keys, fold, write_out};

use timbao_query::{Accents, LowerOptions, Node, Reading, lower};

use crate::corpus::Result;

use super::frequencies::Frequencies;
use super::rows::{rows, stretches, with_words};

/// The most words that are corrected together, and in one query.
const MAX_WORDS: usize = 8;
/// The most spellings of one word that are considered.
const MAX_CANDIDATES: usize = 16;
/// The ways to read the words so far that are kept.
const BEAM: usize = 24;
/// Cost of a wrong accent, in natural logarithms.
const WRONG_ACCENT: f64 = 3.0;
/// Cost of a wrong letter, in natural logarithms.
const WRONG_LETTER: f64 = 6.0;
/// Keys below this length in characters may differ by one slip only.
const LONG: usize = 5;
const MU: f64 = 1.0;

/// A word of the index that may have been meant.
struct Candidate {
    key: String,
    count: u64,
    cost: f64,
}

/// A way to read the words so far.
#[derive(Clone)]
struct Way {
    words: Vec<usize>,
    score: f64,
}

/// The tree with similar words of the index, in the `most` most likely ways, the best first; never
/// the tree itself.
pub(super) fn corrected(
    ast: &Node,
    options: &LowerOptions<'_>,
    frequencies: &Frequencies<'_>,
    most: usize,
) -> Result<Vec<Node>> {
    let strict = match options.accents {
        Accents::Auto => lower(ast, options).reading != Reading::Unaccented,
        Accents::Strict => true,
        Accents::Loose => false,
    };
    let model = Model {
        frequencies,
        strict,
        tokens: frequencies.tokens().max(1) as f64,
    };
    let rows = rows(ast);
    if rows.iter().map(Vec::len).sum::<usize>() > MAX_WORDS {
        return Ok(Vec::new());
    }
    let mut corrected: Vec<(f64, Node)> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (at, words) in stretches(row) {
            for (score, spelled) in model.best(&words, most)? {
                let places = (at..).map(|at| (number, at));
                let words: Vec<_> = places.zip(spelled).collect();
                corrected.push((score, with_words(ast, &words)));
            }
        }
    }
    corrected.sort_by(|a, b| b.0.total_cmp(&a.0));
    corrected.truncate(most);
    Ok(corrected.into_iter().map(|(_, node)| node).collect())
}

/// The text of a way through the candidates, if it changes a word that was typed.
fn spelled(
    way: &Way,
    candidates: &[Vec<Candidate>],
    typed: &[&str],
    typed_keys: &[String],
) -> Option<Vec<String>> {
    let chosen = candidates.iter().zip(&way.words);
    let chosen: Option<Vec<&Candidate>> = chosen.map(|(here, &number)| here.get(number)).collect();
    let chosen = chosen.filter(|words| words.len() == typed.len())?;
    let is_changed = chosen.iter().zip(typed_keys).any(|(c, key)| c.key != *key);
    let text = chosen.iter().zip(typed).zip(typed_keys);
    let text = text.map(|((c, typed), key)| match c.key == *key {
        true => (*typed).to_owned(),
        false => write_out(&c.key),
    });
    is_changed.then(|| text.collect())
}

struct Model<'f, 's> {
    frequencies: &'f Frequencies<'s>,
    strict: bool,
    tokens: f64,
}

impl Model<'_, '_> {
    /// The best rows other than the typed one, each with its gain in likelihood.
    fn best(&self, typed: &[&str], most: usize) -> Result<Vec<(f64, Vec<String>)>> {
        let typed_keys: Vec<String> = typed.iter().map(|word| self.key(word)).collect();
        let candidates = self.candidates(&typed_keys)?;
        let mut ways = vec![Way {
            words: Vec::new(),
            score: 0.0,
        }];
        for (at, here) in candidates.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| candidates.get(before));
            let bigrams = self.bigrams(before.map_or(&[], Vec::as_slice), here)?;
            let mut longer = Vec::with_capacity(ways.len() * here.len());
            for way in &ways {
                let last = way.words.last().copied();
                for (number, candidate) in here.iter().enumerate() {
                    let mut words = way.words.clone();
                    words.push(number);
                    let last = last.and_then(|last| {
                        let bigram = bigrams.get(last * here.len() + number)?;
                        Some((before?.get(last)?.count, *bigram))
                    });
                    let score = way.score + self.score(last, candidate.count) - candidate.cost;
                    longer.push(Way { words, score });
                }
            }
            longer.sort_by(|a, b| b.score.total_cmp(&a.score));
            longer.truncate(BEAM);
            ways = longer;
        }
        let as_typed = self.typed_score(&typed_keys)?;
        let others = ways.iter().filter_map(|way| {
            let words = spelled(way, &candidates, typed, &typed_keys)?;
            Some((way.score - as_typed, words))
        });
        Ok(others.take(most).collect())
    }

    /// The counts of all bigrams of a candidate of one position and one of the next.
    fn bigrams(&self, before: &[Candidate], here: &[Candidate]) -> Result<Vec<u64>> {
        let pairs: Vec<(&str, &str)> = before
            .iter()
            .flat_map(|a| here.iter().map(|b| (a.key.as_str(), b.key.as_str())))
            .collect();
        self.frequencies.bigram_counts(&pairs, self.strict)
    }

    fn key(&self, word: &str) -> String {
        let mut keys = Keys::new();
        keys.set(word);
        let key = if self.strict {
            keys.exact()
        } else {
            keys.folded()
        };
        key.to_owned()
    }

    /// The words of the index that each typed key may stand for, itself among them.
    fn candidates(&self, typed: &[String]) -> Result<Vec<Vec<Candidate>>> {
        typed
            .iter()
            .map(|key| {
                let mut here = self.near(key)?;
                let worth = |c: &Candidate| (c.count as f64).max(1.0).ln() - c.cost;
                here.sort_by(|a, b| {
                    worth(b)
                        .total_cmp(&worth(a))
                        .then_with(|| a.key.cmp(&b.key))
                });
                here.truncate(MAX_CANDIDATES);
                if here.is_empty() {
                    // Nothing is like it: it stays, and its neighbours may be corrected.
                    here.push(Candidate {
                        key: key.clone(),
                        count: 0,
                        cost: 0.0,
                    });
                }
                Ok(here)
            })
            .collect()
    }

    /// The words of the index that are spelled nearly as a key.
    fn near(&self, key: &str) -> Result<Vec<Candidate>> {
        let folded = fold(&write_out(key));
        let letters: Vec<char> = folded.chars().collect();
        let limit = match letters.len() {
            0 | 1 => 0,
            LONG.. if self.counts(&[key])?.first() == Some(&0) => 2,
            _ => 1,
        };
        let has_digit = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
        let mut slips = Slips::new(&letters);
        let near = |other: &str| {
            if has_digit(other) && !has_digit(key) {
                None
            } else {
                slips.of(other, limit)
            }
        };
        let found = self.frequencies.folded_where(near)?;
        let candidate = |key: String, count: u64, cost: f64| Candidate { key, count, cost };
        if !self.strict {
            let found = found.into_iter();
            return Ok(found
                .map(|(key, (count, slips))| candidate(key, count, cost(slips, false)))
                .collect());
        }
        let exact: Vec<char> = key.chars().collect();
        let mut slips = Slips::new(&exact);
        let mut near = Vec::new();
        let folded: Vec<String> = found.keys().cloned().collect();
        self.frequencies.prepare(&folded)?;
        for (folded, (_, wrong)) in found {
            for (key, count) in self.frequencies.spellings(&folded) {
                // Accents are wrong where the words differ by more than their letters.
                let accents = slips.of(&key, wrong) != Some(wrong);
                near.push(candidate(key, count, cost(wrong, accents)));
            }
        }
        Ok(near)
    }

    fn counts(&self, keys: &[&str]) -> Result<Vec<u64>> {
        self.frequencies.counts(keys, self.strict)
    }

    /// The score of a word with that count, after one with a count and with the count of their
    /// bigram.
    fn score(&self, before: Option<(u64, u64)>, count: u64) -> f64 {
        let share = (count as f64).max(0.5) / self.tokens;
        match before {
            None => share.ln(),
            Some((before, bigram)) => ((bigram as f64 + MU * share) / (before as f64 + MU)).ln(),
        }
    }

    fn typed_score(&self, typed: &[String]) -> Result<f64> {
        let keys: Vec<&str> = typed.iter().map(String::as_str).collect();
        let pairs: Vec<(&str, &str)> = keys
            .iter()
            .copied()
            .zip(keys.iter().skip(1).copied())
            .collect();
        let counts = self.counts(&keys)?;
        let bigrams = self.frequencies.bigram_counts(&pairs, self.strict)?;
        let before = std::iter::once(None).chain(counts.iter().copied().zip(bigrams).map(Some));
        Ok(counts
            .iter()
            .zip(before)
            .map(|(&count, before)| self.score(before, count))
            .sum())
    }
}

/// The cost of wrong letters and of a wrong accent.
fn cost(letters: u8, accents: bool) -> f64 {
    f64::from(letters) * WRONG_LETTER + if accents { WRONG_ACCENT } else { 0.0 }
}

/// Counts slips between one word and others: letters missing, too many, wrong, or exchanged
/// with their neighbour, of which no letter has two (the optimal string alignment of Damerau
/// 1964).
struct Slips<'w> {
    typed: &'w [char],
    other: Vec<char>,
    rows: [Vec<usize>; 3],
}

impl<'w> Slips<'w> {
    fn new(typed: &'w [char]) -> Self {
        Self {
            typed,
            other: Vec::new(),
            rows: Default::default(),
        }
    }

    /// The distance of another word, if it is at most `limit`.
    fn of(&mut self, other: &str, limit: u8) -> Option<u8> {
        // A character has at most four bytes.
        if other.len() > 4 * (self.typed.len() + usize::from(limit)) {
            return None;
        }
        self.other.clear();
        self.other.extend(other.chars());
        let limit = usize::from(limit);
        if self.typed.len().abs_diff(self.other.len()) > limit {
            return None;
        }
        let [two_before, before, here] = &mut self.rows;
        before.clear();
        before.extend(0..=self.other.len());
        for (i, a) in self.typed.iter().enumerate() {
            here.clear();
            here.push(i + 1);
            let mut least = i + 1;
            for (j, b) in self.other.iter().enumerate() {
                let cell =
                    |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
                let mut slips = (cell(before, j) + usize::from(a != b))
                    .min(cell(before, j + 1) + 1)
                    .min(cell(here, j) + 1);
                let exchanged = i > 0
                    && j > 0
                    && self.typed.get(i - 1) == Some(b)
                    && self.other.get(j - 1) == Some(a);
                if exchanged {
                    slips = slips.min(cell(two_before, j - 1) + 1);
                }
                least = least.min(slips);
                here.push(slips);
            }
            if least > limit {
                return None;
            }
            std::mem::swap(two_before, before);
            std::mem::swap(before, here);
        }
        before
            .get(self.other.len())
            .filter(|slips| **slips <= limit)
            .and_then(|&slips| u8::try_from(slips).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::Slips;

    #[test]
    fn an_exchange_of_neighbours_is_one_slip() {
        for (typed, other, limit, slips) in [
            ("dien", "dien", 1, Some(0)),
            ("dien", "dein", 1, Some(1)),
            ("dien", "diem", 1, Some(1)),
            ("dien", "die", 1, Some(1)),
            ("dien", "dienn", 1, Some(1)),
            ("dien", "nedi", 2, None),
            ("dien", "dim", 1, None),
            ("dien", "dim", 2, Some(2)),
            ("", "a", 1, Some(1)),
        ] {
            let typed: Vec<char> = typed.chars().collect();
            assert_eq!(Slips::new(&typed).of(other, limit), slips, "{other}");
        }
    }
}
