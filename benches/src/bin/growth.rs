//! The same work on more and more articles: time, size and memory as they grow.
//!
//! Each row is a process of its own, which this program starts by running itself, so that the
//! largest memory is that of the row alone.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Parser;
use serde::Serialize;
use timbao_benches::data;
use timbao_benches::growth::{self, Options, Row, SYSTEMS, UPDATE};
use timbao_benches::machine::Run;
use timbao_benches::measure::Latency;
use timbao_benches::plot::{Chart, Line, svg};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures indexing, size, memory, queries and updates on more and more articles.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// Numbers of articles, one row each, their paragraphs mixed.
    #[arg(long, value_delimiter = ',', default_values_t = [20_000, 140_000, 1_000_000])]
    sizes: Vec<usize>,
    /// Updates of 100 articles each, after everything else.
    #[arg(long, default_value_t = 200)]
    updates: usize,
    /// Writes the plot to a file, as SVG.
    #[arg(long)]
    svg: Option<PathBuf>,
    /// Writes the figures to a file, as JSON with machine, commit and command.
    #[arg(long)]
    json: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// Measures one row in this process and prints it as JSON.
    #[arg(long, hide = true, requires = "more")]
    row: Option<String>,
    /// The articles of the updates.
    #[arg(long, hide = true)]
    more: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    run: Run,
    rows: Vec<Row>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let (Some(system), Some(more)) = (&arguments.row, &arguments.more) {
        let row = growth::measure(system, &arguments.articles, more, &arguments.options)?;
        println!("{}", serde_json::to_string(&row)?);
        return Ok(());
    }
    let given = data::articles(&arguments.articles)?;
    let mut report = Report {
        run: Run::here(),
        rows: Vec::new(),
    };
    for &size in &arguments.sizes {
        for system in SYSTEMS {
            let directory = tempfile::tempdir()?;
            let seed = arguments.options.seed;
            let source = directory.path().join("articles");
            fs::create_dir(&source)?;
            let articles = source.join("articles.jsonl");
            data::write(&articles, data::mixed(&given, seed).take(size))?;
            let more = directory.path().join("more.jsonl");
            let added = data::mixed(&given, seed + 1).take(UPDATE * arguments.updates);
            data::write(&more, added)?;
            let row = row(system, &articles, &more, &arguments.options)?;
            eprintln!("{size} articles, {system}: done");
            report.rows.push(row);
        }
    }
    println!("{}\n\n{}", report.run.line(), tables(&report.rows));
    if let Some(path) = &arguments.json {
        fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    if let Some(path) = &arguments.svg {
        fs::write(path, plot(&report.rows))?;
    }
    Ok(())
}

fn row(system: &str, articles: &Path, more: &Path, options: &Options) -> Result<Row> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(articles).args(["--row", system]);
    command.arg("--more").arg(more);
    command.args(["--queries", &options.queries.to_string()]);
    command.args(["--rounds", &options.rounds.to_string()]);
    command.args(["--seed", &options.seed.to_string()]);
    command.args(["--memory", &options.memory.to_string()]);
    if let Some(program) = &options.program {
        command.arg("--program").arg(program);
    }
    let done = command.stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        return Err(format!("the row of {system} ended with {}", done.status).into());
    }
    Ok(serde_json::from_slice(&done.stdout)?)
}

fn tables(rows: &[Row]) -> String {
    [indexing(rows), queries(rows), own(rows)].join("\n")
}

fn indexing(rows: &[Row]) -> String {
    let mut out = String::from(
        "| articles | MB | system | indexing, MB per CPU second | MB/s | index, % of input \
         | peak memory, MB |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let peak = row.peak_memory_bytes.map_or("–".to_owned(), |bytes| {
            format!("{:.0}", bytes as f64 / 1e6)
        });
        let _ = writeln!(
            out,
            "| {} | {:.0} | {} | {:.1} | {:.1} | {:.1} | {peak} |",
            row.articles,
            row.input_bytes as f64 / 1e6,
            row.system,
            row.megabytes_per_cpu_second,
            row.megabytes_per_second,
            row.percent_of_input,
        );
    }
    out
}

fn queries(rows: &[Row]) -> String {
    let mut out = String::from(
        "| articles | system | phrases with accents p50 / p99, µs | without | words with accents \
         | without |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = write!(out, "| {} | {} |", row.articles, row.system);
        for latency in [
            &row.phrases,
            &row.unaccented_phrases,
            &row.words,
            &row.unaccented_words,
        ] {
            let _ = write!(out, " {:.1} / {:.1} |", latency.p50_us, latency.p99_us);
        }
        out.push('\n');
    }
    out
}

fn own(rows: &[Row]) -> String {
    let mut out = format!(
        "| articles | `timbao search` from start to exit, p50, ms | adding {UPDATE} articles, \
         of indexing all | bytes written, of those added |\n|---|---|---|---|\n",
    );
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    for row in rows {
        let Some(updates) = &row.updates else {
            continue;
        };
        let process = row.process.as_ref();
        let _ = writeln!(
            out,
            "| {} | {} | 1/{:.0} | {} |",
            row.articles,
            or_none(process.map(|process| format!("{:.1}", process.p50_us / 1000.0))),
            1.0 / updates.relative,
            or_none(updates.written.map(|written| format!("{written:.1}"))),
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
    let latency = |title, of: &dyn Fn(&Row) -> &Latency| Chart {
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
            latency("Phrase typed without accents, µs", &|r| {
                &r.unaccented_phrases
            }),
            latency("Words typed without accents, µs", &|r| &r.unaccented_words),
        ],
        "articles",
    )
}
