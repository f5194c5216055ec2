//! Lines joined to paragraphs, across columns and pages.

use std::collections::BTreeMap;

use timbao_tokenizer::is_syllable;

use super::layout::Line;

/// A paragraph and how it is set.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    pub text: String,
    pub size: f32,
    pub is_bold: bool,
    pub is_italic: bool,
    /// The number of its page, from 0.
    pub page: usize,
}

/// How most of the text is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub size: f32,
    /// Distance of baselines, in sizes.
    pub leading: f32,
}

impl Setting {
    /// The setting of most letters.
    pub fn of(pages: &[Vec<Vec<Line>>]) -> Self {
        let mut sizes: BTreeMap<i32, usize> = BTreeMap::new();
        for line in pages.iter().flatten().flatten() {
            let key = (line.size * 4.0).round() as i32;
            *sizes.entry(key).or_default() += line.text.len();
        }
        let most = sizes.into_iter().max_by_key(|(_, letters)| *letters);
        let size = most.map_or(10.0, |(key, _)| key as f32 / 4.0);
        // The rows of a table are short, and further from each other.
        let mut leadings: Vec<(f32, usize)> = Vec::new();
        let mut of_full = Vec::new();
        for block in pages.iter().flatten() {
            let right = block.iter().map(|line| line.x1).fold(f32::MIN, f32::max);
            for pair in block.windows(2) {
                let [before, line] = pair else { continue };
                let ratio = (before.y - line.y) / line.size;
                let alike = (before.size - line.size).abs() <= 0.2;
                if !alike || !(0.8..3.0).contains(&ratio) {
                    continue;
                }
                leadings.push((ratio, before.text.len().min(line.text.len())));
                let is_full = right - before.x1 < line.first_word + 0.25 * line.size;
                if is_full && (line.size - size).abs() <= 0.2 {
                    of_full.push(ratio);
                }
            }
        }
        let leading = [least(of_full), middle(leadings)].into_iter().flatten();
        Self {
            size,
            leading: leading.reduce(f32::min).unwrap_or(1.3),
        }
    }
}

/// The least of the distances after full lines that is no exception: some lines end paragraphs.
fn least(mut leadings: Vec<f32>) -> Option<f32> {
    leadings.sort_by(f32::total_cmp);
    let count = leadings.len();
    let near = |least: f32| {
        let near = leadings.iter().skip_while(move |ratio| **ratio < least);
        near.take_while(move |ratio| **ratio < 1.1 * least).count()
    };
    leadings
        .iter()
        .copied()
        .find(|ratio| near(*ratio) * 4 >= count)
}

/// The value in the middle of the weight of all.
fn middle(mut values: Vec<(f32, usize)>) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole: usize = values.iter().map(|(_, weight)| weight).sum();
    let mut passed = 0;
    let found = values.iter().find(|(_, weight)| {
        passed += weight;
        passed * 2 >= whole
    });
    found.map(|(value, _)| *value)
}

/// Joins the lines of all pages.
pub(super) fn paragraphs(pages: &[Vec<Vec<Line>>], setting: Setting) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut end: Option<End> = None;
    for (number, page) in pages.iter().enumerate() {
        for lines in page {
            let block = Block::of(lines, setting);
            for (at, line) in lines.iter().enumerate() {
                let joins = match at.checked_sub(1).and_then(|before| lines.get(before)) {
                    Some(before) => !block.breaks(before, line, lines.get(at + 1)),
                    None => end
                        .as_ref()
                        .is_some_and(|end| end.continues_in(line, &block)),
                };
                match paragraphs.last_mut() {
                    Some(paragraph) if joins => join(&mut paragraph.text, &line.text),
                    _ => paragraphs.push(Paragraph {
                        text: line.text.clone(),
                        size: line.size,
                        is_bold: line.is_bold,
                        is_italic: line.is_italic,
                        page: number,
                    }),
                }
            }
            end = lines.last().map(|line| End {
                line: line.clone(),
                right: block.right_of(line),
            });
        }
    }
    paragraphs
}

/// The last line of a block.
struct End {
    line: Line,
    right: f32,
}

impl End {
    /// Returns `true` if its paragraph goes on in the first line of the next block.
    fn continues_in(&self, next: &Line, block: &Block) -> bool {
        let alike = (self.line.size - next.size).abs() < 0.12 * next.size
            && self.line.is_bold == next.is_bold;
        let begins_small = next.text.starts_with(char::is_lowercase);
        let goes_on = begins_small && self.line.text.ends_with(';');
        if !alike || ends_sentence(&self.line.text) && !goes_on || begins_item(&next.text) {
            return false;
        }
        if is_capitals(&self.line.text) != is_capitals(&next.text) {
            return false;
        }
        let is_full = self.right - self.line.x1 < next.first_word + 0.5 * next.size;
        let is_indented = next.x0 > block.left + 0.7 * next.size;
        begins_small || is_full && !is_indented
    }
}

/// The margins of a block.
struct Block {
    left: f32,
    right: f32,
    /// The right margin of lines of the size of most text: a headline may be wider.
    text_right: f32,
    /// The right margins of lines that are set alike, if there are several: a summary may be wider
    /// than the column under it.
    rights: BTreeMap<(i32, bool), f32>,
    /// Whether paragraphs begin with an indented line.
    has_indents: bool,
    setting: Setting,
}

impl Block {
    fn of(lines: &[Line], setting: Setting) -> Self {
        let mut starts: Vec<f32> = lines.iter().map(|line| line.x0).collect();
        starts.sort_by(f32::total_cmp);
        let left = starts.get(lines.len() / 10).copied().unwrap_or(0.0);
        let indented = |line: &&Line| line.x0 > left + 0.7 * line.size;
        let count = lines.iter().filter(indented).count();
        // Where paragraphs are short, most lines are indented; the others go on in small letters.
        let flush = lines
            .iter()
            .filter(|line| !indented(line) && (line.size - setting.size).abs() <= 0.2);
        let small = flush
            .clone()
            .filter(|line| line.text.starts_with(char::is_lowercase));
        let are_short = small.count() * 2 > flush.count();
        const SEVERAL: usize = 4;
        let mut alike: BTreeMap<_, Vec<f32>> = BTreeMap::new();
        for line in lines {
            alike.entry(set(line)).or_default().push(line.x1);
        }
        let several = alike.into_iter().filter(|(_, ends)| ends.len() >= SEVERAL);
        let rights = several.map(|(set, ends)| (set, ends.into_iter().fold(f32::MIN, f32::max)));
        let right = lines.iter().map(|line| line.x1).fold(f32::MIN, f32::max);
        let text = lines.iter().filter(|line| line.size < 1.15 * setting.size);
        let text_right = text.map(|line| line.x1).reduce(f32::max);
        Self {
            left,
            right,
            text_right: text_right.unwrap_or(right),
            rights: rights.collect(),
            has_indents: count > 0 && (are_short || count * 5 <= lines.len() * 3),
            setting,
        }
    }

    /// Returns `true` if a paragraph ends between two lines.
    fn breaks(&self, before: &Line, line: &Line, next: Option<&Line>) -> bool {
        let down = before.y - line.y;
        let larger = before.size.max(line.size);
        if before.is_cell || down < 0.3 * larger || (before.size - line.size).abs() > 0.12 * larger
        {
            return true;
        }
        let headline = line.size > 1.15 * self.setting.size;
        let leading = if headline {
            self.setting.leading.max(1.25)
        } else {
            self.setting.leading
        };
        if down > 1.3 * leading * line.size || before.is_bold != line.is_bold {
            return true;
        }
        let ended = ends_sentence(&before.text);
        // A summary in italics, whose last line is full.
        if ended && before.is_italic != line.is_italic {
            return true;
        }
        if headline {
            return ended && self.fits(before, line, 0.3);
        }
        if begins_item(&line.text) && (ended || before.text.ends_with([';', ','])) {
            return true;
        }
        let small = line.text.starts_with(char::is_lowercase);
        if small && !ended {
            return false;
        }
        if is_of_letterhead(before, line) {
            return true;
        }
        if self.has_indents && self.begins_paragraph(before, line, next, ended) {
            return true;
        }
        self.fits(before, line, if ended { 0.3 } else { 1.0 })
    }

    /// Returns `true` if the first word of a line had room on the one before.
    fn fits(&self, before: &Line, line: &Line, slack: f32) -> bool {
        let is_text = line.size < 1.15 * self.setting.size;
        let right = if is_text {
            self.right_of(before)
        } else {
            self.right
        };
        right - before.x1 > line.first_word + (0.25 + slack) * line.size
    }

    /// The right margin of a line of text.
    fn right_of(&self, line: &Line) -> f32 {
        self.rights
            .get(&set(line))
            .copied()
            .unwrap_or(self.text_right)
    }

    /// Returns `true` if a line is indented as the first of a paragraph.
    fn begins_paragraph(
        &self,
        before: &Line,
        line: &Line,
        next: Option<&Line>,
        ended: bool,
    ) -> bool {
        let indented = |line: &Line| line.x0 > self.left + 0.7 * line.size;
        if !indented(line) {
            return false;
        }
        let hangs = next.is_some_and(|next| (next.x0 - line.x0).abs() < 0.3 * line.size);
        if indented(before) {
            ended
        } else {
            ended || !hangs
        }
    }
}

/// Returns `true` for centred lines of a letterhead, of which one is in capitals or has place and date.
fn is_of_letterhead(before: &Line, line: &Line) -> bool {
    let centre = |line: &Line| (line.x0 + line.x1) / 2.0;
    let is_centred = (centre(before) - centre(line)).abs() < 0.3 * line.size
        && (before.x0 - line.x0).abs() > 0.5 * line.size
        && line.text.contains(' ');
    is_centred
        && (is_capitals(&before.text) || is_capitals(&line.text) || line.text.contains(", ngày "))
}

fn is_capitals(text: &str) -> bool {
    text.contains(char::is_uppercase) && !text.contains(char::is_lowercase)
}

/// How a line is set, to compare.
fn set(line: &Line) -> (i32, bool) {
    ((line.size * 4.0).round() as i32, line.is_bold)
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['”', '"', '’', ')', '»', ']'])
        .ends_with(['.', '!', '?', '…', ':', ';'])
}

/// Returns `true` if a line begins an item of a list.
fn begins_item(text: &str) -> bool {
    if text.starts_with(['•', '▪', '●', '◦', '*', '+']) {
        return true;
    }
    if ["- ", "– ", "— "].iter().any(|dash| text.starts_with(dash)) {
        return true;
    }
    let Some((mark, _)) = text.split_once(' ') else {
        return false;
    };
    let Some(mark) = mark.strip_suffix(['.', ')', '/']) else {
        return false;
    };
    mark.len() <= 4
        && (mark.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            || mark.chars().count() == 1
            || mark.bytes().all(|b| b"IVX".contains(&b)))
}

/// Appends a line to a paragraph. A hyphen at its end is dropped where it only
/// divides a word: Vietnamese syllables are never divided.
fn join(text: &mut String, line: &str) {
    if text.ends_with('\u{ad}') {
        text.pop();
        text.push_str(line);
        return;
    }
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}');
    let Some(rest) = text
        .strip_suffix(['-', '\u{2010}'])
        .filter(|rest| rest.ends_with(is_letter))
    else {
        text.push(' ');
        text.push_str(line);
        return;
    };
    let before = rest.rsplit(|c| !is_letter(c)).next().unwrap_or_default();
    let after = line.split(|c| !is_letter(c)).next().unwrap_or_default();
    let divides = line.starts_with(char::is_lowercase)
        && before.chars().all(char::is_alphabetic)
        && !(is_syllable(before) && is_syllable(after));
    if divides {
        text.pop();
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_at_the_end_of_a_line_stay_between_syllables_and_numbers() {
        for (first, second, expected) in [
            ("họp bàn", "việc mới", "họp bàn việc mới"),
            (
                "giai đoạn 2021-",
                "2025 của huyện",
                "giai đoạn 2021-2025 của huyện",
            ),
            ("tuyến Hà Nội-", "Hải Phòng", "tuyến Hà Nội-Hải Phòng"),
            ("quan hệ cán bộ-", "nhân dân", "quan hệ cán bộ-nhân dân"),
            ("nhà báo interna-", "tional", "nhà báo international"),
            ("từ xã -", "nơi có chợ", "từ xã - nơi có chợ"),
            ("bê\u{ad}", "tông", "bêtông"),
        ] {
            let mut text = first.to_owned();
            join(&mut text, second);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn items_of_lists_begin_paragraphs() {
        for (text, expected) in [
            ("- Thu ngân sách", true),
            ("2. Nhiệm vụ", true),
            ("a) Về tổ chức", true),
            ("IV. Kiến nghị", true),
            ("12 xã đã họp", false),
            ("ông.", false),
            ("TP. Vinh", false),
        ] {
            assert_eq!(begins_item(text), expected, "{text}");
        }
    }
}
