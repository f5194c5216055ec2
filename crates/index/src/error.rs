//! Errors, each with a way out where one is known.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::META_LOCK;
use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};

/// An error of this crate: the defect, where it is, and a [hint](Self::hint).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no index in the directory.
    #[error("there is no index at {}", .dir.display())]
    NoIndex {
        /// The directory that was named.
        dir: PathBuf,
    },
    /// The index was written by another version.
    #[error("the index at {} has version {found}, but this program reads version {}", .dir.display(), crate::INDEX_VERSION)]
    OtherVersion {
        /// The index's directory.
        dir: PathBuf,
        /// The version it was written with.
        found: String,
    },
    /// Another process is writing to the index.
    #[error("another process is writing to the index at {} and has locked {}", .dir.display(), .lock.display())]
    Busy {
        /// The index's directory.
        dir: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
    /// A path given as a source does not exist.
    #[error("there is no file or directory at {}", .path.display())]
    NoSource {
        /// The given path.
        path: PathBuf,
    },
    /// An article's address was used with a searcher of another view.
    #[error("the address belongs to another view of the index")]
    OtherView,
    /// The index was filled in another way: by [`update`](crate::update), or by an
    /// [`ArticleWriter`](crate::ArticleWriter).
    #[error("the index at {} was filled by {owner}", .dir.display())]
    OtherOwner {
        /// The index's directory.
        dir: PathBuf,
        /// The author of its articles.
        owner: Owner,
    },
    /// The index does not have sources.
    #[error("the index at {} has no sources yet", .dir.display())]
    NoSources {
        /// The index's directory.
        dir: PathBuf,
    },
    /// A source, or most of it, is missing, perhaps because a disk is not
    /// mounted, and errors were not to be skipped.
    #[error("{0}")]
    Vanished(timbao_articles::changes::Vanished),
    /// A given path is inside the directory of the index.
    #[error("{} is inside the directory of the index at {}", .path.display(), .dir.display())]
    InsideIndex {
        /// The given path.
        path: PathBuf,
        /// The index's directory.
        dir: PathBuf,
    },
    /// A path to forget exists, but is not indexed.
    #[error("{} is not indexed: it is not in any indexed file or directory", .path.display())]
    NotIndexed {
        /// The given path.
        path: PathBuf,
    },
    /// A path to forget is an entry of a file.
    #[error("{} is inside {}, and the articles of a file are forgotten together", .path.display(), .file.display())]
    InsideFile {
        /// The given path.
        path: PathBuf,
        /// The file.
        file: PathBuf,
    },
    /// An index cannot be rebuilt, because a file is unreadable and its articles
    /// are in a damaged part of the index.
    #[error(
        "{path}: unreadable now ({reason}), and its articles are in a damaged part of the index"
    )]
    Irreplaceable {
        /// The file or directory that cannot be read.
        path: String,
        /// The reason it cannot be read.
        reason: String,
    },
    /// A directory that a backup was to be restored into is not empty.
    #[error("{} is not empty", .dir.display())]
    Occupied {
        /// The directory.
        dir: PathBuf,
    },
    /// A file could not be read, and the update was strict.
    #[error("{0}")]
    Unreadable(timbao_articles::Problem),
    /// A file of the index is damaged.
    #[error("the index is damaged: {reason}")]
    Damaged {
        /// The defect.
        reason: String,
    },
    /// A search did not finish before its deadline.
    #[error("the search timed out")]
    OutOfTime,
    /// Too many occurrences of words would have to be compared, for NEAR, ATLEAST, a field, or a
    /// phrase with a gap, slop or case.
    #[error("the words of this query occur too often")]
    TooBroad,
    /// An operation of the operating system failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The search engine below reports an error of another kind.
    #[error("the search engine failed: {0}")]
    Engine(#[source] EngineError),
}

/// An error of the search engine below this crate.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct EngineError(TantivyError);

/// The origin of the articles of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Owner {
    /// [`update`](crate::update): the articles of files and directories.
    Update,
    /// A program, with an [`ArticleWriter`](crate::ArticleWriter).
    Writer,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Update => "updates from files",
            Self::Writer => "a program that adds single articles",
        })
    }
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns `true` if the next update may succeed: another process writes, or files cannot be read
    /// or written at present.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::Vanished(_) | Self::Unreadable(_) | Self::Io { .. }
        )
    }

    /// Returns a hint for a user of the program `timbao`, if there is one.
    ///
    /// ```
    /// use timbao_index::{Error, Index};
    ///
    /// let error = Index::open("/no/such/directory").unwrap_err();
    /// assert!(matches!(error, Error::NoIndex { .. }));
    /// assert!(error.hint().unwrap().contains("timbao index PATH"));
    /// ```
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoIndex { .. } => {
                "run `timbao index PATH…` to build one, or choose another with --index DIR or TIMBAO_INDEX"
            }
            Self::OtherVersion { .. } => "run `timbao reindex --full` to rebuild it from its files",
            Self::Busy { .. } => {
                "wait for the other process; searching is possible in the meantime"
            }
            Self::OtherView => "find the article by its id in the current view",
            Self::OtherOwner { owner, .. } => match owner {
                Owner::Update => "add articles as files, or use another index",
                Owner::Writer => {
                    "add articles with the program that filled it, or use another index"
                }
            },
            Self::NoSources { .. } => {
                "run `timbao index PATH…` with the files and directories to index"
            }
            Self::Vanished(_) => {
                "mount its disk, or repeat the command with --allow-vanished if it was deleted on purpose"
            }
            Self::InsideIndex { .. } => {
                "keep the index in a separate directory, set by --index DIR or TIMBAO_INDEX"
            }
            Self::NotIndexed { .. } => "give a file or directory that is indexed, or one inside it",
            Self::InsideFile { .. } => "forget the whole file, or remove the entry from it",
            Self::Irreplaceable { .. } => {
                "the index is unchanged; make the file readable and repeat the command, or drop its articles with --allow-vanished"
            }
            Self::Occupied { .. } => {
                "restore into another directory, or replace the index there with --overwrite; other directories are never replaced"
            }
            Self::Unreadable(_) => {
                "the index is unchanged; without --strict the file is reported and skipped"
            }
            Self::Damaged { .. } => {
                "run `timbao repair` to rebuild it from its files, or `timbao restore FILE --overwrite` to restore a backup"
            }
            Self::OutOfTime => "search for fewer or rarer words, or allow more time",
            Self::TooBroad => {
                "write more letters next to `*`, or search for fewer or rarer words with NEAR, in fields and in phrases with gaps or slop"
            }
            Self::Io { source, .. } if is_too_many_files(source) => {
                "allow more open files, with `ulimit -n`, and run this again"
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::OutOfMemory => "allow more memory, and run this again",
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::PermissionDenied => "the index is unchanged",
                _ => return None,
            },
            Self::NoSource { .. } | Self::Engine(_) => return None,
        })
    }

    /// Returns `true` if a thread of the engine failed, which hides the cause.
    pub(crate) fn is_of_thread(&self) -> bool {
        matches!(
            self,
            Self::Engine(EngineError(TantivyError::ErrorInThread(_)))
        )
    }

    /// Converts an error of the search engine below.
    pub(crate) fn engine(error: impl Into<TantivyError>) -> Self {
        let error = error.into();
        let io = |path: &Path, source: &io::Error| Self::Io {
            path: path.into(),
            source: copy(source),
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
            TantivyError::LockFailure(LockError::IoError(source), _) => {
                io(&META_LOCK.filepath, source)
            }
            // A block that was checked when it was read.
            TantivyError::IoError(source) if source.kind() == io::ErrorKind::InvalidData => {
                Self::Damaged {
                    reason: source.to_string(),
                }
            }
            _ => Self::Engine(EngineError(error)),
        }
    }

    /// Adds the path to an input or output error.
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

/// The same error of the system again.
pub(crate) fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Whether the system refused to read a file for a reason that is not in the
/// file: too few descriptors, too little memory, no permission.
pub(crate) fn is_refusal(error: &io::Error) -> bool {
    is_too_many_files(error)
        || matches!(
            error.kind(),
            io::ErrorKind::OutOfMemory | io::ErrorKind::PermissionDenied
        )
}

/// Whether a process or the system has too many open files. These errors have no
/// stable kind.
fn is_too_many_files(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    cfg!(unix) && matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

pub(crate) fn damaged(reason: String) -> Error {
    Error::Damaged { reason }
}
