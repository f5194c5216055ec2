//! The matches of a query in an article, as JSON.

use serde::Serialize;
use timbao_articles::Article;
use timbao_query::plan::TextField;

use crate::corpus::Match;

/// A match in a part of an article, with a range of code points, the end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchShape {
    field: String,
    /// The number of the caption, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<usize>,
    start: usize,
    end: usize,
}

impl MatchShape {
    /// The matches of an article in the order of its text: title, summary, body, captions.
    pub fn list(article: &Article, matches: &[Match]) -> Vec<Self> {
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        // As they are indexed.
        let captions = captions.join("\n");
        let parts = [
            (TextField::Title, article.title.as_deref()),
            (TextField::Summary, article.summary.as_deref()),
            (TextField::Body, Some(article.body.as_str())),
            (TextField::Caption, Some(captions.as_str())),
        ];
        let mut all = Vec::with_capacity(matches.len());
        for (field, text) in parts {
            let here = matches.iter().filter(|found| found.range.field == field);
            let bytes = here.map(|found| found.range.bytes.clone());
            let ranges = code_points(text.unwrap_or_default(), bytes.collect());
            all.extend(ranges.into_iter().map(|(start, end)| Self {
                field: field.to_string(),
                caption: None,
                start,
                end,
            }));
        }
        for shape in all
            .iter_mut()
            .filter(|s| s.field == TextField::Caption.to_string())
        {
            shape.of_caption(article);
        }
        all
    }

    /// Turns a range of all captions into one of its own caption.
    fn of_caption(&mut self, article: &Article) {
        let mut before = 0;
        for (number, caption) in article.captions.iter().enumerate() {
            let length = caption.text.chars().count();
            if self.start <= before + length {
                self.caption = Some(number);
                self.start -= before;
                self.end -= before;
                return;
            }
            before += length + 1;
        }
    }
}

/// Ranges of bytes as ranges of code points, in one pass over the text.
fn code_points(text: &str, ranges: Vec<std::ops::Range<usize>>) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = ranges.iter().flat_map(|r| [r.start, r.end]).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut counted = Vec::with_capacity(ends.len());
    let mut chars = text.char_indices();
    let mut count = 0;
    let mut next = chars.next();
    for &end in &ends {
        while next.is_some_and(|(at, _)| at < end) {
            count += 1;
            next = chars.next();
        }
        counted.push(count);
    }
    let point = |byte: usize| {
        let number = ends.binary_search(&byte).unwrap_or_default();
        counted.get(number).copied().unwrap_or_default()
    };
    ranges
        .iter()
        .map(|r| (point(r.start), point(r.end)))
        .collect()
}

#[cfg(test)]
mod tests {
    use timbao_articles::Caption;

    use super::*;
    use crate::corpus::TextRange;

    #[test]
    fn ranges_are_those_of_each_part() {
        let caption = |text: &str| Caption {
            text: text.to_owned(),
            credit: None,
        };
        let article = Article {
            title: Some("Lũ ở Huế".to_owned()),
            body: "Sông Trà: lũ, lũ.".to_owned(),
            captions: vec![caption("Ảnh lũ"), caption("lũ rút")],
            ..Article::default()
        };
        let find = |field: TextField, text: &str| {
            let found = text.match_indices("lũ").chain(text.match_indices("Lũ"));
            let range = move |(at, word): (usize, &str)| TextRange {
                field,
                bytes: at..at + word.len(),
            };
            found.map(range).collect::<Vec<_>>()
        };
        let mut ranges = find(TextField::Title, "Lũ ở Huế");
        ranges.extend(find(TextField::Body, &article.body));
        ranges.extend(find(TextField::Caption, "Ảnh lũ\nlũ rút"));
        let matches = ranges.into_iter().map(|range| Match {
            range,
            tokens: 0..1,
            leaf: 0,
        });
        let shapes = MatchShape::list(&article, &matches.collect::<Vec<_>>());
        let shown: Vec<String> = shapes
            .iter()
            .map(|s| format!("{}{:?} {}..{}", s.field, s.caption, s.start, s.end))
            .collect();
        assert_eq!(
            shown,
            [
                "titleNone 0..2",
                "bodyNone 10..12",
                "bodyNone 14..16",
                "captionSome(0) 4..6",
                "captionSome(1) 0..2",
            ]
        );
    }
}
