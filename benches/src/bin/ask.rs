//! Measures queries on one index of Timbao, for profilers and small changes.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use timbao_benches::measure::{Latency, median};
use timbao_benches::{data, queries, timbao};
use timbao_index::{CacheOptions, Index, SearchOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Memory for indexing, in bytes.
const MEMORY: usize = 1_000_000_000;

/// Runs queries written by `compare --write-queries`, and prints the time of
/// each kind.
#[derive(Parser)]
struct Arguments {
    /// The directory of the index; made of --articles if it is not there.
    index: PathBuf,
    /// Lines of kind and query, separated by a tab.
    queries: PathBuf,
    /// Articles, as JSON Lines (also .gz, .zst).
    #[arg(long)]
    articles: Option<PathBuf>,
    /// Runs only kinds whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Rounds; the median of each query counts.
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// Reads this many megabytes of other data between rounds, as other systems
    /// on the same machine do.
    #[arg(long, default_value_t = 0)]
    beside: usize,
    /// Prints each query with its time and total.
    #[arg(long)]
    each: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let index = match &arguments.articles {
        Some(articles) if !arguments.index.exists() => {
            let articles = data::articles(articles)?.into_iter();
            let index = timbao::build(&arguments.index, articles, 1, MEMORY)?;
            timbao::merge(&index, MEMORY)?;
            index
        }
        _ => Index::open(&arguments.index)?,
    };
    let searcher = index
        .with_caches(CacheOptions::for_many_queries())
        .searcher()?;
    let lines = std::fs::read_to_string(&arguments.queries)?;
    let mut planner = timbao::Planner::default();
    for (kind, queries) in queries::by_kind(&lines) {
        if !kind.contains(&arguments.only) {
            continue;
        }
        let options = SearchOptions::default();
        let mut times = vec![Vec::with_capacity(arguments.rounds); queries.len()];
        let mut found = vec![0; queries.len()];
        let beside = vec![1u8; arguments.beside << 20];
        for _ in 0..arguments.rounds {
            let read: usize = beside.iter().step_by(64).map(|&b| usize::from(b)).sum();
            std::hint::black_box(read);
            for (i, query) in queries.iter().enumerate() {
                let start = Instant::now();
                let answer = searcher.search(&planner.of_kind(kind, query), &options)?;
                times[i].push(start.elapsed());
                found[i] = answer.total;
            }
        }
        let medians: Vec<Duration> = times.into_iter().map(median).collect();
        if arguments.each {
            for ((query, time), found) in queries.iter().zip(&medians).zip(&found) {
                println!("{:.1}\t{found}\t{query}", time.as_nanos() as f64 / 1e3);
            }
        }
        let times = Latency::of(medians);
        println!(
            "{kind}: p50 {:.2} p95 {:.1} p99 {:.1} mean {:.2} µs, {} hits",
            times.p50_us,
            times.p95_us,
            times.p99_us,
            times.mean_us,
            found.iter().sum::<u64>()
        );
    }
    Ok(())
}
