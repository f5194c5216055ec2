//! Indexes for tests inside the crate.

use timbao_articles::Article;

use crate::{Index, Searcher, WriterOptions};

/// Creates an index by committing articles with their keys, each replacing the
/// one with the same key.
pub(crate) fn indexed<K: AsRef<str>>(
    commits: impl IntoIterator<Item = Vec<(K, Article)>>,
) -> (tempfile::TempDir, Searcher) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    for articles in commits {
        commit(&index, articles);
    }
    let searcher = index.searcher().unwrap();
    (dir, searcher)
}

/// One thread, so that a commit is a segment.
pub(crate) const OPTIONS: WriterOptions = WriterOptions {
    threads: 1,
    memory: 20_000_000,
};

/// Commits articles with their keys, each replacing the one with the same key.
pub(crate) fn commit<K: AsRef<str>>(index: &Index, articles: Vec<(K, Article)>) {
    let mut writer = index.writer(OPTIONS).unwrap();
    for (key, article) in articles {
        writer.add(key.as_ref(), article).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
}
