//! Hits as JSON. The shapes are described in `docs/json-output.md`; a change that could
//! break a reader raises [`VERSION`].

use std::ops::Range;

use serde::Serialize;
use timbao_index::query::Problem;
use timbao_index::{FacetCounts, Snippet};

use super::ShownHit;

/// The version of every JSON shape this program writes.
pub(crate) const VERSION: u32 = 1;

/// The unit of all ranges: Unicode scalar values, as Python and jq count.
pub(crate) const RANGE_UNIT: &str = "codepoints";

/// The answer to a search.
#[derive(Serialize)]
pub(crate) struct Answer<'a> {
    pub version: u32,
    pub query: &'a str,
    pub total: u64,
    pub offset: usize,
    pub range_unit: &'static str,
    pub problems: Vec<ProblemShape>,
    /// Only where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<&'a [FacetCounts]>,
    pub hits: Vec<HitShape<'a>>,
}

/// A hit.
#[derive(Serialize)]
pub(crate) struct HitShape<'a> {
    rank: u64,
    id: &'a str,
    path: &'a str,
    member: Option<&'a str>,
    title: Option<&'a str>,
    title_highlights: Vec<RangeShape>,
    date: Option<String>,
    section: Option<&'a str>,
    place: Option<&'a str>,
    agency: Option<&'a str>,
    author: Option<&'a str>,
    source: Option<&'a str>,
    url: Option<&'a str>,
    score: f32,
    snippets: Vec<SnippetShape<'a>>,
}

/// A passage.
#[derive(Serialize)]
struct SnippetShape<'a> {
    field: String,
    text: &'a str,
    highlights: Vec<RangeShape>,
    /// Whether the text before it belongs to its paragraph.
    starts_mid: bool,
    /// Whether the text behind it belongs to its paragraph.
    ends_mid: bool,
}

/// A range of code points, the end exclusive.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RangeShape {
    start: usize,
    end: usize,
}

/// What in a query could not be read as it stands.
#[derive(Serialize)]
pub(crate) struct ProblemShape {
    message: String,
    hint: Option<String>,
    range: RangeShape,
}

impl<'a> HitShape<'a> {
    /// The shape of a hit.
    pub(crate) fn new(hit: &'a ShownHit) -> Self {
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
            section: article.section.as_deref(),
            place: article.place.as_deref(),
            agency: article.agency.as_deref(),
            author: article.author.as_deref(),
            source: article.source.as_deref(),
            url: article.url.as_deref(),
            score: hit.score,
            snippets: hit.snippets.iter().map(SnippetShape::new).collect(),
        }
    }
}

impl<'a> SnippetShape<'a> {
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
    /// The shape of a problem of `query`.
    pub(crate) fn new(problem: &Problem, query: &str) -> Self {
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
pub(crate) fn range_shape(text: &str, range: &Range<usize>) -> RangeShape {
    let before = |end: usize| text.char_indices().take_while(|(at, _)| *at < end).count();
    RangeShape {
        start: before(range.start),
        end: before(range.end),
    }
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
