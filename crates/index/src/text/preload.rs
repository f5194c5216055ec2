//! Copies of parts of a file in memory that is quicker to reach.
//!
//! A file is mapped in pages of 4 kB, of which the processor remembers where
//! some two thousand are. Whoever reads here and there in more than that waits
//! for the table of pages before waiting for the memory. Pages of 2 MB, which
//! Linux gives to memory that is no file's, are few enough to be remembered.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use memmap2::MmapMut;
use tantivy::directory::OwnedBytes;

/// The bytes of all copies in a process, at most,
const MOST: usize = 512 << 20;
/// and at most the machine's memory divided by this.
const SHARE: usize = 8;
/// The less of both.
static LIMIT: LazyLock<usize> = LazyLock::new(|| MOST.min(machine_memory() / SHARE));
/// The bytes of all copies that there are in this process.
static HELD: AtomicUsize = AtomicUsize::new(0);

const LARGE_PAGE: usize = 2 << 20;
/// Less than a large page is not worth a copy, but in tests.
const LEAST: usize = if cfg!(test) { 1 } else { LARGE_PAGE };
/// Each part begins at a cache line.
const ALIGNMENT: usize = 64;

/// Counts bytes among those that the process holds, as long as it lives.
pub(crate) struct Held(usize);

impl Held {
    /// Counts so many bytes; nothing if they are too many.
    fn count(bytes: usize) -> Option<Self> {
        let add = |held: usize| held.checked_add(bytes).filter(|&sum| sum <= *LIMIT);
        HELD.fetch_update(Relaxed, Relaxed, add).ok()?;
        Some(Self(bytes))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Relaxed);
    }
}

/// Copies the parts; nothing if they are small or too much, or if the system
/// has no large pages or no memory. Who holds the copies holds what counts
/// them.
pub(crate) fn copy(parts: &[&[u8]]) -> Option<(Vec<OwnedBytes>, Held)> {
    let aligned = |part: &&[u8]| part.len().next_multiple_of(ALIGNMENT);
    let bytes = parts.iter().map(aligned).sum::<usize>();
    if bytes < LEAST {
        return None;
    }
    // Whole pages, wherever the memory begins.
    let room = bytes.next_multiple_of(LARGE_PAGE) + LARGE_PAGE;
    let held = Held::count(room)?;
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

/// Bytes of memory that the machine has.
#[cfg(target_os = "linux")]
fn machine_memory() -> usize {
    let info = rustix::system::sysinfo();
    (info.totalram as usize).saturating_mul(info.mem_unit as usize)
}

/// Not asked for where nothing is copied.
#[cfg(not(target_os = "linux"))]
fn machine_memory() -> usize {
    0
}

/// Memory in large pages.
#[cfg(target_os = "linux")]
fn large_pages(bytes: usize) -> Option<MmapMut> {
    let memory = MmapMut::map_anon(bytes).ok()?;
    memory.advise(memmap2::Advice::HugePage).ok()?;
    Some(memory)
}

/// Nothing: other systems have no large pages to ask for.
#[cfg(not(target_os = "linux"))]
fn large_pages(_bytes: usize) -> Option<MmapMut> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn no_more_is_held_than_allowed_and_what_is_dropped_is_given_back() {
        let limit = *LIMIT;
        assert!(Held::count(limit + 1).is_none());
        // Other tests hold a little.
        let most = Held::count(limit / 4 * 3).unwrap();
        assert!(Held::count(limit / 4 + 1).is_none());
        drop(most);
        assert!(Held::count(limit / 4 * 3).is_some());
    }

    #[test]
    fn parts_are_copied_as_they_are() {
        let long: Vec<u8> = (0..LARGE_PAGE as u32).map(|i| (i % 251) as u8).collect();
        // Some systems know no large pages.
        if let Some((copies, _)) = copy(&[&long[..9], &[], &long]) {
            let copies: Vec<&[u8]> = copies.iter().map(OwnedBytes::as_slice).collect();
            assert_eq!(copies, [&long[..9], &[], &long]);
        }
    }
}
