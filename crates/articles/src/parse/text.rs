//! Plain text: first line, second line, rest.

use crate::Article;
use crate::fields::{one_line, paragraphs};
use crate::provenance::Trace;

/// Parses plain text.
pub(crate) fn parse(text: &str, trace: &mut Trace) -> Article {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut take = |field, from| {
        let line = lines.next()?;
        trace.field(field, from);
        Some(one_line(line.to_owned()))
    };
    let title = take("title", "first line");
    let summary = take("summary", "second line");
    let body = lines.collect::<Vec<_>>().join("\n");
    Article {
        title,
        summary,
        body: paragraphs(body),
        ..Article::default()
    }
}
