//! The directory of an index's alerts, and its files.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The directory with the saved searches and the marks of an index: next to that of the index, so
/// that a restored or rebuilt index keeps them. Its name begins with a dot, so that no walk takes
/// its files for articles.
///
/// ```
/// use std::path::Path;
/// use timbao_alerts::directory;
///
/// assert_eq!(directory(".timbao"), Path::new(".timbao-alerts"));
/// assert_eq!(directory("/srv/bao/index"), Path::new("/srv/bao/.index-alerts"));
/// ```
pub fn directory(index: impl AsRef<Path>) -> PathBuf {
    let index = index.as_ref();
    // Links and `..` have no name to derive that of a sibling from.
    let named = match index.file_name() {
        Some(_) => index.to_owned(),
        None => index.canonicalize().unwrap_or_else(|_| index.to_owned()),
    };
    let name = named.file_name().unwrap_or_default().to_string_lossy();
    named.with_file_name(format!(".{}-alerts", name.trim_start_matches('.')))
}

/// The lock of a directory. Others wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "holds the lock")] File);

/// Creates a directory and waits for its lock.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn lock(dir: &Path) -> Result<Lock> {
    fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
    let path = dir.join("lock");
    let locked = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .and_then(|file| file.lock().map(|()| file));
    locked.map(Lock).map_err(|error| failed(&path, &error))
}

/// Reads a file; `None` if there is none.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Replaces a file in one step: after a crash it has the old content or the new one.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| sync(path.parent()));
    written.map_err(|error| failed(path, &error))
}

/// Makes the names of a directory durable.
fn sync(dir: Option<&Path>) -> std::io::Result<()> {
    match dir {
        Some(dir) if !cfg!(windows) => File::open(dir)?.sync_all(),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
