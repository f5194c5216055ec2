//! Counts of keys over all articles, which the cluster does not keep.

use rustc_hash::FxHashMap;

/// The numbers of tokens and articles of the words of all articles.
#[derive(Debug, Default)]
pub(crate) struct KeyCounts {
    /// By number of the word.
    words: Vec<KeyCount>,
    /// By number of the folded key.
    folded: Vec<u64>,
}

/// The count of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyCount {
    /// Number of tokens.
    pub(crate) tokens: u64,
    /// Number of articles.
    pub(crate) articles: u64,
}

impl KeyCounts {
    /// Counts the words of an article. `fold` returns the number of a word's folded key.
    pub(crate) fn add(&mut self, words: impl Iterator<Item = u32>, fold: impl Fn(u32) -> u32) {
        let mut here: FxHashMap<u32, u64> = FxHashMap::default();
        for word in words {
            *here.entry(word).or_default() += 1;
        }
        for (word, tokens) in here {
            let fold = fold(word) as usize;
            if self.words.len() <= word as usize {
                self.words.resize(word as usize + 1, KeyCount::default());
            }
            if self.folded.len() <= fold {
                self.folded.resize(fold + 1, 0);
            }
            if let Some(count) = self.words.get_mut(word as usize) {
                count.tokens += tokens;
                count.articles += 1;
            }
            if let Some(count) = self.folded.get_mut(fold) {
                *count += tokens;
            }
        }
    }

    /// The count of a word.
    pub(crate) fn word(&self, number: u32) -> KeyCount {
        self.words.get(number as usize).copied().unwrap_or_default()
    }

    /// The tokens of a folded key.
    pub(crate) fn folded(&self, number: u32) -> u64 {
        self.folded.get(number as usize).copied().unwrap_or(0)
    }

    /// The number of distinct words.
    pub(crate) fn distinct_words(&self) -> u64 {
        self.words.iter().filter(|count| count.tokens > 0).count() as u64
    }

    /// The number of distinct folded keys.
    pub(crate) fn distinct_folded(&self) -> u64 {
        self.folded.iter().filter(|&&count| count > 0).count() as u64
    }
}
