//! Texts whose first lines name their fields: "Tiêu đề: …", "Tác giả: …".

use super::Paragraph;
use crate::Article;
use crate::fields::{Draft, Field, field};
use crate::parse::dateline;
use crate::provenance::Trace;

/// Lines at the top that may have a label.
const MOST: usize = 12;

/// Reads a text that begins with the label of its title and at least one more. Without the title, returns
/// the labelled fields and the number of their lines.
pub(super) fn read(paragraphs: &[Paragraph<'_>], trace: &mut Trace) -> Option<(Article, usize)> {
    let top = || paragraphs.iter().take(MOST).map(|line| line.text.as_ref());
    // Labels of an archive, such as "Trang: 3", may be between those of fields.
    let labelled = top().take_while(|line| label(line).is_some() || is_labelled(line));
    let fields = |line: &&str| label(line).is_some();
    let count = labelled
        .enumerate()
        .filter(|(_, line)| fields(line))
        .last()?
        .0
        + 1;
    let lines = || top().take(count).filter_map(label);
    let has_title = lines().any(|(field, ..)| field == Field::Title);
    let is_on_top = || top().next().and_then(label).is_some();
    let has_text =
        || paragraphs.len() > count + 1 && lines().all(|(field, ..)| field != Field::Body);
    if lines().count() < 2 || !has_title && !(is_on_top() && has_text()) {
        return None;
    }
    let others = top().take(count).filter(|line| !fields(line));
    others.for_each(|line| trace.dropped(line));
    let mut draft = Draft::default();
    let mut body = Vec::new();
    for (field, rank, value) in lines() {
        match field {
            Field::Body => body.push(value),
            field => draft.offer(field, rank, value.to_owned(), "labelled line", trace),
        }
    }
    if !has_title {
        return Some((draft.finish(), count));
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
    Some((article, count))
}

/// Fills in the fields that labels above an article name.
pub(super) fn apply(labelled: Article, article: &mut Article) {
    let fill = |field: &mut Option<String>, stated: Option<String>| {
        if stated.is_some() {
            *field = stated;
        }
    };
    fill(&mut article.url, labelled.url);
    fill(&mut article.section, labelled.section);
    fill(&mut article.place, labelled.place);
    fill(&mut article.agency, labelled.agency);
    fill(&mut article.author, labelled.author);
    fill(&mut article.source, labelled.source);
    fill(&mut article.summary, labelled.summary);
    article.published = labelled.published.or(article.published);
}

/// Returns `true` for a line with a short label and a short value.
fn is_labelled(line: &str) -> bool {
    const LONGEST: usize = 60;
    let label = line.split_once(':').map(|(label, _)| label);
    let is_short = |label: &str| label.split_whitespace().count() <= 3;
    line.chars().count() <= LONGEST && label.is_some_and(is_short) && !line.ends_with(['.', ':'])
}

/// The field of a line with a label, the rank of its name, and the value.
fn label(line: &str) -> Option<(Field, u8, &str)> {
    const LONGEST: usize = 24;
    // "[Chuyên mục: Kinh tế]"
    let inner = line
        .strip_prefix('[')
        .and_then(|line| line.strip_suffix(']'));
    let (label, value) = inner.unwrap_or(line).split_once(':')?;
    let label = label.trim();
    let is_short = label.chars().count() <= LONGEST && label.split_whitespace().count() <= 3;
    let (field, rank) = field(label).filter(|_| is_short)?;
    Some((field, rank, value.trim()))
}
