//! Glyphs of a page arranged to words, lines and columns in reading order.

use std::collections::VecDeque;

use timbao_tokenizer::charset::{Charset, LegacyFont};

use super::glyph::{Glyph, Glyphs};

/// A line of text in one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub text: String,
    pub x0: f32,
    pub x1: f32,
    pub y: f32,
    pub size: f32,
    /// Width of its first word.
    pub first_word: f32,
    pub is_bold: bool,
    pub is_italic: bool,
    /// Whether another cell of the table is before it in its row.
    pub is_cell: bool,
}

/// A page: columns and other blocks in reading order.
#[derive(Debug, Default)]
pub(super) struct PageText {
    pub blocks: Vec<Vec<Line>>,
    /// Running heads and feet that are marked as such.
    pub marginal: Vec<String>,
    /// The set of text in fonts from before Unicode.
    pub charset: Option<Charset>,
    pub glyphs: usize,
    /// Glyphs whose letter is unknown.
    pub unknown: usize,
}

/// Pieces of lines on a page beyond which columns are not looked for.
const MOST_PIECES: usize = 5000;

/// Arranges the glyphs of a page.
pub(super) fn arrange(glyphs: &mut Glyphs) -> PageText {
    let mut page = PageText {
        glyphs: glyphs.len(),
        ..PageText::default()
    };
    let unknown = |glyph: &&Glyph| glyphs.letter(glyph) == Some('\u{fffd}');
    page.unknown = glyphs.all.iter().filter(unknown).count();
    raise_initials(glyphs);
    let mut turns = [0_usize, 1, 2, 3, 4].map(|turn| (turn, 0_usize));
    for glyph in &glyphs.all {
        turns[usize::from(glyph.turn)].1 += 1;
    }
    // Text in the direction of most comes first.
    turns.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (turn, count) in turns {
        if count > 0 {
            let all = glyphs
                .all
                .iter()
                .filter(|glyph| usize::from(glyph.turn) == turn);
            let (marginal, text): (Vec<_>, Vec<_>) = all.partition(|glyph| glyph.is_artifact);
            let mut writer = Writer {
                glyphs,
                charset: page.charset,
            };
            page.blocks
                .extend(columns(writer.pieces(text)).into_iter().map(lines));
            for line in lines(writer.pieces(marginal)) {
                page.marginal.push(line.text);
            }
            page.charset = writer.charset;
        }
    }
    page.blocks.retain(|block| !block.is_empty());
    page
}

/// Puts a large first letter of a paragraph on the line it begins.
fn raise_initials(glyphs: &mut Glyphs) {
    let mut sizes: Vec<f32> = glyphs.all.iter().map(|glyph| glyph.size).collect();
    if sizes.len() < 40 {
        return;
    }
    let middle = sizes.len() / 2;
    let usual = *sizes.select_nth_unstable_by(middle, f32::total_cmp).1;
    for at in initials(glyphs, usual) {
        let glyph = glyphs.all[at];
        let top = glyph.y + 0.7 * (glyph.size - usual);
        // The first line beside it; it may be drawn before or after the letter.
        let beside = glyphs.all.iter().filter(|next| {
            next.size < usual * 1.5
                && (next.x0 - glyph.x1).abs() < usual
                && (next.y - top).abs() < 0.6 * usual
        });
        let line = beside.map(|next| next.y).reduce(f32::max);
        if let Some(y) = line {
            let initial = &mut glyphs.all[at];
            (initial.y, initial.size) = (y, usual);
        }
    }
}

/// Large letters that stand alone.
fn initials(glyphs: &Glyphs, usual: f32) -> Vec<usize> {
    const MOST: usize = 40;
    let all = &glyphs.all;
    let mut large: Vec<usize> = (0..all.len())
        .filter(|at| all[*at].size >= usual * 1.5)
        .collect();
    large.sort_by(|a, b| {
        let (a, b) = (&all[*a], &all[*b]);
        b.y.total_cmp(&a.y).then(a.x0.total_cmp(&b.x0))
    });
    let is_near = |at: usize, other: Option<&usize>| {
        let glyph = &all[at];
        other.map(|other| &all[*other]).is_some_and(|other| {
            (other.y - glyph.y).abs() < 0.2 * glyph.size
                && other.x0 - glyph.x1 < 0.6 * glyph.size
                && glyph.x0 - other.x1 < 0.6 * glyph.size
        })
    };
    let is_initial = |place: &usize| {
        let at = large[*place];
        let before = place.checked_sub(1).and_then(|before| large.get(before));
        all[at].size >= usual * 1.8
            && glyphs.letter(&all[at]).is_some_and(char::is_alphabetic)
            && !is_near(at, before)
            && !is_near(at, large.get(place + 1))
    };
    let places = (0..large.len()).filter(is_initial);
    places.map(|place| large[place]).take(MOST).collect()
}

/// A piece of a line without wide gaps.
#[derive(Debug, Default)]
struct Piece {
    line: Line,
    /// The number of its cell in the row of a table, from 0.
    cell: usize,
    letters: usize,
    bold: usize,
    italic: usize,
}

impl Piece {
    fn top(&self) -> f32 {
        self.line.y + 0.75 * self.line.size
    }

    fn bottom(&self) -> f32 {
        self.line.y - 0.15 * self.line.size
    }
}

/// The size and height of a glyph, to compare.
fn setting(glyph: &Glyph) -> (i32, i32) {
    (
        (glyph.size * 4.0).round() as i32,
        (glyph.y * 4.0).round() as i32,
    )
}

/// Turns glyphs into text.
struct Writer<'g> {
    glyphs: &'g Glyphs,
    charset: Option<Charset>,
}

impl Writer<'_> {
    /// Pieces of lines, from the top down.
    fn pieces(&mut self, mut glyphs: Vec<&Glyph>) -> Vec<Piece> {
        glyphs.sort_by(|a, b| b.y.total_cmp(&a.y));
        let mut pieces = Vec::new();
        let mut rest = glyphs.as_mut_slice();
        while let Some(first) = rest.first() {
            let (y, size) = (first.y, first.size);
            let on_line = |glyph: &&Glyph| {
                let larger = glyph.size.max(size);
                let similar = glyph.size.min(size) > 0.8 * larger;
                y - glyph.y <= larger * if similar { 0.3 } else { 0.45 }
            };
            let end = rest
                .iter()
                .position(|glyph| !on_line(glyph))
                .unwrap_or(rest.len());
            let (line, after) = rest.split_at_mut(end.max(1));
            self.line(line, &mut pieces);
            rest = after;
        }
        pieces
    }

    /// Cuts the glyphs of one line into pieces. Text printed over it is a line of its own.
    fn line(&mut self, glyphs: &mut [&Glyph], pieces: &mut Vec<Piece>) {
        self.sort(glyphs);
        if self.is_overprinted(glyphs) {
            glyphs.sort_by_key(|glyph| setting(glyph));
            for layer in glyphs.chunk_by(|a, b| setting(a) == setting(b)) {
                self.cut(layer, pieces);
            }
        } else {
            self.cut(glyphs, pieces);
        }
    }

    fn sort(&self, glyphs: &mut [&Glyph]) {
        // A mark is drawn where the next letter begins.
        let key = |glyph: &Glyph| {
            let mark = self.glyphs.letter(glyph).is_some_and(is_mark);
            glyph.x0 - if mark { 0.05 * glyph.size } else { 0.0 }
        };
        glyphs.sort_by(|a, b| key(a).total_cmp(&key(b)));
    }

    /// Returns `true` if letters that are set differently cover each other.
    fn is_overprinted(&self, glyphs: &[&Glyph]) -> bool {
        const LEAST: usize = 3;
        let is_letter =
            |glyph: &Glyph| self.glyphs.letter(glyph).is_some_and(char::is_alphanumeric);
        let covers = |pair: &&[&Glyph]| {
            let [a, b] = **pair else { return false };
            let narrow = (a.x1 - a.x0).min(b.x1 - b.x0);
            a.x1 - b.x0 > 0.3 * narrow && setting(a) != setting(b) && is_letter(a) && is_letter(b)
        };
        glyphs.windows(2).filter(covers).nth(LEAST - 1).is_some()
    }

    fn cut(&mut self, glyphs: &[&Glyph], pieces: &mut Vec<Piece>) {
        let is_blank = |glyph: &Glyph| self.glyphs.letter(glyph).is_some_and(char::is_whitespace);
        let mut start = 0;
        let mut end_x = f32::NEG_INFINITY;
        let mut cuts = Vec::new();
        for (at, glyph) in glyphs.iter().enumerate() {
            if is_blank(glyph) {
                continue;
            }
            if glyph.x0 - end_x > 0.9 * glyph.size && end_x.is_finite() {
                cuts.push(start..at);
                start = at;
            }
            end_x = end_x.max(glyph.x1);
        }
        cuts.push(start..glyphs.len());
        for cut in cuts {
            let piece = self.piece(&glyphs[cut]);
            if !piece.line.text.is_empty() {
                pieces.push(piece);
            }
        }
    }

    fn piece(&mut self, glyphs: &[&Glyph]) -> Piece {
        let widest_kerning = self.widest_kerning(glyphs);
        let mut piece = Piece::default();
        let mut text = Text::default();
        let mut last: Option<&Glyph> = None;
        let mut is_apart = false;
        for glyph in glyphs {
            let letter = self.glyphs.letter(glyph);
            if letter.is_some_and(char::is_whitespace) {
                is_apart = last.is_some();
                continue;
            }
            let line = &mut piece.line;
            if let Some(before) = last {
                // Letters drawn twice are bold.
                let shift = (glyph.x0 - before.x0).abs();
                if shift < 0.12 * glyph.size
                    && letter.is_some()
                    && letter == self.glyphs.letter(before)
                {
                    continue;
                }
                is_apart |= glyph.x0 - line.x1 > widest_kerning * glyph.size
                    && !letter.is_some_and(is_mark);
            } else {
                (line.x0, line.x1, line.y, line.size) = (glyph.x0, glyph.x1, glyph.y, glyph.size);
            }
            if is_apart {
                if line.first_word == 0.0 {
                    line.first_word = line.x1 - line.x0;
                }
                text.push(" ", None, &mut self.charset);
                is_apart = false;
            }
            // A line is as large as its largest letters.
            if glyph.size > line.size {
                (line.y, line.size) = (glyph.y, glyph.size);
            }
            let legacy = self.glyphs.legacy(glyph);
            let mut shown = String::new();
            self.glyphs.write(glyph, &mut shown);
            let overlaps = line.x1 - glyph.x0 > 0.4 * (glyph.x1 - glyph.x0);
            text.push_glyph(&shown, legacy, overlaps, &mut self.charset);
            line.x1 = line.x1.max(glyph.x1);
            let weight = weight(&shown);
            piece.letters += weight;
            piece.bold += if glyph.is_bold { weight } else { 0 };
            piece.italic += if glyph.is_italic { weight } else { 0 };
            last = Some(glyph);
        }
        let line = &mut piece.line;
        line.text = text.finish(&mut self.charset);
        if line.first_word == 0.0 {
            line.first_word = line.x1 - line.x0;
        }
        piece
    }

    /// The widest gap between letters of a word, in ems: wider where letters
    /// are spaced out, narrower where blanks are not written.
    fn widest_kerning(&self, glyphs: &[&Glyph]) -> f32 {
        let is_blank = |glyph: &Glyph| self.glyphs.letter(glyph).is_some_and(char::is_whitespace);
        let mut gaps: Vec<f32> = glyphs
            .windows(2)
            .filter(|pair| !is_blank(pair[0]) && !is_blank(pair[1]))
            .map(|pair| (pair[1].x0 - pair[0].x1) / pair[1].size)
            .collect();
        let usual = match gaps.len() {
            0 => 0.0,
            count => *gaps.select_nth_unstable_by(count / 2, f32::total_cmp).1,
        };
        let has_blanks = glyphs.iter().any(|glyph| is_blank(glyph));
        let least: f32 = if has_blanks { 0.25 } else { 0.14 };
        if usual > 0.08 {
            least.max(usual * 1.6 + 0.08)
        } else {
            least
        }
    }
}

/// Text of a piece, and the part of it in one old font.
#[derive(Default)]
struct Text {
    done: String,
    raw: String,
    font: Option<LegacyFont>,
    /// An accent that was drawn before its letter.
    accent: Option<char>,
}

impl Text {
    fn push_glyph(
        &mut self,
        shown: &str,
        font: Option<LegacyFont>,
        overlaps: bool,
        charset: &mut Option<Charset>,
    ) {
        if let Some(mark) = self.accent.take() {
            // The accent is over this letter.
            if overlaps && shown.chars().all(char::is_alphabetic) {
                self.raw.pop();
                self.push(shown, font, charset);
                self.raw.push(mark);
                return;
            }
        }
        let mut letters = shown.chars();
        if let (Some(letter), None, None) = (letters.next(), letters.next(), font)
            && let Some(mark) = combining(letter)
        {
            if overlaps && self.raw.ends_with(char::is_alphabetic) {
                self.raw.push(mark);
                return;
            }
            self.accent = Some(mark);
        }
        self.push(shown, font, charset);
    }

    fn push(&mut self, shown: &str, font: Option<LegacyFont>, charset: &mut Option<Charset>) {
        if font != self.font && shown != " " {
            self.flush(charset);
            self.font = font;
        }
        self.raw.push_str(shown);
    }

    fn flush(&mut self, charset: &mut Option<Charset>) {
        match self.font {
            None => self.done.push_str(&self.raw),
            Some(font) => {
                let read = font.read(&self.raw);
                if *read != self.raw {
                    *charset = Some(font.charset);
                }
                self.done.push_str(&read);
            }
        }
        self.raw.clear();
    }

    fn finish(mut self, charset: &mut Option<Charset>) -> String {
        self.flush(charset);
        let text = self
            .done
            .replace(['\u{f0b7}', '\u{f0a7}', '\u{f076}', '\u{f0d8}'], "•");
        // The mark of an item in a font of signs.
        let mark = |c: &char| matches!(c, '\u{e000}'..='\u{f8ff}');
        let text = match text.chars().next().filter(mark) {
            Some(mark) if text[mark.len_utf8()..].starts_with(' ') => text.replacen(mark, "•", 1),
            Some(mark) if text.len() == mark.len_utf8() => "•".to_owned(),
            _ => text,
        };
        // A soft hyphen only shows at the end of a line.
        let text = text.trim();
        match text.rfind('\u{ad}') {
            Some(last) => {
                let is_shown = last + '\u{ad}'.len_utf8() == text.len();
                let bare = text.replace('\u{ad}', "");
                bare + if is_shown { "\u{ad}" } else { "" }
            }
            None => text.to_owned(),
        }
    }
}

/// The weight of a glyph in how its line is set. Letters that a font lacks are drawn from another one,
/// which need not be bold or italic; letters of ASCII are in every font.
fn weight(shown: &str) -> usize {
    let is_ascii = !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_ascii { 16 } else { 1 }
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// The combining mark of an accent that stands alone.
fn combining(accent: char) -> Option<char> {
    Some(match accent {
        '´' => '\u{301}',
        '`' => '\u{300}',
        'ˆ' => '\u{302}',
        '˜' => '\u{303}',
        '˘' => '\u{306}',
        '¨' => '\u{308}',
        'ˇ' => '\u{30c}',
        '˚' => '\u{30a}',
        _ => return None,
    })
}

/// Cuts a page into columns and what spans them.
fn columns(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut blocks = Vec::new();
    if pieces.len() > MOST_PIECES {
        blocks.push(pieces);
    } else {
        cut(pieces, &mut blocks, 0);
    }
    blocks
}

fn cut(pieces: Vec<Piece>, blocks: &mut Vec<Vec<Piece>>, depth: usize) {
    let mut rows = VecDeque::from(rows(pieces));
    let mut single: Vec<Piece> = Vec::new();
    while let Some(row) = rows.pop_front() {
        let Some((mut run, gutters)) = begin_columns(row, &mut rows, &mut single) else {
            continue;
        };
        let gutters = go_on(&mut run, gutters, &mut rows);
        let gutter = gutters
            .iter()
            .filter(|_| depth < 6)
            .find(|gutter| is_between_columns(&run, &gutters, **gutter));
        match gutter {
            Some((left, right)) => {
                if !single.is_empty() {
                    blocks.push(std::mem::take(&mut single));
                }
                let middle = (left + right) / 2.0;
                let (left, right) = run.into_iter().partition(|piece| piece.line.x0 < middle);
                cut(left, blocks, depth + 1);
                cut(right, blocks, depth + 1);
            }
            None => {
                number_cells(&mut run, &gutters);
                single.extend(run);
            }
        }
    }
    if !single.is_empty() {
        blocks.push(single);
    }
}

/// Vertical strips without text.
type Gaps = Vec<(f32, f32)>;

/// The first rows of columns, from `row` on, and the gaps between these. Rows above that span the gaps
/// become `single`; so does the first row, and there is no result, if columns may begin at the next.
fn begin_columns(
    row: Vec<Piece>,
    rows: &mut VecDeque<Vec<Piece>>,
    single: &mut Vec<Piece>,
) -> Option<(Vec<Piece>, Gaps)> {
    let mut gutters = gaps(&row);
    let mut run = row;
    let mut ahead: Vec<Vec<Piece>> = Vec::new();
    // One column may begin a few lines above the other. Rows above that span the gap, such as
    // a headline, are not of the columns.
    while gutters.is_empty() && ahead.len() < 3 {
        let Some(next) = rows.front().map(|next| gaps(next)) else {
            break;
        };
        let from = (0..=ahead.len()).find_map(|from| {
            let above = ahead[from..].iter().flatten().chain(&run);
            let common = narrowed(&next, above);
            (!common.is_empty()).then_some((from, common))
        });
        match from {
            Some((from, common)) => {
                single.extend(ahead.drain(..from).flatten());
                gutters = common;
            }
            None if !next.is_empty() => break,
            None => {}
        }
        if let Some(next) = rows.pop_front() {
            ahead.push(std::mem::replace(&mut run, next));
        }
    }
    if gutters.is_empty() && !ahead.is_empty() {
        rows.push_front(run);
        single.append(&mut ahead.remove(0));
        ahead.drain(..).rev().for_each(|row| rows.push_front(row));
        return None;
    }
    run.extend(ahead.drain(..).flatten());
    Some((run, gutters))
}

/// Adds the rows to a run that leave some of its gaps free; returns these.
fn go_on(run: &mut Vec<Piece>, mut gutters: Gaps, rows: &mut VecDeque<Vec<Piece>>) -> Gaps {
    while let Some(next) = rows.front() {
        let common = narrowed(&gutters, next.iter());
        if common.is_empty() {
            break;
        }
        gutters = common;
        run.extend(rows.pop_front().into_iter().flatten());
    }
    // The first row need not reach into each column.
    match gutters.is_empty() {
        true => gutters,
        false => gaps(run),
    }
}

/// Numbers the cells of a table between gaps that several rows share. The mark of an item is not a
/// cell.
fn number_cells(pieces: &mut [Piece], gaps: &[(f32, f32)]) {
    const ROWS: usize = 3;
    let mut middles: Vec<f32> = gaps
        .iter()
        .map(|(left, right)| (left + right) / 2.0)
        .collect();
    middles.sort_by(f32::total_cmp);
    let column = |piece: &Piece| middles.partition_point(|middle| *middle <= piece.line.x0);
    let mut counts = vec![(0_usize, 0_usize); middles.len() + 1];
    for piece in pieces.iter() {
        let count = &mut counts[column(piece)];
        count.0 += 1;
        count.1 += usize::from(piece.line.text.chars().count() > 3);
    }
    // The column of a number belongs to the one after it.
    let mut cell = 0;
    let mut numbers = vec![0; counts.len()];
    for at in 1..counts.len() {
        let (before, here) = (counts[at - 1], counts[at]);
        cell +=
            usize::from(before.0 >= ROWS && here.0 >= ROWS && (at > 1 || before.1 * 2 > before.0));
        numbers[at] = cell;
    }
    for piece in pieces {
        piece.cell = numbers[column(piece)];
    }
}

/// Pieces whose heights overlap, from the top down.
fn rows(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| b.top().total_cmp(&a.top()));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    let mut bottom = f32::INFINITY;
    for piece in pieces {
        let below = piece.top() <= bottom;
        bottom = if below {
            piece.bottom()
        } else {
            bottom.min(piece.bottom())
        };
        match rows.last_mut() {
            Some(row) if !below => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    rows
}

/// Vertical strips without text between pieces, the widest first.
fn gaps(pieces: &[Piece]) -> Gaps {
    let mut spans: Vec<(f32, f32, f32)> = pieces
        .iter()
        .map(|piece| (piece.line.x0, piece.line.x1, piece.line.size))
        .collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut gaps = Vec::new();
    let mut end = f32::INFINITY;
    for (x0, x1, size) in spans {
        if x0 - end > 0.8 * size {
            gaps.push((end, x0));
        }
        end = if end.is_finite() { end.max(x1) } else { x1 };
    }
    gaps.sort_by(|a, b| (b.1 - b.0).total_cmp(&(a.1 - a.0)));
    gaps
}

/// The gaps that are still free of text with more pieces.
fn narrowed<'p>(
    gaps: &[(f32, f32)],
    pieces: impl Iterator<Item = &'p Piece> + Clone,
) -> Vec<(f32, f32)> {
    gaps.iter()
        .filter_map(|(left, right)| {
            let (mut left, mut right, mut size) = (*left, *right, 0.0);
            for piece in pieces.clone() {
                let line = &piece.line;
                let middle = (left + right) / 2.0;
                if line.x1 <= middle || line.x0 <= left && line.x1 < right {
                    left = left.max(line.x1);
                } else if line.x0 >= middle || line.x1 >= right && line.x0 > left {
                    right = right.min(line.x0);
                } else {
                    return None;
                }
                size = line.size;
            }
            (right - left > 0.6 * size).then_some((left, right))
        })
        .collect()
}

/// Returns `true` if there is running text on both sides of a gap, up to the next gap; else it is
/// a table or a letterhead.
fn is_between_columns(pieces: &[Piece], gaps: &[(f32, f32)], (left, right): (f32, f32)) -> bool {
    let middle = (left + right) / 2.0;
    let others = || gaps.iter().map(|(left, right)| (left + right) / 2.0);
    let before = others().filter(|other| *other < middle);
    let after = others().filter(|other| *other > middle);
    let sides = [
        (before.fold(f32::NEG_INFINITY, f32::max), middle),
        (middle, after.fold(f32::INFINITY, f32::min)),
    ];
    let [before, after] = sides.map(|(from, to)| Side::of(pieces, from, to));
    // The text may end in the first lines of the last column.
    let is_rest = |side: &Side, other: &Side| side.lines > 0 && other.is_text(8) && side.is_text(1);
    before.is_text(3) && after.is_text(3) || is_rest(&after, &before)
}

/// The text on one side of a gap.
#[derive(Default)]
struct Side {
    lines: usize,
    /// Lines that reach over most of the width or begin in the middle of a sentence.
    full: usize,
    width: f32,
    size: f32,
}

impl Side {
    fn of(pieces: &[Piece], from: f32, to: f32) -> Self {
        let side = || {
            let side = move |piece: &&Piece| (from..to).contains(&piece.line.x0);
            pieces.iter().filter(side).map(|piece| &piece.line)
        };
        let x0 = side().map(|line| line.x0).fold(f32::INFINITY, f32::min);
        let x1 = side().map(|line| line.x1).fold(f32::NEG_INFINITY, f32::max);
        let mut found = Self {
            width: x1 - x0,
            ..Self::default()
        };
        for line in side() {
            found.lines += 1;
            let continues = line.text.starts_with(char::is_lowercase);
            found.full += usize::from(continues || line.x1 - line.x0 > 0.6 * (x1 - x0));
            found.size = found.size.max(line.size);
        }
        found
    }

    /// Returns `true` for running text of this many lines or more.
    fn is_text(&self, least: usize) -> bool {
        let is_wide = self.width > 7.0 * self.size.min(14.0);
        self.lines >= least && self.full * 2 >= self.lines.max(2) && is_wide && {
            least < 3 || self.full * 2 > self.lines
        }
    }
}

/// The lines of a block, from the top down.
fn lines(mut pieces: Vec<Piece>) -> Vec<Line> {
    pieces.sort_by(|a, b| b.line.y.total_cmp(&a.line.y));
    let mut lines: Vec<Line> = Vec::new();
    let mut rest = pieces.as_mut_slice();
    while let Some(first) = rest.first() {
        let (y, size) = (first.line.y, first.line.size);
        let end = rest
            .iter()
            .position(|piece| y - piece.line.y > 0.3 * size.max(piece.line.size));
        let (row, after) = rest.split_at_mut(end.unwrap_or(rest.len()));
        row.sort_by(|a, b| a.line.x0.total_cmp(&b.line.x0));
        let mut letters = (0, 0, 0);
        let mut cell = 0;
        let begin = lines.len();
        for piece in row {
            let own = (piece.letters, piece.bold, piece.italic);
            let is_first = lines.len() == begin + 1;
            match lines[begin..].last_mut() {
                Some(line) if piece.cell == cell && continues(line, &piece.line, is_first) => {
                    line.text.push(' ');
                    line.text.push_str(&piece.line.text);
                    line.x1 = line.x1.max(piece.line.x1);
                    line.size = line.size.max(piece.line.size);
                    letters = (letters.0 + own.0, letters.1 + own.1, letters.2 + own.2);
                }
                _ => {
                    lines.push(Line {
                        is_cell: piece.cell > cell && lines.len() > begin,
                        ..std::mem::take(&mut piece.line)
                    });
                    letters = own;
                    cell = piece.cell;
                }
            }
            if let Some(line) = lines.last_mut() {
                line.is_bold = letters.1 * 10 > letters.0 * 9;
                line.is_italic = letters.2 * 10 > letters.0 * 9;
            }
        }
        rest = after;
    }
    lines
}

/// Returns `true` if a piece goes on a line rather than in the next cell of a
/// table. What follows the mark of an item, first in its row, may be far from it.
fn continues(line: &Line, piece: &Line, is_first: bool) -> bool {
    let gap = piece.x0 - line.x1;
    // Text printed over other text is not a part of it.
    if gap < -line.size {
        return false;
    }
    gap < 2.0 * line.size || is_first && line.text.chars().count() <= 3 && gap < 5.0 * line.size
}
