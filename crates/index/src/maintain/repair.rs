//! Mends an index that does not verify.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::verify::{Fault, FaultKind, verify};
use crate::durable::names::MARKER;
use crate::durable::{META, Storage};
use crate::error::{Error, Result};
use crate::store::Index;
use crate::update::{
    Payload, Progress, Sources, UpdateOptions, UpdateReport, remove_orphans, update_on,
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
/// what is only in the index is not thrown away.
pub fn repair(
    dir: impl AsRef<Path>,
    sources: &[PathBuf],
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<RepairReport> {
    let dir = dir.as_ref();
    let aside = dir.join(format!("{META}.damaged"));
    let faults = match verify(dir, false) {
        Ok(checked) => checked.faults,
        // A repair was killed after it had put the commit aside.
        Err(Error::NoIndex { .. }) if aside.exists() => vec![Fault {
            file: META.to_owned(),
            kind: FaultKind::Damaged,
            message: "it was put aside by a repair that did not end".to_owned(),
        }],
        Err(error) => return Err(error),
    };
    let mut report = RepairReport {
        faults,
        ..RepairReport::default()
    };
    let is_damaged = report
        .faults
        .iter()
        .any(|fault| fault.kind != FaultKind::Stale);
    let storage = Storage::open(dir)?;
    storage.lock(options.wait_for_lock)?;
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
    let set_aside = !matches!(readable, Ok(Some(_)));
    if set_aside {
        for name in [META, MARKER] {
            let (from, to) = (dir.join(name), dir.join(format!("{name}.damaged")));
            if from.exists() {
                std::fs::rename(&from, to).map_err(Error::io(from))?;
            }
        }
    }
    let options = UpdateOptions {
        full: true,
        dry_run: false,
        ..options.clone()
    };
    // Of a commit that can be read, the sources keep how they are walked.
    let from = match (set_aside, sources) {
        (false, []) => Sources::Remembered,
        _ => Sources::Paths(paths),
    };
    report.rebuilt = Some(update_on(storage, &from, &options, progress)?);
    for name in [META, MARKER] {
        let _ = std::fs::remove_file(dir.join(format!("{name}.damaged")));
    }
    Ok(report)
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
    let path = [META.to_owned(), format!("{META}.damaged")]
        .map(|name| dir.join(name))
        .into_iter()
        .find(|path| path.exists());
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let bytes = std::fs::read(&path).map_err(Error::io(&path))?;
    // Whatever is damaged, a path that exists is worth a try.
    let sources = Payload::salvage(&bytes).map_or_else(Vec::new, |payload| payload.sources);
    let paths = sources.into_iter().map(|source| PathBuf::from(source.path));
    Ok(paths.collect())
}
