//! Answers of the views for research as JSON, the same from the command line and from the
//! server. The shapes are described in `docs/json-output.md`.

use serde::Serialize;
use timbao_query::Problem;

use crate::research::{Citation, Concordance, GroupKey, KwicGroup, KwicLine, Sample, Trends};

use super::json::{ProblemShape, RANGE_UNIT, VERSION};

/// The lines of a concordance.
#[derive(Serialize)]
pub struct KwicAnswer<'a> {
    version: u32,
    query: &'a str,
    matches: u64,
    articles: u64,
    sample: Option<Sample>,
    offset: usize,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    lines: &'a [KwicLine],
}

/// The lines of a concordance, counted.
#[derive(Serialize)]
pub struct KwicGroupsAnswer<'a> {
    version: u32,
    query: &'a str,
    matches: u64,
    articles: u64,
    sample: Option<Sample>,
    problems: Vec<ProblemShape>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    keys: Vec<String>,
    groups: &'a [KwicGroup],
}

/// Counts over time.
#[derive(Serialize)]
pub struct TrendsAnswer<'a> {
    version: u32,
    problems: Vec<TrendsProblem<'a>>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    #[serde(flatten)]
    trends: &'a Trends,
}

/// What in one of several queries could not be read as it stands.
#[derive(Serialize)]
struct TrendsProblem<'a> {
    query: &'a str,
    #[serde(flatten)]
    problem: ProblemShape,
}

/// An answer of another view, with what every answer has.
#[derive(Serialize)]
pub struct ViewAnswer<'a, T> {
    version: u32,
    /// None for views that have no query.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    problems: Vec<ProblemShape>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    #[serde(flatten)]
    view: &'a T,
}

impl<'a, T> ViewAnswer<'a, T> {
    /// The shape of a view of a query.
    pub fn new(query: &'a str, problems: &[Problem], view: &'a T) -> Self {
        Self {
            version: VERSION,
            query: Some(query),
            problems: shapes(problems, query),
            citation: None,
            view,
        }
    }

    /// The shape of a view without a query.
    pub fn of(view: &'a T) -> Self {
        Self {
            version: VERSION,
            query: None,
            problems: Vec::new(),
            citation: None,
            view,
        }
    }
}

impl<'a> KwicAnswer<'a> {
    /// The shape of some lines, the first of which has the place `offset`.
    pub fn new(
        query: &'a str,
        problems: &[Problem],
        concordance: &Concordance<'_>,
        sample: Option<Sample>,
        offset: usize,
        lines: &'a [KwicLine],
    ) -> Self {
        Self {
            version: VERSION,
            query,
            matches: concordance.matches(),
            articles: concordance.articles(),
            sample,
            offset,
            range_unit: RANGE_UNIT,
            problems: shapes(problems, query),
            citation: None,
            lines,
        }
    }
}

impl<'a> KwicGroupsAnswer<'a> {
    /// The shape of groups.
    pub fn new(
        query: &'a str,
        problems: &[Problem],
        concordance: &Concordance<'_>,
        sample: Option<Sample>,
        keys: &[GroupKey],
        groups: &'a [KwicGroup],
    ) -> Self {
        Self {
            version: VERSION,
            query,
            matches: concordance.matches(),
            articles: concordance.articles(),
            sample,
            problems: shapes(problems, query),
            citation: None,
            keys: keys.iter().map(ToString::to_string).collect(),
            groups,
        }
    }
}

impl<'a> TrendsAnswer<'a> {
    /// The shape of trends; `problems` are those of each query as it was typed.
    pub fn new(
        trends: &'a Trends,
        problems: impl IntoIterator<Item = (&'a str, &'a [Problem])>,
    ) -> Self {
        let problems = problems.into_iter().flat_map(|(query, problems)| {
            problems.iter().map(move |problem| TrendsProblem {
                query,
                problem: ProblemShape::new(problem, query),
            })
        });
        Self {
            version: VERSION,
            problems: problems.collect(),
            citation: None,
            trends,
        }
    }
}

fn shapes(problems: &[Problem], query: &str) -> Vec<ProblemShape> {
    problems
        .iter()
        .map(|problem| ProblemShape::new(problem, query))
        .collect()
}
