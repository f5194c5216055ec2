//! `timbao bench worst`.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;
use timbao_index::{CacheOptions, Error, Index, Searcher};
use timbao_query::MAX_BYTES;
use timbao_views::json::VERSION;

use crate::cli::{FilterArgs, RecordFormat, WorstArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{count, counted};
use crate::output::pager::Sink;
use crate::output::table::{Side, Table};

use super::context::Context;
use super::query::{prepare, top};

/// Frequent syllables, so that lists are long and matches are many.
const SYLLABLES: [&str; 20] = [
    "và", "của", "các", "có", "là", "trong", "cho", "được", "với", "người", "một", "những",
    "không", "đã", "năm", "ngày", "thành", "công", "nam", "đồng",
];
/// Words that stand for many others.
const PATTERNS: [&str; 9] = [
    "c*",
    "*n",
    "*a*",
    "an~2",
    "công~2",
    "/.+/",
    "~/.*n.*/",
    "/(t|c).*/",
    "~an~2",
];
/// Columns of a query that are printed in text.
const SHOWN: usize = 60;

/// The costliest queries, in JSON.
#[derive(Serialize)]
struct Answer {
    version: u32,
    index: String,
    articles: u64,
    /// The first one.
    seed: u64,
    seeds: u64,
    /// Of all seeds.
    queries: usize,
    slowest: Vec<Measured>,
    /// Empty where memory is unknown.
    largest: Vec<Measured>,
}

/// A query with its cost.
#[derive(Clone, Serialize)]
struct Measured {
    query: String,
    seed: u64,
    ms: f64,
    /// Processor time of all threads, on Linux. Unlike `ms` it does not depend on other programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ms: Option<f64>,
    /// Growth of the peak of resident memory, on Linux.
    #[serde(skip_serializing_if = "Option::is_none")]
    mb: Option<f64>,
    /// Whether the search reached the time limit.
    timed_out: bool,
    /// Whether the query was rejected because its words occur too often.
    too_broad: bool,
}

impl Measured {
    /// Processor time if it is known, in milliseconds.
    fn cost(&self) -> f64 {
        self.cpu_ms.unwrap_or(self.ms)
    }

    fn memory(&self) -> f64 {
        self.mb.unwrap_or(0.0)
    }
}

/// The costliest queries, by a measure of cost.
struct Costliest {
    cost: fn(&Measured) -> f64,
    keep: usize,
    queries: Vec<Measured>,
}

impl Costliest {
    fn new(keep: usize, cost: fn(&Measured) -> f64) -> Self {
        Self {
            cost,
            keep,
            queries: Vec::new(),
        }
    }

    fn add(&mut self, measured: &Measured) {
        let cost = (self.cost)(measured);
        let at = self
            .queries
            .partition_point(|other| (self.cost)(other) >= cost);
        if at < self.keep && cost > 0.0 {
            self.queries.insert(at, measured.clone());
            self.queries.truncate(self.keep);
        }
    }
}

/// Searches for the costliest query.
pub(crate) fn run(args: &WorstArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?
        .with_caches(CacheOptions::for_many_queries())
        .searcher()?;
    let mut slowest = Costliest::new(args.keep.get(), Measured::cost);
    let mut largest = Costliest::new(args.keep.get(), Measured::memory);
    let seeds = args.seed..args.seed.saturating_add(args.seeds.get());
    for seed in seeds.clone() {
        let found = search(&searcher, seed, args, context)?;
        found.0.queries.iter().for_each(|query| slowest.add(query));
        found.1.queries.iter().for_each(|query| largest.add(query));
    }
    let seeds = seeds.end - seeds.start;
    let answer = Answer {
        version: VERSION,
        index: context.settings.index.display().to_string(),
        articles: searcher.article_count(),
        seed: args.seed,
        seeds,
        queries: args.queries.get().saturating_mul(seeds as usize),
        slowest: slowest.queries,
        largest: largest.queries,
    };
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => write_pretty(&mut out, &answer)?,
        RecordFormat::Text => write_text(&mut out, context, &answer)?,
    }
    out.flush()?;
    Ok(Outcome::Found)
}

/// The slowest and the largest queries of one seed.
fn search(
    searcher: &Searcher,
    seed: u64,
    args: &WorstArgs,
    context: &Context,
) -> Result<(Costliest, Costliest)> {
    let mut generator = Generator::new(seed);
    let mut slowest = Costliest::new(args.keep.get(), Measured::cost);
    let mut largest = Costliest::new(args.keep.get(), Measured::memory);
    for number in 0..args.queries.get() {
        // Half of the queries are variants of costly ones.
        let costly = if number % 4 == 1 { &slowest } else { &largest };
        let known = costly
            .queries
            .get(generator.below(costly.queries.len().max(1)));
        let query = match known.filter(|_| number % 2 == 1) {
            Some(costly) => generator.variant(&costly.query),
            None => generator.query(),
        };
        let measured = measure(searcher, query, seed, args, context)?;
        slowest.add(&measured);
        largest.add(&measured);
    }
    Ok((slowest, largest))
}

/// Runs a query once.
fn measure(
    searcher: &Searcher,
    query: String,
    seed: u64,
    args: &WorstArgs,
    context: &Context,
) -> Result<Measured> {
    let before = peak::reset();
    let cpu = processor::time();
    let start = Instant::now();
    let limited = searcher.until(start + Duration::from_secs(args.timeout.get()));
    let request = prepare(query.as_str(), &FilterArgs::default(), context)?;
    let (timed_out, too_broad) = match limited.search(request.plan(), &top(10)) {
        Ok(_) => (false, false),
        Err(Error::OutOfTime) => (true, false),
        Err(Error::TooBroad) => (false, true),
        Err(error) => return Err(error.into()),
    };
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let cpu_ms = cpu.zip(processor::time()).map(|(a, b)| (b - a) * 1e3);
    let grown = before.zip(peak::now()).map(|(a, b)| b.saturating_sub(a));
    Ok(Measured {
        query,
        seed,
        ms,
        cpu_ms,
        mb: grown.map(|kib| kib as f64 / 1024.0),
        timed_out,
        too_broad,
    })
}

fn write_text(out: &mut dyn Write, context: &Context, answer: &Answer) -> Result<()> {
    table(&answer.slowest).write(out, &context.terminal)?;
    if !answer.largest.is_empty() {
        writeln!(out)?;
        table(&answer.largest).write(out, &context.terminal)?;
    }
    let most = |queries: &[Measured], cost: fn(&Measured) -> f64| queries.first().map_or(0.0, cost);
    writeln!(
        out,
        "\nat most {:.0} ms, {:.0} ms of processor time and {:.1} MB for each of {} queries over {}, seeds \
         {} to {}",
        answer
            .slowest
            .iter()
            .map(|query| query.ms)
            .fold(0.0, f64::max),
        most(&answer.slowest, Measured::cost),
        most(&answer.largest, Measured::memory),
        count(answer.queries as u64),
        counted(answer.articles, "article"),
        answer.seed,
        answer.seed.saturating_add(answer.seeds - 1),
    )?;
    Ok(())
}

fn table(queries: &[Measured]) -> Table {
    let mut table = Table::new(&[
        ("ms", Side::Right),
        ("cpu ms", Side::Right),
        ("MB", Side::Right),
        ("seed", Side::Right),
        ("bytes", Side::Right),
        ("query", Side::Left),
    ]);
    for measured in queries {
        let query = &measured.query;
        let shown: String = query.chars().take(SHOWN).collect();
        let more = if shown.len() < query.len() { "…" } else { "" };
        let limit = match (measured.timed_out, measured.too_broad) {
            (true, _) => " (timed out)",
            (_, true) => " (too broad)",
            _ => "",
        };
        let ms = |ms: f64| count(ms.round() as u64);
        table.row([
            format!("{}{limit}", ms(measured.ms)),
            measured.cpu_ms.map_or_else(|| "–".to_owned(), ms),
            measured
                .mb
                .map_or_else(|| "–".to_owned(), |mb| format!("{mb:.1}")),
            count(measured.seed),
            count(query.len() as u64),
            format!("{shown}{more}"),
        ]);
    }
    table
}

/// A seeded source of legal queries.
struct Generator {
    state: u64,
}

impl Generator {
    /// Different seeds give different states, none of them zero.
    fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(2).wrapping_add(1),
        }
    }

    /// A number below `end`, by xorshift64.
    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 16) as usize % end.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len()))
            .copied()
            .unwrap_or_default()
    }

    fn word(&mut self) -> String {
        match self.below(12) {
            0 => self.pick(&PATTERNS).to_owned(),
            1 => format!("~{}", self.pick(&SYLLABLES)),
            2 => format!("=={}", self.pick(&SYLLABLES)),
            _ => self.pick(&SYLLABLES).to_owned(),
        }
    }

    fn words(&mut self, most: usize) -> String {
        let number = 1 + self.below(most);
        let words: Vec<String> = (0..number).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// A phrase with gaps, alternatives and slop.
    fn phrase(&mut self) -> String {
        let number = 1 << self.below(7);
        let parts: Vec<String> = (0..number)
            .map(|_| match self.below(10) {
                0 => format!("{} **{} {}", self.word(), 1 + self.below(100), self.word()),
                1 => format!("({} | {})", self.words(2), self.words(2)),
                _ => self.word(),
            })
            .collect();
        let slop = match self.below(3) {
            0 => format!("~{}", 1 + self.below(100)),
            _ => String::new(),
        };
        format!("\"{}\"{slop}", parts.join(" "))
    }

    fn operand(&mut self) -> String {
        match self.below(4) {
            0 => self.phrase(),
            1 => format!("({} OR {})", self.phrase(), self.word()),
            _ => self.word(),
        }
    }

    fn near(&mut self) -> String {
        let operator = self.pick(&["NEAR", "PRE", "NOTNEAR"]);
        let reach = match self.below(4) {
            0 => "S".to_owned(),
            1 => "P".to_owned(),
            _ => (1 + self.below(100)).to_string(),
        };
        let operands: Vec<String> = (0..2 + self.below(7)).map(|_| self.operand()).collect();
        operands.join(&format!(" {operator}/{reach} "))
    }

    fn part(&mut self) -> String {
        match self.below(8) {
            0 => self.words(40),
            1 | 2 => self.phrase(),
            3 | 4 => self.near(),
            5 => format!("ATLEAST/{} {}", 1 + self.below(50), self.phrase()),
            6 => format!("body:({})", self.near()),
            _ => format!("-{}", self.phrase()),
        }
    }

    fn query(&mut self) -> String {
        let parts: Vec<String> = (0..1 << self.below(6)).map(|_| self.part()).collect();
        let between = self.pick(&[" ", " AND ", " OR "]);
        cut(parts.join(between))
    }

    /// A query with a part before or after it, or twice.
    fn variant(&mut self, query: &str) -> String {
        cut(match self.below(3) {
            0 => format!("{} OR {query}", self.part()),
            1 => format!("{query} AND {}", self.part()),
            _ => format!("{query} OR {query}"),
        })
    }
}

/// The query within the limit of the language.
fn cut(mut query: String) -> String {
    let end = (0..=MAX_BYTES.min(query.len())).rev();
    let mut end = end.filter(|&at| query.is_char_boundary(at));
    query.truncate(end.next().unwrap_or(0));
    query
}

/// The processor time of this process.
mod processor {
    use super::fs;

    /// In seconds; `None` beyond Linux.
    pub(super) fn time() -> Option<f64> {
        // Fields 14 and 15 of proc(5)'s stat, in ticks of a hundredth of a second.
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        Some((ticks()? + ticks()?) as f64 / 100.0)
    }
}

/// The peak of resident memory, in KiB.
mod peak {
    use super::fs;

    /// Makes the memory in use now the peak, and returns it; `None` beyond Linux.
    pub(super) fn reset() -> Option<u64> {
        fs::write("/proc/self/clear_refs", "5").ok()?;
        now()
    }

    pub(super) fn now() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_queries_are_legal_and_depend_on_the_seed_only() {
        let queries = |seed| -> Vec<String> {
            let mut generator = Generator::new(seed);
            let mut queries = vec![generator.query()];
            for _ in 0..50 {
                let next = generator.variant(&queries[queries.len() - 1]);
                queries.extend([next, generator.query()]);
            }
            queries
        };
        let first = queries(7);
        assert_eq!(first, queries(7));
        assert_ne!(first, queries(8));
        assert!(first.iter().all(|query| query.len() <= MAX_BYTES));
        assert!(first.iter().any(|query| query.len() > MAX_BYTES / 2));
    }
}
