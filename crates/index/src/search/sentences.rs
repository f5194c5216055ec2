//! The sentences of an article.

use crate::text::tokens::FIRST_KEY;
use crate::text::{TextSegment, Written};

/// Marks that end a sentence.
const ENDS: [char; 4] = ['.', '!', '?', '…'];
/// Maximum number of letters of an abbreviation before a full stop: TP., GS., TS., Tp.
const LONGEST_ABBREVIATION: usize = 3;

/// The first tokens of the sentences of an article, except for the first sentence.
///
/// A sentence ends at a paragraph, and at `.`, `!`, `?` or `…` with white space after it if the
/// next word has no small first letter. A full stop after an abbreviation of up to three letters
/// without a small letter at its end, such as TP. or GS., ends none.
pub(crate) struct SentenceStarts<'a> {
    segment: &'a TextSegment,
    starts: Vec<u32>,
    /// The token before.
    last: Option<(u32, Written<'a>)>,
    words: [String; 2],
}

impl<'a> SentenceStarts<'a> {
    pub(crate) fn new(segment: &'a TextSegment) -> Self {
        Self {
            segment,
            starts: Vec::new(),
            last: None,
            words: Default::default(),
        }
    }

    /// Adds a word at a position.
    #[inline]
    pub(crate) fn push(&mut self, at: u32, token: u32, word: Written<'a>) {
        let last = self.last.replace((token, word));
        if let Some(last) = last
            && may_end(word.separator)
            && self.is_end(last, (token, word))
        {
            self.starts.push(at);
        }
    }

    /// Ends a part of the text; the next one starts a sentence.
    pub(crate) fn end_part(&mut self, at: u32) {
        self.starts.push(at);
        self.last = None;
    }

    /// The first positions, in order.
    pub(crate) fn into_starts(self) -> Vec<u32> {
        self.starts
    }

    fn is_end(&mut self, last: (u32, Written<'_>), next: (u32, Written<'_>)) -> bool {
        for (word, (token, written)) in self.words.iter_mut().zip([last, next]) {
            word.clear();
            written.write(self.segment.surface(token - FIRST_KEY), word);
        }
        let [last, word] = &self.words;
        is_end(last, next.1.separator, word)
    }
}

/// Returns `true` if the text between two words can end a sentence.
#[inline]
fn may_end(between: &str) -> bool {
    // The most frequent ones, compared first.
    !matches!(between, " " | ", ") && between.contains(|c| c == '\n' || ENDS.contains(&c))
}

/// Returns `true` if a sentence ends between two words.
fn is_end(last: &str, between: &str, next: &str) -> bool {
    if between.contains('\n') {
        return true;
    }
    let Some(mark) = between.find(ENDS) else {
        return false;
    };
    let (_, after) = between.split_at(mark);
    let is_spaced = after.contains(char::is_whitespace);
    let is_continued = next.chars().next().is_some_and(char::is_lowercase);
    let is_full_stop = after.starts_with('.') && !after.starts_with("..");
    let is_short = last.chars().count() <= LONGEST_ABBREVIATION
        && last.chars().any(char::is_alphabetic)
        && !last.chars().any(char::is_lowercase);
    let is_title = ["Tp", "Ths", "Th", "Gs", "Ts", "Mr", "Dr", "St"].contains(&last);
    let is_abbreviation = mark == 0 && is_full_stop && (is_short || is_title);
    is_spaced && !is_continued && !is_abbreviation
}

#[cfg(test)]
mod tests {
    use super::is_end;

    #[test]
    fn sentences_end_at_marks_before_capitals() {
        for (last, between, next, ends) in [
            ("họp", ". ", "Đại", true),
            ("họp", "? ", "Đại", true),
            ("họp", ".” ", "Đại", true),
            ("họp", "... ", "Đại", true),
            ("họp", "… ", "đại", false),
            ("họp", ". ", "đại", false),
            ("họp", ", ", "Đại", false),
            ("họp", ". ", "25", true),
            ("1", ".", "500", false),
            ("TP", ". ", "Cần", false),
            ("GS", ". ", "TS", false),
            ("Tp", ". ", "Cần", false),
            ("2025", ". ", "Năm", true),
            ("họp", "\n", "đại", true),
            ("NATO", ". ", "Sau", true),
        ] {
            assert_eq!(is_end(last, between, next), ends, "{last}{between}{next}");
        }
    }
}
