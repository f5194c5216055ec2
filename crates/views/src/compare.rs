//! Two queries side by side: counts, common articles, trends, and the words near each of them.

use serde::Serialize;
use timbao_query::plan::Plan;

use crate::collocates::{CollocateOptions, tally_windows, within};
use crate::corpus::{ArticleId, Corpus, Occurrence, Result, articles_of};
use crate::keywords::{Keyword, KeywordOptions, Tally, characteristic, discover};
use crate::lexicon::Lexicon;
use crate::measures::Contingency;
use crate::periods::By;
use crate::texts::Count;
use crate::trends::{Trends, TrendsOptions, TrendsQuery, trends};
use crate::units::Unit;

/// How two queries are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// The length of a period of the trends.
    pub by: By,
    /// The windows around the matches. Only the sizes have an effect.
    pub windows: CollocateOptions,
    /// How the words near the matches are chosen.
    pub collocates: KeywordOptions,
    /// The articles that are counted: all, or the first publication of each text.
    pub count: Count,
    /// Today, as in [`TrendsOptions::today`].
    pub today: Option<i32>,
}

impl Default for CompareOptions {
    /// By month; twenty collocates of each query, with the defaults of collocates and keywords.
    fn default() -> Self {
        Self {
            by: By::Month,
            windows: CollocateOptions::default(),
            collocates: KeywordOptions {
                most: 20,
                ..KeywordOptions::default()
            },
            count: Count::Publications,
            today: None,
        }
    }
}

/// Two queries, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Number of articles that were counted.
    pub of_articles: u64,
    /// Number of their tokens.
    pub of_tokens: u64,
    /// The counts of both queries.
    pub queries: [ComparedQuery; 2],
    /// Log-likelihood G² of the numbers of matches (Dunning 1993); negative if the first query has
    /// fewer.
    pub log_likelihood: f64,
    /// Log Ratio of the numbers of matches (Hardie 2014): 1 if the first has twice as many.
    pub log_ratio: f64,
    /// The articles that both match.
    pub overlap: Overlap,
    /// Both queries over time.
    pub trends: Trends,
    /// For each query, the words that are more frequent near its matches than near those of the
    /// other.
    pub collocates: [Vec<Keyword>; 2],
}

/// The counts of one of two queries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedQuery {
    /// The query.
    pub query: String,
    /// Number of matches.
    pub matches: u64,
    /// Number of articles with a match.
    pub articles: u64,
    /// Matches per million tokens.
    pub per_million_tokens: Option<f64>,
    /// Articles per thousand articles.
    pub per_thousand_articles: Option<f64>,
}

/// The common articles of two queries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overlap {
    /// Number of articles that match both queries.
    pub both: u64,
    /// Number of articles that match the first query only.
    pub only_first: u64,
    /// Number of articles that match the second query only.
    pub only_second: u64,
    /// Number of articles that would match both if the queries were independent.
    pub expected: f64,
    /// Jaccard index (1901): the share of the articles with both among those with any.
    pub jaccard: f64,
    /// Log-likelihood G² of the association; negative if fewer articles match both than expected.
    pub log_likelihood: f64,
}

/// Compares two queries among the articles that `base` matches.
///
/// # Errors
///
/// If the engine fails.
pub fn compare_queries(
    corpus: &dyn Corpus,
    queries: &[TrendsQuery; 2],
    base: &Plan,
    options: &CompareOptions,
) -> Result<Comparison> {
    let over_time = TrendsOptions {
        by: Some(options.by),
        count: options.count,
        today: options.today,
        ..TrendsOptions::default()
    };
    let trends = trends(corpus, queries, base, &over_time)?;
    let articles = options.count.articles(corpus, corpus.candidates(base)?)?;
    let matching = |query: &TrendsQuery| -> Result<Vec<ArticleId>> {
        let mut matching = corpus.candidates(&query.plan)?;
        matching.retain(|article| articles.binary_search(article).is_ok());
        Ok(matching)
    };
    let [first, second] = queries;
    let overlap = Overlap::of(&matching(first)?, &matching(second)?, articles.len() as u64);
    let places = |query: &TrendsQuery| -> Result<Vec<Occurrence>> {
        match query.plan.leaves().is_empty() {
            true => Ok(Vec::new()),
            false => Ok(within(corpus.occurrences(&query.plan)?, &articles)),
        }
    };
    let (near_first, near_second) = (places(first)?, places(second)?);
    let collocates = distinctive(corpus, [&near_first, &near_second], options)?;
    let totals = [0, 1].map(|number| trends.series.get(number).map(|series| series.total));
    let [first_total, second_total] = totals.map(Option::unwrap_or_default);
    let matches = Contingency {
        here: first_total.matches,
        of_here: first_total.of_tokens,
        there: second_total.matches,
        of_there: second_total.of_tokens,
    };
    let counted = |query: &TrendsQuery, total: &crate::trends::TrendPoint| ComparedQuery {
        query: query.name.clone(),
        matches: total.matches,
        articles: total.articles,
        per_million_tokens: total.per_million_tokens,
        per_thousand_articles: total.per_thousand_articles,
    };
    Ok(Comparison {
        of_articles: first_total.of_articles,
        of_tokens: first_total.of_tokens,
        queries: [counted(first, &first_total), counted(second, &second_total)],
        log_likelihood: matches.log_likelihood(),
        log_ratio: matches.log_ratio(),
        overlap,
        trends,
        collocates,
    })
}

/// For each of two lists of matches, the words that are more frequent near them than near the
/// others. The windows around all matches are read once.
fn distinctive(
    corpus: &dyn Corpus,
    near: [&[Occurrence]; 2],
    options: &CompareOptions,
) -> Result<[Vec<Keyword>; 2]> {
    let mut lexicon = Lexicon::new();
    let least = options.collocates.least;
    let [first, second] = near;
    let units = [
        discover(corpus, &mut lexicon, &articles_of(first), first, least)?,
        discover(corpus, &mut lexicon, &articles_of(second), second, least)?,
    ];
    let known = lexicon.keys().len();
    // By list of matches: the units of both lists near these.
    let mut tallies = near.map(|_| units.each_ref().map(|units| Tally::new(units, known)));
    for (places, tallies) in near.iter().zip(&mut tallies) {
        tally_windows(corpus, &lexicon, places, &options.windows, tallies)?;
    }
    let [[first_here, second_there], [first_there, second_here]] = &tallies;
    let [first, second] = &units;
    let found = |units: &[Unit], here, there| {
        characteristic(&lexicon, units, [here, there], &options.collocates).keywords
    };
    Ok([
        found(first, first_here, first_there),
        found(second, second_here, second_there),
    ])
}

impl Overlap {
    /// The overlap of two ascending lists, among this number of articles.
    fn of(first: &[ArticleId], second: &[ArticleId], all: u64) -> Self {
        let common = first
            .iter()
            .filter(|article| second.binary_search(article).is_ok());
        let both = common.count() as u64;
        let (first, second) = (first.len() as u64, second.len() as u64);
        let table = Contingency {
            here: both,
            of_here: first,
            there: second - both,
            of_there: all.saturating_sub(first),
        };
        let any = first + second - both;
        Self {
            both,
            only_first: first - both,
            only_second: second - both,
            expected: table.expected(),
            jaccard: both as f64 / any.max(1) as f64,
            log_likelihood: table.log_likelihood(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ViewId;

    #[test]
    fn overlaps_are_those_of_sets() {
        let ids = |ids: &[u32]| {
            let ids = ids.iter();
            ids.map(|&id| ArticleId::new(id, ViewId(1)))
                .collect::<Vec<_>>()
        };
        let overlap = Overlap::of(&ids(&[1, 2, 3, 4]), &ids(&[3, 4, 5]), 12);
        assert_eq!(
            (overlap.both, overlap.only_first, overlap.only_second),
            (2, 2, 1)
        );
        assert!((overlap.expected - 1.0).abs() < 1e-9 && (overlap.jaccard - 0.4).abs() < 1e-9);
        assert!(overlap.log_likelihood > 0.0);
        let apart = Overlap::of(&ids(&[1, 2]), &ids(&[3, 4]), 4);
        assert!(apart.jaccard == 0.0 && apart.log_likelihood < 0.0);
        let none = Overlap::of(&[], &[], 0);
        assert!(none.jaccard == 0.0 && none.log_likelihood == 0.0 && none.expected == 0.0);
    }
}
