//! Lines of plain text joined to paragraphs.

use std::borrow::Cow;

use crate::tidy::has;

/// A paragraph, and the number of blank-line gaps before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paragraph<'t> {
    pub text: Cow<'t, str>,
    pub block: u32,
}

/// Joins lines to paragraphs. Each line is a paragraph, unless the text is
/// wrapped at a fixed width: then a line continues the one before if its first
/// word had no room there.
pub(crate) fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let width = wrap_width(text);
    let mut paragraphs: Vec<Paragraph<'_>> = Vec::new();
    let mut before: Option<Line<'_>> = None;
    for line in lines(text) {
        let joins = width.is_some_and(|width| {
            before
                .as_ref()
                .is_some_and(|b| b.broke_before(&line, width))
        });
        match paragraphs.last_mut() {
            Some(paragraph) if joins => {
                let text = paragraph.text.to_mut();
                text.push(' ');
                text.push_str(&on_one_line(line.text));
            }
            _ => paragraphs.push(Paragraph {
                text: on_one_line(line.text),
                block: line.block,
            }),
        }
        before = Some(line);
    }
    paragraphs
}

/// A line without the blanks around it.
struct Line<'t> {
    text: &'t str,
    block: u32,
    indented: bool,
    /// In characters, with the blanks before it.
    width: usize,
}

impl Line<'_> {
    /// Returns `true` if this line ended only because the first word of `next`
    /// had no room in `width`.
    fn broke_before(&self, next: &Self, width: usize) -> bool {
        if self.block != next.block || next.indented || begins_item(next.text) {
            return false;
        }
        let word = next.text.split_whitespace().next().unwrap_or_default();
        // Blanks between columns are of a letterhead.
        self.width + 1 + word.chars().count() > width
            && !self.text.contains(GAP)
            && !next.text.contains(GAP)
    }
}

/// The lines of a text that are not blank.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let (mut block, mut gap) = (0, false);
    text.lines()
        .flat_map(|line| line.split(['\r', '\u{c}', '\u{2028}', '\u{2029}']))
        .filter_map(move |raw| {
            let line = raw.trim();
            if line.is_empty() {
                // Several blank lines are one gap.
                gap = true;
                return None;
            }
            block += u32::from(std::mem::take(&mut gap));
            Some(Line {
                text: line,
                block,
                indented: raw.starts_with("  ") || raw.starts_with(['\t', '\u{3000}']),
                width: raw.trim_end().chars().count(),
            })
        })
}

/// A line with single blanks between its words.
fn on_one_line(line: &str) -> Cow<'_, str> {
    let has_tab = memchr::memchr(b'\t', line.as_bytes()).is_some();
    if has_tab || has(line, '\u{a0}') || line.contains("  ") {
        Cow::Owned(line.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(line)
    }
}

/// Blanks between columns.
const GAP: &str = "   ";

const WIDEST: usize = 120;
const NARROWEST: usize = 40;

/// The width in characters that a text is wrapped at, if it is.
fn wrap_width(text: &str) -> Option<usize> {
    let width = usual_width(text)?;
    let (mut pairs, mut broken, mut ended, mut small) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut before: Option<Line<'_>> = None;
    for line in lines(text) {
        if let Some(before) = before.filter(|before| before.block == line.block) {
            pairs += 1;
            let is_broken = before.broke_before(&line, width);
            broken += usize::from(is_broken);
            ended += usize::from(is_broken && before.text.ends_with(['.', '!', '?', '”']));
            small += usize::from(is_broken && line.text.starts_with(char::is_lowercase));
        }
        before = Some(line);
    }
    // Lines that end sentences are short paragraphs.
    let is_usual = broken * 2 >= pairs || small >= 3 && small * 3 >= pairs;
    let are_all = broken >= 2 && broken == pairs && small == pairs;
    (broken >= 3 && is_usual && ended * 2 < broken || are_all).then_some(width)
}

/// The width that nine of ten lines keep within, if it can be a page's. A few
/// lines, such as a title or an address, may be wider than the rest.
fn usual_width(text: &str) -> Option<usize> {
    let mut of_width = [0_usize; WIDEST + 2];
    for line in lines(text) {
        if let Some(count) = of_width.get_mut(line.width.min(WIDEST + 1)) {
            *count += 1;
        }
    }
    let all: usize = of_width.iter().sum();
    let rank = all.checked_sub(1)? * 9 / 10;
    let mut narrower = 0;
    let width = of_width.iter().position(|count| {
        narrower += count;
        narrower > rank
    })?;
    (NARROWEST..=WIDEST).contains(&width).then_some(width)
}

/// Returns `true` if a line begins an item of a list, or a photo's credit.
fn begins_item(line: &str) -> bool {
    ["- ", "– ", "• ", "* ", "+ ", "Ảnh:", "(Ảnh:"]
        .iter()
        .any(|mark| line.starts_with(mark))
}
