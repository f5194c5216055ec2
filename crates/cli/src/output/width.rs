//! Widths in columns of a terminal, by grapheme.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::line::{Line, Piece};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The start of a text, at most `columns` wide, with `…` at the end if something was cut.
pub(crate) fn truncated(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 1;
    for grapheme in text.graphemes(true) {
        taken += width(grapheme);
        if taken > columns {
            break;
        }
        kept.push_str(grapheme);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The end of a text, at most `columns` wide, with `…` at the start if something was cut.
pub(crate) fn truncated_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut taken = 1;
    for grapheme in text.graphemes(true).rev() {
        taken += width(grapheme);
        if taken > columns {
            break;
        }
        kept.push(grapheme);
    }
    if columns > 0 {
        kept.push("…");
    }
    kept.into_iter().rev().collect()
}

/// Breaks pieces into lines of at most `columns`, at white space if possible. `None` is one line of
/// any length.
pub(crate) fn wrapped(pieces: Vec<Piece>, columns: Option<usize>) -> Vec<Line> {
    let Some(columns) = columns else {
        return vec![pieces];
    };
    let mut lines = Lines {
        columns: columns.max(1),
        done: Vec::new(),
        line: Vec::new(),
        taken: 0,
        space: Vec::new(),
    };
    // A word may run over several pieces: "[tự diễn] biến" ends in the middle of one.
    let mut word: Line = Vec::new();
    for piece in pieces {
        for part in piece.text.split_word_bounds() {
            let part = piece.with_text(part);
            // Only the plain space is a place to break; U+00A0 is there to forbid it.
            if part.text.chars().all(|c| c == ' ') {
                lines.push_word(std::mem::take(&mut word));
                lines.space.push(part);
            } else {
                word.push(part);
            }
        }
    }
    lines.push_word(word);
    lines.finish()
}

struct Lines {
    columns: usize,
    done: Vec<Line>,
    line: Line,
    taken: usize,
    /// White space that counts only if a word follows on the same line.
    space: Line,
}

impl Lines {
    fn push_word(&mut self, word: Line) {
        if word.is_empty() {
            return;
        }
        let wide = line_width(&word);
        let space = std::mem::take(&mut self.space);
        let gap = line_width(&space);
        if self.taken > 0 && self.taken + gap + wide > self.columns {
            self.break_line();
        } else if self.taken > 0 {
            self.taken += gap;
            space
                .into_iter()
                .for_each(|piece| append(&mut self.line, piece));
        }
        if wide <= self.columns {
            self.taken += wide;
            word.into_iter()
                .for_each(|piece| append(&mut self.line, piece));
            return;
        }
        // Longer than a line: an address, or a script without spaces.
        for piece in &word {
            for grapheme in piece.text.graphemes(true) {
                let wide = width(grapheme);
                if self.taken > 0 && self.taken + wide > self.columns {
                    self.break_line();
                }
                self.taken += wide;
                append(&mut self.line, piece.with_text(grapheme));
            }
        }
    }

    fn break_line(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.taken = 0;
    }

    fn finish(mut self) -> Vec<Line> {
        if !self.line.is_empty() || self.done.is_empty() {
            self.break_line();
        }
        self.done
    }
}

fn line_width(line: &Line) -> usize {
    line.iter().map(|piece| width(&piece.text)).sum()
}

/// Adds a piece, to the last one if it looks the same.
fn append(line: &mut Line, piece: Piece) {
    match line.last_mut() {
        Some(last) if last.role == piece.role && last.link == piece.link => {
            last.text.push_str(&piece.text)
        }
        _ => line.push(piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::style::Role;

    fn lines(text: &str, columns: usize) -> Vec<String> {
        let pieces = vec![Piece::new(Role::Plain, text)];
        wrapped(pieces, Some(columns))
            .iter()
            .map(|line| line.iter().map(|p| p.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn lines_break_at_spaces_and_fit() {
        assert_eq!(lines("tự diễn biến", 8), ["tự diễn", "biến"]);
        // Decomposed: three marks more, no column more.
        assert_eq!(
            lines("tu\u{31b}\u{323} die\u{302}\u{303}n bie\u{302}\u{301}n", 12).len(),
            1
        );
        assert_eq!(
            lines("dài\u{a0}dằng\u{a0}dặc", 5),
            ["dài\u{a0}d", "ằng\u{a0}d", "ặc"]
        );
        assert_eq!(lines("越南越南", 5), ["越南", "越南"]);
        assert_eq!(lines("", 5), [""]);
        assert_eq!(lines("a b", 0), ["a", "b"]);
    }

    #[test]
    fn words_of_several_pieces_stay_whole() {
        let pieces = vec![
            Piece::new(Role::Plain, "một ha"),
            Piece::new(Role::Match, "i"),
            Piece::new(Role::Plain, ", ba"),
        ];
        let lines: Vec<String> = wrapped(pieces, Some(6))
            .iter()
            .map(|line| line.iter().map(|p| p.text.as_str()).collect())
            .collect();
        assert_eq!(lines, ["một", "hai,", "ba"]);
    }

    #[test]
    fn truncation_never_splits_a_grapheme() {
        assert_eq!(truncated("tiếng Việt", 6), "tiếng…");
        assert_eq!(truncated("tie\u{302}\u{301}ng", 4), "tie\u{302}\u{301}…");
        assert_eq!(truncated("越南", 3), "越…");
        assert_eq!(truncated("越南", 0), "");
        assert_eq!(truncated("vừa", 3), "vừa");
        assert_eq!(truncated_start("tiếng Việt", 5), "…Việt");
        assert_eq!(
            truncated_start("tie\u{302}\u{301}ng", 4),
            "…\u{65}\u{302}\u{301}ng"
        );
        assert_eq!(truncated_start("vừa", 0), "");
    }
}
