//! Copies of parts of a file in memory that is quicker to reach.
//!
//! A file is mapped in pages of 4 kB, of which the processor remembers where
//! some two thousand are. Whoever reads here and there in more than that waits
//! for the table of pages before waiting for the memory. Pages of 2 MB, which
//! Linux gives to memory that is no file's, are few enough to be remembered.

use tantivy::directory::OwnedBytes;

/// Less than one is not worth a copy.
#[cfg(target_os = "linux")]
const LARGE_PAGE: usize = 2 << 20;
/// Each part begins at a cache line.
#[cfg(target_os = "linux")]
const ALIGNMENT: usize = 64;

/// Copies the parts; nothing if they are small, or the system has no large
/// pages or no memory.
#[cfg(target_os = "linux")]
pub(crate) fn copy(parts: &[&[u8]]) -> Option<Vec<OwnedBytes>> {
    let aligned = |part: &&[u8]| part.len().next_multiple_of(ALIGNMENT);
    let bytes = parts.iter().map(aligned).sum::<usize>();
    if bytes < LARGE_PAGE {
        return None;
    }
    // Whole pages, wherever the memory begins.
    let room = bytes.next_multiple_of(LARGE_PAGE) + LARGE_PAGE;
    let mut memory = memmap2::MmapMut::map_anon(room).ok()?;
    memory.advise(memmap2::Advice::HugePage).ok()?;
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
    Some(ranges.into_iter().map(|r| memory.slice(r)).collect())
}

/// Copies nothing: other systems have no large pages to ask for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn copy(_parts: &[&[u8]]) -> Option<Vec<OwnedBytes>> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn large_parts_are_copied_as_they_are() {
        let long: Vec<u8> = (0..LARGE_PAGE as u32).map(|i| (i % 251) as u8).collect();
        assert!(copy(&[&long[..9], &[]]).is_none());
        // Some systems know no large pages.
        if let Some(copies) = copy(&[&long[..9], &[], &long]) {
            let copies: Vec<&[u8]> = copies.iter().map(OwnedBytes::as_slice).collect();
            assert_eq!(copies, [&long[..9], &[], &long]);
        }
    }
}
