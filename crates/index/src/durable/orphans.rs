//! Files that a killed process left behind.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use tantivy::TantivyError;
use tantivy::directory::error::DeleteError;
use tantivy::directory::{Directory, META_LOCK};
use tantivy::index::{SegmentComponent, SegmentMeta};

use super::{Storage, UNFINISHED};
use crate::error::{Error, Result};
use crate::update::{RECORD_PREFIX, current_record};

/// Hexadecimal digits of a segment's id, which its files are named by.
const SEGMENT_ID: usize = 32;

/// Removes the files of segments that no commit names, records of other
/// commits, and unfinished files; gives their number. The caller holds the
/// writer's lock. Files of other names are left alone, and what cannot be
/// removed is left for the next time.
///
/// # Errors
///
/// When the folder or the last commit cannot be read.
pub(crate) fn remove_orphans(engine: &tantivy::Index, storage: &Storage) -> Result<u64> {
    // A reader that has read the commit has opened its files, or waits here.
    let _lock = storage
        .acquire_lock(&META_LOCK)
        .map_err(|error| TantivyError::LockFailure(error, None))?;
    let segments = engine.searchable_segment_metas()?;
    let segments: HashMap<String, HashSet<String>> = segments
        .iter()
        .map(|meta| (meta.id().uuid_string(), deletions(meta)))
        .collect();
    let record = current_record(engine)?;
    let entries = std::fs::read_dir(storage.dir()).map_err(Error::io(storage.dir()))?;
    let mut removed = 0;
    for entry in entries {
        let name = entry.map_err(Error::io(storage.dir()))?.file_name();
        let is_orphan = match name.to_str() {
            Some(name) if name.starts_with(UNFINISHED) => true,
            Some(name) if name.starts_with(RECORD_PREFIX) => record
                .as_ref()
                .is_none_or(|current| current.as_os_str() != OsStr::new(name)),
            Some(name) => is_orphan_of_segment(name, &segments),
            None => false,
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

/// The file that tells which articles of a segment are deleted, if there are.
fn deletions(meta: &SegmentMeta) -> HashSet<String> {
    let file = meta
        .has_deletes()
        .then(|| meta.relative_path(SegmentComponent::Delete));
    file.and_then(|file| Some(file.to_str()?.to_owned()))
        .into_iter()
        .collect()
}

/// The id of the segment that a file belongs to by its name.
pub(crate) fn segment_of(name: &str) -> Option<&str> {
    let (id, _) = name.split_once('.')?;
    (id.len() == SEGMENT_ID && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
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
