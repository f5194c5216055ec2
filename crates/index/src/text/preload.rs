//! Copies of parts of a file in memory that is faster to access.
//!
//! A file is mapped in pages of 4 kB, of which the TLB caches some two
//! thousand. Random access to more of them waits for the page table before it
//! waits for memory. Huge pages of 2 MB, which Linux offers for anonymous
//! memory only, are few enough for the TLB.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use memmap2::MmapMut;
use tantivy::directory::OwnedBytes;

/// Copies use at most this fraction of the machine's memory, as a divisor.
const SHARE: usize = 8;
const LARGE_PAGE: usize = 2 << 20;
/// Less than a huge page is not worth a copy, except in tests.
const LEAST: usize = if cfg!(test) { 1 } else { LARGE_PAGE };
/// Each part begins at a cache line.
const ALIGNMENT: usize = 64;

/// The copies of an index: their bytes in all open views, and the limit of these.
#[derive(Clone)]
pub(crate) struct Copies {
    limit: usize,
    held: Arc<AtomicUsize>,
}

/// The bytes of one copy, counted as long as this value lives.
pub(crate) struct Held {
    bytes: usize,
    of: Copies,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.of.held.fetch_sub(self.bytes, Relaxed);
    }
}

impl Copies {
    /// Allows copies of at most this many bytes, and of an eighth of the machine's memory.
    pub(crate) fn new(bytes: usize) -> Self {
        Self {
            limit: bytes.min(machine_memory() / SHARE),
            held: Arc::default(),
        }
    }

    /// Counts the bytes of a copy; `None` if the limit does not allow it.
    fn count(&self, bytes: usize) -> Option<Held> {
        let add = |held: usize| held.checked_add(bytes).filter(|&sum| sum <= self.limit);
        self.held.fetch_update(Relaxed, Relaxed, add).ok()?;
        Some(Held {
            bytes,
            of: self.clone(),
        })
    }

    /// Copies the parts. Returns `None` if they are small or exceed the limit, and if the system
    /// does not offer huge pages or memory. The caller keeps what counts the copies with them.
    pub(crate) fn make(&self, parts: &[&[u8]]) -> Option<(Vec<OwnedBytes>, Held)> {
        let aligned = |part: &&[u8]| part.len().next_multiple_of(ALIGNMENT);
        let bytes = parts.iter().map(aligned).sum::<usize>();
        if bytes < LEAST {
            return None;
        }
        // Whole pages, wherever the memory begins.
        let room = bytes.next_multiple_of(LARGE_PAGE) + LARGE_PAGE;
        let held = self.count(room)?;
        let mut memory = large_pages(room)?;
        let mut ranges = Vec::with_capacity(parts.len());
        let address = memory.as_ptr() as usize;
        let mut at = address.next_multiple_of(LARGE_PAGE) - address;
        for part in parts {
            let range = at..at + part.len();
            memory[range.clone()].copy_from_slice(part);
            ranges.push(range);
            at += aligned(part);
        }
        let memory = OwnedBytes::new(memory.make_read_only().ok()?);
        let copies = ranges.into_iter().map(|range| memory.slice(range));
        Some((copies.collect(), held))
    }
}

/// The machine's memory in bytes.
#[cfg(target_os = "linux")]
fn machine_memory() -> usize {
    let info = rustix::system::sysinfo();
    (info.totalram as usize).saturating_mul(info.mem_unit as usize)
}

/// Nothing is copied on other systems.
#[cfg(not(target_os = "linux"))]
fn machine_memory() -> usize {
    0
}

/// Anonymous memory in huge pages.
#[cfg(target_os = "linux")]
fn large_pages(bytes: usize) -> Option<MmapMut> {
    let memory = MmapMut::map_anon(bytes).ok()?;
    memory.advise(memmap2::Advice::HugePage).ok()?;
    Some(memory)
}

/// Other systems do not offer huge pages for this.
#[cfg(not(target_os = "linux"))]
fn large_pages(_bytes: usize) -> Option<MmapMut> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn no_more_is_held_than_allowed_and_dropped_copies_are_given_back() {
        let copies = Copies::new(4 << 20);
        assert!(copies.count((4 << 20) + 1).is_none());
        let most = copies.count(3 << 20).unwrap();
        assert!(copies.count((1 << 20) + 1).is_none());
        let other = Copies::new(4 << 20);
        assert!(other.count(4 << 20).is_some(), "indexes do not share it");
        drop(most);
        assert!(copies.count(3 << 20).is_some());
    }

    #[test]
    fn parts_are_copied_as_they_are() {
        let long: Vec<u8> = (0..LARGE_PAGE as u32).map(|i| (i % 251) as u8).collect();
        // Some systems do not offer huge pages.
        let copies = Copies::new(16 << 20);
        if let Some((copies, _)) = copies.make(&[&long[..9], &[], &long]) {
            let copies: Vec<&[u8]> = copies.iter().map(OwnedBytes::as_slice).collect();
            assert_eq!(copies, [&long[..9], &[], &long]);
        }
    }
}
