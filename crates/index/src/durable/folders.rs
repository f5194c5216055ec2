//! Exchanging and removing the directories of whole indexes.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};

use super::{Storage, is_of_index, sync_folder};

/// The names of the files in a directory, without those that are no Unicode.
///
/// # Errors
///
/// When the directory cannot be read.
pub(crate) fn file_names(dir: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(dir).map_err(Error::io(dir))?;
    let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
    let names: io::Result<Vec<Option<String>>> = names.collect();
    Ok(names
        .map_err(Error::io(dir))?
        .into_iter()
        .flatten()
        .collect())
}

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
/// `rest` unless it has a file of that name; otherwise they keep the directory.
pub(crate) fn remove_index(dir: &Path, rest: Option<&Path>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        match (is_of_index(&entry.file_name()), rest) {
            (true, _) => fs::remove_file(entry.path())?,
            (false, Some(rest)) if !rest.join(entry.file_name()).exists() => {
                fs::rename(entry.path(), rest.join(entry.file_name()))?;
            }
            (false, _) => {}
        }
    }
    match fs::remove_dir(dir) {
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
        other => other,
    }
}

/// Removes the directories next to `dir` that killed runs left. A run that has
/// not ended holds the writer's lock of its own.
pub(crate) fn remove_stale(dir: &Path, prefix: &str) {
    let entries = fs::read_dir(parent(dir)).into_iter().flatten().flatten();
    for entry in entries {
        if !is_numbered(&entry.file_name(), prefix) {
            continue;
        }
        let path = entry.path();
        let Ok(storage) = Storage::open(&path) else {
            continue;
        };
        if storage.lock(Duration::ZERO).is_ok() {
            // After the exchange, it contains the other files of `dir`. Errors
            // are ignored, as the new index is complete.
            let _ = remove_index(&path, dir.is_dir().then_some(dir));
        }
    }
}

/// Returns `true` if a name is `prefix` with the number of a process, as runs name what is
/// unfinished. Other files of such names are the user's.
pub(crate) fn is_numbered(name: &OsStr, prefix: &str) -> bool {
    let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
    let number = number.map(|number| number.strip_suffix("-old").unwrap_or(number));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

pub(crate) fn parent(dir: &Path) -> &Path {
    dir.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
