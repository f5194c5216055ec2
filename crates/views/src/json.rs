//! Answers as JSON, the same from the command line and from the server. The shapes are
//! described in `docs/json-output.md`; a change that could break a reader raises
//! [`VERSION`].

mod lines;

use std::ops::Range;

use serde::{Serialize, Serializer};
use timbao_articles::{Article, Published};
use timbao_query::plan::Facet;
use timbao_query::{Problem, Request};

use crate::cite::Citation;
use crate::columns::GroupKey;
use crate::compare::Comparison;
use crate::explain::ScoreExplanation;
use crate::facets::{FacetCounts, facet_value};
use crate::fillers::{Filler, Fillers};
use crate::kwic::{Concordance, KwicGroup, KwicLine, Sample};
use crate::matches::MatchShape;
use crate::shown::ShownHit;
use crate::snippet::Snippet;
use crate::stats::Stats;
use crate::suggest::{Advice, Cause, Suggestion};
use crate::trends::Trends;

pub use lines::{CompareLine, TrendLine};

/// The version of every JSON shape.
pub const VERSION: u32 = 1;

/// The unit of all ranges: Unicode scalar values, as Python and jq count.
pub const RANGE_UNIT: &str = "codepoints";

/// The answer to a search.
#[derive(Debug, Serialize)]
pub struct SearchAnswer<'a> {
    version: u32,
    query: &'a str,
    total: u64,
    offset: usize,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<&'a [FacetCounts]>,
    /// Number of distinct texts, if each text is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<u64>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    /// Reasons for an empty result and other queries, if they were computed.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub advice: Option<AdviceShape<'a>>,
    hits: Vec<HitShape<'a>>,
}

/// Reasons for an empty result, and other queries.
#[derive(Debug, Serialize)]
pub struct AdviceShape<'a> {
    causes: Vec<CauseShape<'a>>,
    suggestions: Vec<&'a Suggestion>,
}

/// A cause with its description.
#[derive(Debug, Serialize)]
struct CauseShape<'a> {
    message: String,
    #[serde(flatten)]
    cause: &'a Cause,
}

/// The answer to one of several queries: its total, and its hits or its counts.
#[derive(Debug, Serialize)]
pub struct BatchEntry<'a> {
    /// The query.
    pub query: &'a str,
    /// Number of articles that match.
    pub total: u64,
    /// The problems of the query, as far as they are reported with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProblemShape>,
    /// The matches by the values of a facet, instead of hits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'a FacetCounts>,
    /// The hits, unless only totals are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hits: Option<Vec<HitShape<'a>>>,
}

/// The articles with an id.
#[derive(Debug, Serialize)]
pub struct ArticlesAnswer<'a> {
    version: u32,
    id: &'a str,
    articles: &'a [Article],
    /// The matches of a query in each article, on request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<Vec<Vec<MatchShape>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range_unit: Option<&'static str>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
}

/// The last line of JSON Lines that are cited.
#[derive(Debug, Serialize)]
pub struct CitationLine<'a> {
    /// The citation of the lines before.
    pub citation: &'a Citation,
}

/// Index statistics.
#[derive(Debug, Serialize)]
pub struct StatsAnswer {
    version: u32,
    index: String,
    articles: u64,
    tokens: u64,
    distinct_syllables: u64,
    distinct_folded: u64,
    bytes_on_disk: u64,
    segments: u64,
    first_date: Option<String>,
    last_date: Option<String>,
    index_version: String,
    analyzer_version: String,
}

/// A hit.
#[derive(Debug, Serialize)]
pub struct HitShape<'a> {
    rank: u64,
    id: &'a str,
    path: &'a str,
    member: Option<&'a str>,
    title: Option<&'a str>,
    title_highlights: Vec<RangeShape>,
    date: Option<String>,
    #[serde(flatten)]
    facets: StatedFacets<'a>,
    url: Option<&'a str>,
    score: f32,
    snippets: Vec<SnippetShape<'a>>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a ScoreExplanation>,
    /// Only where every text is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    reprints: Option<u64>,
}

/// The values of an article for all facets that are not periods.
#[derive(Debug)]
struct StatedFacets<'a>(&'a Article);

impl Serialize for StatedFacets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = |facet: Facet| (facet.name(), facet_value(self.0, facet));
        serializer.collect_map(Facet::stated().map(value))
    }
}

/// A passage.
#[derive(Debug, Serialize)]
struct SnippetShape<'a> {
    field: String,
    text: &'a str,
    highlights: Vec<RangeShape>,
    /// Whether the text before it belongs to its paragraph.
    starts_mid: bool,
    /// Whether the following text belongs to the same paragraph.
    ends_mid: bool,
}

/// A range of code points, the end exclusive.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct RangeShape {
    start: usize,
    end: usize,
}

/// A problem of a query.
#[derive(Debug, Serialize)]
pub struct ProblemShape {
    message: String,
    hint: Option<String>,
    range: RangeShape,
}

/// The fillers of a phrase.
#[derive(Debug, Serialize)]
pub struct FillersAnswer<'a> {
    version: u32,
    query: &'a str,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    matches: u64,
    articles: u64,
    distinct: usize,
    fillers: &'a [Filler],
    /// The citation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
}

impl<'a> FillersAnswer<'a> {
    /// The answer to a request, with those fillers that are shown.
    pub fn new(request: &'a Request, fillers: &Fillers, shown: &'a [Filler]) -> Self {
        Self {
            version: VERSION,
            query: request.text(),
            range_unit: RANGE_UNIT,
            problems: ProblemShape::list(request),
            matches: fillers.matches,
            articles: fillers.articles,
            distinct: fillers.fillers.len(),
            fillers: shown,
            citation: None,
        }
    }
}

impl<'a> SearchAnswer<'a> {
    /// The answer to `query`: how many articles match, and those shown after `offset` others.
    pub fn new(
        query: &'a str,
        problems: &[Problem],
        total: u64,
        offset: usize,
        hits: &'a [ShownHit],
    ) -> Self {
        Self {
            version: VERSION,
            query,
            total,
            offset,
            range_unit: RANGE_UNIT,
            problems: shapes(problems, query),
            facets: None,
            texts: None,
            citation: None,
            advice: None,
            hits: hits.iter().map(HitShape::new).collect(),
        }
    }
}

impl<'a> AdviceShape<'a> {
    /// The shape of advice: corrections before relaxations.
    pub fn new(advice: &'a Advice) -> Self {
        let causes = advice.causes.iter().map(|cause| CauseShape {
            message: cause.to_string(),
            cause,
        });
        Self {
            causes: causes.collect(),
            suggestions: advice.meant.iter().chain(&advice.relaxed).collect(),
        }
    }
}

impl<'a> ArticlesAnswer<'a> {
    /// The articles with an id, which need not be unique.
    pub fn new(id: &'a str, articles: &'a [Article]) -> Self {
        Self {
            version: VERSION,
            id,
            articles,
            matches: None,
            range_unit: None,
            citation: None,
        }
    }

    /// Adds the matches of a query in each article.
    #[must_use]
    pub fn with_matches(self, matches: Vec<Vec<MatchShape>>) -> Self {
        Self {
            matches: Some(matches),
            range_unit: Some(RANGE_UNIT),
            ..self
        }
    }
}

impl StatsAnswer {
    /// The figures of the index in a directory.
    pub fn new(index: String, stats: &Stats) -> Self {
        let date = |day: Option<i32>| {
            let day = Published::from_unix_seconds(i64::from(day?) * 86_400)?;
            Some(Published::new(day.year()?, day.month(), day.day())?.to_string())
        };
        Self {
            version: VERSION,
            index,
            articles: stats.articles,
            tokens: stats.tokens,
            distinct_syllables: stats.distinct_syllables,
            distinct_folded: stats.distinct_folded,
            bytes_on_disk: stats.bytes_on_disk,
            segments: stats.segments as u64,
            first_date: date(stats.first_day),
            last_date: date(stats.last_day),
            index_version: stats.index_version.to_string(),
            analyzer_version: stats.analyzer_version.to_string(),
        }
    }
}

impl<'a> HitShape<'a> {
    /// The shape of a hit.
    pub fn new(hit: &'a ShownHit) -> Self {
        let article = &hit.article;
        let title = article.title.as_deref();
        Self {
            rank: hit.rank,
            id: &article.id,
            path: &article.path,
            member: article.member.as_deref(),
            title,
            title_highlights: ranges(title.unwrap_or_default(), &hit.title_matches),
            date: article.published.map(|date| date.to_string()),
            facets: StatedFacets(article),
            url: article.url.as_deref(),
            score: hit.score,
            snippets: hit.snippets.iter().map(SnippetShape::new).collect(),
            explanation: hit.explanation.as_ref(),
            reprints: hit.reprints,
        }
    }
}

impl<'a> SnippetShape<'a> {
    /// The shape of a passage.
    fn new(snippet: &'a Snippet) -> Self {
        Self {
            field: snippet.field.to_string(),
            text: &snippet.text,
            highlights: ranges(&snippet.text, &snippet.highlights),
            starts_mid: snippet.starts_mid,
            ends_mid: snippet.ends_mid,
        }
    }
}

impl ProblemShape {
    /// The problems of a request.
    pub fn list(request: &Request) -> Vec<Self> {
        shapes(request.problems(), request.text())
    }

    /// The shape of a problem of `query`.
    pub fn new(problem: &Problem, query: &str) -> Self {
        let range = problem.span.start..problem.span.end;
        Self {
            message: problem.message(),
            hint: problem.hint(),
            range: range_shape(query, &range),
        }
    }
}

fn ranges(text: &str, ranges: &[Range<usize>]) -> Vec<RangeShape> {
    ranges
        .iter()
        .map(|range| range_shape(text, range))
        .collect()
}

/// A range of bytes as one of code points.
pub fn range_shape(text: &str, range: &Range<usize>) -> RangeShape {
    let before = |end: usize| text.char_indices().take_while(|(at, _)| *at < end).count();
    RangeShape {
        start: before(range.start),
        end: before(range.end),
    }
}

/// The lines of a concordance.
#[derive(Debug, Serialize)]
pub struct KwicAnswer<'a> {
    version: u32,
    query: &'a str,
    matches: u64,
    articles: u64,
    sample: Option<Sample>,
    offset: usize,
    range_unit: &'static str,
    problems: Vec<ProblemShape>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    lines: &'a [KwicLine],
}

/// The lines of a concordance, counted.
#[derive(Debug, Serialize)]
pub struct KwicGroupsAnswer<'a> {
    version: u32,
    query: &'a str,
    matches: u64,
    articles: u64,
    sample: Option<Sample>,
    problems: Vec<ProblemShape>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    keys: Vec<String>,
    groups: &'a [KwicGroup],
}

/// Counts over time.
#[derive(Debug, Serialize)]
pub struct TrendsAnswer<'a> {
    version: u32,
    problems: Vec<TrendsProblem<'a>>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    #[serde(flatten)]
    trends: &'a Trends,
}

/// A problem of one of several queries.
#[derive(Debug, Serialize)]
struct TrendsProblem<'a> {
    query: &'a str,
    #[serde(flatten)]
    problem: ProblemShape,
}

/// Two queries, compared.
#[derive(Debug, Serialize)]
pub struct CompareAnswer<'a> {
    version: u32,
    problems: Vec<TrendsProblem<'a>>,
    /// On request only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<&'a Citation>,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

impl<'a> CompareAnswer<'a> {
    /// The shape of a comparison; `problems` are those of each query as it was typed.
    pub fn new(
        comparison: &'a Comparison,
        problems: impl IntoIterator<Item = (&'a str, &'a [Problem])>,
    ) -> Self {
        Self {
            version: VERSION,
            problems: of_queries(problems),
            citation: None,
            comparison,
        }
    }
}

/// An answer of another view, with what every answer has.
#[derive(Debug, Serialize)]
pub struct ViewAnswer<'a, T> {
    version: u32,
    /// None for views that have no query.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    problems: Vec<ProblemShape>,
    /// On request only.
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
        concordance: &Concordance,
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
        concordance: &Concordance,
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
        Self {
            version: VERSION,
            problems: of_queries(problems),
            citation: None,
            trends,
        }
    }
}

fn of_queries<'a>(
    problems: impl IntoIterator<Item = (&'a str, &'a [Problem])>,
) -> Vec<TrendsProblem<'a>> {
    let problems = problems.into_iter().flat_map(|(query, problems)| {
        problems.iter().map(move |problem| TrendsProblem {
            query,
            problem: ProblemShape::new(problem, query),
        })
    });
    problems.collect()
}

fn shapes(problems: &[Problem], query: &str) -> Vec<ProblemShape> {
    problems
        .iter()
        .map(|problem| ProblemShape::new(problem, query))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_count_code_points() {
        assert_eq!(
            range_shape("tự diễn", &(5..12)),
            RangeShape { start: 3, end: 7 }
        );
        assert_eq!(
            range_shape("tu\u{31b}\u{323} a", &(7..8)),
            RangeShape { start: 5, end: 6 }
        );
        assert_eq!(range_shape("", &(0..0)), RangeShape { start: 0, end: 0 });
    }
}
