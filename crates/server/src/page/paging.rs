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
        let to = |page: usize| match page {
            1 => address.without_all(&["page", "view"]).href(),
            _ => address
                .with("page", &page.to_string())
                .with("view", &view.to_string())
                .href(),
        };
        html! {
            @if last > 1 {
                nav.pages aria-label=(words.pages) {
                    @if number > 1 { a rel="prev" href=(to(number - 1)) { "← " (words.previous) } }
                    span { (words.pages) " " (number) " / " (last) }
                    @if number < last_shown { a rel="next" href=(to(number + 1)) { (words.next) " →" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
