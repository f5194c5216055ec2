//! Arguments of `timbao alerts`.

use clap::Args;

use super::listing::ListArgs;

/// Print what is new to the saved searches
///
/// Prints the articles that were indexed since the last call and that a saved search finds, each
/// once and its reprints as one. The first call for a search prints nothing: it begins there.
/// Articles that are edited, moved or indexed again are not new.
///
/// Saved searches are in timbao.toml, and those of the search page in searches.toml next to the
/// index:
///
///   [searches]
///   "Diễn biến" = '"tự diễn biến"'
///
///   [searches."Lụt ở Huế"]
///   query = "lụt"
///   place = ["=Huế", "Thừa Thiên"]
#[allow(rustdoc::broken_intra_doc_links, reason = "the help shows a file")]
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  timbao reindex; timbao alerts
  timbao alerts 'Lụt ở Huế' --format jsonl
  timbao alerts --exec 'sh -c \"notify-send \\\"$TIMBAO_TITLE\\\"\"'
  timbao alerts --exec-batch 'mail -s Timbao toa-soan@bao.example'
  timbao alerts --since 2026-11-01

Exit status: 0 something is new, 1 nothing is new, 2 an error."
)]
pub(crate) struct AlertsArgs {
    /// Names of saved searches [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// List the saved searches instead of running them
    #[arg(long, conflicts_with_all = ["since", "peek", "exec", "exec_batch"])]
    pub list_searches: bool,
    /// Print what was indexed on this day (in Vietnam) or later, whether printed before or not
    ///
    /// The next call without it is as if this one had not been.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Print what is new, and again at the next call
    #[arg(long)]
    pub peek: bool,
    /// Run a command for each new article instead of printing it
    ///
    /// Its standard input is the article as JSON, on one line. TIMBAO_SEARCH, TIMBAO_ID,
    /// TIMBAO_TITLE, TIMBAO_DATE, TIMBAO_URL, TIMBAO_PATH and TIMBAO_ARRIVED have the most important
    /// parts. No shell is started. If the command fails, the article is new at the next call.
    #[arg(
        long,
        short = 'x',
        value_name = "COMMAND",
        conflicts_with = "exec_batch"
    )]
    pub exec: Option<String>,
    /// Run a command for each search with news; its standard input is JSON Lines
    #[arg(long, short = 'X', value_name = "COMMAND")]
    pub exec_batch: Option<String>,
    #[command(flatten)]
    pub list: ListArgs,
}
