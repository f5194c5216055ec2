//! The folder of an index, as Tantivy sees it: what was acknowledged lasts.
//!
//! Tantivy syncs the folder before it renames `meta.json` into place, and not
//! after; a commit that was acknowledged could be undone by a power failure.
//! [`Storage`] syncs it again. It also takes the lock of the writer before the
//! index is opened, so that what is known of the folder is not stale when
//! writing begins, and lets readers read a folder they may not write to.

#[cfg(test)]
mod faults;
mod orphans;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tantivy::TantivyError;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, FileSlice, INDEX_WRITER_LOCK, Lock, META_LOCK,
    MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

pub(crate) use self::orphans::remove_orphans;
use crate::error::{Error, Result};

/// The file that makes a commit count.
const META: &str = "meta.json";

/// How long a writer sleeps between two tries to get the lock.
const NAP: Duration = Duration::from_millis(50);

/// The folder of an index.
#[derive(Clone)]
pub(crate) struct Storage {
    dir: PathBuf,
    inner: Box<dyn Directory>,
    /// The writer's lock, until the writer takes it over.
    held: Arc<Mutex<Option<DirectoryLock>>>,
}

impl Storage {
    /// Opens a folder that exists.
    ///
    /// # Errors
    ///
    /// When it cannot be reached.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        // Tantivy's message would name neither the cause nor the way out.
        std::fs::read_dir(dir).map_err(Error::io(dir))?;
        let inner = MmapDirectory::open(dir).map_err(TantivyError::from)?;
        Ok(Self::over(dir, Box::new(inner)))
    }

    /// Opens a folder, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        if !dir.is_dir() {
            std::fs::create_dir_all(dir).map_err(Error::io(dir))?;
            if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                sync_folder(parent).map_err(Error::io(parent))?;
            }
        }
        Self::open(dir)
    }

    /// Uses a directory of another kind for a folder.
    pub(crate) fn over(dir: &Path, inner: Box<dyn Directory>) -> Self {
        Self {
            dir: dir.into(),
            inner,
            held: Arc::default(),
        }
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Waits for the writer's lock, which the next writer on this storage
    /// takes over.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when another process still has it after `wait`.
    pub(crate) fn lock(&self, wait: Duration) -> Result<()> {
        let deadline = Instant::now() + wait;
        loop {
            match self.inner.acquire_lock(&INDEX_WRITER_LOCK) {
                Ok(lock) => {
                    *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
                    return Ok(());
                }
                Err(LockError::LockBusy) if Instant::now() < deadline => thread::sleep(NAP),
                Err(error) => return Err(self.lock_error(&error)),
            }
        }
    }

    /// Says what a failure to get the writer's lock means.
    pub(crate) fn lock_error(&self, error: &LockError) -> Error {
        let lock = self.dir.join(&INDEX_WRITER_LOCK.filepath);
        match error {
            LockError::LockBusy => Error::Busy {
                dir: self.dir.clone(),
                lock,
            },
            LockError::IoError(e) => Error::io(lock)(io::Error::new(e.kind(), e.to_string())),
        }
    }
}

/// Makes the entries of a folder last: names that were added, renamed, removed.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    match cfg!(windows) {
        // There, it is neither needed nor possible.
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

impl Directory for Storage {
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.inner.atomic_write(path, data)?;
        // Only the commit has to last; the list of files is written for each
        // of them, and orphans are found without it.
        if path == Path::new(META) {
            self.inner.sync_directory()
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
            // Who may not write here cannot hold off those who may.
            Err(LockError::IoError(e))
                if lock.filepath == META_LOCK.filepath && is_read_only(&e) =>
            {
                Ok(DirectoryLock::from(Box::new(())))
            }
            other => other,
        }
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn open_read(&self, path: &Path) -> Result<FileSlice, OpenReadError> {
        self.inner.open_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.inner.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
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
