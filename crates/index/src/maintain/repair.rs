//! Mends an index that does not verify.

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

/// What a repair did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RepairReport {
    /// What was wrong before.
    pub faults: Vec<Fault>,
    /// Files of killed writers that were removed.
    pub orphans: u64,
    /// The report of the rebuilding, if it was necessary.
    pub rebuilt: Option<UpdateReport>,
}

/// Verifies an index and mends what is wrong: files of killed writers are
/// removed, and an index that is damaged is rebuilt from its sources. Where
/// `meta.json` is damaged too, its sources are taken from what can still be
/// read of it, or from `sources` if they are given.
///
/// # Errors
///
/// As [`verify`] and [`update`](crate::update::update). The sources of a
/// damaged index must all be there, unless they are allowed to have vanished:
/// what is only in the index is not thrown away. A file that cannot be read now
/// keeps its articles if they are in a part of the index that is whole; if they
/// are not, that is [`Error::Irreplaceable`]. The index is as it was after an
/// error.
pub fn repair(
    dir: impl AsRef<Path>,
    sources: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<RepairReport> {
    let dir = dir.as_ref();
    if aside(dir, META).exists() {
        // A repair was killed after it had put the commit aside.
        let storage = Storage::open(dir)?;
        lock(&storage, options, progress)?;
        let committed = Index::open_on(storage).and_then(|index| Payload::of(&index.engine));
        match committed {
            Ok(Some(_)) => discard(dir),
            _ => bring_back(dir)?,
        }
    }
    let mut report = RepairReport {
        faults: verify(dir, false)?.faults,
        ..RepairReport::default()
    };
    let is_damaged = report
        .faults
        .iter()
        .any(|fault| fault.kind != FaultKind::Stale);
    let storage = Storage::open(dir)?;
    lock(&storage, options, progress)?;
    if !is_damaged {
        let index = Index::open_on(storage)?;
        report.orphans = remove_orphans(&index.engine, &index.storage)?;
        return Ok(report);
    }
    let known = known_sources(dir)?;
    let paths: Vec<PathBuf> = match sources {
        [] => known,
        given => given.to_vec(),
    };
    if paths.is_empty() {
        let reason = "it does not tell its sources any more; name them".to_owned();
        return Err(Error::Damaged { reason });
    }
    if !options.allow_vanished {
        for path in &paths {
            if !path.exists() {
                return Err(Error::NoSource { path: path.clone() });
            }
        }
    }
    // A commit that cannot be read is put aside; only then is a new one made.
    let readable = Index::open_on(storage.clone()).and_then(|index| Payload::of(&index.engine));
    let is_known = matches!(readable, Ok(Some(_)));
    let options = UpdateOptions {
        full: true,
        dry_run: false,
        ..options.clone()
    };
    // Of a commit that can be read, the sources keep how they are walked.
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
    // What is still damaged must not pass for repaired.
    if let Some(fault) = verify(dir, false)?.faults.first() {
        return Err(Error::Damaged {
            reason: format!("it was built again and is damaged: {fault}"),
        });
    }
    discard(dir);
    Ok(report)
}

/// The files that name what belongs to an index.
const COMMIT: [&str; 2] = [META, MARKER];

fn aside(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.damaged"))
}

/// Puts a commit aside that cannot be read.
fn put_aside(dir: &Path) -> Result<()> {
    for name in COMMIT {
        let from = dir.join(name);
        if from.exists() {
            std::fs::rename(&from, aside(dir, name)).map_err(Error::io(from))?;
        }
    }
    Ok(())
}

/// Removes a commit that was put aside, once there is another one.
fn discard(dir: &Path) {
    for name in COMMIT {
        // A file that stays does no harm: this is done again.
        let _ = std::fs::remove_file(aside(dir, name));
    }
}

/// Brings a commit back that was put aside, if nothing took its place.
fn bring_back(dir: &Path) -> Result<()> {
    for name in COMMIT {
        let from = aside(dir, name);
        if from.exists() {
            std::fs::rename(&from, dir.join(name)).map_err(Error::io(from))?;
        }
    }
    Ok(())
}

/// The sources that the last commit names, as far as it can be read.
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
    // Whatever is damaged, a path that exists is worth a try.
    let sources = Payload::salvage(&bytes).map_or_else(Vec::new, |payload| payload.sources);
    let paths = sources.into_iter().map(|source| PathBuf::from(source.path));
    Ok(paths.collect())
}
