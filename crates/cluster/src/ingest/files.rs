//! Compares the files under the sources with those that were read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use timbao_articles::changes::{Action, ActionKind, Found, Progress, Reason, is_within};
use timbao_articles::{FileSystem, FoundFile, Problem};

use crate::state::{FileEntry, Source, relative};

/// The part of a source that is updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    /// The path to walk: the source, or a directory or file in it.
    pub(super) path: String,
    pub(super) source: Source,
}

impl Root {
    fn holds(&self, path: &str) -> bool {
        is_within(path, &self.path) && self.source.holds(path)
    }
}

/// Walks the roots until `stop` is set.
pub(super) fn walk(
    roots: &[Root],
    all: &[Source],
    files: &Arc<dyn FileSystem>,
    stop: &Arc<AtomicBool>,
    progress: &dyn Progress,
) -> Found {
    let roots = roots.iter();
    let roots = roots.map(|root| (PathBuf::from(&root.path), root.source.walk(all)));
    Found::walk(roots, files, stop, progress)
}

/// A file to read.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) path: String,
    pub(super) found: FoundFile,
    pub(super) source: Source,
    /// The new entry, without articles.
    pub(super) entry: FileEntry,
    /// The present entry, if the file was read before.
    pub(super) old: Option<FileEntry>,
    /// Whether unchanged articles are written again too.
    pub(super) rewrite: bool,
    pub(super) action: Action,
}

/// The work of an update.
#[derive(Debug, Default)]
pub(super) struct Diff {
    /// Files to read, in the order of their paths.
    pub(super) jobs: Vec<Job>,
    /// Files to remove, and whether their articles are found at another path.
    pub(super) gone: Vec<(Action, bool)>,
    /// Unchanged files, with their articles.
    pub(super) unchanged: BTreeMap<String, u64>,
    /// Problems of files that are not read.
    pub(super) problems: Vec<Problem>,
    /// Number of articles of files that cannot be read.
    pub(super) kept: u64,
}

impl Diff {
    /// Compares the files found with those of the sources.
    pub(super) fn new(
        known: &BTreeMap<String, FileEntry>,
        mut found: Found,
        roots: &[Root],
        all: &[Source],
        full: bool,
    ) -> Self {
        let mut diff = Self::default();
        let mut missing = Vec::new();
        for (path, entry) in known {
            let is_in_scope = roots.iter().any(|root| root.holds(path));
            match () {
                () if found.files.contains_key(path) => {}
                () if !is_in_scope => diff.keep(path, entry),
                () if found.may_be_there(path) => {
                    diff.kept += if entry.kept { 0 } else { entry.articles };
                    diff.keep(path, entry);
                }
                () => missing.push((path, entry)),
            }
        }
        let new = found
            .files
            .iter()
            .filter(|(path, _)| !known.contains_key(*path));
        let stamps: HashSet<_> = new.filter_map(|(_, file)| stamp_of(file)).collect();
        for (path, entry) in missing {
            let stamp = entry
                .modified
                .map(|modified| (entry.inode, entry.len, modified));
            let is_moved = stamp.is_some_and(|stamp| stamps.contains(&stamp));
            let action = Action {
                path: path.clone(),
                kind: ActionKind::Remove,
                reason: Reason::Gone,
                articles: entry.articles,
            };
            diff.gone.push((action, is_moved));
        }
        for (path, file) in std::mem::take(&mut found.files) {
            let Some(root) = roots.iter().find(|root| root.holds(&path)) else {
                continue;
            };
            let old = known.get(&path);
            let relative = relative(&path, all);
            let reason = old.map_or(Some(Reason::New), |old| reason(old, &file, &relative, full));
            match (reason, old) {
                (None, Some(old)) => diff.keep(&path, old),
                (None, None) => {}
                (Some(reason), _) => {
                    let is_settled = found.is_settled(&file);
                    let job = job(path, file, root, old, reason, relative, is_settled);
                    diff.jobs.push(job);
                }
            }
        }
        diff.problems.extend(found.problems);
        diff
    }

    fn keep(&mut self, path: &str, entry: &FileEntry) {
        self.unchanged.insert(path.to_owned(), entry.articles);
        self.kept += if entry.kept { entry.articles } else { 0 };
        self.problems.extend(entry.problems.iter().cloned());
    }

    /// The files by stamp that are to be read anyway, for tests and dry runs.
    pub(super) fn actions(&self) -> Vec<Action> {
        let jobs = self.jobs.iter().map(|job| &job.action);
        let mut actions: Vec<Action> = jobs
            .chain(self.gone.iter().map(|(a, _)| a))
            .cloned()
            .collect();
        actions.sort_by(|a, b| a.path.cmp(&b.path));
        actions
    }

    /// The number of articles of each path before the update.
    pub(super) fn before(&self) -> HashMap<&str, u64> {
        let jobs = self.jobs.iter().map(|job| &job.action);
        let all = jobs.chain(self.gone.iter().map(|(action, _)| action));
        all.map(|action| (action.path.as_str(), action.articles))
            .collect()
    }
}

fn job(
    path: String,
    file: FoundFile,
    root: &Root,
    old: Option<&FileEntry>,
    reason: Reason,
    relative: String,
    settled: bool,
) -> Job {
    let entry = FileEntry {
        len: file.len,
        modified: file.modified,
        inode: file.inode,
        relative: relative.clone(),
        settled,
        ..FileEntry::default()
    };
    let rewrite = matches!(reason, Reason::Full | Reason::Source);
    let action = Action {
        path: path.clone(),
        kind: match old {
            Some(_) => ActionKind::Update,
            None => ActionKind::Add,
        },
        reason,
        articles: old.map_or(0, |old| old.articles),
    };
    Job {
        found: FoundFile { relative, ..file },
        source: root.source.clone(),
        entry,
        old: old.cloned(),
        rewrite,
        action,
        path,
    }
}

/// The reason to read a file again, if there is one.
fn reason(old: &FileEntry, file: &FoundFile, relative: &str, full: bool) -> Option<Reason> {
    match () {
        () if full => Some(Reason::Full),
        () if old.relative != relative => Some(Reason::Source),
        () if old.len != file.len => Some(Reason::Size {
            was: old.len,
            now: file.len,
        }),
        () if old.modified != file.modified => Some(Reason::Time),
        // Another target of the same link may have the same time.
        () if file.real.is_some() && old.inode != file.inode => Some(Reason::Doubt),
        () if !old.settled => Some(Reason::Doubt),
        () => None,
    }
}

/// Inode, length and time: no other file has the same.
fn stamp_of(file: &FoundFile) -> Option<(u64, u64, u64)> {
    let modified = file.modified?;
    (file.inode != 0).then_some((file.inode, file.len, modified))
}
