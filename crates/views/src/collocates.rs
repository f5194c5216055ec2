//! Collocates: words near the matches of a query.

use serde::Serialize;
use timbao_query::plan::Plan;
use timbao_tokenizer::collation;

use crate::corpus::{ArticleId, Corpus, FIRST_WORD, Occurrence, Result, articles_of};
use crate::keywords::{
    KeywordOptions, Keywords, OnRun, Tally, compare, discover, tally, tally_paragraphs, written,
};
use crate::lexicon::Lexicon;
use crate::measures::{Contingency, log_dice};
use crate::texts::Count;
use crate::totals::best_totals;
use crate::units::Unit;

/// How collocates are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CollocateOptions {
    /// Tokens before a match that are near.
    pub left: u32,
    /// Size of the window after a match, in tokens.
    pub right: u32,
    /// Minimum number of occurrences near a match.
    pub least: u64,
    /// The order of the collocates.
    pub sort: CollocateSort,
    /// Maximum number of collocates.
    pub most: usize,
    /// The articles that are counted: all, or the first publication of each text.
    pub count: Count,
}

/// The order of collocates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CollocateSort {
    /// Log-likelihood: the significance of the association. Favours frequent
    /// units.
    #[default]
    LogLikelihood,
    /// logDice: how exclusive the association is. Independent of the size of the index.
    LogDice,
    /// Mutual information. Favours rare units.
    MutualInformation,
    /// The number of occurrences.
    Count,
}

impl Default for CollocateOptions {
    /// Fifty units within five tokens on each side, at least five times, by log-likelihood.
    fn default() -> Self {
        Self {
            left: 5,
            right: 5,
            least: 5,
            sort: CollocateSort::LogLikelihood,
            most: 50,
            count: Count::Publications,
        }
    }
}

/// The collocates of a query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collocates {
    /// Number of matches.
    pub matches: u64,
    /// Tokens near a match; one that is near two counts once.
    pub window_tokens: u64,
    /// All tokens of the articles that were counted.
    pub of_tokens: u64,
    /// All these articles.
    pub of_articles: u64,
    /// Number of units that were compared.
    pub compared: u64,
    /// The collocates in the requested order.
    pub collocates: Vec<Collocate>,
}

/// A unit that occurs near a query more often than elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collocate {
    /// The syllable, or the word of several syllables.
    pub unit: String,
    /// Number of syllables.
    pub syllables: usize,
    /// Occurrences near a match.
    pub near: u64,
    /// In how many articles it does.
    pub articles: u64,
    /// All occurrences.
    pub count: u64,
    /// Expected occurrences near a match if the unit were independent of the
    /// query.
    pub expected: f64,
    /// Log-likelihood G² (Dunning 1993).
    pub log_likelihood: f64,
    /// logDice (Rychlý 2008).
    pub log_dice: f64,
    /// Mutual information (Church & Hanks 1990).
    pub mutual_information: f64,
}

/// Finds the collocates of a plan, which [`Request::view_plan`](timbao_query::Request::view_plan) made, among the articles that `base`
/// matches.
///
/// A token is near a match within the window, in the same paragraph, and
/// outside all matches. Only units with more occurrences than expected are
/// returned.
///
/// # Errors
///
/// If the engine fails.
pub fn collocates(
    corpus: &dyn Corpus,
    plan: &Plan,
    base: &Plan,
    options: &CollocateOptions,
) -> Result<Collocates> {
    let base = options.count.articles(corpus, corpus.candidates(base)?)?;
    let places = within(corpus.occurrences(plan)?, &base);
    let mut lexicon = Lexicon::new();
    let sources = articles_of(&places);
    let units = discover(corpus, &mut lexicon, &sources, &places, options.least)?;
    let mut in_windows = [Tally::new(&units, lexicon.keys().len())];
    tally_windows(corpus, &lexicon, &places, options, &mut in_windows)?;
    let [in_windows] = in_windows;
    let window_tokens = in_windows.portion().tokens;
    let compared = units.len() as u64;
    let frequent = units.into_iter().zip(in_windows.counts());
    let (units, near): (Vec<Unit>, Vec<(u64, u64)>) = frequent
        .filter(|&(_, (near, _))| near >= options.least)
        .unzip();
    let matches = places.len() as u64;
    let measures = Measures {
        matches,
        window_tokens,
        sort: options.sort,
        most: options.most,
    };
    let (everywhere, of_tokens) = everywhere(corpus, &lexicon, &units, &near, &base, &measures)?;
    let mut collocates: Vec<Collocate> = units
        .iter()
        .zip(near.into_iter().zip(everywhere))
        .filter_map(|(unit, ((near, articles), all))| {
            let all = all?;
            let table = measures.table(near, all, of_tokens);
            let collocate = Collocate {
                unit: written(&lexicon, unit),
                syllables: unit.len(),
                near,
                articles,
                count: all,
                expected: table.expected(),
                log_likelihood: table.log_likelihood(),
                log_dice: log_dice(near, matches, all),
                mutual_information: table.mutual_information(),
            };
            Some(collocate).filter(|collocate| collocate.log_likelihood > 0.0)
        })
        .collect();
    sort(&mut collocates, options.sort);
    collocates.truncate(options.most);
    Ok(Collocates {
        matches,
        window_tokens,
        of_tokens,
        of_articles: base.len() as u64,
        compared,
        collocates,
    })
}

/// What the measures of all collocates have in common.
struct Measures {
    matches: u64,
    window_tokens: u64,
    sort: CollocateSort,
    most: usize,
}

impl Measures {
    fn table(&self, near: u64, all: u64, of_tokens: u64) -> Contingency {
        Contingency {
            here: near,
            of_here: self.window_tokens,
            there: all.saturating_sub(near),
            of_there: of_tokens.saturating_sub(self.window_tokens),
        }
    }

    /// The value that collocates are sorted by, if the unit is more frequent near the matches.
    fn value(&self, near: u64, all: u64, of_tokens: u64) -> Option<f64> {
        let all = all.max(near);
        let table = self.table(near, all, of_tokens);
        let log_likelihood = Some(table.log_likelihood()).filter(|&found| found > 0.0)?;
        Some(match self.sort {
            CollocateSort::LogLikelihood => log_likelihood,
            CollocateSort::LogDice => log_dice(near, self.matches, all),
            CollocateSort::MutualInformation => table.mutual_information(),
            CollocateSort::Count => near as f64,
        })
    }
}

/// The occurrences of units in some articles, and the tokens of these. `None` for units that
/// cannot be among the collocates.
fn everywhere(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    units: &[Unit],
    near: &[(u64, u64)],
    articles: &[ArticleId],
    measures: &Measures,
) -> Result<(Vec<Option<u64>>, u64)> {
    let size = corpus.size();
    if articles.len() as u64 == size.articles && corpus.keeps_counts() {
        let value = |number: usize, all: u64| {
            let &(near, _) = near.get(number)?;
            measures.value(near, all, size.tokens)
        };
        let counts = best_totals(corpus, lexicon, units, measures.most, value)?;
        let counts = counts.iter().map(|count| Some((*count)?.positions));
        return Ok((counts.collect(), size.tokens));
    }
    let mut tallies = [Tally::new(units, lexicon.keys().len())];
    tally_paragraphs(corpus, lexicon, articles, &mut tallies)?;
    let [tally] = tallies;
    let counts = tally.counts().map(|(count, _)| Some(count));
    Ok((counts.collect(), tally.portion().tokens))
}

/// Finds the collocates of a plan in the articles that `of` matches, compared with those that
/// `against` matches: two periods, or two sections.
///
/// # Errors
///
/// If the engine fails.
pub fn compare_collocates(
    corpus: &dyn Corpus,
    plan: &Plan,
    [of, against]: [&Plan; 2],
    windows: &CollocateOptions,
    options: &KeywordOptions,
) -> Result<Keywords> {
    let places = corpus.occurrences(plan)?;
    let counted = |plan| options.count.articles(corpus, corpus.candidates(plan)?);
    let of = within(places.clone(), &counted(of)?);
    let against = within(places, &counted(against)?);
    let mut lexicon = Lexicon::new();
    let units = discover(corpus, &mut lexicon, &articles_of(&of), &of, options.least)?;
    compare(
        &lexicon,
        &units,
        |tallies| tally_windows(corpus, &lexicon, &of, windows, tallies),
        |counted| {
            counted.again(|tallies| tally_windows(corpus, &lexicon, &against, windows, tallies))
        },
        options,
    )
}

fn sort(collocates: &mut [Collocate], by: CollocateSort) {
    let value = |c: &Collocate| match by {
        CollocateSort::LogLikelihood => c.log_likelihood,
        CollocateSort::LogDice => c.log_dice,
        CollocateSort::MutualInformation => c.mutual_information,
        CollocateSort::Count => c.near as f64,
    };
    collocates.sort_by(|a, b| {
        value(b)
            .total_cmp(&value(a))
            .then_with(|| b.log_likelihood.total_cmp(&a.log_likelihood))
            .then_with(|| collation::compare(&a.unit, &b.unit))
    });
}

/// The occurrences in some articles.
pub(crate) fn within(mut places: Vec<Occurrence>, articles: &[ArticleId]) -> Vec<Occurrence> {
    places.retain(|place| articles.binary_search(&place.article).is_ok());
    places
}

/// Counts units near the matches.
pub(crate) fn tally_windows(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    places: &[Occurrence],
    options: &CollocateOptions,
    tallies: &mut [Tally],
) -> Result<()> {
    let articles = articles_of(places);
    tally(
        corpus,
        lexicon,
        &articles,
        tallies,
        |lexicon, articles, f| {
            let (Some(first), Some(last)) = (articles.first(), articles.last()) else {
                return Ok(());
            };
            let start = places.partition_point(|place| place.article < *first);
            let end = places.partition_point(|place| place.article <= *last);
            let places = places.get(start..end).unwrap_or_default();
            each_window(corpus, lexicon, places, options, f)
        },
    )
}

/// Calls back with every run of tokens near a match.
fn each_window(
    corpus: &dyn Corpus,
    lexicon: &mut Lexicon,
    places: &[Occurrence],
    options: &CollocateOptions,
    f: OnRun<'_>,
) -> Result<()> {
    let mut is_near: Vec<bool> = Vec::new();
    let mut run: Vec<u32> = Vec::new();
    let mut same = (1..).zip(places.chunk_by(|a, b| a.article == b.article));
    corpus.read_tokens(&articles_of(places), lexicon, &mut |_, tokens| {
        let Some((number, here)) = same.next() else {
            return Ok(());
        };
        mark_windows(here, tokens, options, &mut is_near);
        for (&token, near) in tokens.iter().zip(&is_near) {
            match token.checked_sub(FIRST_WORD).filter(|_| *near) {
                Some(word) => run.push(word),
                None if !run.is_empty() => {
                    f(&run, number);
                    run.clear();
                }
                None => {}
            }
        }
        if !run.is_empty() {
            f(&run, number);
            run.clear();
        }
        Ok(())
    })
}

/// Marks the tokens of an article that are near a match and not part of one.
fn mark_windows(
    here: &[Occurrence],
    tokens: &[u32],
    options: &CollocateOptions,
    is_near: &mut Vec<bool>,
) {
    is_near.clear();
    is_near.resize(tokens.len(), false);
    for place in here {
        let start = (place.start as usize).min(tokens.len());
        let end = (place.end as usize).min(tokens.len());
        let before = (0..start).rev().take(options.left as usize);
        for at in before.take_while(|&at| tokens[at] >= FIRST_WORD) {
            is_near[at] = true;
        }
        let after = (end..tokens.len()).take(options.right as usize);
        for at in after.take_while(|&at| tokens[at] >= FIRST_WORD) {
            is_near[at] = true;
        }
    }
    for place in here {
        let range = place.start as usize..place.end as usize;
        if let Some(matched) = is_near.get_mut(range) {
            matched.fill(false);
        }
    }
}
