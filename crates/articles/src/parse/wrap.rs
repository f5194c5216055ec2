//! Lines of plain text made into paragraphs.

use crate::fields::one_line;

/// A paragraph, and which run of lines between blank lines it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub text: String,
    pub block: usize,
}

/// Makes paragraphs of lines. Each line is one, unless the text is wrapped at
/// a fixed width: then lines that were broken for want of room are joined.
pub(crate) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = lines(text);
    let width = wrap_width(&lines);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| lines.get(at));
        let joins = width
            .is_some_and(|width| before.is_some_and(|before| before.broke_before(line, width)));
        match paragraphs.last_mut() {
            Some(paragraph) if joins => {
                paragraph.text.push(' ');
                paragraph.text.push_str(&line.text);
            }
            _ => paragraphs.push(Paragraph {
                text: line.text.clone(),
                block: line.block,
            }),
        }
    }
    paragraphs
}

struct Line {
    text: String,
    block: usize,
    indented: bool,
    /// In characters.
    width: usize,
}

impl Line {
    /// Tells whether this line ended only because `next` begins with a word
    /// that had no room in `width`.
    fn broke_before(&self, next: &Self, width: usize) -> bool {
        let word = next
            .text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        self.block == next.block
            && !next.indented
            && !begins_item(&next.text)
            && self.width + 1 + word > width
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut block = 0;
    let mut lines: Vec<Line> = Vec::new();
    for raw in text
        .lines()
        .flat_map(|line| line.split(['\r', '\u{c}', '\u{2028}', '\u{2029}']))
    {
        let line = raw.trim();
        if line.is_empty() {
            // Several blank lines part no more than one.
            if lines.last().is_some_and(|line| line.block == block) {
                block += 1;
            }
            continue;
        }
        lines.push(Line {
            text: one_line(line.to_owned()),
            block,
            indented: raw.starts_with("  ") || raw.starts_with(['\t', '\u{3000}']),
            width: line.chars().count(),
        });
    }
    lines
}

/// The width the text is wrapped at in characters, if it is.
fn wrap_width(lines: &[Line]) -> Option<usize> {
    const WIDEST: usize = 120;
    const NARROWEST: usize = 40;
    let mut widths: Vec<usize> = lines.iter().map(|line| line.width).collect();
    widths.sort_unstable();
    // A few lines, such as a title or an address, may be wider than the rest.
    let width = *widths.get(widths.len().checked_sub(1)? * 9 / 10)?;
    if !(NARROWEST..=WIDEST).contains(&width) {
        return None;
    }
    let pairs = || {
        lines
            .iter()
            .zip(lines.iter().skip(1))
            .filter(|(line, next)| line.block == next.block)
    };
    let broken = pairs()
        .filter(|(line, next)| line.broke_before(next, width))
        .count();
    (broken >= 3 && broken * 2 >= pairs().count()).then_some(width)
}

/// Tells whether a line begins an item of a list, or a photo's credit.
fn begins_item(line: &str) -> bool {
    ["- ", "– ", "• ", "* ", "+ ", "Ảnh:", "(Ảnh:"]
        .iter()
        .any(|mark| line.starts_with(mark))
}
