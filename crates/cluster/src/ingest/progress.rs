//! Progress reports of an update.

/// The amount read so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Files that are done.
    pub files: u64,
    /// Bytes of records.
    pub bytes: u64,
    /// Articles that were read.
    pub articles: u64,
    /// Problems that were met.
    pub problems: u64,
}

/// Reports on an update that is running. Calls come from several threads.
pub trait Progress: Sync {
    /// Reading begins, of this number of files with this number of bytes.
    fn begin(&self, _files: u64, _bytes: u64) {}

    /// Some more was read.
    fn read(&self, _so_far: Reading) {}
}

/// Reports nothing.
impl Progress for () {}
