//! Searching: a query read, phrases and words found, snippets cut.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use timbao_benches::{queries, sample, timbao};
use timbao_index::{Address, Found, SearchOptions, Searcher};
use timbao_query::plan::{Plan, TextField};
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::SnippetOptions;

const ARTICLES: usize = 5000;
const QUERIES: usize = 50;
const MEMORY: usize = 500_000_000;

fn search(c: &mut Criterion) {
    let articles = sample::articles(ARTICLES);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let built = timbao::build(dir.path(), articles.iter().cloned(), 1, MEMORY);
    let index = built.expect("an index");
    timbao::merge(&index, MEMORY).expect("merged");
    let searcher = index.searcher().expect("a searcher");
    let phrases = queries::phrases(&articles, QUERIES, 1);
    let words = queries::word_sets(&articles, QUERIES, 1);
    let folded = |all: &[String]| all.iter().map(|q| timbao_tokenizer::fold(q)).collect();

    let mut group = c.benchmark_group("search");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(QUERIES as u64));
    let by_typing: [(&str, [Vec<String>; 2]); 2] = [
        ("with accents", [phrases.clone(), words.clone()]),
        ("without", [folded(&phrases), folded(&words)]),
    ];
    let mut planner = timbao::Planner::default();
    for (typed, [phrases, words]) in by_typing {
        let plans: Vec<Plan> = phrases.iter().map(|q| planner.phrase(q)).collect();
        // Each was taken out of an article, so that each is found.
        assert!(plans.iter().all(|p| found(&searcher, p).total >= 1));
        group.bench_function(format!("phrase, top 10 and total, typed {typed}"), |b| {
            b.iter(|| hits(&searcher, &plans));
        });
        for (name, all) in [("all words", true), ("any word", false)] {
            let joined = words.iter().map(|words| timbao::joined(words, all));
            let plans: Vec<Plan> = joined.map(|query| timbao::typed(&query)).collect();
            assert!(hits(&searcher, &plans) >= QUERIES);
            group.bench_function(format!("{name}, top 10 and total, typed {typed}"), |b| {
                b.iter(|| hits(&searcher, &plans));
            });
        }
    }

    let shown: Vec<(Plan, Address)> = phrases
        .iter()
        .flat_map(|phrase| {
            let plan = planner.phrase(phrase);
            let first = found(&searcher, &plan).hits.into_iter().next();
            first.map(|hit| (plan, hit.address))
        })
        .collect();
    // Snippets do not contain the title.
    let in_text = |(plan, address): &&(Plan, Address)| {
        let matches = searcher.matches(plan, *address).expect("matches");
        matches
            .iter()
            .any(|found| found.range.field != TextField::Title)
    };
    assert_eq!(shown.len(), QUERIES);
    assert_eq!(
        highlights(&searcher, &shown),
        shown.iter().filter(in_text).count()
    );
    group.bench_function("snippet with the phrase marked", |b| {
        b.iter(|| highlights(&searcher, &shown));
    });

    let mut typed: Vec<String> = phrases
        .iter()
        .map(|phrase| format!("\"{phrase}\""))
        .collect();
    typed.extend(words);
    typed.push("(title:\"tự do\" OR báo*) -thể date:2020..2021 \"xây dựng * đảng\"".to_owned());
    group.throughput(Throughput::Elements(typed.len() as u64));
    assert_eq!(understood(&typed), typed.len());
    group.bench_function("query read and lowered", |b| {
        b.iter(|| understood(black_box(&typed)));
    });
    group.finish();
}

fn found(searcher: &Searcher, plan: &Plan) -> Found {
    let options = SearchOptions::default();
    searcher.search(plan, &options).expect("an answer")
}

/// Number of hits of all plans among the first ten.
fn hits(searcher: &Searcher, plans: &[Plan]) -> usize {
    let hits = |plan| found(searcher, plan).hits.len();
    plans.iter().map(hits).sum()
}

/// Number of snippets with a highlighted match.
fn highlights(searcher: &Searcher, shown: &[(Plan, Address)]) -> usize {
    let options = SnippetOptions::default();
    let is_marked = |(plan, address): &&(Plan, Address)| {
        let snippets = searcher.snippets(plan, *address, &options);
        let snippets = snippets.expect("snippets");
        snippets
            .iter()
            .any(|snippet| !snippet.highlights.is_empty())
    };
    shown.iter().filter(is_marked).count()
}

/// Number of queries without a problem.
fn understood(queries: &[String]) -> usize {
    let options = LowerOptions::default();
    let is_understood = |query: &&String| {
        let parsed = parse(query);
        let lowered = lower(&parsed.ast, &options);
        parsed.problems.is_empty() && lowered.plan != Plan::Nothing
    };
    queries.iter().filter(is_understood).count()
}

criterion_group!(benches, search);
criterion_main!(benches);
