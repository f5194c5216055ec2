//! Arguments of the commands for learning, measuring and setting up.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::Shell;

use super::listing::ListArgs;
use super::values::{Accents, RecordFormat};

/// Print the tokens of a text
///
/// For each token: position, bytes, the slice of the source, the exact key (skeleton, then tone),
/// the folded key (plain letters), the kind, the separator before it, and the bigram with the next
/// token. Numbers, dates and codes are also listed as composite tokens. No index is needed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao analyze 'Hoà bình, hòa bình'
  timbao analyze 'Kết luận 21-KL/TW ngày 25/10/2021' --format json
  timbao analyze < tin.txt")]
pub(crate) struct AnalyzeArgs {
    /// Text to analyze; standard input if missing or -
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
    #[command(flatten)]
    pub list: ListArgs,
}

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    Latency(LatencyArgs),
    Relevance(RelevanceArgs),
    Worst(WorstArgs),
}

/// Measure the latency of queries
///
/// Runs a file of queries, one per line, against the index in one process and
/// one thread. Prints the mean, p50, p95 and p99 latency and the queries per
/// second. All queries run once to warm up, then in measured rounds. A
/// measurement covers the way from the text of the query to the ranked list of
/// articles: parsing, finding and ranking; hits are not rendered. Percentiles
/// are by nearest rank over all runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao bench latency truy-van.txt
  timbao bench latency truy-van.txt --rounds 10 --format json")]
pub(crate) struct LatencyArgs {
    /// File of queries, one per line; - is standard input
    #[arg(value_name = "QUERIES", value_hint = ValueHint::FilePath)]
    pub queries: PathBuf,
    /// Number of hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// Rounds to measure, after one to warm up
    #[arg(long, value_name = "N", default_value = "5")]
    pub rounds: NonZeroUsize,
    /// Add the latencies of each query
    #[arg(long)]
    pub per_query: bool,
    /// Accents of the queries: auto, strict or loose [default: auto]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub accents: Option<Accents>,
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

/// Measure how well known articles are found
///
/// Reads lines of `article id TAB query`, optionally followed by `TAB the same
/// query without accents`, and runs each query like `search`. Prints for each
/// column the mean reciprocal rank (mrr_at_10) and the share of articles found
/// (recall_at_10) among the first ten hits. A hit counts if its id, or its path
/// with #member, equals the one of the line exactly.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao bench relevance cap.tsv
  timbao bench relevance cap.tsv --format json")]
pub(crate) struct RelevanceArgs {
    /// File of pairs, tab-separated; - is standard input
    #[arg(value_name = "PAIRS", value_hint = ValueHint::FilePath)]
    pub pairs: PathBuf,
    /// Accents of the queries: auto, strict or loose [default: auto]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub accents: Option<Accents>,
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

/// Search for the query that takes most time or memory
///
/// Generates legal queries up to the maximum length from frequent syllables, runs each once, and
/// keeps the slowest and those that take most memory; half of the queries of a seed are variants of
/// its own. Prints the time of each and the growth of the peak of resident memory (on Linux). The
/// same seed generates the same queries as long as the same ones are slow.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao bench worst
  timbao bench worst --queries 5000 --seed 7 --seeds 1 --format json")]
pub(crate) struct WorstArgs {
    /// Number of queries of each seed
    #[arg(long, value_name = "N", default_value = "1000")]
    pub queries: NonZeroUsize,
    /// First seed of the generator
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Number of seeds, one after the other
    #[arg(long, value_name = "N", default_value = "4")]
    pub seeds: NonZeroU64,
    /// Number of queries to print, slowest and largest each
    #[arg(long, value_name = "N", default_value = "10")]
    pub keep: NonZeroUsize,
    /// Time limit of a query, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    pub timeout: NonZeroU64,
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

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Show(ConfigShowArgs),
}

/// Print every key and its value
///
/// Prints the effective value: a flag takes precedence over the environment,
/// that over the project's timbao.toml, that over the user's config.toml, and
/// that over the default.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao config show --origin
  timbao config show --format json")]
pub(crate) struct ConfigShowArgs {
    /// Show where each value comes from
    #[arg(long)]
    pub origin: bool,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Print a shell's completion script
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao completions bash > ~/.local/share/bash-completion/completions/timbao
  timbao completions zsh > ~/.zfunc/_timbao
  timbao completions fish > ~/.config/fish/completions/timbao.fish")]
pub(crate) struct CompletionsArgs {
    /// Shell: bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    pub shell: Shell,
}

/// Print the manual page, or write all of them
///
/// Pages are in roff; a directory gets one per command.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao man | man -l -
  timbao man --dir ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write the pages of all commands to this directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}
