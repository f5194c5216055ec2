//! Exchanging and removing the directories of whole indexes.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};

use super::{is_of_index, sync_folder};

/// An unfinished directory that has not changed for this long is abandoned.
const STALE: Duration = Duration::from_secs(3600);

/// Replaces the index in `dir` by the one in `fresh`, and removes the old one.
/// The caller must own the writer's lock of `dir`. Other files in `dir` stay.
pub(crate) fn replace(fresh: &Path, dir: &Path) -> Result<()> {
    exchange(fresh, dir).map_err(Error::io(dir))?;
    let parent = parent(dir);
    sync_folder(parent).map_err(Error::io(parent))?;
    remove_index(fresh, Some(dir)).map_err(Error::io(fresh))
}

/// Exchanges two directories, in one step where the system allows that.
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let mut aside = one.as_os_str().to_owned();
    aside.push("-old");
    let aside = Path::new(&aside);
    fs::rename(other, aside)?;
    if let Err(error) = fs::rename(one, other) {
        fs::rename(aside, other)?;
        return Err(error);
    }
    fs::rename(aside, one)
}

/// Removes the files of an index, then its directory. Other files are moved to
/// `rest`, or keep the directory if it is `None`.
pub(crate) fn remove_index(dir: &Path, rest: Option<&Path>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        match (is_of_index(&entry.file_name()), rest) {
            (true, _) => fs::remove_file(entry.path())?,
            (false, Some(rest)) => fs::rename(entry.path(), rest.join(entry.file_name()))?,
            (false, None) => {}
        }
    }
    match fs::remove_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        other => other,
    }
}

/// Removes abandoned files of killed runs next to a directory.
pub(crate) fn remove_stale(dir: &Path, prefix: &str) {
    let entries = fs::read_dir(parent(dir)).into_iter().flatten().flatten();
    for entry in entries {
        let is_stale = || {
            let modified = entry.metadata().ok()?.modified().ok()?;
            Some(modified.elapsed().ok()? > STALE)
        };
        if entry.file_name().to_string_lossy().starts_with(prefix) && is_stale() == Some(true) {
            // Errors are ignored, as the new index is complete.
            let _ = remove_index(&entry.path(), None);
        }
    }
}

pub(crate) fn parent(dir: &Path) -> &Path {
    dir.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
