//! Arguments of the commands that read articles.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::values::{ListFormat, Memory};

/// Index files and folders of articles
///
/// Articles are read from plain text, Markdown, HTML, JSON, JSON Lines and more, packed or not. Run
/// again, it takes what is new, changed or gone and leaves the rest. What cannot be
/// read is reported, counted and left out; it never stops the run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao index bao/
  timbao index bao/ tin.jsonl.zst --report van-de.jsonl
  timbao index corpus --search '\"tự diễn biến\"'

Exit status: 0 done, 1 no article was found, 2 an error, 3 done, but some files could not be read and
their articles are as they were.")]
pub(crate) struct IndexArgs {
    /// Files and folders of articles
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Take files and folders whose name begins with a dot
    #[arg(long)]
    pub hidden: bool,
    #[command(flatten)]
    pub indexing: IndexingArgs,
}

/// Repeat the last index run
///
/// Takes what is new, changed or gone since, from the same files and folders with the same
/// options.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao reindex
  timbao reindex --full
  timbao reindex && timbao search 'cử tri' --sort -date

Exit status: 0 done, 1 there is no article, 2 an error, 3 done, but some files could not be read and
their articles are as they were.")]
pub(crate) struct ReindexArgs {
    #[command(flatten)]
    pub indexing: IndexingArgs,
}

/// Keep the index fresh while files change
///
/// Indexes the files and folders that are named, or those of the last run, and then whatever is
/// new, changed or gone, until it is interrupted. Files that arrive together are taken together.
/// Where the system does not tell changes, the files are looked at again and again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao watch
  timbao watch bao/ tin/ --within 60

Exit status: 0 it was interrupted, 2 an error.")]
pub(crate) struct WatchArgs {
    /// Files and folders of articles [default: those of the last run]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Take files and folders whose name begins with a dot
    #[arg(long, requires = "paths")]
    pub hidden: bool,
    /// Begin to index a change at the latest after so many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub within: NonZeroU32,
    /// Remove the articles of a source, folder or archive that is gone, or most of it
    ///
    /// Without it they stay until it is back, because a disk may not be mounted. The other sources
    /// are indexed all the same.
    #[arg(long)]
    pub allow_vanished: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// What index and reindex have in common.
#[derive(Debug, Args)]
pub(crate) struct IndexingArgs {
    /// Read everything again, changed or not
    ///
    /// What cannot be read keeps its articles.
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
    /// Stop at the first thing that cannot be read or is gone, and change nothing
    #[arg(long)]
    pub strict: bool,
    /// Tell what would be done, file by file, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Remove the articles of a source, folder or archive that is gone, or most of it
    ///
    /// Without it they stay and the exit status is 2, because a disk may not be mounted. Gone is
    /// what would lose all of its articles, or more than half of them and at least 10 (of a source 3).
    /// The source itself is not forgotten: when it is back, `reindex` reads it again.
    #[arg(long)]
    pub allow_vanished: bool,
    /// Write what was done and what could not be read to a file, as JSON Lines; - is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
    /// Search for this once the index is up to date
    #[arg(long, value_name = "QUERY")]
    pub search: Option<String>,
}

/// What all commands have in common that write to the index.
#[derive(Debug, Args)]
pub(crate) struct WritingArgs {
    /// Threads to use [default: all cores]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Memory for articles that are being indexed (512MB, 1GiB) [default: 512MB]
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<Memory>,
    /// Seconds to wait for another run that writes to the index
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub wait: u64,
}

/// Remove the articles of files or folders from the index
///
/// They are not indexed again by `reindex`, nor by `index` of a folder that they are in, until they
/// are named to `index` themselves. The files stay untouched.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao forget bao-cu/
  timbao forget bao/2019/ bao/trung-lap.txt")]
pub(crate) struct ForgetArgs {
    /// Files and folders that were named to index, or that are in one
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// Show how a file of articles is read
///
/// That is: its format and encoding, each field of each article and where it was found, and what
/// was dropped as boilerplate. It needs no index.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao inspect bao/2026/03/tin.txt
  timbao inspect tin.jsonl --member 12
  timbao inspect trang.html --format json

Exit status: 0 an article was read, 1 there is none, 2 an error.")]
pub(crate) struct InspectArgs {
    /// File to read
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Show this article of a file of many, by the name that follows # in its path
    #[arg(long, value_name = "MEMBER")]
    pub member: Option<String>,
    /// Articles to show of a file of many
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        default_value_t = 3,
        conflicts_with = "all"
    )]
    pub limit: usize,
    /// Show every article
    #[arg(long)]
    pub all: bool,
    /// Output format: text, json, jsonl or csv
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: ListFormat,
}
