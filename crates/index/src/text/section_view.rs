//! Random reads of a section.

use std::ops::Range;

use super::bytes::{load_u32, load_u64};
use super::checked_sections::Sections;
use super::section::Section;

/// The bytes of a section. A read checks the blocks it reads from, unless the
/// whole section was checked.
///
/// Past the end, reads return zeros or fewer bytes, as those of
/// [`bytes`](super::bytes) do.
#[derive(Clone, Copy)]
pub(crate) struct SectionView<'a> {
    bytes: &'a [u8],
    /// The section, unless all of it was checked.
    to_check: Option<(&'a Sections, Section)>,
}

impl<'a> SectionView<'a> {
    /// A view of one of the sections.
    #[inline]
    pub(crate) fn new(sections: &'a Sections, section: Section) -> Self {
        let to_check = !sections.is_checked(section);
        Self {
            bytes: sections.unchecked(section),
            to_check: to_check.then_some((sections, section)),
        }
    }

    /// The size of the section in bytes.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.bytes.len()
    }

    /// Some bytes, fewer past the end.
    #[inline]
    pub(crate) fn get(self, range: Range<usize>) -> &'a [u8] {
        self.check(range.clone());
        let end = range.end.min(self.bytes.len());
        self.bytes.get(range.start..end).unwrap_or_default()
    }

    /// The four bytes from `at`, little-endian.
    #[inline]
    pub(crate) fn u32(self, at: usize) -> u32 {
        self.check(at..at.saturating_add(4));
        load_u32(self.bytes, at)
    }

    /// The eight bytes from `at`, little-endian.
    #[inline]
    pub(crate) fn u64(self, at: usize) -> u64 {
        self.check(at..at.saturating_add(8));
        load_u64(self.bytes, at)
    }

    #[inline]
    fn check(self, range: Range<usize>) {
        if let Some((sections, section)) = self.to_check {
            sections.check_at_random(section, range);
        }
    }
}

impl<'a> From<&'a [u8]> for SectionView<'a> {
    /// Bytes that need no check.
    #[inline]
    fn from(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            to_check: None,
        }
    }
}
