//! Hits as rows of CSV.

use std::borrow::Cow;

use super::ShownHit;

/// The columns of a hit.
pub const HEADER: [&str; 13] = [
    "rank", "id", "path", "member", "title", "date", "section", "place", "agency", "author",
    "source", "score", "snippet",
];

/// The values of a hit.
pub fn row(hit: &ShownHit) -> [Cow<'_, str>; HEADER.len()] {
    let article = &hit.article;
    let snippets: Vec<&str> = hit
        .snippets
        .iter()
        .map(|snippet| snippet.text.as_str())
        .collect();
    [
        hit.rank.to_string().into(),
        Cow::from(&article.id),
        Cow::from(&article.path),
        optional(article.member.as_deref()),
        optional(article.title.as_deref()),
        article
            .published
            .map(|date| date.to_string())
            .unwrap_or_default()
            .into(),
        optional(article.section.as_deref()),
        optional(article.place.as_deref()),
        optional(article.agency.as_deref()),
        optional(article.author.as_deref()),
        optional(article.source.as_deref()),
        hit.score.to_string().into(),
        snippets.join(" … ").into(),
    ]
}

fn optional(value: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(value.unwrap_or_default())
}
