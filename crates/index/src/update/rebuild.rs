//! Rebuilding an index that another version of this program wrote.
//!
//! The old index is not touched until the new one is complete: it is built in a directory next to
//! it, and the two are exchanged in one step.

use std::path::{Path, PathBuf};

use timbao_articles::changes::{Progress, Sources};

use super::UpdateReport;
use super::lock::lock;
use super::options::UpdateOptions;
use super::origin::{check_sources, sources_to_rebuild};
use super::plan::{Base, Plan};
use super::sources::Scope;
use crate::durable::Storage;
use crate::durable::folders::{remove_stale, replace};
use crate::error::{Error, Result};
use crate::store::Index;

/// Builds the index in `dir` again from the sources that it remembers and those that are named.
///
/// # Errors
///
/// The errors of [`update`](super::update), [`Error::NoSource`] and [`Error::Vanished`] if sources
/// or files are missing that are not allowed to have vanished, and [`Error::Irreplaceable`] if a file
/// is unreadable or in no source whose articles only the old index may have. The old index is
/// unchanged then.
pub(super) fn rebuild(
    dir: &Path,
    sources: &Sources,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<UpdateReport> {
    let known = sources_to_rebuild(dir)?;
    let all = match sources {
        Sources::Remembered => known,
        Sources::Paths(paths) => Scope::named(paths, &options.walk, known)?.sources,
    };
    if all.is_empty() {
        return Err(Error::LostSources { dir: dir.into() });
    }
    if !options.allow_vanished {
        let paths: Vec<PathBuf> = all.iter().map(|source| (&source.path).into()).collect();
        if let Some(path) = paths.iter().find(|path| !path.exists()) {
            return Err(Error::NoSource { path: path.clone() });
        }
        check_sources(dir, &paths)?;
    }
    // Planned before there is a second directory, which a walk could find.
    let base = Base::without_manifest(all, dir);
    let plan = Plan::new(dir, base, &Sources::Remembered, options, true, progress)?;
    if options.dry_run {
        return Ok(plan.describe(options.allow_vanished));
    }
    let dir = &dir.canonicalize().map_err(Error::io(dir))?;
    // Holds the lock, so that no other process writes to the old index.
    let old = Storage::open(dir)?;
    lock(&old, options, progress)?;
    let (fresh, prefix) = beside(dir);
    remove_stale(dir, &prefix);
    let storage = Storage::create(&fresh)?;
    let build = || {
        storage.lock(options.wait_for_lock)?;
        let index = Index::open_or_create_on(storage.clone())?;
        let report = plan.carry_out(&index, options, progress)?;
        if report.committed {
            replace(&fresh, dir)?;
        }
        Ok(report)
    };
    let built = build().map_err(|error| storage.cause(error));
    if !built
        .as_ref()
        .is_ok_and(|report: &UpdateReport| report.committed)
    {
        storage.discard();
    }
    built
}

/// The directory that the index is built in, and how the names of such directories begin.
fn beside(dir: &Path) -> (PathBuf, String) {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    // Hidden, so that a walk that runs at the same time skips it.
    let prefix = format!(".{name}.rebuilding-");
    let fresh = dir.with_file_name(format!("{prefix}{}", std::process::id()));
    (fresh, prefix)
}
