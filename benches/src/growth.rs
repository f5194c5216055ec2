//! One system on one number of articles: time, size and memory of indexing, time of queries, and
//! cost of small updates.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};
use tantivy::IndexReader;
use tantivy::query::Occur;
use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};
use timbao_index::update::{Sources, UpdateOptions, update};
use timbao_index::{CacheOptions, Index, SearchOptions, Searcher, WriterOptions};
use timbao_query::plan::Plan;

use crate::measure::{Latency, alone};
use crate::plain::{Keys, Plain};
use crate::{data, measure, program, queries, timbao};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The names of the systems.
pub const SYSTEMS: [&str; 2] = ["plain tantivy", "timbao"];

/// Articles that one update adds.
pub const UPDATE: usize = 100;

/// Queries are drawn from this many of the articles.
const SAMPLE: usize = 2000;

/// The queries, the memory and the program of each row.
#[derive(Debug, Args)]
pub struct Options {
    /// Number of phrases and of sets of words, each with accents and without.
    #[arg(long, default_value_t = 300)]
    pub queries: usize,
    /// Measured rounds of each query.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Seed of the articles and queries.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Memory for indexing, in bytes.
    #[arg(long, default_value_t = WriterOptions::default().memory)]
    pub memory: usize,
    /// A `timbao` program, to time its searches from start to exit.
    #[arg(long)]
    pub program: Option<PathBuf>,
}

/// The figures of one system.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// One of [`SYSTEMS`].
    pub system: String,
    /// Number of articles.
    pub articles: usize,
    /// Size of the file of articles.
    pub input_bytes: u64,
    /// Speed of indexing, by processor time of all threads.
    pub megabytes_per_cpu_second: f64,
    /// Speed of indexing, by wall clock.
    pub megabytes_per_second: f64,
    /// Size of the index.
    pub percent_of_input: f64,
    /// Largest memory of the process until the commit.
    pub peak_memory_bytes: Option<u64>,
    /// Phrases with accents.
    pub phrases: Latency,
    /// The same phrases without.
    pub unaccented_phrases: Latency,
    /// Two to four words, any of them.
    pub words: Latency,
    /// The same words without accents.
    pub unaccented_words: Latency,
    /// Timbao's searches from start to exit.
    pub process: Option<Latency>,
    /// Timbao's small updates.
    pub updates: Option<Updates>,
}

/// The cost of adding [`UPDATE`] articles, many times.
#[derive(Debug, Serialize, Deserialize)]
pub struct Updates {
    /// Number of updates.
    pub count: usize,
    /// Mean processor time of one, relative to that of indexing everything.
    pub relative: f64,
    /// Bytes written by all of them, relative to those of their articles.
    pub written: Option<f64>,
}

/// Indexes a file of articles with one thread, answers queries, and, of Timbao, adds the articles of
/// `more`. Plain tantivy answers from one segment, and Timbao from those that its update leaves.
///
/// # Errors
///
/// When a file cannot be read or written, a system fails, or a query finds nothing.
pub fn measure(system: &str, articles: &Path, more: &Path, options: &Options) -> Result<Row> {
    let dir = tempfile::tempdir()?;
    let writer = WriterOptions {
        threads: 1,
        memory: options.memory,
    };
    let clock = (Instant::now(), processor_time()?);
    let engine = match system == SYSTEMS[0] {
        true => Engine::plain(dir.path(), articles, writer)?,
        false => Engine::timbao(dir.path(), articles, writer)?,
    };
    let (took, cpu) = (clock.0.elapsed(), processor_time()? - clock.1);
    let peak_memory_bytes = measure::peak_memory();
    if let Engine::Plain(plain) = &engine {
        plain.merge()?;
    }
    let sample: Vec<Article> = stream(articles)?.take(SAMPLE).collect();
    let phrases = queries::phrases(&sample, options.queries, options.seed);
    let words = queries::word_sets(&sample, options.queries, options.seed);
    let input_bytes = fs::metadata(articles)?.len();
    let megabytes = input_bytes as f64 / 1e6;
    let own = matches!(engine, Engine::Timbao(_));
    let process = match &options.program {
        Some(program) if own => Some(program::searches(program, dir.path(), &phrases)?),
        _ => None,
    };
    Ok(Row {
        system: system.to_owned(),
        articles: engine.articles()?,
        input_bytes,
        megabytes_per_cpu_second: megabytes / cpu.as_secs_f64(),
        megabytes_per_second: megabytes / took.as_secs_f64(),
        percent_of_input: measure::folder_size(dir.path()) as f64 / input_bytes as f64 * 100.0,
        peak_memory_bytes,
        phrases: engine.phrases(&phrases, options.rounds)?,
        unaccented_phrases: engine.phrases(&folded(&phrases), options.rounds)?,
        words: engine.words(&words, options.rounds)?,
        unaccented_words: engine.words(&folded(&words), options.rounds)?,
        process,
        updates: match own {
            true => Some(updates(dir.path(), articles, more, writer, cpu)?),
            false => None,
        },
    })
}

fn folded(queries: &[String]) -> Vec<String> {
    let fold = |query: &String| timbao_tokenizer::fold(query);
    queries.iter().map(fold).collect()
}

/// Adds the articles of `more`, a file with [`UPDATE`] of them at a time.
fn updates(
    dir: &Path,
    articles: &Path,
    more: &Path,
    writer: WriterOptions,
    indexing: Duration,
) -> Result<Updates> {
    let more: Vec<Article> = stream(more)?.collect();
    let (mut cpu, mut read, mut wrote) = (Duration::ZERO, 0, Some(0));
    let batches = more.chunks(UPDATE);
    let count = batches.len();
    for (number, batch) in batches.enumerate() {
        read += data::write(&articles.with_file_name(format!("{number}.jsonl")), batch)?;
        let before = (processor_time()?, measure::written());
        index(dir, articles, writer)?;
        cpu += processor_time()? - before.0;
        wrote = match (wrote, before.1, measure::written()) {
            (Some(sum), Some(before), Some(after)) => Some(sum + after - before),
            _ => None,
        };
    }
    Ok(Updates {
        count,
        relative: cpu.as_secs_f64() / count.max(1) as f64 / indexing.as_secs_f64(),
        written: wrote.map(|wrote| wrote as f64 / read.max(1) as f64),
    })
}

/// Indexes all files in the folder of `articles`, as `timbao index` does.
fn index(dir: &Path, articles: &Path, writer: WriterOptions) -> Result<()> {
    let options = UpdateOptions {
        writer,
        ..UpdateOptions::default()
    };
    let folder = articles.parent().ok_or("articles are in no folder")?;
    let report = update(dir, &Sources::Paths(vec![folder.to_owned()]), &options, &())?;
    match report.problems.first() {
        Some(problem) => Err(problem.to_string().into()),
        None => Ok(()),
    }
}

fn processor_time() -> Result<Duration> {
    measure::processor_time().ok_or_else(|| "the system counts no processor time".into())
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

enum Engine {
    Plain(Plain),
    Timbao(Index),
}

impl Engine {
    fn plain(dir: &Path, articles: &Path, writer: WriterOptions) -> Result<Self> {
        let plain = Plain::create(dir, Keys::Folded)?;
        plain.add(stream(articles)?, writer.threads, writer.memory)?;
        Ok(Self::Plain(plain))
    }

    fn timbao(dir: &Path, articles: &Path, writer: WriterOptions) -> Result<Self> {
        index(dir, articles, writer)?;
        let index = Index::open(dir)?;
        Ok(Self::Timbao(
            index.with_caches(CacheOptions::for_many_queries()),
        ))
    }

    fn articles(&self) -> Result<usize> {
        Ok(match self {
            Self::Plain(plain) => plain.reader()?.searcher().num_docs() as usize,
            Self::Timbao(index) => index.searcher()?.article_count() as usize,
        })
    }

    /// Top ten and exact total of phrases.
    fn phrases(&self, phrases: &[String], rounds: usize) -> Result<Latency> {
        let mut planner = timbao::Planner::default();
        self.latency(
            phrases,
            rounds,
            |plain, reader, query| {
                // Plain tantivy does not find phrases of decomposed text, so a miss is not an error.
                let found = Plain::top_and_total(reader, &*plain.phrase(query));
                assert!(found.is_ok(), "{query}: {found:?}");
            },
            |searcher, query| found(searcher, &planner.phrase(query), query),
        )
    }

    /// Top ten of words as somebody types them; of Timbao, the exact total as well.
    fn words(&self, words: &[String], rounds: usize) -> Result<Latency> {
        self.latency(
            words,
            rounds,
            |plain, reader, query| {
                let found = Plain::top(reader, &*plain.words(query, Occur::Should));
                assert!(found.is_ok(), "{query}: {found:?}");
            },
            |searcher, query| found(searcher, &timbao::typed(query), query),
        )
    }

    fn latency(
        &self,
        queries: &[String],
        rounds: usize,
        mut plain: impl FnMut(&Plain, &IndexReader, &str),
        mut timbao: impl FnMut(&Searcher, &str),
    ) -> Result<Latency> {
        Ok(match self {
            Self::Plain(engine) => {
                let reader = engine.reader()?;
                alone(queries, rounds, |query| plain(engine, &reader, query))
            }
            Self::Timbao(index) => {
                let searcher = index.searcher()?;
                alone(queries, rounds, |query| timbao(&searcher, query))
            }
        })
    }
}

/// # Panics
///
/// If the search fails or finds nothing.
fn found(searcher: &Searcher, plan: &Plan, query: &str) {
    let found = searcher.search(plan, &SearchOptions::default());
    assert!(
        found.is_ok_and(|found| !found.hits.is_empty()),
        "{query} is not found"
    );
}
