//! Arguments of the commands that read articles.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::listing::ListArgs;
use super::values::Memory;

/// Index files and directories of articles
///
/// Reads plain text, Markdown, HTML, JSON, JSON Lines and more, compressed or
/// not. Run again, it updates the index with new, changed and deleted files.
/// Unreadable files are reported, counted and skipped; they never stop the run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao index bao/
  timbao index bao/ tin.jsonl.zst --report van-de.jsonl
  timbao index corpus --search '\"tự diễn biến\"'

Exit status: 0 done, 1 no articles, 2 an error, 3 done, but something was unreadable; a file
that was read before keeps its former articles.")]
pub(crate) struct IndexArgs {
    /// Files and directories of articles
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Include files and directories whose name begins with a dot
    #[arg(long)]
    pub hidden: bool,
    #[command(flatten)]
    pub indexing: IndexingArgs,
}

/// Repeat the last index run
///
/// Updates the index with new, changed and deleted files, from the same files
/// and directories with the same options.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao reindex
  timbao reindex --full
  timbao reindex; timbao search 'cử tri' --sort -date

Exit status: 0 done, 1 no articles, 2 an error, 3 done, but something was unreadable; a file
that was read before keeps its former articles.")]
pub(crate) struct ReindexArgs {
    #[command(flatten)]
    pub indexing: IndexingArgs,
}

/// Index files as they change
///
/// Indexes the given files and directories, or those of the last run, and then
/// new, changed and deleted files until interrupted. Files that arrive together
/// are indexed together. Where the system does not report changes, the files
/// are compared at regular intervals.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao watch
  timbao watch bao/ tin/ --within 60

Exit status: 0 interrupted, 2 an error.")]
pub(crate) struct WatchArgs {
    /// Files and directories of articles [default: those of the last run]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Include files and directories whose name begins with a dot
    #[arg(long, requires = "paths")]
    pub hidden: bool,
    /// Start indexing a change within this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub within: NonZeroU32,
    /// Remove the articles of a source, directory or archive that is missing,
    /// or most of it
    ///
    /// By default they stay until it is back, because a disk may not be
    /// mounted. The other sources are indexed.
    #[arg(long)]
    pub allow_vanished: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// Options that index and reindex share.
#[derive(Debug, Args)]
pub(crate) struct IndexingArgs {
    /// Read all files again, changed or not
    ///
    /// Unreadable files keep their articles.
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Stop at the first unreadable or missing file, without any change
    #[arg(long)]
    pub strict: bool,
    /// Print the planned changes, file by file, without making any
    #[arg(long)]
    pub dry_run: bool,
    /// Remove the articles of a source, directory or archive that is missing,
    /// or most of it
    ///
    /// By default they stay and the exit status is 2, because a disk may not be
    /// mounted. Missing is whatever would lose all of its articles, or more
    /// than half of them and at least 10 (of a source 3). The source itself is
    /// not forgotten: when it is back, `reindex` reads it again.
    #[arg(long)]
    pub allow_vanished: bool,
    /// Write the changes and problems to a file, as JSON Lines; - is standard
    /// output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
    /// Search for this query once the index is up to date
    #[arg(long, value_name = "QUERY")]
    pub search: Option<String>,
}

/// Options that all commands that write to the index share.
#[derive(Debug, Args)]
pub(crate) struct WritingArgs {
    /// Threads that work at the same time [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Memory to use (512MB, 1GiB) [default: 512MB]
    ///
    /// Less than 128MB is not enough. A single article or document longer than a hundredth of it
    /// is read all the same, and may need more. Each million articles adds about 200 MB for the
    /// record of what was indexed.
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<Memory>,
    /// Seconds to wait for another process that writes to the index
    ///
    /// On a cluster: for one that writes the same sources, or rebuilds the index, also on another
    /// machine.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
}

/// Remove the articles of files or directories from the index
///
/// `reindex` does not index these files again, nor does `index` of a directory
/// that contains them, until they are given to `index` themselves. The files
/// are not touched.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao forget bao-cu/
  timbao forget bao/2019/ bao/trung-lap.txt")]
pub(crate) struct ForgetArgs {
    /// Files and directories given to `index`, or inside one of these
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// Show how a file of articles is read
///
/// Prints its format and encoding, each field of each article with its origin,
/// and the text dropped as boilerplate. No index is needed. With
/// --check, measures how well files and directories are read: the share of the
/// fields with a value, and the share of the words that are Vietnamese
/// syllables. A file with a low share was probably read badly.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao inspect bao/2026/03/tin.txt
  timbao inspect tin.jsonl --member 12
  timbao inspect trang.html --format json
  timbao inspect --check bao/

Exit status: 0 read, 1 no article in it, 2 an error, 3 something was unreadable.")]
pub(crate) struct InspectArgs {
    /// File to read, or a folder with --check
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: PathBuf,
    /// Measure how well the files are read, worst first
    #[arg(long, conflicts_with = "member")]
    pub check: bool,
    /// Show only this article of a file of many, by the name that follows # in
    /// its path
    #[arg(long, value_name = "MEMBER")]
    pub member: Option<String>,
    /// Articles to show of a file of many, or files with --check [default: 3, or 20]
    #[arg(long, short = 'n', value_name = "N", conflicts_with = "all")]
    pub limit: Option<usize>,
    /// Show every article, or every file
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub list: ListArgs,
}
