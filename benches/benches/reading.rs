//! Reading articles: files cut into records, records parsed.

use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use timbao_articles::{Article, FoundFile, Limits, RecordBatch, open};
use timbao_benches::sample;

const ARTICLES: usize = 1000;
/// Headlines beside the article of a page.
const OTHERS: usize = 120;

fn reading(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let articles = sample::articles(ARTICLES);
    let lines: Vec<String> = articles.iter().map(line).collect();
    let lines = lines.concat();
    let plain = dir.path().join("articles.jsonl");
    fs::write(&plain, &lines).expect("written");
    let packed = dir.path().join("articles.jsonl.zst");
    let mut encoder =
        zstd::Encoder::new(fs::File::create(&packed).expect("created"), 3).expect("an encoder");
    encoder.write_all(lines.as_bytes()).expect("written");
    encoder.finish().expect("finished");
    let page = dir.path().join("article.html");
    fs::write(&page, html(&articles[0], &articles[1..=OTHERS])).expect("written");

    let mut group = c.benchmark_group("reading");
    group
        .sample_size(20)
        .throughput(Throughput::Bytes(lines.len() as u64));
    assert_eq!(records(&plain), ARTICLES);
    group.bench_function("JSON Lines, cut only", |b| {
        b.iter(|| records(black_box(&plain)));
    });
    let bytes: usize = articles.iter().map(|a| a.body.len()).sum();
    assert_eq!(parsed(&plain), bytes);
    group.bench_function("JSON Lines, parsed", |b| {
        b.iter(|| parsed(black_box(&plain)));
    });
    assert_eq!(parsed(&packed), parsed(&plain));
    group.bench_function("JSON Lines, zstd, parsed", |b| {
        b.iter(|| parsed(black_box(&packed)));
    });
    let bytes = fs::metadata(&page).expect("a file").len();
    group.throughput(Throughput::Bytes(bytes));
    assert!(parsed(&page) >= articles[0].body.len() * 9 / 10);
    group.bench_function("one HTML page, parsed", |b| {
        b.iter(|| parsed(black_box(&page)));
    });
    group.finish();
}

/// Cuts a file into records and counts them.
fn records(path: &Path) -> usize {
    let mut count = 0;
    each_batch(path, |batch| count += batch.records().len());
    count
}

/// Parses all records of a file; the bytes of their bodies.
fn parsed(path: &Path) -> usize {
    let mut bytes = 0;
    each_batch(path, |batch| {
        for record in batch.records() {
            bytes += record.parse().expect("an article").article.body.len();
        }
    });
    bytes
}

fn each_batch(path: &Path, mut use_it: impl FnMut(&RecordBatch)) {
    let file = FoundFile::new(path).expect("a file");
    let mut reader = open(&file, &Limits::default()).expect("a reader");
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        use_it(&batch);
    }
}

fn line(article: &Article) -> String {
    let mut line = serde_json::to_string(&serde_json::json!({
        "id": article.id, "title": article.title,
        "summary": article.summary, "body": article.body,
    }))
    .expect("JSON");
    line.push('\n');
    line
}

/// A page as newspapers send it: styles, scripts, menus and other headlines are most of it.
fn html(article: &Article, others: &[Article]) -> String {
    let title = |article: &Article| article.title.clone().unwrap_or_default();
    let each =
        |count: usize, part: &dyn Fn(usize) -> String| -> String { (0..count).map(part).collect() };
    let styles = each(600, &|n| {
        format!(".c{n}{{color:#{n:06x};margin:0 {n}px}}\n")
    });
    let script = each(600, &|n| {
        format!("\"k{n}\":{{\"a\":{n},\"url\":\"/p/{n}\"}},")
    });
    let menu = each(180, &|n| format!("<li><a href=/muc-{n}>Mục {n}</a></li>"));
    let headline = |other: &Article| {
        let text = title(other);
        format!(
            "<li class=item><a href=/tin title=\"{text}\"><img src=a.jpg alt=\"{text}\"></a>\
             <h3><a href=/tin>{text}</a></h3><span class=time>2 giờ trước →</span></li>"
        )
    };
    let headlines: String = others.iter().map(headline).collect();
    let paragraph = |text| format!("<p>{text}</p>");
    let paragraphs: String = article.body.lines().map(paragraph).collect();
    let title = title(article);
    format!(
        "<!doctype html><html lang=vi><meta charset=utf-8><title>{title}</title>\
         <style>{styles}</style><script>var c={{{script}}};</script><nav><ul>{menu}</ul></nav>\
         <article><h1>{title}</h1>{paragraphs}</article><aside><ul>{headlines}</ul></aside></html>"
    )
}

criterion_group!(benches, reading);
criterion_main!(benches);
