//! Arguments of the views that measure: word lists, dispersion and comparisons.

use clap::{Args, ValueEnum};
use timbao_views::DispersionBy;

use super::count::CountArgs;
use super::filters::{FilterArgs, either_stated};
use super::listing::{CiteArgs, ListArgs};
use super::research::PeriodName;

/// List the most frequent syllables or n-grams
///
/// Counts syllables, or runs of up to six syllables, in the articles that match
/// a query, or in all of them. Prints occurrences, articles, and both as rates. A
/// run may cross punctuation but not the end of a paragraph, as a phrase of a
/// query may.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao wordlist
  timbao wordlist --size 3 --min 20
  timbao wordlist --size 2 --prefix 'tự ' --sort articles
  timbao wordlist 'section:\"xây dựng Đảng\"' --size 4 --format csv > cum.csv

Exit status: 0 something was found, 1 nothing was found, 2 an error.")]
pub(crate) struct WordListArgs {
    /// The articles: a query [default: all]
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Syllables of each n-gram, from 1 to 6
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub size: u8,
    /// Minimum number of occurrences
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min: u64,
    /// Minimum number of articles
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub min_articles: u64,
    /// Only n-grams that begin like this: whole syllables, and the first letters of the next
    ///
    /// With accents it is compared as typed, without accents any accents match. A space at the
    /// end makes the last syllable a whole one: 'tự ' lists tự do and not tựa đề.
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// Order: count, articles or alphabet
    #[arg(
        long,
        value_name = "ORDER",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub sort: WordListOrder,
    /// N-grams to print [default: 100; all of them in csv, jsonl and xlsx]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Measure how evenly a query is spread
///
/// Draws the positions of the matches over the archive in order of time, or
/// over one article, and measures their dispersion: DP (Gries 2008) and
/// Juilland's D, over slices of equal length, articles, periods or values of
/// metadata.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao dispersion tự diễn biến
  timbao dispersion 'chuyển đổi số' --by year
  timbao dispersion 'nhân sự' --by source --format csv
  timbao dispersion 'chi bộ' --id 2026/2026-03-25-tong-ket.txt

Exit status: 0 matches, 1 no match, 2 an error.")]
pub(crate) struct DispersionArgs {
    /// Query; bare words are a phrase
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Measure over this article: its id or path
    #[arg(long, value_name = "ID", conflicts_with = "by")]
    pub id: Option<String>,
    #[arg(
        long,
        value_name = "PARTS",
        default_value_t,
        help = format!(
            "Parts of the measures: slice, article, day, week, month, quarter, year, {}",
            either_stated()
        )
    )]
    pub by: DispersionBy,
    /// Number of slices [default: 100; 10 with --id]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub slices: Option<u32>,
    /// Parts to print [default: 50; all of them in csv, jsonl and xlsx]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Compare two queries side by side
///
/// Counts and rates of both, the log-likelihood and Log Ratio of their
/// difference, the articles that match both, their trends, and the words that
/// occur near one rather than near the other. Each query is an argument;
/// adjacent words are a phrase.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao compare 'tự diễn biến' 'tự chuyển hóa'
  timbao compare 'phòng chống' 'đẩy lùi' --by year --after 2015
  timbao compare 'cán bộ' 'đảng viên' --format csv > so-sanh.csv

Exit status: 0 matches, 1 no match, 2 an error.")]
pub(crate) struct CompareArgs {
    /// First query
    #[arg(value_name = "QUERY")]
    pub first: String,
    /// Second query
    #[arg(value_name = "QUERY")]
    pub second: String,
    /// Length of a period of the trends: day, week, month, quarter or year
    #[arg(
        long,
        value_name = "PERIOD",
        value_enum,
        default_value = "year",
        hide_possible_values = true
    )]
    pub by: PeriodName,
    /// Width of the window on each side, in words
    #[arg(long, short = 'w', value_name = "N", default_value_t = 5)]
    pub window: u32,
    /// Window before the match in words, if different from --window
    #[arg(long, value_name = "N")]
    pub left: Option<u32>,
    /// Window after the match in words, if different from --window
    #[arg(long, value_name = "N")]
    pub right: Option<u32>,
    /// Minimum number of occurrences of a word near a match
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min: u64,
    /// Words near each query to print
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
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

/// The orders of a word list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum WordListOrder {
    /// By number of occurrences
    #[default]
    Count,
    /// By number of articles
    Articles,
    /// In the order of a Vietnamese dictionary
    Alphabet,
}
