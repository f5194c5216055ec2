//! What a merge costs beside indexing, and what a second core gains.
//!
//! Real articles are repeated as often as wanted, each made distinct by mixing paragraphs of
//! different articles, so that merging meets as many keys as it would in a real archive.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use timbao_articles::Article;
use timbao_benches::machine::Run;
use timbao_benches::measure::processor_time;
use timbao_benches::{data, timbao};
use timbao_index::update::{Sources, UpdateOptions, update};
use timbao_index::{Index, WriterOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures a merge of two segments and a first index on one core and on two.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// How many times as many articles are indexed, their paragraphs mixed.
    #[arg(long, default_value_t = 7)]
    times: usize,
    /// Seed of the mixture.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Memory for indexing, in bytes.
    #[arg(long, default_value_t = WriterOptions::default().memory)]
    memory: usize,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("{}\n", Run::here().line());
    let given = data::articles(&arguments.articles)?;
    let articles: Vec<Article> = data::mixed(&given, arguments.seed)
        .take(given.len() * arguments.times)
        .collect();
    drop(given);
    merge(&articles)?;
    cores(&articles, arguments.memory)
}

/// Indexes two halves as a segment each, merges them, and prints the processor time of both.
fn merge(articles: &[Article]) -> Result<()> {
    let dir = tempfile::tempdir()?;
    // Enough for a segment of each half.
    let memory = 8_000_000_000;
    let (first, second) = articles.split_at(articles.len() / 2);
    let (indexing, index) = timed(|| {
        timbao::build(dir.path(), first.iter().cloned(), 1, memory)?;
        let numbered = second.iter().zip(first.len()..);
        let index = Index::open_or_create(dir.path())?;
        let threads = 1;
        let mut writer = index.writer(WriterOptions { threads, memory })?;
        for (article, number) in numbered {
            writer.add(&number.to_string(), article.clone())?;
        }
        writer.commit()?;
        writer.finish()?;
        Ok(index)
    })?;
    let (merging, ()) = timed(|| Ok(timbao::merge(&index, memory)?))?;
    println!(
        "| {} articles | processor time | relative |",
        articles.len()
    );
    println!("|---|---|---|");
    println!(
        "| indexing two segments | {:.2} s | 1 |",
        indexing.processor.as_secs_f64()
    );
    let ratio = merging.processor.as_secs_f64() / indexing.processor.as_secs_f64();
    println!(
        "| merging them | {:.2} s | {ratio:.2} |\n",
        merging.processor.as_secs_f64()
    );
    Ok(())
}

/// Prints the time of a first index, merges included, with one thread and with two.
fn cores(articles: &[Article], memory: usize) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let source = dir.path().join("articles.jsonl");
    data::write(&source, articles)?;
    println!("| threads | wall clock | processor time | times as fast |");
    println!("|---|---|---|---|");
    let mut one = None;
    for threads in [1, 2] {
        let spent = first_index(
            &source,
            &dir.path().join(threads.to_string()),
            threads,
            memory,
        )?;
        let wall = spent.wall.as_secs_f64();
        let factor = *one.get_or_insert(wall) / wall;
        let processor = spent.processor.as_secs_f64();
        println!("| {threads} | {wall:.2} s | {processor:.2} s | {factor:.2} |");
    }
    Ok(())
}

fn first_index(source: &Path, dir: &Path, threads: usize, memory: usize) -> Result<Spent> {
    let options = UpdateOptions {
        writer: WriterOptions { threads, memory },
        ..UpdateOptions::default()
    };
    let sources = Sources::Paths(vec![source.to_owned()]);
    let (spent, report) = timed(|| Ok(update(dir, &sources, &options, &())?))?;
    if !report.problems.is_empty() {
        return Err(format!("{}", report.problems[0]).into());
    }
    Ok(spent)
}

struct Spent {
    wall: Duration,
    processor: Duration,
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(Spent, T)> {
    let processor = || processor_time().ok_or("the system counts no processor time");
    let (start, before) = (Instant::now(), processor()?);
    let result = work()?;
    let spent = Spent {
        wall: start.elapsed(),
        processor: processor()?.saturating_sub(before),
    };
    Ok((spent, result))
}
