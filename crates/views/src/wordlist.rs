//! Word lists: the frequencies of syllables and of n-grams.
//!
//! Counts are exact, and memory is bounded however many n-grams there are. The tokens are read
//! several times:
//!
//! 1. Syllables are counted. An n-gram is at most as frequent as its rarest syllable.
//! 2. A table of small counters adds up the n-grams with the same hash, which is at least the
//!    frequency of each of them (Park, Chen & Yu 1995).
//! 3. The n-grams that can still be frequent enough are counted one by one. If they are too many
//!    for one reading, each reading counts those with hashes in one range.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_tokenizer::{exact_key, fold, is_accented, scan, write_out};

use crate::columns::word_ranks;
use crate::corpus::{ArticleId, Corpus, Result};
use crate::hash::mix;
use crate::keywords::{each_paragraph, written};
use crate::lexicon::Lexicon;
use crate::memo::Memo;
use crate::texts::Count;

/// Syllables of the longest n-grams.
pub const MOST_SYLLABLES: usize = 6;
/// Binary logarithm of the largest number of counters.
const MOST_COUNTERS: u32 = 26;

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
    if let Some(list) = find_kept(corpus.memo(), options) {
        return Ok(list);
    }
    // The next pages are answered without counting again.
    let counted = WordListOptions {
        most: options.most.max(LEAST_KEPT),
        ..options.clone()
    };
    let mut list = count_articles(corpus, base, &counted)?;
    corpus.check_deadline()?;
    keep(corpus.memo(), &counted, &list);
    list.units.truncate(options.most);
    Ok(list)
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
    let ranks = word_ranks(&lexicon);
    let mut list = Listed::new(options, &ranks);
    let size = options.size.clamp(1, MOST_SYLLABLES);
    let filter = Filter::new(&lexicon, &words, options);
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
        };
        count_ngrams(&mut reader, &filter, of_tokens, options, &mut list)?;
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
            words[word as usize].add(article as u32);
        }
    })?;
    Ok((words, tokens))
}

/// The frequencies of all syllables of the corpus by their numbers.
fn all_syllables(corpus: &dyn Corpus, lexicon: &mut Lexicon) -> Result<Vec<Frequency>> {
    let mut folded: FxHashSet<String> = FxHashSet::default();
    corpus.each_folded_key(&mut |key, _| {
        if !folded.contains(key) {
            folded.insert(key.to_owned());
        }
    })?;
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let variants = corpus.variants(&folded)?;
    let keys = variants.into_iter().flatten().map(|(key, _)| [key]);
    let keys: Vec<[String; 1]> = keys.collect();
    let ngrams: Vec<&[String]> = keys.iter().map(<[String; 1]>::as_slice).collect();
    let counts = corpus.ngram_counts(&ngrams)?;
    let mut words: Vec<Frequency> = vec![Frequency::default(); keys.len()];
    for ([key], count) in keys.iter().zip(counts) {
        let number = lexicon.number(key) as usize;
        if let Some(word) = words.get_mut(number) {
            word.count = count.positions;
            word.articles = count.articles as u32;
        }
    }
    Ok(words)
}

/// An n-gram: its syllables by number, then [`NONE`].
type Ngram = [u32; MOST_SYLLABLES];

/// Fills an n-gram.
const NONE: u32 = u32::MAX;

fn ngram_of(words: &[u32]) -> Ngram {
    let mut ngram = [NONE; MOST_SYLLABLES];
    for (place, word) in ngram.iter_mut().zip(words) {
        *place = *word;
    }
    ngram
}

fn hash_of(words: &[u32]) -> u64 {
    let words = words.iter().take_while(|&&word| word != NONE);
    words.fold(0, |hash, &word| mix(hash ^ u64::from(word)))
}

/// The number of occurrences and of articles.
#[derive(Debug, Clone, Copy, Default)]
struct Frequency {
    count: u64,
    articles: u32,
    /// The number of the last article, from 1.
    last: u32,
}

impl Frequency {
    fn add(&mut self, article: u32) {
        self.count += 1;
        self.articles += u32::from(self.last != article);
        self.last = article;
    }
}

/// The n-grams that can be in the list, as far as their syllables decide that.
struct Filter {
    /// By word: whether it is frequent enough.
    is_frequent: Vec<bool>,
    /// By place and word: whether the prefix admits it there.
    fits: Vec<Vec<bool>>,
}

impl Filter {
    fn new(lexicon: &Lexicon, words: &[Frequency], options: &WordListOptions) -> Self {
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
        Self {
            is_frequent: words.iter().map(is_frequent).collect(),
            fits: fits.collect(),
        }
    }

    fn admits(&self, ngram: &[u32]) -> bool {
        let has = |list: &[bool], word: u32| list.get(word as usize) == Some(&true);
        self.fits.len() <= ngram.len()
            && self
                .fits
                .iter()
                .zip(ngram)
                .all(|(fits, &word)| has(fits, word))
            && ngram.iter().all(|&word| has(&self.is_frequent, word))
    }
}

/// Reads the n-grams of some articles.
struct Reader<'r> {
    corpus: &'r dyn Corpus,
    lexicon: &'r mut Lexicon,
    articles: &'r [ArticleId],
    size: usize,
}

impl Reader<'_> {
    /// Calls `f` with every n-gram that the filter admits, its hash, and the number of its
    /// article, from 1.
    fn each(&mut self, filter: &Filter, mut f: impl FnMut(&[u32], u64, u32)) -> Result<()> {
        let size = self.size;
        each_paragraph(
            self.corpus,
            self.lexicon,
            self.articles,
            &mut |run, article| {
                for ngram in run.windows(size).filter(|ngram| filter.admits(ngram)) {
                    f(ngram, hash_of(ngram), article as u32);
                }
            },
        )
    }
}

/// Counters of n-grams by hash, up to 255.
struct Sieve {
    counters: Vec<u8>,
    shift: u32,
}

impl Sieve {
    fn new(tokens: u64) -> Self {
        let wanted = tokens.max(512).saturating_mul(2).ilog2().min(MOST_COUNTERS);
        Self {
            counters: vec![0; 1 << wanted],
            shift: u64::BITS - wanted,
        }
    }

    fn add(&mut self, hash: u64) {
        // The low bits divide n-grams among readings.
        if let Some(counter) = self.counters.get_mut((hash >> self.shift) as usize) {
            *counter = counter.saturating_add(1);
        }
    }

    /// Returns `false` if no n-gram with this hash can have so many occurrences.
    fn admits(&self, hash: u64, least: u64) -> bool {
        let counter = self.counters.get((hash >> self.shift) as usize);
        counter.is_none_or(|&counter| counter == u8::MAX || u64::from(counter) >= least)
    }
}

fn count_ngrams(
    reader: &mut Reader<'_>,
    filter: &Filter,
    tokens: u64,
    options: &WordListOptions,
    list: &mut Listed<'_>,
) -> Result<()> {
    let mut sieve = None;
    if options.least > 1 {
        let mut counters = Sieve::new(tokens);
        reader.each(filter, |_, hash, _| counters.add(hash))?;
        sieve = Some(counters);
    }
    let can_be_frequent = |hash: u64| {
        let sieve = sieve.as_ref();
        sieve.is_none_or(|sieve| sieve.admits(hash, options.least))
    };
    // Numbers of the n-grams of this reading; the order of bits makes ranges of them random.
    let (mut first, mut last) = (0, u64::MAX);
    loop {
        let mut counts: FxHashMap<Ngram, Frequency> = FxHashMap::default();
        reader.each(filter, |ngram, hash, article| {
            let number = hash.reverse_bits();
            if !(first..=last).contains(&number) || !can_be_frequent(hash) {
                return;
            }
            counts.entry(ngram_of(ngram)).or_default().add(article);
            while counts.len() > options.held && first < last {
                last = first + (last - first) / 2;
                counts.retain(|ngram, _| hash_of(ngram).reverse_bits() <= last);
            }
        })?;
        for (ngram, frequency) in counts {
            list.add(ngram, frequency);
        }
        let Some(next) = last.checked_add(1) else {
            return Ok(());
        };
        (first, last) = (next, u64::MAX);
    }
}

/// The n-grams of the list that are known so far; of a long list only those that can be printed.
struct Listed<'o> {
    options: &'o WordListOptions,
    /// The place of each word in the alphabet.
    ranks: &'o [u32],
    found: Vec<(Ngram, Frequency)>,
    distinct: u64,
}

impl<'o> Listed<'o> {
    fn new(options: &'o WordListOptions, ranks: &'o [u32]) -> Self {
        Self {
            options,
            ranks,
            found: Vec::new(),
            distinct: 0,
        }
    }

    fn add(&mut self, ngram: Ngram, frequency: Frequency) {
        let Self { options, .. } = self;
        if frequency.count < options.least || u64::from(frequency.articles) < options.least_articles
        {
            return;
        }
        self.distinct += 1;
        self.found.push((ngram, frequency));
        let most = options.most;
        if self.found.len() > most.saturating_mul(2).saturating_add(1_000) {
            let (ranks, sort) = (self.ranks, options.sort);
            self.found
                .select_nth_unstable_by_key(most, |entry| key(entry, sort, ranks));
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
) -> ([std::cmp::Reverse<u64>; 2], Ngram) {
    use std::cmp::Reverse;
    let by_alphabet = ngram.map(|word| ranks.get(word as usize).copied().unwrap_or(NONE));
    let (count, articles) = (frequency.count, u64::from(frequency.articles));
    let numbers = match sort {
        WordListSort::Count => [count, articles],
        WordListSort::Articles => [articles, count],
        WordListSort::Alphabet => [0, 0],
    };
    (numbers.map(Reverse), by_alphabet)
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

    #[test]
    fn sieves_never_lose_a_frequent_ngram() {
        let mut sieve = Sieve::new(0);
        for word in 0..4_000u32 {
            for _ in 0..=word % 3 {
                sieve.add(hash_of(&[word, 1]));
            }
        }
        for word in 0..4_000u32 {
            assert!(sieve.admits(hash_of(&[word, 1]), u64::from(word % 3) + 1));
        }
        assert!(!sieve.admits(hash_of(&[9, 9]), 200));
    }
}
