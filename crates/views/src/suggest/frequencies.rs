//! Counts of words and bigrams, by spelling.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use timbao_tokenizer::fold;
use timbao_tokenizer::restore::{Counts, Reading, restore};
use timbao_tokenizer::write_out;

use crate::corpus::{Corpus, Result};

/// Counts of tokens by exact keys. Deleted articles count until their segment is merged.
///
/// Variants of keys and bigrams are kept, so that they are read once, and many at a time.
pub(crate) struct Frequencies<'c> {
    corpus: &'c dyn Corpus,
    variants: RefCell<FxHashMap<String, Rc<Vec<(String, u64)>>>>,
    bigrams: RefCell<FxHashMap<(String, String), Rc<BigramSpellings>>>,
    /// The bigrams of exact keys of all of `bigrams`.
    exact: RefCell<BigramSpellings>,
}

/// The spellings of a bigram of folded keys, as exact keys, and the number of positions of each.
type BigramSpellings = FxHashMap<(String, String), u64>;

impl<'c> Frequencies<'c> {
    /// The counts of a corpus.
    pub(crate) fn new(corpus: &'c dyn Corpus) -> Self {
        Self {
            corpus,
            variants: RefCell::default(),
            bigrams: RefCell::default(),
            exact: RefCell::default(),
        }
    }

    /// The number of tokens.
    pub(crate) fn tokens(&self) -> u64 {
        self.corpus.size().tokens
    }

    /// The numbers of tokens of keys, exact or folded ones.
    pub(crate) fn counts(&self, keys: &[&str], exact: bool) -> Result<Vec<u64>> {
        match exact {
            true => self.corpus.exact_counts(keys),
            false => self.corpus.folded_counts(keys),
        }
    }

    /// Every folded key for which `wanted` returns a value, with its count and that value.
    pub(crate) fn folded_where<T>(
        &self,
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> Result<FxHashMap<String, (u64, T)>> {
        let mut found: FxHashMap<String, (u64, T)> = FxHashMap::default();
        self.corpus.each_folded_key(&mut |key, tokens| {
            if let Some(said) = wanted(key) {
                match found.get_mut(key) {
                    Some((count, _)) => *count += tokens,
                    None => {
                        found.insert(key.to_owned(), (tokens, said));
                    }
                }
            }
        })?;
        Ok(found)
    }

    /// The numbers of positions of bigrams of keys, exact or folded ones.
    pub(crate) fn bigram_counts(&self, pairs: &[(&str, &str)], exact: bool) -> Result<Vec<u64>> {
        if !exact {
            return self.corpus.bigram_counts(pairs);
        }
        let folded: Vec<(String, String)> = pairs
            .iter()
            .map(|(a, b)| (fold(&write_out(a)), fold(&write_out(b))))
            .collect();
        self.prepare_bigrams(&folded)?;
        Ok(pairs.iter().map(|(a, b)| self.pair_count(a, b)).collect())
    }

    /// The folded keys that follow one and that `wanted` accepts, with their numbers of positions.
    pub(crate) fn followers(
        &self,
        first: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<FxHashMap<String, u64>> {
        let mut followers: FxHashMap<String, u64> = FxHashMap::default();
        self.corpus.each_follower(first, &mut |key, positions| {
            if wanted(key) {
                *followers.entry(key.to_owned()).or_default() += positions;
            }
        })?;
        Ok(followers)
    }

    /// The spellings of a bigram of folded keys.
    pub(crate) fn pair_spellings(&self, first: &str, second: &str) -> Result<Rc<BigramSpellings>> {
        let pair = (first.to_owned(), second.to_owned());
        self.prepare_bigrams(std::slice::from_ref(&pair))?;
        Ok(self
            .bigrams
            .borrow()
            .get(&pair)
            .cloned()
            .unwrap_or_default())
    }

    /// The most likely readings of words without accents, the best first.
    pub(crate) fn restore(&self, words: &[&str], most: usize) -> Result<Vec<Reading>> {
        let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
        self.prepare(&folded)?;
        let pairs: Vec<(String, String)> = folded
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] => Some((a.clone(), b.clone())),
                _ => None,
            })
            .collect();
        self.prepare_bigrams(&pairs)?;
        Ok(restore(words, self, most))
    }

    /// Reads the variants of folded keys that are not known yet.
    pub(crate) fn prepare(&self, folded: &[String]) -> Result<()> {
        let wanted: Vec<&str> = {
            let known = self.variants.borrow();
            let keys = folded.iter().map(String::as_str);
            keys.filter(|key| !known.contains_key(*key)).collect()
        };
        if !wanted.is_empty() {
            let variants = self.corpus.variants(&wanted)?.into_iter().map(Rc::new);
            let wanted = wanted.iter().map(|key| (*key).to_owned());
            self.variants.borrow_mut().extend(wanted.zip(variants));
        }
        Ok(())
    }

    /// Reads the variants of bigrams of folded keys that are not known yet.
    pub(crate) fn prepare_bigrams(&self, folded: &[(String, String)]) -> Result<()> {
        let mut wanted: Vec<(&str, &str)> = {
            let known = self.bigrams.borrow();
            let pairs = folded.iter().filter(|pair| !known.contains_key(*pair));
            pairs.map(|(a, b)| (a.as_str(), b.as_str())).collect()
        };
        wanted.sort_unstable();
        wanted.dedup();
        if !wanted.is_empty() {
            let mut bigrams = self.bigrams.borrow_mut();
            let mut exact = self.exact.borrow_mut();
            for ((a, b), variants) in wanted.iter().zip(self.corpus.bigram_variants(&wanted)?) {
                exact.extend(variants.iter().cloned());
                let spellings = variants.into_iter().collect();
                bigrams.insert(((*a).to_owned(), (*b).to_owned()), Rc::new(spellings));
            }
        }
        Ok(())
    }
}

/// The counts that were prepared; others are zero.
impl Counts for Frequencies<'_> {
    fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
        let known = self.variants.borrow();
        known.get(folded).map(|v| v.to_vec()).unwrap_or_default()
    }

    fn pair_count(&self, first: &str, second: &str) -> u64 {
        let pair = (first.to_owned(), second.to_owned());
        self.exact.borrow().get(&pair).copied().unwrap_or(0)
    }
}
