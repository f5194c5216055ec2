//! What the system tells about changes of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::update::Source;

/// Listens to the changes of sources.
pub(super) struct Signals {
    watcher: Result<RecommendedWatcher, String>,
    /// Sources that are followed, and what is asked about for them.
    followed: BTreeMap<String, PathBuf>,
    refused: BTreeSet<String>,
    heard: Arc<Mutex<Option<(Instant, Instant)>>>,
}

/// What came of following sources.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// Whether there is one that was not followed before.
    pub(super) is_new: bool,
    /// Those that cannot be followed, with a reason, if that was not told yet.
    pub(super) refused: Vec<(String, String)>,
    /// Whether there are any that are not followed.
    pub(super) polls: bool,
}

impl Signals {
    /// Listens to nothing yet, and never to changes of the index itself.
    pub(super) fn new(index: &Path) -> Self {
        let heard = Arc::new(Mutex::new(None));
        let hears = Arc::clone(&heard);
        let index = index.to_owned();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let counts = match &event {
                Ok(event) => is_change(event, &index),
                // Something may have been missed.
                Err(_) => true,
            };
            if counts {
                let now = Instant::now();
                let mut heard = hears.lock().unwrap_or_else(PoisonError::into_inner);
                let (first, _) = heard.unwrap_or((now, now));
                *heard = Some((first, now));
            }
        });
        Self {
            watcher: watcher.map_err(|error| error.to_string()),
            followed: BTreeMap::new(),
            refused: BTreeSet::new(),
            heard,
        }
    }

    /// When the first and the last change was heard of since the last call.
    pub(super) fn take(&self) -> Option<(Instant, Instant)> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.take()
    }

    /// Listens to the changes of these sources, and of no others.
    pub(super) fn follow(&mut self, sources: &[Source]) -> Followed {
        let mut result = Followed::default();
        let is_wanted = |path: &String| {
            sources.iter().any(|source| source.path == *path) && Path::new(path).exists()
        };
        let gone: Vec<_> = self
            .followed
            .keys()
            .filter(|p| !is_wanted(p))
            .cloned()
            .collect();
        for path in gone {
            if let (Some(asked), Ok(watcher)) = (self.followed.remove(&path), &mut self.watcher) {
                // The system has forgotten what is not there any more.
                let _ = watcher.unwatch(&asked);
            }
        }
        for source in sources {
            if self.followed.contains_key(&source.path) {
                continue;
            }
            match self.ask(Path::new(&source.path)) {
                Ok(asked) => {
                    self.refused.remove(&source.path);
                    self.followed.insert(source.path.clone(), asked);
                    result.is_new = true;
                }
                Err(reason) => {
                    result.polls = true;
                    if self.refused.insert(source.path.clone()) {
                        result.refused.push((source.path.clone(), reason));
                    }
                }
            }
        }
        result
    }

    fn ask(&mut self, path: &Path) -> Result<PathBuf, String> {
        let watcher = self.watcher.as_mut().map_err(|error| error.clone())?;
        // Of a file, its folder: many programs replace a file to change it.
        let (asked, mode) = match path.parent() {
            Some(folder) if path.is_file() => (folder, RecursiveMode::NonRecursive),
            _ => (path, RecursiveMode::Recursive),
        };
        match watcher.watch(asked, mode) {
            Ok(()) => Ok(asked.to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Whether something changed outside the index.
fn is_change(event: &Event, index: &Path) -> bool {
    let is_own = |path: &PathBuf| {
        let index = index.canonicalize();
        index.is_ok_and(|index| path.starts_with(index))
    };
    !matches!(event.kind, EventKind::Access(_))
        && (event.paths.is_empty() || !event.paths.iter().all(is_own))
}
