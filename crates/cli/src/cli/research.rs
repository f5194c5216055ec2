//! Arguments of the views for research.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use timbao_views::{GroupKey, SortKey};

use super::count::CountArgs;
use super::filters::{FilterArgs, either_stated};
use super::listing::{CiteArgs, ListArgs};
use super::values::SplitName;

/// Print every match in context
///
/// A concordance: the match in the middle, words on each side, and the article,
/// date and position of the match. Bare words are a phrase here, as if in
/// quotation marks.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao kwic tự diễn biến
  timbao kwic 'chi bộ' --sort right,left --limit 200
  timbao kwic 'cử tri' --group right --after 2020
  timbao kwic 'cử tri' --sample 100 --seed 7 --format csv > dong.csv

Exit status: 0 matches, 1 no match, 2 an error.")]
pub(crate) struct KwicArgs {
    /// Query; bare words are a phrase
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Words on each side
    #[arg(long, short = 'C', value_name = "N", default_value_t = 10)]
    pub context: u32,
    /// Words before the match, if different from --context
    #[arg(long, value_name = "N")]
    pub left: Option<u32>,
    /// Words after the match, if different from --context
    #[arg(long, value_name = "N")]
    pub right: Option<u32>,
    #[arg(
        long,
        help = sort_help(),
        long_help = format!(
            "{}\n\n`left` is the word before the match, `left:3` the three words before it, the \
             nearest first. Words are in the order of a Vietnamese dictionary.",
            sort_help()
        ),
        value_name = "KEYS",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub sort: Vec<SortKey>,
    #[arg(
        long,
        value_name = "KEYS",
        value_delimiter = ',',
        help = format!(
            "Count the lines by left, right, match, day, week, month, quarter, year, {}, instead \
             of printing them; several with commas",
            either_stated()
        )
    )]
    pub group: Vec<GroupKey>,
    /// Print a random sample of N lines
    #[arg(long, value_name = "N")]
    pub sample: Option<usize>,
    /// Print the lines in a random order
    #[arg(long, conflicts_with = "sort")]
    pub shuffle: bool,
    /// Seed of the sample and of the random order: the same seed selects the same lines
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Lines or groups to print [default: 50; all of them in csv, jsonl and xlsx]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Number of lines to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

fn sort_help() -> String {
    format!(
        "Sort by left, right, match, date, -date, {}; several with commas [default: date]",
        either_stated()
    )
}

/// Count queries over time
///
/// Counts matches and articles of up to ten queries by day, week, month,
/// quarter or year, also per million words or per thousand articles of the
/// period. Each query is an argument; adjacent words are a phrase. Filters
/// restrict both the counted articles and the totals. Periods with few articles
/// are marked with *, the current one, which is not over, with ….
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao trends 'tự diễn biến' 'tự chuyển hóa'
  timbao trends 'chuyển đổi số' --by year --measure per-thousand
  timbao trends 'nhân sự' --split section --svg nhan-su.svg --title 'Nhân sự trên báo'
  timbao trends 'học phí' --average 5 --count texts
  timbao trends 'đại hội' --by week --format csv > dai-hoi.csv

Exit status: 0 matches, 1 no match, 2 an error.")]
pub(crate) struct TrendsArgs {
    /// Queries to count, at most ten
    #[arg(required = true, value_name = "QUERY", num_args = 1..=10)]
    pub queries: Vec<String>,
    /// Length of a period: day, week, month, quarter or year [default: month, or year for more than 20
    /// years]
    #[arg(long, value_name = "PERIOD", value_enum, hide_possible_values = true)]
    pub by: Option<PeriodName>,
    /// Measure of the chart: matches, articles, per-million (matches per million words) or
    /// per-thousand (articles with a match per thousand)
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub measure: MeasureName,
    #[arg(
        long,
        value_name = "BY",
        value_enum,
        hide_possible_values = true,
        help = format!("Count each value of {} for itself", either_stated())
    )]
    pub split: Option<SplitName>,
    /// Number of values with a series of their own; rarer ones are counted together
    #[arg(long, value_name = "N", default_value_t = 8, requires = "split")]
    pub values: usize,
    /// Mark periods with fewer articles
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub thin: u64,
    #[command(flatten)]
    pub count: CountArgs,
    /// Add a moving average over N periods: the period and those around it. The chart draws it as a
    /// line
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=99)
    )]
    pub average: usize,
    /// Write the chart to a file, as SVG
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub svg: Option<PathBuf>,
    /// Headline of the drawn chart
    #[arg(long, value_name = "TEXT", requires = "svg")]
    pub title: Option<String>,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Print the collocates of a query
///
/// Syllables, and words of several syllables, that occur near the matches more
/// often than expected. Prints the occurrences near matches and overall,
/// log-likelihood, logDice and mutual information. With --of and --against,
/// compares the collocates in two sets of articles.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao collocates 'nhân sự'
  timbao collocates 'đại hội' --window 3 --by dice --min 10
  timbao collocates 'công nghệ' --of 'date:2024..' --against 'date:..2023'

Exit status: 0 something was found, 1 nothing was found, 2 an error.")]
pub(crate) struct CollocatesArgs {
    /// Query; bare words are a phrase
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Width of the window on each side, in words
    #[arg(long, short = 'w', value_name = "N", default_value_t = 5)]
    pub window: u32,
    /// Window before the match in words, if different from --window
    #[arg(long, value_name = "N")]
    pub left: Option<u32>,
    /// Window after the match in words, if different from --window
    #[arg(long, value_name = "N")]
    pub right: Option<u32>,
    /// Minimum number of occurrences near a match
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min: u64,
    /// Order: likelihood, dice, mi or count
    #[arg(
        long,
        value_name = "MEASURE",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub by: CollocateOrder,
    /// Compare: collocates in articles that match this query
    #[arg(long, value_name = "QUERY", requires = "against")]
    pub of: Option<String>,
    /// Compare: with those in articles that match this query
    #[arg(long, value_name = "QUERY", requires = "of")]
    pub against: Option<String>,
    /// Collocates to print
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Print the keywords of some articles
///
/// Syllables, and words of several syllables, that are more frequent in the
/// articles of one query than in those of another, or than in all others.
/// Prints the frequency, the log-likelihood as a measure of certainty, and the
/// Log Ratio as a measure of size (1 is twice as frequent).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao keywords --of 'section:\"xây dựng Đảng\"'
  timbao keywords --of 'date:2025' --against 'date:2024' --min 10
  timbao keywords --of 'source:\"Báo Sông Trà\"' --format csv

Exit status: 0 something was found, 1 nothing was found, 2 an error.")]
pub(crate) struct KeywordsArgs {
    /// The articles: a query, such as a filter
    #[arg(long, value_name = "QUERY")]
    pub of: String,
    /// Query for the articles to compare with [default: all others]
    #[arg(long, value_name = "QUERY")]
    pub against: Option<String>,
    /// Minimum number of occurrences of a keyword
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min: u64,
    /// Minimum number of articles with a keyword
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub min_articles: u64,
    /// Keywords to print
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Print similar articles
///
/// The article is an id or path of the index, a file, or - for standard input. Each similar article
/// is printed with the shared terms. Reprints of the article itself are omitted.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao similar 2026/2026-03-25-tong-ket.txt
  timbao similar ban-thao.docx
  pbpaste | timbao similar -

Exit status: 0 something was found, 1 nothing was found, 2 an error.")]
pub(crate) struct SimilarArgs {
    /// Id or path of an article of the index, a file, or - for standard input
    #[arg(value_name = "ID|FILE")]
    pub id: String,
    /// Articles to print
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// Number of terms of the article to search for
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub terms: usize,
    /// Print reprints of the article too
    #[arg(long)]
    pub reprints: bool,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

/// List the publications of a text
///
/// Articles that publish the same text, exactly or nearly, in order of time,
/// each with its changes to the first. Without an article, the most reprinted
/// texts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao reprints
  timbao reprints 2026/2026-03-25-tong-ket.txt
  timbao reprints bao/tin.jsonl#12 --format json

Exit status: 0 reprints, 1 no reprints, 2 an error.")]
pub(crate) struct ReprintsArgs {
    /// Id or path of an article
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Texts to print, without an article
    #[arg(
        long,
        short = 'n',
        value_name = "N",
        default_value_t = 20,
        conflicts_with = "id"
    )]
    pub limit: usize,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Calendar periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeriodName {
    /// A day
    #[value(alias = "ngay", alias = "ngày")]
    Day,
    /// A week from Monday
    #[value(alias = "tuan", alias = "tuần")]
    Week,
    /// A month
    #[value(alias = "thang", alias = "tháng")]
    Month,
    /// Three months
    #[value(alias = "quy", alias = "quý")]
    Quarter,
    /// A year
    #[value(alias = "nam", alias = "năm")]
    Year,
}

/// The measures of a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MeasureName {
    /// Places where the query matches
    Matches,
    /// Articles with a match
    Articles,
    /// Matches in a million words
    #[default]
    PerMillion,
    /// Articles with a match in a thousand
    PerThousand,
}

/// The orders of collocates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CollocateOrder {
    /// Log-likelihood
    #[default]
    Likelihood,
    /// logDice
    Dice,
    /// Mutual information
    Mi,
    /// By number of occurrences
    Count,
}
