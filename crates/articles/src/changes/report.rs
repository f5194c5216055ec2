//! The report of an update.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::{Action, Counts, Vanished};
use crate::Problem;

/// The result of an update; after a dry run, the expected result.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateReport {
    /// Counts of articles. A dry run does not open files, so it counts only the
    /// unchanged, removed and moved ones.
    pub articles: Counts,
    /// Counts of files.
    pub files: Counts,
    /// All read errors by path, those of unchanged files included.
    pub problems: Vec<Problem>,
    /// Sources, directories and files that seem to be unavailable and keep
    /// their articles for that reason. See [`Vanished`].
    pub vanished: Vec<Vanished>,
    /// Number of articles kept because their file, or the entry of their
    /// archive, could not be read.
    pub kept: u64,
    /// Number of skipped files and directories by reason: an extension (`jpg`),
    /// `hidden`, `forgotten`, or `index` for the directory of the index itself.
    pub skipped: BTreeMap<String, u64>,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Number of articles in the index after the update.
    pub total_articles: u64,
    /// The remembered sources.
    pub sources: Vec<String>,
    /// The files removed or moved; after a dry run, all planned actions.
    pub actions: Vec<Action>,
    /// Whether the index changed.
    pub committed: bool,
    /// Why merging of segments failed. The index is up to date, and the next
    /// update merges again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmerged: Option<String>,
    /// Whether the update was interrupted. The articles read so far are
    /// indexed; the next update continues from there.
    pub interrupted: bool,
    /// Time taken.
    pub elapsed: Elapsed,
    /// Directories that are targets of links in the sources.
    #[serde(skip)]
    pub linked: BTreeSet<PathBuf>,
}

impl UpdateReport {
    /// Returns `true` if a file or a part of one could not be read, whether its former articles were
    /// kept or it never had any.
    pub fn is_incomplete(&self) -> bool {
        self.kept > 0 || self.problems.iter().any(|p| p.kind.is_failure())
    }
}

/// The time taken by each phase of an update.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Elapsed {
    /// Finding files and comparing them with the manifest.
    pub finding: Duration,
    /// Reading, parsing and indexing.
    pub reading: Duration,
    /// Committing.
    pub committing: Duration,
    /// Merging segments.
    pub merging: Duration,
}

impl Elapsed {
    /// The total time.
    pub fn total(&self) -> Duration {
        self.finding + self.reading + self.committing + self.merging
    }
}
