//! Word lists: the frequencies of syllables and of n-grams.
//!
//! Counts are exact. Syllables are counted first: an n-gram is at most as frequent as its rarest
//! syllable.

use std::cmp::Reverse;

use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_tokenizer::{exact_key, fold, is_accented, scan, write_out};

use crate::columns::word_ranks;
use crate::corpus::{ArticleId, Corpus, Result};
use crate::keywords::{each_paragraph, written};
use crate::lexicon::Lexicon;
use crate::memo::Memo;
pub use crate::ngrams::MOST_SYLLABLES;
use crate::ngrams::{Filter, Frequency, NONE, Ngram, Reader, ngram_of};
use crate::texts::Count;

/// Number of n-grams of the whole corpus that are counted and kept for later pages.
const LEAST_KEPT: usize = 1_000;
/// Number of n-grams of the longest list that is kept.
const MOST_KEPT: usize = 10_000;

/// How a word list is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordListOptions {
    /// Syllables of each n-gram, from 1 to [`MOST_SYLLABLES`].
    pub size: usize,
    /// Minimum number of occurrences.
    pub least: u64,
    /// Minimum number of articles.
    pub least_articles: u64,
    /// The beginning of the n-grams.
    pub prefix: Option<Prefix>,
    /// The order.
    pub sort: WordListSort,
    /// Maximum number of n-grams.
    pub most: usize,
    /// Maximum number of n-grams that are counted in one reading of the tokens. It bounds the
    /// memory, and does not change the result.
    pub held: usize,
    /// The articles that are counted: all, or the first publication of each text.
    pub count: Count,
}

impl Default for WordListOptions {
    /// The hundred most frequent syllables.
    fn default() -> Self {
        Self {
            size: 1,
            least: 5,
            least_articles: 1,
            prefix: None,
            sort: WordListSort::Count,
            most: 100,
            held: 4_000_000,
            count: Count::Publications,
        }
    }
}

/// The order of a word list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WordListSort {
    /// By number of occurrences, the most frequent first.
    #[default]
    Count,
    /// By number of articles, the most frequent first.
    Articles,
    /// In the order of a Vietnamese dictionary.
    Alphabet,
}

/// The frequencies of n-grams.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordList {
    /// Syllables of each n-gram.
    pub size: usize,
    /// Number of articles that were counted.
    pub of_articles: u64,
    /// Number of their tokens.
    pub of_tokens: u64,
    /// Number of distinct n-grams that satisfy the conditions.
    pub distinct: u64,
    /// The n-grams in the requested order.
    pub units: Vec<ListedUnit>,
}

/// An n-gram with its frequency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedUnit {
    /// The syllables.
    pub unit: String,
    /// Number of occurrences.
    pub count: u64,
    /// Number of articles with an occurrence.
    pub articles: u64,
    /// Occurrences per million tokens.
    pub per_million: f64,
    /// Articles with an occurrence per thousand articles.
    pub per_thousand: f64,
}

/// The beginning of n-grams: whole syllables, and the first letters of the next one.
///
/// As in queries, a beginning with accents is compared as typed, and one without accents with the
/// unaccented syllables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// Whole syllables, then the letters.
    parts: Vec<String>,
    /// Whether the last part is a whole syllable.
    is_whole: bool,
    is_accented: bool,
}

impl Prefix {
    /// The beginning that a text states; `None` for a text without a letter or digit. A space at
    /// the end makes the last syllable a whole one.
    ///
    /// ```
    /// use timbao_views::Prefix;
    /// let prefix = Prefix::new("tự d").unwrap();
    /// assert!(prefix.admits(&["tự", "do"]) && !prefix.admits(&["tự", "hóa"]));
    /// assert!(Prefix::new("tu ").unwrap().admits(&["từ", "điển"]));
    /// ```
    pub fn new(text: &str) -> Option<Self> {
        let is_accented = is_accented(text);
        let syllables = scan(text).map(|token| {
            let word = write_out(&exact_key(text.get(token.start..token.end)?));
            Some(if is_accented { word } else { fold(&word) })
        });
        let parts: Vec<String> = syllables.flatten().collect();
        (!parts.is_empty()).then_some(Self {
            parts,
            is_whole: text.ends_with(char::is_whitespace),
            is_accented,
        })
    }

    /// Returns `true` if an n-gram of these syllables, in lower case, begins like this.
    pub fn admits(&self, syllables: &[&str]) -> bool {
        let places = self.parts.len();
        places <= syllables.len()
            && (0..places).all(|at| syllables.get(at).is_some_and(|word| self.fits(at, word)))
    }

    /// Returns `true` if a syllable can be at a place.
    fn fits(&self, at: usize, syllable: &str) -> bool {
        let Some(part) = self.parts.get(at) else {
            return true;
        };
        let folded;
        let word = if self.is_accented {
            syllable
        } else {
            folded = fold(syllable);
            &folded
        };
        match at + 1 == self.parts.len() && !self.is_whole {
            true => word.starts_with(part.as_str()),
            false => word == part,
        }
    }
}

/// Counts the n-grams of the articles that `base` matches. An n-gram may cross punctuation but not
/// the end of a paragraph, as a phrase of a query may.
///
/// # Errors
///
/// If the engine fails.
pub fn word_list(corpus: &dyn Corpus, base: &Plan, options: &WordListOptions) -> Result<WordList> {
    if !matches!(base, Plan::Everything) {
        return count_articles(corpus, base, options);
    }
    let memo = corpus.memo();
    let count = || {
        // The next pages are answered without counting again.
        let counted = WordListOptions {
            most: options.most.max(LEAST_KEPT),
            ..options.clone()
        };
        let mut list = count_articles(corpus, base, &counted)?;
        corpus.check_deadline()?;
        keep(memo, &counted, &list);
        list.units.truncate(options.most);
        Ok(list)
    };
    if options.most > MOST_KEPT {
        return find_kept(memo, options).map_or_else(count, Ok);
    }
    memo.share(
        &name(options),
        || corpus.check_deadline(),
        |memo| find_kept(memo, options),
        count,
    )
}

/// A list of the whole corpus.
struct Kept {
    /// Maximum number of n-grams when it was counted.
    most: usize,
    list: WordList,
}

/// The options that change more than the length of a list or the memory.
fn name(options: &WordListOptions) -> String {
    let plain = WordListOptions {
        most: 0,
        held: 0,
        ..options.clone()
    };
    format!("{plain:?}")
}

fn find_kept(memo: &Memo, options: &WordListOptions) -> Option<WordList> {
    let found = memo.find::<Kept>(&name(options))?;
    let is_complete = found.list.units.len() as u64 == found.list.distinct;
    let units = found.list.units.iter().take(options.most);
    (is_complete || found.most >= options.most).then(|| WordList {
        units: units.cloned().collect(),
        ..found.list
    })
}

/// Keeps a list that was counted with some options, unless it is too long.
fn keep(memo: &Memo, options: &WordListOptions, list: &WordList) {
    if list.units.len() <= MOST_KEPT {
        let (most, list) = (options.most, list.clone());
        memo.keep(name(options), Kept { most, list });
    }
}

/// Counts the n-grams of the articles that `base` matches.
fn count_articles(corpus: &dyn Corpus, base: &Plan, options: &WordListOptions) -> Result<WordList> {
    let articles = options.count.articles(corpus, corpus.candidates(base)?)?;
    let mut lexicon = Lexicon::new();
    let (words, of_tokens) = syllables(corpus, &mut lexicon, &articles)?;
    let filter = filter_of(&lexicon, &words, options);
    let ranks = word_ranks(&lexicon, |word| filter.is_frequent(word));
    let mut list = Listed::new(options, &ranks);
    let size = options.size.clamp(1, MOST_SYLLABLES);
    if size == 1 {
        for (word, frequency) in (0..).zip(&words) {
            if filter.admits(&[word]) {
                list.add(ngram_of(&[word]), *frequency);
            }
        }
    } else {
        let mut reader = Reader {
            corpus,
            lexicon: &mut lexicon,
            articles: &articles,
            size,
            tokens: of_tokens,
            filter: &filter,
        };
        let held = options.held;
        reader.count(options.least, held, |ngram, count| list.add(ngram, count))?;
    }
    let distinct = list.distinct;
    let rate = |count: u64, of: u64, scale: f64| count as f64 * scale / of.max(1) as f64;
    let of_articles = articles.len() as u64;
    let units = list.sorted().into_iter().map(|(ngram, frequency)| {
        let (count, articles) = (frequency.count, u64::from(frequency.articles));
        ListedUnit {
            unit: written(&lexicon, ngram.get(..size).unwrap_or_default()),
            count,
            articles,
            per_million: rate(count, of_tokens, 1e6),
            per_thousand: rate(articles, of_articles, 1e3),
        }
    });
    Ok(WordList {
        size,
        of_articles,
        of_tokens,
        distinct,
        units: units.collect(),
    })
}

/// The frequencies of all syllables of some articles by their numbers, and the tokens.
fn syllables(
    corpus: &dyn Corpus,
    lexicon: &mut Lexicon,
    articles: &[ArticleId],
) -> Result<(Vec<Frequency>, u64)> {
    let size = corpus.size();
    if articles.len() as u64 == size.articles && corpus.keeps_counts() {
        return Ok((all_syllables(corpus, lexicon)?, size.tokens));
    }
    let mut words: Vec<Frequency> = Vec::new();
    let mut tokens = 0;
    each_paragraph(corpus, lexicon, articles, &mut |run, article| {
        tokens += run.len() as u64;
        for &word in run {
            if words.len() <= word as usize {
                words.resize_with(word as usize + 1, Frequency::default);
            }
            words[word as usize].add(article);
        }
    })?;
    Ok((words, tokens))
}

/// The frequencies of all syllables of the corpus by their numbers.
fn all_syllables(corpus: &dyn Corpus, lexicon: &mut Lexicon) -> Result<Vec<Frequency>> {
    let mut words: Vec<Frequency> = Vec::new();
    corpus.each_exact_key(&mut |key, count| {
        let number = lexicon.number(key) as usize;
        if words.len() <= number {
            words.resize(number + 1, Frequency::default());
        }
        words[number] = Frequency::new(count.positions, count.articles as u32);
    })?;
    Ok(words)
}

/// The n-grams that can be in the list, as far as their syllables decide that.
fn filter_of(lexicon: &Lexicon, words: &[Frequency], options: &WordListOptions) -> Filter {
    let is_frequent = |word: &Frequency| {
        word.count >= options.least && u64::from(word.articles) >= options.least_articles
    };
    let fits = options.prefix.iter().flat_map(|prefix| {
        let spelt: Vec<String> = lexicon.keys().iter().map(|key| write_out(key)).collect();
        (0..prefix.parts.len()).map(move |at| {
            let fits = spelt.iter().map(|word| prefix.fits(at, word));
            fits.collect()
        })
    });
    Filter {
        is_frequent: words.iter().map(is_frequent).collect(),
        fits: fits.collect(),
    }
}

/// The n-grams of the list that are known so far; of a long list only those that can be printed.
struct Listed<'o> {
    options: &'o WordListOptions,
    /// The place of each word in the alphabet.
    ranks: &'o [u32],
    found: Vec<(Ngram, Frequency)>,
    distinct: u64,
    /// The counts of an n-gram after the last of the list.
    beyond: Option<Counts>,
}

/// What n-grams are sorted by before the alphabet.
type Counts = [Reverse<u64>; 2];

impl<'o> Listed<'o> {
    fn new(options: &'o WordListOptions, ranks: &'o [u32]) -> Self {
        Self {
            options,
            ranks,
            found: Vec::new(),
            distinct: 0,
            beyond: None,
        }
    }

    fn add(&mut self, ngram: Ngram, frequency: Frequency) {
        let Self { options, .. } = self;
        if frequency.count < options.least || u64::from(frequency.articles) < options.least_articles
        {
            return;
        }
        self.distinct += 1;
        let counts = counts(&frequency, options.sort);
        if self.beyond.is_some_and(|beyond| counts > beyond) {
            return;
        }
        self.found.push((ngram, frequency));
        let most = options.most;
        if self.found.len() > most.saturating_mul(2).saturating_add(1_000) {
            let (ranks, sort) = (self.ranks, options.sort);
            let (_, beyond, _) = self
                .found
                .select_nth_unstable_by_key(most, |entry| key(entry, sort, ranks));
            self.beyond = Some(self::counts(&beyond.1, sort));
            self.found.truncate(most);
        }
    }

    fn sorted(mut self) -> Vec<(Ngram, Frequency)> {
        let (ranks, sort) = (self.ranks, self.options.sort);
        self.found
            .sort_unstable_by_key(|entry| key(entry, sort, ranks));
        self.found.truncate(self.options.most);
        self.found
    }
}

/// The sort key of an n-gram; ties are in the order of the alphabet.
fn key(
    (ngram, frequency): &(Ngram, Frequency),
    sort: WordListSort,
    ranks: &[u32],
) -> (Counts, Ngram) {
    let by_alphabet = ngram.map(|word| ranks.get(word as usize).copied().unwrap_or(NONE));
    (counts(frequency, sort), by_alphabet)
}

fn counts(frequency: &Frequency, sort: WordListSort) -> Counts {
    let (count, articles) = (frequency.count, u64::from(frequency.articles));
    let counts = match sort {
        WordListSort::Count => [count, articles],
        WordListSort::Articles => [articles, count],
        WordListSort::Alphabet => [0, 0],
    };
    counts.map(Reverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(units: usize, distinct: u64) -> WordList {
        let unit = |number: usize| ListedUnit {
            unit: number.to_string(),
            count: 1,
            articles: 1,
            per_million: 1.0,
            per_thousand: 1.0,
        };
        WordList {
            size: 1,
            of_articles: 1,
            of_tokens: 1,
            distinct,
            units: (0..units).map(unit).collect(),
        }
    }

    fn options(size: usize, most: usize) -> WordListOptions {
        WordListOptions {
            size,
            most,
            ..WordListOptions::default()
        }
    }

    #[test]
    fn a_longer_list_answers_for_its_beginning() {
        let memo = Memo::default();
        keep(&memo, &options(2, 10), &list(10, 50));
        let found =
            |size, most| find_kept(&memo, &options(size, most)).map(|list| list.units.len());
        assert_eq!(found(2, 4), Some(4));
        assert_eq!(found(2, 10), Some(10));
        assert_eq!((found(2, 11), found(3, 4)), (None, None));
        // A complete list answers for any length.
        keep(&memo, &options(3, 10), &list(7, 7));
        assert_eq!(found(3, usize::MAX), Some(7));
        let held = WordListOptions {
            held: 1,
            ..options(2, 4)
        };
        assert!(find_kept(&memo, &held).is_some());
        keep(
            &memo,
            &options(1, MOST_KEPT + 1),
            &list(MOST_KEPT + 1, 90_000),
        );
        assert_eq!(found(1, 1), None);
    }

    #[test]
    fn prefixes_are_whole_syllables_and_first_letters() {
        for (prefix, ngram, expected) in [
            ("tự", "tự do", true),
            ("tự", "tựa đề", true),
            ("tự ", "tựa đề", false),
            ("tự ", "tự do", true),
            ("TỰ D", "tự diễn", true),
            ("tự d", "tự đoàn", false),
            ("tu d", "tự đoàn", true),
            ("hoà ", "hòa bình", true),
            ("tự do ca", "tự do", false),
            ("2", "2026 là", true),
        ] {
            let syllables: Vec<&str> = ngram.split(' ').collect();
            let prefix_of = Prefix::new(prefix).unwrap();
            assert_eq!(prefix_of.admits(&syllables), expected, "{prefix:?} {ngram}");
        }
        assert_eq!(Prefix::new(" – "), None);
    }
}
