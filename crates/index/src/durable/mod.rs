//! The directory of an index, as Tantivy uses it, with durable commits.
//!
//! Tantivy syncs the directory before it renames `meta.json`, and not after; a
//! power failure could undo an acknowledged commit. [`Storage`] syncs it again.
//! It also
//!
//! - takes the lock of the writer before the index is opened, so that the state
//!   of the directory is not stale when writing starts;
//! - seals `meta.json`, which Tantivy writes without a checksum ([`commit`]);
//! - seals every component with checksums of its blocks and its identity, and
//!   checks these, so that flipped bits and misplaced files are errors instead
//!   of wrong answers ([`seal`]);
//! - records the system's error of a failed write, which Tantivy does not
//!   always pass on ([`failures`]);
//! - lists the directory instead of using Tantivy's list of it, which costs a
//!   sync for each file and can be stale;
//! - lets readers use a read-only directory.

pub(crate) mod commit;
#[cfg(test)]
mod damage;
mod failures;
#[cfg(test)]
pub(crate) mod faults;
pub(crate) mod folders;
mod identity;
pub(crate) mod names;
mod orphans;
pub(crate) mod packed;
pub(crate) mod seal;
mod state_file;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, INDEX_WRITER_LOCK, Lock, META_LOCK, MmapDirectory,
    TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use self::failures::Failures;
pub(crate) use self::identity::IndexId;
use self::names::{MARKER, STATE_PREFIXES, aside, segment_of};
pub(crate) use self::orphans::remove_orphans;
pub(crate) use self::seal::{Checks, Identity};
pub(crate) use self::state_file::StateFile;
use crate::error::{Error, Result, copy};

/// The file that completes a commit.
pub(crate) const META: &str = "meta.json";
/// Tantivy's list of files.
const LIST: &str = ".managed.json";
/// Prefix of the names of unfinished files, also of Tantivy's.
pub(crate) const UNFINISHED: &str = ".tmp";
/// Components of up to this size in bytes are checked when they are opened, so
/// that damage is reported early. The blocks of larger ones are checked on
/// first read, as a search reads little of them.
const EAGER: usize = 1 << 20;
/// Bytes of a component that are mapped while it is checked.
const CHECKED: usize = 64 << 20;

/// Interval between two attempts of a writer to take the lock.
const NAP: Duration = Duration::from_millis(50);

/// The directory of an index.
#[derive(Clone)]
pub(crate) struct Storage {
    dir: PathBuf,
    inner: Box<dyn Directory>,
    renames: Arc<dyn Rename>,
    /// The writer's lock, until the writer takes it over.
    held: Arc<Mutex<Option<DirectoryLock>>>,
    failures: Failures,
    /// The id of the index; `None` until its `meta.json` is read or written.
    id: Arc<Mutex<Option<IndexId>>>,
    /// Components up to this size in bytes are checked when they are opened.
    eager: usize,
    /// Components are taken as whole.
    is_trusted: Arc<AtomicBool>,
}

impl Storage {
    /// Opens an existing directory.
    ///
    /// # Errors
    ///
    /// If it cannot be reached.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        // Tantivy's message would contain neither the cause nor a hint.
        std::fs::read_dir(dir).map_err(|error| unreachable(dir, error))?;
        let inner = MmapDirectory::open(dir).map_err(Error::engine)?;
        Ok(Self::over(
            dir,
            Box::new(inner),
            Arc::new(InFolder(dir.into())),
        ))
    }

    /// Opens a directory, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// If it cannot be created.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        if !dir.is_dir() {
            std::fs::create_dir_all(dir).map_err(|error| unreachable(dir, error))?;
            if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                sync_folder(parent).map_err(Error::io(parent))?;
            }
        }
        Self::open(dir)
    }

    /// Creates a storage over another kind of directory.
    pub(crate) fn over(dir: &Path, inner: Box<dyn Directory>, renames: Arc<dyn Rename>) -> Self {
        Self {
            dir: dir.into(),
            inner,
            renames,
            held: Arc::default(),
            failures: Failures::default(),
            id: Arc::default(),
            eager: EAGER,
            is_trusted: Arc::default(),
        }
    }

    /// The identity that a component has in this index.
    pub(crate) fn identity(&self, name: &Path) -> Identity {
        Identity {
            index: *self.id.lock().unwrap_or_else(PoisonError::into_inner),
            name: name.to_string_lossy().into_owned(),
        }
    }

    /// The same storage, whose components are checked only where they are read.
    pub(crate) fn lazy(&self) -> Self {
        Self {
            eager: 0,
            ..self.clone()
        }
    }

    /// Takes all components that are opened from now on as whole, here and in clones.
    pub(crate) fn trust(&self) {
        self.is_trusted.store(true, Ordering::Relaxed);
    }

    /// Maps a component and checks its seal. Its blocks are checked on first
    /// read, or at once if there are few.
    ///
    /// # Errors
    ///
    /// Invalid data if it is damaged or belongs to another file, and errors of
    /// mapping.
    pub(crate) fn component(&self, path: &Path) -> Result<Checks, OpenReadError> {
        let io = |error| OpenReadError::wrap_io_error(error, path.into());
        let handle = self.inner.get_file_handle(path)?;
        let file = handle.read_bytes(0..handle.len()).map_err(io)?;
        let identity = self.identity(path);
        match self.is_trusted.load(Ordering::Relaxed) {
            true => Checks::trusted(&file, &identity),
            false => Checks::open(&file, &identity, self.eager),
        }
        .map_err(io)
    }

    /// Checks all blocks of a component, with a part of it mapped at a time.
    ///
    /// # Errors
    ///
    /// Those of [`component`](Self::component), and invalid data if a block is damaged.
    pub(crate) fn check_component(&self, path: &Path) -> Result<(), OpenReadError> {
        let mut next = 0;
        loop {
            let checks = self.component(path)?;
            let end = checks.bytes().len().min(next + CHECKED);
            let checked = checks.check(next..end);
            checked.map_err(|error| OpenReadError::wrap_io_error(error, path.into()))?;
            if end == checks.bytes().len() {
                return Ok(());
            }
            next = end;
        }
    }

    /// The path of the directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Waits for the writer's lock, which the next writer on this storage takes
    /// over. Has no effect if it is held already.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if another process still has it after `wait`.
    pub(crate) fn lock(&self, wait: Duration) -> Result<()> {
        let deadline = Instant::now() + wait;
        let lock_file = self.dir.join(&INDEX_WRITER_LOCK.filepath);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while held.is_none() {
            let before = file_number(&lock_file);
            match self.inner.acquire_lock(&INDEX_WRITER_LOCK) {
                // Between opening and locking, `discard` may have removed it.
                Ok(lock) if before.is_some() && before == file_number(&lock_file) => {
                    *held = Some(lock);
                }
                Ok(_) => {}
                Err(LockError::LockBusy) if Instant::now() < deadline => thread::sleep(NAP),
                Err(error) => return Err(self.lock_error(&error)),
            }
        }
        Ok(())
    }

    /// Releases the writer's lock, unless a writer has taken it over.
    pub(crate) fn unlock(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Removes an index without commits, and its directory if it is empty then.
    /// Files of other writing processes stay, and failures are harmless.
    pub(crate) fn discard(self) {
        if self.lock(Duration::ZERO).is_err() || self.may_be_committed() {
            return;
        }
        let Ok(entries) = std::fs::read_dir(&self.dir) else {
            return;
        };
        // The marker first: a directory with a marker is an index. The lock
        // last, and before it the file that says that nothing is committed.
        let _ = self.delete(Path::new(MARKER));
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_last = name == META || INDEX_WRITER_LOCK.filepath.as_os_str() == name;
            if is_of_index(&name) && !is_last {
                let _ = self.delete(Path::new(&name));
            }
        }
        let _ = self.delete(Path::new(META));
        let _ = self.delete(&INDEX_WRITER_LOCK.filepath);
        let _ = std::fs::remove_dir(&self.dir);
    }

    /// The system's error of a failed write, in place of a less specific one.
    pub(crate) fn cause(&self, error: Error) -> Error {
        match error {
            Error::Engine(_) | Error::Io { .. } => self.failures.last(&self.dir).unwrap_or(error),
            other => other,
        }
    }

    /// Translates a failure to take the writer's lock.
    fn lock_error(&self, error: &LockError) -> Error {
        let lock = self.dir.join(&INDEX_WRITER_LOCK.filepath);
        match error {
            LockError::LockBusy => Error::Busy {
                dir: self.dir.clone(),
                lock,
            },
            LockError::IoError(e) => Error::io(lock)(copy(e)),
        }
    }
}

impl Storage {
    /// Returns `true` if there is a commit, or a file that may be one.
    fn may_be_committed(&self) -> bool {
        match self.atomic_read(Path::new(META)) {
            Ok(json) => !serde_json::from_slice::<serde_json::Value>(&json)
                .is_ok_and(|meta| meta.get("payload").is_none_or(serde_json::Value::is_null)),
            Err(OpenReadError::FileDoesNotExist(_)) => false,
            Err(_) => true,
        }
    }
}

/// The inode number of a file, where the system has one and allows removing
/// locked files; `None` if there is no file.
#[cfg(unix)]
fn file_number(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|m| m.ino())
}

/// Elsewhere locked files cannot be removed, so every file is the same.
#[cfg(not(unix))]
fn file_number(path: &Path) -> Option<u64> {
    path.exists().then_some(0)
}

/// Returns `true` if a file in an index's directory belongs to the index, by
/// its name.
pub(crate) fn is_of_index(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    [MARKER, META, LIST].contains(&name)
        || [MARKER, META].iter().any(|of| aside(of) == name)
        || [&INDEX_WRITER_LOCK, &META_LOCK]
            .iter()
            .any(|lock| lock.filepath.as_os_str() == name)
        || name.starts_with(UNFINISHED)
        || STATE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || segment_of(name).is_some()
}

/// Returns `true` if a file is a component of a segment, by its name.
fn is_component(path: &Path) -> bool {
    path.to_str().is_some_and(|name| segment_of(name).is_some())
}

/// The error of a directory that cannot be reached or created: perhaps it is a file, or one above
/// it is.
pub(crate) fn unreachable(dir: &Path, error: io::Error) -> Error {
    let is_file = |path: &&Path| path.exists() && !path.is_dir();
    match (error.kind(), dir.ancestors().find(is_file)) {
        (io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists, Some(path)) => {
            Error::NotADirectory { path: path.into() }
        }
        _ => Error::io(dir)(error),
    }
}

/// Makes the entries of a directory durable: names that were added, renamed,
/// removed.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    match cfg!(windows) {
        // Syncing a directory is neither needed nor possible there.
        true => Ok(()),
        false => std::fs::File::open(dir)?.sync_all(),
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// Renames a file, replacing another, in one step.
pub(crate) trait Rename: Send + Sync {
    /// Both paths are relative to the directory.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
}

struct InFolder(PathBuf);

impl Rename for InFolder {
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(self.0.join(from), self.0.join(to))
    }
}

impl Storage {
    /// The names of the files of segments.
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let name = entry?.file_name().into_string();
            names.extend(name.ok().filter(|name| segment_of(name).is_some()));
        }
        Ok(names)
    }
}

/// Distinguishes the unfinished files of this process.
static UNIQUE: AtomicU64 = AtomicU64::new(0);

impl Directory for Storage {
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        if path == Path::new(LIST) {
            return Ok(());
        }
        // Tantivy would create a file that only its owner can read.
        let unique = UNIQUE.fetch_add(1, Ordering::Relaxed);
        let unfinished = format!("{UNFINISHED}-{}-{unique}", std::process::id());
        let unfinished = Path::new(&unfinished);
        let is_meta = path == Path::new(META);
        let written = self
            .inner
            .open_write(unfinished)
            .map_err(|error| match error {
                OpenWriteError::IoError { io_error, .. } => copy(&io_error),
                other => io::Error::other(other),
            })
            .and_then(|mut file| {
                if is_meta {
                    let mut id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
                    let id = *id.get_or_insert_with(IndexId::random);
                    file.write_all(&commit::seal(data, id))?;
                } else {
                    file.write_all(data)?;
                }
                file.terminate()
            });
        let renamed = written.and_then(|()| self.renames.rename(unfinished, path));
        if let Err(error) = self.failures.hear(path, renamed) {
            // If this fails, the next writer removes the file.
            let _ = self.inner.delete(unfinished);
            return Err(error);
        }
        if is_meta {
            self.sync_directory()
        } else {
            Ok(())
        }
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        if lock.filepath == INDEX_WRITER_LOCK.filepath {
            let held = self
                .held
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(held) = held {
                return Ok(held);
            }
        }
        match self.inner.acquire_lock(lock) {
            // A read-only process cannot take this lock; proceed without it.
            Err(LockError::IoError(e))
                if lock.filepath == META_LOCK.filepath && is_read_only(&e) =>
            {
                Ok(DirectoryLock::from(Box::new(())))
            }
            other => other,
        }
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match is_component(path) {
            true => Ok(Arc::new(self.component(path)?)),
            false => self.inner.get_file_handle(path),
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let opened = self.inner.open_write(path);
        if let Err(OpenWriteError::IoError { io_error, .. }) = &opened {
            self.failures.note(path, io_error);
        }
        // Nothing was written yet, so there is nothing to flush.
        let inner = opened?
            .into_inner()
            .map_err(|error| OpenWriteError::wrap_io_error(error.into_error(), path.into()))?;
        Ok(match is_component(path) {
            true => {
                let sealing = seal::Sealing::new(inner, self.identity(path));
                self.failures.watch(path, Box::new(sealing))
            }
            false => self.failures.watch(path, inner),
        })
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let io = |e| OpenReadError::wrap_io_error(e, path.into());
        if path == Path::new(LIST) {
            let list = self.list().and_then(|list| Ok(serde_json::to_vec(&list)?));
            return list.map_err(io);
        }
        let data = self.inner.atomic_read(path)?;
        if path != Path::new(META) {
            return Ok(data);
        }
        let (json, id) = commit::unseal(&data).map_err(io)?;
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        Ok(json)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.failures
            .hear(Path::new(""), self.inner.sync_directory())
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}
