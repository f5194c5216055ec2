//! Threads and memory of a writer.

/// Threads and memory of a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterOptions {
    /// Threads that work at the same time, whether they read, parse or build segments. Fewer
    /// build segments if half of `memory` is less than 20 MB for each.
    pub threads: usize,
    /// Memory in bytes: half of it for segments being built (of which a thread uses between 20 MB
    /// and 4 GiB), three eighths for records and articles that wait or are parsed, one eighth for
    /// the rest of the program.
    pub memory: usize,
}

impl Default for WriterOptions {
    /// Every core, and 512 MB.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            memory: 512_000_000,
        }
    }
}
