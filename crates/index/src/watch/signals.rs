//! Change notifications of the system.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use notify::event::ModifyKind;
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Links that lead to links are followed this far.
const MOST_LINKS: usize = 40;

/// Listens to the changes of sources.
pub(super) struct Signals {
    watcher: Result<RecommendedWatcher, String>,
    /// Sources that are followed.
    followed: BTreeMap<String, Followed>,
    /// Directories that links below the sources lead to.
    linked: BTreeSet<PathBuf>,
    refused: BTreeSet<String>,
    /// The paths whose changes count.
    relevant: Arc<Mutex<Relevant>>,
    heard: Arc<Mutex<Option<(Instant, Instant)>>>,
}

/// A source that is followed.
#[derive(Debug)]
struct Followed {
    /// The directory that is watched for it.
    directory: PathBuf,
    /// The target of its path, and the links on the way.
    route: Route,
}

/// Paths whose changes count.
#[derive(Debug, Default)]
struct Relevant {
    /// With everything below them.
    trees: Vec<PathBuf>,
    /// With the files in them.
    directories: BTreeSet<PathBuf>,
    /// By themselves.
    links: BTreeSet<PathBuf>,
    /// The directory of the index, where no change counts.
    index: Option<PathBuf>,
    /// Watched directories that were moved or removed since the last update, so that
    /// the system may have forgotten them.
    moved: BTreeSet<PathBuf>,
}

/// The result of following sources.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// Whether there is one that was not followed before.
    pub(super) is_new: bool,
    /// Sources that cannot be followed, with a reason, if not reported before.
    pub(super) refused: Vec<(String, String)>,
    /// Whether there are any that are not followed.
    pub(super) polls: bool,
}

impl Signals {
    /// Listens to nothing yet, and never to changes of the index itself.
    pub(super) fn new(index: Option<&Path>) -> Self {
        let heard = Arc::new(Mutex::new(None));
        let relevant = Arc::new(Mutex::new(Relevant {
            index: index.map(|dir| dir.canonicalize().unwrap_or_else(|_| dir.to_owned())),
            ..Relevant::default()
        }));
        let (hears, knows) = (Arc::clone(&heard), Arc::clone(&relevant));
        let hear = move |event: notify::Result<Event>| {
            let counts = match &event {
                Ok(event) => {
                    let mut relevant = knows.lock().unwrap_or_else(PoisonError::into_inner);
                    relevant.note_moves(event);
                    relevant.is_change(event)
                }
                // Something may have been missed.
                Err(_) => true,
            };
            if counts {
                let now = Instant::now();
                let mut heard = hears.lock().unwrap_or_else(PoisonError::into_inner);
                let (first, _) = heard.unwrap_or((now, now));
                *heard = Some((first, now));
            }
        };
        // Links are followed here, where they may lead elsewhere one day.
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(hear, config);
        Self {
            watcher: watcher.map_err(|error| error.to_string()),
            followed: BTreeMap::new(),
            linked: BTreeSet::new(),
            refused: BTreeSet::new(),
            relevant,
            heard,
        }
    }

    /// When the first and the last change was heard of since the last call.
    pub(super) fn take(&self) -> Option<(Instant, Instant)> {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.take()
    }

    /// Listens to the changes of these sources and of the directories that links in
    /// them lead to (`None`: as before), and of no others.
    pub(super) fn follow(
        &mut self,
        sources: &[String],
        linked: Option<BTreeSet<PathBuf>>,
    ) -> Following {
        let mut result = Following::default();
        let routes: BTreeMap<&str, Option<Route>> = sources
            .iter()
            .map(|path| (path.as_str(), Route::of(Path::new(path))))
            .collect();
        self.let_go(&routes);
        for (path, route) in routes {
            if self.followed.contains_key(path) {
                continue;
            }
            // A source that is away is compared until it is back.
            let Some(route) = route else {
                result.polls = true;
                continue;
            };
            match self.watch_source(&route) {
                Ok(directory) => {
                    self.refused.remove(path);
                    self.followed
                        .insert(path.to_owned(), Followed { directory, route });
                    result.is_new = true;
                }
                Err(reason) => {
                    result.polls = true;
                    if self.refused.insert(path.to_owned()) {
                        result.refused.push((path.to_owned(), reason));
                    }
                }
            }
        }
        if let Some(linked) = linked {
            self.follow_links(linked, &mut result);
        }
        self.update_relevant();
        result
    }

    /// Stops following paths that are no longer sources, or whose links have
    /// another target.
    fn let_go(&mut self, routes: &BTreeMap<&str, Option<Route>>) {
        let mut relevant = self.relevant.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = std::mem::take(&mut relevant.moved);
        drop(relevant);
        let is_same = |path: &String, followed: &Followed| {
            routes.get(path.as_str()).and_then(Option::as_ref) == Some(&followed.route)
                && !moved.contains(&followed.directory)
        };
        let gone: Vec<String> = self
            .followed
            .iter()
            .filter(|(path, followed)| !is_same(path, followed))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            let Some(followed) = self.followed.remove(&path) else {
                continue;
            };
            let still_watched = self
                .followed
                .values()
                .any(|f| f.directory == followed.directory);
            if let (Ok(watcher), false) = (&mut self.watcher, still_watched) {
                // The system has dropped watches of deleted paths.
                let _ = watcher.unwatch(&followed.directory);
            }
        }
    }

    /// Listens to a source, and to the directories of the links that lead to it.
    fn watch_source(&mut self, route: &Route) -> Result<PathBuf, String> {
        let watcher = self.watcher.as_mut().map_err(|error| error.clone())?;
        let mut watch = |directory: &Path, mode| {
            let watched = watcher.watch(directory, mode);
            watched.map_err(|error| error.to_string())
        };
        for link in &route.links {
            if let Some(directory) = link.parent() {
                watch(directory, RecursiveMode::NonRecursive)?;
            }
        }
        // Watch the directory of a file, as many programs replace a file to
        // change it.
        let (directory, mode) = match route.real.parent() {
            Some(directory) if !route.is_folder => (directory, RecursiveMode::NonRecursive),
            _ => (&*route.real, RecursiveMode::Recursive),
        };
        watch(directory, mode)?;
        Ok(directory.to_owned())
    }

    fn follow_links(&mut self, linked: BTreeSet<PathBuf>, result: &mut Following) {
        let Ok(watcher) = &mut self.watcher else {
            return;
        };
        let is_watched = |directory: &Path| {
            let mut sources = self.followed.values();
            sources.any(|followed| {
                followed.route.is_folder && directory.starts_with(&followed.route.real)
                    || followed.directory == directory
            })
        };
        for directory in self.linked.difference(&linked) {
            if !is_watched(directory) {
                // The system has dropped watches of deleted paths.
                let _ = watcher.unwatch(directory);
            }
        }
        let mut followed = BTreeSet::new();
        for directory in linked {
            let is_known = self.linked.contains(&directory) || is_watched(&directory);
            if is_known
                || watcher
                    .watch(&directory, RecursiveMode::NonRecursive)
                    .is_ok()
            {
                result.is_new |= !is_known;
                followed.insert(directory);
            } else {
                result.polls = true;
            }
        }
        self.linked = followed;
    }

    fn update_relevant(&self) {
        let mut relevant = self.relevant.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = || self.followed.iter();
        relevant.trees = sources()
            .flat_map(|(path, followed)| [PathBuf::from(path), followed.route.real.clone()])
            .collect();
        relevant.links = sources()
            .flat_map(|(_, followed)| followed.route.links.iter().cloned())
            .collect();
        relevant.directories.clone_from(&self.linked);
    }
}

impl Relevant {
    /// Remembers which watched directories were moved or removed.
    fn note_moves(&mut self, event: &Event) {
        if let EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) = event.kind {
            let watched = event.paths.iter().filter(|path| self.trees.contains(path));
            self.moved.extend(watched.cloned());
        }
    }

    /// Whether something changed in the sources, and outside the index.
    fn is_change(&self, event: &Event) -> bool {
        let counts = |path: &PathBuf| {
            let is_below = |tree: &PathBuf| path.starts_with(tree);
            let is_in = |directory: &Path| self.directories.contains(directory);
            !self.index.as_ref().is_some_and(is_below)
                && (self.trees.iter().any(is_below)
                    || self.links.contains(path)
                    || is_in(path)
                    || path.parent().is_some_and(is_in))
        };
        !matches!(event.kind, EventKind::Access(_))
            && (event.paths.is_empty() || event.paths.iter().any(counts))
    }
}

/// How a path leads to a file or directory.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    /// The links on the way, each by the place where it is.
    links: Vec<PathBuf>,
    /// The target of the path.
    real: PathBuf,
    is_folder: bool,
    /// The number that the system knows the file or directory by, as another one
    /// may have taken its place.
    number: u64,
}

impl Route {
    /// Follows a path; `None` if it leads nowhere.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        let real = path.canonicalize().ok()?;
        let mut links = Vec::new();
        collect_links(path, &mut links);
        Some(Self {
            links,
            real,
            is_folder: metadata.is_dir(),
            number: number(&metadata),
        })
    }
}

/// Collects the links that an absolute path leads through.
fn collect_links(path: &Path, links: &mut Vec<PathBuf>) {
    let mut at = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            at.pop();
            continue;
        }
        at.push(part);
        if let Ok(target) = fs::read_link(&at)
            && links.len() < MOST_LINKS
        {
            let directory = at.parent().unwrap_or(Path::new(""));
            let next = directory.join(target);
            links.push(at.clone());
            collect_links(&next, links);
            at = next.canonicalize().unwrap_or(next);
        }
    }
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.ino() ^ metadata.dev().rotate_left(40)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}
