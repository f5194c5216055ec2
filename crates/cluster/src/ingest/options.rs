//! The options of an update.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use timbao_articles::{Article, FileSystem, Limits, SystemFiles};

use crate::state::machine;

/// Options of an update.
#[derive(Clone)]
pub struct IngestOptions {
    /// Threads that parse and send.
    pub threads: usize,
    /// The name of this machine: `reindex` reads the sources that it read before.
    pub machine: String,
    /// Include files and directories whose name begins with a dot, in new sources.
    pub hidden: bool,
    /// Read all files again.
    pub full: bool,
    /// Only report the changes that an update would make.
    pub dry_run: bool,
    /// Remove the articles of missing files even if these seem to be unavailable.
    pub allow_vanished: bool,
    /// Stop at the first unreadable or unavailable file.
    pub strict: bool,
    /// Limits on the cost of one file.
    pub limits: Limits,
    /// Completes the metadata of each article.
    pub complete: Arc<dyn Fn(&mut Article) + Send + Sync>,
    /// The file system of the sources.
    pub files: Arc<dyn FileSystem>,
    /// Maximum time to wait for another process that writes the same source.
    pub wait: Duration,
    /// Time for which writes are repeated that the cluster has no capacity for.
    pub patience: Duration,
    /// Set this to stop. The next update continues.
    pub stop: Arc<AtomicBool>,
}

impl Default for IngestOptions {
    fn default() -> Self {
        Self {
            threads: 2,
            machine: machine(),
            hidden: false,
            full: false,
            dry_run: false,
            allow_vanished: false,
            strict: false,
            limits: Limits::default(),
            complete: Arc::new(|_| {}),
            files: SystemFiles::shared(),
            wait: Duration::from_secs(10),
            patience: Duration::from_secs(300),
            stop: Arc::default(),
        }
    }
}

impl fmt::Debug for IngestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IngestOptions").finish_non_exhaustive()
    }
}
