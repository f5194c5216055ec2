//! An allocator that counts: the most bytes that were held at once, and all
//! bytes that were ever taken.

#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

pub struct Meter {
    held: AtomicUsize,
    peak: AtomicUsize,
    taken: AtomicUsize,
}

impl Meter {
    pub const fn new() -> Self {
        Self {
            held: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
        }
    }

    /// Runs `work`; returns the bytes held at most and the bytes taken.
    pub fn measure(&self, work: impl FnOnce()) -> (usize, usize) {
        let (held, taken) = (self.held.load(Relaxed), self.taken.load(Relaxed));
        self.peak.store(held, Relaxed);
        work();
        (
            self.peak.load(Relaxed).saturating_sub(held),
            self.taken.load(Relaxed) - taken,
        )
    }

    fn add(&self, bytes: usize) {
        let held = self.held.fetch_add(bytes, Relaxed) + bytes;
        self.peak.fetch_max(held, Relaxed);
        self.taken.fetch_add(bytes, Relaxed);
    }
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Meter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.add(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.held.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Most reallocations grow in place or move pages, so old and new bytes
        // do not exist at the same time.
        self.held.fetch_sub(layout.size(), Relaxed);
        self.add(size);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
