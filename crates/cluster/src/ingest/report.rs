//! What an update did.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use timbao_articles::{Problem, ProblemKind};

/// Counts by kind of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// New items.
    pub added: u64,
    /// Items with changed content.
    pub updated: u64,
    /// Items that did not change.
    pub unchanged: u64,
    /// Items no longer present.
    pub removed: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
    }
}

/// The result of an update; after a dry run, the expected result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Counts of articles. A dry run counts only the unchanged and removed ones.
    pub articles: Counts,
    /// Counts of files.
    pub files: Counts,
    /// All read errors by path, those of unchanged files included.
    pub problems: Vec<Problem>,
    /// Sources, directories and files that seem to be unavailable and keep their articles.
    pub vanished: Vec<Vanished>,
    /// Number of articles kept because their file, or a part of it, could not be read.
    pub kept: u64,
    /// Number of skipped files and directories by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Bytes of the files read.
    pub bytes: u64,
    /// Number of articles in the index after the update.
    pub total_articles: u64,
    /// All sources of the index.
    pub sources: Vec<String>,
    /// The files added, changed and removed; after a dry run, all planned actions.
    pub actions: Vec<Action>,
    /// Whether the update was interrupted; the next one continues.
    pub interrupted: bool,
    /// Time taken.
    pub elapsed: Duration,
}

/// An action on a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The file.
    pub path: String,
    /// The kind of action.
    pub kind: ActionKind,
    /// The reason for it.
    pub reason: Reason,
    /// Number of articles that the file had in the index before.
    pub articles: u64,
}

/// The kind of action on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// The file is read for the first time.
    Add,
    /// The file is read again; unchanged articles stay.
    Update,
    /// The articles of the file are removed.
    Remove,
}

/// The reason for an action on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file is new.
    New,
    /// The length changed.
    Size {
        /// The former length in bytes.
        was: u64,
        /// The present length in bytes.
        now: u64,
    },
    /// The modification time changed.
    Time,
    /// The file was still being written or was not read completely.
    Doubt,
    /// Another source contains the file now, which changes the ids of its articles.
    Source,
    /// All files are read again.
    Full,
    /// The file no longer exists.
    Gone,
    /// The file or its source was forgotten.
    Forgotten,
}

/// A source, a directory in it or a file of several articles that is missing, wholly or for the
/// most part, for example because a disk is not mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// The missing path.
    pub path: String,
    /// Number of articles that would be removed.
    pub articles: u64,
    /// Number of its articles in the index.
    pub had: u64,
}

impl fmt::Display for Vanished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            articles,
            had,
        } = self;
        write!(
            f,
            "{path} is gone, or most of it: {articles} of its {had} articles would be removed"
        )
    }
}

/// Returns `true` if the system rather than the file caused a problem, so that the next update may
/// succeed.
pub(super) fn is_passing(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Denied | ProblemKind::Io | ProblemKind::Changed
    )
}
