//! Repairs an index that fails verification.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::verify::{Fault, FaultKind, verify};
use crate::durable::names::MARKER;
use crate::durable::{META, Storage};
use crate::error::{Error, Result};
use crate::store::Index;
use crate::update::{
    Payload, Progress, Sources, UpdateOptions, UpdateReport, lock, rebuild_on, remove_orphans,
};

/// The report of a repair.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RepairReport {
    /// The faults found before.
    pub faults: Vec<Fault>,
    /// Number of removed files of killed writers.
    pub orphans: u64,
    /// The report of rebuilding the index, if that was necessary.
    pub rebuilt: Option<UpdateReport>,
}

/// Verifies an index and repairs it: files of killed writers are removed, and a
/// damaged index is rebuilt from its sources. If `meta.json` is damaged too,
/// the sources are those that can still be read from it, or `sources` if given.
///
/// # Errors
///
/// The errors of [`verify`] and [`update`](crate::update::update). The sources
/// of a damaged index must all exist, unless they are allowed to have vanished:
/// articles that only the index has are never dropped. An unreadable file keeps
/// its articles if they are in an intact part of the index; otherwise
/// [`Error::Irreplaceable`] is returned. The index is unchanged after an error.
pub fn repair(
    dir: impl AsRef<Path>,
    sources: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<RepairReport> {
    let dir = dir.as_ref();
    if aside(dir, META).exists() {
        finish_killed_repair(dir, options, progress)?;
    }
    let mut report = RepairReport {
        faults: verify(dir, false)?.faults,
        ..RepairReport::default()
    };
    let mut faults = report.faults.iter();
    let is_damaged = faults.any(|fault| fault.kind != FaultKind::Stale);
    let storage = Storage::open(dir)?;
    lock(&storage, options, progress)?;
    if !is_damaged {
        let index = Index::open_on(storage)?;
        report.orphans = remove_orphans(&index.engine, &index.storage)?;
        return Ok(report);
    }
    let paths = sources_of_rebuild(dir, sources, options.allow_vanished)?;
    // An unreadable commit is set aside before a new one is made.
    let readable = Index::open_on(storage.clone()).and_then(|index| Payload::of(&index.engine));
    let is_known = matches!(readable, Ok(Some(_)));
    let options = UpdateOptions {
        full: true,
        dry_run: false,
        ..options.clone()
    };
    // Sources of a readable commit keep their options.
    let from = match (is_known, sources) {
        (true, []) => Sources::Remembered,
        _ => Sources::Paths(paths),
    };
    if !is_known {
        put_aside(dir)?;
    }
    let rebuilt = rebuild_on(storage, &from, is_known, &options, progress);
    match rebuilt {
        Ok(update) if !update.interrupted => report.rebuilt = Some(update),
        failed => {
            if !is_known {
                bring_back(dir)?;
            }
            report.rebuilt = Some(failed?);
            return Ok(report);
        }
    }
    // A repair that leaves damage must fail.
    if let Some(fault) = verify(dir, false)?.faults.first() {
        return Err(Error::Damaged {
            reason: format!("still damaged after a rebuild: {fault}"),
        });
    }
    discard(dir);
    Ok(report)
}

/// A repair was killed after it had set the commit aside: the commit is brought back unless there
/// is a newer one.
fn finish_killed_repair(
    dir: &Path,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<()> {
    let storage = Storage::open(dir)?;
    lock(&storage, options, progress)?;
    let committed = Index::open_on(storage).and_then(|index| Payload::of(&index.engine));
    match committed {
        Ok(Some(_)) => discard(dir),
        _ => bring_back(dir)?,
    }
    Ok(())
}

/// The sources to rebuild from: those given, else those known. All must exist unless they may have
/// vanished.
fn sources_of_rebuild(dir: &Path, given: &[PathBuf], allow_vanished: bool) -> Result<Vec<PathBuf>> {
    let known = known_sources(dir)?;
    let paths = match given {
        [] => known,
        given => given.to_vec(),
    };
    if paths.is_empty() {
        let reason = "the sources are lost; give them as arguments".to_owned();
        return Err(Error::Damaged { reason });
    }
    let missing = paths.iter().find(|path| !path.exists());
    match missing.filter(|_| !allow_vanished) {
        Some(path) => Err(Error::NoSource { path: path.clone() }),
        None => Ok(paths),
    }
}

/// The files that list the files of an index.
const COMMIT: [&str; 2] = [META, MARKER];

fn aside(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.damaged"))
}

/// Sets an unreadable commit aside.
fn put_aside(dir: &Path) -> Result<()> {
    for name in COMMIT {
        let from = dir.join(name);
        if from.exists() {
            std::fs::rename(&from, aside(dir, name)).map_err(Error::io(from))?;
        }
    }
    Ok(())
}

/// Removes a commit that was set aside, once there is another one.
fn discard(dir: &Path) {
    for name in COMMIT {
        // A remaining file is harmless: the next repair removes it.
        let _ = std::fs::remove_file(aside(dir, name));
    }
}

/// Restores a commit that was set aside, unless there is another one.
fn bring_back(dir: &Path) -> Result<()> {
    for name in COMMIT {
        let from = aside(dir, name);
        if from.exists() {
            std::fs::rename(&from, dir.join(name)).map_err(Error::io(from))?;
        }
    }
    Ok(())
}

/// The sources of the last commit, as far as it can be read.
fn known_sources(dir: &Path) -> Result<Vec<PathBuf>> {
    if let Ok(Some(payload)) = Index::open(dir).and_then(|index| Payload::of(&index.engine)) {
        return Ok(payload
            .sources
            .into_iter()
            .map(|source| source.path.into())
            .collect());
    }
    let path = dir.join(META);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(&path).map_err(Error::io(&path))?;
    // A damaged list may still contain paths that exist.
    let sources = Payload::salvage(&bytes).map_or_else(Vec::new, |payload| payload.sources);
    let paths = sources.into_iter().map(|source| PathBuf::from(source.path));
    Ok(paths.collect())
}
