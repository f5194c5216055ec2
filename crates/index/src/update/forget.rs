//! Forgetting sources, and files and directories in them.

use std::path::{Path, PathBuf};

use timbao_articles::changes::is_within;

use super::manifest::Manifest;
use super::sources::{Source, absolute};
use crate::error::{Error, Result};

/// The sources that are left when `paths` are forgotten.
///
/// # Errors
///
/// See [`forget`](super::forget()).
pub(super) fn forgotten(
    mut sources: Vec<Source>,
    manifest: &Manifest,
    paths: &[PathBuf],
) -> Result<Vec<Source>> {
    for path in paths {
        let named = absolute(path)?;
        let candidates = [Some(named.clone()), in_a_source(&named, &sources)];
        let forgotten = candidates
            .iter()
            .flatten()
            .filter_map(|path| path.to_str())
            .any(|path| forget_path(&mut sources, manifest, path));
        if !forgotten {
            let file = named.ancestors().skip(1).find(|above| above.is_file());
            return Err(match (named.symlink_metadata(), file.map(Path::to_owned)) {
                (Ok(_), _) => Error::NotIndexed { path: named },
                (Err(_), Some(file)) => Error::InsideFile { path: named, file },
                (Err(_), None) => Error::NoSource { path: named },
            });
        }
    }
    Ok(sources)
}

/// Forgets a path; `false` if it is neither a source nor in one.
fn forget_path(sources: &mut Vec<Source>, manifest: &Manifest, path: &str) -> bool {
    let before = sources.len();
    sources.retain(|source| !is_within(&source.path, path));
    let was_source = sources.len() < before;
    let is_there = || Path::new(path).symlink_metadata().is_ok();
    let is_indexed = || manifest.files.keys().any(|file| is_within(file, path));
    let mut is_in_source = false;
    for source in sources.iter_mut().filter(|source| source.holds(path)) {
        if was_source || is_there() || is_indexed() {
            source.forgotten.retain(|inner| !is_within(inner, path));
            source.forgotten.push(path.to_owned());
            source.forgotten.sort();
            is_in_source = true;
        }
    }
    was_source || is_in_source
}

/// The path by which a file or directory is known that was named by another one:
/// without the links that its source is named with, or the other way round.
fn in_a_source(path: &Path, sources: &[Source]) -> Option<PathBuf> {
    let real = path.canonicalize().ok()?;
    sources.iter().find_map(|source| {
        let rest = real.strip_prefix(source.real()?).ok()?;
        let source = Path::new(&source.path);
        Some(match rest.as_os_str().is_empty() {
            true => source.to_owned(),
            false => source.join(rest),
        })
    })
}
