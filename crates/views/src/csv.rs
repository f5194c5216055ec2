//! Answers as rows of CSV.

use std::borrow::Cow;

use timbao_query::iso_day;
use timbao_query::plan::Facet;

use crate::collocates::Collocate;
use crate::facets::facet_value;
use crate::fillers::Filler;
use crate::keywords::Keyword;
use crate::kwic::{KwicGroup, KwicLine};
use crate::periods::Period;
use crate::shown::ShownHit;
use crate::trends::{Trend, TrendPoint, Trends};

/// The columns of a hit.
pub fn header() -> Vec<&'static str> {
    let facets = Facet::stated().map(Facet::name);
    let before = ["rank", "id", "path", "member", "title", "date"].into_iter();
    before.chain(facets).chain(["score", "snippet"]).collect()
}

/// The columns of a line of a concordance; `start` and `end` are code points of the field.
pub const KWIC_HEADER: [&str; 14] = [
    "id", "path", "member", "date", "section", "source", "title", "field", "token", "start", "end",
    "left", "match", "right",
];

/// The values of a line of a concordance.
pub fn kwic_row(line: &KwicLine) -> [Cow<'_, str>; KWIC_HEADER.len()] {
    [
        Cow::from(&line.id),
        Cow::from(&line.path),
        optional(line.member.as_deref()),
        optional(line.date.as_deref()),
        optional(line.section.as_deref()),
        optional(line.source.as_deref()),
        optional(line.title.as_deref()),
        line.field.to_string().into(),
        line.token.to_string().into(),
        line.range.start.to_string().into(),
        line.range.end.to_string().into(),
        Cow::from(&line.left),
        Cow::from(&line.matched),
        Cow::from(&line.right),
    ]
}

/// The values of a group of a concordance: those of its keys, then matches and articles.
pub fn group_row(group: &KwicGroup) -> impl Iterator<Item = Cow<'_, str>> {
    let counts = [group.matches, group.articles].map(|count| Cow::from(count.to_string()));
    let values = group.values.iter();
    values.map(|value| optional(value.as_deref())).chain(counts)
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
pub fn collocate_row(collocate: &Collocate) -> [Cow<'_, str>; COLLOCATES_HEADER.len()] {
    [
        Cow::from(&collocate.unit),
        collocate.syllables.to_string().into(),
        collocate.near.to_string().into(),
        collocate.articles.to_string().into(),
        collocate.count.to_string().into(),
        measured(collocate.expected),
        measured(collocate.log_likelihood),
        measured(collocate.log_dice),
        measured(collocate.mutual_information),
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
pub fn keyword_row(keyword: &Keyword) -> [Cow<'_, str>; KEYWORDS_HEADER.len()] {
    [
        Cow::from(&keyword.unit),
        keyword.syllables.to_string().into(),
        keyword.count.to_string().into(),
        keyword.articles.to_string().into(),
        keyword.against_count.to_string().into(),
        keyword.against_articles.to_string().into(),
        measured(keyword.per_million),
        measured(keyword.against_per_million),
        measured(keyword.log_likelihood),
        measured(keyword.log_ratio),
    ]
}

/// The columns of a filler.
pub const FILLERS_HEADER: [&str; 3] = ["filler", "matches", "articles"];

/// The values of a filler.
pub fn filler_row(filler: &Filler) -> [Cow<'_, str>; FILLERS_HEADER.len()] {
    [
        filler.to_string().into(),
        filler.matches.to_string().into(),
        filler.articles.to_string().into(),
    ]
}

fn measured(value: f64) -> Cow<'static, str> {
    format!("{value:.4}").into()
}

/// The columns of a period of a trend.
pub const TRENDS_HEADER: [&str; 12] = [
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
];

/// A row for each period of each series, and one for the articles without a date if there are
/// any.
pub fn trends_rows(
    trends: &Trends,
) -> impl Iterator<Item = [Cow<'_, str>; TRENDS_HEADER.len()]> + '_ {
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
) -> [Cow<'a, str>; TRENDS_HEADER.len()] {
    let rate = |rate: Option<f64>| rate.map(|r| format!("{r:.4}")).unwrap_or_default();
    let day = |day: Option<i32>| day.map(iso_day).unwrap_or_default();
    [
        Cow::from(&series.query),
        if series.other {
            "(other)".into()
        } else {
            optional(series.value.as_deref())
        },
        period.map_or("undated", |p| p.period.as_str()).into(),
        day(period.map(|p| p.first_day)).into(),
        day(period.map(|p| p.last_day)).into(),
        point.matches.to_string().into(),
        point.articles.to_string().into(),
        point.of_articles.to_string().into(),
        point.of_tokens.to_string().into(),
        rate(point.per_million_tokens).into(),
        rate(point.per_thousand_articles).into(),
        point.thin.to_string().into(),
    ]
}

/// The values of a hit.
pub fn row(hit: &ShownHit) -> Vec<Cow<'_, str>> {
    let article = &hit.article;
    let snippets: Vec<&str> = hit
        .snippets
        .iter()
        .map(|snippet| snippet.text.as_str())
        .collect();
    let before = [
        Cow::from(hit.rank.to_string()),
        Cow::from(&article.id),
        Cow::from(&article.path),
        optional(article.member.as_deref()),
        optional(article.title.as_deref()),
        article
            .published
            .map(|date| date.to_string())
            .unwrap_or_default()
            .into(),
    ];
    let facets = Facet::stated().map(|facet| optional(facet_value(article, facet)));
    let after = [
        Cow::from(hit.score.to_string()),
        snippets.join(" … ").into(),
    ];
    before.into_iter().chain(facets).chain(after).collect()
}

fn optional(value: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(value.unwrap_or_default())
}
