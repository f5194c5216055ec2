//! An open file whose reader notices when it ends early or changes.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crc32fast::Hasher;

use crate::filesystem::OpenFile;
use crate::problem::{Fault, ProblemKind};

/// Bytes per read when a file is compared with its earlier content.
const PIECE: usize = 64 << 10;

/// An open file; copies share it and its position.
///
/// A read at a position before the length that the file had when it was opened
/// never returns 0 bytes: that is an error, not the end. [`check`](Self::check)
/// decides at the end whether all that was read is of one state of the file.
#[derive(Clone)]
pub(crate) struct Guarded {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    file: Box<dyn OpenFile>,
    opened: Stamp,
    at: u64,
    /// The checksum of the first `summed` bytes, as they were read.
    sum: Hasher,
    summed: u64,
    /// Whether bytes were read that are not in the checksum.
    has_jumped: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &dyn OpenFile) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

impl Guarded {
    /// Guards a file that was just opened.
    pub fn new(file: Box<dyn OpenFile>) -> io::Result<Self> {
        let inner = Inner {
            opened: Stamp::of(&*file)?,
            file,
            at: 0,
            sum: Hasher::new(),
            summed: 0,
            has_jumped: false,
        };
        Ok(Self {
            inner: Arc::new(Mutex::new(inner)),
        })
    }

    /// Checks that all that was read is of the state that the file had when it
    /// was opened. A file that only grew since still begins with that state.
    pub fn check(&self) -> Result<(), Fault> {
        let mut inner = self.inner();
        let now = Stamp::of(&*inner.file)?;
        if now == inner.opened || now.len >= inner.opened.len && inner.only_grew()? {
            return Ok(());
        }
        Err(Fault::new(
            ProblemKind::Changed,
            "changed while it was read, so nothing of it was taken; run again",
        ))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Returns `true` if the file still begins with the bytes read.
    fn only_grew(&mut self) -> io::Result<bool> {
        if self.has_jumped {
            return Ok(false);
        }
        self.file.seek(SeekFrom::Start(0))?;
        let mut sum = Hasher::new();
        let mut left = self.summed;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            match self.file.read(&mut piece[..most]) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    sum.update(&piece[..read]);
                    left -= read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sum.finalize() == self.sum.clone().finalize())
    }
}

impl Read for Guarded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut inner = self.inner();
        let read = match inner.file.read(buffer) {
            // The file was there when it was opened.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Fault::new(ProblemKind::Changed, "vanished while it was read").into());
            }
            other => other?,
        };
        if read == 0 && !buffer.is_empty() && inner.at < inner.opened.len {
            let message = format!(
                "ended after {} of {} bytes; run again",
                inner.at, inner.opened.len
            );
            return Err(Fault::new(ProblemKind::Io, message).into());
        }
        if inner.at == inner.summed {
            inner.sum.update(&buffer[..read]);
            inner.summed += read as u64;
        } else {
            inner.has_jumped = true;
        }
        inner.at += read as u64;
        Ok(read)
    }
}

impl Seek for Guarded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut inner = self.inner();
        inner.at = inner.file.seek(to)?;
        Ok(inner.at)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    /// The result of reading all of a file while it is rewritten.
    fn checked(before: &str, after: &str) -> Result<(), ProblemKind> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, before).unwrap();
        let old = SystemTime::now() - std::time::Duration::from_secs(9);
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(old).unwrap();
        let mut guarded = Guarded::new(Box::new(File::open(&path).unwrap())).unwrap();
        let mut first = [0; 2];
        guarded.read_exact(&mut first).unwrap();
        fs::write(&path, after).unwrap();
        let mut rest = String::new();
        let read = guarded.read_to_string(&mut rest).map_err(Fault::from);
        read.and_then(|_| guarded.check())
            .map_err(|fault| fault.kind)
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_noticed() {
        for (after, expected) in [
            ("abcdef", Ok(())),
            ("abcdefgh", Ok(())),
            ("abxdef", Ok(())),
            ("xbcdef", Err(ProblemKind::Changed)),
            ("xbcdefgh", Err(ProblemKind::Changed)),
            ("abc", Err(ProblemKind::Io)),
            ("", Err(ProblemKind::Io)),
        ] {
            assert_eq!(checked("abcdef", after), expected, "{after:?}");
        }
    }
}
