//! Passages that show why an article matches.

use std::ops::Range;

use serde::Serialize;
use timbao_query::plan::TextField;

use crate::corpus::{ArticleText, Match, MatchedText, TEXT_FIELDS};

/// How snippets are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnippetOptions {
    /// Characters of a snippet, at most; a match longer than that is shown
    /// whole.
    pub max_chars: usize,
    /// Maximum number of snippets.
    pub max_snippets: usize,
}

impl Default for SnippetOptions {
    /// One snippet of 240 characters.
    fn default() -> Self {
        Self {
            max_chars: 240,
            max_snippets: 1,
        }
    }
}

/// A passage with its matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The part of the text it is from.
    pub field: TextField,
    /// The bytes in that part.
    pub bytes: Range<usize>,
    /// The passage, as in the source.
    pub text: String,
    /// Matches as bytes of `text`, in order and disjoint.
    pub highlights: Vec<Range<usize>>,
    /// Whether it starts within a paragraph.
    pub starts_mid: bool,
    /// Whether it ends within a paragraph.
    pub ends_mid: bool,
}

/// Cuts the best passages, in the order of the text. Without matches in
/// summary, body and captions, it is how the article begins.
pub fn snippets(read: &MatchedText, options: &SnippetOptions) -> Vec<Snippet> {
    let MatchedText {
        text,
        matches: found,
    } = read;
    let mut windows = Vec::new();
    for field in [TextField::Summary, TextField::Body, TextField::Caption] {
        let here: Vec<&Match> = found.iter().filter(|m| m.range.field == field).collect();
        collect_windows(field, source(text, field), &here, options, &mut windows);
    }
    windows.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    let mut chosen: Vec<Window> = Vec::new();
    let overlaps = |chosen: &[Window], window: &Window| {
        chosen.iter().any(|other| {
            other.field == window.field
                && other.bytes.start < window.bytes.end
                && window.bytes.start < other.bytes.end
        })
    };
    for mut window in windows {
        if chosen.len() >= options.max_snippets {
            break;
        }
        // Windows that overlap now will overlap after growing.
        if overlaps(&chosen, &window) {
            continue;
        }
        let field = source(text, window.field);
        window.bytes = grow(field, window.bytes, options.max_chars);
        if !overlaps(&chosen, &window) {
            chosen.push(window);
        }
    }
    if chosen.is_empty() {
        chosen.extend(beginning(text, options));
    }
    chosen.sort_by_key(|w| (w.field, w.bytes.start));
    chosen
        .into_iter()
        .map(|window| cut(text, found, window))
        .collect()
}

/// Marks the matches in a range of a field.
fn highlights(found: &[Match], field: TextField, within: &Range<usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for m in found.iter().filter(|m| m.range.field == field) {
        let start = m.range.bytes.start.max(within.start);
        let end = m.range.bytes.end.min(within.end);
        if start >= end {
            continue;
        }
        let range = start - within.start..end - within.start;
        match ranges.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => ranges.push(range),
        }
    }
    ranges
}

fn source(text: &ArticleText, field: TextField) -> &str {
    let index = TEXT_FIELDS.iter().position(|&f| f == field).unwrap_or(0);
    &text.fields[index]
}

/// Number of matches of a part that windows count, one after the other. Hundreds of phrases that all
/// match at each word of a long article would take seconds.
const MAX_STEPS: usize = 1 << 20;

struct Window {
    field: TextField,
    bytes: Range<usize>,
    worth: f32,
}

/// Windows that start at each match, not grown yet: as many further matches as
/// fit, in one paragraph.
fn collect_windows(
    field: TextField,
    text: &str,
    found: &[&Match],
    options: &SnippetOptions,
    windows: &mut Vec<Window>,
) {
    let mut end_of_paragraph = 0;
    let mut last_start = None;
    let mut steps = 0;
    // By leaf: the window that counted it last.
    let mut counted: Vec<usize> = Vec::new();
    for (i, first) in found.iter().enumerate() {
        let start = first.range.bytes.start;
        if last_start.replace(start) == Some(start) && !first.range.bytes.is_empty() {
            // The window of the previous match starts here too and has the same
            // content.
            continue;
        }
        if start >= end_of_paragraph {
            let rest = text.get(start..).unwrap_or_default();
            end_of_paragraph = start + rest.find('\n').unwrap_or(rest.len());
        }
        let most = nth_forward(text, start, options.max_chars).min(end_of_paragraph);
        let mut end = first.range.bytes.end;
        let (mut leaves, mut tokens) = (0, 0);
        let mut last: Option<&Match> = None;
        if steps > MAX_STEPS {
            // The passages found so far are good enough.
            break;
        }
        for next in found.get(i..).unwrap_or_default() {
            steps += 1;
            if last.is_some() && next.range.bytes.end.max(end) > most {
                break;
            }
            end = end.max(next.range.bytes.end);
            let leaf = next.leaf as usize;
            if counted.len() <= leaf {
                counted.resize(leaf + 1, 0);
            }
            if std::mem::replace(&mut counted[leaf], i + 1) != i + 1 {
                leaves += 1;
            }
            if last.is_none_or(|last| next.tokens.start >= last.tokens.end) {
                tokens += next.tokens.len();
            }
            last = Some(next);
        }
        // Different words of the query first, then more of them, then early.
        let worth = leaves as f32 * 100.0 + tokens as f32 - i as f32 * 0.01
            + if field == TextField::Body { 0.5 } else { 0.0 };
        windows.push(Window {
            field,
            bytes: start..end,
            worth,
        });
    }
}

/// Widens a range within its paragraph to about `chars` characters, a third
/// of the room before it, at ends of words or sentences.
fn grow(text: &str, range: Range<usize>, chars: usize) -> Range<usize> {
    let paragraph_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let paragraph_end = text[range.end..]
        .find('\n')
        .map_or(text.len(), |at| range.end + at);
    let room = chars.saturating_sub(text[range.clone()].chars().count());
    // More characters than there is room for need not be counted.
    let before = text[paragraph_start..range.start].chars().rev();
    let before_all = before.take(room + 1).count();
    let after_all = text[range.end..paragraph_end]
        .chars()
        .take(room + 1)
        .count();
    let mut before = (room / 3).min(before_all);
    let after = (room - before).min(after_all);
    before = (room - after).min(before_all);

    let start = if before == before_all {
        paragraph_start
    } else {
        let cut = nth_back(text, range.start, before);
        let lead = &text[cut..range.start];
        // A sentence that begins in the room is a better start than half of
        // the one before.
        let skip = [". ", "! ", "? ", "… "]
            .iter()
            .filter_map(|end| lead.rfind(end).map(|at| at + end.len()))
            .max();
        match skip.or_else(|| lead.find(char::is_whitespace).map(|at| at + 1)) {
            Some(skip) => cut + skip_to_boundary(lead, skip),
            None => range.start,
        }
    };
    let end = if after == after_all {
        paragraph_end
    } else {
        let cut = nth_forward(text, range.end, after);
        text[range.end..cut]
            .rfind(char::is_whitespace)
            .map_or(range.end, |at| range.end + at)
    };
    start..end
}

fn skip_to_boundary(text: &str, mut at: usize) -> usize {
    while at < text.len() && !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn nth_back(text: &str, from: usize, chars: usize) -> usize {
    text[..from]
        .char_indices()
        .rev()
        .nth(chars.saturating_sub(1))
        .map_or(0, |(at, _)| at)
}

fn nth_forward(text: &str, from: usize, chars: usize) -> usize {
    text[from..]
        .char_indices()
        .nth(chars)
        .map_or(text.len(), |(at, _)| from + at)
}

fn beginning(text: &ArticleText, options: &SnippetOptions) -> Option<Window> {
    [TextField::Summary, TextField::Body, TextField::Caption]
        .into_iter()
        .find_map(|field| {
            let text = source(text, field);
            let start = text.find(|c: char| !c.is_whitespace())?;
            let bytes = grow(text, start..start, options.max_chars);
            Some(Window {
                field,
                bytes: start..bytes.end,
                worth: 0.0,
            })
        })
}

fn cut(text: &ArticleText, found: &[Match], window: Window) -> Snippet {
    let Window { field, bytes, .. } = window;
    let all = source(text, field);
    let highlights = highlights(found, field, &bytes);
    let is_break = |c: Option<char>| c.is_none_or(|c| c == '\n');
    Snippet {
        field,
        text: all[bytes.clone()].to_owned(),
        highlights,
        starts_mid: !is_break(all[..bytes.start].chars().next_back()),
        ends_mid: !is_break(all[bytes.end..].chars().next()),
        bytes,
    }
}
