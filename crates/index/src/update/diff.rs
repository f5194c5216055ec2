//! What is new, changed or gone: the files that are there against the record.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use timbao_articles::{FoundFile, Problem, ProblemKind, discover, display};

use super::progress::Progress;
use super::record::{Record, SeenFile};
use super::report::{Action, ActionKind, Counts, Reason};
use super::sources::{Scope, is_within, relative, relative_len};
use crate::error::{Error, Result};

/// A file that changed so shortly before it was looked at can change again
/// without its time telling, in nanoseconds. Some file systems count in steps
/// of two seconds.
const RACY: u64 = 2_000_000_000;

/// A source that loses more articles than this at once, and more than half of
/// what it has, is taken for one whose disk is not mounted.
const MANY: u64 = 1000;

/// What there is under the sources.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// When the search began, in nanoseconds since 1970.
    pub(crate) since: u64,
    pub(crate) files: BTreeMap<String, FoundFile>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) skipped: BTreeMap<String, u64>,
}

impl Found {
    /// Walks the roots; what lies in the index's own folder is left out.
    pub(crate) fn walk(scope: &Scope, index: &Path, progress: &dyn Progress) -> Self {
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
            let mut walk = discover(&[PathBuf::from(&root.path)], &root.walk());
            for file in walk.by_ref() {
                match file {
                    Ok(file)
                        if index
                            .as_ref()
                            .is_some_and(|index| file.path.starts_with(index)) => {}
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
        }
        progress.found(found.files.len() as u64);
        found
    }

    /// Whether a path may be there although it was not found, because the
    /// system did not let its folder be read.
    fn may_be_there(&self, path: &str) -> bool {
        self.problems
            .iter()
            .any(|problem| is_passing(problem.kind) && is_within(path, &problem.path))
    }
}

/// Whether a problem lies in the system rather than in the file, so that the
/// next time may be better and what is known of the file stays.
pub(crate) fn is_passing(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Denied | ProblemKind::Io | ProblemKind::Changed
    )
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
}

/// What an update is asked to do with what it finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// Read everything anew.
    pub(crate) full: bool,
    /// Sources that are gone may go.
    pub(crate) allow_vanished: bool,
    /// Stands for the limits of reading.
    pub(crate) limits: u64,
}

impl Diff {
    /// Compares what was found with the record. Sources of `scope` that are
    /// gone, if that is allowed, are dropped from it.
    ///
    /// # Errors
    ///
    /// [`Error::Vanished`] when a source seems to be gone, and that is not
    /// allowed.
    pub(crate) fn new(
        record: &Record,
        found: Found,
        scope: &mut Scope,
        wish: Wish,
    ) -> Result<Self> {
        let mut diff = Self::default();
        for (path, seen) in &record.files {
            if !scope.holds(path) {
                diff.keep(seen);
            } else if !found.files.contains_key(path) {
                match found.may_be_there(path) {
                    true => diff.keep(seen),
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
        let moved: std::collections::HashSet<&str> = diff
            .jobs
            .iter()
            .filter_map(|job| job.from.as_deref())
            .collect();
        diff.gone
            .retain(|action| !moved.contains(action.path.as_str()));
        diff.check_sources(record, scope, wish)?;
        diff.problems.extend(problems);
        Ok(diff)
    }

    fn keep(&mut self, seen: &SeenFile) {
        self.unchanged.unchanged += 1;
        self.unchanged_articles += seen.articles();
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

    fn check_sources(&mut self, record: &Record, scope: &mut Scope, wish: Wish) -> Result<()> {
        let mut vanished = Vec::new();
        for root in &scope.roots {
            let is_missing = is_missing(&root.path);
            let inside_another = scope
                .sources
                .iter()
                .any(|s| s.path != root.path && s.holds(&root.path) && !self::is_missing(&s.path));
            if is_missing && (inside_another || wish.allow_vanished) {
                vanished.push(root.path.clone());
            }
            if inside_another || wish.allow_vanished {
                continue;
            }
            let lost = self.gone.iter().filter(|action| root.holds(&action.path));
            let (files, articles) = lost.fold((0, 0), |(files, articles), a| {
                (files + 1, articles + a.articles)
            });
            let had = record.files.iter().filter(|(path, _)| root.holds(path));
            let had: u64 = had.map(|(_, seen)| seen.articles()).sum();
            let is_empty =
                files > 0 && !self.jobs.iter().any(|job| root.holds(&job.path)) && articles == had;
            if is_missing && files > 0 || is_empty || articles > MANY && articles > had / 2 {
                return Err(Error::Vanished {
                    path: (&root.path).into(),
                    articles,
                    had,
                });
            }
        }
        scope
            .sources
            .retain(|source| !vanished.contains(&source.path));
        self.problems
            .retain(|problem| !vanished.contains(&problem.path));
        Ok(())
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
        () if !old.settled => Some(Reason::Doubt),
        () if other_limits => Some(Reason::Limits),
        () => None,
    }
}

fn is_missing(path: &str) -> bool {
    matches!(std::fs::metadata(path), Err(e) if e.kind() == std::io::ErrorKind::NotFound)
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
        let inode = inode(&file.path);
        (inode != 0).then_some(())?;
        Some(Self {
            inode,
            len: file.len,
            modified: file.modified?,
        })
    }
}

/// The number that the system knows a file by, device included; 0 when it
/// tells none.
#[cfg(unix)]
pub(crate) fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).map_or(0, |m| m.ino() ^ m.dev().rotate_left(40))
}

/// The number that the system knows a file by; 0 when it tells none.
#[cfg(not(unix))]
pub(crate) fn inode(_: &Path) -> u64 {
    0
}
