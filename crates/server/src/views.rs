//! The committed states of the index that requests are answered from.
//!
//! A request keeps the view it began with. A view that a newer one has replaced stays open
//! for some minutes under its id, so that whoever pages through it sees one list.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use timbao_index::{Error, Index, Searcher};
use timbao_views::Stats;

use crate::options::Limits;

/// The file that a commit replaces.
const META: &str = "meta.json";
/// How often a state is opened that a commit replaces meanwhile.
const TRIES: usize = 5;

/// One committed state.
pub(crate) struct View {
    /// Names the state: the same for the same commit, whatever process opened it.
    pub id: String,
    /// Searches it.
    pub searcher: Searcher,
    stats: OnceLock<Stats>,
}

/// The latest view, and those before it that somebody may still page through.
pub(crate) struct Views {
    dir: PathBuf,
    keep: Duration,
    most: usize,
    current: RwLock<Arc<View>>,
    replaced: Mutex<VecDeque<(Instant, Arc<View>)>>,
    seen: Mutex<Option<Stamp>>,
}

/// What tells one `meta.json` from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl View {
    fn open(dir: &Path, before: Option<&View>) -> Result<Self, Error> {
        let before = before.map(|view| &view.searcher);
        let mut tries = 0;
        loop {
            tries += 1;
            let state = meta(dir)?;
            let opened = Index::open(dir).and_then(|index| index.preloaded_searcher(before));
            // A commit may come in between and remove what the state before it needs.
            if tries < TRIES && meta(dir)? != state {
                continue;
            }
            return Ok(Self {
                id: blake3::hash(&state).to_hex().chars().take(12).collect(),
                searcher: opened?,
                stats: OnceLock::new(),
            });
        }
    }

    /// What the view holds; counted once.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(crate) fn stats(&self) -> Result<&Stats, Error> {
        match self.stats.get() {
            Some(stats) => Ok(stats),
            None => {
                let stats = self.searcher.stats()?;
                Ok(self.stats.get_or_init(|| stats))
            }
        }
    }

    /// Counts what the view holds and finds the reprints, which take long in a large index, before
    /// somebody asks for them.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(crate) fn prepare(&self) -> Result<(), Error> {
        self.stats()?;
        self.searcher.reprint_groups(0).map(|_| ())
    }
}

impl Views {
    /// Opens the latest state.
    ///
    /// # Errors
    ///
    /// When there is no index, or it is damaged.
    pub(crate) fn open(dir: &Path, limits: &Limits) -> Result<Self, Error> {
        let seen = stamp(dir);
        Ok(Self {
            current: RwLock::new(Arc::new(View::open(dir, None)?)),
            dir: dir.to_owned(),
            keep: limits.keep_views,
            most: limits.views,
            replaced: Mutex::default(),
            seen: Mutex::new(seen),
        })
    }

    /// The latest view.
    pub(crate) fn latest(&self) -> Arc<View> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The view of that id, if it is the latest or still kept.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<View>> {
        let latest = self.latest();
        if latest.id == id {
            return Some(latest);
        }
        let replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let found = replaced.iter().find(|(_, view)| view.id == id);
        found.map(|(_, view)| Arc::clone(view))
    }

    /// How many replaced views are kept.
    pub(crate) fn kept(&self) -> usize {
        self.replaced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Opens the latest state if it is a new one; gives up views that were kept long enough.
    ///
    /// # Errors
    ///
    /// When the state does not open; the one before it stays, and the next call tries again.
    pub(crate) fn refresh(&self) -> Result<Option<Arc<View>>, Error> {
        self.forget();
        let now = stamp(&self.dir);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return Ok(None);
        }
        let view = Arc::new(View::open(&self.dir, Some(&self.latest()))?);
        *seen = now;
        if view.id == self.latest().id {
            return Ok(None);
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, Arc::clone(&view));
        drop(current);
        self.replaced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back((Instant::now(), before));
        self.forget();
        Ok(Some(view))
    }

    fn forget(&self) {
        let mut replaced = self.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        let too_old = |at: &Instant| at.elapsed() >= self.keep;
        while replaced.len() > self.most || replaced.front().is_some_and(|(at, _)| too_old(at)) {
            replaced.pop_front();
        }
    }
}

fn meta(dir: &Path) -> Result<Vec<u8>, Error> {
    let path = dir.join(META);
    match fs::read(&path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoIndex {
            dir: dir.to_owned(),
        }),
        Err(source) => Err(Error::Io { path, source }),
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
