//! Measures what the checksums of an index cost its searches.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use timbao_benches::measure::{median, side_by_side};
use timbao_benches::{queries, timbao};
use timbao_index::{Index, SearchOptions, Searcher};
use timbao_query::plan::Plan;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs queries written by `compare --write-queries` with and without checks,
/// in turns: by searchers that answered them before, and by an index that is
/// opened for each query.
#[derive(Parser)]
struct Arguments {
    /// The directory of the index.
    index: PathBuf,
    /// Lines of kind and query, separated by a tab.
    queries: PathBuf,
    /// Rounds; the median of each query counts.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Queries of each kind for which the index is opened anew.
    #[arg(long, default_value_t = 30)]
    cold: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let lines = std::fs::read_to_string(&arguments.queries)?;
    let dir = &arguments.index;
    let (checked, trusted) = (searcher(dir, true)?, searcher(dir, false)?);
    println!("kind\twarm p50, µs\tunchecked\twarm mean\tunchecked\tcold p50, ms\tunchecked");
    let mut planner = timbao::Planner::default();
    for (kind, queries) in queries::by_kind(&lines) {
        let plans = queries.iter().map(|query| planner.of_kind(kind, query));
        let plans: Vec<Plan> = plans.collect();
        let warm = side_by_side(
            &plans,
            arguments.rounds,
            &mut [&mut |plan| ask(&checked, plan), &mut |plan| {
                ask(&trusted, plan);
            }],
        );
        let mut cold = [Vec::new(), Vec::new()];
        for plan in plans.iter().take(arguments.cold) {
            for (times, checks) in cold.iter_mut().zip([true, false]) {
                times.push(once(dir, checks, plan, arguments.rounds)?);
            }
        }
        let [cold, unchecked] = cold.map(|times| median(times).as_secs_f64() * 1e3);
        let us = |number: f64| format!("{number:.2}");
        let cells = [
            us(warm[0].p50_us),
            us(warm[1].p50_us),
            us(warm[0].mean_us),
            us(warm[1].mean_us),
            us(cold),
            us(unchecked),
        ];
        println!("{kind}\t{}", cells.join("\t"));
    }
    Ok(())
}

fn searcher(dir: &Path, checks: bool) -> Result<Searcher> {
    let index = Index::open(dir)?;
    let index = match checks {
        true => index,
        false => index.without_checks(),
    };
    Ok(index.searcher()?)
}

fn ask(searcher: &Searcher, plan: &Plan) {
    let answer = searcher.search(plan, &SearchOptions::default());
    std::hint::black_box(answer.map_or(0, |answer| answer.total));
}

/// The median time from the opening of the index to the answer.
fn once(dir: &Path, checks: bool, plan: &Plan, rounds: usize) -> Result<Duration> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        ask(&searcher(dir, checks)?, plan);
        times.push(start.elapsed());
    }
    Ok(median(times))
}
