//! An index out of a backup.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path};
use std::time::Duration;

use super::backup::{BackupReport, MAGIC};
use super::verify::verify;
use crate::durable::{Storage, sync_folder};
use crate::error::{Error, Result};
use crate::schema::INDEX_VERSION;

/// A header of more bytes is none.
const LONGEST_HEADER: u64 = 64 << 20;

/// Unpacks a backup into a folder, which must be empty or not there, unless
/// `overwrite` is set and it holds an index. The backup and what is unpacked
/// are checked before anything is put in place.
///
/// # Errors
///
/// [`Error::Damaged`] when the backup is not what was written,
/// [`Error::OtherVersion`] when another version wrote it, [`Error::Occupied`]
/// when the folder holds something, [`Error::Busy`] when a process writes to
/// the index there, and [`Error::Io`]. The folder is as it was then.
pub fn restore(file: &Path, dir: &Path, overwrite: bool) -> Result<BackupReport> {
    let is_occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    let is_index = dir.join(crate::store::MARKER).exists();
    if dir.exists() && !dir.is_dir() || is_occupied && !(overwrite && is_index) {
        return Err(Error::Occupied { dir: dir.into() });
    }
    check(file)?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let aside = |what: &str| dir.with_file_name(format!("{name}.{what}-{}", std::process::id()));
    let (fresh, old) = (aside("restoring"), aside("replaced"));
    let unpacked = unpack(file, dir, &fresh).and_then(|report| {
        let checked = verify(&fresh, false)?;
        match checked.faults.first() {
            Some(fault) => Err(damaged(file, &fault.to_string())),
            None => Ok(report),
        }
    });
    let placed = unpacked.and_then(|report| put_in_place(&fresh, dir, &old).map(|()| report));
    if placed.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    placed
}

/// Checks the hash of a whole backup.
fn check(path: &Path) -> Result<()> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let mut begin = vec![0; MAGIC.len()];
    if file.read_exact(&mut begin).is_err() || begin != MAGIC {
        return Err(damaged(
            path,
            "it is no backup of an index, or of another version",
        ));
    }
    let mut hashed = || -> io::Result<bool> {
        let end = file
            .seek(SeekFrom::End(0))?
            .saturating_sub(blake3::OUT_LEN as u64);
        file.seek(SeekFrom::Start(0))?;
        let mut hasher = blake3::Hasher::new();
        io::copy(&mut file.by_ref().take(end), &mut hasher)?;
        let mut hash = [0; blake3::OUT_LEN];
        file.read_exact(&mut hash)?;
        Ok(hasher.finalize() == hash)
    };
    match hashed() {
        Ok(true) => Ok(()),
        Ok(false) => Err(damaged(path, "its checksum does not fit")),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(damaged(path, "it is cut short")),
        Err(e) => Err(Error::io(path)(e)),
    }
}

fn unpack(path: &Path, dir: &Path, fresh: &Path) -> Result<BackupReport> {
    let file = File::open(path).map_err(Error::io(path))?;
    let mut input = BufReader::new(file);
    let io = |e| Error::io(path)(e);
    input
        .seek(SeekFrom::Start(MAGIC.len() as u64))
        .map_err(io)?;
    let mut word = [0; 8];
    input.read_exact(&mut word).map_err(io)?;
    let len = u64::from_le_bytes(word);
    let mut header = Vec::new();
    input
        .by_ref()
        .take(len.min(LONGEST_HEADER))
        .read_to_end(&mut header)
        .map_err(io)?;
    let report: BackupReport =
        serde_json::from_slice(&header).map_err(|e| damaged(path, &format!("its header: {e}")))?;
    if report.index_version != INDEX_VERSION {
        let found = report.index_version.to_string();
        return Err(Error::OtherVersion {
            dir: path.into(),
            found,
        });
    }
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
    }
    fs::create_dir(fresh).map_err(Error::io(fresh))?;
    for (name, len) in &report.files {
        let mut parts = Path::new(name).components();
        let is_plain = matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        );
        if !is_plain {
            return Err(damaged(path, &format!("it names a file {name:?}")));
        }
        let target = fresh.join(name);
        let mut out = File::create_new(&target).map_err(Error::io(&target))?;
        let copied =
            io::copy(&mut input.by_ref().take(*len), &mut out).map_err(Error::io(&target))?;
        if copied != *len {
            return Err(damaged(path, "it is cut short"));
        }
        out.sync_all().map_err(Error::io(&target))?;
    }
    sync_folder(fresh).map_err(Error::io(fresh))?;
    Ok(report)
}

/// Moves the new index to its place, and the old one out of it.
fn put_in_place(fresh: &Path, dir: &Path, old: &Path) -> Result<()> {
    let parent = dir
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let is_index = dir.join(crate::store::MARKER).exists();
    if is_index {
        // No process may be writing to what is replaced.
        let storage = Storage::open(dir)?;
        storage.lock(Duration::from_secs(10))?;
        fs::rename(dir, old).map_err(Error::io(dir))?;
    } else if dir.exists() {
        fs::remove_dir(dir).map_err(Error::io(dir))?;
    }
    if let Err(error) = fs::rename(fresh, dir) {
        if is_index {
            fs::rename(old, dir).map_err(Error::io(old))?;
        }
        return Err(Error::io(dir)(error));
    }
    sync_folder(parent).map_err(Error::io(parent))?;
    if is_index {
        fs::remove_dir_all(old).map_err(Error::io(old))?;
    }
    Ok(())
}

fn damaged(path: &Path, reason: &str) -> Error {
    Error::Damaged {
        reason: format!("{}: {reason}", path.display()),
    }
}
