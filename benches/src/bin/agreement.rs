//! Compares the answers of an index in a directory and of a cluster to generated queries.
//!
//! From the root of the project:
//!
//! ```sh
//! crates/cluster/tests/opensearch/cluster run \
//!     cargo run --release -p timbao-benches --bin agreement
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use timbao_benches::agreement::compare;
use timbao_benches::twins::Twins;

/// Compares the answers of two engines to generated queries.
#[derive(Parser)]
struct Args {
    /// Number of queries
    #[arg(long, default_value_t = 10_000)]
    queries: usize,
    /// Number of articles
    #[arg(long, default_value_t = 2_000)]
    articles: usize,
    /// Seed of the articles and queries
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Addresses of the nodes, separated by commas
    #[arg(long, env = "TIMBAO_CLUSTER")]
    nodes: String,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args = Args::parse();
    let twins = Twins::new(&args.nodes, "agreement", args.articles, args.seed)?;
    let (index, archive) = twins.engines()?;
    let start = Instant::now();
    let agreement = compare([&index, &archive], args.queries, args.seed)?;
    for difference in &agreement.differences {
        println!("{difference}");
    }
    let different = agreement.differences.len();
    println!(
        "{} queries over {} articles: {} with hits, {} rejected by both engines, {different} different; {:.0} s",
        agreement.queries,
        index.article_count(),
        agreement.with_hits,
        agreement.refused,
        start.elapsed().as_secs_f64(),
    );
    let share = 100.0 * agreement.same_best as f64 / agreement.with_hits.max(1) as f64;
    println!("the same best hit by relevance: {share:.1} % of the queries with hits");
    Ok(match different {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
