//! Articles and pairs to measure with.

use std::fs;
use std::io;
use std::path::Path;

use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};

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
