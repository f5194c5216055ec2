//! Texts whose first lines name their fields: "Tiêu đề: …", "Tác giả: …".

use super::Paragraph;
use crate::Article;
use crate::fields::{Draft, Field, field};
use crate::parse::dateline;
use crate::provenance::Trace;

/// Lines at the top that may have a label.
const MOST: usize = 12;

/// Reads a text that begins with the label of its title and at least one more.
pub(super) fn read(paragraphs: &[Paragraph<'_>], trace: &mut Trace) -> Option<Article> {
    let lines = || {
        paragraphs
            .iter()
            .take(MOST)
            .map_while(|line| label(&line.text))
    };
    let count = lines().count();
    let has_title = lines().any(|(field, ..)| field == Field::Title);
    if count < 2 || !has_title {
        return None;
    }
    let mut draft = Draft::default();
    let mut body = Vec::new();
    for (field, rank, value) in lines() {
        match field {
            Field::Body => body.push(value),
            field => draft.offer(field, rank, value.to_owned(), "labelled line", trace),
        }
    }
    let rest = paragraphs.get(count..).unwrap_or_default();
    body.extend(rest.iter().map(|line| line.text.as_ref()));
    body.retain(|line| !line.is_empty());
    let dateline = body.first().and_then(|line| dateline::read(line));
    draft.offer(Field::Body, 0, body.join("\n"), "the other lines", trace);
    let mut article = draft.finish();
    if let Some(dateline) = dateline {
        dateline::apply(dateline, &mut article, trace);
    }
    Some(article)
}

/// The field of a line with a label, the rank of its name, and the value.
fn label(line: &str) -> Option<(Field, u8, &str)> {
    const LONGEST: usize = 24;
    let (label, value) = line.split_once(':')?;
    let label = label.trim();
    let is_short = label.chars().count() <= LONGEST && label.split_whitespace().count() <= 3;
    let (field, rank) = field(label).filter(|_| is_short)?;
    Some((field, rank, value.trim()))
}
