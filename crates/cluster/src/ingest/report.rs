//! What an update did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use timbao_articles::Problem;
use timbao_articles::changes::{Action, Counts, Vanished};

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
    /// Directories that are targets of links in the sources.
    #[serde(skip)]
    pub linked: BTreeSet<PathBuf>,
    /// Time taken.
    pub elapsed: Duration,
}
