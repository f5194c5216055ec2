//! Answers as rows of tables.

use timbao_query::iso_day;
use timbao_query::plan::Facet;

use crate::cell::Cell;
use crate::collocates::Collocate;
use crate::compare::Comparison;
use crate::dispersion::{Dispersion, DispersionPart};
use crate::facets::facet_value;
use crate::fillers::Filler;
use crate::keywords::Keyword;
use crate::kwic::{KwicGroup, KwicLine};
use crate::periods::Period;
use crate::reprints::{Reprint, ReprintGroup};
use crate::shown::ShownHit;
use crate::similar::SimilarArticle;
use crate::trends::{Trend, TrendPoint, Trends};
use crate::wordlist::ListedUnit;

/// The columns of a hit; `reprints` is empty unless reprints are collapsed.
pub fn header() -> Vec<&'static str> {
    let facets = Facet::stated().map(Facet::name);
    let before = ["rank", "id", "path", "member", "title", "date", "time"].into_iter();
    let after = ["score", "reprints", "snippet"];
    before.chain(facets).chain(after).collect()
}

/// The columns of a line of a concordance; `start` and `end` are code points of the field.
pub const KWIC_HEADER: [&str; 15] = [
    "id", "path", "member", "date", "time", "section", "source", "title", "field", "token",
    "start", "end", "left", "match", "right",
];

/// The values of a line of a concordance.
pub fn kwic_row(line: &KwicLine) -> [Cell<'_>; KWIC_HEADER.len()] {
    let [day, time] = Cell::date_and_time(line.date.as_deref());
    [
        Cell::from(line.id.as_str()),
        Cell::from(line.path.as_str()),
        Cell::optional(line.member.as_deref()),
        day,
        time,
        Cell::optional(line.section.as_deref()),
        Cell::optional(line.source.as_deref()),
        Cell::optional(line.title.as_deref()),
        Cell::from(line.field.to_string()),
        Cell::from(line.token),
        Cell::from(line.range.start),
        Cell::from(line.range.end),
        Cell::from(&line.left),
        Cell::from(&line.matched),
        Cell::from(&line.right),
    ]
}

/// The values of a group of a concordance: those of its keys, then matches and articles.
pub fn group_row(group: &KwicGroup) -> impl Iterator<Item = Cell<'_>> {
    let counts = [group.matches, group.articles].map(Cell::from);
    let values = group.values.iter();
    values
        .map(|value| Cell::optional(value.as_deref()))
        .chain(counts)
}

/// The columns of a collocate.
pub const COLLOCATES_HEADER: [&str; 9] = [
    "unit",
    "syllables",
    "near",
    "articles",
    "count",
    "expected",
    "log_likelihood",
    "log_dice",
    "mutual_information",
];

/// The values of a collocate.
pub fn collocate_row(collocate: &Collocate) -> [Cell<'_>; COLLOCATES_HEADER.len()] {
    [
        Cell::from(&collocate.unit),
        Cell::from(collocate.syllables),
        Cell::from(collocate.near),
        Cell::from(collocate.articles),
        Cell::from(collocate.count),
        Cell::Decimal(collocate.expected),
        Cell::Decimal(collocate.log_likelihood),
        Cell::Decimal(collocate.log_dice),
        Cell::Decimal(collocate.mutual_information),
    ]
}

/// The columns of a keyword.
pub const KEYWORDS_HEADER: [&str; 10] = [
    "unit",
    "syllables",
    "count",
    "articles",
    "against_count",
    "against_articles",
    "per_million",
    "against_per_million",
    "log_likelihood",
    "log_ratio",
];

/// The values of a keyword.
pub fn keyword_row(keyword: &Keyword) -> [Cell<'_>; KEYWORDS_HEADER.len()] {
    [
        Cell::from(&keyword.unit),
        Cell::from(keyword.syllables),
        Cell::from(keyword.count),
        Cell::from(keyword.articles),
        Cell::from(keyword.against_count),
        Cell::from(keyword.against_articles),
        Cell::Decimal(keyword.per_million),
        Cell::Decimal(keyword.against_per_million),
        Cell::Decimal(keyword.log_likelihood),
        Cell::Decimal(keyword.log_ratio),
    ]
}

/// The columns of a filler.
pub const FILLERS_HEADER: [&str; 3] = ["filler", "matches", "articles"];

/// The values of a filler.
pub fn filler_row(filler: &Filler) -> [Cell<'_>; FILLERS_HEADER.len()] {
    [
        Cell::from(filler.to_string()),
        Cell::from(filler.matches),
        Cell::from(filler.articles),
    ]
}

/// The columns of a similar article.
pub const SIMILAR_HEADER: [&str; 10] = [
    "score", "id", "path", "member", "title", "date", "time", "section", "source", "terms",
];

/// The values of a similar article.
pub fn similar_row(article: &SimilarArticle) -> [Cell<'_>; SIMILAR_HEADER.len()] {
    let [day, time] = Cell::date_and_time(article.date.as_deref());
    [
        Cell::Decimal(article.score),
        Cell::from(&article.id),
        Cell::from(&article.path),
        Cell::optional(article.member.as_deref()),
        Cell::optional(article.title.as_deref()),
        day,
        time,
        Cell::optional(article.section.as_deref()),
        Cell::optional(article.source.as_deref()),
        Cell::from(article.terms.join("; ")),
    ]
}

/// The columns of a publication of a text.
pub const REPRINTS_HEADER: [&str; 12] = [
    "id", "path", "member", "title", "date", "time", "source", "agency", "tokens", "shared",
    "added", "removed",
];

/// The values of a publication of a text.
pub fn reprint_row(publication: &Reprint) -> [Cell<'_>; REPRINTS_HEADER.len()] {
    let [day, time] = Cell::date_and_time(publication.date.as_deref());
    [
        Cell::from(&publication.id),
        Cell::from(&publication.path),
        Cell::optional(publication.member.as_deref()),
        Cell::optional(publication.title.as_deref()),
        day,
        time,
        Cell::optional(publication.source.as_deref()),
        Cell::optional(publication.agency.as_deref()),
        Cell::from(publication.tokens),
        Cell::Decimal(publication.shared),
        Cell::from(publication.added),
        Cell::from(publication.removed),
    ]
}

/// The columns of a text that was published several times.
pub const REPRINT_GROUPS_HEADER: [&str; 8] = [
    "publications",
    "id",
    "path",
    "member",
    "title",
    "date",
    "time",
    "source",
];

/// The values of a text that was published several times.
pub fn reprint_group_row(group: &ReprintGroup) -> [Cell<'_>; REPRINT_GROUPS_HEADER.len()] {
    let [day, time] = Cell::date_and_time(group.date.as_deref());
    [
        Cell::from(group.publications),
        Cell::from(&group.id),
        Cell::from(&group.path),
        Cell::optional(group.member.as_deref()),
        Cell::optional(group.title.as_deref()),
        day,
        time,
        Cell::optional(group.source.as_deref()),
    ]
}

/// The columns of an n-gram of a word list.
pub const WORDLIST_HEADER: [&str; 5] = ["unit", "count", "articles", "per_million", "per_thousand"];

/// The values of an n-gram of a word list.
pub fn wordlist_row(unit: &ListedUnit) -> [Cell<'_>; WORDLIST_HEADER.len()] {
    [
        Cell::from(&unit.unit),
        Cell::from(unit.count),
        Cell::from(unit.articles),
        Cell::Decimal(unit.per_million),
        Cell::Decimal(unit.per_thousand),
    ]
}

/// The columns of a part of a dispersion.
pub const DISPERSION_HEADER: [&str; 6] = [
    "part",
    "from",
    "to",
    "matches",
    "of_tokens",
    "per_million_tokens",
];

/// The parts of a dispersion; the slices if they are the parts.
pub fn dispersion_parts(dispersion: &Dispersion) -> &[DispersionPart] {
    match dispersion.parts.as_slice() {
        [] => &dispersion.slices,
        parts => parts,
    }
}

/// The values of a part of a dispersion.
pub fn dispersion_row(part: &DispersionPart) -> [Cell<'_>; DISPERSION_HEADER.len()] {
    [
        Cell::optional(part.part.as_deref()),
        part.from.as_deref().map_or(Cell::Empty, Cell::iso_day),
        part.to.as_deref().map_or(Cell::Empty, Cell::iso_day),
        Cell::from(part.matches),
        Cell::from(part.of_tokens),
        rate(part.per_million_tokens),
    ]
}

/// The columns of a comparison. `kind` is `query`, `overlap`, `period` or `collocate`, and `item`
/// the set of articles, the period or the word.
pub const COMPARE_HEADER: [&str; 11] = [
    "kind",
    "query",
    "item",
    "matches",
    "articles",
    "of_articles",
    "of_tokens",
    "per_million_tokens",
    "per_thousand_articles",
    "log_likelihood",
    "log_ratio",
];

/// The rows of a comparison: its queries, the sets of articles, the periods of each query, and the
/// collocates of each.
pub fn compare_rows(
    comparison: &Comparison,
) -> impl Iterator<Item = [Cell<'_>; COMPARE_HEADER.len()]> + '_ {
    let measures = [
        Cell::Decimal(comparison.log_likelihood),
        Cell::Decimal(comparison.log_ratio),
    ];
    let queries = comparison.trends.series.iter().map(move |series| {
        let query = Cell::from(&series.query);
        compared(
            ["query".into(), query, blank()],
            counts(&series.total),
            measures.clone(),
        )
    });
    queries
        .chain(overlap_rows(comparison))
        .chain(period_rows(comparison))
        .chain(collocate_rows(comparison))
}

type CompareRow<'a> = [Cell<'a>; COMPARE_HEADER.len()];

fn overlap_rows(comparison: &Comparison) -> impl Iterator<Item = CompareRow<'_>> {
    let overlap = &comparison.overlap;
    let sets = [
        ("both", overlap.both, Cell::Decimal(overlap.log_likelihood)),
        ("only_first", overlap.only_first, blank()),
        ("only_second", overlap.only_second, blank()),
    ];
    sets.into_iter().map(move |(name, articles, likelihood)| {
        let of = number(comparison.of_articles);
        let counts = [blank(), number(articles), of, blank(), blank(), blank()];
        compared(
            ["overlap".into(), blank(), name.into()],
            counts,
            [likelihood, blank()],
        )
    })
}

fn period_rows(comparison: &Comparison) -> impl Iterator<Item = CompareRow<'_>> {
    let series = comparison.trends.series.iter();
    series.flat_map(move |series| {
        let dated = comparison.trends.periods.iter().zip(&series.points);
        let dated = dated.map(|(period, point)| (period.period.as_str(), point));
        let undated = (series.undated.of_articles > 0).then_some(("undated", &series.undated));
        dated.chain(undated).map(move |(period, point)| {
            let query = Cell::from(&series.query);
            compared(
                ["period".into(), query, period.into()],
                counts(point),
                [blank(), blank()],
            )
        })
    })
}

fn collocate_rows(comparison: &Comparison) -> impl Iterator<Item = CompareRow<'_>> {
    let near = comparison.queries.iter().zip(&comparison.collocates);
    near.flat_map(move |(query, keywords)| {
        keywords.iter().map(move |keyword| {
            let counts = [
                number(keyword.count),
                number(keyword.articles),
                blank(),
                blank(),
                Cell::Decimal(keyword.per_million),
                blank(),
            ];
            let measures = [
                Cell::Decimal(keyword.log_likelihood),
                Cell::Decimal(keyword.log_ratio),
            ];
            let (query, unit) = (Cell::from(&query.query), Cell::from(&keyword.unit));
            compared(["collocate".into(), query, unit], counts, measures)
        })
    })
}

/// A row of a comparison: its kind, query and item, then counts and measures.
fn compared<'a>(
    [kind, query, item]: [Cell<'a>; 3],
    [
        matches,
        articles,
        of_articles,
        of_tokens,
        per_million,
        per_thousand,
    ]: [Cell<'a>; 6],
    [log_likelihood, log_ratio]: [Cell<'a>; 2],
) -> [Cell<'a>; COMPARE_HEADER.len()] {
    [
        kind,
        query,
        item,
        matches,
        articles,
        of_articles,
        of_tokens,
        per_million,
        per_thousand,
        log_likelihood,
        log_ratio,
    ]
}

/// The counts of a query in a period.
fn counts(point: &TrendPoint) -> [Cell<'static>; 6] {
    [
        number(point.matches),
        number(point.articles),
        number(point.of_articles),
        number(point.of_tokens),
        rate(point.per_million_tokens),
        rate(point.per_thousand_articles),
    ]
}

fn blank() -> Cell<'static> {
    Cell::Empty
}

fn number(number: u64) -> Cell<'static> {
    Cell::Whole(number)
}

fn rate(rate: Option<f64>) -> Cell<'static> {
    rate.map_or(Cell::Empty, Cell::Decimal)
}

/// The columns of a period of a trend.
pub const TRENDS_HEADER: [&str; 17] = [
    "query",
    "value",
    "period",
    "from",
    "to",
    "matches",
    "articles",
    "of_articles",
    "of_tokens",
    "per_million_tokens",
    "per_thousand_articles",
    "thin",
    "partial",
    "average_matches",
    "average_articles",
    "average_per_million_tokens",
    "average_per_thousand_articles",
];

/// A row for each period of each series, and one for the articles without a date if there are
/// any.
pub fn trends_rows(trends: &Trends) -> impl Iterator<Item = [Cell<'_>; TRENDS_HEADER.len()]> + '_ {
    trends.series.iter().flat_map(|series| {
        let dated = trends.periods.iter().zip(&series.points);
        let undated = (series.undated.of_articles > 0).then_some(&series.undated);
        dated
            .map(|(period, point)| trend_row(series, Some(period), point))
            .chain(undated.map(|point| trend_row(series, None, point)))
    })
}

fn trend_row<'a>(
    series: &'a Trend,
    period: Option<&'a Period>,
    point: &TrendPoint,
) -> [Cell<'a>; TRENDS_HEADER.len()] {
    let day = |day: Option<i32>| day.map_or(Cell::Empty, |day| Cell::iso_day(&iso_day(day)));
    let average = point.average;
    [
        Cell::from(&series.query),
        if series.other {
            "(other)".into()
        } else {
            Cell::optional(series.value.as_deref())
        },
        period.map_or("undated", |p| p.period.as_str()).into(),
        day(period.map(|p| p.first_day)),
        day(period.map(|p| p.last_day)),
        point.matches.into(),
        point.articles.into(),
        point.of_articles.into(),
        point.of_tokens.into(),
        rate(point.per_million_tokens),
        rate(point.per_thousand_articles),
        point.thin.into(),
        period.is_some_and(|p| p.partial).into(),
        rate(average.map(|a| a.matches)),
        rate(average.map(|a| a.articles)),
        rate(average.and_then(|a| a.per_million_tokens)),
        rate(average.and_then(|a| a.per_thousand_articles)),
    ]
}

/// The values of a hit.
pub fn row(hit: &ShownHit) -> Vec<Cell<'_>> {
    let article = &hit.article;
    let snippets: Vec<&str> = hit
        .snippets
        .iter()
        .map(|snippet| snippet.text.as_str())
        .collect();
    let date = article.published.map(|date| date.to_string());
    let [day, time] = Cell::date_and_time(date.as_deref());
    let before = [
        Cell::from(hit.rank),
        Cell::from(&article.id),
        Cell::from(&article.path),
        Cell::optional(article.member.as_deref()),
        Cell::optional(article.title.as_deref()),
        day,
        time,
    ];
    let facets = Facet::stated().map(|facet| Cell::optional(facet_value(article, facet)));
    let after = [
        Cell::Decimal(hit.score.into()),
        hit.reprints.map_or(Cell::Empty, Cell::from),
        Cell::from(snippets.join(" … ")),
    ];
    before.into_iter().chain(facets).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_a_dispersion_are_days() {
        let part = DispersionPart {
            part: Some("1".into()),
            from: Some("2024-05-01".into()),
            to: None,
            ..DispersionPart::default()
        };
        let [_, from, to, ..] = dispersion_row(&part);
        let (year, month, day) = (2024, 5, 1);
        assert_eq!((from, to), (Cell::Day { year, month, day }, Cell::Empty));
    }
}
