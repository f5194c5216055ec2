//! The system's errors of writing.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::{AntiCallToken, TerminatingWrite, WritePtr};

use crate::error::Error;

/// Remembers the last failure.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<Mutex<Option<Failure>>>);

struct Failure {
    path: PathBuf,
    kind: io::ErrorKind,
    message: String,
}

impl Failures {
    /// The last failure, of a file in `dir`.
    pub(super) fn last(&self, dir: &Path) -> Option<Error> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = last.as_ref()?;
        let source = io::Error::new(failure.kind, failure.message.clone());
        // Names of unfinished files are meaningless to users.
        let path = match failure.path.extension() {
            Some(_) => dir.join(&failure.path),
            None => dir.into(),
        };
        Some(Error::io(path)(source))
    }

    /// Remembers a failure.
    pub(super) fn note(&self, path: &Path, error: &io::Error) {
        let failure = Failure {
            path: path.into(),
            kind: error.kind(),
            message: error.to_string(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    /// Remembers the failure in a result, if it is one.
    pub(super) fn hear<T>(&self, path: &Path, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| self.note(path, error))
    }

    /// Remembers the failures of writing to a file.
    pub(super) fn watch(
        &self,
        path: &Path,
        inner: Box<dyn TerminatingWrite + Send + Sync>,
    ) -> WritePtr {
        io::BufWriter::new(Box::new(Watched {
            inner,
            path: path.into(),
            failures: self.clone(),
        }))
    }
}

struct Watched {
    inner: Box<dyn TerminatingWrite + Send + Sync>,
    path: PathBuf,
    failures: Failures,
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        self.failures.hear(&self.path, written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.failures.hear(&self.path, flushed)
    }
}

impl TerminatingWrite for Watched {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        let ended = self.inner.terminate_ref(token);
        self.failures.hear(&self.path, ended)
    }
}
