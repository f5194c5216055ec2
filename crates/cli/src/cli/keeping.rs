//! Arguments of the commands that maintain an index.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::indexing::WritingArgs;
use super::listing::{CiteArgs, ListArgs};
use super::values::RecordFormat;

/// Verify the index
///
/// Compares the checksums of its files, the manifest with the articles and,
/// with --sources, the indexed files themselves. Searching and indexing can
/// continue during the check.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao verify
  timbao verify --sources --format json

Exit status: 0 intact, 1 intact, but files have changed since, 2 damaged.")]
pub(crate) struct VerifyArgs {
    /// Read all indexed files, and report those that changed since
    #[arg(long)]
    pub sources: bool,
    /// Output format: text or json
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: RecordFormat,
}

/// Repair the index
///
/// Checks the index as `verify` does, removes files left by killed runs and
/// rebuilds a damaged index from its sources. The sources must exist: articles
/// that only the index has are never dropped. Unreadable files keep their
/// articles.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao repair
  timbao repair bao/        when it no longer tells what it was made of

Exit status: 0 the index is intact, 2 an error, 3 the index is intact, but something was
unreadable; a file that was read before keeps its former articles.")]
pub(crate) struct RepairArgs {
    /// Files and directories of articles, if the index no longer knows them
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Rebuild even if sources are missing
    #[arg(long)]
    pub allow_vanished: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// Copy the index to one file
///
/// The file contains the last commit of the index, with a checksum. Searching
/// and indexing can continue during the copy. An existing file is replaced when
/// the new one is complete.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao backup sao-luu.timbao
  timbao backup /mnt/sao-luu/bao-$(date +%F).timbao")]
pub(crate) struct BackupArgs {
    /// File to write
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// Restore an index from a backup
///
/// The backup is verified first, and replaces the index in one step. Run
/// `reindex` afterwards for changes since the backup.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao restore sao-luu.timbao --overwrite && timbao reindex
  timbao restore sao-luu.timbao --index kho-thu")]
pub(crate) struct RestoreArgs {
    /// Backup to read
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Replace an existing index
    #[arg(long)]
    pub overwrite: bool,
}

/// List the sources of the index
///
/// Each folder or archive that articles came from: its articles and files, its
/// last change, and the files that could not be read. Their names are those of
/// the facet `collection`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao sources
  timbao sources --problems
  timbao sources --format csv > nguon.csv

Defaults of a source are in timbao.toml; \"bao/song-tra\" is the name printed here:
  [sources.\"bao/song-tra\"]
  source = \"Báo Sông Trà\"

Exit status: 0 there are sources, 1 there are none, 2 an error.")]
pub(crate) struct SourcesArgs {
    /// Print each problem below its source
    #[arg(long)]
    pub problems: bool,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub cite: CiteArgs,
}
