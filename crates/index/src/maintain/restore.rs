//! Restores an index from a backup.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path};
use std::time::Duration;

use super::backup::{BackupReport, MAGIC};
use super::verify::verify;
use crate::durable::folders::{parent, remove_index, remove_stale, replace};
use crate::durable::names::{MARKER, aside};
use crate::durable::{META, Storage, sync_folder, unreachable};
use crate::error::{Error, Result};
use crate::schema::INDEX_VERSION;
use crate::update::unmarked;

/// Longer headers are invalid.
const LONGEST_HEADER: u64 = 64 << 20;

/// Maximum time to wait for a writer to the replaced index.
const WAIT: Duration = Duration::from_secs(10);

/// Unpacks a backup to a directory, which must be empty or missing, unless
/// `overwrite` is set and it contains an index. The backup and the unpacked
/// index are verified before anything is replaced.
///
/// # Errors
///
/// [`Error::NoSource`] if there is no such file, [`Error::BadBackup`] if it is no backup, damaged or
/// of another version, [`Error::Occupied`] if the directory is not empty, [`Error::NotADirectory`] if
/// it is a file, [`Error::Busy`] if a writer is open for the index there, and [`Error::Io`]. The
/// directory is unchanged then.
pub fn restore(
    file: impl AsRef<Path>,
    dir: impl AsRef<Path>,
    overwrite: bool,
) -> Result<BackupReport> {
    let (file, dir) = (file.as_ref(), dir.as_ref());
    let is_occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    let is_index = has_index(dir);
    if dir.exists() && !dir.is_dir() {
        return Err(Error::NotADirectory { path: dir.into() });
    }
    if is_occupied && !(overwrite && is_index) {
        return Err(Error::Occupied { dir: dir.into() });
    }
    check(file)?;
    // Paths such as `..` and links have no name to derive that of a sibling
    // from.
    let dir = &dir
        .canonicalize()
        .or_else(|_| std::path::absolute(dir))
        .map_err(Error::io(dir))?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}.restoring-");
    remove_stale(dir, &prefix);
    let fresh = dir.with_file_name(format!("{prefix}{}", std::process::id()));
    let unpacked = create(&fresh).and_then(|lock| {
        let report = unpack(file, &fresh)?;
        let checked = verify(&fresh, false)?;
        match checked.faults.first() {
            Some(fault) => Err(bad(file, &fault.to_string())),
            None => Ok((report, lock)),
        }
    });
    let placed = unpacked.and_then(|(report, _lock)| {
        put_in_place(&fresh, dir, is_index)?;
        Ok(report)
    });
    if placed.is_err() {
        // After an exchange, the directory may contain other files.
        let _ = remove_index(&fresh, None);
    }
    placed
}

/// Checks the hash of a whole backup.
fn check(path: &Path) -> Result<()> {
    let mut file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoSource { path: path.into() },
        _ => Error::io(path)(error),
    })?;
    let mut begin = vec![0; MAGIC.len()];
    if file.read_exact(&mut begin).is_err() || begin != MAGIC {
        return Err(bad(path, "not a backup of an index, or of another version"));
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
        Ok(false) => Err(bad(path, "checksum mismatch")),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Err(bad(path, "truncated")),
        Err(e) => Err(Error::io(path)(e)),
    }
}

/// Creates a directory and takes the lock of a writer there, by which other
/// runs know that it is in use.
fn create(fresh: &Path) -> Result<Storage> {
    let parent = parent(fresh);
    fs::create_dir_all(parent).map_err(|error| unreachable(parent, error))?;
    fs::create_dir(fresh).map_err(Error::io(fresh))?;
    let storage = Storage::open(fresh)?;
    storage.lock(Duration::ZERO)?;
    Ok(storage)
}

fn unpack(path: &Path, fresh: &Path) -> Result<BackupReport> {
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
        serde_json::from_slice(&header).map_err(|e| bad(path, &format!("header: {e}")))?;
    if report.index_version != INDEX_VERSION {
        let found = report.index_version;
        let reason = format!("it has version {found}, but this program reads {INDEX_VERSION}");
        return Err(bad(path, &reason));
    }
    for (name, len) in &report.files {
        let mut parts = Path::new(name).components();
        let is_plain = matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        );
        if !is_plain {
            return Err(bad(path, &format!("invalid file name {name:?}")));
        }
        let target = fresh.join(name);
        let mut out = File::create_new(&target).map_err(Error::io(&target))?;
        let copied =
            io::copy(&mut input.by_ref().take(*len), &mut out).map_err(Error::io(&target))?;
        if copied != *len {
            return Err(bad(path, "truncated"));
        }
        out.sync_all().map_err(Error::io(&target))?;
    }
    sync_folder(fresh).map_err(Error::io(fresh))?;
    Ok(report)
}

/// Returns `true` if a directory has an index, even one whose version is lost or that a repair was
/// interrupted in.
fn has_index(dir: &Path) -> bool {
    [MARKER.to_owned(), aside(META)]
        .iter()
        .any(|name| dir.join(name).exists())
        || matches!(unmarked(dir), Ok(Error::OtherVersion { .. }))
}

/// Replaces an existing directory by the new index, and removes the old index.
/// Other files stay.
fn put_in_place(fresh: &Path, dir: &Path, is_index: bool) -> Result<()> {
    let parent = parent(dir);
    if !is_index {
        if dir.exists() {
            fs::remove_dir(dir).map_err(Error::io(dir))?;
        }
        fs::rename(fresh, dir).map_err(Error::io(dir))?;
        return sync_folder(parent).map_err(Error::io(parent));
    }
    // No other process may write to the replaced index.
    let storage = Storage::open(dir)?;
    storage.lock(WAIT)?;
    replace(fresh, dir)
}

fn bad(path: &Path, reason: &str) -> Error {
    Error::BadBackup {
        path: path.into(),
        reason: reason.to_owned(),
    }
}
