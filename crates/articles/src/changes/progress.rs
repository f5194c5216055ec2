//! Progress reports of an update.

use std::time::Duration;

use crate::Problem;

/// Hears how an update goes. Calls come from many threads; all do nothing
/// unless they are written.
pub trait Progress: Sync {
    /// A phase begins.
    fn phase(&self, _phase: Phase) {}

    /// Another process writes a source, which this one waits for. It has failed if it does not report again
    /// within `left`.
    fn held(&self, _source: &str, _holder: &str, _left: Duration) {}

    /// Called with the number of files found so far.
    fn found(&self, _files: u64) {}

    /// Some more was read.
    fn read(&self, _so_far: Reading) {}

    /// Something could not be read.
    fn problem(&self, _problem: &Problem) {}
}

/// Hears nothing.
impl Progress for () {}

/// The phases of an update, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting, for this long at most, for another process that writes to the
    /// index.
    Waiting(Duration),
    /// Looking for files.
    Finding,
    /// Reading those that are new or changed.
    Reading {
        /// Number of files.
        files: u64,
        /// Total size of the files in bytes.
        bytes: u64,
    },
    /// Committing the articles read.
    Committing,
    /// Merging segments, so that searches are fast.
    Merging,
}

/// The amount read so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Files that are done.
    pub files: u64,
    /// Bytes of files, out of the total in [`Phase::Reading`].
    pub bytes: u64,
    /// Articles that were read.
    pub articles: u64,
    /// Problems that were met.
    pub problems: u64,
}
