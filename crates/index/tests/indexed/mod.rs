//! Indexes of given articles.

use tempfile::TempDir;
use timbao_articles::Article;
use timbao_index::{Index, Searcher, WriterOptions};

/// An index of articles in one commit, each with its key.
pub fn indexed<K: AsRef<str>>(
    articles: impl IntoIterator<Item = (K, Article)>,
) -> (TempDir, Searcher) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    let options = WriterOptions {
        threads: 1,
        memory: 20_000_000,
    };
    let mut writer = index.writer(options).unwrap();
    for (key, article) in articles {
        writer.add(key.as_ref(), article).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
    let searcher = index.searcher().unwrap();
    (dir, searcher)
}
