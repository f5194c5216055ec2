//! Articles for benches that need no data: made up from the statistics of the articles that come
//! with the source, so that everybody measures the same.

use std::path::Path;

use timbao_articles::{Article, read_all};

use crate::generate::Generator;

/// This many generated articles, always the same, with the statistics of the
/// articles in the file or directory of the environment variable
/// `TIMBAO_BENCH_ARTICLES`, if it is set.
///
/// # Panics
///
/// When there are no articles to learn from.
pub fn articles(count: usize) -> Vec<Article> {
    let given = std::env::var_os("TIMBAO_BENCH_ARTICLES");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/articles");
    let path = given.map_or(corpus, Into::into);
    let mut learned = Vec::new();
    read_all(&path, &mut |article| learned.extend(article.ok()));
    assert!(!learned.is_empty(), "no articles in {}", path.display());
    learned.sort_by(|a, b| a.id.cmp(&b.id));
    let generator = Generator::learn(learned.iter(), 1);
    let made = generator.map(|made| Article {
        id: made.id,
        title: Some(made.title),
        summary: Some(made.summary),
        body: made.body,
        ..Article::default()
    });
    made.take(count).collect()
}

/// Bytes of text in articles.
pub fn text_bytes(articles: &[Article]) -> u64 {
    let part = |part: &Option<String>| part.as_deref().map_or(0, str::len);
    let bytes = |a: &Article| part(&a.title) + part(&a.summary) + a.body.len();
    articles.iter().map(bytes).sum::<usize>() as u64
}
