//! Compares the files found under the sources with the manifest.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use timbao_articles::changes::{Action, ActionKind, Counts, Found, Progress, Reason};
use timbao_articles::{FileSystem, FoundFile, Problem};

use super::manifest::{FileEntry, Manifest};
use super::sources::{Scope, relative, relative_len};

/// The reason under which the directory of the index is counted.
const OWN_FOLDER: &str = "index";

/// Walks the roots, until `stop` is set, and skips the directory of the index.
pub(crate) fn walk(
    scope: &Scope,
    index: &Path,
    files: &Arc<dyn FileSystem>,
    stop: &Arc<AtomicBool>,
    progress: &dyn Progress,
) -> Found {
    let index = index
        .canonicalize()
        .or_else(|_| std::path::absolute(index))
        .ok();
    let roots = scope.roots.iter().map(|root| {
        let mut options = root.walk();
        options
            .except
            .extend(index.clone().map(|dir| (dir, OWN_FOLDER)));
        (PathBuf::from(&root.path), options)
    });
    Found::walk(roots, files, stop, progress)
}

/// A file to read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) path: String,
    pub(crate) found: FoundFile,
    /// The new manifest entry, without articles.
    pub(crate) seen: FileEntry,
    /// The present manifest entry of the file, or of its former path.
    pub(crate) old: FileEntry,
    /// The former path of a moved file.
    pub(crate) from: Option<String>,
    /// Whether unchanged articles are written again too.
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
    /// Counts of unchanged files and articles.
    pub(crate) unchanged: Counts,
    pub(crate) unchanged_articles: u64,
    /// Problems of files that are not read again.
    pub(crate) problems: Vec<Problem>,
    /// Number of articles of files that cannot be read, or only in part.
    pub(crate) kept: u64,
}

/// The options of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// Whether to read all files again.
    pub(crate) full: bool,
    /// A fingerprint of the limits of reading.
    pub(crate) limits: u64,
}

impl Diff {
    /// Changes nothing.
    pub(crate) fn none(manifest: &Manifest) -> Self {
        let mut diff = Self::default();
        manifest.files.values().for_each(|seen| diff.keep(seen));
        diff
    }

    /// Compares the files found with the manifest.
    pub(crate) fn new(manifest: &Manifest, mut found: Found, scope: &Scope, wish: Wish) -> Self {
        let mut diff = Self::default();
        diff.without_files(manifest, &found, scope);
        let mut movable = diff.movable(manifest);
        for (path, file) in std::mem::take(&mut found.files) {
            let old = manifest.files.get(&path);
            let len = relative_len(&path, &scope.sources);
            let from = match old {
                None if !movable.is_empty() => {
                    Stamp::of(&file).and_then(|stamp| movable.remove(&stamp))
                }
                _ => None,
            };
            let (kind, reason) = match (old, &from) {
                (Some(old), _) => match reason(old, &file, len, manifest.limits, wish) {
                    Some(reason) => (ActionKind::Update, reason),
                    None => {
                        diff.keep(old);
                        continue;
                    }
                },
                (None, Some(from)) => (ActionKind::Move, Reason::Moved { from: from.clone() }),
                (None, None) => (ActionKind::Add, Reason::New),
            };
            let old = old.or_else(|| manifest.files.get(from.as_ref()?));
            let old = old.cloned().unwrap_or_default();
            let seen = entry(&file, len, found.is_settled(&file));
            let rewrite = matches!(reason, Reason::Full | Reason::Source | Reason::Moved { .. });
            let file = FoundFile {
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
                found: file,
                seen,
                old,
                from,
                rewrite,
                action,
            });
        }
        diff.moves_are_not_removals();
        diff.problems.extend(found.problems);
        diff
    }

    /// Sorts out the files of the manifest that were not found: those outside the scope or perhaps
    /// still there are kept, the others are gone.
    fn without_files(&mut self, manifest: &Manifest, found: &Found, scope: &Scope) {
        let missing = manifest
            .files
            .iter()
            .filter(|(path, _)| !scope.holds(path) || !found.files.contains_key(*path));
        for (path, seen) in missing {
            if !scope.holds(path) {
                self.keep(seen);
            } else if found.may_be_there(path) {
                self.keep(seen);
                if !seen.kept {
                    self.kept += seen.articles();
                }
            } else {
                self.gone.push(Action {
                    path: path.clone(),
                    kind: ActionKind::Remove,
                    reason: Reason::Gone,
                    articles: seen.articles(),
                });
            }
        }
    }

    fn moves_are_not_removals(&mut self) {
        let moved = self.jobs.iter().filter_map(|job| job.from.as_deref());
        let moved: HashSet<&str> = moved.collect();
        self.gone
            .retain(|action| !moved.contains(action.path.as_str()));
    }

    fn keep(&mut self, seen: &FileEntry) {
        self.unchanged.unchanged += 1;
        self.unchanged_articles += seen.articles();
        if seen.kept {
            self.kept += seen.articles();
        }
        self.problems.extend(seen.problems.iter().cloned());
    }

    /// The missing files, by the stamp that identifies them at another path.
    fn movable(&self, manifest: &Manifest) -> HashMap<Stamp, String> {
        self.gone
            .iter()
            .filter_map(|action| {
                let seen = manifest.files.get(&action.path)?;
                (seen.inode != 0).then_some(())?;
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

/// The entry of a file found now, without its articles.
fn entry(file: &FoundFile, relative: u32, settled: bool) -> FileEntry {
    FileEntry {
        len: file.len,
        modified: file.modified,
        inode: file.inode,
        relative,
        settled,
        ..FileEntry::default()
    }
}

/// The reason to read a file, if there is one.
fn reason(
    old: &FileEntry,
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
        // Another target of the same link may have the same time.
        () if file.real.is_some() && old.inode != file.inode => Some(Reason::Doubt),
        () if !old.settled => Some(Reason::Doubt),
        () if other_limits => Some(Reason::Limits),
        () => None,
    }
}

/// Identifies a moved file: no other has the same inode, length and time. Its content is read
/// again if its former time did not prove it.
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
