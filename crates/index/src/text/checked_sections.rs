//! The sections of a file, checked as they are read.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::directory::OwnedBytes;

use super::bytes::load_u32;
use super::section::{SECTIONS, Section};
use crate::durable::Checks;

/// Once random reads have checked one in so many blocks of a section, all are checked, which at most
/// doubles the work.
const GOOD_PART: usize = 2;

/// The first defect found while a file was read. Results computed from the file
/// since then are invalid.
pub(crate) type Damage = Arc<OnceLock<String>>;

/// The sections of one file, which are checked when they are first read: block by
/// block, or as a whole where most of them is read.
///
/// Damage is recorded, and callers must check for it at the end of a query
/// ([`damage`](Self::damage)), as a `Result` for each read would be slow.
#[derive(Clone)]
pub(crate) struct Sections {
    parts: Vec<OwnedBytes>,
    /// The offset of each section in the file.
    starts: [usize; SECTIONS],
    file: Arc<File>,
}

struct File {
    component: Checks,
    /// A bit for each section that was checked as a whole.
    whole: AtomicU32,
    /// The number of blocks of each section that random reads checked.
    blocks: [AtomicU32; SECTIONS],
    is_packed: bool,
    damage: Damage,
}

impl Sections {
    /// The sections of a component: their bytes, their offsets in the file, and a bit for each that
    /// was checked as a whole, which is all of them if they were unpacked.
    pub(super) fn new(
        component: Checks,
        parts: Vec<OwnedBytes>,
        starts: [usize; SECTIONS],
        whole: u32,
    ) -> Self {
        let is_packed = whole != 0;
        let whole = if component.is_trusted() {
            u32::MAX
        } else {
            whole
        };
        Self {
            parts,
            starts,
            file: Arc::new(File {
                component,
                whole: AtomicU32::new(whole),
                blocks: Default::default(),
                is_packed,
                damage: Damage::default(),
            }),
        }
    }

    /// The bytes of a section, all of them checked.
    #[inline]
    pub(crate) fn get(&self, section: Section) -> &[u8] {
        if !self.is_checked(section) {
            self.check_whole(section);
        }
        self.unchecked(section)
    }

    /// The bytes of a section, checked only where [`check`](Self::check) was
    /// called.
    #[inline]
    pub(crate) fn unchecked(&self, section: Section) -> &[u8] {
        self.parts[section as usize].as_slice()
    }

    /// Whether all bytes of a section were checked.
    #[inline]
    pub(crate) fn is_checked(&self, section: Section) -> bool {
        self.file.whole.load(Ordering::Relaxed) & 1 << section as u32 != 0
    }

    /// Takes all bytes as checked.
    pub(crate) fn trust(&self) {
        self.file.whole.store(u32::MAX, Ordering::Relaxed);
    }

    /// Returns `true` if the sections were unpacked from a compressed file.
    pub(crate) fn are_unpacked(&self) -> bool {
        self.file.is_packed
    }

    /// Checks some bytes of a section.
    #[inline]
    pub(crate) fn check(&self, section: Section, range: Range<usize>) {
        if !self.is_checked(section) {
            self.check_range(section, range);
        }
    }

    /// As [`check`](Self::check), for a read at random. Once such reads have checked a good part
    /// of the section, all of it is checked, so that further reads are fast.
    #[inline]
    pub(super) fn check_at_random(&self, section: Section, range: Range<usize>) {
        if self.is_checked(section) {
            return;
        }
        let unchecked = self.check_range(section, range).unwrap_or(0);
        if unchecked > 0 {
            self.count_blocks(section, unchecked);
        }
    }

    #[cold]
    fn count_blocks(&self, section: Section, blocks: u32) {
        let before = self.file.blocks[section as usize].fetch_add(blocks, Ordering::Relaxed);
        let all = self.file.component.block_of(self.unchecked(section).len());
        if (before + blocks) as usize >= all / GOOD_PART {
            self.check_whole(section);
        }
    }

    /// As [`check_at_random`](Self::check_at_random), for single bytes at offsets in order.
    pub(super) fn check_each(&self, section: Section, offsets: impl Iterator<Item = usize>) {
        if self.is_checked(section) {
            return;
        }
        let start = self.starts[section as usize];
        let mut last = None;
        for offset in offsets {
            let block = self.file.component.block_of(start + offset);
            if last != Some(block) {
                last = Some(block);
                self.check_at_random(section, offset..offset + 1);
            }
        }
    }

    /// The number of blocks that hold some bytes of a section and were not checked. The offsets
    /// are in order.
    pub(crate) fn unread_blocks(&self, section: Section, offsets: &[u32]) -> u32 {
        if self.is_checked(section) {
            return 0;
        }
        let start = self.starts[section as usize];
        let offsets = offsets.iter().map(|&offset| start + offset as usize);
        self.file.component.unchecked_blocks(offsets)
    }

    /// The ranges of bytes of the sections in the file.
    #[cfg(test)]
    pub(crate) fn ranges(&self) -> Vec<Range<usize>> {
        let sections = self.starts.iter().zip(&self.parts);
        sections
            .map(|(&start, bytes)| start..start + bytes.len())
            .collect()
    }

    /// The damage that was found so far.
    pub(crate) fn damage(&self) -> &Damage {
        &self.file.damage
    }

    /// Returns the number of blocks that were not checked before; `None` if one is damaged.
    fn check_range(&self, section: Section, range: Range<usize>) -> Option<u32> {
        let size = self.unchecked(section).len();
        let start = self.starts[section as usize];
        let range = start + range.start.min(size)..start + range.end.min(size);
        let checked = self.file.component.check(range);
        if let Err(error) = &checked {
            // Only the first one is kept.
            let _ = self.file.damage.set(error.to_string());
        }
        checked.ok()
    }

    #[cold]
    fn check_whole(&self, section: Section) {
        if self.check_range(section, 0..usize::MAX).is_some() {
            let bit = 1 << section as u32;
            self.file.whole.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Replaces some sections by copies of their bytes, which were checked.
    pub(crate) fn replace(&mut self, sections: &[Section], bytes: Vec<OwnedBytes>) {
        for (&section, bytes) in sections.iter().zip(bytes) {
            self.parts[section as usize] = bytes;
        }
    }

    /// The number at `index` of a section of u32.
    #[inline]
    pub(crate) fn u32(&self, section: Section, index: usize) -> u32 {
        load_u32(self.get(section), 4 * index)
    }
}
