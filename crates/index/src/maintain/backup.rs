//! Backups: one file with a snapshot of an index.
//!
//! Layout: [`MAGIC`]; the length of a JSON header (8 bytes, little-endian); the
//! header, which lists the files with their lengths; the contents of the files;
//! the BLAKE3 hash of all that (32 bytes).

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::TantivyError;
use tantivy::directory::{Directory, META_LOCK};

use super::verify::verify;
use crate::durable::folders::{is_numbered, parent};
use crate::durable::names::MARKER;
use crate::durable::names::files_of;
use crate::durable::{Identity, META, seal, sync_folder, unreachable};
use crate::error::{Error, Result};
use crate::schema::INDEX_VERSION;
use crate::store::Index;
use crate::update::Payload;

/// The first bytes of a backup.
pub(super) const MAGIC: &[u8] = b"timbao backup 1\n";

/// Suffix of the name of an unfinished backup, before a number.
const UNFINISHED: &str = ".unfinished-";

/// Maximum number of attempts to open the files of a commit while writers
/// replace them.
const TRIES: usize = 100;

/// The contents of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReport {
    /// The version of the index.
    pub index_version: u32,
    /// Articles in it.
    pub articles: u64,
    /// Files and their lengths in bytes.
    pub files: Vec<(String, u64)>,
}

impl BackupReport {
    /// The length of all files in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, len)| len).sum()
    }
}

/// Writes a snapshot of the last commit of an index to one file, while searches
/// and updates continue. An existing file is replaced when the new one is
/// complete. An index that fails verification is not backed up.
///
/// # Errors
///
/// The errors of [`Index::open`], [`Error::Damaged`] if the index is damaged, [`Error::NoSource`] or
/// [`Error::NotADirectory`] if the directory of the file does not exist, and [`Error::Io`] if the
/// file cannot be written. An existing file is unchanged then.
pub fn backup(dir: impl AsRef<Path>, file: impl AsRef<Path>) -> Result<BackupReport> {
    let (dir, file) = (dir.as_ref(), file.as_ref());
    let directory = parent(file);
    check_directory(directory)?;
    let (report, files) = snapshot(&Index::open(dir)?)?;
    if let Some(fault) = verify(dir, false)?.faults.first() {
        return Err(Error::Damaged {
            reason: fault.to_string(),
        });
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}{UNFINISHED}");
    remove_stale(file, &prefix);
    let unfinished = file.with_file_name(format!("{prefix}{}", std::process::id()));
    let written = write(&unfinished, &report, files).and_then(|_locked| {
        std::fs::rename(&unfinished, file).map_err(Error::io(file))?;
        sync_folder(directory).map_err(Error::io(directory))
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    match written {
        Ok(()) => Ok(report),
        // Report the name that the caller knows.
        Err(Error::Io { path, source }) if path == unfinished => Err(Error::io(file)(source)),
        Err(error) => Err(error),
    }
}

/// Checks that the directory of a backup exists.
fn check_directory(directory: &Path) -> Result<()> {
    match std::fs::metadata(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoSource {
            path: directory.into(),
        }),
        Err(error) => Err(unreachable(directory, error)),
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => {
            let path = directory.into();
            Err(Error::NotADirectory { path })
        }
    }
}

/// Removes the files that killed backups to the same file left. A backup that is
/// still being written is locked by its writer.
fn remove_stale(file: &Path, prefix: &str) {
    let entries = std::fs::read_dir(parent(file));
    // Errors are ignored, as the new backup is complete.
    for entry in entries.into_iter().flatten().flatten() {
        let is_unfinished = is_numbered(&entry.file_name(), prefix);
        let path = entry.path();
        if is_unfinished && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// An open file of an index.
struct Opened {
    path: PathBuf,
    file: File,
    /// The identity of a component, which ends with its seal.
    identity: Option<Identity>,
}

/// Opens all files of the last commit. A writer may remove them afterwards.
fn snapshot(index: &Index) -> Result<(BackupReport, Vec<Opened>)> {
    let path = index.dir().join(META);
    let meta = || std::fs::read(&path).map_err(Error::io(&path));
    for _ in 1..TRIES {
        let before = meta()?;
        let opened = open_all(index);
        // A writer may have committed since the files were listed.
        if before == meta()? {
            return opened;
        }
    }
    open_all(index)
}

fn open_all(index: &Index) -> Result<(BackupReport, Vec<Opened>)> {
    // Files are only removed under this lock.
    let _lock = index
        .storage
        .acquire_lock(&META_LOCK)
        .map_err(|error| TantivyError::LockFailure(error, None))
        .map_err(Error::engine)?;
    let meta = index.engine.load_metas().map_err(Error::engine)?;
    let payload = Payload::of(&index.engine)?;
    let mut names = vec![(MARKER.to_owned(), None), (META.to_owned(), None)];
    let files = payload.iter().flat_map(Payload::files);
    names.extend(files.map(|file| (file.name.clone(), None)));
    names.extend(meta.segments.iter().flat_map(files_of).map(|name| {
        let identity = index.storage.identity(Path::new(&name));
        (name, Some(identity))
    }));
    let mut report = BackupReport {
        index_version: INDEX_VERSION,
        articles: meta
            .segments
            .iter()
            .map(|segment| u64::from(segment.num_docs()))
            .sum(),
        files: Vec::new(),
    };
    let mut files = Vec::new();
    for (name, identity) in names {
        let path = index.dir().join(&name);
        let file = File::open(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Error::Damaged {
                reason: format!("{name} is missing"),
            },
            _ => Error::io(&path)(e),
        })?;
        let len = file.metadata().map_err(Error::io(&path))?.len();
        report.files.push((name, len));
        files.push(Opened {
            path,
            file,
            identity,
        });
    }
    Ok((report, files))
}

/// Writes a backup; returns the open file, which is locked.
fn write(path: &Path, report: &BackupReport, files: Vec<Opened>) -> Result<File> {
    let out = File::create_new(path).map_err(Error::io(path))?;
    // Distinguishes it from those that killed backups left. Where files cannot
    // be locked, those stay.
    let _ = out.try_lock();
    let mut out = Hashed {
        hasher: blake3::Hasher::new(),
        out: BufWriter::new(out),
    };
    // Plain strings and numbers always serialize.
    let header = serde_json::to_vec(report).unwrap_or_default();
    out.write_all(MAGIC).map_err(Error::io(path))?;
    out.write_all(&(header.len() as u64).to_le_bytes())
        .map_err(Error::io(path))?;
    out.write_all(&header).map_err(Error::io(path))?;
    for (mut opened, (name, len)) in files.into_iter().zip(&report.files) {
        if let Some(identity) = &opened.identity {
            seal::check(&mut opened.file, identity).map_err(|e| match e.kind() {
                io::ErrorKind::InvalidData => Error::Damaged {
                    reason: format!("{name}: {e}"),
                },
                _ => Error::io(&opened.path)(e),
            })?;
            opened
                .file
                .seek(SeekFrom::Start(0))
                .map_err(Error::io(&opened.path))?;
        }
        let copied = io::copy(&mut opened.file.take(*len), &mut out).map_err(Error::io(path))?;
        if copied != *len {
            return Err(Error::Damaged {
                reason: format!("{name} changed while it was copied"),
            });
        }
    }
    let Hashed { hasher, mut out } = out;
    let finish = || -> io::Result<File> {
        out.write_all(hasher.finalize().as_bytes())?;
        let file = out.into_inner()?;
        file.sync_all()?;
        Ok(file)
    };
    finish().map_err(Error::io(path))
}

/// Hashes the bytes written through it.
struct Hashed {
    hasher: blake3::Hasher,
    out: BufWriter<File>,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
