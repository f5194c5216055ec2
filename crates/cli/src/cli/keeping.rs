//! Arguments of the commands that keep an index whole.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::indexing::WritingArgs;
use super::values::RecordFormat;

/// Check that the index is whole
///
/// Compares the checksum of each of its files, what it remembers of the files it was made of with
/// the articles it holds and, with --sources, the files themselves. Searching and indexing go on
/// meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao verify
  timbao verify --sources --format json

Exit status: 0 it is whole, 1 it is whole and files have changed since, 2 it is damaged.")]
pub(crate) struct VerifyArgs {
    /// Read all files that were indexed, and tell which have changed since
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

/// Mend the index
///
/// Checks it as `verify` does, removes what killed runs left behind and, where it is damaged,
/// builds it again from the files it was made of. These have to be there: what is only in the
/// index is not thrown away. A file that cannot be read keeps its articles.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao repair
  timbao repair bao/        when it no longer tells what it was made of

Exit status: 0 the index is whole, 2 an error, 3 the index is whole, but some files could not be read
and their articles are as they were.")]
pub(crate) struct RepairArgs {
    /// Files and folders of articles, if the index no longer tells them
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Build it again also where files and folders it was made of are gone
    #[arg(long)]
    pub allow_vanished: bool,
    #[command(flatten)]
    pub writing: WritingArgs,
}

/// Copy the index into one file
///
/// The file holds the index as of its last commit, with a checksum; searching and indexing go on
/// meanwhile. A file that is there already is replaced when the new one is whole.
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

/// Bring back an index from a backup
///
/// The backup is checked first, and the index is put in place in one step. Afterwards `reindex`
/// takes what has changed since the backup.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao restore sao-luu.timbao --overwrite && timbao reindex
  timbao restore sao-luu.timbao --index kho-thu")]
pub(crate) struct RestoreArgs {
    /// Backup to read
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Replace the index that is there
    #[arg(long)]
    pub overwrite: bool,
}
