//! The same work on more and more articles: time, size and memory as they grow.
//!
//! Each row is a process of its own, which this program starts by running itself, so that the
//! largest memory is that of the row alone.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::{Args, Parser};
use serde::{Deserialize, Serialize};
use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};
use timbao_benches::generate::Generator;
use timbao_benches::machine::Run;
use timbao_benches::measure::{self, Latency, side_by_side};
use timbao_benches::plain::{Keys, Plain};
use timbao_benches::plot::{Chart, Line, svg};
use timbao_benches::{data, queries, timbao};
use timbao_index::{CacheOptions, Index, SearchOptions, WriterOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures indexing, size, memory and phrases on more and more articles.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// Numbers of articles, one row each.
    #[arg(long, value_delimiter = ',', default_values_t = [5_000, 10_000, 20_000])]
    sizes: Vec<usize>,
    /// Articles generated from the statistics of the given ones, for the last
    /// row; 0 leaves it out.
    #[arg(long, default_value_t = 200_000)]
    generated: usize,
    /// Writes the plot to a file, as SVG.
    #[arg(long)]
    svg: Option<PathBuf>,
    /// Writes the figures to a file, as JSON with machine, commit and command.
    #[arg(long)]
    json: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// Measures one row in this process and prints it as JSON.
    #[arg(long, hide = true)]
    row: Option<String>,
}

#[derive(Args)]
struct Options {
    /// Number of phrases, with accents and without.
    #[arg(long, default_value_t = 300)]
    queries: usize,
    /// Measured rounds of each phrase.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seed of the phrases and the generated articles.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Memory for indexing, in bytes.
    #[arg(long, default_value_t = WriterOptions::default().memory)]
    memory: usize,
}

#[derive(Serialize, Deserialize)]
struct Row {
    system: String,
    articles: usize,
    generated: bool,
    input_bytes: u64,
    megabytes_per_cpu_second: f64,
    megabytes_per_second: f64,
    percent_of_input: f64,
    peak_memory_bytes: Option<u64>,
    accented: Latency,
    unaccented: Latency,
}

#[derive(Serialize)]
struct Report {
    run: Run,
    rows: Vec<Row>,
}

const SYSTEMS: [&str; 2] = ["plain tantivy", "timbao"];

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(system) = &arguments.row {
        let row = measure_row(system, &arguments.articles, &arguments.options)?;
        println!("{}", serde_json::to_string(&row)?);
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let mut report = Report {
        run: Run::here(),
        rows: Vec::new(),
    };
    for (path, generated) in inputs(&arguments, directory.path())? {
        for system in SYSTEMS {
            let mut row = row(system, &path, &arguments.options)?;
            row.generated = generated;
            eprintln!("{} articles, {system}: done", row.articles);
            report.rows.push(row);
        }
        std::fs::remove_file(&path)?;
    }
    println!("{}\n\n{}", report.run.line(), table(&report.rows));
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    if let Some(path) = &arguments.svg {
        std::fs::write(path, plot(&report.rows))?;
    }
    Ok(())
}

/// Writes the articles of each row to a file of JSON Lines: id, title, summary
/// and body, and nothing else, so that the rows differ in number alone.
fn inputs(arguments: &Arguments, directory: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let articles = data::articles(&arguments.articles)?;
    let mut files = Vec::new();
    for &size in &arguments.sizes {
        if size > articles.len() {
            eprintln!("{size} articles: skipped, the file has {}", articles.len());
            continue;
        }
        let path = directory.join(format!("{size}.jsonl"));
        let lines = articles[..size].iter().map(|a| {
            serde_json::json!({"id": a.id, "title": a.title, "summary": a.summary, "body": a.body})
        });
        write_lines(&path, lines)?;
        files.push((path, false));
    }
    if arguments.generated > 0 && !articles.is_empty() {
        let generator = Generator::learn(articles.iter(), arguments.options.seed);
        eprintln!(
            "generating {} articles; {:.1} % of the pairs are new",
            arguments.generated,
            100.0 * generator.unseen()
        );
        let path = directory.join("generated.jsonl");
        write_lines(&path, generator.take(arguments.generated))?;
        files.push((path, true));
    }
    Ok(files)
}

fn write_lines(path: &Path, lines: impl Iterator<Item = impl Serialize>) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for line in lines {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn row(system: &str, path: &Path, options: &Options) -> Result<Row> {
    let done = Command::new(std::env::current_exe()?)
        .arg(path)
        .args(["--row", system])
        .args(["--queries", &options.queries.to_string()])
        .args(["--rounds", &options.rounds.to_string()])
        .args(["--seed", &options.seed.to_string()])
        .args(["--memory", &options.memory.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !done.status.success() {
        return Err(format!("the row of {system} ended with {}", done.status).into());
    }
    Ok(serde_json::from_slice(&done.stdout)?)
}

/// Reads articles in batches, as all of them would count as memory of indexing.
/// Unreadable ones are skipped.
fn stream(path: &Path) -> Result<impl Iterator<Item = Article>> {
    let file = FoundFile::new(path).map_err(|p| p.to_string())?;
    let mut reader = open(&file, &Limits::default()).map_err(|p| p.to_string())?;
    let mut batch = RecordBatch::new();
    let articles = std::iter::from_fn(move || {
        reader.next_batch(&mut batch).then(|| {
            batch
                .records()
                .filter_map(|record| Some(record.parse().ok()?.article))
                .collect::<Vec<_>>()
        })
    });
    Ok(articles.flatten())
}

/// One thread from a file of JSON Lines to a commit on disk; then one segment,
/// its size, and phrases.
fn measure_row(system: &str, path: &Path, options: &Options) -> Result<Row> {
    let dir = tempfile::tempdir()?;
    let input_bytes = std::fs::metadata(path)?.len();
    let mut count = 0;
    let articles = stream(path)?.inspect(|_| count += 1);
    let writer = WriterOptions {
        threads: 1,
        memory: options.memory,
    };
    let clock = (Instant::now(), measure::processor_time());
    let engine = if system == SYSTEMS[0] {
        let plain = Plain::create(dir.path(), Keys::Folded)?;
        plain.add(articles, writer.threads, writer.memory)?;
        Engine::Plain(plain)
    } else {
        let index = Index::open_or_create(dir.path())?;
        let index = index.with_caches(CacheOptions::for_many_queries());
        let mut writing = index.writer(writer)?;
        for (i, article) in articles.enumerate() {
            writing.add(&i.to_string(), article)?;
        }
        writing.commit()?;
        writing.finish()?;
        Engine::Timbao(index)
    };
    let took = clock.0.elapsed().as_secs_f64();
    let cpu = match (clock.1, measure::processor_time()) {
        (Some(before), Some(after)) => (after - before).as_secs_f64(),
        _ => took,
    };
    let peak_memory_bytes = measure::peak_memory();
    match &engine {
        Engine::Plain(plain) => plain.merge()?,
        Engine::Timbao(index) => {
            let mut writing = index.writer(writer)?;
            writing.merge_all()?;
            writing.finish()?;
        }
    }
    let phrases = phrases(path, count, options)?;
    let unaccented: Vec<String> = phrases.iter().map(|p| timbao_tokenizer::fold(p)).collect();
    let input = input_bytes as f64;
    Ok(Row {
        system: system.to_owned(),
        articles: count,
        generated: false,
        input_bytes,
        megabytes_per_cpu_second: input / 1e6 / cpu,
        megabytes_per_second: input / 1e6 / took,
        percent_of_input: measure::folder_size(dir.path()) as f64 / input * 100.0,
        peak_memory_bytes,
        accented: engine.latency(&phrases, options.rounds)?,
        unaccented: engine.latency(&unaccented, options.rounds)?,
    })
}

/// Phrases out of at most two thousand of the articles, evenly spread.
fn phrases(path: &Path, count: usize, options: &Options) -> Result<Vec<String>> {
    let sample: Vec<Article> = stream(path)?.step_by(1 + count / 2000).collect();
    Ok(queries::phrases(&sample, options.queries, options.seed))
}

enum Engine {
    Plain(Plain),
    Timbao(Index),
}

impl Engine {
    fn latency(&self, phrases: &[String], rounds: usize) -> Result<Latency> {
        let latency = match self {
            Self::Plain(plain) => {
                let reader = plain.reader()?;
                side_by_side(
                    phrases,
                    rounds,
                    &mut [&mut |q: &String| {
                        // Plain tantivy does not find phrases of decomposed
                        // text, so a miss is not an error.
                        let found = Plain::top_and_total(&reader, &*plain.phrase(q));
                        assert!(found.is_ok(), "{q}: {found:?}");
                    }],
                )
            }
            Self::Timbao(index) => {
                let searcher = index.searcher()?;
                let options = SearchOptions::default();
                let mut planner = timbao::Planner::default();
                side_by_side(
                    phrases,
                    rounds,
                    &mut [&mut |q: &String| {
                        let found = searcher.search(&planner.phrase(q), &options);
                        assert!(
                            found.is_ok_and(|found| !found.hits.is_empty()),
                            "{q} is not found"
                        );
                    }],
                )
            }
        };
        latency
            .into_iter()
            .next()
            .ok_or_else(|| "no system was measured".into())
    }
}

fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| articles | MB | system | indexing, MB per CPU second | MB/s | index, % of input \
         | peak memory, MB | phrase with accents p50 / p99, µs | without, p50 / p99 |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let peak = row.peak_memory_bytes.map_or("–".to_owned(), |bytes| {
            format!("{:.0}", bytes as f64 / 1e6)
        });
        let _ = writeln!(
            out,
            "| {}{} | {:.0} | {} | {:.1} | {:.1} | {:.1} | {peak} | {:.1} / {:.1} | {:.1} / {:.1} |",
            row.articles,
            if row.generated { ", generated" } else { "" },
            row.input_bytes as f64 / 1e6,
            row.system,
            row.megabytes_per_cpu_second,
            row.megabytes_per_second,
            row.percent_of_input,
            row.accented.p50_us,
            row.accented.p99_us,
            row.unaccented.p50_us,
            row.unaccented.p99_us,
        );
    }
    out
}

fn plot(rows: &[Row]) -> String {
    let line = |system, name, color, dashed, value: &dyn Fn(&Row) -> f64| Line {
        name,
        color,
        dashed,
        points: rows
            .iter()
            .filter(|row| row.system == system)
            .map(|row| (row.articles as f64, value(row)))
            .collect(),
    };
    let both = |value: &dyn Fn(&Row) -> f64| {
        vec![
            line(SYSTEMS[0], "plain tantivy", "#888", false, value),
            line(SYSTEMS[1], "timbao", "#c0392b", false, value),
        ]
    };
    let phrase = |title, of: &dyn Fn(&Row) -> Latency| Chart {
        title,
        logarithmic: true,
        lines: vec![
            line(SYSTEMS[0], "plain tantivy p50", "#888", false, &|r| {
                of(r).p50_us
            }),
            line(SYSTEMS[1], "timbao p50", "#c0392b", false, &|r| {
                of(r).p50_us
            }),
            line(SYSTEMS[0], "plain tantivy p99", "#888", true, &|r| {
                of(r).p99_us
            }),
            line(SYSTEMS[1], "timbao p99", "#c0392b", true, &|r| of(r).p99_us),
        ],
    };
    let peak = |r: &Row| r.peak_memory_bytes.unwrap_or_default() as f64 / 1e6;
    let chart = |title, lines| Chart {
        title,
        logarithmic: false,
        lines,
    };
    svg(
        &[
            chart(
                "Indexing, MB per CPU second",
                both(&|r| r.megabytes_per_cpu_second),
            ),
            chart("Index, % of input", both(&|r| r.percent_of_input)),
            chart("Peak memory while indexing, MB", both(&peak)),
            phrase("Phrase typed without accents, µs", &|r| {
                r.unaccented.clone()
            }),
        ],
        "articles",
    )
}
