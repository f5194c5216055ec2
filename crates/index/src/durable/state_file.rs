//! The files that the payload of a commit refers to: manifest and journal.
//!
//! Each is written and synced before the commit, under a name that is the hash of
//! its content, so that a commit and its files cannot disagree.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::directory::error::{OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, TerminatingWrite};

use super::Storage;
use crate::error::{Error, Result, copy, damaged, is_refusal};

/// Hexadecimal digits of the hash in the name of a file.
const NAME_DIGITS: usize = 24;

/// A file that a payload refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
}

impl StateFile {
    /// The file with a content, wherever it is.
    fn of(prefix: &str, bytes: &[u8]) -> Self {
        let hash = blake3::hash(bytes).to_hex();
        Self {
            name: format!("{prefix}{}", &hash[..NAME_DIGITS]),
            bytes: bytes.len() as u64,
            blake3: hash.to_string(),
        }
    }

    /// Writes and syncs a file, in place of one of the same name.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn write(storage: &Storage, prefix: &str, bytes: &[u8]) -> Result<Self> {
        let file = Self::of(prefix, bytes);
        let name = Path::new(&file.name);
        let io = |error| Error::io(storage.dir().join(name))(error);
        match storage.open_write(name) {
            Ok(mut out) => {
                out.write_all(bytes).map_err(io)?;
                out.terminate().map_err(io)?;
            }
            // A failed run may have left a part of it, or all of it without a sync.
            Err(OpenWriteError::FileAlreadyExists(_)) => {
                storage.atomic_write(name, bytes).map_err(io)?;
            }
            Err(OpenWriteError::IoError { io_error, .. }) => return Err(io(copy(&io_error))),
        }
        Ok(file)
    }

    /// Reads and verifies the file; `what` is its kind, for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or its bytes changed.
    pub(crate) fn read(&self, storage: &dyn Directory, what: &str) -> Result<Vec<u8>> {
        let name = &self.name;
        let bytes = match storage.atomic_read(Path::new(name)) {
            Ok(bytes) => bytes,
            Err(OpenReadError::FileDoesNotExist(_)) => {
                return Err(damaged(format!("{what} {name} is missing")));
            }
            Err(OpenReadError::IoError { io_error, .. }) if is_refusal(&io_error) => {
                return Err(Error::io(name)(copy(&io_error)));
            }
            Err(error) => return Err(damaged(format!("{what} {name}: {error}"))),
        };
        self.verify(&bytes, what)?;
        Ok(bytes)
    }

    /// Checks that the bytes are those of the file.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if they are not.
    pub(crate) fn verify(&self, bytes: &[u8], what: &str) -> Result<()> {
        let hash = blake3::hash(bytes).to_hex();
        if bytes.len() as u64 != self.bytes || hash.as_str() != self.blake3 {
            return Err(damaged(format!("{what} {} fails its checksum", self.name)));
        }
        Ok(())
    }

    /// Returns `true` if a file with these bytes has this name.
    pub(crate) fn is_named(name: &str, prefix: &str, bytes: &[u8]) -> bool {
        Self::of(prefix, bytes).name == name
    }
}
