//! Files left by a killed process.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use tantivy::TantivyError;
use tantivy::directory::error::DeleteError;
use tantivy::directory::{Directory, META_LOCK};
use tantivy::index::{SegmentComponent, SegmentMeta};

use super::folders::file_names;
use super::names::{STATE_PREFIXES, segment_of};
use super::{Storage, UNFINISHED};
use crate::error::{Error, Result};

/// Removes the files of uncommitted segments, manifests and journals of other
/// commits, and unfinished files; returns their number. `current` reads the names
/// of manifest and journal from the last commit. The caller must own the writer's lock. Files with
/// other names are kept, and failures are left to the next run.
///
/// # Errors
///
/// If the directory or the last commit cannot be read.
pub(crate) fn remove_orphans(
    engine: &tantivy::Index,
    storage: &Storage,
    current: impl FnOnce(&tantivy::Index) -> Result<HashSet<String>>,
) -> Result<u64> {
    // A reader that has read the commit has opened its files, or waits here.
    let _lock = storage
        .acquire_lock(&META_LOCK)
        .map_err(|error| TantivyError::LockFailure(error, None))
        .map_err(Error::engine)?;
    let segments = engine.searchable_segment_metas().map_err(Error::engine)?;
    let segments: HashMap<String, HashSet<String>> = segments
        .iter()
        .map(|meta| (meta.id().uuid_string(), deletions(meta)))
        .collect();
    let current = current(engine)?;
    let mut removed = 0;
    for name in file_names(storage.dir())? {
        let is_state = STATE_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        let is_orphan = match is_state {
            true => !current.contains(&name),
            false => name.starts_with(UNFINISHED) || is_orphan_of_segment(&name, &segments),
        };
        if is_orphan {
            match storage.delete(Path::new(&name)) {
                Ok(()) => removed += 1,
                Err(DeleteError::FileDoesNotExist(_) | DeleteError::IoError { .. }) => {}
            }
        }
    }
    Ok(removed)
}

/// The file with the deleted articles of a segment, if there is one.
fn deletions(meta: &SegmentMeta) -> HashSet<String> {
    let file = meta
        .has_deletes()
        .then(|| meta.relative_path(SegmentComponent::Delete));
    file.and_then(|file| Some(file.to_str()?.to_owned()))
        .into_iter()
        .collect()
}

fn is_orphan_of_segment(name: &str, segments: &HashMap<String, HashSet<String>>) -> bool {
    let Some(id) = segment_of(name) else {
        return false;
    };
    match segments.get(id) {
        None => true,
        Some(deletions) => {
            name.ends_with(".del") && !deletions.contains(name) || name.ends_with(".store.temp")
        }
    }
}
