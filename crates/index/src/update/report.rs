//! What an update did, or would do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use timbao_articles::{Problem, ProblemKind};

/// What an update did; after a dry run, what it would do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateReport {
    /// What became of articles. A dry run does not open files, and counts only
    /// those that stay, go or move.
    pub articles: Counts,
    /// What became of files.
    pub files: Counts,
    /// Everything that could not be read, of unchanged files as well, by path.
    pub problems: Vec<Problem>,
    /// Sources, folders and files that seem to be away, and whose articles stay
    /// for that reason. See [`Vanished`].
    pub vanished: Vec<Vanished>,
    /// Number of articles that stay as they are because their file, or the entry
    /// of their archive, could not be read.
    pub kept: u64,
    /// Files and folders that were left out, by reason: an extension (`jpg`),
    /// `hidden`, `forgotten` or `index`, the folder of the index itself.
    pub skipped: BTreeMap<String, u64>,
    /// Bytes of the files that were read.
    pub bytes: u64,
    /// How many articles the index holds now.
    pub total_articles: u64,
    /// The sources that are remembered.
    pub sources: Vec<String>,
    /// The files that were removed or moved; after a dry run, everything that
    /// would be done, and why.
    pub actions: Vec<Action>,
    /// Whether the index changed.
    pub committed: bool,
    /// Why segments could not be merged, if they could not. The index is up to
    /// date all the same, and the next update tries again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmerged: Option<String>,
    /// Whether it was stopped before the end. What was read until then is in
    /// the index; the next update goes on from there.
    pub interrupted: bool,
    /// How long it took.
    pub elapsed: Elapsed,
    /// Folders that links in the sources lead to.
    #[serde(skip)]
    pub(crate) linked: BTreeSet<PathBuf>,
}

impl UpdateReport {
    /// Whether something could not be read that may be readable the next time,
    /// or articles stay whose file cannot be read.
    pub fn is_incomplete(&self) -> bool {
        self.kept > 0 || self.problems.iter().any(|p| is_passing(p.kind))
    }
}

/// Whether a problem is of the system rather than of the file, so that the next
/// time may be better and what is known of the file stays.
pub(crate) fn is_passing(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Denied | ProblemKind::Io | ProblemKind::Changed
    )
}

/// A source, a folder in it or a file of several articles that is gone, or most
/// of it, which may be a disk that is not mounted. Its articles stay until it
/// is back, is forgotten, or is allowed to vanish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vanished {
    /// Its path.
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

/// How many were added, and so on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// New ones.
    pub added: u64,
    /// Those whose content changed.
    pub updated: u64,
    /// Those that stayed as they were.
    pub unchanged: u64,
    /// Those that are gone.
    pub removed: u64,
    /// Those that are elsewhere now.
    pub moved: u64,
}

/// The parts of the time an update took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Elapsed {
    /// Finding files and comparing them with the record.
    pub finding: Duration,
    /// Reading, parsing and indexing.
    pub reading: Duration,
    /// Committing.
    pub committing: Duration,
    /// Merging segments.
    pub merging: Duration,
}

impl Elapsed {
    /// All of it.
    pub fn total(&self) -> Duration {
        self.finding + self.reading + self.committing + self.merging
    }
}

/// What is done about a file, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The file.
    pub path: String,
    /// What is done.
    pub kind: ActionKind,
    /// Why.
    pub reason: Reason,
    /// How many articles of it are in the index before.
    pub articles: u64,
}

/// What is done about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActionKind {
    /// It is read for the first time.
    Add,
    /// It is read again; its articles that did not change stay.
    Update,
    /// Its articles are removed.
    Remove,
    /// Its articles get their new place.
    Move,
}

/// Why something is done about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "because")]
#[non_exhaustive]
pub enum Reason {
    /// It was not seen before.
    New,
    /// Its length changed.
    Size {
        /// Its length in bytes then.
        was: u64,
        /// Its length in bytes now.
        now: u64,
    },
    /// Its time changed.
    Time,
    /// It was just being written when it was read, or could not be read whole.
    Doubt,
    /// It had problems, and is read with other limits now.
    Limits,
    /// Another source holds it now, which gives its articles other ids.
    Source,
    /// Everything is to be read anew.
    Full,
    /// The same file was elsewhere.
    Moved {
        /// Where it was.
        from: String,
    },
    /// It is no longer there.
    Gone,
    /// Its source was forgotten, or vanished and that was allowed.
    Forgotten,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new"),
            Self::Size { was, now } => write!(f, "had {was} bytes, has {now}"),
            Self::Time => f.write_str("its time changed"),
            Self::Doubt => f.write_str("was being written, or not wholly readable, last time"),
            Self::Limits => f.write_str("had problems, and the limits are others now"),
            Self::Source => f.write_str("belongs to another source now"),
            Self::Full => f.write_str("everything is read anew"),
            Self::Moved { from } => write!(f, "was at {from}"),
            Self::Gone => f.write_str("no longer there"),
            Self::Forgotten => f.write_str("its source is no longer one"),
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
