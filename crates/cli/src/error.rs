//! Errors for people: the defect, its location, and a hint.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use timbao_cluster::Error as ClusterError;
use timbao_index::Error as IndexError;
use timbao_views::Error as ViewError;

use crate::output::sanitize::escape;
use crate::output::style::{Palette, Role};

/// The reason why a command stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of standard output has closed it; no message is needed.
    ClosedPipe,
    /// Something is wrong.
    Error {
        /// The defect and its location.
        message: String,
        /// Ways out, if any is known.
        hints: Vec<String>,
    },
}

/// The result of a command's work.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure with that message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Error {
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Adds a way out.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Error { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// The system refused to read or write a file.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("{}: {}", path.display(), plain_words(error)))
    }

    /// Says it on standard error.
    pub(crate) fn report(&self, palette: Palette) {
        let Self::Error { message, hints } = self else {
            return;
        };
        say(palette, Role::Error, "error", message);
        for hint in hints {
            say(palette, Role::Hint, "hint", hint);
        }
    }
}

/// Writes a labelled line to standard error. If that is closed, the line is lost.
pub(crate) fn say(palette: Palette, role: Role, label: &str, message: &dyn Display) {
    let message = message.to_string();
    let lines: Vec<_> = message.lines().map(escape).collect();
    let _ = writeln!(
        io::stderr(),
        "{} {}",
        palette.paint(role, &format!("{label}:")),
        lines.join("\n")
    );
}

/// Writes a warning to standard error.
pub(crate) fn warn(palette: Palette, message: &dyn Display) {
    say(palette, Role::Warning, "warning", message);
}

/// An error of the system without its number.
pub(crate) fn plain_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the quota of disk space is used up".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory, not a file".to_owned(),
        io::ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// `?` converts errors of writing the output.
impl From<timbao_alerts::Error> for Failure {
    fn from(error: timbao_alerts::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::new(format!(
                "the output could not be written: {}",
                plain_words(&error)
            )),
        }
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::new(format!("the output could not be written: {other:?}")),
        }
    }
}

/// The error of a view over either engine.
impl From<ViewError> for Failure {
    fn from(error: ViewError) -> Self {
        match error.downcast::<ClusterError>() {
            Ok(error) => error.into(),
            Err(error) => IndexError::from(error).into(),
        }
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let failure = match &error {
            ClusterError::Io { path, source } if source.kind() != io::ErrorKind::InvalidInput => {
                Self::file(path, source)
            }
            _ => Self::new(error.to_string()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let failure = match &error {
            IndexError::Io { path, source } if source.kind() != io::ErrorKind::InvalidData => {
                Self::file(path, source)
            }
            _ => Self::new(error.to_string()),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
