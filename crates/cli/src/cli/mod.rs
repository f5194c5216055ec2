//! The command line: its commands, arguments and values.
//!
//! Nothing here acts. Help, completions and man pages come from these types.

mod filters;
mod indexing;
mod keeping;
mod research;
mod searching;
mod serving;
mod tools;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::Settings;

pub(crate) use filters::FilterArgs;
pub(crate) use indexing::{
    ForgetArgs, IndexArgs, IndexingArgs, InspectArgs, ReindexArgs, WatchArgs, WritingArgs,
};
pub(crate) use keeping::{BackupArgs, RepairArgs, RestoreArgs, VerifyArgs};
pub(crate) use research::{
    CollocateOrder, CollocatesArgs, CountName, KeywordsArgs, KwicArgs, MeasureName, PeriodName,
    ReprintsArgs, SimilarArgs, TrendsArgs,
};
pub(crate) use searching::{BatchArgs, ExplainArgs, FillersArgs, SearchArgs, ShowArgs, StatsArgs};
pub(crate) use serving::ServeArgs;
pub(crate) use tools::{
    AnalyzeArgs, BenchCommand, CompletionsArgs, ConfigCommand, ConfigShowArgs, LatencyArgs,
    ManArgs, RelevanceArgs,
};
pub(crate) use values::{
    Accents, Color, LanguageName, ListFormat, Memory, Order, Paging, RecordFormat, RowFormat,
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

/// Flags that every command takes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Directory of the index [default: ./.timbao]
    ///
    /// Also set by the environment variable TIMBAO_INDEX, or by `index` in a configuration file.
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub index: Option<PathBuf>,
    /// Use colours: auto, always or never [default: auto]
    ///
    /// `auto` uses them on a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, global = true, value_name = "WHEN", hide_possible_values = true)]
    pub color: Option<Color>,
    /// Language of results and charts: vi or en [default: that of the locale]
    ///
    /// LC_ALL, LC_MESSAGES and LANG name the locale. If it is neither, results are in English and
    /// charts in Vietnamese. Keys of JSON and CSV are the same in all languages; help and errors
    /// are in English.
    #[arg(
        long,
        global = true,
        value_name = "LANGUAGE",
        hide_possible_values = true
    )]
    pub lang: Option<LanguageName>,
    /// Do not send long output through a pager
    ///
    /// On a terminal the pager is TIMBAO_PAGER, else PAGER, else `less -FRX`: a program and its
    /// arguments, quoted as for a shell. TIMBAO_PAGER can also be `never`.
    #[arg(long, global = true)]
    pub no_pager: bool,
}

impl Cli {
    /// Parses the arguments of the process. Its answers, such as help and errors of usage, have the
    /// colours that `--color`, the environment and the configuration choose.
    pub(crate) fn parse_process() -> (Result<Self, clap::Error>, Color) {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let color = Settings::early_color(early_flag(&arguments));
        let mut command = Self::command().color(match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        });
        let parsed = command
            .try_get_matches_from_mut(arguments)
            .and_then(|mut matches| {
                Self::from_arg_matches_mut(&mut matches).map_err(|e| e.format(&mut command))
            });
        (parsed, color)
    }
}

/// The value of `--color` among arguments that are not parsed yet, if it is valid.
fn early_flag(arguments: &[OsString]) -> Option<Color> {
    let mut flag = None;
    let mut arguments = arguments.iter().skip(1).map(|a| a.to_str().unwrap_or(""));
    while let Some(argument) = arguments.next().filter(|&argument| argument != "--") {
        let value = match argument {
            "--color" => arguments.next(),
            _ => argument.strip_prefix("--color="),
        };
        flag = value.and_then(|v| Color::from_str(v, true).ok()).or(flag);
    }
    flag
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(IndexArgs),
    Reindex(ReindexArgs),
    Watch(WatchArgs),
    Forget(ForgetArgs),
    Verify(VerifyArgs),
    Repair(RepairArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Search(SearchArgs),
    Show(ShowArgs),
    Stats(StatsArgs),
    Batch(BatchArgs),
    Kwic(KwicArgs),
    Trends(TrendsArgs),
    Collocates(CollocatesArgs),
    Keywords(KeywordsArgs),
    Similar(SimilarArgs),
    Reprints(ReprintsArgs),
    Fillers(FillersArgs),
    Explain(ExplainArgs),
    Serve(ServeArgs),
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
