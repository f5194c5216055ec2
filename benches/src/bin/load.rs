//! Sends a mixed log of queries to a local server, over a growing number of
//! connections.
//!
//! Each connection sends one request after the other, without a pause, so that
//! a row of the table is the maximum load for this number of clients. The mix
//! of a newsroom: half of the requests are searches by programs, a fifth are
//! pages, the rest completions, concordances, counts and trends. The mix of
//! research: each research view, as a page and in the API, equally often.
//! A second table has the times of each address in the first row.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use clap::{Parser, ValueEnum};
use timbao_benches::http::{encoded, exchange};

/// Measure how a server on this machine answers a mixed log of queries
#[derive(Parser)]
struct Args {
    /// Address of the server; it has to be a loopback address
    #[arg(long, default_value = "127.0.0.1:7878")]
    address: SocketAddr,
    /// File of queries, one per line; the second column if a line has tabs
    #[arg(long)]
    queries: PathBuf,
    /// Connections, one row of the table each
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 16, 64])]
    connections: Vec<usize>,
    /// The requests: those of a newsroom, or of research
    #[arg(long, value_enum, default_value_t = Mix::Newsroom)]
    mix: Mix,
    /// Seconds for each row
    #[arg(long, default_value_t = 15)]
    seconds: u64,
}

/// A mix of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mix {
    Newsroom,
    Research,
}

/// The research views: an address without its last value, and the words of a query it takes; 0 for
/// none.
const RESEARCH: [(&str, usize); 20] = [
    ("/kwic?sort=left&then=date&q=", 2),
    ("/api/v1/kwic?group=right&q=", 2),
    ("/trends?split=section&count=texts&q=", 2),
    ("/api/v1/trends?by=month&average=3&q=", 2),
    ("/collocates?q=", 2),
    ("/api/v1/collocates?limit=200&q=", 2),
    ("/keywords?q=", 2),
    ("/api/v1/keywords?of=", 2),
    ("/fillers?q=", 2),
    ("/api/v1/fillers?q=", 2),
    ("/wordlist?size=2&q=", 2),
    ("/api/v1/wordlist?limit=500&q=", 2),
    ("/dispersion?q=", 2),
    ("/api/v1/dispersion?slices=50&q=", 2),
    ("/compare?q=kinh+t%E1%BA%BF&q=", 2),
    ("/api/v1/compare?q=kinh+t%E1%BA%BF&q=", 2),
    ("/batch?by=year&queries=", 8),
    ("/api/v1/similar?text=", 12),
    ("/reprints", 0),
    ("/api/v1/reprints", 0),
];

/// The results of one connection.
#[derive(Default)]
struct Seen {
    /// The addresses of answers, without the query, with the times in microseconds.
    times: Vec<(&'static str, u64)>,
    /// Requests that were turned away or cut off (503).
    refused: u64,
    /// Queries that are not a search, such as words without a gap (400).
    invalid: u64,
    /// Answers that should not have come, and connections that broke.
    errors: u64,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    if !args.address.ip().is_loopback() {
        return Err(io::Error::other("the server must be on this machine"));
    }
    let text = fs::read_to_string(&args.queries)?;
    let queries: Vec<&str> = text
        .lines()
        .map(|line| line.split('\t').nth(1).unwrap_or(line).trim())
        .filter(|query| !query.is_empty())
        .collect();
    if queries.is_empty() {
        return Err(io::Error::other("there are no queries in the file"));
    }
    println!(
        "| connections | requests/s | p50 ms | p99 ms | max ms | turned away | invalid | errors |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut views = Vec::new();
    for &connections in &args.connections {
        let time = Duration::from_secs(args.seconds);
        let begun = Instant::now();
        let seen: Vec<Seen> = thread::scope(|scope| {
            let asking: Vec<_> = (0..connections as u64)
                .map(|seed| {
                    let queries = &queries;
                    scope.spawn(move || ask(args.address, args.mix, queries, seed, begun + time))
                })
                .collect();
            asking
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .collect()
        });
        row(connections, &seen, begun.elapsed());
        if views.is_empty() {
            views = seen.into_iter().flat_map(|seen| seen.times).collect();
        }
    }
    by_view(&views);
    Ok(())
}

fn row(connections: usize, seen: &[Seen], elapsed: Duration) {
    let all = seen.iter().flat_map(|seen| &seen.times);
    let times = sorted(all.map(|&(_, time)| time));
    let sum = |count: fn(&Seen) -> u64| seen.iter().map(count).sum::<u64>();
    println!(
        "| {connections} | {:.0} | {:.1} | {:.1} | {:.1} | {} | {} | {} |",
        times.len() as f64 / elapsed.as_secs_f64(),
        at(&times, 0.50),
        at(&times, 0.99),
        at(&times, 1.0),
        sum(|seen| seen.refused),
        sum(|seen| seen.invalid),
        sum(|seen| seen.errors),
    );
}

/// Prints the times of each address.
fn by_view(times: &[(&'static str, u64)]) {
    println!("\n| address | requests | p50 ms | p99 ms | max ms |");
    println!("|---|---|---|---|---|");
    let addresses: BTreeSet<&str> = times.iter().map(|&(address, _)| address).collect();
    for address in addresses {
        let own = times.iter().filter(|&&(other, _)| other == address);
        let own = sorted(own.map(|&(_, time)| time));
        println!(
            "| `{}` | {} | {:.1} | {:.1} | {:.1} |",
            address.split('?').next().unwrap_or(address),
            own.len(),
            at(&own, 0.50),
            at(&own, 0.99),
            at(&own, 1.0),
        );
    }
}

fn sorted(times: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut times: Vec<u64> = times.collect();
    times.sort_unstable();
    times
}

/// A quantile of sorted times, in milliseconds.
fn at(times: &[u64], share: f64) -> f64 {
    let rank = (share * times.len() as f64).ceil() as usize;
    let time = times.get(rank.max(1) - 1);
    time.map_or(0.0, |us| *us as f64 / 1000.0)
}

/// Sends requests until the end, on one connection at a time.
fn ask(address: SocketAddr, mix: Mix, queries: &[&str], seed: u64, end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut random = seed;
    let mut connection = None;
    while Instant::now() < end {
        let (path, request) = request(mix, queries, &mut random);
        let begun = Instant::now();
        let status = exchange(address, &mut connection, &request).ok();
        seen.add(path, status, begun.elapsed());
        if !matches!(status, Some(200 | 400)) {
            thread::sleep(Duration::from_millis(10));
        }
        if !matches!(status, Some(200 | 400 | 503)) {
            connection = None;
        }
    }
    seen
}

impl Seen {
    /// Adds an answer with a status; `None` if the connection broke.
    fn add(&mut self, path: &'static str, status: Option<u16>, time: Duration) {
        match status {
            Some(200) => self.times.push((path, time.as_micros() as u64)),
            // The first words of a title can be a number or a name without a second word.
            Some(400) => self.invalid += 1,
            Some(503) => self.refused += 1,
            _ => self.errors += 1,
        }
    }
}

/// The next request of the mix: an address without the query, and with it.
fn request(mix: Mix, queries: &[&str], random: &mut u64) -> (&'static str, String) {
    let query = queries[(next(random) % queries.len() as u64) as usize];
    let words: Vec<&str> = query.split_whitespace().collect();
    let some = |n: usize| words[..words.len().min(n)].join(" ");
    let kind = next(random);
    let (path, query) = match kind % 100 {
        _ if mix == Mix::Research => {
            let (path, words) = RESEARCH[(kind % RESEARCH.len() as u64) as usize];
            match path.contains("fillers") {
                // The gap is between two words.
                true => (path, some(words).replacen(' ', " * ", 1)),
                false => (path, some(words)),
            }
        }
        0..50 => ("/api/v1/search?q=", query.to_owned()),
        50..70 => ("/?q=", query.to_owned()),
        70..80 => ("/api/v1/suggest?q=", some(2)),
        80..90 => ("/api/v1/kwic?sort=right&q=", some(2)),
        90..95 => ("/api/v1/facets?q=", query.to_owned()),
        _ => ("/api/v1/trends?q=", some(2)),
    };
    (path, format!("{path}{}", encoded(&query)))
}

/// SplitMix64 (Steele, Lea & Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_are_not_a_search_are_no_errors() {
        let mut seen = Seen::default();
        for status in [Some(200), Some(400), Some(400), Some(503), Some(500), None] {
            seen.add("/fillers?q=", status, Duration::from_micros(7));
        }
        assert_eq!(seen.times, [("/fillers?q=", 7)]);
        assert_eq!((seen.invalid, seen.refused, seen.errors), (2, 1, 2));
    }
}
