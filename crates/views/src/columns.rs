//! The keys by which matches are sorted and grouped.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use rustc_hash::FxHashMap;
use timbao_query::plan::Facet;
use timbao_tokenizer::{collation, write_out};

use crate::corpus::{ArticleId, Corpus, FIELD, FIRST_WORD, Occurrence, Result, Time, articles_of};
use crate::facets::FacetTable;
use crate::lexicon::Lexicon;
use crate::periods::By;

/// Tokens of context that can be sorted or grouped by, at most.
const MOST_TOKENS: u32 = 10;

/// A sort key of concordance lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortKey {
    /// This many tokens before the match, the nearest first.
    Left(u32),
    /// This many tokens after the match, the nearest first.
    Right(u32),
    /// The match.
    Match,
    /// Date of publication, the oldest first.
    Date,
    /// Date of publication, the latest first.
    DateDescending,
    /// Metadata, in the order of the alphabet.
    Facet(Facet),
}

/// A group key of concordance lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupKey {
    /// This many tokens before the match, together.
    Left(u32),
    /// This many tokens after the match, together.
    Right(u32),
    /// The match.
    Match,
    /// A period of the date of publication.
    Period(By),
    /// Metadata.
    Facet(Facet),
}

/// A key that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}")]
pub struct UnknownKey {
    expected: String,
}

impl UnknownKey {
    /// The error for a key that is not one of these.
    pub(crate) fn of(expected: String) -> Self {
        Self { expected }
    }

    /// The error for a key that is neither a number of tokens, one of `others`, nor a facet.
    fn new(others: &[&'static str]) -> Self {
        let context = ["left", "right (left:2 for two tokens)", "match"].into_iter();
        let others = others.iter().copied();
        let keys = context
            .chain(others)
            .chain(Facet::stated().map(Facet::name));
        let expected = keys.collect::<Vec<_>>().join(", ");
        Self { expected }
    }
}

impl FromStr for SortKey {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey::new(&["date", "-date"]);
        Ok(match text {
            "match" => Self::Match,
            "date" => Self::Date,
            "-date" => Self::DateDescending,
            _ => match context(text) {
                Some((true, n)) => Self::Left(n),
                Some((false, n)) => Self::Right(n),
                None => Self::Facet(facet(text).ok_or_else(unknown)?),
            },
        })
    }
}

impl FromStr for GroupKey {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey::new(&["day", "week", "month", "quarter", "year"]);
        Ok(match text {
            "match" => Self::Match,
            "day" => Self::Period(By::Day),
            "week" => Self::Period(By::Week),
            "month" => Self::Period(By::Month),
            "quarter" => Self::Period(By::Quarter),
            "year" => Self::Period(By::Year),
            _ => match context(text) {
                Some((true, n)) => Self::Left(n),
                Some((false, n)) => Self::Right(n),
                None => Self::Facet(facet(text).ok_or_else(unknown)?),
            },
        })
    }
}

impl GroupKey {
    /// The name of the key, without the number of tokens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left(_) => "left",
            Self::Right(_) => "right",
            Self::Match => "match",
            Self::Period(By::Day) => "day",
            Self::Period(By::Week) => "week",
            Self::Period(By::Month) => "month",
            Self::Period(By::Quarter) => "quarter",
            Self::Period(By::Year) => "year",
            Self::Facet(facet) => facet.name(),
        }
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left(n) | Self::Right(n) if *n > 1 => write!(f, "{}:{n}", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

/// `left`, `right:2` and the like: whether it is the left side, and how many.
fn context(text: &str) -> Option<(bool, u32)> {
    let (side, n) = text.split_once(':').unwrap_or((text, "1"));
    let n = n.parse().ok().filter(|n| (1..=MOST_TOKENS).contains(n))?;
    match side {
        "left" => Some((true, n)),
        "right" => Some((false, n)),
        _ => None,
    }
}

fn facet(text: &str) -> Option<Facet> {
    Facet::stated().find(|facet| facet.name() == text)
}

/// The tokens of an article before a place, the nearest first, within the
/// part of the text that the place is in.
pub(crate) fn before(tokens: &[u32], start: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
    let start = (start as usize).min(tokens.len());
    (0..start)
        .rev()
        .map(|at| (at, tokens[at]))
        .take_while(|&(_, token)| token != FIELD)
        .filter(|&(_, token)| token >= FIRST_WORD)
}

/// The tokens of an article after a place, the nearest first, within the
/// part of the text that the place is in.
pub(crate) fn after(tokens: &[u32], end: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
    let end = (end as usize).min(tokens.len());
    (end..tokens.len())
        .map(|at| (at, tokens[at]))
        .take_while(|&(_, token)| token != FIELD)
        .filter(|&(_, token)| token >= FIRST_WORD)
}

/// The position of each word in alphabetical order, by its number, among those that are `wanted`.
pub(crate) fn word_ranks(lexicon: &Lexicon, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    let words = (0..).zip(lexicon.keys());
    let (numbers, keys): (Vec<u32>, Vec<collation::Key>) = words
        .filter(|&(number, _)| wanted(number))
        .map(|(number, key)| (number, collation::Key::of(&write_out(key))))
        .unzip();
    let mut of_words = vec![0; lexicon.keys().len()];
    for (number, rank) in numbers.into_iter().zip(ranks(keys)) {
        of_words[number as usize] = rank;
    }
    of_words
}

/// The position of each value in alphabetical order, by its number.
fn value_ranks(names: &[String]) -> Vec<u32> {
    ranks(names.iter().map(|name| collation::Key::of(name)).collect())
}

fn ranks(keys: Vec<collation::Key>) -> Vec<u32> {
    let mut order: Vec<(collation::Key, usize)> = keys.into_iter().zip(0..).collect();
    order.sort_unstable();
    let mut ranks = vec![0; order.len()];
    for (rank, (_, number)) in (0..).zip(order) {
        ranks[number] = rank;
    }
    ranks
}

/// Sorts occurrences, which are in the order of articles; ties are ordered by date, then by
/// position.
///
/// # Errors
///
/// If the engine fails.
pub(crate) fn sort(
    corpus: &dyn Corpus,
    found: Vec<Occurrence>,
    keys: &[SortKey],
) -> Result<Vec<Occurrence>> {
    let columns: Vec<Column> = keys.iter().map(|&key| Column::of_sort(key)).collect();
    let mut table = Table::read(corpus, &found, &columns)?;
    table.rank();
    let mut order: Vec<(u32, (u32, u32))> = (0..)
        .zip(table.times_of(&found))
        .map(|(number, time)| (number, time.order()))
        .collect();
    order.sort_unstable_by(|(a, at), (b, bt)| {
        table
            .row(*a)
            .cmp(table.row(*b))
            .then_with(|| at.cmp(bt))
            .then_with(|| found[*a as usize].cmp(&found[*b as usize]))
    });
    Ok(order.into_iter().map(|(i, _)| found[i as usize]).collect())
}

/// A group of occurrences: its values as they are shown, the number of occurrences, and of
/// articles.
pub(crate) type Counted = (Vec<Option<String>>, u64, u64);

/// Counts occurrences by keys, the most common group first. The occurrences are in the order of
/// articles.
///
/// # Errors
///
/// If the engine fails.
pub(crate) fn group(
    corpus: &dyn Corpus,
    found: &[Occurrence],
    keys: &[GroupKey],
) -> Result<Vec<Counted>> {
    let columns: Vec<Column> = keys.iter().map(|&key| Column::of_group(key)).collect();
    let table = Table::read(corpus, found, &columns)?;
    // Occurrences, articles, and the article that was counted last.
    let mut counts: FxHashMap<&[u64], (u64, u64, Option<ArticleId>)> = FxHashMap::default();
    for (number, occurrence) in (0..).zip(found) {
        let count = counts.entry(table.row(number)).or_default();
        count.0 += 1;
        let last = count.2.replace(occurrence.article);
        count.1 += u64::from(last != Some(occurrence.article));
    }
    let mut groups: Vec<Counted> = counts
        .into_iter()
        .map(|(row, (matches, articles, _))| (table.write(row), matches, articles))
        .collect();
    let order = |values: &[Option<String>]| -> Vec<Option<collation::Key>> {
        let values = values.iter().map(Option::as_deref);
        values.map(|value| value.map(collation::Key::of)).collect()
    };
    groups.sort_by_cached_key(|group| (Reverse(group.1), order(&group.0)));
    Ok(groups)
}

/// A column of a table; columns of tokens are as wide as their maximum.
#[derive(Clone, Copy)]
enum Column {
    Left(usize),
    Right(usize),
    Match,
    Time { descending: bool },
    Period(By),
    Facet(Facet),
}

/// Tokens of a match that are compared, at most.
const MATCH_TOKENS: usize = 8;

impl Column {
    fn of_sort(key: SortKey) -> Self {
        match key {
            SortKey::Left(n) => Self::Left(n.min(MOST_TOKENS) as usize),
            SortKey::Right(n) => Self::Right(n.min(MOST_TOKENS) as usize),
            SortKey::Match => Self::Match,
            SortKey::Date => Self::Time { descending: false },
            SortKey::DateDescending => Self::Time { descending: true },
            SortKey::Facet(facet) => Self::Facet(facet),
        }
    }

    fn of_group(key: GroupKey) -> Self {
        match key {
            GroupKey::Left(n) => Self::Left(n.min(MOST_TOKENS) as usize),
            GroupKey::Right(n) => Self::Right(n.min(MOST_TOKENS) as usize),
            GroupKey::Match => Self::Match,
            GroupKey::Period(by) => Self::Period(by),
            GroupKey::Facet(facet) => Self::Facet(facet),
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Left(n) | Self::Right(n) => n,
            Self::Match => MATCH_TOKENS,
            _ => 1,
        }
    }

    fn has_words(self) -> bool {
        matches!(self, Self::Left(_) | Self::Right(_) | Self::Match)
    }
}

/// Rows of numbers, one for each occurrence: numbers of words and values plus one, 0 for none.
struct Table {
    columns: Vec<Column>,
    stride: usize,
    cells: Vec<u64>,
    lexicon: Lexicon,
    facets: Vec<Option<FacetTable>>,
    /// The articles of the occurrences, and their times.
    times: Vec<(ArticleId, Time)>,
}

impl Table {
    /// Fills the table; the occurrences are in the order of articles.
    fn read(corpus: &dyn Corpus, found: &[Occurrence], columns: &[Column]) -> Result<Self> {
        let articles = articles_of(found);
        let facets = columns.iter().map(|column| match column {
            Column::Facet(facet) => FacetTable::read(corpus, *facet, &articles).map(Some),
            _ => Ok(None),
        });
        let times = corpus.times(&articles)?;
        let mut table = Self {
            columns: columns.to_vec(),
            stride: columns.iter().map(|c| c.width()).sum(),
            cells: Vec::new(),
            lexicon: Lexicon::new(),
            facets: facets.collect::<Result<_>>()?,
            times: articles.iter().copied().zip(times).collect(),
        };
        table.cells = vec![0; table.stride * found.len()];
        if columns.iter().any(|c| c.has_words()) {
            table.fill_words(corpus, found, &articles)?;
        }
        table.fill_metadata(found);
        Ok(table)
    }

    fn fill_words(
        &mut self,
        corpus: &dyn Corpus,
        found: &[Occurrence],
        articles: &[ArticleId],
    ) -> Result<()> {
        let (columns, stride) = (&self.columns, self.stride);
        let mut rows = found
            .iter()
            .zip(self.cells.chunks_exact_mut(stride))
            .peekable();
        corpus.read_tokens(articles, &mut self.lexicon, &mut |article, tokens| {
            while let Some((place, row)) = rows.next_if(|(o, _)| o.article == article) {
                let mut at = 0;
                for column in columns {
                    let cells = &mut row[at..at + column.width()];
                    at += column.width();
                    let mut fill = |tokens: &mut dyn Iterator<Item = u32>| {
                        for (cell, token) in cells.iter_mut().zip(tokens) {
                            *cell = u64::from(token - FIRST_WORD) + 1;
                        }
                    };
                    match column {
                        Column::Left(_) => fill(&mut before(tokens, place.start).map(|(_, t)| t)),
                        Column::Right(_) => fill(&mut after(tokens, place.end).map(|(_, t)| t)),
                        Column::Match => {
                            let range = place.start as usize..place.end as usize;
                            let matched = tokens.get(range).unwrap_or_default().iter().copied();
                            fill(&mut matched.filter(|&t| t >= FIRST_WORD));
                        }
                        _ => {}
                    }
                }
            }
            Ok(())
        })
    }

    fn fill_metadata(&mut self, found: &[Occurrence]) {
        let mut index = 0;
        if self.stride == 0 {
            return;
        }
        for (place, row) in found.iter().zip(self.cells.chunks_exact_mut(self.stride)) {
            while self
                .times
                .get(index)
                .is_some_and(|(a, _)| *a < place.article)
            {
                index += 1;
            }
            let Some((_, time)) = self.times.get(index) else {
                break;
            };
            let mut at = 0;
            for (column, facet) in self.columns.iter().zip(&self.facets) {
                let cell = at;
                at += column.width();
                row[cell] = match column {
                    Column::Time { descending } => u64::from(match (time.order().0, descending) {
                        (u32::MAX, _) => u32::MAX,
                        (order, true) => u32::MAX - 1 - order,
                        (order, false) => order,
                    }),
                    Column::Period(by) => {
                        time.day.and_then(|day| by.start(day)).map_or(0, |start| {
                            u64::from(start.wrapping_sub(i32::MIN) as u32) + 1
                        })
                    }
                    Column::Facet(_) => facet
                        .as_ref()
                        .and_then(|table| *table.numbers.get(index)?)
                        .map_or(0, |number| u64::from(number) + 1),
                    _ => continue,
                };
            }
        }
    }

    /// The time of each occurrence's article; occurrences are in the order of articles.
    fn times_of<'t>(&'t self, found: &'t [Occurrence]) -> impl Iterator<Item = Time> + 't {
        let mut index = 0;
        found.iter().map_while(move |place| {
            while self.times.get(index)?.0 < place.article {
                index += 1;
            }
            self.times.get(index).map(|(_, time)| *time)
        })
    }

    fn row(&self, place: u32) -> &[u64] {
        let start = place as usize * self.stride;
        self.cells
            .get(start..start + self.stride)
            .unwrap_or_default()
    }

    /// Replaces numbers by places in the order of the alphabet.
    fn rank(&mut self) {
        let ranks = word_ranks(&self.lexicon, |_| true);
        let mut at = 0;
        for (column, facet) in self.columns.iter().zip(&self.facets) {
            let ranks = match facet {
                Some(values) => Some(value_ranks(&values.names)),
                None if column.has_words() => None,
                None => {
                    at += column.width();
                    continue;
                }
            }
            .unwrap_or_else(|| ranks.clone());
            let rows = self.cells.chunks_exact_mut(self.stride.max(1));
            for cell in rows.flat_map(|row| &mut row[at..at + column.width()]) {
                if let Some(rank) = cell.checked_sub(1).and_then(|n| ranks.get(n as usize)) {
                    *cell = u64::from(*rank) + 1;
                } else if facet.is_some() {
                    // Articles without a value come last, missing tokens first.
                    *cell = u64::MAX;
                }
            }
            at += column.width();
        }
    }

    /// The values of a row that was not ranked.
    fn write(&self, row: &[u64]) -> Vec<Option<String>> {
        let mut at = 0;
        let mut values = Vec::with_capacity(self.columns.len());
        for (column, facet) in self.columns.iter().zip(&self.facets) {
            let cells = row.get(at..at + column.width()).unwrap_or_default();
            at += column.width();
            let first = cells.first().copied().unwrap_or(0).checked_sub(1);
            values.push(match (column, facet) {
                (Column::Period(by), _) => first.map(|start| {
                    by.period((start as u32).wrapping_add(i32::MIN as u32) as i32)
                        .period
                }),
                (_, Some(facet)) => first.and_then(|n| facet.names.get(n as usize).cloned()),
                _ => {
                    let mut words: Vec<String> = cells
                        .iter()
                        .filter_map(|cell| self.lexicon.key(cell.checked_sub(1)? as u32))
                        .map(write_out)
                        .collect();
                    if matches!(column, Column::Left(_)) {
                        words.reverse();
                    }
                    (!words.is_empty()).then(|| words.join(" "))
                }
            });
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupKey, SortKey};

    #[test]
    fn keys_read_what_they_write() {
        for text in ["left", "left:3", "right", "match", "week", "source"] {
            let key: GroupKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        assert_eq!("-date".parse(), Ok(SortKey::DateDescending));
        for wrong in ["", "left:0", "left:99", "left:x", "relevance"] {
            assert!(wrong.parse::<SortKey>().is_err(), "{wrong}");
            assert!(wrong.parse::<GroupKey>().is_err(), "{wrong}");
        }
    }
}
