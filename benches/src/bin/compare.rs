//! Timbao compared with plain tantivy on the same articles in the same run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use serde::Serialize;
use tantivy::query::Occur;
use timbao_articles::Article;
use timbao_benches::data;
use timbao_benches::goals::Bound::{self, AtLeast, AtMost};
use timbao_benches::goals::{self, Goal};
use timbao_benches::known_item::{self, remembered, system, typed};
use timbao_benches::machine::Run;
use timbao_benches::measure::{self, Latency, side_by_side};
use timbao_benches::plain::{Keys, Plain};
use timbao_benches::{program, queries, timbao};
use timbao_index::{CacheOptions, SearchOptions};
use timbao_query::plan::Plan;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Compares Timbao with plain tantivy: indexing, phrases, words, known items.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// Indexes the articles this many times, for a larger corpus; queries and
    /// known items are drawn from one copy.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Titles to type as known items: id, title, title without accents,
    /// separated by tabs; without this, titles are drawn from the articles.
    #[arg(long)]
    pairs: Option<PathBuf>,
    /// Known items of each kind to draw; 0 leaves known items out.
    #[arg(long, default_value_t = 500)]
    known_items: usize,
    /// Timed queries of each kind; 0 leaves them out.
    #[arg(long, default_value_t = 300)]
    queries: usize,
    /// Measured rounds of each query.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seed of the queries.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Measured runs of indexing; 0 leaves the comparison of indexing out.
    #[arg(long, default_value_t = 3)]
    indexing_runs: usize,
    /// Memory for indexing, in bytes.
    #[arg(long, default_value_t = 1_000_000_000)]
    memory: usize,
    /// A `timbao` program, to time its searches from start to exit.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Writes the figures as JSON to a file, with machine, commit and command.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Writes the queries to a file, lines of kind and query separated by a
    /// tab, for other systems to answer, and measures nothing.
    #[arg(long)]
    write_queries: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    run: Run,
    articles: usize,
    input_bytes: u64,
    indexing: Vec<Indexing>,
    latency: Vec<LatencyRow>,
    known_item: Vec<known_item::Row>,
    process: Option<Latency>,
    goals: Vec<Goal>,
}

#[derive(Serialize)]
struct Indexing {
    system: &'static str,
    threads: usize,
    megabytes_per_cpu_second: f64,
    megabytes_per_second: f64,
    percent_of_input: f64,
}

#[derive(Serialize)]
struct LatencyRow {
    queries: &'static str,
    plain: Latency,
    timbao: Latency,
}

const PLAIN: &str = "plain tantivy";
const TIMBAO: &str = "timbao";

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let given = data::articles(&arguments.articles)?;
    let queries = Queries::new(&given, &arguments);
    if let Some(path) = &arguments.write_queries {
        return write_queries(path, &queries);
    }
    let articles = data::repeated(&given, arguments.repeat);
    let mut report = Report {
        run: Run::here(),
        articles: articles.len(),
        input_bytes: json_bytes(&articles)?,
        indexing: Vec::new(),
        latency: Vec::new(),
        known_item: Vec::new(),
        process: None,
        goals: Vec::new(),
    };
    for _ in 0..arguments.indexing_runs {
        for threads in [1, 2] {
            indexing(&articles, threads, arguments.memory, &mut report)?;
        }
    }
    if arguments.queries > 0 {
        latency(&articles, queries, &arguments, &mut report)?;
    }
    if arguments.known_items > 0 {
        let titles = arguments.pairs.as_deref().map(data::pairs).transpose()?;
        report.known_item = known_item::measure(
            &given,
            titles,
            arguments.known_items,
            arguments.seed,
            arguments.memory,
        )?;
    }
    report.goals = goals(&report);
    print!("{}", table(&report));
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// The timed queries, by kind.
struct Queries {
    phrases: [(&'static str, Vec<String>); 2],
    words: [(&'static str, Vec<String>, Occur); 4],
}

impl Queries {
    fn new(articles: &[Article], arguments: &Arguments) -> Self {
        let phrases = queries::phrases(articles, arguments.queries, arguments.seed);
        let sets = queries::word_sets(articles, arguments.queries, arguments.seed);
        let fold = |all: &[String]| {
            all.iter()
                .map(|q| timbao_tokenizer::fold(q))
                .collect::<Vec<_>>()
        };
        let (must, should) = (Occur::Must, Occur::Should);
        Self {
            words: [
                ("all words (AND), with accents", sets.clone(), must),
                ("all words (AND), without", fold(&sets), must),
                ("any words (OR), with accents", sets.clone(), should),
                ("any words (OR), without", fold(&sets), should),
            ],
            phrases: [
                ("phrase, typed with accents", phrases.clone()),
                ("phrase, typed without", fold(&phrases)),
            ],
        }
    }
}

fn write_queries(path: &Path, queries: &Queries) -> Result<()> {
    let phrases = queries.phrases.iter().map(|(kind, all)| (kind, all));
    let words = queries.words.iter().map(|(kind, all, _)| (kind, all));
    let mut out = String::new();
    for (kind, all) in phrases.chain(words) {
        for query in all {
            let _ = writeln!(out, "{kind}\t{query}");
        }
    }
    Ok(std::fs::write(path, out)?)
}

/// The size of the articles as JSON Lines with id, title, summary and body.
fn json_bytes(articles: &[Article]) -> Result<u64> {
    let mut bytes = 0;
    for a in articles {
        let line =
            serde_json::json!({"id": a.id, "title": a.title, "summary": a.summary, "body": a.body});
        bytes += serde_json::to_string(&line)?.len() as u64 + 1;
    }
    Ok(bytes)
}

/// Articles are copied before the clock runs, so that both sides are timed on
/// the same work: from articles in memory to a commit on disk.
fn indexing(
    articles: &[Article],
    threads: usize,
    memory: usize,
    report: &mut Report,
) -> Result<()> {
    let input = report.input_bytes as f64;
    for system in [PLAIN, TIMBAO] {
        let dir = tempfile::tempdir()?;
        let copies = articles.to_vec();
        let start = (Instant::now(), measure::processor_time());
        if system == TIMBAO {
            timbao::build(dir.path(), copies.into_iter(), threads, memory)?;
        } else {
            Plain::create(dir.path(), Keys::Folded)?.add(copies.into_iter(), threads, memory)?;
        }
        let took = start.0.elapsed().as_secs_f64();
        let cpu = match (start.1, measure::processor_time()) {
            (Some(before), Some(after)) => (after - before).as_secs_f64(),
            _ => took,
        };
        report.indexing.push(Indexing {
            system,
            threads,
            megabytes_per_cpu_second: input / 1e6 / cpu,
            megabytes_per_second: input / 1e6 / took,
            percent_of_input: measure::folder_size(dir.path()) as f64 / input * 100.0,
        });
    }
    Ok(())
}

fn latency(
    articles: &[Article],
    asked: Queries,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<()> {
    let (plain_dir, timbao_dir) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let plain = Plain::create(plain_dir.path(), Keys::Folded)?;
    plain.add(articles.iter().cloned(), 1, arguments.memory)?;
    plain.merge()?;
    let reader = plain.reader()?;
    let index = timbao::build(
        timbao_dir.path(),
        articles.iter().cloned(),
        1,
        arguments.memory,
    )?;
    timbao::merge(&index, arguments.memory)?;
    let searcher = index
        .with_caches(CacheOptions::for_many_queries())
        .searcher()?;

    if let Some(program) = &arguments.program {
        let phrases = &asked.phrases[0].1;
        report.process = Some(program::searches(program, timbao_dir.path(), phrases)?);
    }
    let options = SearchOptions::default();
    let run = |plan: &Plan| {
        let found = searcher.search(plan, &options);
        std::hint::black_box(found.map_or(0, |f| f.hits.len()));
    };
    let mut planner = timbao::Planner::default();
    for (name, queries) in asked.phrases {
        let rows = side_by_side(
            &queries,
            arguments.rounds,
            &mut [
                &mut |q: &String| {
                    std::hint::black_box(Plain::top_and_total(&reader, &*plain.phrase(q)).ok());
                },
                &mut |q: &String| run(&planner.phrase(q)),
            ],
        );
        report.push(name, rows);
    }
    for (name, queries, occur) in asked.words {
        let all = occur == Occur::Must;
        let queries: Vec<(&String, String)> = queries
            .iter()
            .map(|words| (words, timbao::joined(words, all)))
            .collect();
        let rows = side_by_side(
            &queries,
            arguments.rounds,
            &mut [
                &mut |(words, _)| {
                    std::hint::black_box(Plain::top(&reader, &*plain.words(words, occur)).ok());
                },
                &mut |(_, typed)| run(&timbao::typed(typed)),
            ],
        );
        report.push(name, rows);
    }
    Ok(())
}

impl Report {
    /// The median of a figure over the runs of indexing.
    fn indexing(&self, system: &str, threads: usize, figure: fn(&Indexing) -> f64) -> Option<f64> {
        let rows = self.indexing.iter();
        let mut runs: Vec<f64> = rows
            .filter(|row| row.system == system && row.threads == threads)
            .map(figure)
            .collect();
        runs.sort_by(f64::total_cmp);
        runs.get(runs.len() / 2).copied()
    }

    fn mrr(&self, remembered: &str, typed: &str, system: &str) -> Option<f64> {
        let row = self.known_item.iter().find(|row| {
            row.remembered == remembered && row.typed == typed && row.system == system
        })?;
        Some(row.mrr_at_10)
    }

    fn push(&mut self, queries: &'static str, rows: Vec<Latency>) {
        if let [plain, timbao] = &rows[..] {
            self.latency.push(LatencyRow {
                queries,
                plain: plain.clone(),
                timbao: timbao.clone(),
            });
        }
    }
}

/// The goals of which something was measured.
fn goals(report: &Report) -> Vec<Goal> {
    let mut goals = Vec::new();
    for row in &report.latency {
        let p50 = row.plain.p50_us / row.timbao.p50_us;
        let p99 = row.plain.p99_us / row.timbao.p99_us;
        let bounds = match row.queries.split([',', ' ']).next() {
            Some("phrase") => [Some(150.0), Some(40.0)],
            Some("all") => [Some(2.0), None],
            _ => [Some(3.0), None],
        };
        for (name, bound, ratio) in [("p50", bounds[0], p50), ("p99", bounds[1], p99)] {
            if let Some(bound) = bound {
                let what = format!("{}: {name} faster than plain tantivy", row.queries);
                goals.push(Goal::new(what, AtLeast(bound), ratio, "times"));
            }
        }
    }
    let mut push = |what: &str, bound: Option<Bound>, measured: Option<f64>, unit| {
        if let (Some(bound), Some(measured)) = (bound, measured) {
            goals.push(Goal::new(what, bound, measured, unit));
        }
    };
    for remembered in [remembered::TITLE, remembered::SUMMARY, remembered::WORDS] {
        let exact = report.mrr(remembered, typed::WITH, system::EXACT);
        push(
            &format!("known item, {remembered}, typed with accents: 0.05 above exact syllables"),
            exact.map(|mrr| AtLeast(mrr + 0.05)),
            report.mrr(remembered, typed::WITH, system::TIMBAO),
            "MRR@10",
        );
        push(
            &format!("known item, {remembered}, typed without: exact syllables with accents"),
            exact.map(AtLeast),
            report.mrr(remembered, typed::WITHOUT, system::TIMBAO),
            "MRR@10",
        );
    }
    let ratio = |a: Option<f64>, b: Option<f64>| Some(a? / b?);
    let per_cpu_second = |row: &Indexing| row.megabytes_per_cpu_second;
    push(
        "indexing on one thread: MB per CPU second, relative to plain tantivy",
        Some(AtLeast(1.0)),
        ratio(
            report.indexing(TIMBAO, 1, per_cpu_second),
            report.indexing(PLAIN, 1, per_cpu_second),
        ),
        "times",
    );
    let by_clock = |row: &Indexing| row.megabytes_per_second;
    push(
        "indexing on two threads: MB/s, relative to one",
        Some(AtLeast(1.8)),
        ratio(
            report.indexing(TIMBAO, 2, by_clock),
            report.indexing(TIMBAO, 1, by_clock),
        ),
        "times",
    );
    push(
        "index on disk, text included",
        Some(AtMost(110.0)),
        report.indexing(TIMBAO, 1, |row| row.percent_of_input),
        "% of the input",
    );
    push(
        "`timbao search`, start to exit, p50",
        Some(AtMost(20.0)),
        report.process.as_ref().map(|took| took.p50_us / 1000.0),
        "ms",
    );
    goals
}

fn table(report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}\n\n{} articles, {:.1} MB",
        report.run.line(),
        report.articles,
        report.input_bytes as f64 / 1e6
    );
    if !report.indexing.is_empty() {
        out.push_str(
            "\n| indexing | threads | MB per CPU second | MB/s | index, % of input |\n|---|---|---|---|---|\n",
        );
    }
    for row in &report.indexing {
        let _ = writeln!(
            out,
            "| {} | {} | {:.1} | {:.1} | {:.1} |",
            row.system,
            row.threads,
            row.megabytes_per_cpu_second,
            row.megabytes_per_second,
            row.percent_of_input
        );
    }
    if !report.latency.is_empty() {
        out.push_str(
            "\n| top 10, µs | tantivy p50 | p99 | timbao p50 | p99 | times faster p50 | p99 |\n|---|---|---|---|---|---|---|\n",
        );
    }
    for row in &report.latency {
        let (a, b) = (&row.plain, &row.timbao);
        let _ = writeln!(
            out,
            "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            row.queries,
            a.p50_us,
            a.p99_us,
            b.p50_us,
            b.p99_us,
            a.p50_us / b.p50_us,
            a.p99_us / b.p99_us
        );
    }
    if !report.known_item.is_empty() {
        let _ = write!(out, "\n{}", known_item::table(&report.known_item));
    }
    if let Some(took) = &report.process {
        let _ = writeln!(
            out,
            "\n`timbao search`, start to exit: p50 {:.1} ms, p99 {:.1} ms",
            took.p50_us / 1000.0,
            took.p99_us / 1000.0
        );
    }
    if !report.goals.is_empty() {
        let _ = write!(out, "\n{}", goals::table(&report.goals));
    }
    out
}
