//! The text of an article that a page states as JSON-LD: of pages that a program fills in, and the
//! updates of live blogs.

use std::collections::HashSet;

use serde_json::Value;

use super::linked_data::{each, has_type, headline, property};
use crate::parse::markup;
use crate::problem::LONG;
use crate::provenance::Trace;
use crate::tidy::letters;

/// The text in the data of a page.
#[derive(Default)]
pub(super) struct Stated {
    body: Vec<String>,
    /// Headline and text of each update.
    updates: Vec<(Option<String>, Vec<String>)>,
}

impl Stated {
    pub fn of(article: &Value) -> Self {
        let body = property(article, "articleBody").map(lines);
        let mut updates = Vec::new();
        if let Some(stated) = article
            .get("liveBlogUpdate")
            .filter(|_| has_type(article, &["LiveBlogPosting"]))
        {
            each(stated, &mut |update| {
                let body = property(update, "articleBody").map(lines);
                if let Some(body) = body {
                    updates.push((headline(update), body));
                }
            });
        }
        Self {
            body: body.unwrap_or_default(),
            updates,
        }
    }

    /// Adds the text that the page does not show. Returns `true` if the stated text replaces that of
    /// the page, because it is more than twice as long.
    pub fn complete(self, paragraphs: &mut Vec<String>, trace: &mut Trace) -> bool {
        let bytes = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
        let stated = bytes(&self.body);
        let is_body = stated >= LONG && stated > 2 * bytes(paragraphs);
        if is_body {
            let shown = std::mem::replace(paragraphs, self.body);
            if trace.is_on() {
                let known = Shown::of(paragraphs, shown.len());
                let unknown = shown.iter().filter(|line| !known.contains(line));
                unknown.for_each(|line| trace.dropped(line));
            }
        }
        if self.updates.is_empty() {
            return is_body;
        }
        let lines = self.updates.iter().map(|(_, lines)| 1 + lines.len());
        let shown = Shown::of(paragraphs, lines.sum());
        for (headline, lines) in self.updates {
            if lines.iter().all(|line| shown.contains(line)) {
                continue;
            }
            paragraphs.extend(headline.filter(|headline| !shown.contains(headline)));
            paragraphs.extend(lines);
        }
        is_body
    }
}

/// The letters of a text, for searching lines in it.
struct Shown {
    lines: HashSet<String>,
    /// All of them in a row, in which a line may begin or end anywhere; `None` if that would take
    /// too long for as many lines as there are.
    all: Option<String>,
}

impl Shown {
    fn of(paragraphs: &[String], lookups: usize) -> Self {
        const MOST_BYTES: usize = 1 << 26;
        let lines: Vec<String> = paragraphs.iter().map(|line| letters(line)).collect();
        let all = lines.concat();
        Self {
            all: (all.len().saturating_mul(lookups) <= MOST_BYTES).then_some(all),
            lines: lines.into_iter().collect(),
        }
    }

    fn contains(&self, line: &str) -> bool {
        let line = letters(line);
        let amid = |all: &String| memchr::memmem::find(all.as_bytes(), line.as_bytes()).is_some();
        self.lines.contains(&line) || self.all.as_ref().is_some_and(amid)
    }
}

/// The paragraphs of a text that may be HTML.
fn lines(text: String) -> Vec<String> {
    markup::running(text)
        .body
        .lines()
        .map(str::to_owned)
        .collect()
}
