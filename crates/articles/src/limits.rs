//! Bounds on what one file may cost.

/// Bounds that keep one bad file from costing the whole run.
///
/// Content beyond a limit is reported as a [`Problem`](crate::Problem) and
/// skipped; the content before it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file or entry that has to be held whole: plain text, HTML,
    /// PDF and the like. Default 64 MiB.
    pub whole_bytes: u64,
    /// Bytes of one line, or one record of a file of many. Default 16 MiB.
    pub record_bytes: usize,
    /// Bytes that may come out of one compressed file, in all. Default 1 TiB.
    pub unpacked_bytes: u64,
    /// Maximum ratio of unpacked to compressed size, beyond the first 16 MiB.
    /// Default 1000.
    pub ratio: u64,
    /// Compressed layers and archives inside each other. Default 6.
    pub depth: usize,
    /// Entries of one archive. Default 10 million.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole_bytes: 64 << 20,
            record_bytes: 16 << 20,
            unpacked_bytes: 1 << 40,
            ratio: 1000,
            depth: 6,
            entries: 10_000_000,
        }
    }
}
