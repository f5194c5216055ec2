//! The files under the sources of an index.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Progress;
use crate::{FileSystem, FoundFile, Problem, WalkOptions, discover_on, display};

/// A file modified less than this many nanoseconds before it was read may
/// change again without a new modification time. Some file systems count in
/// steps of two seconds.
const RACY: u64 = 2_000_000_000;

/// The files found under several paths.
#[derive(Debug, Default)]
pub struct Found {
    /// The files by path, as [`display`] writes it. A file with several paths counts once.
    pub files: BTreeMap<String, FoundFile>,
    /// Directories and files that cannot be read, each once.
    pub problems: Vec<Problem>,
    /// Number of skipped files and directories by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Directories that are targets of links.
    pub linked: BTreeSet<PathBuf>,
    /// Whether the walk was stopped before its end.
    pub is_interrupted: bool,
    /// Start of the walk, in nanoseconds since 1970.
    since: u64,
    /// Paths that could not be read.
    unread: BTreeSet<String>,
    /// Links that were not followed because their target was walked before, and
    /// the path that it was walked under.
    aliases: BTreeMap<String, String>,
}

impl Found {
    /// Walks the paths until `stop` is set.
    pub fn walk(
        roots: impl IntoIterator<Item = (PathBuf, WalkOptions)>,
        files: &Arc<dyn FileSystem>,
        stop: &Arc<AtomicBool>,
        progress: &dyn Progress,
    ) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut found = Self {
            since: u64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX),
            ..Self::default()
        };
        let mut told = HashSet::new();
        for (path, options) in roots {
            let walk = discover_on(Arc::clone(files), &[path], &options);
            let mut walk = walk.until(Arc::clone(stop));
            for file in walk.by_ref() {
                match file {
                    Ok(file) => {
                        found.files.insert(display(&file.path), file);
                        if found.files.len().is_multiple_of(1000) {
                            progress.found(found.files.len() as u64);
                        }
                    }
                    Err(problem) => {
                        if told.insert((problem.path.clone(), problem.kind)) {
                            found.problems.push(problem);
                        }
                    }
                }
            }
            let aliases = walk.aliases().iter();
            found
                .aliases
                .extend(aliases.map(|(alias, path)| (display(alias), display(path))));
            for (reason, count) in walk.skipped() {
                *found.skipped.entry(reason.clone()).or_default() += count;
            }
            found.linked.extend(walk.linked().iter().cloned());
        }
        found.drop_aliases();
        let passing = found.problems.iter().filter(|p| p.kind.is_passing());
        found.unread = passing.map(|problem| problem.path.clone()).collect();
        found.is_interrupted = stop.load(Ordering::Relaxed);
        progress.found(found.files.len() as u64);
        found
    }

    /// Returns `true` if a path may exist although it was not found, because
    /// a directory above it could not be read.
    pub fn may_be_there(&self, path: &str) -> bool {
        if self.unread.is_empty() {
            return false;
        }
        let path = self.walked(path);
        ancestors(&path).any(|ancestor| self.unread.contains(ancestor))
    }

    /// Returns `true` if a file was modified so long before the walk that a later change has
    /// another time.
    pub fn is_settled(&self, file: &FoundFile) -> bool {
        let is_old = |modified: u64| modified.saturating_add(RACY) < self.since;
        file.modified.is_some_and(is_old)
    }

    /// Keeps one path of each file: the one without links, or else the first.
    fn drop_aliases(&mut self) {
        let mut taken: HashSet<&Path> = HashSet::new();
        let mut aliases = Vec::new();
        for (path, file) in &self.files {
            if let Some(real) = &file.real
                && (self.files.contains_key(&display(real)) || !taken.insert(real))
            {
                aliases.push(path.clone());
            }
        }
        for path in aliases {
            self.files.remove(&path);
        }
    }

    /// The path under which a file was or would have been found.
    fn walked(&self, path: &str) -> String {
        let mut path = path.to_owned();
        // Links below links: no system follows more.
        for _ in 0..100 {
            let target = |alias: &str| Some((alias.len(), self.aliases.get(alias)?));
            let Some((len, target)) = ancestors(&path).find_map(target) else {
                break;
            };
            path = format!("{target}{}", path.get(len..).unwrap_or_default());
        }
        path
    }
}

/// A path and the directories it is in.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    Path::new(path).ancestors().filter_map(Path::to_str)
}
