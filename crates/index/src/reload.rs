//! Following the commits of an index, for programs that answer queries while it is updated.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use crate::durable::META;
use crate::error::Result;
use crate::search::{Searcher, ViewId};
use crate::store::Index;

/// How a [`Reloader`] keeps replaced views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReloadOptions {
    /// Time to keep a replaced view.
    pub keep: Duration,
    /// Largest number of replaced views that are kept.
    pub views: usize,
}

impl Default for ReloadOptions {
    /// Ten minutes, eight views.
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(600),
            views: 8,
        }
    }
}

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
    options: ReloadOptions,
    latest: RwLock<Searcher>,
    /// Replaced views with the times of their replacement, oldest first.
    replaced: Mutex<VecDeque<(Instant, Searcher)>>,
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
            latest: RwLock::new(index.searcher()?),
            index,
            options,
            replaced: Mutex::default(),
            seen: Mutex::new(seen),
        })
    }

    /// The index that is followed.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// A searcher of the latest view that was opened.
    pub fn latest(&self) -> Searcher {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone()
    }

    /// A searcher of the view with an id, if it is the latest or still kept.
    pub fn find(&self, id: ViewId) -> Option<Searcher> {
        let latest = self.latest();
        if latest.view() == id {
            return Some(latest);
        }
        let replaced = self.replaced();
        let found = replaced.iter().find(|(_, searcher)| searcher.view() == id);
        found.map(|(_, searcher)| searcher.clone())
    }

    /// Number of replaced views that are kept.
    pub fn kept(&self) -> usize {
        self.replaced().len()
    }

    /// Opens the latest commit if it is new, and drops replaced views that were kept long enough.
    /// Returns the new searcher, `None` if there is no new commit.
    ///
    /// # Errors
    ///
    /// The errors of [`Index::refresh`]. The latest view stays, and the next
    /// call tries again.
    pub fn reload(&self) -> Result<Option<Searcher>> {
        self.drop_expired();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(self.index.dir());
        if *seen == now {
            return Ok(None);
        }
        let fresh = self.index.refresh(&self.latest())?;
        *seen = now;
        let Some(fresh) = fresh else { return Ok(None) };
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *latest, fresh.clone());
        drop(latest);
        self.replaced().push_back((Instant::now(), before));
        self.drop_expired();
        Ok(Some(fresh))
    }

    fn replaced(&self) -> MutexGuard<'_, VecDeque<(Instant, Searcher)>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_expired(&self) {
        let ReloadOptions { keep, views } = self.options;
        let mut replaced = self.replaced();
        let is_expired = |(at, _): &(Instant, _)| at.elapsed() >= keep;
        while replaced.len() > views || replaced.front().is_some_and(is_expired) {
            replaced.pop_front();
        }
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
