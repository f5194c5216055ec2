//! Keywords: words characteristic of some articles, or of windows around matches, compared with
//! others.

use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_tokenizer::{collation, write_out};

use crate::corpus::{ArticleId, Corpus, FIRST_WORD, Occurrence, Result, Separator};
use crate::lexicon::Lexicon;
use crate::measures::Contingency;
use crate::texts::Count;
use crate::totals::best_totals;
use crate::units::{Counter, Passages, Unit};
use crate::workers::by_ranges;

/// How keywords are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeywordOptions {
    /// Minimum number of occurrences.
    pub least: u64,
    /// Minimum number of articles.
    pub least_articles: u64,
    /// Log-likelihood, at least.
    pub least_likelihood: f64,
    /// Maximum number of keywords.
    pub most: usize,
    /// The articles that are counted: all, or the first publication of each text.
    pub count: Count,
}

impl Default for KeywordOptions {
    /// Fifty units with five occurrences in two articles and a log-likelihood that chance reaches
    /// once in ten thousand (15.13; Rayson, Berridge & Francis 2004).
    fn default() -> Self {
        Self {
            least: 5,
            least_articles: 2,
            least_likelihood: 15.13,
            most: 50,
            count: Count::Publications,
        }
    }
}

impl KeywordOptions {
    /// Returns `true` if a unit with these occurrences and articles is frequent enough.
    fn admits(&self, (count, articles): (u64, u64)) -> bool {
        count >= self.least && articles >= self.least_articles
    }
}

/// Units that are characteristic of a target text compared with a reference text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Keywords {
    /// The text they are characteristic of.
    pub of: Portion,
    /// The reference text.
    pub against: Portion,
    /// Number of units that were compared.
    pub compared: u64,
    /// The most characteristic first.
    pub keywords: Vec<Keyword>,
}

/// The size of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Portion {
    /// Articles.
    pub articles: u64,
    /// Tokens, of the whole articles or of the windows around matches.
    pub tokens: u64,
}

/// A unit that is more frequent in some text than in other text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Keyword {
    /// The syllable, or the word of several syllables.
    pub unit: String,
    /// Number of syllables.
    pub syllables: usize,
    /// Occurrences in the target.
    pub count: u64,
    /// In how many articles.
    pub articles: u64,
    /// Occurrences in the reference.
    pub against_count: u64,
    /// In how many articles of these.
    pub against_articles: u64,
    /// Occurrences per million tokens of the target.
    pub per_million: f64,
    /// Occurrences per million tokens of the reference.
    pub against_per_million: f64,
    /// Log-likelihood G²: how little chance explains the difference.
    pub log_likelihood: f64,
    /// Log Ratio: how large the difference is; 1 is twice as frequent.
    pub log_ratio: f64,
}

/// Finds the keywords of the articles that `of` matches, compared with those that `against`
/// matches; these are all others if it is `None`. Articles that both match count for `of` only.
///
/// # Errors
///
/// If the engine fails.
pub fn keywords(
    corpus: &dyn Corpus,
    of: &Plan,
    against: Option<&Plan>,
    options: &KeywordOptions,
) -> Result<Keywords> {
    let of = corpus.candidates(of)?;
    let mut against = corpus.candidates(against.unwrap_or(&Plan::Everything))?;
    against.retain(|article| of.binary_search(article).is_err());
    let of = options.count.articles(corpus, of)?;
    let against = options.count.articles(corpus, against)?;
    let mut lexicon = Lexicon::new();
    let units = discover(corpus, &mut lexicon, &of, &[], options.least)?;
    let is_rest = (of.len() + against.len()) as u64 == corpus.size().articles;
    compare(
        &lexicon,
        &units,
        |tallies| tally_paragraphs(corpus, &lexicon, &of, tallies),
        |counted| match is_rest && corpus.keeps_counts() {
            true => rest(corpus, &lexicon, counted, &against, options),
            false => counted.again(|tallies| tally_paragraphs(corpus, &lexicon, &against, tallies)),
        },
        options,
    )
}

/// Counts units in all articles that are not in the first text, except units that cannot be among
/// the keywords.
fn rest(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    counted: &Counted,
    articles: &[ArticleId],
    options: &KeywordOptions,
) -> Result<(Counts, Portion)> {
    let tokens = corpus.token_counts(articles)?;
    let there = Portion {
        articles: tokens.iter().filter(|&&tokens| tokens > 0).count() as u64,
        tokens: tokens.into_iter().map(u64::from).sum(),
    };
    let likelihood = |number: usize, all: u64| {
        let &(here, _) = counted.counts.get(number)?;
        let table = Contingency {
            here,
            of_here: counted.portion.tokens,
            there: all.saturating_sub(here),
            of_there: there.tokens,
        };
        Some(table.log_likelihood()).filter(|&found| found >= options.least_likelihood)
    };
    let all = best_totals(corpus, lexicon, &counted.units, options.most, likelihood)?;
    let here = counted.counts.iter();
    let counts = here.zip(all).map(|(&(count, articles), all)| {
        let all = all?;
        Some((
            all.positions.saturating_sub(count),
            all.articles.saturating_sub(articles),
        ))
    });
    Ok((counts.collect(), there))
}

/// Units that are frequent enough in the first of two texts.
pub(crate) struct Counted {
    units: Vec<Unit>,
    /// Their occurrences and articles there.
    counts: Vec<(u64, u64)>,
    /// The size of the text.
    portion: Portion,
    /// Number of words among which those of the units are.
    known: usize,
}

/// The occurrences and articles of units in the second of two texts; `None` for units that cannot
/// be keywords.
pub(crate) type Counts = Vec<Option<(u64, u64)>>;

impl Counted {
    /// Counts the units in the other text.
    pub(crate) fn again(
        &self,
        count: impl FnOnce(&mut [Tally]) -> Result<()>,
    ) -> Result<(Counts, Portion)> {
        let mut tally = Tally::new(&self.units, self.known);
        count(std::slice::from_mut(&mut tally))?;
        Ok((tally.counter.counts().map(Some).collect(), tally.portion))
    }
}

/// Receives runs of words, each with the number of its article, from 1.
pub(crate) type OnRun<'f> = &'f mut dyn FnMut(&[u32], u32);

/// Calls back with every paragraph of some articles.
pub(crate) fn each_paragraph(
    corpus: &dyn Corpus,
    lexicon: &mut Lexicon,
    articles: &[ArticleId],
    f: OnRun<'_>,
) -> Result<()> {
    let mut run = Vec::new();
    let mut number = 0;
    corpus.read_tokens(articles, lexicon, &mut |_, tokens| {
        number += 1;
        for paragraph in tokens.split(|&token| token < FIRST_WORD) {
            if !paragraph.is_empty() {
                run.clear();
                run.extend(paragraph.iter().map(|token| token - FIRST_WORD));
                f(&run, number);
            }
        }
        Ok(())
    })
}

/// Counts units in the paragraphs of some articles.
pub(crate) fn tally_paragraphs(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    articles: &[ArticleId],
    tallies: &mut [Tally],
) -> Result<()> {
    tally(
        corpus,
        lexicon,
        articles,
        tallies,
        |lexicon, articles, f| each_paragraph(corpus, lexicon, articles, f),
    )
}

/// Minimum number of articles that are worth a thread.
const LEAST_SHARE: usize = 32;

/// Counts units in some articles, of which `each` reads a range as runs of words.
pub(crate) fn tally(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    articles: &[ArticleId],
    tallies: &mut [Tally],
    each: impl Fn(&mut Lexicon, &[ArticleId], OnRun<'_>) -> Result<()> + Sync,
) -> Result<()> {
    let empty = &*tallies;
    let counted = by_ranges(corpus, articles, LEAST_SHARE, |articles| {
        let mut tallies = empty.to_vec();
        // Words without a number yet are not part of a unit.
        let mut lexicon = lexicon.clone();
        each(&mut lexicon, articles, &mut |run, article| {
            for tally in &mut tallies {
                tally.add(run, article);
            }
        })?;
        Ok(tallies)
    });
    for counted in counted {
        for (tally, more) in tallies.iter_mut().zip(&counted?) {
            tally.merge(more);
        }
    }
    Ok(())
}

/// Compares two texts, in which functions count units.
pub(crate) fn compare(
    lexicon: &Lexicon,
    units: &[Unit],
    of: impl FnOnce(&mut [Tally]) -> Result<()>,
    against: impl FnOnce(&Counted) -> Result<(Counts, Portion)>,
    options: &KeywordOptions,
) -> Result<Keywords> {
    let known = lexicon.keys().len();
    let mut tally = Tally::new(units, known);
    of(std::slice::from_mut(&mut tally))?;
    let of = Counted::new(units, known, &tally, options);
    let against = against(&of)?;
    Ok(of.keywords(lexicon, against, units.len(), options))
}

impl Counted {
    /// The units, whose words are among the first `known`, that are frequent enough in a text.
    fn new(units: &[Unit], known: usize, tally: &Tally, options: &KeywordOptions) -> Self {
        let frequent = units.iter().cloned().zip(tally.counter.counts());
        let (units, counts) = frequent
            .filter(|&(_, counts)| options.admits(counts))
            .unzip();
        Self {
            units,
            counts,
            portion: tally.portion,
            known,
        }
    }

    /// The units that are characteristic of the text; `compared` is the number of all units.
    fn keywords(
        &self,
        lexicon: &Lexicon,
        (in_against, there): (Counts, Portion),
        compared: usize,
        options: &KeywordOptions,
    ) -> Keywords {
        let here = self.portion;
        let mut keywords: Vec<Keyword> = Vec::new();
        let both = self.counts.iter().zip(in_against);
        for (unit, (&(count, articles), against)) in self.units.iter().zip(both) {
            let Some((against_count, against_articles)) = against else {
                continue;
            };
            let table = Contingency {
                here: count,
                of_here: here.tokens,
                there: against_count,
                of_there: there.tokens,
            };
            let log_likelihood = table.log_likelihood();
            if log_likelihood < options.least_likelihood {
                continue;
            }
            let rate = |count: u64, of: u64| count as f64 * 1e6 / of.max(1) as f64;
            keywords.push(Keyword {
                unit: written(lexicon, unit),
                syllables: unit.len(),
                count,
                articles,
                against_count,
                against_articles,
                per_million: rate(count, here.tokens),
                against_per_million: rate(against_count, there.tokens),
                log_likelihood,
                log_ratio: table.log_ratio(),
            });
        }
        keywords.sort_by(|a, b| {
            b.log_likelihood
                .total_cmp(&a.log_likelihood)
                .then_with(|| collation::compare(&a.unit, &b.unit))
        });
        keywords.truncate(options.most);
        Keywords {
            of: here,
            against: there,
            compared: compared as u64,
            keywords,
        }
    }
}

/// The occurrences of units in a text, given as runs of words, and its size.
#[derive(Clone)]
pub(crate) struct Tally {
    counter: Counter,
    portion: Portion,
    /// The number of the last article.
    last: u32,
}

impl Tally {
    /// For some units, whose words are among the first `known`.
    pub(crate) fn new(units: &[Unit], known: usize) -> Self {
        Self {
            counter: Counter::new(units, known),
            portion: Portion::default(),
            last: 0,
        }
    }

    /// Counts the units of a run of words of an article, which is named by a number above 0.
    pub(crate) fn add(&mut self, run: &[u32], article: u32) {
        self.counter.add(run, article);
        self.portion.tokens += run.len() as u64;
        self.portion.articles += u64::from(article != self.last);
        self.last = article;
    }

    /// Adds the occurrences of the same units in other articles.
    fn merge(&mut self, other: &Self) {
        self.counter.merge(&other.counter);
        self.portion.tokens += other.portion.tokens;
        self.portion.articles += other.portion.articles;
    }

    /// The occurrences and articles of each unit.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counter.counts()
    }

    /// The size of the text.
    pub(crate) fn portion(&self) -> Portion {
        self.portion
    }
}

/// The units that are characteristic of a text compared with another one; `tallies` are their
/// occurrences in both.
pub(crate) fn characteristic(
    lexicon: &Lexicon,
    units: &[Unit],
    [here, there]: [&Tally; 2],
    options: &KeywordOptions,
) -> Keywords {
    let counts = there.counter.counts().map(Some);
    // Of the units that are frequent enough in the first text.
    let is_frequent = here.counter.counts().map(|counts| options.admits(counts));
    let counts = counts.zip(is_frequent).filter(|&(_, frequent)| frequent);
    let counts = counts.map(|(counts, _)| counts).collect();
    let of = Counted::new(units, lexicon.keys().len(), here, options);
    of.keywords(lexicon, (counts, there.portion), units.len(), options)
}

/// Maximum number of articles in which units are discovered.
const MOST_SOURCES: usize = 1_000;
/// Minimum number of occurrences of an n-gram in a sample of articles. There are many rarer ones, which
/// take time and, by chance, seem to cohere.
const LEAST_IN_SAMPLE: u64 = 4;

/// Finds the units of some articles, of every n-th if there are many. Their passages end at
/// punctuation other than commas, and at the occurrences `apart`, which are in the order of
/// articles and text: the tokens there are not part of a unit.
pub(crate) fn discover(
    corpus: &dyn Corpus,
    lexicon: &mut Lexicon,
    articles: &[ArticleId],
    apart: &[Occurrence],
    least: u64,
) -> Result<Vec<Unit>> {
    let each = articles.len().div_ceil(MOST_SOURCES).max(1);
    let sources: Vec<ArticleId> = articles
        .iter()
        .copied()
        .skip(each - 1)
        .step_by(each)
        .collect();
    let read = by_ranges(corpus, &sources, LEAST_SHARE, |sources| {
        let mut lexicon = lexicon.clone();
        let passages = passages_of(corpus, &mut lexicon, sources, apart)?;
        Ok((passages, lexicon))
    });
    let mut read = read.into_iter();
    let Some(first) = read.next() else {
        return Ok(Vec::new());
    };
    let mut passages;
    (passages, *lexicon) = first?;
    for more in read {
        let (more, words) = more?;
        passages.append(&more, &lexicon.absorb(&words));
    }
    // Of every n-th article, an n-th of the positions.
    let least = if each > 1 {
        least.div_ceil(each as u64).max(LEAST_IN_SAMPLE)
    } else {
        least
    };
    Ok(passages.units(corpus, least))
}

/// The passages of some articles.
fn passages_of(
    corpus: &dyn Corpus,
    lexicon: &mut Lexicon,
    articles: &[ArticleId],
    apart: &[Occurrence],
) -> Result<Passages> {
    let mut passages = Passages::default();
    corpus.read_separators(articles, lexicon, &mut |article, tokens, separators| {
        let from = apart.partition_point(|place| place.article < article);
        let apart = apart.get(from..).unwrap_or_default().iter();
        let mut apart = apart
            .take_while(|place| place.article == article)
            .peekable();
        for (at, (&token, separator)) in (0..).zip(tokens.iter().zip(separators)) {
            while apart.next_if(|place| place.end <= at).is_some() {}
            let Some(word) = token.checked_sub(FIRST_WORD) else {
                passages.end();
                continue;
            };
            if apart.peek().is_some_and(|place| place.start <= at) {
                passages.end();
                continue;
            }
            match separator {
                Separator::Space => {}
                Separator::Comma => passages.comma(),
                Separator::Other => passages.end(),
            }
            passages.push(word);
        }
        passages.end();
        Ok(())
    })?;
    Ok(passages)
}

/// A unit in its plainest spelling.
pub(crate) fn written(lexicon: &Lexicon, unit: &[u32]) -> String {
    let words = unit.iter().filter_map(|&word| lexicon.key(word));
    words.map(write_out).collect::<Vec<_>>().join(" ")
}
