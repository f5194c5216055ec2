//! What matches are sorted and grouped by.

use std::fmt;
use std::str::FromStr;

use rustc_hash::FxHashMap;
use timbao_query::plan::Facet;
use timbao_tokenizer::write_out;

use crate::error::Result;
use crate::search::Searcher;
use crate::text::tokens::{FIELD, FIRST_KEY};

use super::articles::{FacetValues, day, time_order};
use super::collation;
use super::occurrences::Occurrence;
use super::periods::By;

/// Tokens of context that can be sorted or grouped by, at most.
const MOST_TOKENS: u32 = 10;

/// What concordance lines are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKey {
    /// The so many tokens before the match, the nearest first.
    Left(u32),
    /// The so many tokens behind the match, the nearest first.
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

/// What concordance lines are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKey {
    /// The so many tokens before the match, together.
    Left(u32),
    /// The so many tokens behind the match, together.
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
    expected: &'static str,
}

impl FromStr for SortKey {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = UnknownKey {
            expected: "left, right (left:2 for two tokens), match, date, -date, section, place, agency, author, source",
        };
        Ok(match text {
            "match" => Self::Match,
            "date" => Self::Date,
            "-date" => Self::DateDescending,
            _ => match context(text) {
                Some((true, n)) => Self::Left(n),
                Some((false, n)) => Self::Right(n),
                None => Self::Facet(facet(text).ok_or(unknown)?),
            },
        })
    }
}

impl FromStr for GroupKey {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = UnknownKey {
            expected: "left, right (left:2 for two tokens), match, day, week, month, quarter, year, section, place, agency, author, source",
        };
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
                None => Self::Facet(facet(text).ok_or(unknown)?),
            },
        })
    }
}

impl GroupKey {
    /// What it counts by, without how many tokens.
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
pub(super) fn before(tokens: &[u32], start: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
    let start = (start as usize).min(tokens.len());
    (0..start)
        .rev()
        .map(|at| (at, tokens[at]))
        .take_while(|&(_, token)| token != FIELD)
        .filter(|&(_, token)| token >= FIRST_KEY)
}

/// The tokens of an article behind a place, the nearest first, within the
/// part of the text that the place is in.
pub(super) fn behind(tokens: &[u32], end: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
    let end = (end as usize).min(tokens.len());
    (end..tokens.len())
        .map(|at| (at, tokens[at]))
        .take_while(|&(_, token)| token != FIELD)
        .filter(|&(_, token)| token >= FIRST_KEY)
}

/// The exact keys of all segments, numbered in the order of their first use.
pub(super) struct Words<'s> {
    searcher: &'s Searcher,
    /// By segment and id there: the number plus one, once it is known.
    known: Vec<Vec<u32>>,
    numbers: FxHashMap<&'s str, u32>,
    /// The exact keys by their numbers.
    pub(super) keys: Vec<&'s str>,
}

impl<'s> Words<'s> {
    /// Knows none yet.
    pub(super) fn new(searcher: &'s Searcher) -> Self {
        Self {
            searcher,
            known: searcher
                .segments
                .iter()
                .map(|view| vec![0; view.text.exact_keys() as usize])
                .collect(),
            numbers: FxHashMap::default(),
            keys: Vec::new(),
        }
    }

    /// The view whose words they are.
    pub(super) fn searcher(&self) -> &'s Searcher {
        self.searcher
    }

    /// The number of a token of a segment; none for ends of paragraphs.
    #[inline]
    pub(super) fn of(&mut self, segment: u32, token: u32) -> Option<u32> {
        let id = token.checked_sub(FIRST_KEY)?;
        let known = self.known.get_mut(segment as usize)?.get_mut(id as usize)?;
        if *known == 0 {
            let key = self
                .searcher
                .segments
                .get(segment as usize)?
                .text
                .exact_key(id);
            let keys = &mut self.keys;
            *known = *self.numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                keys.len() as u32
            });
        }
        Some(*known - 1)
    }

    /// The place of each word in the order of the alphabet, by its number.
    fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_by(|&a, &b| collation::compare(self.keys[a as usize], self.keys[b as usize]));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in order.into_iter().enumerate() {
            ranks[number as usize] = rank as u32;
        }
        ranks
    }
}

/// Sorts places; those that no key tells apart are in the order of time and
/// of the text.
///
/// # Errors
///
/// When a file is damaged.
pub(super) fn sort(
    searcher: &Searcher,
    found: Vec<Occurrence>,
    keys: &[SortKey],
) -> Result<Vec<Occurrence>> {
    let columns: Vec<Column> = keys.iter().map(|&key| Column::of_sort(key)).collect();
    let mut table = Table::read(searcher, &found, &columns)?;
    table.rank();
    let mut order: Vec<(u32, (u32, u32))> = found
        .iter()
        .enumerate()
        .map(|(i, o)| {
            let view = &searcher.segments[o.segment as usize];
            (i as u32, time_order(view, o.article))
        })
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

/// A group of places: its values as they are written, how many places, and in
/// how many articles.
pub(super) type Counted = (Vec<Option<String>>, u64, u64);

/// Matches, articles, and the article that was counted last.
type GroupCounts = (u64, u64, (u32, u32));

/// Counts places by keys, the commonest group first. The places are in the
/// order of segments and articles.
///
/// # Errors
///
/// When a file is damaged.
pub(super) fn group(
    searcher: &Searcher,
    found: &[Occurrence],
    keys: &[GroupKey],
) -> Result<Vec<Counted>> {
    let columns: Vec<Column> = keys.iter().map(|&key| Column::of_group(key)).collect();
    let table = Table::read(searcher, found, &columns)?;
    let mut counts: FxHashMap<&[u64], GroupCounts> = FxHashMap::default();
    for (i, place) in found.iter().enumerate() {
        let article = (place.segment, place.article);
        let count = counts
            .entry(table.row(i as u32))
            .or_insert((0, 0, (u32::MAX, 0)));
        count.0 += 1;
        if count.2 != article {
            count.1 += 1;
            count.2 = article;
        }
    }
    let mut groups: Vec<Counted> = counts
        .into_iter()
        .map(|(row, (places, articles, _))| (table.write(row), places, articles))
        .collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(groups)
}

/// A column of a table, as wide as the tokens it may hold.
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

/// Rows of numbers, one a place: numbers of words and values plus one, 0 for
/// none.
struct Table<'s> {
    columns: Vec<Column>,
    stride: usize,
    cells: Vec<u64>,
    words: Words<'s>,
    facets: Vec<Option<FacetValues>>,
}

impl<'s> Table<'s> {
    fn read(searcher: &'s Searcher, found: &[Occurrence], columns: &[Column]) -> Result<Self> {
        let stride: usize = columns.iter().map(|c| c.width()).sum();
        let facets = columns
            .iter()
            .map(|column| match column {
                Column::Facet(facet) => FacetValues::open(searcher, *facet).map(Some),
                _ => Ok(None),
            })
            .collect::<Result<Vec<_>>>()?;
        let mut words = Words::new(searcher);
        let mut cells = vec![0u64; stride * found.len()];
        let reads_tokens = columns.iter().any(|c| c.has_words());
        let mut tokens = Vec::new();
        let mut last = None;
        if stride > 0 {
            for (place, row) in found.iter().zip(cells.chunks_exact_mut(stride)) {
                let view = &searcher.segments[place.segment as usize];
                if reads_tokens && last != Some((place.segment, place.article)) {
                    last = Some((place.segment, place.article));
                    tokens.clear();
                    tokens.extend(view.text.tokens_of(place.article));
                }
                let mut at = 0;
                for (column, facet) in columns.iter().zip(&facets) {
                    let cells = &mut row[at..at + column.width()];
                    at += column.width();
                    let mut fill = |tokens: &mut dyn Iterator<Item = u32>| {
                        for (cell, token) in cells.iter_mut().zip(tokens) {
                            *cell = words
                                .of(place.segment, token)
                                .map_or(0, |n| u64::from(n) + 1);
                        }
                    };
                    match column {
                        Column::Left(_) => {
                            fill(&mut before(&tokens, place.start).map(|(_, t)| t));
                        }
                        Column::Right(_) => {
                            fill(&mut behind(&tokens, place.end).map(|(_, t)| t));
                        }
                        Column::Match => {
                            let range = place.start as usize..place.end as usize;
                            let matched = tokens.get(range).unwrap_or_default();
                            fill(&mut matched.iter().copied().filter(|&t| t >= FIRST_KEY));
                        }
                        Column::Time { descending } => {
                            let (order, _) = time_order(view, place.article);
                            cells[0] = u64::from(match (order, descending) {
                                (u32::MAX, _) => u32::MAX,
                                (order, true) => u32::MAX - 1 - order,
                                (order, false) => order,
                            });
                        }
                        Column::Period(by) => {
                            let start = day(view, place.article).and_then(|day| by.start(day));
                            cells[0] = start.map_or(0, |start| {
                                u64::from(start.wrapping_sub(i32::MIN) as u32) + 1
                            });
                        }
                        Column::Facet(_) => {
                            if let Some(values) = facet {
                                let value = values.of(place.segment, place.article);
                                cells[0] = value.map_or(0, |n| u64::from(n) + 1);
                            }
                        }
                    }
                }
            }
        }
        Ok(Self {
            columns: columns.to_vec(),
            stride,
            cells,
            words,
            facets,
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
        let ranks = self.words.ranks();
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
                    // What has no value comes last, a missing token first.
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
                        .filter_map(|cell| self.words.keys.get(cell.checked_sub(1)? as usize))
                        .map(|key| write_out(key))
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

/// The place of each value in the order of the alphabet.
fn value_ranks(names: &[String]) -> Vec<u32> {
    let folded: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let mut order: Vec<u32> = (0..names.len() as u32).collect();
    order.sort_by(|&a, &b| collation::compare(&folded[a as usize], &folded[b as usize]));
    let mut ranks = vec![0; order.len()];
    for (rank, number) in order.into_iter().enumerate() {
        ranks[number as usize] = rank as u32;
    }
    ranks
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
