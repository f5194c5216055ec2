//! Syllables, and the words of several syllables that a text is made of.
//!
//! Vietnamese writes a space behind every syllable, so that words are not marked. Here a row of
//! two to four syllables is a word if it is frequent enough and coheres: wherever it is cut, the
//! two parts attract each other (normalised mutual information of at least [`COHESION`]; the
//! weakest cut decides, as in Silva & Lopes 1999). A word that nearly always is a part of one
//! longer word ([`SWALLOWED`]) is not listed beside it.

use rustc_hash::FxHashMap;

use super::measures::normalised_information;

/// Syllables of the longest words.
pub(super) const LONGEST: usize = 4;
/// The least attraction between the two parts of a word.
const COHESION: f64 = 0.42;
/// A word is left out if so much of it is a part of one longer word.
const SWALLOWED: f64 = 0.75;

/// A row of words' numbers, each plus one, and zeros behind.
pub(super) type Gram = [u32; LONGEST];

/// The gram of some words.
pub(super) fn gram(words: &[u32]) -> Gram {
    let mut gram = [0; LONGEST];
    for (cell, word) in gram.iter_mut().zip(words) {
        *cell = word + 1;
    }
    gram
}

/// The words of a gram.
pub(super) fn words(gram: &Gram) -> impl Iterator<Item = u32> + '_ {
    gram.iter().filter_map(|cell| cell.checked_sub(1))
}

/// How many words a gram has.
pub(super) fn length(gram: &Gram) -> usize {
    gram.iter().take_while(|&&cell| cell > 0).count()
}

/// Counts all grams that stand at least `least` times in some runs of words. `each` calls back
/// with every run; it is asked several times.
pub(super) fn frequent<E>(
    least: u64,
    mut each: impl FnMut(&mut dyn FnMut(&[u32])) -> Result<(), E>,
) -> Result<FxHashMap<Gram, u64>, E> {
    let least = least.max(1);
    let mut all: FxHashMap<Gram, u64> = FxHashMap::default();
    for size in 1..=LONGEST {
        let mut counts: FxHashMap<Gram, u64> = FxHashMap::default();
        each(&mut |run| {
            for words in run.windows(size) {
                // A row is not more frequent than its parts.
                let is_hopeful = size == 1
                    || (all.contains_key(&gram(&words[1..]))
                        && all.contains_key(&gram(&words[..size - 1])));
                if is_hopeful {
                    *counts.entry(gram(words)).or_default() += 1;
                }
            }
        })?;
        counts.retain(|_, count| *count >= least);
        if counts.is_empty() {
            break;
        }
        all.extend(counts);
    }
    Ok(all)
}

/// Whether a row of syllables is a word, by counts among `all` tokens.
pub(super) fn coheres(gram: &Gram, all: u64, count: impl Fn(&Gram) -> u64) -> bool {
    let size = length(gram);
    let part = |cells: &[u32]| {
        let mut part = [0; LONGEST];
        part.iter_mut().zip(cells).for_each(|(a, b)| *a = *b);
        count(&part)
    };
    let together = count(gram);
    (1..size).all(|cut| {
        let (first, second) = (part(&gram[..cut]), part(&gram[cut..size]));
        normalised_information(together, first, second, all) >= COHESION
    })
}

/// Keeps units that are not nearly always a part of one longer unit.
pub(super) fn unswallowed(counts: &FxHashMap<Gram, u64>) -> Vec<Gram> {
    let mut swallowed: FxHashMap<Gram, u64> = FxHashMap::default();
    for (unit, &count) in counts {
        let size = length(unit);
        for length in 1..size {
            for part in unit[..size].windows(length) {
                let mut gram = [0; LONGEST];
                gram.iter_mut().zip(part).for_each(|(a, b)| *a = *b);
                let most = swallowed.entry(gram).or_default();
                *most = (*most).max(count);
            }
        }
    }
    let is_kept = |(unit, count): (&Gram, &u64)| {
        let within = swallowed.get(unit).copied().unwrap_or(0);
        ((within as f64) < SWALLOWED * *count as f64).then_some(*unit)
    };
    counts.iter().filter_map(is_kept).collect()
}

/// Counts chosen grams in running text.
pub(super) struct Counter {
    /// By node and word: the node behind it. Node 0 is the start.
    next: FxHashMap<(u32, u32), u32>,
    /// By node: the gram that ends there, plus one.
    ends: Vec<u32>,
    /// By gram: its places, the articles that hold it, and the last of these.
    counts: Vec<(u64, u64, u64)>,
    /// By word: whether a gram begins with it.
    begins: Vec<bool>,
}

impl Counter {
    /// For some grams, counted in their order.
    pub(super) fn new(grams: &[Gram], words_known: usize) -> Self {
        let mut counter = Self {
            next: FxHashMap::default(),
            ends: vec![0],
            counts: vec![(0, 0, 0); grams.len()],
            begins: vec![false; words_known],
        };
        for (number, gram) in grams.iter().enumerate() {
            let mut node = 0;
            for word in words(gram) {
                if node == 0
                    && let Some(begins) = counter.begins.get_mut(word as usize)
                {
                    *begins = true;
                }
                let fresh = counter.ends.len() as u32;
                node = *counter.next.entry((node, word)).or_insert(fresh);
                if node == fresh {
                    counter.ends.push(0);
                }
            }
            if let Some(end) = counter.ends.get_mut(node as usize) {
                *end = number as u32 + 1;
            }
        }
        counter
    }

    /// Counts the grams of a run of words of an article, which is named by a number above 0.
    pub(super) fn add(&mut self, run: &[u32], article: u64) {
        for (at, &first) in run.iter().enumerate() {
            if self.begins.get(first as usize) != Some(&true) {
                continue;
            }
            let mut node = 0;
            for &word in run.iter().skip(at).take(LONGEST) {
                let Some(&next) = self.next.get(&(node, word)) else {
                    break;
                };
                node = next;
                let end = self.ends.get(node as usize).copied().unwrap_or(0);
                if let Some(count) = end
                    .checked_sub(1)
                    .and_then(|number| self.counts.get_mut(number as usize))
                {
                    count.0 += 1;
                    count.1 += u64::from(count.2 != article);
                    count.2 = article;
                }
            }
        }
    }

    /// The places of each gram, and the articles that hold it.
    pub(super) fn counts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts
            .iter()
            .map(|&(places, articles, _)| (places, articles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn frequent_grams_are_those_of_counting_all(
            runs in proptest::collection::vec(proptest::collection::vec(0u32..5, 0..30), 0..8),
            least in 1u64..4,
        ) {
            let mut expected: FxHashMap<Gram, u64> = FxHashMap::default();
            for run in &runs {
                for size in 1..=LONGEST {
                    for words in run.windows(size) {
                        *expected.entry(gram(words)).or_default() += 1;
                    }
                }
            }
            expected.retain(|_, count| *count >= least);
            let found = frequent(least, |f| {
                runs.iter().for_each(|run| f(run));
                Ok::<_, ()>(())
            })
            .unwrap();
            prop_assert_eq!(&found, &expected);

            let grams: Vec<Gram> = expected.keys().copied().collect();
            let mut counter = Counter::new(&grams, 5);
            for (article, run) in (1..).zip(&runs) {
                counter.add(run, article);
            }
            for (gram, (places, articles)) in grams.iter().zip(counter.counts()) {
                prop_assert_eq!(places, expected[gram]);
                let size = length(gram);
                let holding = runs.iter().filter(|run| {
                    run.windows(size).any(|w| super::gram(w) == *gram)
                });
                prop_assert_eq!(articles, holding.count() as u64);
            }
        }
    }

    #[test]
    fn parts_of_longer_words_are_swallowed() {
        let counts: FxHashMap<Gram, u64> = [
            (gram(&[1]), 100),
            (gram(&[2]), 10),
            (gram(&[1, 2]), 9),
            (gram(&[1, 2, 3]), 8),
        ]
        .into_iter()
        .collect();
        let mut kept = unswallowed(&counts);
        kept.sort_unstable();
        assert_eq!(kept, [gram(&[1]), gram(&[1, 2, 3])]);
    }

    #[test]
    fn rows_that_attract_each_other_cohere() {
        let counts: FxHashMap<Gram, u64> = [
            (gram(&[1]), 60),
            (gram(&[2]), 60),
            (gram(&[3]), 20_000),
            (gram(&[1, 2]), 50),
            (gram(&[3, 1]), 20),
        ]
        .into_iter()
        .collect();
        let count = |gram: &Gram| counts.get(gram).copied().unwrap_or(0);
        assert!(coheres(&gram(&[1, 2]), 100_000, count));
        assert!(!coheres(&gram(&[3, 1]), 100_000, count));
        assert!(coheres(&gram(&[3]), 100_000, count));
    }
}
