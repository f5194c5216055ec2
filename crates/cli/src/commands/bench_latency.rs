//! `timbao bench latency`.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;
use timbao_index::{CacheOptions, Index, SearchOptions, Searcher};

use crate::arguments::command_line;
use crate::cli::{FilterArgs, LatencyArgs, RecordFormat};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{count, counted};
use crate::output::pager::Sink;
use crate::output::table::{Side, Table};
use timbao_views::json::VERSION;

use super::context::{Context, read_text};
use super::query::{lines, prepare, top};

/// The figures, in JSON. Times are microseconds.
#[derive(Serialize)]
struct Answer {
    version: u32,
    timbao: &'static str,
    command: Vec<String>,
    index: String,
    articles: u64,
    cores: usize,
    limit: usize,
    queries: usize,
    /// Queries that had hits.
    queries_with_hits: usize,
    /// Hits returned by all queries together, once each.
    hits: u64,
    /// Matches of all queries together.
    matches: u64,
    rounds: usize,
    runs: usize,
    #[serde(flatten)]
    all: Figures,
    queries_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_query: Option<Vec<QueryFigures>>,
}

/// The distribution of some runs, in microseconds.
#[derive(Debug, PartialEq, Serialize)]
struct Figures {
    mean_us: f64,
    min_us: f64,
    p50_us: f64,
    p95_us: f64,
    p99_us: f64,
    max_us: f64,
}

/// The figures of one query.
#[derive(Serialize)]
struct QueryFigures {
    query: String,
    hits: usize,
    total: u64,
    #[serde(flatten)]
    figures: Figures,
}

/// The result of one run of a query.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Gave {
    hits: usize,
    total: u64,
}

/// Measures how long queries take.
pub(crate) fn run(args: &LatencyArgs, context: &Context) -> Result<Outcome> {
    let text = read_text(&args.queries)?;
    let queries: Vec<&str> = lines(&text).collect();
    if queries.is_empty() {
        return Err(
            Failure::new(format!("{}: no queries", args.queries.display()))
                .hint("write one query per line"),
        );
    }
    let searcher = Index::open(&context.settings.index)?
        .with_caches(CacheOptions::for_many_queries())
        .searcher()?;
    let filters = FilterArgs {
        accents: args.accents,
        ..FilterArgs::default()
    };
    let options = top(args.limit);
    let once = |query: &str| ask(&searcher, query, &filters, &options, context);

    let gave = queries
        .iter()
        .map(|query| once(query))
        .collect::<Result<Vec<_>>>()?;
    let rounds = args.rounds.get();
    let times = measured(&queries, &gave, rounds, once)?;
    let per_query = args.per_query.then(|| {
        let each = queries.iter().zip(&gave).zip(&times);
        each.map(|((query, gave), times)| QueryFigures::new(query, *gave, times))
            .collect()
    });
    let all: Vec<Duration> = times.into_iter().flatten().collect();
    let spent: Duration = all.iter().sum();
    let answer = Answer {
        version: VERSION,
        timbao: env!("CARGO_PKG_VERSION"),
        command: command_line(),
        index: context.settings.index.display().to_string(),
        articles: searcher.article_count(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        limit: args.limit,
        queries: queries.len(),
        queries_with_hits: gave.iter().filter(|gave| gave.hits > 0).count(),
        hits: gave.iter().map(|gave| gave.hits as u64).sum(),
        matches: gave.iter().map(|gave| gave.total).sum(),
        rounds,
        runs: all.len(),
        queries_per_second: all.len() as f64 / spent.as_secs_f64().max(1e-9),
        all: Figures::of(all),
        per_query,
    };
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &answer)?,
        RecordFormat::Text => write_text(&mut out, context, &answer)?,
    }
    out.flush()?;
    Ok(Outcome::of(answer.hits > 0))
}

/// The times of each query, in rounds over all of them.
///
/// # Errors
///
/// If a query does not return what it gave before.
fn measured(
    queries: &[&str],
    gave: &[Gave],
    rounds: usize,
    once: impl Fn(&str) -> Result<Gave>,
) -> Result<Vec<Vec<Duration>>> {
    let mut times = vec![Vec::with_capacity(rounds); queries.len()];
    for _ in 0..rounds {
        for ((query, gave), times) in queries.iter().zip(gave).zip(&mut times) {
            let start = Instant::now();
            let now = black_box(once(black_box(query))?);
            times.push(start.elapsed());
            if now != *gave {
                return Err(Failure::new(format!(
                    "`{query}` returned different hits in two runs; do not trust the figures"
                )));
            }
        }
    }
    Ok(times)
}

/// Everything from the text of a query to its ranked hits, as `search` does it.
fn ask(
    searcher: &Searcher,
    query: &str,
    filters: &FilterArgs,
    options: &SearchOptions,
    context: &Context,
) -> Result<Gave> {
    let request = prepare(query, filters, context)?;
    let found = searcher.search(request.plan(), options)?;
    Ok(Gave {
        hits: found.hits.len(),
        total: found.total,
    })
}

impl QueryFigures {
    fn new(query: &str, gave: Gave, times: &[Duration]) -> Self {
        Self {
            query: query.to_owned(),
            hits: gave.hits,
            total: gave.total,
            figures: Figures::of(times.to_vec()),
        }
    }
}

impl Figures {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let micros = |time: Duration| time.as_nanos() as f64 / 1e3;
        let sum: Duration = times.iter().sum();
        Self {
            mean_us: micros(sum) / times.len().max(1) as f64,
            min_us: micros(times.first().copied().unwrap_or_default()),
            p50_us: micros(percentile(&times, 50)),
            p95_us: micros(percentile(&times, 95)),
            p99_us: micros(percentile(&times, 99)),
            max_us: micros(times.last().copied().unwrap_or_default()),
        }
    }
}

/// The nearest-rank percentile of sorted times: the smallest time such that at
/// least `percent` per cent are not above it.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn write_text(out: &mut dyn Write, context: &Context, answer: &Answer) -> Result<()> {
    const COLUMNS: [(&str, Side); 6] = [
        ("mean µs", Side::Right),
        ("p50 µs", Side::Right),
        ("p95 µs", Side::Right),
        ("p99 µs", Side::Right),
        ("max µs", Side::Right),
        ("queries/s", Side::Right),
    ];
    let row = |figures: &Figures| {
        [
            figures.mean_us,
            figures.p50_us,
            figures.p95_us,
            figures.p99_us,
            figures.max_us,
        ]
        .map(round)
    };
    let mut table = Table::new(&COLUMNS);
    table.row(
        row(&answer.all)
            .into_iter()
            .chain([round(answer.queries_per_second)]),
    );
    table.write(out, &context.terminal)?;
    writeln!(
        out,
        "\n{} queries × {} over {}, top {} and exact totals; {} had hits",
        count(answer.queries as u64),
        counted(answer.rounds as u64, "round"),
        counted(answer.articles, "article"),
        answer.limit,
        count(answer.queries_with_hits as u64),
    )?;
    match &answer.per_query {
        Some(per_query) => write_queries(out, context, per_query),
        None => Ok(()),
    }
}

fn write_queries(out: &mut dyn Write, context: &Context, per_query: &[QueryFigures]) -> Result<()> {
    let mut table = Table::new(&[
        ("p50 µs", Side::Right),
        ("max µs", Side::Right),
        ("hits", Side::Right),
        ("total", Side::Right),
        ("query", Side::Left),
    ]);
    for one in per_query {
        table.row([
            round(one.figures.p50_us),
            round(one.figures.max_us),
            count(one.hits as u64),
            count(one.total),
            one.query.clone(),
        ]);
    }
    writeln!(out)?;
    table.write(out, &context.terminal)?;
    Ok(())
}

/// Microseconds with three digits or more.
fn round(micros: f64) -> String {
    if micros < 99.5 {
        format!("{micros:.1}")
    } else {
        count(micros.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_rank() {
        let times: Vec<_> = (1..=200).map(Duration::from_micros).collect();
        let figures = Figures::of(times.into_iter().rev().collect());
        assert_eq!(
            (figures.p50_us, figures.p95_us, figures.p99_us),
            (100.0, 190.0, 198.0)
        );
        assert_eq!(
            (figures.mean_us, figures.min_us, figures.max_us),
            (100.5, 1.0, 200.0)
        );
        let one = Figures::of(vec![Duration::from_micros(7)]);
        assert_eq!((one.p50_us, one.p99_us), (7.0, 7.0));
    }
}
