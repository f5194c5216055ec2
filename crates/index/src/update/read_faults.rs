//! A file system that fails to read, for tests.

use std::fs::Metadata;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use timbao_articles::{FileSystem, FolderEntry, OpenFile, SystemFiles};

/// Error numbers on Linux.
pub(crate) const ERRORS: [(&str, i32); 10] = [
    ("ENOENT", 2),
    ("EIO", 5),
    ("ENOMEM", 12),
    ("EACCES", 13),
    ("ENODEV", 19),
    ("EINVAL", 22),
    ("ENFILE", 23),
    ("EMFILE", 24),
    ("ETIMEDOUT", 110),
    ("ESTALE", 116),
];

/// The fault of a call.
#[derive(Clone)]
pub(crate) enum Trouble {
    /// The call fails with this error number.
    Error(i32),
    /// If it reads, it reads one byte.
    Short,
    /// If it reads, it reads nothing, as at the end of the file.
    Ended,
    /// The file is changed before it.
    Change(Arc<dyn Fn(&Path) + Send + Sync>),
    /// The run is interrupted before it.
    Interrupt(Arc<dyn Fn() + Send + Sync>),
}

impl std::fmt::Debug for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Error(number) => write!(f, "error {number}"),
            Self::Short => f.write_str("short read"),
            Self::Ended => f.write_str("early end"),
            Self::Change(_) => f.write_str("change"),
            Self::Interrupt(_) => f.write_str("interrupt"),
        }
    }
}

/// The calls that fail, counted from 0: of opening, reading, file metadata and
/// listing.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) trouble: Trouble,
}

/// The system's files, some calls of which are troubled.
#[derive(Debug, Clone)]
pub(crate) struct Flaky {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    troubled: u64,
}

impl Flaky {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            faults,
            state: Arc::default(),
        }
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Whether there was trouble.
    pub(crate) fn was_troubled(&self) -> bool {
        self.state().troubled > 0
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Counts a call, and decides what happens to it.
    fn call(&self, path: &Path, reads: bool) -> io::Result<Option<Trouble>> {
        let mut state = self.state();
        let number = state.calls;
        state.calls += 1;
        let Faults {
            first,
            count,
            trouble,
        } = &self.faults;
        if !(*first..first + count).contains(&number) {
            return Ok(None);
        }
        match trouble {
            Trouble::Error(number) => {
                state.troubled += 1;
                return Err(io::Error::from_raw_os_error(*number));
            }
            Trouble::Short | Trouble::Ended if !reads => return Ok(None),
            Trouble::Short | Trouble::Ended => {}
            Trouble::Change(change) if path.is_file() => change(path),
            Trouble::Change(_) => return Ok(None),
            Trouble::Interrupt(interrupt) => interrupt(),
        }
        state.troubled += 1;
        Ok(Some(trouble.clone()))
    }
}

impl FileSystem for Flaky {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        self.call(path, false)?;
        Ok(Box::new(FlakyFile {
            files: self.clone(),
            path: path.to_owned(),
            inner: SystemFiles.open(path)?,
        }))
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.call(path, false)?;
        SystemFiles.metadata(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<FolderEntry>> {
        self.call(directory, false)?;
        SystemFiles.list(directory)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.call(path, false)?;
        SystemFiles.canonicalize(path)
    }
}

struct FlakyFile {
    files: Flaky,
    path: PathBuf,
    inner: Box<dyn OpenFile>,
}

impl Read for FlakyFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = match self.files.call(&self.path, true)? {
            Some(Trouble::Short) => buffer.len().min(1),
            Some(Trouble::Ended) => 0,
            _ => buffer.len(),
        };
        self.inner.read(&mut buffer[..most])
    }
}

impl Seek for FlakyFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl OpenFile for FlakyFile {
    fn metadata(&self) -> io::Result<Metadata> {
        self.files.call(&self.path, false)?;
        self.inner.metadata()
    }
}
