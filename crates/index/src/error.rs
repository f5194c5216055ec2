//! What can go wrong with an index.

use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::{OpenReadError, OpenWriteError};

/// An error of this crate: what went wrong, where, and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no index in the folder.
    #[error("there is no index at {}", .dir.display())]
    NoIndex {
        /// The folder that was named.
        dir: PathBuf,
    },
    /// The index was written by another version.
    #[error("the index at {} has version {found}, and this program reads version {}", .dir.display(), crate::INDEX_VERSION)]
    OtherVersion {
        /// The index's folder.
        dir: PathBuf,
        /// The version it was written with.
        found: String,
    },
    /// Another process is writing to the index.
    #[error("another process is writing to the index at {} and holds {}; wait until it is done", .dir.display(), .lock.display())]
    Busy {
        /// The index's folder.
        dir: PathBuf,
        /// The file that it has locked.
        lock: PathBuf,
    },
    /// There is nothing at a path that was named as a source.
    #[error("there is no file or folder at {}", .path.display())]
    NoSource {
        /// The path that was named.
        path: PathBuf,
    },
    /// The index remembers no sources.
    #[error("the index at {} has no sources yet; name the files and folders to index", .dir.display())]
    NoSources {
        /// The index's folder.
        dir: PathBuf,
    },
    /// A source is gone, or most of it, which may be a disk that is not
    /// mounted.
    #[error("{} is gone, or most of it: {articles} of its {had} articles would be removed; mount its disk, or allow it to vanish", .path.display())]
    Vanished {
        /// The source.
        path: PathBuf,
        /// How many articles would be removed.
        articles: u64,
        /// How many articles of it there are.
        had: u64,
    },
    /// A folder that a backup was to be restored into holds something.
    #[error("{} is not empty; restore into another folder, or allow its index to be overwritten", .dir.display())]
    Occupied {
        /// The folder.
        dir: PathBuf,
    },
    /// Something could not be read, and nothing was to be left out.
    #[error("{0}")]
    Unreadable(timbao_articles::Problem),
    /// A file of the index is damaged.
    #[error("the index is damaged: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
    /// The time that was given for a search is over.
    #[error("the search was cut off: it took longer than it was allowed to")]
    OutOfTime,
    /// The operating system refused something.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Tantivy reports an error of another kind.
    #[error("the index reports: {0}")]
    Engine(TantivyError),
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Says which file an input or output error is about.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

impl From<timbao_views::Error> for Error {
    fn from(error: timbao_views::Error) -> Self {
        match error {
            timbao_views::Error::Engine(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(other) => Self::Damaged {
                    reason: other.to_string(),
                },
            },
            timbao_views::Error::Damaged(reason) => Self::Damaged {
                reason: reason.to_owned(),
            },
            other => Self::Damaged {
                reason: other.to_string(),
            },
        }
    }
}

impl From<Error> for timbao_views::Error {
    fn from(error: Error) -> Self {
        Self::Engine(Box::new(error))
    }
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        let io = |path: &Path, source: &io::Error| Self::Io {
            path: path.into(),
            source: io::Error::new(source.kind(), source.to_string()),
        };
        match &error {
            TantivyError::DataCorruption(damage) => Self::Damaged {
                reason: format!("{damage:?}"),
            },
            TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(path)) => Self::Damaged {
                reason: format!("{} is missing", path.display()),
            },
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath })
                if io_error.kind() == io::ErrorKind::InvalidData =>
            {
                Self::Damaged {
                    reason: format!("{}: {io_error}", filepath.display()),
                }
            }
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath }) => {
                io(filepath, io_error)
            }
            TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, filepath }) => {
                io(filepath, io_error)
            }
            _ => Self::Engine(error),
        }
    }
}
