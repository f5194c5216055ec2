//! The command line: its commands, arguments and values.
//!
//! Nothing here acts. Help, completions and man pages come from these types.

mod alerts;
mod cluster;
mod count;
mod filters;
mod global;
mod indexing;
mod keeping;
mod listing;
mod measuring;
mod research;
mod searching;
mod serving;
mod tools;
mod values;

use clap::{Parser, Subcommand};

pub(crate) use alerts::AlertsArgs;
pub(crate) use cluster::{ClusterCommand, InitArgs, RebuildArgs, StatusArgs};
pub(crate) use count::CountArgs;
pub(crate) use filters::FilterArgs;
pub(crate) use global::GlobalArgs;
pub(crate) use indexing::{
    ForgetArgs, IndexArgs, IndexingArgs, InspectArgs, ReindexArgs, WatchArgs, WritingArgs,
};
pub(crate) use keeping::{BackupArgs, RepairArgs, RestoreArgs, SourcesArgs, VerifyArgs};
pub(crate) use listing::{CiteArgs, ListArgs};
pub(crate) use measuring::{CompareArgs, DispersionArgs, WordListArgs, WordListOrder};
pub(crate) use research::{
    CollocateOrder, CollocatesArgs, KeywordsArgs, KwicArgs, MeasureName, PeriodName, ReprintsArgs,
    SimilarArgs, TrendsArgs,
};
pub(crate) use searching::{BatchArgs, ExplainArgs, FillersArgs, SearchArgs, ShowArgs, StatsArgs};
#[cfg(feature = "mcp")]
pub(crate) use serving::McpArgs;
pub(crate) use serving::{
    ServeArgs, TokenAddArgs, TokenCommand, TokenFileArgs, TokenListArgs, TokenRevokeArgs,
};
pub(crate) use tools::{
    AnalyzeArgs, BenchCommand, CompletionsArgs, ConfigCommand, ConfigShowArgs, LatencyArgs,
    ManArgs, RelevanceArgs, WorstArgs,
};
pub(crate) use values::{
    Accents, Color, LanguageName, ListFormat, Memory, Order, Paging, RecordFormat, RowFormat, days,
};

/// Full-text search for Vietnamese news.
#[derive(Debug, Parser)]
#[command(
    name = "timbao",
    version,
    about = "Full-text search for Vietnamese news",
    long_about = "Indexes directories of Vietnamese news articles and searches them.\n\n\
        A query typed with accents is accent-sensitive, one typed without finds all accents: \
        \"tự diễn biến\" and tu dien bien both work. hoá and hóa are one word, and so are composed \
        and decomposed letters.",
    after_help = EXAMPLES,
    after_long_help = LONG_EXAMPLES,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(IndexArgs),
    Reindex(ReindexArgs),
    Watch(WatchArgs),
    Forget(ForgetArgs),
    Sources(SourcesArgs),
    Verify(VerifyArgs),
    Repair(RepairArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Search(SearchArgs),
    Show(ShowArgs),
    Stats(StatsArgs),
    Batch(BatchArgs),
    Alerts(AlertsArgs),
    Kwic(KwicArgs),
    Trends(TrendsArgs),
    Collocates(CollocatesArgs),
    Keywords(KeywordsArgs),
    #[command(name = "wordlist")]
    WordList(WordListArgs),
    Dispersion(DispersionArgs),
    Compare(CompareArgs),
    Similar(SimilarArgs),
    Reprints(ReprintsArgs),
    Fillers(FillersArgs),
    Explain(ExplainArgs),
    Serve(ServeArgs),
    /// Manage the tokens of readers
    #[command(subcommand)]
    Token(TokenCommand),
    #[cfg(feature = "mcp")]
    Mcp(McpArgs),
    /// Create, inspect and rebuild an index in an OpenSearch cluster
    #[command(subcommand)]
    Cluster(ClusterCommand),
    Analyze(AnalyzeArgs),
    Inspect(InspectArgs),
    /// Measure the speed and the ranking of searches
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Show the configuration and where it comes from
    #[command(subcommand)]
    Config(ConfigCommand),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

impl Command {
    /// The name of a command that works on an index in a directory, not on one in a cluster.
    pub(crate) fn needs_directory(&self) -> Option<&'static str> {
        Some(match self {
            Self::Repair(_) => "repair",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Bench(_) => "bench",
            Self::Index(_)
            | Self::Reindex(_)
            | Self::Search(_)
            | Self::Show(_)
            | Self::Stats(_)
            | Self::Alerts(_)
            | Self::Batch(_)
            | Self::Kwic(_)
            | Self::Trends(_)
            | Self::Collocates(_)
            | Self::Keywords(_)
            | Self::WordList(_)
            | Self::Dispersion(_)
            | Self::Compare(_)
            | Self::Similar(_)
            | Self::Reprints(_)
            | Self::Fillers(_)
            | Self::Explain(_)
            | Self::Forget(_)
            | Self::Verify(_)
            | Self::Cluster(_)
            | Self::Serve(_)
            | Self::Sources(_)
            | Self::Watch(_)
            | Self::Analyze(_)
            | Self::Inspect(_)
            | Self::Config(_)
            | Self::Token(_)
            | Self::Completions(_)
            | Self::Man(_) => return None,
            #[cfg(feature = "mcp")]
            Self::Mcp(_) => return None,
        })
    }
}

const EXAMPLES: &str = "\
Examples:
  timbao index bao/                        index a directory of articles
  timbao search '\"tự diễn biến\"'           find a phrase, accents as typed
  timbao search tu dien bien               the same words, any accents
  timbao show bao/2026/03/tin.txt          read an article

Exit status: 0 something was found, 1 nothing was found, 2 an error.";

const LONG_EXAMPLES: &str = "\
Examples:
  timbao index bao/
      Index a directory of articles into ./.timbao; run it again to update it.
  timbao search '\"tự diễn biến\" -\"tự chuyển hóa\"'
      Find a phrase, accents as typed, in articles without another phrase.
  timbao search tu dien bien --after 2025 --section 'xây dựng Đảng'
      Any accents, in one section, published after 2025.
  timbao search 'tít:(\"đại hội\" NEAR/5 \"nhân sự\")' --format json
      Hits as JSON, for other programs.

Exit status:
  0  something was found or done
  1  nothing was found
  2  an error
  3  done, but some files could not be read and their articles are as they were

Environment:
  TIMBAO_INDEX   directory of the index; every key that `timbao config show` lists has a
                 variable of this form
  NO_COLOR       no colours, when set and not empty
  TIMBAO_PAGER   pager for terminals, before PAGER; `never` for none

Files:
  timbao.toml                   configuration of the project, in this directory or one above
  ~/.config/timbao/config.toml  configuration of the user (XDG_CONFIG_HOME is respected)";
