//! Times and sizes.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Microseconds of many queries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Latency {
    /// Mean of all queries.
    pub mean_us: f64,
    /// Half of the queries are faster.
    pub p50_us: f64,
    /// 95 of 100 queries are faster.
    pub p95_us: f64,
    /// 99 of 100 queries are faster.
    pub p99_us: f64,
}

impl Latency {
    /// Sums up one time for each query.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let us = |d: Duration| d.as_nanos() as f64 / 1000.0;
        let at = |share: f64| {
            let index =
                ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
            times.get(index).copied().map_or(0.0, us)
        };
        let mean = times.iter().copied().map(us).sum::<f64>() / times.len().max(1) as f64;
        Self {
            mean_us: mean,
            p50_us: at(0.5),
            p95_us: at(0.95),
            p99_us: at(0.99),
        }
    }
}

/// Time to warm up each system before a measured round.
const WARM_UP: Duration = Duration::from_millis(100);

/// Runs all queries by one system, then by the next, `rounds` times, and keeps
/// each query's median.
///
/// The systems take turns, so that what else the machine does falls on all of
/// them. As each finds caches and branch predictors full of the other's work,
/// it runs all queries for a while, twice at least, before they are timed: all
/// systems for as long, whatever their speed.
pub fn side_by_side<Q>(
    queries: &[Q],
    rounds: usize,
    systems: &mut [&mut dyn FnMut(&Q)],
) -> Vec<Latency> {
    let mut times = vec![vec![Vec::with_capacity(rounds); queries.len()]; systems.len()];
    for _ in 0..rounds {
        for (system, times) in systems.iter_mut().zip(&mut times) {
            let turn = Instant::now();
            let mut warm_ups = 0;
            while warm_ups < 2 || turn.elapsed() < WARM_UP {
                queries.iter().for_each(&mut *system);
                warm_ups += 1;
            }
            for (query, times) in queries.iter().zip(times) {
                let start = Instant::now();
                system(query);
                times.push(start.elapsed());
            }
        }
    }
    times
        .into_iter()
        .map(|per_query| Latency::of(per_query.into_iter().map(median).collect()))
        .collect()
}

/// The same of one system alone.
pub fn alone<Q>(queries: &[Q], rounds: usize, mut system: impl FnMut(&Q)) -> Latency {
    let mut latencies = side_by_side(queries, rounds, &mut [&mut system]);
    latencies.swap_remove(0)
}

/// The median of the times that one query took, zero of none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Processor time of this process so far, of all its threads.
pub fn processor_time() -> Option<Duration> {
    // Fields 14 and 15 of proc(5)'s stat, in ticks of a hundredth of a second.
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * ticks))
}

/// Largest memory of this process so far, in bytes.
pub fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(1024 * line.split_whitespace().nth(1)?.parse::<u64>().ok()?)
}

/// Bytes that this process has written so far, to files and elsewhere.
pub fn written() -> Option<u64> {
    let io = fs::read_to_string("/proc/self/io").ok()?;
    let line = io.lines().find(|l| l.starts_with("wchar:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Bytes of all files in a directory.
pub fn folder_size(dir: &Path) -> u64 {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}
