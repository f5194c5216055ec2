//! Phrases that end with half a word: *Bộ Tài* is part of *Bộ Tài chính* and *Bộ Tài nguyên*.

use crate::corpus::Result;
use crate::weights::association;

use super::function_word::is_function_word;
use super::row::Words;
use super::{ALWAYS, Completer, SHOWN, sort_commonest};

/// A phrase ends with half a word if words that its last word is attracted by follow it in at least this
/// share of its articles.
const HALVED: f64 = 0.8;
/// A phrase ends with half a word if three words follow it in at least this share of its articles, or two in
/// [`ALWAYS`].
const OF_THREE: f64 = 0.95;
/// Of the words that complete it, those in at least this share are offered.
const OTHER_HALF: f64 = 0.1;
/// A phrase in fewer articles may be followed by two words by chance.
const ENOUGH: u64 = 20;

/// A phrase with one more word.
struct Continued {
    words: Words,
    articles: u64,
    /// Whether the last two words attract each other more than the two before.
    is_attracted: bool,
}

impl Completer<'_> {
    /// Replaces the phrases among the first `most` that end with the first half of a word by those with
    /// both halves.
    ///
    /// A word is attracted more by its other half than by the word before it, and up to three words nearly
    /// always follow a half.
    pub(super) fn whole_words(&self, found: &mut Vec<(Words, u64)>, most: usize) -> Result<()> {
        sort_commonest(found);
        let first: Vec<(Words, u64)> = found.drain(..most.min(found.len())).collect();
        let rest = std::mem::take(found);
        let continued = self.continued(&first)?;
        for ((words, articles), continued) in first.into_iter().zip(continued) {
            if !is_half(articles, &continued) {
                found.push((words, articles));
                continue;
            }
            let least = (OTHER_HALF * articles as f64).max(1.0);
            let usual = continued.into_iter().filter(|c| c.articles as f64 >= least);
            found.extend(usual.map(|c| (c.words, c.articles)));
        }
        found.extend(rest);
        Ok(())
    }

    /// Each phrase with the words that follow its last word most often.
    fn continued(&self, phrases: &[(Words, u64)]) -> Result<Vec<Vec<Continued>>> {
        let mut all = Vec::with_capacity(phrases.len());
        for (words, _) in phrases {
            let nexts = match words.as_slice() {
                [.., _, last] if !is_function_word(last) => self.next_words_of(words, last)?,
                _ => Vec::new(),
            };
            let continued = nexts.iter().map(|next| Continued {
                words: words.iter().chain([next]).cloned().collect(),
                articles: 0,
                is_attracted: false,
            });
            all.push(continued.collect::<Vec<_>>());
        }
        let rows: Vec<Words> = all.iter().flatten().map(|c| c.words.clone()).collect();
        let counts = self.articles(&rows)?;
        let attracted = self.attracted(&rows)?;
        let found = counts.into_iter().zip(attracted);
        for (continued, (articles, is_attracted)) in all.iter_mut().flatten().zip(found) {
            continued.articles = articles;
            continued.is_attracted = is_attracted;
        }
        Ok(all)
    }

    /// The words that follow the last word of a phrase most often, and those that follow the phrase in the
    /// texts that are read.
    fn next_words_of(&self, words: &Words, last: &str) -> Result<Vec<String>> {
        let mut nexts = self.next_words(last)?.to_vec();
        for next in &self.written(words)?.after {
            if !nexts.contains(next) {
                nexts.push(next.clone());
            }
        }
        Ok(nexts)
    }

    /// Whether the last two words of each row attract each other more than the two before.
    fn attracted(&self, rows: &[Words]) -> Result<Vec<bool>> {
        let pairs = rows.iter().flat_map(|words| match words.as_slice() {
            [.., before, last, next] => [(before.as_str(), last.as_str()), (last, next)],
            _ => [("", ""); 2],
        });
        let tokens = self.frequencies.tokens() as f64;
        let counts = self.pair_counts(&pairs.collect::<Vec<_>>())?;
        let found = counts
            .iter()
            .map(|&[both, first, second]| association(both, first, second, tokens));
        let found: Vec<f32> = found.collect();
        let pairs = found.chunks(2);
        Ok(pairs
            .map(|pair| matches!(pair, [before, after] if after > before))
            .collect())
    }
}

/// Whether a phrase with this number of articles ends with half a word.
fn is_half(articles: u64, continued: &[Continued]) -> bool {
    // A word that follows once may do so by chance.
    let shown = continued.iter().filter(|c| c.articles >= SHOWN);
    let attracted = shown.clone().filter(|c| c.is_attracted);
    let attracted: u64 = attracted.map(|c| c.articles).sum();
    let mut counts: Vec<u64> = shown.map(|c| c.articles).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let usual = |words: usize| counts.iter().take(words).sum::<u64>() as f64;
    attracted > 0 && attracted as f64 >= HALVED * articles as f64
        || articles >= ENOUGH
            && (usual(2) >= ALWAYS * articles as f64 || usual(3) >= OF_THREE * articles as f64)
}
