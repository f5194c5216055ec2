#![doc = include_str!("../README.md")]
// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod atom;
mod files;
mod marks;
mod moment;
mod news;
mod saved;
mod store;

pub use atom::Feed;
pub use files::directory;
pub use marks::{Marks, SearchMark};
pub use moment::utc;
pub use news::{News, latest, unseen};
pub use saved::{SavedSearch, SearchError};
pub use store::Store;

/// The error when a file of saved searches or of marks cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct Error {
    /// The file.
    pub path: std::path::PathBuf,
    /// The defect, or the message of the system.
    pub reason: String,
}

/// A result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
