//! Brings an index up to date with its sources: adds new articles, replaces
//! changed ones, removes deleted ones, and touches nothing else.
//!
//! The manifest is written before the commit that refers to it, so the two
//! cannot disagree. One update is one commit: readers see the state before or
//! after it.

mod arrivals;
mod carry;
mod diff;
mod forget;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod interrupts;
mod lock;
mod manifest;
mod merge;
mod options;
mod origin;
mod pipeline;
mod plan;
#[cfg(test)]
mod read_faults;
mod rebuild;
mod relocate;
mod sources;
mod state;
mod status;
mod sync;
mod task;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use timbao_articles::changes::{
    Action, ActionKind, Counts, Elapsed, Phase, Progress, Reading, Reason, Sources, UpdateReport,
    Vanished,
};
use timbao_articles::{FoundFile, SystemFiles};
pub use timbao_views::{SourceProblem, SourceStatus};

pub(crate) use self::lock::lock;
pub(crate) use self::manifest::{Hash, Manifest, Place, hash_of, key};
pub use self::options::{SourceDefaults, UpdateOptions};
pub(crate) use self::origin::{Origin, check_sources, sources_to_rebuild, unmarked};
use self::plan::{Base, Plan};
use self::sources::Scope;
pub use self::sources::Source;
pub(crate) use self::state::{Commit, Payload, remove_orphans};
pub use self::status::status;
use crate::durable::Storage;
use crate::error::{Error, Result, is_newer};
use crate::store::Index;

/// Brings the index in `dir`, which is created if it does not exist, up to date
/// with its sources.
///
/// A file is read if its length or time differ from the manifest, or if it was
/// too fresh at the last update for these to prove anything. Of a file that is
/// read, only articles with a new hash are indexed. Unreadable files are
/// reported and do not stop the update.
///
/// An article is removed only if its file is known to be deleted or changed. A
/// file that is unreadable, incomplete or seems to be unavailable keeps its
/// articles; see [`UpdateReport::kept`] and [`Vanished`].
///
/// # Errors
///
/// [`Error::NoSource`] for a path that does not exist, [`Error::InsideIndex`]
/// for one in `dir`, [`Error::NoIndex`] and [`Error::NoSources`] if there is
/// nothing to repeat, [`Error::OtherOwner`] for an index filled by a writer,
/// [`Error::OtherVersion`] without [`UpdateOptions::full`], and always if a later version wrote the
/// index, [`Error::UnknownOrigin`] and [`Error::LostSources`] if an index of another version does not
/// name its sources, [`Error::NotTimbao`] and [`Error::NotADirectory`] if `dir` is something else,
/// [`Error::Unreadable`] and [`Error::Vanished`] with
/// [`UpdateOptions::strict`], [`Error::Busy`] if another process is writing,
/// and any error of writing the index. The index is unchanged then.
pub fn update(
    dir: impl AsRef<Path>,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let dir = dir.as_ref();
    let old = match Index::open(dir) {
        Err(Error::OtherVersion { found, .. }) if options.full && !is_newer(&found) => {
            return rebuild::rebuild(dir, sources, options, progress);
        }
        old @ (Ok(_) | Err(Error::NoIndex { .. } | Error::Damaged { .. })) => old,
        Err(error) => return Err(error),
    };
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
            // Rejects wrong paths before anything is created on disk.
            let known = old.and_then(|index| Base::load(&index, true));
            let known = known.map(|base| base.state.sources).unwrap_or_default();
            Scope::named(paths, &options.walk, known)?.refuse_inside(dir)?;
            Storage::create(dir)?
        }
        Sources::Remembered => old?.storage,
    };
    let report = update_on(storage.clone(), sources, options, progress);
    if report.is_err() && is_first {
        // A failed first run must not leave an index.
        storage.discard();
    }
    report
}

/// Like [`update`], on a storage.
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

/// Rebuilds a damaged index from its sources. Articles that can no longer be
/// read are copied from intact segments; `is_known` says whether the last
/// commit can be read.
///
/// # Errors
///
/// The errors of [`update`], and [`Error::Irreplaceable`].
pub(crate) fn rebuild_on(
    storage: Storage,
    sources: &Sources,
    is_known: bool,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    // The files of an unknown commit must stay until there is another commit.
    run_on(storage, is_known, options, progress, |index| {
        let base = match is_known {
            true => Base::load(index, true)?,
            false => Base::without_manifest(Vec::new(), index.dir()),
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
        let index = match cleans_up {
            true => Index::open_or_create_on(storage.clone())?,
            false => Index::create(storage.clone())?,
        };
        if cleans_up {
            remove_orphans(&index.engine, &index.storage)?;
        }
        plan(&index)?.carry_out(&index, options, progress)
    };
    run().map_err(|error| {
        let error = storage.cause(error);
        if cleans_up {
            // On a full disk, the files of the failed run are in the way.
            let _ = clean_up(&storage);
        }
        error
    })
}

/// Removes the files of a failed run.
fn clean_up(storage: &Storage) -> Result<u64> {
    storage.lock(Duration::ZERO)?;
    let index = Index::open_on(storage.clone())?;
    let removed = remove_orphans(&index.engine, storage);
    storage.unlock();
    removed
}

/// The remembered sources of an index.
///
/// # Errors
///
/// If there is no index, or it is damaged.
pub fn sources(dir: impl AsRef<Path>) -> Result<Vec<Source>> {
    Ok(Payload::of(&Index::open(dir)?.engine)?
        .map(|payload| payload.sources)
        .unwrap_or_default())
}

/// The files under sources, by path as written there.
pub(crate) fn find(dir: &Path, sources: Vec<Source>) -> BTreeMap<String, FoundFile> {
    diff::walk(
        &Scope::remembered(sources),
        dir,
        &SystemFiles::shared(),
        &Arc::default(),
        &(),
    )
    .files
}

/// Forgets sources, or files and directories in them, and removes their
/// articles; the files are not touched. A path forgotten inside a source is
/// indexed again only when it is given explicitly.
///
/// # Errors
///
/// [`Error::NoSource`] for a path that neither exists nor has indexed articles,
/// [`Error::InsideFile`] for an entry of a file, [`Error::NotIndexed`] for one in no source, and the
/// errors of [`update`].
pub fn forget(
    dir: impl AsRef<Path>,
    paths: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let mut index = Index::open(dir)?;
    if !options.dry_run {
        // An index opened before taking the lock may be stale.
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
