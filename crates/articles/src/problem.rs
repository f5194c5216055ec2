//! Read errors, with their location and a hint.

use std::collections::HashSet;
use std::io;

use serde::{Deserialize, Serialize};

/// Something that could not be read: reported, counted and skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", self.place())]
pub struct Problem {
    /// The file's path as it was given.
    pub path: String,
    /// The place inside a container, as in [`Article::member`](crate::Article::member).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The defect and a hint.
    pub message: String,
    /// Whether the file, directory or entry was not read, or not completely, so
    /// that its unread part is unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// The path does not exist.
    NotFound,
    /// The system does not let it be read.
    Denied,
    /// A symbolic link leads back to a directory above it.
    Loop,
    /// The file changed or vanished between being listed and being read.
    Changed,
    /// The system failed to read it.
    Io,
    /// The file is larger than [`Limits`](crate::Limits) allow.
    TooLarge,
    /// The file unpacks to more than [`Limits::ratio`](crate::Limits::ratio)
    /// allows.
    Bomb,
    /// Archives inside archives go deeper than [`Limits::depth`](crate::Limits::depth).
    TooDeep,
    /// The name of an archive entry points outside the archive.
    UnsafePath,
    /// The file is encrypted.
    Encrypted,
    /// The content does not match the name or the first bytes.
    Malformed,
    /// The format is not supported.
    Unsupported,
    /// The file has no text.
    Empty,
    /// Text in it is not part of an article, or is under a name that is not
    /// known; the rest was read.
    LeftOut,
}

impl ProblemKind {
    /// Returns `true` if the system rather than the file caused the problem, so that reading may
    /// succeed later.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Denied | Self::Io | Self::Changed)
    }

    /// Returns `true` if something could not be read. Otherwise it has no text, or none of an article.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Empty | Self::LeftOut)
    }

    /// The kind's name in reports: `not_found`, `too_large` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::Loop => "loop",
            Self::Changed => "changed",
            Self::Io => "io",
            Self::TooLarge => "too_large",
            Self::Bomb => "bomb",
            Self::TooDeep => "too_deep",
            Self::UnsafePath => "unsafe_path",
            Self::Encrypted => "encrypted",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Empty => "empty",
            Self::LeftOut => "left_out",
        }
    }
}

/// Bytes of the shortest text that must not be lost without a problem.
pub(crate) const LONG: usize = 160;

/// Recognises problems that every record of a file has, so that each is
/// reported once for the file.
#[derive(Debug, Default)]
pub struct Repeats(HashSet<String>);

impl Repeats {
    /// Returns `true` if `problem` is of the kind [`ProblemKind::LeftOut`] and
    /// one with the same message was given before.
    pub fn has(&mut self, problem: &Problem) -> bool {
        problem.kind == ProblemKind::LeftOut && !self.0.insert(problem.message.clone())
    }
}

impl Problem {
    /// The path, with `#member` when it is inside a container.
    pub fn place(&self) -> String {
        match &self.member {
            Some(member) => format!("{}#{member}", self.path),
            None => self.path.clone(),
        }
    }

    /// Marks the subject of the problem as not read, unless it was read and has
    /// no text.
    pub(crate) fn unread(mut self) -> Self {
        self.unread = self.kind.is_failure();
        self
    }
}

/// A problem without path and member: readers return it, and their callers add
/// these to make it a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    pub kind: ProblemKind,
    pub message: String,
}

impl Fault {
    /// A record that is a draft, an attachment and the like.
    pub(crate) fn not_published(reason: &str) -> Self {
        let message = format!("left out: {reason}; only published articles are read");
        Self::new(ProblemKind::LeftOut, message)
    }

    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// Returns `true` if the file could not be read, whatever is in it.
    pub fn is_of_system(&self) -> bool {
        use ProblemKind::{Changed, Denied, Io, NotFound};
        matches!(self.kind, Changed | Denied | Io | NotFound)
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(ProblemKind::Malformed, message)
    }

    pub fn at(self, path: &str, member: Option<String>) -> Problem {
        Problem {
            path: path.to_owned(),
            member,
            kind: self.kind,
            message: self.message,
            unread: false,
        }
    }
}

/// A fault raised inside a stream travels as an `io::Error` and comes out
/// again as itself.
impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Self {
        let mut inner: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|e| e as _);
        while let Some(source) = inner {
            if let Some(fault) = source.downcast_ref::<Self>() {
                return fault.clone();
            }
            inner = match source.downcast_ref::<io::Error>() {
                Some(nested) if nested.raw_os_error().is_some() => return Self::from(nested),
                Some(nested) => nested.get_ref().map(|e| e as _),
                None => source.source(),
            };
        }
        let is_of_system = error.raw_os_error().is_some();
        match error.kind() {
            io::ErrorKind::NotFound => Self::new(
                ProblemKind::NotFound,
                "no such file or directory; check the path",
            ),
            io::ErrorKind::PermissionDenied => Self::new(
                ProblemKind::Denied,
                "permission denied; make it readable or leave it out",
            ),
            // From the system these are failures to read, not faults of the file.
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
                if !is_of_system =>
            {
                Self::malformed(format!(
                    "damaged or cut short ({error}); fetch or write the file again"
                ))
            }
            _ => Self::new(ProblemKind::Io, format!("cannot be read: {error}")),
        }
    }
}

impl From<zip::result::ZipError> for Fault {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => error.into(),
            error => Self::malformed(format!(
                "damaged zip archive ({error}); fetch or write it again"
            )),
        }
    }
}
