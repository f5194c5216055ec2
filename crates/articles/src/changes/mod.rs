//! Changes of files since they were last read: the scope, the progress and the report of an
//! update, for every engine that keeps articles.

mod found;
mod progress;
mod report;
mod vanished;

use std::fmt;
use std::ops::AddAssign;
use std::path::PathBuf;

use serde::Serialize;

pub use self::found::Found;
pub use self::progress::{Phase, Progress, Reading};
pub use self::report::{Elapsed, UpdateReport};
pub use self::vanished::{FileChange, Vanished, is_within, vanished};

/// The scope of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// These files and directories. They are added to the remembered sources,
    /// and articles from other paths stay as they are.
    Paths(Vec<PathBuf>),
    /// All remembered sources; those of a cluster only if they are on this machine.
    Remembered,
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

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.removed += other.removed;
        self.moved += other.moved;
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
