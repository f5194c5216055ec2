//! The allocator of the C library, kept from holding on to memory that is free.

/// Makes large blocks of memory return to the system once they are free, so that what one step of a
/// long run needs is not held beside what the next one needs.
///
/// The C library of GNU otherwise keeps blocks of up to 32 MB, and as many of them as it has arenas.
pub(crate) fn return_large_blocks() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "no safe crate sets options of the allocator")]
    // SAFETY: the option changes only where blocks that are allocated later come from.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Bytes of a large block.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: std::ffi::c_int = 1 << 20;
