//! Errors, raised as the exceptions of `timbao._errors`.

use pyo3::prelude::*;
use timbao_cluster::Error as ClusterError;
use timbao_index::Error;
use timbao_query::FilterError;

/// An error that is to be raised.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The name of the exception.
    class: &'static str,
    message: String,
    hint: Option<String>,
}

/// The result of work without the interpreter.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
        }
    }

    /// An argument has an invalid value.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new("ArgumentError", message)
    }

    /// There is no article with an id.
    pub(crate) fn no_article(id: &str) -> Self {
        Self::new("ArticleNotFoundError", format!("there is no article {id}"))
            .hint("search() returns the id of every hit")
    }

    /// A file cannot be read.
    pub(crate) fn source(message: impl Into<String>) -> Self {
        Self::new("SourceError", message)
    }

    /// A fault of the package itself.
    pub(crate) fn internal(message: impl ToString) -> Self {
        Self::new("Error", message.to_string())
    }

    /// Adds a way out.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let class = match &error {
            Error::NoIndex { .. } | Error::NotADirectory { .. } | Error::NotTimbao { .. } => {
                "IndexNotFoundError"
            }
            Error::OtherVersion { .. } => "IndexVersionError",
            Error::Busy { .. } => "IndexBusyError",
            Error::Damaged { .. } | Error::UnknownOrigin { .. } | Error::LostSources { .. } => {
                "IndexDamagedError"
            }
            Error::NoSource { .. }
            | Error::NoSources { .. }
            | Error::InsideIndex { .. }
            | Error::NotIndexed { .. }
            | Error::InsideFile { .. }
            | Error::Unreadable(_)
            | Error::Vanished(_) => "SourceError",
            _ => "Error",
        };
        let failure = Self::new(class, error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// The error of a view over either engine.
impl From<timbao_views::Error> for Failure {
    fn from(error: timbao_views::Error) -> Self {
        match error.downcast::<ClusterError>() {
            Ok(error) => error.into(),
            Err(error) => Error::from(error).into(),
        }
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let class = match &error {
            ClusterError::NoIndex { .. } => "IndexNotFoundError",
            ClusterError::OtherVersion { .. } => "IndexVersionError",
            ClusterError::Damaged { .. } => "IndexDamagedError",
            ClusterError::Address { .. }
            | ClusterError::Credentials { .. }
            | ClusterError::Authorities { .. } => "ArgumentError",
            _ => "ClusterError",
        };
        let failure = Self::new(class, error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<FilterError> for Failure {
    fn from(error: FilterError) -> Self {
        let failure = Self::argument(error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| {
            let raised = py
                .import("timbao._errors")
                .and_then(|errors| errors.getattr(failure.class))
                .and_then(|class| class.call1((failure.message, failure.hint)));
            raised.map_or_else(|error| error, Self::from_value)
        })
    }
}
