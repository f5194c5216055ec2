//! Arguments of the commands that read an index.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use timbao_query::plan::Facet;

use super::count::CountArgs;
use super::filters::{FilterArgs, conditions, either};
use super::listing::{CiteArgs, ListArgs};
use super::values::{Accents, FacetName, Order, RecordFormat, RowFormat, days};

/// Search the index and print ranked hits
///
/// A hit has its title, date, section, source, place, path, and a passage of the text with every
/// match highlighted.
///
/// Words are searched together, the best articles first. "…" is a phrase, -word excludes, OR, NOT
/// and NEAR/N combine (also PRE/N in order, NOTNEAR/N and /S for one sentence), ATLEAST/N counts,
/// title: section: date: and other fields narrow, word*, *word and /regex/ match parts of words, * in
/// a phrase is any word and (a | b) alternatives, ==Word matches its case. A query needs quotation marks of its own inside those of the shell: '"tự
/// diễn biến"'.
#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  timbao search tự diễn biến
  timbao search '\"tự diễn biến\" \"tự chuyển hóa\"'
  timbao search tu dien bien --after 2025 --sort -date
  timbao search 'section:\"xây dựng Đảng\" đại hội' --format csv --limit 1000
  timbao search '\"tự diễn biến\"' --facet section,year --limit 0",
    after_long_help = "\
Examples:
  timbao search tự diễn biến
      Articles that say much of these words, neighbours first.
  timbao search '\"tự diễn biến\" -\"tự chuyển hóa\"'
      The one phrase without the other. Before a query that begins with -, put --.
  timbao search tu dien bien --after 2025 --sort -date
      Any accents, published after 2025, latest first.
  timbao search 'tit:(\"dai hoi\" NEAR/5 \"nhan su\")' --accents loose
      Words near each other; a field may be named in Vietnamese.
  timbao search '\"tự diễn biến\"' --facet section,year --limit 0
      How many in each section and year.
  timbao search 'cử tri' --format json | jq '.hits[].title'
      For other programs.

Exit status: 0 hits, 1 no hits, 2 an error."
)]
pub(crate) struct SearchArgs {
    /// Query; optional if there is a filter
    #[arg(
        value_name = "QUERY",
        required_unless_present_any = conditions()
    )]
    pub query: Vec<String>,
    /// Hits to print [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Number of hits to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Order of the hits: relevance, date (oldest first) or -date (newest
    /// first) [default: relevance]
    #[arg(
        long,
        value_name = "ORDER",
        allow_hyphen_values = true,
        hide_possible_values = true
    )]
    pub sort: Option<Order>,
    /// Prefer recent articles: half-life of the boost in days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub recency: Option<f32>,
    #[arg(
        long,
        help = format!("Count all hits by {}", either(Facet::ALL)),
        long_help = format!(
            "Count all hits by {}\n\nSeveral are separated by commas. They count all hits, \
             whatever --limit is; in csv and jsonl they take the place of the hits.",
            either(Facet::ALL)
        ),
        value_name = "BY",
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub facet: Vec<FacetName>,
    /// Show every text once, by its earliest publication, with the number of its reprints
    #[arg(long, conflicts_with_all = ["facet", "explain"])]
    pub unique: bool,
    #[command(flatten)]
    pub cite: CiteArgs,
    /// Passages to print per article
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub snippets: usize,
    /// Explain the score of each hit, term by term
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Print an article
///
/// Give the id of the article, or the path (and #member) that `search` prints
/// for articles without an id.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao show 2026/2026-03-25-tong-ket.txt
  timbao show bao/tin.jsonl#12 --format json

Exit status: 0 found, 1 not found, 2 an error.")]
pub(crate) struct ShowArgs {
    /// Id or path of the article
    #[arg(value_name = "ID")]
    pub id: String,
    /// Highlight the matches of a query; JSON lists them as `matches`
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Accents of the query: auto, strict or loose [default: auto]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub accents: Option<Accents>,
    #[command(flatten)]
    pub cite: CiteArgs,
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

/// Show index statistics
///
/// Articles, tokens, distinct syllables and words, size on disk, dates, and the versions of the
/// index format and of the analyzer.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao stats
  timbao stats --state
  timbao stats --format json --index /srv/bao/.timbao")]
pub(crate) struct StatsArgs {
    /// Print only the state of the index, as in --cite, and its size
    ///
    /// The same articles have the same id, in whatever order they were indexed.
    #[arg(long)]
    pub state: bool,
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

/// Run a file of queries and write their hits
///
/// Totals and hits are written as CSV or JSON Lines, each as soon as it is
/// known. In a file whose name ends in .csv the queries are in the column
/// `query`, else in the first column; any other file has one query per line.
/// Every hit is written unless --limit is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao batch tu-khoa.csv > ket-qua.csv
  timbao batch tu-khoa.txt --totals --after 2025
  timbao batch tu-khoa.txt --by month > thang.csv
  printf 'cử tri\\n\"tự diễn biến\"\\n' | timbao batch - --format jsonl

Exit status: 0 some query had hits, 1 no hits, 2 an error.")]
pub(crate) struct BatchArgs {
    /// File of queries; - is standard input
    #[arg(value_name = "QUERIES", value_hint = ValueHint::FilePath)]
    pub queries: PathBuf,
    /// Read CSV, and take the queries from this column: its name, or its number from 1
    #[arg(long, value_name = "COLUMN")]
    pub column: Option<String>,
    /// Maximum number of hits of each query
    #[arg(long, short = 'n', value_name = "N", conflicts_with = "totals")]
    pub limit: Option<usize>,
    /// Write the totals only, one row per query
    #[arg(long)]
    pub totals: bool,
    #[arg(
        long,
        help = format!(
            "Write a matrix: one row a query, and its articles in each {}",
            either(Facet::ALL)
        ),
        long_help = format!(
            "Write a matrix: one row a query, and its articles in each {}\n\nIn CSV every value \
             that the index has, under the filters, is a column.",
            either(Facet::ALL)
        ),
        value_name = "BY",
        value_enum,
        conflicts_with_all = ["limit", "totals", "sort"],
        hide_possible_values = true
    )]
    pub by: Option<FacetName>,
    /// Order of the hits: relevance, date (oldest first) or -date (newest
    /// first) [default: relevance]
    #[arg(
        long,
        value_name = "ORDER",
        allow_hyphen_values = true,
        hide_possible_values = true
    )]
    pub sort: Option<Order>,
    #[command(flatten)]
    pub count: CountArgs,
    /// Output format: csv or jsonl
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: RowFormat,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// List the words in the gaps of a phrase
///
/// `"tự * hóa"` has a gap of one word, `"tự ** hóa"` of one to five, `"tự **3 hóa"` of one to
/// three. The words in the gap are counted over all matching articles, the most common first. The
/// quotation marks are optional.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao fillers 'tự * hóa'
  timbao fillers '\"chống ** hóa\" -kinh' --after 2025 --format csv > tu.csv

Exit status: 0 matches, 1 no match, 2 an error.")]
pub(crate) struct FillersArgs {
    /// A query with one phrase that has gaps
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Fillers to print [default: 50; all of them in csv, jsonl and xlsx]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub count: CountArgs,
    #[command(flatten)]
    pub list: ListArgs,
    #[command(flatten)]
    pub cite: CiteArgs,
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// Show how a query is understood
///
/// The syntax tree, the accent-sensitive words, the expansions, the document frequency of each
/// term, and the query plan.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  timbao explain 'tu dien bien'
  timbao explain '\"tự * hóa\" AND UBND' --format json

Exit status: 0 hits, 1 no hits, 2 an error.")]
pub(crate) struct ExplainArgs {
    /// The query
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Output format: text or json
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    pub format: RecordFormat,
    #[command(flatten)]
    pub filters: FilterArgs,
}
