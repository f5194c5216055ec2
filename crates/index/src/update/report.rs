//! The report of an update.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use timbao_articles::{Problem, ProblemKind};

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
    #[cfg_attr(
        not(feature = "watch"),
        expect(dead_code, reason = "only watch follows links")
    )]
    pub(crate) linked: BTreeSet<PathBuf>,
}

impl UpdateReport {
    /// Returns `true` if an error may go away by itself, or articles were kept
    /// whose file cannot be read.
    pub fn is_incomplete(&self) -> bool {
        self.kept > 0 || self.problems.iter().any(|p| is_passing(p.kind))
    }
}

/// Returns `true` if the system rather than the file caused the problem. The
/// next update may succeed, so the articles of the file stay.
pub(crate) fn is_passing(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Denied | ProblemKind::Io | ProblemKind::Changed
    )
}

/// A source, a directory in it or a file of several articles that is missing,
/// wholly or for the most part, for example because a disk is not mounted. Its
/// articles stay until it is back, is forgotten, or is allowed to vanish.
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
    /// Items found at another path.
    pub moved: u64,
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

/// An action on a file, and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The file.
    pub path: String,
    /// The kind of action.
    pub kind: ActionKind,
    /// The reason for the action.
    pub reason: Reason,
    /// Number of articles that the file had in the index before.
    pub articles: u64,
}

/// The kind of action on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionKind {
    /// The file is read for the first time.
    Add,
    /// The file is read again; unchanged articles stay.
    Update,
    /// The articles of the file are removed.
    Remove,
    /// The articles of the file get the new path.
    Move,
}

/// The reason for an action on a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "because")]
#[non_exhaustive]
pub enum Reason {
    /// The file is new.
    New,
    /// The length of the file changed.
    Size {
        /// The former length in bytes.
        was: u64,
        /// The present length in bytes.
        now: u64,
    },
    /// The modification time changed.
    Time,
    /// The file was still being written at the last update, or could not be
    /// read completely.
    Doubt,
    /// The file had problems, and the limits have changed.
    Limits,
    /// Another source contains the file now, which changes the ids of its
    /// articles.
    Source,
    /// All files are read again.
    Full,
    /// The same file was elsewhere.
    Moved {
        /// The former path.
        from: String,
    },
    /// The file no longer exists.
    Gone,
    /// The source of the file was forgotten, or vanished and was allowed to.
    Forgotten,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Size { was, now } => write!(f, "had {was} bytes, has {now}"),
            Self::Time => f.write_str("modification time changed"),
            Self::Doubt => f.write_str("was being written, or not wholly readable, last time"),
            Self::Limits => f.write_str("had problems, and the limits have changed"),
            Self::Source => f.write_str("belongs to another source now"),
            Self::Full => f.write_str("all files are read again"),
            Self::Moved { from } => write!(f, "was at {from}"),
            Self::Gone => f.write_str("no longer exists"),
            Self::Forgotten => f.write_str("the source was removed"),
        }
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::Move => "move",
        })
    }
}
