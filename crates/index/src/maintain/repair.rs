//! Repairs an index that fails verification.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::verify::{Fault, FaultKind, verify};
use crate::durable::names::{self, MARKER};
use crate::durable::{META, Storage};
use crate::error::{Error, Result, is_newer};
use crate::store::Index;
use crate::update::{
    Commit, Payload, Progress, Sources, UpdateOptions, UpdateReport, check_sources, lock,
    rebuild_on, remove_orphans, sources_to_rebuild,
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

/// Verifies an index and repairs it: files of killed writers are removed, and an index that is
/// damaged, or that an earlier version wrote, is rebuilt from its sources. If `meta.json` is damaged
/// too, the sources are those that can still be read from it, or `sources` if given.
///
/// # Errors
///
/// The errors of [`verify`] and [`update`](crate::update::update). Articles that only the index has
/// are never dropped, and the index is unchanged after an error:
///
/// - [`Error::OtherOwner`] for articles of an [`ArticleWriter`](crate::ArticleWriter), which are in
///   no file, and [`Error::UnknownOrigin`] if the articles may be such;
/// - [`Error::OtherVersion`] for an index of a later version;
/// - [`Error::LostSources`] if the sources are unknown and none are given;
/// - [`Error::NoSource`] and [`Error::Vanished`] for sources, or most files of one, that do not exist
///   and are not allowed to have vanished;
/// - [`Error::Irreplaceable`] for a file that is unreadable or in none of the sources, unless its
///   articles are in an intact part of the index.
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
    let readable = Index::open_on(storage.clone()).and_then(|index| Payload::of(&index.engine));
    let is_known = match readable {
        // A later version may have what this one would lose.
        Err(Error::OtherVersion { ref found, .. }) if is_newer(found) => {
            return readable.map(|_| report);
        }
        Ok(Some(_)) => true,
        _ => false,
    };
    let paths = sources_of_rebuild(dir, sources, options.allow_vanished)?;
    if !is_known && !options.allow_vanished {
        check_sources(dir, &paths)?;
    }
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
    // An unreadable commit is set aside before a new one is made.
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
    let committed = Index::open_on(storage).and_then(|index| Commit::of(&index.engine));
    match committed {
        Ok(Commit::Update(_) | Commit::Writer) => discard(dir),
        Ok(Commit::Empty) | Err(_) => bring_back(dir)?,
    }
    Ok(())
}

/// The sources to rebuild from: those given, else those known. All must exist unless they may have
/// vanished.
fn sources_of_rebuild(dir: &Path, given: &[PathBuf], allow_vanished: bool) -> Result<Vec<PathBuf>> {
    let known = sources_to_rebuild(dir)?.into_iter();
    let paths = match given {
        [] => known.map(|source| source.path.into()).collect(),
        given => given.to_vec(),
    };
    if paths.is_empty() {
        return Err(Error::LostSources { dir: dir.into() });
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
    dir.join(names::aside(name))
}

/// Sets an unreadable commit aside. An empty file takes the place of one that is missing.
fn put_aside(dir: &Path) -> Result<()> {
    for name in COMMIT {
        let (from, to) = (dir.join(name), aside(dir, name));
        match from.exists() {
            true => fs::rename(&from, to).map_err(Error::io(from))?,
            false => fs::write(&to, "").map_err(Error::io(to))?,
        }
    }
    Ok(())
}

/// Removes a commit that was set aside, once there is another one.
fn discard(dir: &Path) {
    for name in COMMIT.into_iter().rev() {
        // A remaining file is harmless: the next repair removes it.
        let _ = fs::remove_file(aside(dir, name));
    }
}

/// Restores a commit that was set aside, and removes the files of the new one, which has no
/// articles. The file that shows that a repair was under way is the last.
fn bring_back(dir: &Path) -> Result<()> {
    for name in COMMIT.into_iter().rev() {
        let (from, to) = (aside(dir, name), dir.join(name));
        match fs::metadata(&from) {
            Err(_) => {}
            Ok(file) if file.len() == 0 => {
                if to.exists() {
                    fs::remove_file(&to).map_err(Error::io(to))?;
                }
                fs::remove_file(&from).map_err(Error::io(from))?;
            }
            Ok(_) => fs::rename(&from, to).map_err(Error::io(from))?,
        }
    }
    Ok(())
}
