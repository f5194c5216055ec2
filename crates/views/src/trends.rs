//! Trends: frequencies over time.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_query::plan::{Facet, Plan};
use timbao_tokenizer::collation;

use crate::corpus::{ArticleId, Corpus, Result};
use crate::facets::FacetTable;
use crate::periods::{By, Period, month_number};
use crate::texts::Count;

/// Maximum number of periods up to which empty ones are listed: the days of a thousand years.
const MOST_PERIODS: i64 = 366_000;

/// How trends are counted.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendsOptions {
    /// The length of a period; `None` for a month, or a year if there would be more than
    /// [`MOST_MONTHS`].
    pub by: Option<By>,
    /// Counts each value of this metadata for itself.
    pub split: Option<Facet>,
    /// Number of values of `split` with a series of their own, those with most matches; the others
    /// are counted together.
    pub most_values: usize,
    /// The unit that is counted.
    pub count: Count,
    /// Periods with fewer articles are marked as thin.
    pub thin: u64,
    /// Number of periods of the moving average, at most [`MOST_AVERAGED`]; 1 for none.
    pub average_over: usize,
    /// Today, in days since 1970-01-01: the period it is in is marked as partial. `None` for no
    /// mark.
    pub today: Option<i32>,
}

/// Largest number of months that trends are counted by unless the options say otherwise: twenty years.
pub const MOST_MONTHS: i32 = 240;

/// Largest number of periods of a moving average.
pub const MOST_AVERAGED: usize = 99;

impl Default for TrendsOptions {
    /// By month or by year, every publication, periods below 20 articles are thin.
    fn default() -> Self {
        Self {
            by: None,
            split: None,
            most_values: 8,
            count: Count::Publications,
            thin: 20,
            average_over: 1,
            today: None,
        }
    }
}

/// A query of a trend.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendsQuery {
    /// The name of the query.
    pub name: String,
    /// The plan, of [`Request::view_plan`](timbao_query::Request::view_plan).
    pub plan: Plan,
}

/// Frequencies of queries over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trends {
    /// The length of a period.
    pub by: By,
    /// The unit that was counted.
    pub count: Count,
    /// Periods with fewer articles are thin.
    pub thin_below: u64,
    /// Number of periods of the moving average; 1 for none.
    pub average_over: usize,
    /// The periods in order. Those without articles are among them, unless there would be more
    /// than 366,000.
    pub periods: Vec<Period>,
    /// One a query, or one a query and value.
    pub series: Vec<Trend>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// The query's name.
    pub query: String,
    /// The value of the split metadata; `None` for all articles, or for those without a value or
    /// with a rare one.
    pub value: Option<String>,
    /// Whether the series combines the rare values.
    pub other: bool,
    /// One a period.
    pub points: Vec<TrendPoint>,
    /// Articles without a date.
    pub undated: TrendPoint,
    /// All periods and the articles without a date.
    pub total: TrendPoint,
}

/// Counts of one period, with their denominators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TrendPoint {
    /// Places where the query matches.
    pub matches: u64,
    /// Articles with such a place, or that match a query without words.
    pub articles: u64,
    /// All articles.
    pub of_articles: u64,
    /// All tokens of these.
    pub of_tokens: u64,
    /// Matches per million tokens; `None` without tokens.
    pub per_million_tokens: Option<f64>,
    /// Articles per thousand articles; `None` without articles.
    pub per_thousand_articles: Option<f64>,
    /// Whether there are too few articles for the rates to say much.
    pub thin: bool,
    /// The moving average, if one was requested; `None` for a period that is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<TrendAverage>,
}

/// The mean of a period and those around it, without a period that is not over.
///
/// The rates are those of all the articles of these periods together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TrendAverage {
    /// Matches in a period.
    pub matches: f64,
    /// Articles with a match in a period.
    pub articles: f64,
    /// Matches per million tokens; `None` without tokens.
    pub per_million_tokens: Option<f64>,
    /// Articles with a match per thousand articles; `None` without articles.
    pub per_thousand_articles: Option<f64>,
}

impl TrendPoint {
    fn add(&mut self, other: &Self) {
        self.matches += other.matches;
        self.articles += other.articles;
        self.of_articles += other.of_articles;
        self.of_tokens += other.of_tokens;
    }

    fn rate(&mut self, thin: u64) {
        let rate =
            |count: u64, of: u64, scale: f64| (of > 0).then(|| count as f64 * scale / of as f64);
        self.per_million_tokens = rate(self.matches, self.of_tokens, 1e6);
        self.per_thousand_articles = rate(self.articles, self.of_articles, 1e3);
        self.thin = self.of_articles < thin;
    }
}

/// The start of a period; `None` for undated articles.
type Start = Option<i32>;
/// The number of a value of the metadata that is split by.
type Value = Option<u32>;
/// Counts by period and value.
type Table = FxHashMap<(Start, Value), TrendPoint>;

/// Counts queries over time, among the articles that `base` matches.
///
/// # Errors
///
/// If the engine fails.
pub fn trends(
    corpus: &dyn Corpus,
    queries: &[TrendsQuery],
    base: &Plan,
    options: &TrendsOptions,
) -> Result<Trends> {
    let counted = options.count.articles(corpus, corpus.candidates(base)?)?;
    let cells = Cells::read(corpus, counted, options)?;
    let mut denominators = Table::default();
    let tokens = corpus.token_counts(&cells.articles)?;
    for (&cell, tokens) in cells.cells.iter().zip(tokens) {
        let point = denominators.entry(cell).or_default();
        point.of_articles += 1;
        point.of_tokens += u64::from(tokens);
    }
    let counts = queries
        .iter()
        .map(|query| count_query(corpus, &query.plan, &cells))
        .collect::<Result<Vec<_>>>()?;
    Ok(assemble(queries, &counts, &denominators, &cells, options))
}

fn count_query(corpus: &dyn Corpus, plan: &Plan, cells: &Cells) -> Result<Table> {
    let mut table = Table::default();
    if plan.leaves().is_empty() {
        let articles = corpus.candidates(plan)?;
        cells.each_of(articles.iter().copied(), |cell, _| {
            table.entry(cell).or_default().articles += 1;
        });
    } else {
        let places = corpus.occurrences(plan)?;
        let same: Vec<_> = places.chunk_by(|a, b| a.article == b.article).collect();
        let articles = same.iter().filter_map(|same| Some(same.first()?.article));
        cells.each_of(articles, |cell, number| {
            let point = table.entry(cell).or_default();
            point.matches += same[number].len() as u64;
            point.articles += 1;
        });
    }
    Ok(table)
}

/// The period and the value that each counted article counts for.
struct Cells {
    by: By,
    articles: Vec<ArticleId>,
    cells: Vec<(Start, Value)>,
    /// The values of the metadata that is split by.
    names: Vec<String>,
}

impl Cells {
    fn read(
        corpus: &dyn Corpus,
        articles: Vec<ArticleId>,
        options: &TrendsOptions,
    ) -> Result<Self> {
        // Days are few compared with articles, and the calendar is slow.
        let mut starts: FxHashMap<i32, Start> = FxHashMap::default();
        let times = corpus.times(&articles)?;
        let days = times.iter().filter_map(|time| time.day);
        let by = options.by.unwrap_or_else(|| usual_period(days));
        let starts = times.into_iter().map(|time| {
            let day = time.day?;
            *starts.entry(day).or_insert_with(|| by.start(day))
        });
        let split = options
            .split
            .map(|facet| FacetTable::read(corpus, facet, &articles))
            .transpose()?;
        let value = |number: usize| *split.as_ref()?.numbers.get(number)?;
        let cells = starts.enumerate();
        let cells = cells
            .map(|(number, start)| (start, value(number)))
            .collect();
        Ok(Self {
            by,
            cells,
            names: split.map(|split| split.names).unwrap_or_default(),
            articles,
        })
    }

    /// Calls `f` with the cell of each counted article among some, and its number among them.
    fn each_of(
        &self,
        articles: impl Iterator<Item = ArticleId>,
        mut f: impl FnMut((Start, Value), usize),
    ) {
        let mut index = 0;
        for (number, article) in articles.enumerate() {
            while self.articles.get(index).is_some_and(|a| *a < article) {
                index += 1;
            }
            if self.articles.get(index) == Some(&article)
                && let Some(&cell) = self.cells.get(index)
            {
                f(cell, number);
            }
        }
    }
}

/// A month, or a year if the days span more than [`MOST_MONTHS`].
fn usual_period(days: impl Iterator<Item = i32> + Clone) -> By {
    let months = |day: Option<i32>| day.and_then(month_number);
    let span = months(days.clone().min()).zip(months(days.max()));
    match span {
        Some((first, last)) if last - first >= MOST_MONTHS => By::Year,
        _ => By::Month,
    }
}

fn assemble(
    queries: &[TrendsQuery],
    counts: &[Table],
    denominators: &Table,
    cells: &Cells,
    options: &TrendsOptions,
) -> Trends {
    let by = cells.by;
    let starts = starts(denominators, by);
    let mut periods: Vec<Period> = starts.iter().map(|&s| by.period(s)).collect();
    for period in &mut periods {
        let days = period.first_day..=period.last_day;
        period.partial = options.today.is_some_and(|today| days.contains(&today));
    }
    let mut series = Vec::new();
    let values = values(counts, denominators, cells, options);
    for (query, counts) in queries.iter().zip(counts) {
        for values in &values {
            series.push(trend(
                query,
                counts,
                denominators,
                &periods,
                values,
                cells,
                options,
            ));
        }
    }
    Trends {
        by,
        count: options.count,
        thin_below: options.thin,
        average_over: options.average_over.clamp(1, MOST_AVERAGED),
        periods,
        series,
    }
}

/// The moving average of each period.
fn averages(points: &[TrendPoint], periods: &[Period], over: usize) -> Vec<Option<TrendAverage>> {
    let (before, after) = (over / 2, (over - 1) / 2);
    let is_over = |number: usize| periods.get(number).is_none_or(|period| !period.partial);
    let average = |number: usize| {
        let around = number.saturating_sub(before)..(number + after + 1).min(points.len());
        let mut sum = TrendPoint::default();
        let mut count = 0u32;
        for point in around
            .filter(|&at| is_over(at))
            .filter_map(|at| points.get(at))
        {
            sum.add(point);
            count += u32::from(point.of_articles > 0);
        }
        sum.rate(0);
        (is_over(number) && count > 0).then(|| TrendAverage {
            matches: sum.matches as f64 / f64::from(count),
            articles: sum.articles as f64 / f64::from(count),
            per_million_tokens: sum.per_million_tokens,
            per_thousand_articles: sum.per_thousand_articles,
        })
    };
    (0..points.len()).map(average).collect()
}

/// The periods from the first to the last with an article.
fn starts(denominators: &Table, by: By) -> Vec<i32> {
    let mut starts: Vec<i32> = denominators
        .keys()
        .filter_map(|(start, _)| *start)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else {
        return starts;
    };
    let days = match by {
        By::Day => 1,
        By::Week => 7,
        By::Month => 30,
        By::Quarter => 91,
        By::Year => 365,
    };
    if (i64::from(last) - i64::from(first)) / days > MOST_PERIODS {
        return starts;
    }
    let mut all = vec![first];
    let mut start = first;
    while start < last {
        let Some(next) = by.next(start) else { break };
        all.push(next);
        start = next;
    }
    all
}

/// The values that make one series.
enum Values {
    /// Not split.
    All,
    One(Value),
    Others(Vec<Value>),
}

/// The series of each query: the values with most matches of all queries (of
/// equals, with most articles), then the others together.
fn values(
    counts: &[Table],
    denominators: &Table,
    cells: &Cells,
    options: &TrendsOptions,
) -> Vec<Values> {
    if options.split.is_none() {
        return vec![Values::All];
    }
    let mut sums: BTreeMap<Value, (u64, u64, u64)> = BTreeMap::new();
    for (&(_, value), point) in denominators {
        sums.entry(value).or_default().2 += point.of_articles;
    }
    for (&(_, value), point) in counts.iter().flatten() {
        let sum = sums.entry(value).or_default();
        sum.0 += point.matches;
        sum.1 += point.articles;
    }
    let mut order: Vec<(Value, (u64, u64, u64))> = sums.into_iter().collect();
    let name = |value: Value| cells.names.get(value? as usize).map(String::as_str);
    order.sort_by(|(a, counts), (b, other)| {
        let by_name = || collation::compare(name(*a).unwrap_or(""), name(*b).unwrap_or(""));
        other.cmp(counts).then_with(by_name).then(a.cmp(b))
    });
    let mut all: Vec<Value> = order.into_iter().map(|(value, _)| value).collect();
    let others = all.split_off(options.most_values.min(all.len()));
    let mut series: Vec<Values> = all.into_iter().map(Values::One).collect();
    if !others.is_empty() {
        series.push(Values::Others(others));
    }
    series
}

fn trend(
    query: &TrendsQuery,
    counts: &Table,
    denominators: &Table,
    periods: &[Period],
    values: &Values,
    cells: &Cells,
    options: &TrendsOptions,
) -> Trend {
    let wanted: &[Value] = match values {
        Values::All => &[None],
        Values::One(value) => std::slice::from_ref(value),
        Values::Others(values) => values,
    };
    let point = |start: Start| {
        let mut point = TrendPoint::default();
        for &value in wanted {
            for table in [counts, denominators] {
                if let Some(part) = table.get(&(start, value)) {
                    point.add(part);
                }
            }
        }
        point.rate(options.thin);
        point
    };
    let mut points: Vec<TrendPoint> = periods
        .iter()
        .map(|period| point(Some(period.first_day)))
        .collect();
    if options.average_over > 1 {
        let over = options.average_over.min(MOST_AVERAGED);
        let averages = averages(&points, periods, over);
        for (point, average) in points.iter_mut().zip(averages) {
            point.average = average;
        }
    }
    let undated = point(None);
    let mut total = undated;
    points.iter().for_each(|p| total.add(p));
    total.rate(options.thin);
    let name = match values {
        Values::One(Some(value)) => cells.names.get(*value as usize).cloned(),
        _ => None,
    };
    Trend {
        query: query.name.clone(),
        value: name,
        other: matches!(values, Values::Others(_)),
        points,
        undated,
        total,
    }
}

/// The measure that a chart shows for each period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measure {
    /// Places where the query matches.
    Matches,
    /// Articles with such a place.
    Articles,
    /// Matches in a million tokens.
    #[default]
    PerMillion,
    /// Articles in a thousand articles.
    PerThousand,
}

impl Measure {
    /// The value of a point, or `None` without a denominator.
    pub fn of(self, point: &TrendPoint) -> Option<f64> {
        match self {
            Self::Matches => (point.of_articles > 0).then_some(point.matches as f64),
            Self::Articles => (point.of_articles > 0).then_some(point.articles as f64),
            Self::PerMillion => point.per_million_tokens,
            Self::PerThousand => point.per_thousand_articles,
        }
    }

    /// The moving average at a point, or `None` without one.
    pub fn average_of(self, point: &TrendPoint) -> Option<f64> {
        let average = point.average?;
        match self {
            Self::Matches => Some(average.matches),
            Self::Articles => Some(average.articles),
            Self::PerMillion => average.per_million_tokens,
            Self::PerThousand => average.per_thousand_articles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_twenty_years_are_counted_by_year() {
        let day = |text: &str| {
            let date = timbao_articles::Published::parse(text);
            date.and_then(|date| date.day_number()).unwrap()
        };
        for (days, expected) in [
            (vec![], By::Month),
            (vec!["2026-03-25"], By::Month),
            (vec!["2006-01-01", "2025-12-31"], By::Month),
            (vec!["2026-01-01", "2006-01-31", "2010-05-05"], By::Year),
        ] {
            let days = days.iter().map(|text| day(text));
            assert_eq!(usual_period(days.clone()), expected, "{days:?}");
        }
    }
}
