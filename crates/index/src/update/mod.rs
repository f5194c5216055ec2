//! Keeps an index as its sources are: what is new is added, what changed is
//! replaced, what is gone is removed, and nothing else is touched.
//!
//! The record of what was seen (`record`) is written before the commit that
//! names it, so that the two cannot disagree; one update is one commit, and
//! readers see the state before it or after it.

mod carry;
mod diff;
mod forget;
mod guard;
#[cfg(test)]
mod histories;
mod merge;
mod pipeline;
mod plan;
mod progress;
#[cfg(test)]
mod read_faults;
mod rebuild;
mod record;
mod relocate;
mod report;
mod sources;
mod state;
mod sync;
mod task;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use timbao_articles::{FileSystem, FoundFile, Limits, SystemFiles, WalkOptions};

use self::diff::Found;
use self::plan::{Base, Plan};
pub use self::progress::{Phase, Progress, Reading};
pub(crate) use self::record::{Hash, Place, Record, hash_of, key};
pub use self::report::{Action, ActionKind, Counts, Elapsed, Reason, UpdateReport, Vanished};
use self::sources::Scope;
pub use self::sources::Source;
pub(crate) use self::state::{Commit, Payload, remove_orphans};
use crate::durable::Storage;
use crate::error::{Error, Result};
use crate::store::{Index, WriterOptions};

/// What an update reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// These files and folders. They are remembered beside the sources that
    /// are remembered already, and articles from elsewhere stay as they are.
    Paths(Vec<PathBuf>),
    /// All that are remembered.
    Remembered,
}

/// How an update is done.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Threads and memory for writing.
    pub writer: WriterOptions,
    /// How the named paths are walked; remembered with them.
    pub walk: WalkOptions,
    /// Bounds on what one file may cost.
    pub limits: Limits,
    /// Reads all files again, changed or not, and rebuilds an index that another version wrote.
    pub full: bool,
    /// Only tells what would be done.
    pub dry_run: bool,
    /// Removes the articles of what is gone even if it seems to be away; see
    /// [`Vanished`].
    pub allow_vanished: bool,
    /// Fails at the first thing that cannot be read or seems to be away, and
    /// changes nothing.
    pub strict: bool,
    /// The file system that sources are read from.
    pub files: Arc<dyn FileSystem>,
    /// How long to wait for another process that writes.
    pub wait_for_lock: Duration,
    /// Stops the update when it is set. What was read until then is committed,
    /// and the next update goes on from there; only a full one is undone.
    pub stop: Arc<AtomicBool>,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            writer: WriterOptions::default(),
            walk: WalkOptions::default(),
            limits: Limits::default(),
            full: false,
            dry_run: false,
            allow_vanished: false,
            strict: false,
            files: SystemFiles::shared(),
            wait_for_lock: Duration::from_secs(10),
            stop: Arc::default(),
        }
    }
}

/// Brings the index in `dir`, which is made if there is none, up to date with
/// its sources.
///
/// A file is read when its length or time differ from the record, and when it
/// was so fresh at the last time that they prove nothing; of a file that is
/// read, only the articles whose hash changed are indexed. What cannot be read
/// is in the report and does not stop the rest.
///
/// An article leaves the index only when its file was seen to be gone or
/// changed. What cannot be read, or not to its end, keeps its articles, and so
/// does what seems to be away; see [`UpdateReport::kept`] and [`Vanished`].
///
/// # Errors
///
/// [`Error::NoSource`] for a path where nothing is, [`Error::InsideIndex`] for
/// one in `dir`, [`Error::NoIndex`] and [`Error::NoSources`] when there is
/// nothing to repeat, [`Error::OtherOwner`] for an index that a writer filled,
/// [`Error::OtherVersion`] without [`UpdateOptions::full`],
/// [`Error::Unreadable`] and [`Error::Vanished`] with
/// [`UpdateOptions::strict`], [`Error::Busy`] when another process writes, and
/// whatever keeps the index from being written. The index is as it was then.
pub fn update(
    dir: impl AsRef<Path>,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let dir = dir.as_ref();
    let old = Index::open(dir);
    if options.full && matches!(old, Err(Error::OtherVersion { .. })) {
        return rebuild::rebuild(dir, sources, options, progress);
    }
    if options.dry_run {
        let base = match old {
            Ok(index) => index.of_latest_commit(|_| Base::load(&index, options.full))?,
            Err(Error::NoIndex { .. }) if matches!(sources, Sources::Paths(_)) => Base::default(),
            Err(error) => return Err(error),
        };
        let plan = Plan::new(dir, base, sources, options, false, progress)?;
        return Ok(plan.describe(options.allow_vanished));
    }
    let is_first = matches!(old, Err(Error::NoIndex { .. }));
    let storage = match sources {
        Sources::Paths(paths) => {
            // Wrong paths are refused before there is anything on disk.
            let known = old.and_then(|index| Base::load(&index, true));
            let known = known.map(|base| base.state.sources).unwrap_or_default();
            Scope::named(paths, &options.walk, known)?.refuse_inside(dir)?;
            Storage::create(dir)?
        }
        Sources::Remembered => old?.storage,
    };
    let report = update_on(storage.clone(), sources, options, progress);
    if report.is_err() && is_first {
        // A first run that failed leaves nothing behind.
        storage.discard();
    }
    report
}

/// As [`update`], on a storage.
pub(crate) fn update_on(
    storage: Storage,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    run_on(storage, true, options, progress, |index| {
        let base = Base::load(index, options.full)?;
        Plan::new(index.dir(), base, sources, options, false, progress)
    })
}

/// Builds an index that is damaged again from its sources. What cannot be read
/// of them is taken over from the segments that are whole; `is_known` says
/// whether the last commit can be read.
///
/// # Errors
///
/// As [`update`], and [`Error::Irreplaceable`].
pub(crate) fn rebuild_on(
    storage: Storage,
    sources: &Sources,
    is_known: bool,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    // The files that an unknown commit names are not to be removed before there
    // is another one.
    run_on(storage, is_known, options, progress, |index| {
        let base = match is_known {
            true => Base::load(index, true)?,
            false => Base::without_record(Vec::new()),
        };
        Plan::new(index.dir(), base, sources, options, true, progress)
    })
}

fn run_on(
    storage: Storage,
    cleans_up: bool,
    options: &UpdateOptions,
    progress: &dyn Progress,
    plan: impl FnOnce(&Index) -> Result<Plan>,
) -> Result<UpdateReport> {
    let run = || {
        lock(&storage, options, progress)?;
        let index = Index::open_or_create_on(storage.clone())?;
        if cleans_up {
            remove_orphans(&index.engine, &index.storage)?;
        }
        plan(&index)?.carry_out(&index, options, progress)
    };
    run().map_err(|error| {
        let error = storage.cause(error);
        if cleans_up {
            // On a full disk, what a failed run has written is in the way.
            let _ = clean_up(&storage);
        }
        error
    })
}

/// Takes the writer's lock, and reports when that has to wait.
pub(crate) fn lock(
    storage: &Storage,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<()> {
    match storage.lock(Duration::ZERO) {
        Err(Error::Busy { .. }) if !options.wait_for_lock.is_zero() => {
            progress.phase(Phase::Waiting(options.wait_for_lock));
            storage.lock(options.wait_for_lock)
        }
        other => other,
    }
}

/// Removes what a run has written that failed.
fn clean_up(storage: &Storage) -> Result<u64> {
    storage.lock(Duration::ZERO)?;
    let index = Index::open_on(storage.clone())?;
    let removed = remove_orphans(&index.engine, storage);
    storage.unlock();
    removed
}

/// The sources that an index remembers.
///
/// # Errors
///
/// When there is no index, or it is damaged.
pub fn sources(dir: impl AsRef<Path>) -> Result<Vec<Source>> {
    Ok(Payload::of(&Index::open(dir)?.engine)?
        .map(|payload| payload.sources)
        .unwrap_or_default())
}

/// The files that there are under sources, by how their paths are written.
pub(crate) fn find(dir: &Path, sources: Vec<Source>) -> BTreeMap<String, FoundFile> {
    Found::walk(
        &Scope::remembered(sources),
        dir,
        &SystemFiles::shared(),
        &(),
    )
    .files
}

/// Forgets sources, or files and folders in them, and removes their articles;
/// the files stay untouched. What is forgotten inside a source is not indexed
/// again until it is named itself.
///
/// # Errors
///
/// [`Error::NoSource`] for a path where there is nothing and of which nothing
/// is indexed, [`Error::NotIndexed`] for one that is in no source, and as
/// [`update`].
pub fn forget(
    dir: impl AsRef<Path>,
    paths: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let mut index = Index::open(dir)?;
    if !options.dry_run {
        // What was opened before the lock may be stale.
        lock(&index.storage, options, progress)?;
        index = Index::open_on(index.storage)?;
        remove_orphans(&index.engine, &index.storage)?;
    }
    let plan = Plan::forgetting(Base::load(&index, false)?, paths)?;
    if options.dry_run {
        return Ok(plan.describe(true));
    }
    let options = UpdateOptions {
        allow_vanished: true,
        ..options.clone()
    };
    plan.carry_out(&index, &options, progress)
        .map_err(|error| index.storage.cause(error))
}
