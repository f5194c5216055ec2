//! SeekStorm on the queries of compare.
//!
//! One text field, one shard, committed, read through memory maps. Tokenizers:
//! accents kept (`UnicodeAlphanumeric`) or folded
//! (`UnicodeAlphanumericFolded`). With `--ngrams` it has the bigrams and
//! trigrams that its documentation recommends as a balance (`balanced`) or for
//! the fastest phrases (`fast`). Its lists of frequent words are of European
//! languages; they are replaced by the 256 most common syllables of the
//! articles, as many as it accepts.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use seekstorm::INDEX_RUNTIME;
use seekstorm::commit::Commit;
use seekstorm::index::{
    AccessType, Close, Clustering, Document, DocumentCompression, FrequentwordType, IndexArc,
    IndexDocuments, IndexMetaObject, LexicalSimilarity, NgramSet, StemmerType, StopwordType,
    TokenizerType, create_index, version,
};
use seekstorm::search::{QueryRewriting, QueryType, ResultObject, ResultType, Search, SearchMode};
use seekstorm::vector::Inference;
use serde::Serialize;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

// The same rulers as compare's, without having to build what compare measures.
#[allow(dead_code)]
#[path = "../../src/machine.rs"]
mod machine;
#[allow(dead_code)]
#[path = "../../src/measure.rs"]
mod measure;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures SeekStorm: indexing, phrases, words, known items.
#[derive(Parser, Clone)]
struct Arguments {
    /// Articles, as JSON Lines with id, title, summary and body.
    articles: PathBuf,
    /// File written by compare --write-queries.
    queries: PathBuf,
    /// Whether accents are kept.
    #[arg(long)]
    keys: Keys,
    /// N-grams indexed as well as single syllables.
    #[arg(long, default_value = "none")]
    ngrams: Ngrams,
    /// Measured rounds of each query.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Titles to type as known items: id, title, title without accents.
    #[arg(long)]
    pairs: Option<PathBuf>,
    /// Writes the figures to a file.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Exact,
    Folded,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq)]
enum Ngrams {
    /// Single syllables: the smallest index.
    None,
    /// Pairs and triples of frequent syllables: the balance that it advises.
    Balanced,
    /// Pairs with a frequent syllable and triples of frequent ones: the fastest phrases.
    Fast,
}

#[derive(Serialize)]
struct Report {
    system: String,
    megabytes_per_cpu_second: f64,
    megabytes_per_second: f64,
    percent_of_input: f64,
    latency: Map<String, Value>,
    known_item: Map<String, Value>,
    run: machine::Run,
}

struct Article {
    id: String,
    /// Title, summary and body, composed.
    text: String,
    /// Summary and body.
    untitled: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // A search starts a task in the runtime of SeekStorm. From a task of that runtime it runs on
    // the same thread; from elsewhere each would wait for another thread to wake up.
    let runtime = INDEX_RUNTIME.handle();
    let report = runtime.block_on(runtime.spawn(measure_all(arguments.clone())))??;
    print!("{}", table(&report));
    if let Some(path) = &arguments.json {
        fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

async fn measure_all(arguments: Arguments) -> Result<Report> {
    let (articles, bytes) = articles(&arguments.articles)?;
    let megabytes = bytes as f64 / 1e6;
    let frequent = frequent(&articles, arguments.keys);
    let directory = tempfile::tempdir()?;

    let documents = documents(&articles, |article| &article.text);
    let start = (Instant::now(), measure::processor_time());
    let index = build(directory.path(), documents, &arguments, &frequent).await?;
    let took = start.0.elapsed().as_secs_f64();
    let cpu = match (start.1, measure::processor_time()) {
        (Some(before), Some(after)) => (after - before).as_secs_f64(),
        _ => took,
    };
    let mut report = Report {
        system: format!(
            "SeekStorm {}, {}{}",
            version(),
            if arguments.keys == Keys::Folded {
                "folded"
            } else {
                "exact"
            },
            match arguments.ngrams {
                Ngrams::None => "",
                Ngrams::Balanced => ", n-grams",
                Ngrams::Fast => ", most n-grams",
            },
        ),
        megabytes_per_cpu_second: megabytes / cpu,
        megabytes_per_second: megabytes / took,
        percent_of_input: size(directory.path())? as f64 / bytes as f64 * 100.0,
        latency: Map::new(),
        known_item: Map::new(),
        run: machine::Run::here(),
    };
    for (kind, queries) in queries(&arguments.queries)? {
        if kind.ends_with("without") == (arguments.keys == Keys::Folded) {
            let row = latency(&index, &kind, &queries, arguments.rounds).await;
            report.latency.insert(kind, row);
        }
    }
    index.close().await;

    if let Some(path) = &arguments.pairs {
        let directory = tempfile::tempdir()?;
        let documents = self::documents(&articles, |article| &article.untitled);
        let index = build(directory.path(), documents, &arguments, &frequent).await?;
        for (typed, column) in [("with accents", 1), ("without", 2)] {
            let score = known_items(&index, &fs::read_to_string(path)?, column).await?;
            report.known_item.insert(typed.to_owned(), score.into());
        }
        index.close().await;
    }
    Ok(report)
}

async fn build(
    directory: &Path,
    documents: Vec<Document>,
    arguments: &Arguments,
    frequent: &[String],
) -> Result<IndexArc> {
    let schema = serde_json::from_value(json!([
        {"field": "id", "field_type": "Text", "store": true, "index_lexical": false},
        {"field": "text", "field_type": "Text", "store": true, "index_lexical": true, "longest": true},
    ]))?;
    let balanced = NgramSet::NgramFF as u8 | NgramSet::NgramFFF as u8;
    let fast = balanced | NgramSet::NgramFR as u8 | NgramSet::NgramRF as u8;
    let meta = IndexMetaObject {
        id: 0,
        name: "news".to_owned(),
        lexical_similarity: LexicalSimilarity::Bm25f,
        tokenizer: match arguments.keys {
            Keys::Exact => TokenizerType::UnicodeAlphanumeric,
            Keys::Folded => TokenizerType::UnicodeAlphanumericFolded,
        },
        stemmer: StemmerType::None,
        stop_words: StopwordType::None,
        frequent_words: FrequentwordType::Custom {
            terms: frequent.to_vec(),
        },
        ngram_indexing: match arguments.ngrams {
            Ngrams::None => NgramSet::SingleTerm as u8,
            Ngrams::Balanced => balanced,
            Ngrams::Fast => fast,
        },
        document_compression: DocumentCompression::Snappy,
        access_type: AccessType::Mmap,
        spelling_correction: None,
        query_completion: None,
        clustering: Clustering::None,
        inference: Inference::None,
        segment_number_bits: 11,
    };
    let index = create_index(directory, meta, &schema, &Vec::new(), true, Some(1)).await?;
    index.index_documents(documents).await;
    index.commit().await;
    Ok(index)
}

async fn ask(
    index: &IndexArc,
    query: String,
    kind: QueryType,
    counted: ResultType,
) -> ResultObject {
    let none = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    index
        .search(
            query,
            None,
            kind,
            SearchMode::Lexical,
            false,
            0,
            10,
            counted,
            false,
            none.0,
            none.1,
            none.2,
            none.3,
            QueryRewriting::SearchOnly,
        )
        .await
}

/// Runs all queries once to warm up, then measures this many rounds, and
/// returns the median of each query.
async fn latency(index: &IndexArc, kind: &str, queries: &[String], rounds: usize) -> Value {
    let (how, counted) = match kind {
        kind if kind.starts_with("phrase") => (QueryType::Phrase, ResultType::TopkCount),
        kind if kind.contains("(AND)") => (QueryType::Intersection, ResultType::Topk),
        _ => (QueryType::Union, ResultType::Topk),
    };
    let mut times = vec![Vec::with_capacity(rounds); queries.len()];
    let mut hits = 0;
    for round in 0..=rounds {
        for (query, times) in queries.iter().zip(&mut times) {
            let start = Instant::now();
            let found = ask(index, query.clone(), how.clone(), counted.clone()).await;
            let took = start.elapsed();
            match (round, &counted) {
                (0, ResultType::TopkCount) => hits += found.result_count_total,
                (0, _) => hits += found.results.len(),
                _ => times.push(took),
            }
        }
    }
    let medians = times.into_iter().map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    let latency = measure::Latency::of(medians.collect());
    json!({"p50_us": latency.p50_us, "p99_us": latency.p99_us, "total": hits})
}

/// MRR@10 of titles typed as any of their words.
async fn known_items(index: &IndexArc, pairs: &str, column: usize) -> Result<f64> {
    let fields = HashSet::from(["id".to_owned()]);
    let (mut sum, mut count) = (0.0, 0.0);
    for line in pairs.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, ..] = columns[..] else { continue };
        // Signs would be operators.
        let words: String = columns[column]
            .nfc()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let found = ask(index, words, QueryType::Union, ResultType::Topk).await;
        count += 1.0;
        for (rank, hit) in found.results.iter().enumerate() {
            let index = index.read().await;
            let document = index
                .get_document(hit.doc_id, false, &None, &fields, &[])
                .await?;
            if document.get("id").and_then(Value::as_str) == Some(id) {
                sum += 1.0 / (rank + 1) as f64;
            }
        }
    }
    Ok(sum / f64::max(count, 1.0))
}

fn articles(path: &Path) -> Result<(Vec<Article>, usize)> {
    let mut articles = Vec::new();
    let mut bytes = 0;
    for line in BufReader::new(fs::File::open(path)?).lines() {
        let article: Value = serde_json::from_str(&line?)?;
        let kept = json!({
            "id": article["id"], "title": article["title"],
            "summary": article["summary"], "body": article["body"],
        });
        bytes += serde_json::to_string(&kept)?.len() + 1;
        let part = |name: &str| {
            article[name]
                .as_str()
                .unwrap_or_default()
                .nfc()
                .collect::<String>()
        };
        let untitled = format!("{}\n{}", part("summary"), part("body"));
        articles.push(Article {
            id: article["id"].as_str().unwrap_or_default().to_owned(),
            text: format!("{}\n{untitled}", part("title")),
            untitled,
        });
    }
    Ok((articles, bytes))
}

fn documents(articles: &[Article], text: fn(&Article) -> &String) -> Vec<Document> {
    let document = |article: &Article| {
        let id = ("id".to_owned(), Value::from(article.id.as_str()));
        Document::from_iter([id, ("text".to_owned(), Value::from(text(article).as_str()))])
    };
    articles.iter().map(document).collect()
}

/// The 256 most common syllables.
fn frequent(articles: &[Article], keys: Keys) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for article in articles {
        let text = article.text.to_lowercase();
        let text = match keys {
            Keys::Exact => text,
            Keys::Folded => {
                let letters = text.nfd().filter(|c| !is_combining_mark(*c));
                letters.map(|c| if c == 'đ' { 'd' } else { c }).collect()
            }
        };
        for word in text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
        {
            match counts.get_mut(word) {
                Some(count) => *count += 1,
                None => drop(counts.insert(word.to_owned(), 1)),
            }
        }
    }
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(256);
    words.into_iter().map(|(word, _)| word).collect()
}

fn queries(path: &Path) -> Result<Vec<(String, Vec<String>)>> {
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let (kind, query) = line.split_once('\t').ok_or("lines are kind and query")?;
        let query = query.nfc().collect();
        match kinds.last_mut() {
            Some((last, queries)) if last == kind => queries.push(query),
            _ => kinds.push((kind.to_owned(), vec![query])),
        }
    }
    Ok(kinds)
}

fn table(report: &Report) -> String {
    let mut out = format!(
        "| system | indexing, MB per CPU second | MB/s | index, % of input |\n|---|---|---|---|\n\
         | {} | {:.1} | {:.1} | {:.1} |\n\n\
         | {}, µs | p50 | p99 | hits of all queries |\n|---|---|---|---|\n",
        report.system,
        report.megabytes_per_cpu_second,
        report.megabytes_per_second,
        report.percent_of_input,
        report.system,
    );
    for (kind, row) in &report.latency {
        let figure = |name: &str| row[name].as_f64().unwrap_or_default();
        let (p50, p99) = (figure("p50_us"), figure("p99_us"));
        out.push_str(&format!(
            "| {kind} | {p50:.1} | {p99:.1} | {} |\n",
            row["total"]
        ));
    }
    if !report.known_item.is_empty() {
        out.push_str("\n| known item, typed | MRR@10 |\n|---|---|\n");
    }
    for (typed, score) in &report.known_item {
        out.push_str(&format!(
            "| {typed} | {:.3} |\n",
            score.as_f64().unwrap_or_default()
        ));
    }
    out
}

/// Bytes of all files in a directory and the directories in it.
fn size(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            size(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}
