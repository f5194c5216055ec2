//! Marks of Markdown in a text of one paragraph per line, such as the body of a record.

use super::inline;
use crate::Caption;

/// Returns a text in Markdown without its marks, line by line; pictures become captions. `None` for
/// a text without a heading, link or picture, which may have other marks by chance.
pub(crate) fn plain(text: &str, captions: &mut Vec<Caption>) -> Option<String> {
    if !is_markdown(text) {
        return None;
    }
    let names = inline::Names::defined_in(text);
    let line = |line: &str| {
        let line = line.trim().trim_start_matches("> ");
        inline::read(heading(line).unwrap_or(line), &names, captions)
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    Some(lines.join("\n"))
}

fn is_markdown(text: &str) -> bool {
    let mut marks = memchr::memchr2_iter(b'#', b']', text.as_bytes());
    marks.any(|at| {
        let (before, rest) = text.split_at(at);
        let starts_line = before.is_empty() || before.ends_with('\n');
        let is_heading =
            || starts_line && heading(rest.lines().next().unwrap_or_default()).is_some();
        let is_link = || {
            ["](http", "](/", "](#"]
                .iter()
                .any(|mark| rest.starts_with(mark))
        };
        is_heading() || is_link()
    })
}

/// The text of a heading.
pub(super) fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with([' ', '\t']))
        .then(|| text.trim().trim_end_matches('#').trim_end())
}
