//! Answers of the views for research as JSON, the same from the command line and from the
//! server. The shapes are described in `docs/json-output.md`.

use serde::Serialize;

use crate::query::Problem;
use crate::research::{Concordance, GroupKey, KwicGroup, KwicLine, Sample, Trends};

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
    keys: Vec<String>,
    groups: &'a [KwicGroup],
}

/// Counts over time.
#[derive(Serialize)]
pub struct TrendsAnswer<'a> {
    version: u32,
    problems: Vec<TrendsProblem<'a>>,
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
