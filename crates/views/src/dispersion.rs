//! Dispersion: how evenly the matches of a query are spread over an article or over the archive.

use std::fmt;
use std::str::FromStr;

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use timbao_query::iso_day;
use timbao_query::plan::{Facet, Plan, TextField};

use crate::columns::UnknownKey;
use crate::corpus::{
    ArticleId, Corpus, Extent, FIRST_WORD, Match, Occurrence, Result, TEXT_FIELDS, Time,
    articles_of,
};
use crate::facets::FacetTable;
use crate::kwic::CharRange;
use crate::lexicon::Lexicon;
use crate::measures::{deviation_of_proportions, juilland};
use crate::periods::By;
use crate::texts::Count;

/// Slices of the archive, unless stated otherwise.
pub const SLICES_OF_ARCHIVE: usize = 100;
/// Slices of an article, unless stated otherwise.
pub const SLICES_OF_ARTICLE: usize = 10;

/// The parts over which matches are spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DispersionBy {
    /// Stretches of the text with the same number of tokens, in order of time.
    #[default]
    Slice,
    /// Articles.
    Article,
    /// Periods of the date of publication; undated articles are a part.
    Period(By),
    /// Values of metadata; articles without a value are a part.
    Facet(Facet),
}

/// How dispersion is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DispersionOptions {
    /// The parts of the measures.
    pub by: DispersionBy,
    /// Number of slices.
    pub slices: usize,
    /// Maximum number of parts that are listed. Slices and periods are listed in order, other
    /// parts by their number of matches.
    pub most: usize,
    /// The articles that are counted: all, or the first publication of each text.
    pub count: Count,
}

impl Default for DispersionOptions {
    /// A hundred slices, at most a hundred parts.
    fn default() -> Self {
        Self {
            by: DispersionBy::Slice,
            slices: SLICES_OF_ARCHIVE,
            most: 100,
            count: Count::Publications,
        }
    }
}

/// The dispersion of a query.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Dispersion {
    /// The parts of the measures.
    pub by: DispersionBy,
    /// Number of matches.
    pub matches: u64,
    /// Number of articles with a match.
    pub articles: u64,
    /// Number of articles that were counted.
    pub of_articles: u64,
    /// Number of their tokens.
    pub of_tokens: u64,
    /// Number of parts with a match: the *range*.
    pub parts_with_matches: u64,
    /// Number of parts with text.
    pub of_parts: u64,
    /// Deviation of proportions DP (Gries 2008): 0 if the matches are spread as the text is, near
    /// 1 if they are together; `None` without matches.
    pub dp: Option<f64>,
    /// DP divided by its largest possible value (Lijffijt & Gries 2012).
    pub dp_norm: Option<f64>,
    /// D of Juilland & Chang-Rodríguez (1964): 1 if all parts have the same rate, 0 if one part
    /// has all matches; `None` with fewer than two parts or without matches.
    pub juilland_d: Option<f64>,
    /// The slices, in order.
    pub slices: Vec<DispersionPart>,
    /// The parts; empty if they are the slices.
    pub parts: Vec<DispersionPart>,
    /// The position of each match in an article; empty for several articles.
    pub positions: Vec<DispersionPosition>,
}

/// A part of the text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DispersionPart {
    /// Its name: the number of a slice from 1, the id of an article, a period or a value; `None`
    /// for articles without a date or value.
    pub part: Option<String>,
    /// The first day of publication of its articles; `None` if unknown.
    pub from: Option<String>,
    /// The last day of publication of its articles.
    pub to: Option<String>,
    /// Number of matches.
    pub matches: u64,
    /// Number of tokens.
    pub of_tokens: u64,
    /// Matches per million tokens; `None` without tokens.
    pub per_million_tokens: Option<f64>,
}

/// The position of a match in an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DispersionPosition {
    /// Number of tokens of the article before the match.
    pub token: u64,
    /// The part of the text.
    pub field: TextField,
    /// The position in that part, in Unicode code points.
    pub range: CharRange,
}

impl FromStr for DispersionBy {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let all = Self::all();
        let found = all.iter().find(|by| by.to_string() == text);
        found.copied().ok_or_else(|| {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            UnknownKey::of(names.join(", "))
        })
    }
}

impl fmt::Display for DispersionBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slice => f.write_str("slice"),
            Self::Article => f.write_str("article"),
            Self::Period(by) => by.fmt(f),
            Self::Facet(facet) => f.write_str(facet.name()),
        }
    }
}

impl Serialize for DispersionBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl DispersionBy {
    /// Every kind of part.
    pub fn all() -> Vec<Self> {
        let periods = [By::Day, By::Week, By::Month, By::Quarter, By::Year];
        let fixed = [Self::Slice, Self::Article].into_iter();
        let all = fixed.chain(periods.map(Self::Period));
        all.chain(Facet::stated().map(Self::Facet)).collect()
    }
}

/// Computes the dispersion of a plan, which
/// [`Request::view_plan`](timbao_query::Request::view_plan) made, over the articles that `base`
/// matches, in order of time.
///
/// # Errors
///
/// If the engine fails.
pub fn dispersion(
    corpus: &dyn Corpus,
    plan: &Plan,
    base: &Plan,
    options: &DispersionOptions,
) -> Result<Dispersion> {
    let articles = options.count.articles(corpus, corpus.candidates(base)?)?;
    let text = Text::read(corpus, articles)?;
    let mut places = corpus.occurrences(plan)?;
    places.retain(|place| text.articles.binary_search(&place.article).is_ok());
    let with_match = articles_of(&places);
    let mut slices = text.slices(options.slices.max(1));
    text.each_position(corpus, &places, |position| {
        let slice = text.slice_at(position, slices.len());
        if let Some(slice) = slices.get_mut(slice) {
            slice.matches += 1;
        }
    })?;
    slices.iter_mut().for_each(DispersionPart::rate);
    let parts = match options.by {
        DispersionBy::Slice => Vec::new(),
        by => text.parts(corpus, &places, by)?,
    };
    let measured = if parts.is_empty() { &slices } else { &parts };
    let mut dispersion = Dispersion::of(measured, options.by);
    dispersion.articles = with_match.len() as u64;
    dispersion.of_articles = text.articles.len() as u64;
    dispersion.slices = slices;
    dispersion.parts = text.listed(corpus, parts, options)?;
    Ok(dispersion)
}

/// Computes the dispersion of a plan over an article, by slices. If the article does not satisfy
/// the plan, there are no matches.
///
/// # Errors
///
/// If the engine fails.
pub fn dispersion_in_article(
    corpus: &dyn Corpus,
    plan: &Plan,
    article: ArticleId,
    slices: usize,
) -> Result<Dispersion> {
    let text = Text::read(corpus, vec![article])?;
    let satisfies = corpus.candidates(plan)?.binary_search(&article).is_ok();
    let mut found = Vec::new();
    if satisfies {
        corpus.read_matches(plan, &[article], Extent::Whole, &mut |_, read| {
            let mut matches = read.matches;
            matches.sort_by_key(|m| (m.tokens.start, m.tokens.end));
            matches.dedup_by_key(|m| (m.tokens.start, m.tokens.end));
            found = matches
                .into_iter()
                .map(|m| (char_range(&m, &read.text.fields), m))
                .collect();
            Ok(())
        })?;
    }
    let places = found.iter().map(|(_, m)| Occurrence {
        article,
        start: m.tokens.start,
        end: m.tokens.end,
    });
    let places: Vec<Occurrence> = places.collect();
    let mut slices = text.slices(slices.max(1));
    let mut positions = Vec::with_capacity(places.len());
    let mut ranges = found.into_iter();
    text.each_position(corpus, &places, |position| {
        let slice = text.slice_at(position, slices.len());
        if let Some(slice) = slices.get_mut(slice) {
            slice.matches += 1;
        }
        positions.extend(ranges.next().map(|(range, m)| DispersionPosition {
            token: position,
            field: m.range.field,
            range,
        }));
    })?;
    slices.iter_mut().for_each(DispersionPart::rate);
    let mut dispersion = Dispersion::of(&slices, DispersionBy::Slice);
    dispersion.articles = u64::from(!places.is_empty());
    dispersion.of_articles = 1;
    dispersion.slices = slices;
    dispersion.positions = positions;
    Ok(dispersion)
}

fn char_range(found: &Match, fields: &[String]) -> CharRange {
    let field = TEXT_FIELDS
        .iter()
        .position(|&field| field == found.range.field);
    let text = field
        .and_then(|field| fields.get(field))
        .map_or("", String::as_str);
    let before = |end: usize| text.char_indices().take_while(|(at, _)| *at < end).count();
    CharRange {
        start: before(found.range.bytes.start),
        end: before(found.range.bytes.end),
    }
}

impl Dispersion {
    /// The counts and measures of some parts.
    fn of(parts: &[DispersionPart], by: DispersionBy) -> Self {
        let counts: Vec<(u64, u64)> = parts
            .iter()
            .filter(|part| part.of_tokens > 0)
            .map(|part| (part.matches, part.of_tokens))
            .collect();
        let deviation = deviation_of_proportions(&counts);
        Self {
            by,
            matches: counts.iter().map(|(matches, _)| matches).sum(),
            of_tokens: counts.iter().map(|(_, tokens)| tokens).sum(),
            parts_with_matches: counts.iter().filter(|(matches, _)| *matches > 0).count() as u64,
            of_parts: counts.len() as u64,
            dp: deviation.map(|(dp, _)| dp),
            dp_norm: deviation.and_then(|(_, norm)| norm),
            juilland_d: juilland(&counts),
            ..Self::default()
        }
    }
}

impl DispersionPart {
    fn rate(&mut self) {
        let (matches, tokens) = (self.matches as f64, self.of_tokens as f64);
        self.per_million_tokens = (self.of_tokens > 0).then(|| matches * 1e6 / tokens);
    }

    /// Extends the days of the part by one, as ISO 8601 sorts them.
    fn add_day(&mut self, day: Option<i32>) {
        let Some(day) = day.map(iso_day) else { return };
        if self.from.as_ref().is_none_or(|from| day < *from) {
            self.from = Some(day.clone());
        }
        if self.to.as_ref().is_none_or(|to| day > *to) {
            self.to = Some(day);
        }
    }
}

/// The text of some articles, one after the other in order of time.
struct Text {
    /// The articles in ascending order.
    articles: Vec<ArticleId>,
    /// By article: the day.
    days: Vec<Option<i32>>,
    /// By article: the number of tokens.
    tokens: Vec<u64>,
    /// By article: the tokens of all articles before it in time.
    starts: Vec<u64>,
    /// The indexes of the articles in order of time.
    order: Vec<usize>,
    of_tokens: u64,
}

impl Text {
    fn read(corpus: &dyn Corpus, articles: Vec<ArticleId>) -> Result<Self> {
        let times = corpus.times(&articles)?;
        let tokens = corpus.token_counts(&articles)?;
        let mut order: Vec<usize> = (0..articles.len()).collect();
        order.sort_unstable_by_key(|&index| times.get(index).map(Time::order));
        let mut starts = vec![0; articles.len()];
        let mut of_tokens = 0;
        for &index in &order {
            starts[index] = of_tokens;
            of_tokens += u64::from(tokens[index]);
        }
        Ok(Self {
            days: times.iter().map(|time| time.day).collect(),
            tokens: tokens.into_iter().map(u64::from).collect(),
            articles,
            starts,
            order,
            of_tokens,
        })
    }

    /// Calls `f` with the number of tokens before each place.
    fn each_position(
        &self,
        corpus: &dyn Corpus,
        places: &[Occurrence],
        mut f: impl FnMut(u64),
    ) -> Result<()> {
        let mut same = places.chunk_by(|a, b| a.article == b.article);
        let articles = articles_of(places);
        corpus.read_tokens(&articles, &mut Lexicon::new(), &mut |article, tokens| {
            let index = self.articles.binary_search(&article).unwrap_or(0);
            let mut at = self.starts.get(index).copied().unwrap_or(0);
            let mut read = 0;
            for place in same.next().unwrap_or_default() {
                let start = (place.start as usize).min(tokens.len());
                let between = tokens.get(read..start).unwrap_or_default();
                at += between.iter().filter(|&&token| token >= FIRST_WORD).count() as u64;
                read = start.max(read);
                f(at);
            }
            Ok(())
        })
    }

    /// The slice of a position.
    fn slice_at(&self, position: u64, slices: usize) -> usize {
        let share = u128::from(position) * slices as u128 / u128::from(self.of_tokens.max(1));
        share as usize
    }

    /// The slices without their matches: their tokens and the days of their articles.
    fn slices(&self, number: usize) -> Vec<DispersionPart> {
        let start = |slice: usize| {
            // The first position p with p · number / tokens ≥ slice.
            let start = u128::from(self.of_tokens) * slice as u128;
            start.div_ceil(number as u128) as u64
        };
        let mut slices: Vec<DispersionPart> = (0..number)
            .map(|slice| DispersionPart {
                part: Some((slice + 1).to_string()),
                of_tokens: start(slice + 1) - start(slice),
                ..DispersionPart::default()
            })
            .collect();
        for &index in &self.order {
            if self.tokens[index] > 0 {
                let first = self.slice_at(self.starts[index], number);
                let last = self.slice_at(self.starts[index] + self.tokens[index] - 1, number);
                for slice in slices.get_mut(first..=last).unwrap_or_default() {
                    slice.add_day(self.days[index]);
                }
            }
        }
        slices
    }

    /// The parts that are not slices. A part that is an article has no name yet.
    fn parts(
        &self,
        corpus: &dyn Corpus,
        places: &[Occurrence],
        by: DispersionBy,
    ) -> Result<Vec<DispersionPart>> {
        let (numbers, names) = self.numbers(corpus, by)?;
        let mut parts: Vec<DispersionPart> = names
            .into_iter()
            .map(|part| DispersionPart {
                part,
                ..DispersionPart::default()
            })
            .collect();
        for (index, &number) in numbers.iter().enumerate() {
            parts[number].of_tokens += self.tokens[index];
            parts[number].add_day(self.days[index]);
        }
        for place in places {
            if let Ok(index) = self.articles.binary_search(&place.article) {
                parts[numbers[index]].matches += 1;
            }
        }
        parts.iter_mut().for_each(DispersionPart::rate);
        Ok(parts)
    }

    /// By article the number of its part, and by part its name.
    fn numbers(
        &self,
        corpus: &dyn Corpus,
        by: DispersionBy,
    ) -> Result<(Vec<usize>, Vec<Option<String>>)> {
        let count = self.articles.len();
        Ok(match by {
            DispersionBy::Slice | DispersionBy::Article => {
                ((0..count).collect(), vec![None; count])
            }
            DispersionBy::Period(by) => {
                let mut known: FxHashMap<Option<i32>, usize> = FxHashMap::default();
                let mut names = Vec::new();
                let mut numbers = vec![0; count];
                // In order of time, so that the parts are in order too.
                for &index in &self.order {
                    let start = self.days[index].and_then(|day| by.start(day));
                    numbers[index] = *known.entry(start).or_insert_with(|| {
                        names.push(start.map(|start| by.period(start).period));
                        names.len() - 1
                    });
                }
                (numbers, names)
            }
            DispersionBy::Facet(facet) => {
                let table = FacetTable::read(corpus, facet, &self.articles)?;
                let unknown = table.names.len();
                let number = |value: &Option<u32>| value.map_or(unknown, |value| value as usize);
                let names = table.names.into_iter().map(Some).chain([None]);
                (table.numbers.iter().map(number).collect(), names.collect())
            }
        })
    }

    /// The parts that are printed.
    fn listed(
        &self,
        corpus: &dyn Corpus,
        parts: Vec<DispersionPart>,
        options: &DispersionOptions,
    ) -> Result<Vec<DispersionPart>> {
        let mut parts: Vec<(usize, DispersionPart)> = parts.into_iter().enumerate().collect();
        parts.retain(|(_, part)| part.of_tokens > 0);
        if !matches!(options.by, DispersionBy::Period(_)) {
            parts.sort_by_key(|(_, part)| std::cmp::Reverse(part.matches));
        }
        parts.truncate(options.most);
        if options.by == DispersionBy::Article {
            let articles: Vec<ArticleId> = parts
                .iter()
                .filter_map(|(index, _)| self.articles.get(*index).copied())
                .collect();
            let records = corpus.records(&articles)?;
            for ((_, part), record) in parts.iter_mut().zip(records) {
                part.part = Some(record.id);
            }
        }
        Ok(parts.into_iter().map(|(_, part)| part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_names() {
        for by in DispersionBy::all() {
            assert_eq!(by.to_string().parse(), Ok(by));
        }
        let error = "colour".parse::<DispersionBy>().unwrap_err().to_string();
        assert!(
            error.starts_with("expected one of slice, article, day"),
            "{error}"
        );
    }
}
