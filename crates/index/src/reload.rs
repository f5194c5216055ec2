//! Following the commits of an index, for programs that answer queries while it is updated.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use timbao_views::{KeptViews, ReloadOptions, ViewId};

use crate::durable::META;
use crate::error::Result;
use crate::search::Searcher;
use crate::store::Index;

/// Follows the commits of an index: serves the latest view, and replaced views by their ids for
/// some time, so that the pages of one list agree.
///
/// Spawns no thread. Call [`reload`](Self::reload) regularly, for example once
/// a second: as long as there is no new commit, a call only reads the metadata
/// of a file.
///
/// ```no_run
/// use std::time::Duration;
/// use timbao_index::{CacheOptions, Index, Reloader};
///
/// # fn main() -> timbao_index::Result<()> {
/// let index = Index::open(".timbao")?.with_caches(CacheOptions::for_many_queries());
/// let reloader = Reloader::new(index, Default::default())?;
/// std::thread::scope(|scope| {
///     scope.spawn(|| {
///         loop {
///             match reloader.reload() {
///                 Ok(Some(searcher)) => println!("{} articles", searcher.article_count()),
///                 Ok(None) => {}
///                 Err(error) => eprintln!("{error}"),
///             }
///             std::thread::sleep(Duration::from_secs(1));
///         }
///     });
///     // Other threads answer queries from `reloader.latest()`.
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reloader {
    index: Index,
    views: KeptViews<Searcher>,
    /// The state of `meta.json` when it was last read.
    seen: Mutex<Option<Stamp>>,
}

/// A fingerprint of a version of `meta.json`, from file metadata only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Index {
    /// Opens the latest commit if it differs from the view of `searcher`; the memory of unchanged
    /// segments is shared. Returns `None` if `searcher` is up to date.
    ///
    /// # Errors
    ///
    /// [`Error::NoIndex`](crate::Error::NoIndex) if the index was removed,
    /// [`Error::OtherVersion`](crate::Error::OtherVersion) if another version has replaced it,
    /// and when a file is missing or damaged.
    pub fn refresh(&self, searcher: &Searcher) -> Result<Option<Searcher>> {
        let fresh = self.reopened()?.open_searcher(Some(searcher))?;
        Ok(Some(fresh).filter(|fresh| fresh.view() != searcher.view()))
    }
}

impl Reloader {
    /// Opens the latest commit of an index.
    ///
    /// # Errors
    ///
    /// When a file is missing or damaged.
    pub fn new(index: Index, options: ReloadOptions) -> Result<Self> {
        let seen = stamp(index.dir());
        Ok(Self {
            views: KeptViews::new(index.searcher()?, options),
            index,
            seen: Mutex::new(seen),
        })
    }

    /// The index that is followed.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// A searcher of the latest view that was opened.
    pub fn latest(&self) -> Searcher {
        self.views.latest()
    }

    /// A searcher of the view with an id, if it is the latest or still kept.
    pub fn find(&self, id: ViewId) -> Option<Searcher> {
        self.views.find(|searcher| searcher.view() == id)
    }

    /// Number of replaced views that are kept.
    pub fn kept(&self) -> usize {
        self.views.kept()
    }

    /// Opens the latest commit if it is new, and drops replaced views that were kept long enough.
    /// Returns the new searcher, `None` if there is no new commit.
    ///
    /// # Errors
    ///
    /// The errors of [`Index::refresh`]. The latest view stays, and the next
    /// call tries again.
    pub fn reload(&self) -> Result<Option<Searcher>> {
        self.views.drop_expired();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(self.index.dir());
        if *seen == now {
            return Ok(None);
        }
        let fresh = self.index.refresh(&self.latest())?;
        *seen = now;
        if let Some(fresh) = &fresh {
            self.views.replace(fresh.clone());
        }
        Ok(fresh)
    }
}

fn stamp(dir: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(dir.join(META)).ok()?;
    Some(Stamp {
        modified: metadata.modified().ok(),
        bytes: metadata.len(),
        inode: inode(&metadata),
    })
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}
