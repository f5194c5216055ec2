//! Indexing: from articles in memory to a commit on disk, and merging of
//! segments.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;
use timbao_articles::Article;
use timbao_benches::plain::{Keys, Plain};
use timbao_benches::{sample, timbao};
use timbao_index::Index;

const ARTICLES: usize = 1000;
const MEMORY: usize = 200_000_000;
const SEGMENTS: usize = 4;

fn indexing(c: &mut Criterion) {
    let articles = sample::articles(ARTICLES);
    let mut group = c.benchmark_group("indexing");
    group
        .sample_size(10)
        .throughput(Throughput::Bytes(sample::text_bytes(&articles)));

    let (_dir, index) = built(articles.clone());
    assert_eq!(count(&index), ARTICLES as u64);
    group.bench_function("commit", |b| {
        b.iter_batched(|| articles.clone(), built, BatchSize::PerIteration);
    });
    group.bench_function("commit, plain tantivy", |b| {
        b.iter_batched(|| articles.clone(), built_plainly, BatchSize::PerIteration);
    });

    let (_dir, index) = in_segments(&articles);
    timbao::merge(&index, MEMORY).expect("merged");
    assert_eq!(count(&index), ARTICLES as u64);
    group.bench_function("merge of four segments", |b| {
        b.iter_batched(
            || in_segments(&articles),
            |(dir, index)| {
                timbao::merge(&index, MEMORY).expect("merged");
                dir
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

// The directory is given back, so that its removal is not timed.
fn built(articles: Vec<Article>) -> (TempDir, Index) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let index = timbao::build(dir.path(), articles.into_iter(), 1, MEMORY).expect("an index");
    (dir, index)
}

fn built_plainly(articles: Vec<Article>) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let plain = Plain::create(dir.path(), Keys::Folded).expect("an index");
    let added = plain.add(articles.into_iter(), 1, MEMORY);
    added.expect("articles added");
    dir
}

fn in_segments(articles: &[Article]) -> (TempDir, Index) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut index = None;
    for part in articles.chunks(articles.len().div_ceil(SEGMENTS)) {
        let built = timbao::build(dir.path(), part.iter().cloned(), 1, MEMORY);
        index = Some(built.expect("an index"));
    }
    (dir, index.expect("articles"))
}

fn count(index: &Index) -> u64 {
    index.searcher().expect("a searcher").article_count()
}

criterion_group!(benches, indexing);
criterion_main!(benches);
