//! A directory on a disk that fails, for tests.
//!
//! [`Disk`] simulates a power failure. A file keeps the bytes that were synced
//! and perhaps some of the others. A name refers to the file of the last
//! directory sync, or to the present one.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use super::{Rename, Storage};
use crate::newsroom::Dice;

/// The operations that fail, counted from 0: of opening, writing, syncing,
/// renaming, deleting.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// One operation, with an error of this kind.
    Once(u64, io::ErrorKind),
    /// All operations from this one on, as if the machine were dead.
    From(u64),
}

/// A directory that fails.
#[derive(Clone)]
pub(crate) struct Disk {
    dir: PathBuf,
    inner: MmapDirectory,
    state: Arc<Mutex<State>>,
}

struct State {
    fault: Fault,
    operations: u64,
    has_failed: bool,
    /// The bytes written to each file, and the number of synced ones.
    files: Vec<(Vec<u8>, usize)>,
    /// The files of names now, and at the last sync.
    names: HashMap<PathBuf, usize>,
    lasting: HashMap<PathBuf, usize>,
}

impl Disk {
    /// The directory `dir` as it is, all of it synced.
    pub(crate) fn new(dir: &Path, fault: Fault) -> Self {
        let mut files = Vec::new();
        let mut names = HashMap::new();
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            names.insert(entry.file_name().into(), files.len());
            files.push((bytes.clone(), bytes.len()));
        }
        let state = State {
            fault,
            operations: 0,
            has_failed: false,
            files,
            lasting: names.clone(),
            names,
        };
        Self {
            dir: dir.into(),
            inner: MmapDirectory::open(dir).unwrap(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(crate) fn storage(&self) -> Storage {
        Storage::over(&self.dir, Box::new(self.clone()), Arc::new(self.clone()))
    }

    /// Whether the fault came.
    pub(crate) fn has_failed(&self) -> bool {
        self.state().has_failed
    }

    /// Writes a possible state after a power failure to an empty directory.
    pub(crate) fn lose_power(&self, dice: &mut Dice, to: &Path) {
        let state = self.state();
        let names: BTreeSet<_> = state.names.keys().chain(state.lasting.keys()).collect();
        for name in names {
            let stands_for = match dice.roll(2) {
                0 => state.names.get(name),
                _ => state.lasting.get(name),
            };
            if let Some(&file) = stands_for {
                let (bytes, synced) = &state.files[file];
                let kept = synced + dice.roll(bytes.len() - synced + 1);
                fs::write(to.join(name), &bytes[..kept]).unwrap();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Counts an operation, and fails if it is to fail.
    fn operation(&self) -> io::Result<()> {
        let mut state = self.state();
        let number = state.operations;
        state.operations += 1;
        let error = match state.fault {
            Fault::Once(at, kind) if at == number => io::Error::from(kind),
            Fault::From(at) if at <= number => io::Error::other("the machine is dead"),
            _ => return Ok(()),
        };
        state.has_failed = true;
        Err(error)
    }
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

impl Rename for Disk {
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operation()?;
        fs::rename(self.dir.join(from), self.dir.join(to))?;
        let mut state = self.state();
        if let Some(file) = state.names.remove(from) {
            state.names.insert(to.into(), file);
        }
        Ok(())
    }
}

/// A file that is being written.
struct Writing {
    disk: Disk,
    file: usize,
    inner: WritePtr,
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.operation()?;
        let written = self.inner.write(bytes)?;
        let content = &mut self.disk.state().files[self.file].0;
        content.extend_from_slice(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.disk.operation()?;
        // Skipped, as the machine does not really lose power; this saves most
        // of the time.
        let _ = token;
        self.inner.flush()?;
        let (content, synced) = &mut self.disk.state().files[self.file];
        *synced = content.len();
        Ok(())
    }
}

impl Directory for Disk {
    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let io = |error| OpenWriteError::wrap_io_error(error, path.into());
        self.operation().map_err(io)?;
        let inner = self.inner.open_write(path)?;
        let mut state = self.state();
        let file = state.files.len();
        state.files.push((Vec::new(), 0));
        state.names.insert(path.into(), file);
        let disk = self.clone();
        // Small files are written at once, as in Tantivy's own directory.
        Ok(io::BufWriter::new(Box::new(Writing { disk, file, inner })))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.operation().map_err(|error| DeleteError::IoError {
            io_error: Arc::new(error),
            filepath: path.into(),
        })?;
        self.inner.delete(path)?;
        self.state().names.remove(path);
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.operation()?;
        let mut state = self.state();
        state.lasting = state.names.clone();
        Ok(())
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        unreachable!("Storage writes and renames")
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}
