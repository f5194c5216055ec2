//! Text with its matches marked. Everything that is not markup of ours is escaped.

use std::ops::Range;

use maud::{Markup, html};

/// Marks ranges of bytes, which are in order and do not overlap; adjacent ranges become one. Ranges
/// outside the text are ignored.
pub(crate) fn marked(text: &str, ranges: &[Range<usize>]) -> Markup {
    let ranges = joined(text, ranges);
    let (pieces, rest) = pieces(text, &ranges);
    html! {
        @for (before, matched) in pieces {
            (before)
            mark { (matched) }
        }
        (rest)
    }
}

/// Numbers the marks of a page, so that links lead to each of them.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: usize,
    at: Option<usize>,
}

impl Numbers {
    /// Starts at the first mark. `at` is the number, from 0, of the mark that the address names.
    pub(crate) fn at(at: Option<usize>) -> Self {
        Self { next: 0, at }
    }

    /// Marks ranges as [`marked`] does, each by itself. The marks have the ids `m1`, `m2` and so on; the one that
    /// the address names is `at`.
    pub(crate) fn marked(&mut self, text: &str, ranges: &[Range<usize>]) -> Markup {
        let (pieces, rest) = pieces(text, ranges);
        html! {
            @for (before, matched) in pieces {
                (before)
                mark id=(self.id()) { (matched) }
            }
            (rest)
        }
    }

    fn id(&mut self) -> String {
        self.next += 1;
        match self.at {
            Some(at) if at + 1 == self.next => "at".to_owned(),
            _ => format!("m{}", self.next),
        }
    }
}

/// The parts of a text: each match with the text before it, and the rest.
fn pieces<'t>(text: &'t str, ranges: &[Range<usize>]) -> (Vec<(&'t str, &'t str)>, &'t str) {
    let mut at = 0;
    let mut pieces = Vec::new();
    for range in ranges {
        let (Some(before), Some(matched)) = (text.get(at..range.start), text.get(range.clone()))
        else {
            continue;
        };
        pieces.push((before, matched));
        at = range.end;
    }
    (pieces, text.get(at..).unwrap_or_default())
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
    use super::{Numbers, marked, merged};

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
        let mut numbers = Numbers::at(Some(1));
        let first = numbers.marked("tự do", &[0..1, 1..4]).into_string();
        assert_eq!(first, "<mark id=\"m1\">t</mark><mark id=\"at\">ự</mark> do");
        let second = numbers.marked("hoa", &[0..1, 2..3]).into_string();
        assert_eq!(second, "<mark id=\"m3\">h</mark>o<mark id=\"m4\">a</mark>");
        assert_eq!(merged(vec![5..7, 0..2, 1..3, 3..4]), [0..4, 5..7]);
    }
}
