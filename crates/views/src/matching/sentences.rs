//! The ends of sentences.

/// Marks that end a sentence.
const ENDS: [char; 4] = ['.', '!', '?', '…'];
/// Maximum number of letters of an abbreviation before a full stop: TP., GS., TS., Tp.
const LONGEST_ABBREVIATION: usize = 3;

/// Returns `true` if the text between two words can end a sentence.
#[inline]
pub fn may_end_sentence(between: &str) -> bool {
    // The most frequent ones, compared first.
    !matches!(between, " " | ", ") && between.contains(|c| c == '\n' || ENDS.contains(&c))
}

/// Returns `true` if a sentence ends between two words of one part of an article.
///
/// A sentence ends at a paragraph, and at `.`, `!`, `?` or `…` with white space after it if the
/// next word has no small first letter. A full stop after an abbreviation of up to three letters
/// without a small letter at its end, such as TP. or GS., ends none.
pub fn ends_sentence(last: &str, between: &str, next: &str) -> bool {
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
    use super::ends_sentence;

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
            assert_eq!(
                ends_sentence(last, between, next),
                ends,
                "{last}{between}{next}"
            );
        }
    }
}
