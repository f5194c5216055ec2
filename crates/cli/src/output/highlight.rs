//! Text cut into pieces that match and pieces that do not.

use std::ops::Range;

use super::line::Piece;
use super::sanitize::escape;
use super::style::Role;

/// Splits `text` at `ranges` (bytes), which are matches. The text is escaped for a terminal, on one
/// line.
///
/// Ranges may overlap and have any order; ranges outside the text are ignored.
pub(crate) fn highlighted(text: &str, ranges: &[Range<usize>], plain: Role) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |role, slice: Option<&str>| {
        if let Some(slice) = slice.filter(|slice| !slice.is_empty()) {
            pieces.push(Piece::new(role, escape(slice)));
        }
    };
    let mut at = 0;
    for range in merged(text, ranges) {
        push(plain, text.get(at..range.start));
        push(Role::Match, text.get(range.clone()));
        at = range.end;
    }
    push(plain, text.get(at..));
    pieces
}

/// The ranges in order, those that touch made one.
fn merged(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut sorted: Vec<_> = ranges
        .iter()
        .filter(|r| !r.is_empty() && text.get((*r).clone()).is_some())
        .cloned()
        .collect();
    sorted.sort_by_key(|r| (r.start, r.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, ranges: &[Range<usize>]) -> String {
        highlighted(text, ranges, Role::Plain)
            .iter()
            .map(|piece| match piece.role {
                Role::Match => format!("[{}]", piece.text),
                _ => piece.text.clone(),
            })
            .collect()
    }

    #[test]
    fn every_match_is_marked_and_no_text_lost() {
        assert_eq!(shown("một hai ba", &[10..12, 0..5]), "[một] hai [ba]");
        assert_eq!(shown("abcdef", &[1..3, 2..5]), "a[bcde]f");
        assert_eq!(shown("abc", &[]), "abc");
        assert_eq!(shown("abc", &[0..2, 2..3]), "[abc]");
    }

    #[test]
    fn ranges_that_do_not_fit_are_left_out() {
        assert_eq!(shown("đa", &[1..2, 0..99, 2..3]), "đ[a]");
        assert_eq!(shown("", &[0..0, 0..1]), "");
    }
}
