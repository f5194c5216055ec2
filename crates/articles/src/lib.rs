//! Files in, articles out.
//!
//! Reading is done in two steps, so that the second can run on many threads:
//! [`discover`] finds files, [`open`] splits each into raw [`Record`]s without
//! parsing them, and [`Record::parse`] parses one into an [`Article`]. An error
//! is a [`Problem`] with path, kind and hint; it never stops the rest.
//!
//! ```
//! use timbao_articles::read_all;
//!
//! # fn main() -> std::io::Result<()> {
//! let directory = tempfile::tempdir()?;
//! std::fs::write(directory.path().join("a.jsonl"), r#"{"headline": "Khai hội", "text": "Sáng nay…"}"#)?;
//! read_all(directory.path(), &mut |article| {
//!     assert_eq!(article.unwrap().title.as_deref(), Some("Khai hội"));
//! });
//! # Ok(())
//! # }
//! ```

// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod article;
pub mod changes;
mod check;
mod dates;
mod discover;
mod encoding;
mod fields;
mod filesystem;
mod format;
mod guarded;
mod guess;
mod inspect;
mod limits;
mod names;
mod parse;
mod parsing;
mod problem;
mod provenance;
mod published;
mod reader;
mod recognise;
mod record;
mod split;
mod stream;
mod tidy;
mod traits;
mod twice;
mod unread;
mod unwind;

pub use article::{Article, Caption, collection};
pub use check::{CHECKED_FIELDS, Checker, FileCheck};
pub use discover::{Discover, FoundFile, WalkOptions, discover, discover_on, display};
pub use filesystem::{FileSystem, FolderEntry, OpenFile, SystemFiles};
pub use format::Format;
pub use inspect::{Inspection, SHOWN, inspect};
pub use limits::Limits;
pub use problem::{Problem, ProblemKind, Repeats};
pub use provenance::{FieldOrigin, Parsed, Provenance};
pub use published::Published;
pub use reader::{RecordReader, open, open_on, read_all};
pub use record::{Record, RecordBatch};

/// The README, so that its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
