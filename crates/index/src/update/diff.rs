//! What is new, changed or gone: the files that are there against the record.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use timbao_articles::{FileSystem, FoundFile, Problem, discover_on, display};

use super::progress::Progress;
use super::record::{Record, SeenFile};
use super::report::{Action, ActionKind, Counts, Reason, is_passing};
use super::sources::{Scope, is_within, relative, relative_len};

/// A file that changed so shortly before it was looked at can change again
/// without its time telling, in nanoseconds. Some file systems count in steps
/// of two seconds.
const RACY: u64 = 2_000_000_000;

/// What there is under the sources.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// When the search began, in nanoseconds since 1970.
    pub(crate) since: u64,
    pub(crate) files: BTreeMap<String, FoundFile>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) skipped: BTreeMap<String, u64>,
    /// Folders that links lead to.
    pub(crate) linked: BTreeSet<PathBuf>,
}

/// The reason that the folder of the index is counted under.
const OWN_FOLDER: &str = "index";

impl Found {
    /// Walks the roots; the folder of the index is left out. Of the paths that
    /// lead to the same file, one counts.
    pub(crate) fn walk(
        scope: &Scope,
        index: &Path,
        files: &Arc<dyn FileSystem>,
        progress: &dyn Progress,
    ) -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut found = Self {
            since: since.as_nanos() as u64,
            ..Self::default()
        };
        let index = index
            .canonicalize()
            .or_else(|_| std::path::absolute(index))
            .ok();
        for root in &scope.roots {
            let mut options = root.walk();
            options
                .except
                .extend(index.clone().map(|dir| (dir, OWN_FOLDER)));
            let path = PathBuf::from(&root.path);
            let mut walk = discover_on(Arc::clone(files), &[path], &options);
            for file in walk.by_ref() {
                match file {
                    Ok(file) => {
                        found.files.insert(display(&file.path), file);
                        if found.files.len().is_multiple_of(1000) {
                            progress.found(found.files.len() as u64);
                        }
                    }
                    Err(problem) if found.problems.contains(&problem) => {}
                    Err(problem) => found.problems.push(problem),
                }
            }
            for (reason, count) in walk.skipped() {
                *found.skipped.entry(reason.clone()).or_default() += count;
            }
            found.linked.extend(walk.linked().iter().cloned());
        }
        found.drop_aliases();
        progress.found(found.files.len() as u64);
        found
    }

    /// Of the paths that lead to the same file, the one without links counts,
    /// or else the first.
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

    /// Whether a path may be there although it was not found, because the
    /// system did not let its folder be read.
    fn may_be_there(&self, path: &str) -> bool {
        self.problems
            .iter()
            .any(|problem| is_passing(problem.kind) && is_within(path, &problem.path))
    }
}

/// A file to read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) path: String,
    pub(crate) found: FoundFile,
    /// What the record will hold of it, articles aside.
    pub(crate) seen: SeenFile,
    /// What the record holds of it, or of the file it was before it moved.
    pub(crate) old: SeenFile,
    /// Where it was before it moved.
    pub(crate) from: Option<String>,
    /// Whether articles are to be written although they did not change.
    pub(crate) rewrite: bool,
    pub(crate) action: Action,
}

/// The work of an update.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    /// Files to read, in order of their paths.
    pub(crate) jobs: Vec<Job>,
    /// Files to remove.
    pub(crate) gone: Vec<Action>,
    /// What stays.
    pub(crate) unchanged: Counts,
    pub(crate) unchanged_articles: u64,
    /// Problems of files that are not read again.
    pub(crate) problems: Vec<Problem>,
    /// Number of articles of files that cannot be read, or only in part.
    pub(crate) kept: u64,
}

/// What an update is asked to do with what it finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// Read everything anew.
    pub(crate) full: bool,
    /// Stands for the limits of reading.
    pub(crate) limits: u64,
}

impl Diff {
    /// Compares what was found with the record.
    pub(crate) fn new(record: &Record, found: Found, scope: &Scope, wish: Wish) -> Self {
        let mut diff = Self::default();
        for (path, seen) in &record.files {
            if !scope.holds(path) {
                diff.keep(seen);
            } else if !found.files.contains_key(path) {
                match found.may_be_there(path) {
                    true => {
                        diff.keep(seen);
                        if !seen.kept {
                            diff.kept += seen.articles();
                        }
                    }
                    false => diff.gone.push(Action {
                        path: path.clone(),
                        kind: ActionKind::Remove,
                        reason: Reason::Gone,
                        articles: seen.articles(),
                    }),
                }
            }
        }
        let mut movable = diff.movable(record);
        let Found {
            since,
            files,
            problems,
            ..
        } = found;
        for (path, file) in files {
            let old = record.files.get(&path);
            let len = relative_len(&path, &scope.sources);
            let from = match old {
                None if !movable.is_empty() => {
                    Stamp::of(&file).and_then(|stamp| movable.remove(&stamp))
                }
                _ => None,
            };
            let reason = match (old, &from) {
                (Some(old), _) => reason(old, &file, len, record.limits, wish),
                (None, Some(from)) => Some(Reason::Moved { from: from.clone() }),
                (None, None) => Some(Reason::New),
            };
            let Some(reason) = reason else {
                diff.keep(old.unwrap_or(&SeenFile::default()));
                continue;
            };
            let kind = match (old, &from) {
                (Some(_), _) => ActionKind::Update,
                (None, Some(_)) => ActionKind::Move,
                (None, None) => ActionKind::Add,
            };
            let old = old
                .or_else(|| record.files.get(from.as_ref()?))
                .cloned()
                .unwrap_or_default();
            let seen = SeenFile {
                len: file.len,
                modified: file.modified,
                inode: file.inode,
                relative: len,
                settled: file
                    .modified
                    .is_some_and(|modified| modified.saturating_add(RACY) < since),
                ..SeenFile::default()
            };
            let rewrite = matches!(reason, Reason::Full | Reason::Source | Reason::Moved { .. });
            let found = FoundFile {
                relative: relative(&path, len),
                ..file
            };
            let action = Action {
                path: path.clone(),
                kind,
                reason,
                articles: old.articles(),
            };
            diff.jobs.push(Job {
                path,
                found,
                seen,
                old,
                from,
                rewrite,
                action,
            });
        }
        let moved: HashSet<&str> = diff
            .jobs
            .iter()
            .filter_map(|job| job.from.as_deref())
            .collect();
        diff.gone
            .retain(|action| !moved.contains(action.path.as_str()));
        diff.problems.extend(problems);
        diff
    }

    fn keep(&mut self, seen: &SeenFile) {
        self.unchanged.unchanged += 1;
        self.unchanged_articles += seen.articles();
        if seen.kept {
            self.kept += seen.articles();
        }
        self.problems.extend(seen.problems.iter().cloned());
    }

    /// The files that are gone, by what tells them elsewhere.
    fn movable(&self, record: &Record) -> HashMap<Stamp, String> {
        self.gone
            .iter()
            .filter_map(|action| {
                let seen = record.files.get(&action.path)?;
                (seen.inode != 0 && seen.settled).then_some(())?;
                let stamp = Stamp {
                    inode: seen.inode,
                    len: seen.len,
                    modified: seen.modified?,
                };
                Some((stamp, action.path.clone()))
            })
            .collect()
    }
}

/// Why a file has to be read, if it has to be.
fn reason(
    old: &SeenFile,
    file: &FoundFile,
    relative: u32,
    limits: u64,
    wish: Wish,
) -> Option<Reason> {
    let other_limits = limits != wish.limits && !old.problems.is_empty();
    match () {
        () if wish.full => Some(Reason::Full),
        () if old.relative != relative => Some(Reason::Source),
        () if old.len != file.len => Some(Reason::Size {
            was: old.len,
            now: file.len,
        }),
        () if old.modified != file.modified => Some(Reason::Time),
        // Where a link leads now, a file may have the time of the one before.
        () if file.real.is_some() && old.inode != file.inode => Some(Reason::Doubt),
        () if !old.settled => Some(Reason::Doubt),
        () if other_limits => Some(Reason::Limits),
        () => None,
    }
}

/// What tells a file that was moved: nothing else can have the same number,
/// length and time.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Stamp {
    inode: u64,
    len: u64,
    modified: u64,
}

impl Stamp {
    fn of(file: &FoundFile) -> Option<Self> {
        (file.inode != 0).then_some(())?;
        Some(Self {
            inode: file.inode,
            len: file.len,
            modified: file.modified?,
        })
    }
}
