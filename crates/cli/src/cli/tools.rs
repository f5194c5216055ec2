//! Arguments of the commands for learning, measuring and setting up.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::Shell;

use super::values::{Accents, ListFormat, RecordFormat};

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
    /// Text to analyze; standard input when there is none, or when it is -
    #[arg(value_name = "TEXT")]
    pub text: Vec<String>,
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

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    Latency(LatencyArgs),
    Relevance(RelevanceArgs),
}

/// Measure how long queries take
///
/// A file of queries, one a line, is run against the index in one process and one thread; printed
/// are the mean, p50, p95 and p99 of a query and the queries per second. All queries run once to warm up, then in rounds that are measured. Measured is everything from the text of
/// the query to the ranked list of articles: reading the query, finding and ranking; hits are
/// not rendered. Percentiles are by nearest rank over all runs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao bench latency truy-van.txt
  timbao bench latency truy-van.txt --rounds 10 --format json")]
pub(crate) struct LatencyArgs {
    /// File of queries, one a line; - is standard input
    #[arg(value_name = "QUERIES", value_hint = ValueHint::FilePath)]
    pub queries: PathBuf,
    /// Number of hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// Rounds to measure, after one to warm up
    #[arg(long, value_name = "N", default_value = "5")]
    pub rounds: NonZeroUsize,
    /// Add the figures of each query
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

/// Measure whether known articles are found
///
/// Reads lines of `article id TAB query`, perhaps followed by `TAB the same query without
/// accents`, runs each query as it would be typed into `search`, and prints for each column the
/// mean reciprocal rank (mrr_at_10) and the share of articles found (recall_at_10) among the
/// first ten hits. A hit counts when its id, or its path with #member, is the one of the line,
/// to the letter.
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

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    Show(ConfigShowArgs),
}

/// Print every key and its value
///
/// The value is the one in force: a flag goes before the environment, that before the
/// project's timbao.toml, that before the user's config.toml, that before the default.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao config show --origin
  timbao config show --format json")]
pub(crate) struct ConfigShowArgs {
    /// Say where each value comes from
    #[arg(long)]
    pub origin: bool,
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
/// Pages are in roff; in a folder there is one a command.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao man | man -l -
  timbao man --dir ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}
