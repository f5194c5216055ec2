//! The scope and the options of an update.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use timbao_articles::{FileSystem, Limits, SystemFiles, WalkOptions};

use crate::writer_options::WriterOptions;

/// The scope of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// These files and directories. They are added to the remembered sources,
    /// and articles from other paths stay as they are.
    Paths(Vec<PathBuf>),
    /// All remembered sources.
    Remembered,
}

/// Options of an update.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Threads and memory for writing.
    pub writer: WriterOptions,
    /// Options for walking the given paths; remembered with them.
    pub walk: WalkOptions,
    /// Limits on the cost of one file.
    pub limits: Limits,
    /// Read all files again, and rebuild an index written by another version.
    pub full: bool,
    /// Only report the changes an update would make.
    pub dry_run: bool,
    /// Remove the articles of missing files even if these seem to be
    /// unavailable; see [`Vanished`](super::Vanished).
    pub allow_vanished: bool,
    /// Fail at the first unreadable or unavailable file, without any change.
    pub strict: bool,
    /// The file system of the sources.
    pub files: Arc<dyn FileSystem>,
    /// Maximum time to wait for another writing process.
    pub wait_for_lock: Duration,
    /// Set this to interrupt the update. The articles read so far are
    /// committed, and the next update continues from there; a full update is
    /// rolled back instead.
    pub stop: Arc<AtomicBool>,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            writer: WriterOptions::default(),
            walk: WalkOptions::default(),
            limits: Limits::default(),
            full: false,
            dry_run: false,
            allow_vanished: false,
            strict: false,
            files: SystemFiles::shared(),
            wait_for_lock: Duration::from_secs(10),
            stop: Arc::default(),
        }
    }
}
