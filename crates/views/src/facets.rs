//! Counts by metadata.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;
use serde::Serialize;
use smallvec::SmallVec;
use timbao_articles::Article;
use timbao_query::plan::Facet;
use timbao_tokenizer::{Keys, collation, scan};

use crate::corpus::{ArticleId, Corpus, Result};

/// All matches of a plan, counted by the values of facets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// The number of articles that match.
    pub total: u64,
    /// The counts, in the order of the request.
    pub facets: Vec<FacetCounts>,
}

/// The matches of a plan, counted by the values of one facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// Every value that a match has: the most common first, but periods in chronological order.
    pub values: Vec<FacetCount>,
    /// The number of matches without a value.
    pub unknown: u64,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// The value in its most common spelling: values that differ only in case, punctuation,
    /// encoding or the position of a tone mark are one.
    pub value: String,
    /// The number of matches that have it.
    pub articles: u64,
}

impl FacetCount {
    /// The [`facet_key`] of the value, which is the same in every search.
    pub fn key(&self) -> String {
        facet_key(&self.value)
    }
}

/// Returns the value of a facet that an article states, `None` for periods.
pub fn facet_value(article: &Article, facet: Facet) -> Option<&str> {
    match facet {
        Facet::Section => article.section.as_deref(),
        Facet::Place => article.place.as_deref(),
        Facet::Agency => article.agency.as_deref(),
        Facet::Author => article.author.as_deref(),
        Facet::Source => article.source.as_deref(),
        Facet::Collection => article.collection.as_deref(),
        Facet::Year | Facet::Month => None,
    }
}

/// The columns of a table that counts several queries by the values of one facet.
#[derive(Debug, Clone)]
pub struct FacetMatrix {
    values: Vec<String>,
    /// The column of each value by its key.
    columns: FxHashMap<String, usize>,
}

impl FacetMatrix {
    /// A column for each value of `all`, which counts the articles of all queries.
    pub fn new(all: &FacetCounts) -> Self {
        let keys = all.values.iter().map(FacetCount::key);
        Self {
            columns: keys.zip(0..).collect(),
            values: all.values.iter().map(|value| value.value.clone()).collect(),
        }
    }

    /// The values, one a column.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The number of articles in each column; values without a column are omitted.
    pub fn row(&self, counts: &FacetCounts) -> Vec<u64> {
        let mut cells = vec![0; self.values.len()];
        for value in &counts.values {
            let column = self.columns.get(&value.key());
            if let Some(cell) = column.and_then(|&column| cells.get_mut(column)) {
                *cell = value.articles;
            }
        }
        cells
    }
}

/// Returns the key that all spellings of a value share: the exact keys of its words.
pub fn facet_key(value: &str) -> String {
    let mut keys = Keys::new();
    let mut key = String::with_capacity(value.len());
    for token in scan(value) {
        keys.set(value.get(token.start..token.end).unwrap_or_default());
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(keys.exact());
    }
    if key.is_empty() {
        value.to_owned()
    } else {
        key
    }
}

/// Counts of a facet, from the spellings of its values with their [`facet_key`]s and numbers of
/// articles: most common first, equally common values in alphabetical order, but periods in
/// chronological order. A spelling may be passed several times.
pub fn facet_counts<'s>(
    facet: Facet,
    spellings: impl IntoIterator<Item = (&'s str, &'s str, u64)>,
) -> Vec<FacetCount> {
    let mut by_key: FxHashMap<&str, SmallVec<[SpellingCount<'_>; 1]>> = FxHashMap::default();
    for (key, text, count) in spellings {
        let known = by_key.entry(key).or_default();
        match known.iter_mut().find(|(other, _)| *other == text) {
            Some((_, articles)) => *articles += count,
            None => known.push((text, count)),
        }
    }
    let counts = by_key.iter().filter_map(|(key, spellings)| {
        let articles: u64 = spellings.iter().map(|&(_, count)| count).sum();
        shown_spelling(spellings.iter().copied()).map(|text| (*key, text, articles))
    });
    let mut counts: Vec<(&str, &str, u64)> = counts.collect();
    match facet.is_period() {
        true => counts.sort_unstable(),
        false => counts.sort_by_cached_key(|&(key, text, articles)| {
            (Reverse(articles), collation::Key::of(text), key)
        }),
    }
    let counts = counts.into_iter().map(|(_, value, articles)| FacetCount {
        value: value.to_owned(),
        articles,
    });
    counts.collect()
}

/// A spelling and its number of articles.
pub type SpellingCount<'s> = (&'s str, u64);

/// Returns the spelling by which a value is shown: the most common one.
pub fn shown_spelling<'s>(
    spellings: impl IntoIterator<Item = SpellingCount<'s>>,
) -> Option<&'s str> {
    let spellings = spellings.into_iter();
    spellings
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
        .map(|(spelling, _)| spelling)
}

/// The values of a facet for some articles; spellings of one value are one.
#[derive(Debug)]
pub(crate) struct FacetTable {
    /// The values by their numbers.
    pub(crate) names: Vec<String>,
    /// The number of each article's value, parallel to the articles.
    pub(crate) numbers: Vec<Option<u32>>,
}

impl FacetTable {
    /// Reads the values of a facet.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub(crate) fn read(corpus: &dyn Corpus, facet: Facet, articles: &[ArticleId]) -> Result<Self> {
        let column = corpus.facet_values(facet, articles)?;
        let mut counts = vec![0u64; column.spellings.len()];
        for &value in column.values.iter().flatten() {
            if let Some(count) = counts.get_mut(value as usize) {
                *count += 1;
            }
        }
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        let mut values: Vec<Vec<SpellingCount<'_>>> = Vec::new();
        let spellings = column.spellings.iter().zip(counts);
        let merged: Vec<u32> = spellings
            .map(|(spelling, count)| {
                let number = *known.entry(facet_key(spelling)).or_insert(values.len());
                if number == values.len() {
                    values.push(Vec::new());
                }
                values[number].push((spelling, count));
                number as u32
            })
            .collect();
        let names = values
            .into_iter()
            .map(|spellings| shown_spelling(spellings).unwrap_or_default().to_owned());
        let numbers = column.values.iter();
        Ok(Self {
            names: names.collect(),
            numbers: numbers
                .map(|value| merged.get((*value)? as usize).copied())
                .collect(),
        })
    }
}
