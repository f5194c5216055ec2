//! Timbao beside plain tantivy on the same articles in the same run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use serde::Serialize;
use tantivy::query::Occur;
use timbao_articles::Article;
use timbao_benches::data;
use timbao_benches::machine::Run;
use timbao_benches::measure::{self, Latency, side_by_side};
use timbao_benches::plain::{Keys, Plain};
use timbao_benches::{known_item, queries, timbao};
use timbao_index::plan::Plan;
use timbao_index::{SearchOptions, WriterOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Compares Timbao with plain tantivy: indexing, phrases, words, known items.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
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

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let articles = data::articles(&arguments.articles)?;
    if let Some(path) = &arguments.write_queries {
        return write_queries(path, &Queries::new(&articles, &arguments));
    }
    let mut report = Report {
        run: Run::here(),
        articles: articles.len(),
        input_bytes: json_bytes(&articles)?,
        indexing: Vec::new(),
        latency: Vec::new(),
        known_item: Vec::new(),
    };
    for _ in 0..arguments.indexing_runs {
        for threads in [1, 2] {
            indexing(&articles, threads, arguments.memory, &mut report)?;
        }
    }
    if arguments.queries > 0 {
        latency(&articles, &arguments, &mut report)?;
    }
    if arguments.known_items > 0 {
        let titles = arguments.pairs.as_deref().map(data::pairs).transpose()?;
        report.known_item = known_item::measure(
            &articles,
            titles,
            arguments.known_items,
            arguments.seed,
            arguments.memory,
        )?;
    }
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
    for system in ["plain tantivy", "timbao"] {
        let dir = tempfile::tempdir()?;
        let copies = articles.to_vec();
        let start = (Instant::now(), measure::processor_time());
        if system == "timbao" {
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

fn latency(articles: &[Article], arguments: &Arguments, report: &mut Report) -> Result<()> {
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
    index
        .writer(WriterOptions {
            threads: 1,
            memory: arguments.memory,
        })?
        .merge_all()?;
    let searcher = index.searcher()?;

    let asked = Queries::new(articles, arguments);
    let counted = SearchOptions::default();
    let top = SearchOptions {
        total: false,
        ..SearchOptions::default()
    };
    let run = |plan: &Plan, options: &SearchOptions| {
        let found = searcher.search(plan, options);
        std::hint::black_box(found.map_or(0, |f| f.hits.len()));
    };
    for (name, queries) in asked.phrases {
        let rows = side_by_side(
            &queries,
            arguments.rounds,
            &mut [
                &mut |q: &String| {
                    std::hint::black_box(Plain::top_and_total(&reader, &*plain.phrase(q)).ok());
                },
                &mut |q: &String| run(&timbao::phrase(q), &counted),
            ],
        );
        report.push(name, rows);
    }
    for (name, queries, occur) in asked.words {
        let all = occur == Occur::Must;
        let rows = side_by_side(
            &queries,
            arguments.rounds,
            &mut [
                &mut |q: &String| {
                    std::hint::black_box(Plain::top(&reader, &*plain.words(q, occur)).ok());
                },
                &mut |q: &String| run(&timbao::words(q, |n| if all { n } else { 1 }), &top),
            ],
        );
        report.push(name, rows);
    }
    Ok(())
}

impl Report {
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
        out.push_str(
            "\n| known item: what is remembered | typed | queries | system | MRR@10 | of the halves | recall@10 |\n|---|---|---|---|---|---|---|\n",
        );
    }
    for row in &report.known_item {
        let [even, odd] = row.mrr_of_halves;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {:.3} | {even:.3}, {odd:.3} | {:.3} |",
            row.remembered, row.typed, row.queries, row.system, row.mrr_at_10, row.recall_at_10
        );
    }
    out
}
