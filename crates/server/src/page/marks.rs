//! Text with its matches marked. Everything that is not markup of ours is escaped.

use std::ops::Range;

use maud::{Markup, html};

/// Marks ranges of bytes, which are in order and do not overlap; adjacent ranges become one. Ranges
/// outside the text are ignored.
pub(crate) fn marked(text: &str, ranges: &[Range<usize>]) -> Markup {
    let mut at = 0;
    let mut pieces: Vec<(&str, &str)> = Vec::new();
    for range in &joined(text, ranges) {
        let (Some(before), Some(matched)) = (text.get(at..range.start), text.get(range.clone()))
        else {
            continue;
        };
        pieces.push((before, matched));
        at = range.end;
    }
    let rest = text.get(at..).unwrap_or_default();
    html! {
        @for (before, matched) in pieces {
            (before)
            mark { (matched) }
        }
        (rest)
    }
}

/// Makes one of ranges that have nothing but space between them.
pub(crate) fn joined(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last)
                if text.get(last.end..range.start).is_some_and(|between| {
                    between.trim().is_empty() && !between.contains('\n')
                }) =>
            {
                last.end = range.end;
            }
            _ => joined.push(range.clone()),
        }
    }
    joined
}

/// Makes ranges ones that are in order and do not overlap.
pub(crate) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::{marked, merged};

    #[test]
    fn text_is_escaped_and_odd_ranges_do_no_harm() {
        let shown = |text, ranges: &[_]| marked(text, ranges).into_string();
        assert_eq!(
            shown("a<b>c", &[1..3, 4..5]),
            "a<mark>&lt;b</mark>&gt;<mark>c</mark>"
        );
        assert_eq!(shown("tự", &[2..3, 0..1]), "<mark>t</mark>ự");
        assert_eq!(shown("", &[0..9, 9..10]), "");
        assert_eq!(shown("tu do la", &[0..2, 3..5]), "<mark>tu do</mark> la");
        assert_eq!(merged(vec![5..7, 0..2, 1..3, 3..4]), [0..4, 5..7]);
    }
}
