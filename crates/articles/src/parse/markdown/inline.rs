//! Marks inside a line: emphasis, links, pictures, tags, references.
//!
//! Every step looks a bounded distance ahead, so that the time is linear in
//! the length of the text whatever is never closed.

use std::collections::HashSet;

use crate::Caption;
use crate::parse::entity;
use crate::parse::text::is_file_name;
use crate::tidy::caption;

/// Maximum length of a link's target, and of a tag, in bytes.
const REACH: usize = 2000;

/// Brackets that may be open at once; more are not links.
const DEEPEST: usize = 32;

/// The names that links may be written as, as their targets are defined elsewhere in the text.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The names that a text defines: `[name]: https://…`.
    pub fn defined_in(text: &str) -> Self {
        let names = text.lines().filter_map(|line| {
            let (name, _) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
            let is_name = name.len() <= LONGEST_TEXT && !name.starts_with('^');
            is_name.then(|| name.to_lowercase())
        });
        Self(names.collect())
    }

    fn has(&self, name: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&name.to_lowercase())
    }
}

/// Returns the text without its marks; pictures become captions.
pub(super) fn read(text: &str, names: &Names, captions: &mut Vec<Caption>) -> String {
    let mut reading = Reading {
        text,
        names,
        at: 0,
        out: String::with_capacity(text.len()),
        is_row: text.starts_with('|'),
        links: Vec::new(),
    };
    while let Some(first) = reading.rest().chars().next() {
        reading.step(first, captions);
    }
    reading.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Reading<'t> {
    text: &'t str,
    names: &'t Names,
    at: usize,
    out: String,
    /// In a row of a table, bars separate cells.
    is_row: bool,
    /// The ends of the text and of the target of each open link.
    links: Vec<(usize, usize)>,
}

impl<'t> Reading<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, first: char, captions: &mut Vec<Caption>) {
        // An escaped bracket may have been taken for the end of a link.
        while self.links.pop_if(|(close, _)| *close < self.at).is_some() {}
        if let Some((_, end)) = self.links.pop_if(|(close, _)| *close == self.at) {
            self.at = end;
            return;
        }
        let rest = self.rest();
        if let Some((picture, length)) = rest.strip_prefix("![").and_then(link) {
            push_caption(&picture, captions);
            self.at += "![".len() + length;
            return;
        }
        let mut taken = first.len_utf8();
        if let Some((shown, length)) = wiki_link(rest) {
            self.out.push_str(shown);
            self.at += length;
            return;
        }
        match first {
            '[' => match link(rest.get(1..).unwrap_or_default()) {
                // A footnote's number is not text.
                Some((found, _)) if found.text.starts_with('^') => {
                    taken += found.text.len() + 1;
                }
                Some((found, length)) if found.is_whole && self.links.len() < DEEPEST => {
                    let start = self.at + 1;
                    self.links.push((start + found.text.len(), start + length));
                }
                _ => match closing_bracket(rest.get(1..).unwrap_or_default()) {
                    Some(close) if self.names.has(rest.get(1..=close).unwrap_or_default()) => {
                        self.links.push((self.at + 1 + close, self.at + 2 + close));
                    }
                    _ => self.out.push('['),
                },
            },
            '\\' => match rest.chars().nth(1).filter(char::is_ascii_punctuation) {
                Some(escaped) => {
                    self.out.push(escaped);
                    taken = 2;
                }
                None => self.out.push('\\'),
            },
            '*' | '`' | '~' | '_' | '=' => {
                let run = rest.len() - rest.trim_start_matches(first).len();
                taken = run;
                if !is_mark(rest, first, run, &self.out) {
                    self.out.push_str(rest.get(..run).unwrap_or_default());
                }
            }
            '<' => taken = self.push_tag(rest, captions),
            '&' => match entity::read(rest) {
                Some((letters, length)) => {
                    self.out.push_str(&letters);
                    taken = length;
                }
                None => self.out.push('&'),
            },
            '|' if self.is_row => self.out.push(' '),
            letter => self.out.push(letter),
        }
        self.at += taken;
    }

    /// Pushes the text of a tag or an address in angle brackets; returns the
    /// length of the source.
    fn push_tag(&mut self, rest: &str, captions: &mut Vec<Caption>) -> usize {
        let Some(end) = tag(rest) else {
            self.out.push('<');
            return 1;
        };
        let inner = rest.get(1..end - 1).unwrap_or_default();
        if inner.starts_with("http") {
            self.out.push_str(inner);
        } else if inner.starts_with("br") {
            self.out.push(' ');
        } else if inner.starts_with("img ") {
            push_shown(alternative(inner).unwrap_or_default(), captions);
        } else if inner.starts_with("figcaption")
            && let Some(close) = within_reach(rest).find("</figcaption>")
        {
            let shown = rest.get(end..close).unwrap_or_default();
            push_shown(&read(shown, self.names, &mut Vec::new()), captions);
            return close + "</figcaption>".len();
        }
        end
    }
}

/// Distinguishes an emphasis mark from a sign: `2 * 3`, `~5` and `a_b` keep
/// theirs.
fn is_mark(rest: &str, mark: char, run: usize, before: &str) -> bool {
    let after = rest.get(run..).unwrap_or_default();
    let open_right = !after.is_empty() && !after.starts_with(char::is_whitespace);
    let open_left = !before.is_empty() && !before.ends_with(char::is_whitespace);
    match mark {
        '~' => run >= 2,
        '=' => run == 2 && (open_right ^ open_left || open_right && after.contains("==")),
        '`' => true,
        '_' => {
            !(before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric))
        }
        _ => open_right || open_left,
    }
}

fn push_caption(picture: &Link<'_>, captions: &mut Vec<Caption>) {
    let title = picture.title.filter(|title| !title.trim().is_empty());
    let shown = title.unwrap_or(picture.text);
    push_shown(&read(shown, &Names::default(), &mut Vec::new()), captions);
}

fn push_shown(shown: &str, captions: &mut Vec<Caption>) {
    if !shown.is_empty() && !is_file_name(shown) && !is_placeholder(shown) {
        captions.push(caption(shown));
    }
}

/// The title or the alternative text of a picture in HTML.
fn alternative(tag: &str) -> Option<&str> {
    let value = |name: &str| {
        let value = tag.get(tag.find(name)? + name.len()..)?;
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let value = value.get(1..)?.split(quote).next()?;
        Some(value.trim()).filter(|value| !value.is_empty())
    };
    value(" title=").or_else(|| value(" alt="))
}

/// The text and length of a link of a wiki: `[[page|text]]`.
fn wiki_link(rest: &str) -> Option<(&str, usize)> {
    let inner = rest.strip_prefix("[[")?;
    let close = closing_bracket(inner)?;
    let whole = inner.get(..close)?;
    let is_closed = inner.get(close + 1..)?.starts_with(']');
    let shown = whole.rsplit('|').next()?;
    (is_closed && !whole.contains(['[', ']']) && !shown.is_empty()).then_some((shown, close + 4))
}

fn within_reach(rest: &str) -> &str {
    let end = rest.floor_char_boundary(REACH.min(rest.len()));
    rest.get(..end).unwrap_or_default()
}

/// Returns `true` for words that editors put in place of a caption.
fn is_placeholder(caption: &str) -> bool {
    const WORDS: &[&str] = &[
        "image",
        "img",
        "alt",
        "alt text",
        "photo",
        "picture",
        "ảnh",
        "hình",
        "hình ảnh",
        "figure",
        "screenshot",
        "ảnh minh họa",
        "logo",
        "banner",
        "thumbnail",
        "cover",
    ];
    WORDS.contains(&caption.to_lowercase().as_str())
}

struct Link<'t> {
    text: &'t str,
    title: Option<&'t str>,
    /// Whether it has a target.
    is_whole: bool,
}

/// Bytes that the text of a link may have.
const LONGEST_TEXT: usize = 500;

/// Reads what follows `[`: `text](target "title")` or `text][name]`, and its
/// length. The brackets of a footnote need no target.
fn link(rest: &str) -> Option<(Link<'_>, usize)> {
    let close = closing_bracket(rest)?;
    let (text, after) = (rest.get(..close)?, rest.get(close + 1..)?);
    let reach = |text: &str| text.len().min(REACH);
    if let Some(target) = after.strip_prefix('(') {
        let end = memchr::memchr(b')', target.as_bytes().get(..reach(target))?)?;
        let title = target
            .get(..end)?
            .split_once(['"', '\''])
            .map(|(_, title)| title.trim_end_matches(['"', '\'', ' ']));
        let link = Link {
            text,
            title,
            is_whole: true,
        };
        return Some((link, close + 2 + end + 1));
    }
    let named = after.strip_prefix('[').and_then(|name| {
        memchr::memchr(b']', name.as_bytes().get(..reach(name).min(LONGEST_TEXT))?)
    });
    match named {
        Some(end) => Some((
            Link {
                text,
                title: None,
                is_whole: true,
            },
            close + 2 + end + 1,
        )),
        None if text.starts_with('^') => Some((
            Link {
                text,
                title: None,
                is_whole: false,
            },
            close + 1,
        )),
        None => None,
    }
}

/// The `]` that closes the bracket before `rest`. Nested brackets are skipped;
/// a text with many of them is not a link's.
fn closing_bracket(rest: &str) -> Option<usize> {
    let reach = rest
        .as_bytes()
        .get(..LONGEST_TEXT)
        .unwrap_or(rest.as_bytes());
    let (mut depth, mut opened) = (1, 0);
    for at in memchr::memchr2_iter(b'[', b']', reach) {
        if reach.get(at) == Some(&b'[') {
            (depth, opened) = (depth + 1, opened + 1);
            if opened > DEEPEST {
                return None;
            }
        } else {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The length of the HTML tag or address in angle brackets that begins here.
fn tag(rest: &str) -> Option<usize> {
    let next = rest.as_bytes().get(1)?;
    if !(next.is_ascii_alphabetic() || matches!(next, b'/' | b'!')) {
        return None;
    }
    let reach = rest.as_bytes().get(..REACH).unwrap_or(rest.as_bytes());
    memchr::memchr(b'>', reach).map(|end| end + 1)
}
