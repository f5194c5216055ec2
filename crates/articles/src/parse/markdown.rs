//! Markdown: the text without its marks, the front matter as fields.

use super::{dateline, front_matter};
use crate::fields::{Draft, Field, caption, field};
use crate::provenance::Trace;
use crate::{Article, Caption};

/// How much lower what the text shows ranks than what the front matter says.
const SHOWN: u8 = 100;

/// Parses Markdown.
pub(crate) fn parse(text: &str, trace: &mut Trace) -> Article {
    let text = super::text::composed(text);
    let (entries, rest) = front_matter::split(&text);
    let mut draft = Draft::default();
    for (key, value) in entries {
        if let Some((field, rank)) = field(&key).filter(|(field, _)| *field != Field::Body) {
            draft.offer(field, rank, value, &format!("front matter: {key}"), trace);
        }
    }
    let Content {
        mut blocks,
        captions,
    } = read(rest);
    // The first heading is the title, or repeats it.
    if let Some(first) = blocks.first().filter(|block| block.heading) {
        let repeats = draft
            .get(Field::Title)
            .is_none_or(|title| title.trim() == first.text);
        draft.offer(
            Field::Title,
            SHOWN,
            first.text.clone(),
            "first heading",
            trace,
        );
        if repeats {
            blocks.remove(0);
        }
    }
    // A first paragraph wholly in bold or italics is the summary.
    if let Some(first) = blocks
        .first()
        .filter(|block| block.emphasised && blocks.len() > 1)
        && draft.wants(Field::Summary, SHOWN)
    {
        draft.offer(
            Field::Summary,
            SHOWN,
            first.text.clone(),
            "first paragraph, emphasised",
            trace,
        );
        blocks.remove(0);
    }
    let body = blocks
        .into_iter()
        .map(|block| block.text)
        .collect::<Vec<_>>()
        .join("\n");
    let dateline = body.lines().next().and_then(dateline::read);
    draft.offer(Field::Body, SHOWN, body, "text", trace);
    draft.offer_captions(captions, "pictures", trace);
    let mut article = draft.finish();
    if let Some(dateline) = dateline {
        dateline::apply(dateline, &mut article, trace);
    }
    article
}

#[derive(Default)]
struct Content {
    blocks: Vec<Block>,
    captions: Vec<Caption>,
}

/// A paragraph, heading, item or row.
#[derive(Default)]
struct Block {
    text: String,
    heading: bool,
    emphasised: bool,
}

fn read(text: &str) -> Content {
    let mut content = Content::default();
    let mut open: Vec<&str> = Vec::new();
    let mut fence: Option<&str> = None;
    for raw in text.lines() {
        let line = raw.trim();
        if let Some(mark) = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.starts_with(mark))
        {
            content.close(&mut open);
            fence = match fence {
                None => Some(mark),
                Some(known) if known == mark => None,
                known => known,
            };
        } else if fence.is_some() {
            content.push_plain(line);
        } else if line.is_empty() {
            content.close(&mut open);
        } else if let Some(level) = underline(line).filter(|_| open.len() == 1) {
            // Underlined with = or -: the line above is a heading.
            let _ = level;
            let heading = open.pop().unwrap_or_default();
            content.push(heading, true);
        } else if is_rule(line) || is_definition(line) || is_table_rule(line) {
            content.close(&mut open);
        } else if let Some(heading) = heading(line) {
            content.close(&mut open);
            content.push(heading, true);
        } else {
            let (line, item) = unmarked(line);
            if item {
                content.close(&mut open);
            }
            open.push(line);
            // Two blanks or a backslash at the end break the line.
            if raw.ends_with("  ") || raw.ends_with('\\') || line.ends_with('|') {
                content.close(&mut open);
            }
        }
    }
    content.close(&mut open);
    content
}

impl Content {
    fn close(&mut self, open: &mut Vec<&str>) {
        if !open.is_empty() {
            let text = open.join(" ");
            open.clear();
            self.push(&text, false);
        }
    }

    fn push(&mut self, marked: &str, heading: bool) {
        let marked = marked.trim().trim_end_matches('\\');
        let emphasised = ["**", "__", "*", "_"].iter().any(|mark| {
            marked.len() > 2 * mark.len()
                && marked.starts_with(mark)
                && marked.ends_with(mark)
                && marked.matches(mark).count() == 2
        });
        let text = inline(marked, &mut self.captions);
        if !text.is_empty() {
            self.blocks.push(Block {
                text,
                heading,
                emphasised,
            });
        }
    }

    fn push_plain(&mut self, line: &str) {
        if !line.is_empty() {
            self.blocks.push(Block {
                text: line.to_owned(),
                ..Block::default()
            });
        }
    }
}

fn underline(line: &str) -> Option<char> {
    let first = line.chars().next()?;
    (line.len() >= 2 && matches!(first, '=' | '-') && line.chars().all(|c| c == first))
        .then_some(first)
}

fn is_rule(line: &str) -> bool {
    let signs: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
    signs.len() >= 3
        && matches!(signs.first(), Some('-' | '*' | '_'))
        && signs.windows(2).all(|pair| pair[0] == pair[1])
}

/// `[name]: https://…`
fn is_definition(line: &str) -> bool {
    line.starts_with('[')
        && line.split_once("]: ").is_some_and(|(_, target)| {
            ["http://", "https://", "/", "<", "#"]
                .iter()
                .any(|start| target.starts_with(start))
        })
}

fn is_table_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    ((1..=6).contains(&level) && text.starts_with([' ', '\t']))
        .then(|| text.trim().trim_end_matches('#').trim_end())
}

/// A line without the mark of a quotation or an item, and whether it begins an
/// item.
fn unmarked(line: &str) -> (&str, bool) {
    let line = line.trim_start_matches(['>', ' ']);
    if let Some(rest) = ["- ", "* ", "+ "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
    {
        return (rest.trim_start(), true);
    }
    // A number keeps standing: "1." of a list is text as much as mark.
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = line.get(digits..).unwrap_or_default();
    let numbered =
        (1..=3).contains(&digits) && (after.starts_with(". ") || after.starts_with(") "));
    (line, numbered)
}

/// Text without its marks; pictures become captions.
fn inline(text: &str, captions: &mut Vec<Caption>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((picture, after)) = rest.strip_prefix("![").and_then(link) {
            let text = picture
                .title
                .filter(|title| !title.is_empty())
                .unwrap_or(picture.text);
            if !text.trim().is_empty() {
                captions.push(caption(text));
            }
            rest = after;
            continue;
        }
        if let Some((link, after)) = rest.strip_prefix('[').and_then(link) {
            out.push_str(&inline(link.text, captions));
            rest = after;
            continue;
        }
        let mut taken = first.len_utf8();
        match first {
            '\\' if rest
                .chars()
                .nth(1)
                .is_some_and(|c| c.is_ascii_punctuation()) =>
            {
                out.extend(rest.chars().nth(1));
                taken = 2;
            }
            '*' | '`' | '~' if is_mark(rest, first, &out) => {
                taken = rest.len() - rest.trim_start_matches(first).len();
            }
            '_' if !(out.ends_with(char::is_alphanumeric)
                && rest[1..].starts_with(char::is_alphanumeric)) =>
            {
                taken = rest.len() - rest.trim_start_matches('_').len();
            }
            '<' => match tag(rest) {
                Some(end) => {
                    let inner = rest.get(1..end - 1).unwrap_or_default();
                    if inner.starts_with("http") {
                        out.push_str(inner);
                    } else if inner.starts_with("br") {
                        out.push(' ');
                    }
                    taken = end;
                }
                None => out.push('<'),
            },
            '&' => match super::entity::read(rest) {
                Some((letters, length)) => {
                    out.push_str(&letters);
                    taken = length;
                }
                None => out.push('&'),
            },
            '|' if text.starts_with('|') => out.push(' '),
            letter => out.push(letter),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tells an emphasis mark from a sign: `2 * 3` and `~5` keep theirs.
fn is_mark(rest: &str, mark: char, before: &str) -> bool {
    let run = rest.len() - rest.trim_start_matches(mark).len();
    let after = rest.get(run..).unwrap_or_default();
    let open_right = !after.is_empty() && !after.starts_with(char::is_whitespace);
    let open_left = !before.is_empty() && !before.ends_with(char::is_whitespace);
    match mark {
        '~' => run >= 2,
        '`' => true,
        _ => open_right || open_left,
    }
}

struct Link<'a> {
    text: &'a str,
    title: Option<&'a str>,
}

/// How many characters the text of a link may have.
const LONGEST_LINK: usize = 500;

/// Reads what follows `[`: `text](target "title")` or `text][name]`.
fn link(rest: &str) -> Option<(Link<'_>, &str)> {
    let mut depth = 1;
    let close = rest.char_indices().take(LONGEST_LINK).find_map(|(at, c)| {
        depth += match c {
            '[' => 1,
            ']' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })?;
    let (text, after) = (rest.get(..close)?, rest.get(close + 1..)?);
    if let Some(target) = after.strip_prefix('(') {
        let end = target.find(')')?;
        let inside = target.get(..end)?;
        let title = inside
            .split_once(['"', '\''])
            .map(|(_, title)| title.trim_end_matches(['"', '\'', ' ']));
        return Some((Link { text, title }, target.get(end + 1..)?));
    }
    let (_, after) = after.strip_prefix('[')?.split_once(']')?;
    Some((Link { text, title: None }, after))
}

/// The length of the HTML tag or address in angle brackets that begins here.
fn tag(rest: &str) -> Option<usize> {
    let next = rest.chars().nth(1)?;
    if !(next.is_ascii_alphabetic() || matches!(next, '/' | '!')) {
        return None;
    }
    let end = rest
        .char_indices()
        .take(500)
        .find_map(|(at, c)| (c == '>').then_some(at))?;
    Some(end + 1)
}
