//! Articles and pairs to measure with.

use std::borrow::Borrow;
use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};

use crate::queries::Random;

/// Reads all articles of a file, in order.
///
/// # Errors
///
/// When the file cannot be read, or a record of it.
pub fn articles(path: &Path) -> io::Result<Vec<Article>> {
    let file = FoundFile::new(path).map_err(|p| io::Error::other(p.to_string()))?;
    let mut reader =
        open(&file, &Limits::default()).map_err(|p| io::Error::other(p.to_string()))?;
    let mut batch = RecordBatch::new();
    let mut articles = Vec::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            let parsed = record
                .parse()
                .map_err(|p| io::Error::other(p.to_string()))?;
            articles.push(parsed.article);
        }
    }
    Ok(articles)
}

/// The articles this many times, each time with other ids.
pub fn repeated(articles: &[Article], times: u32) -> Vec<Article> {
    let mut all = articles.to_vec();
    for time in 2..=times {
        all.extend(articles.iter().map(|article| Article {
            id: format!("{}#{time}", article.id),
            ..article.clone()
        }));
    }
    all
}

/// Articles without end, whose title, summary and paragraphs are each of a random one of the given;
/// they have as many paragraphs as these.
pub fn mixed(articles: &[Article], seed: u64) -> impl Iterator<Item = Article> {
    let mut random = Random::new(seed);
    let paragraphs: Vec<&str> = articles.iter().flat_map(|a| a.body.lines()).collect();
    articles
        .iter()
        .cycle()
        .enumerate()
        .map(move |(number, like)| {
            let mut any = |bound: usize| random.below(bound.max(1));
            let lines = like.body.lines();
            let body: Vec<&str> = lines.map(|_| paragraphs[any(paragraphs.len())]).collect();
            Article {
                id: format!("{}#{seed}.{number}", like.id),
                title: articles[any(articles.len())].title.clone(),
                summary: articles[any(articles.len())].summary.clone(),
                body: body.join("\n"),
                ..like.clone()
            }
        })
}

/// Writes articles as JSON Lines, and returns their number of bytes.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write(
    path: &Path,
    articles: impl IntoIterator<Item = impl Borrow<Article>>,
) -> io::Result<u64> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    for article in articles {
        let article = article.borrow();
        let line = serde_json::json!({
            "id": article.id,
            "title": article.title,
            "summary": article.summary,
            "body": article.body,
            "date": article.published.map(|date| date.to_string()),
            "section": article.section,
            "author": article.author,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(fs::metadata(path)?.len())
}

/// A known item: an article and a query for it.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The article's id.
    pub id: String,
    /// Typed with accents.
    pub accented: String,
    /// Typed without.
    pub unaccented: String,
}

/// Reads lines of id, query and query without accents, separated by tabs.
///
/// # Errors
///
/// When the file cannot be read.
pub fn pairs(path: &Path) -> io::Result<Vec<Pair>> {
    let text = fs::read_to_string(path)?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let id = columns.next()?.to_owned();
            let accented = columns.next()?.to_owned();
            let unaccented = columns
                .next()
                .map_or_else(|| timbao_tokenizer::fold(&accented), str::to_owned);
            Some(Pair {
                id,
                accented,
                unaccented,
            })
        })
        .collect())
}
