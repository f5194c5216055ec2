//! The pages of a list.

use maud::{Markup, html};
use timbao_views::ViewId;
use timbao_views::language::Words;

use crate::problem::Problem;

use super::address::Address;
use super::asked::Asked;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    /// Number of entries on a page.
    size: usize,
    /// Largest number of entries that can be skipped.
    most: usize,
}

impl Paging {
    /// Pages of `size` entries, of which at most `most` can be skipped.
    pub(super) fn new(size: usize, most: usize) -> Self {
        Self { size, most }
    }

    /// Number of entries before the page that the address names; a page beyond the last one that is
    /// shown is that one.
    ///
    /// # Errors
    ///
    /// If the number of the page is not a number from 1 on.
    pub(super) fn offset(self, asked: &mut Asked) -> Result<usize, Problem> {
        let number = asked.params.number("page", 1..=usize::MAX, 1)?;
        Ok((number - 1)
            .saturating_mul(self.size)
            .min(self.most / self.size * self.size))
    }

    /// Number of entries to compute for the page at `offset`, of a list whose length is not known:
    /// those up to its end, and one more if there is one.
    pub(super) fn computed(self, offset: usize) -> usize {
        offset.saturating_add(self.size).saturating_add(1)
    }

    /// Keeps the entries of the page at `offset`, or of the last page if the list is shorter, of the
    /// first [`computed`](Self::computed) entries of a list.
    pub(super) fn cut<T>(self, entries: &mut Vec<T>, offset: usize) -> Part {
        self.cut_all(std::slice::from_mut(entries), offset)
    }

    /// The same for lists side by side, whose last page is that of the longest.
    pub(super) fn cut_all<T>(self, lists: &mut [Vec<T>], offset: usize) -> Part {
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let offset = self.within(offset, longest as u64);
        let end = offset.saturating_add(self.size);
        for entries in lists {
            entries.truncate(end);
            entries.drain(..offset.min(entries.len()));
        }
        Part {
            offset,
            has_more: longest > end,
        }
    }

    /// Number of entries before the last page of a list, or before the page at `offset` if the list
    /// is longer.
    pub(super) fn within(self, offset: usize, entries: u64) -> usize {
        let entries = usize::try_from(entries).unwrap_or(usize::MAX);
        offset.min(entries.saturating_sub(1) / self.size * self.size)
    }

    /// The number of the page, and links to the pages before and after it.
    pub(super) fn links(
        self,
        address: &Address,
        view: ViewId,
        offset: usize,
        entries: u64,
        words: &Words,
    ) -> Markup {
        let number = offset / self.size + 1;
        let entries = usize::try_from(entries).unwrap_or(usize::MAX);
        let last = entries.div_ceil(self.size);
        // Entries beyond it cannot be shown.
        let last_shown = last.min(self.most / self.size + 1);
        html! {
            @if last > 1 {
                (navigation(address, view, number, Some(last), number < last_shown, words))
            }
        }
    }

    /// The number of a page that was [cut](Self::cut), and links to the pages before and after it.
    pub(super) fn links_of_part(
        self,
        address: &Address,
        view: ViewId,
        part: Part,
        words: &Words,
    ) -> Markup {
        let number = part.offset / self.size + 1;
        let last = (!part.has_more).then_some(number);
        let has_next = part.has_more && number < self.most / self.size + 1;
        html! {
            @if number > 1 || part.has_more {
                (navigation(address, view, number, last, has_next, words))
            }
        }
    }
}

/// A page of a list whose length is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Number of entries before the page.
    pub(super) offset: usize,
    /// Whether entries follow.
    pub(super) has_more: bool,
}

fn navigation(
    address: &Address,
    view: ViewId,
    number: usize,
    last: Option<usize>,
    has_next: bool,
    words: &Words,
) -> Markup {
    let to = |page: usize| match page {
        1 => address.without_page().href(),
        _ => address
            .with("page", &page.to_string())
            .with("view", &view.to_string())
            .href(),
    };
    html! {
        nav.pages aria-label=(words.pages) {
            @if number > 1 { a rel="prev" href=(to(number - 1)) { "← " (words.previous) } }
            span { (words.pages) " " (number) @if let Some(last) = last { " / " (last) } }
            @if has_next { a rel="next" href=(to(number + 1)) { (words.next) " →" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_of_the_entries_that_are_known() {
        let paging = Paging::new(20, 100);
        for (all, offset, expected) in [
            (45, 0, (0, true, 20)),
            (45, 20, (20, true, 20)),
            (45, 40, (40, false, 5)),
            (40, 20, (20, false, 20)),
            (45, 80, (40, false, 5)),
            (0, 20, (0, false, 0)),
        ] {
            let mut entries: Vec<usize> = (0..all.min(paging.computed(offset))).collect();
            let part = paging.cut(&mut entries, offset);
            let found = (part.offset, part.has_more, entries.len());
            assert_eq!(found, expected, "{all}, {offset}");
            assert_eq!(entries.first().copied(), (all > 0).then_some(part.offset));
        }
    }

    #[test]
    fn lists_side_by_side_have_the_same_pages() {
        let paging = Paging::new(20, 100);
        let mut lists = [(0..21).collect::<Vec<_>>(), (0..5).collect()];
        let part = paging.cut_all(&mut lists, 60);
        assert_eq!((part.offset, part.has_more), (20, false));
        assert_eq!(lists, [vec![20], vec![]]);
    }

    #[test]
    fn pages_beyond_the_last_are_the_last() {
        let paging = Paging::new(20, 10_000);
        for (address, entries, expected) in [
            ("", 45, 0),
            ("page=2", 45, 20),
            ("page=3", 45, 40),
            ("page=4", 45, 40),
            ("page=4", 40, 20),
            ("page=4", 0, 0),
            ("page=501", 50_000, 10_000),
            ("page=502", 50_000, 10_000),
            ("page=18446744073709551615", 50_000, 10_000),
        ] {
            let mut asked = Asked::new("/", Some(address), &["page"]);
            let offset = paging.offset(&mut asked).unwrap();
            assert_eq!(
                paging.within(offset, entries),
                expected,
                "{address}, {entries}"
            );
        }
        let mut asked = Asked::new("/", Some("page=0"), &["page"]);
        assert!(paging.offset(&mut asked).is_err());
    }
}
