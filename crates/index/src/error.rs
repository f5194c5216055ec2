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
    /// A path, or one above it, that has to be a directory is a file.
    #[error("{} is not a directory", .path.display())]
    NotADirectory {
        /// The file.
        path: PathBuf,
    },
    /// The directory has files that an index would have, but another program wrote them.
    #[error("{} has files of another program, and no index of Timbao", .dir.display())]
    NotTimbao {
        /// The directory that was named.
        dir: PathBuf,
    },
    /// The index was written by another version.
    #[error("the index at {} has version {found}, but this program reads version {}", .dir.display(), crate::INDEX_VERSION)]
    OtherVersion {
        /// The index's directory.
        dir: PathBuf,
        /// The version it was written with, `unknown` if it does not say.
        found: String,
        /// The author of its articles, if that is known.
        owner: Option<Owner>,
    },
    /// Another writer is open, in this process or another.
    #[error("another writer is open for the index at {} and has locked {}", .dir.display(), .lock.display())]
    Busy {
        /// The index's directory.
        dir: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
    /// A given path does not exist: a source, a backup to restore, or the directory to write a
    /// backup to.
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
    /// A damaged index, or one of another version, does not say who added its articles: perhaps a
    /// program did, and no file has them.
    #[error("the index at {} does not say whether its articles are from files or from a program", .dir.display())]
    UnknownOrigin {
        /// The index's directory.
        dir: PathBuf,
    },
    /// The sources of an index that has to be rebuilt are unknown.
    #[error("the list of sources of the index at {} is lost", .dir.display())]
    LostSources {
        /// The index's directory.
        dir: PathBuf,
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
    /// A file is not an intact backup of this version.
    #[error("{} cannot be restored: {reason}", .path.display())]
    BadBackup {
        /// The file.
        path: PathBuf,
        /// The defect.
        reason: String,
    },
    /// The key of an article is longer than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES).
    #[error(
        "the key of an article has {bytes} bytes, but at most {} are possible",
        crate::MAX_KEY_BYTES
    )]
    KeyTooLong {
        /// The length of the key.
        bytes: usize,
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
    /// Returns `true` if the next update may succeed: another writer is open, or files cannot be read
    /// or written at present.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Vanished(_) | Self::Unreadable(_) => true,
            Self::Io { source, .. } => !matches!(
                source.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::IsADirectory
                    | io::ErrorKind::AlreadyExists
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::InvalidFilename
                    | io::ErrorKind::Unsupported
            ),
            _ => false,
        }
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
            Self::NotADirectory { .. } => {
                "choose another path; that of the index is set with --index DIR or TIMBAO_INDEX"
            }
            Self::NotTimbao { .. } => "choose another directory with --index DIR or TIMBAO_INDEX",
            Self::OtherVersion { found, owner, .. } => match owner {
                _ if is_newer(found) => {
                    "install the version of Timbao that wrote it, or choose another index with --index DIR or TIMBAO_INDEX"
                }
                Some(Owner::Writer) => {
                    "fill another index with the program that filled it, or use the version of Timbao that wrote it"
                }
                _ => "run `timbao reindex --full` to rebuild it from its files",
            },
            Self::Busy { .. } => {
                "wait until the other writer has finished; searching is possible in the meantime"
            }
            Self::OtherView => "find the article by its id in the current view",
            Self::OtherOwner { owner, .. } => match owner {
                Owner::Update => "add articles as files, or use another index",
                Owner::Writer => {
                    "add articles with the program that filled it, or use another index; no files can repair it, but a backup can: `timbao restore FILE --overwrite`"
                }
            },
            Self::UnknownOrigin { .. } => {
                "restore a backup with `timbao restore FILE --overwrite`, or move the directory away, as it may be the only copy, and run `timbao index PATH…`"
            }
            Self::LostSources { .. } => {
                "run `timbao repair PATH…` with the files and directories that it was built from"
            }
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
            Self::BadBackup { .. } => "nothing was changed; try another backup",
            Self::KeyTooLong { .. } => "use a shorter key, for example a hash of it",
            Self::NoSource { .. } => "check the path, and whether its disk is mounted",
            Self::OutOfTime => "search for fewer or rarer words, or allow more time",
            Self::TooBroad => {
                "write more letters next to `*`, or search for fewer or rarer words with NEAR, in fields and in phrases with gaps or slop"
            }
            Self::Io { source, .. } if is_too_many_files(source) => {
                "allow more open files, with `ulimit -n`, and run this again"
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::OutOfMemory => "allow more memory, and run this again",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "the index is unchanged; free some space, and run this again"
                }
                io::ErrorKind::ReadOnlyFilesystem => "choose a place that can be written",
                io::ErrorKind::PermissionDenied => {
                    "check the permissions of the file and of its directory"
                }
                io::ErrorKind::IsADirectory => "name a file",
                _ => return None,
            },
            Self::Engine(_) => return None,
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
        match error.downcast() {
            Ok(error) => error,
            Err(timbao_views::Error::Damaged(reason)) => Self::Damaged {
                reason: reason.to_owned(),
            },
            Err(other) => Self::Damaged {
                reason: other.to_string(),
            },
        }
    }
}

impl From<Error> for timbao_views::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::OutOfTime | Error::TooBroad => Self::Limit(Box::new(error)),
            _ => Self::Engine(Box::new(error)),
        }
    }
}

/// The same error of the system again.
pub(crate) fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Returns `true` if an index's version is later than that of this program.
pub(crate) fn is_newer(found: &str) -> bool {
    found
        .parse::<u32>()
        .is_ok_and(|found| found > crate::INDEX_VERSION)
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
