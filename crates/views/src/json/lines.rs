//! Lines of JSON Lines that differ from the elements of an answer: each can be read alone.

use serde::Serialize;

use crate::compare::{ComparedQuery, Comparison, Overlap};
use crate::keywords::Keyword;
use crate::periods::Period;
use crate::trends::{TrendPoint, Trends};

/// A line of trends in JSON Lines: a series whose points name their periods.
#[derive(Debug, Serialize)]
pub struct TrendLine<'a> {
    query: &'a str,
    value: Option<&'a str>,
    other: bool,
    points: Vec<DatedPoint<'a>>,
    undated: &'a TrendPoint,
    total: &'a TrendPoint,
}

#[derive(Debug, Serialize)]
struct DatedPoint<'a> {
    #[serde(flatten)]
    period: &'a Period,
    #[serde(flatten)]
    point: &'a TrendPoint,
}

impl<'a> TrendLine<'a> {
    /// The lines of trends, one for each series.
    pub fn list(trends: &'a Trends) -> impl Iterator<Item = Self> + 'a {
        trends.series.iter().map(|series| Self {
            query: &series.query,
            value: series.value.as_deref(),
            other: series.other,
            points: (trends.periods.iter().zip(&series.points))
                .map(|(period, point)| DatedPoint { period, point })
                .collect(),
            undated: &series.undated,
            total: &series.total,
        })
    }
}

/// A line of a comparison in JSON Lines.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CompareLine<'a> {
    /// A query with its numbers.
    Query(&'a ComparedQuery),
    /// The difference between the numbers of matches.
    Difference {
        /// G²; negative if the first query has fewer.
        log_likelihood: f64,
        /// Log Ratio.
        log_ratio: f64,
    },
    /// The common articles.
    Overlap(&'a Overlap),
    /// A query in a period.
    Period {
        /// The query.
        query: &'a str,
        /// The period.
        #[serde(flatten)]
        period: &'a Period,
        /// The numbers of the query.
        #[serde(flatten)]
        point: &'a TrendPoint,
    },
    /// A query in the articles without a date.
    Undated {
        /// The query.
        query: &'a str,
        /// The numbers of the query.
        #[serde(flatten)]
        point: &'a TrendPoint,
    },
    /// A word that is near one query rather than near the other.
    Collocate {
        /// The query that the word is near.
        query: &'a str,
        /// The word.
        #[serde(flatten)]
        keyword: &'a Keyword,
    },
}

impl<'a> CompareLine<'a> {
    /// The lines of a comparison: all of its numbers.
    pub fn list(comparison: &'a Comparison) -> impl Iterator<Item = Self> + 'a {
        let queries = comparison.queries.iter().map(Self::Query);
        let whole = [
            Self::Difference {
                log_likelihood: comparison.log_likelihood,
                log_ratio: comparison.log_ratio,
            },
            Self::Overlap(&comparison.overlap),
        ];
        let series = comparison.trends.series.iter();
        let times = series.flat_map(|series| {
            let query = series.query.as_str();
            let periods = comparison.trends.periods.iter().zip(&series.points);
            let periods = periods.map(move |(period, point)| Self::Period {
                query,
                period,
                point,
            });
            let point = &series.undated;
            periods.chain((point.of_articles > 0).then_some(Self::Undated { query, point }))
        });
        let near = comparison.queries.iter().zip(&comparison.collocates);
        let near = near.flat_map(|(query, keywords)| {
            let query = query.query.as_str();
            let lines = keywords.iter();
            lines.map(move |keyword| Self::Collocate { query, keyword })
        });
        queries.chain(whole).chain(times).chain(near)
    }
}
