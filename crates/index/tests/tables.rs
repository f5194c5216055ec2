//! What the documentation of the query language promises: queries over texts and collections with
//! their answers, in `matches.toml` and `collections.toml`.

mod indexed;

use serde::Deserialize;
use timbao_articles::{Article, read_all};
use timbao_index::{SearchOptions, Searcher};
use timbao_query::plan::{Facet, Filter, Plan};
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::Sort;

use indexed::indexed;

#[derive(Deserialize)]
struct Texts {
    section: Vec<TextSection>,
}

#[derive(Deserialize)]
struct TextSection {
    about: String,
    /// Each line: a query, a text and the matches.
    lines: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Collections {
    section: Vec<CollectionSection>,
}

#[derive(Deserialize)]
struct CollectionSection {
    about: String,
    /// Articles as JSON objects.
    articles: Vec<String>,
    /// Each line: a query, and the ids of the articles found, in alphabetical order.
    #[serde(default)]
    lines: Vec<Vec<String>>,
    /// Each line: a query, `latest` or `oldest`, and the ids of the articles in this order.
    #[serde(default)]
    sorted: Vec<Vec<String>>,
    /// Each line: a query, a facet, and its values with their numbers of articles.
    #[serde(default)]
    counted: Vec<Vec<String>>,
}

#[test]
fn matches_are_those_of_the_table() {
    let table: Texts = toml::from_str(include_str!("matches.toml")).unwrap();
    let lines = table.section.iter().flat_map(|section| &section.lines);
    let articles = lines.enumerate().map(|(number, line)| {
        let article = Article {
            id: number.to_string(),
            body: line[1].clone(),
            ..Article::default()
        };
        (number.to_string(), article)
    });
    let (_dir, searcher) = indexed(articles);
    let mut wrong = String::new();
    let mut number = 0;
    for TextSection { about, lines } in &table.section {
        for line in lines {
            let (query, body) = (&line[0], &line[1]);
            let plan = plan(query);
            let only = Plan::Filter(Filter::Id(number.to_string()));
            number += 1;
            let found = searcher
                .search(
                    &Plan::And(vec![plan.clone(), only]),
                    &SearchOptions::default(),
                )
                .unwrap();
            let matches = found.hits.iter().flat_map(|hit| {
                let mut matches = searcher.matches(&plan, hit.address).unwrap();
                matches.dedup_by(|a, b| a.range == b.range);
                matches
                    .into_iter()
                    .map(|found| body[found.range.bytes].to_owned())
            });
            let matches: Vec<String> = matches.collect();
            if matches[..] != line[2..] {
                wrong += &format!("{about}: {query} in {body:?}: {matches:?}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "these were found instead:\n{wrong}");
}

#[test]
fn collections_are_searched_as_the_table_says() {
    let table: Collections = toml::from_str(include_str!("collections.toml")).unwrap();
    let mut wrong = String::new();
    for section in &table.section {
        let (_dir, searcher) = indexed(read(&section.articles));
        let mut compare = |line: &Vec<String>, known: usize, found: Vec<String>| {
            if found != line[known..] {
                wrong += &format!("{}: {:?}: {found:?}\n", section.about, &line[..known]);
            }
        };
        for line in &section.lines {
            let mut found = ids(&searcher, &line[0], Sort::Relevance);
            found.sort();
            compare(line, 1, found);
        }
        for line in &section.sorted {
            let sort = match line[1].as_str() {
                "latest" => Sort::Latest,
                "oldest" => Sort::Oldest,
                other => panic!("{other}"),
            };
            compare(line, 2, ids(&searcher, &line[0], sort));
        }
        for line in &section.counted {
            compare(line, 2, counted(&searcher, &line[0], &line[1]));
        }
    }
    assert!(wrong.is_empty(), "these were found instead:\n{wrong}");
}

/// Articles with their ids, read as a file of JSON Lines is.
fn read(articles: &[String]) -> Vec<(String, Article)> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("articles.jsonl");
    std::fs::write(&file, articles.join("\n")).unwrap();
    let mut read = Vec::new();
    read_all(&file, &mut |article| {
        let article = article.unwrap();
        read.push((article.id.clone(), article));
    });
    read
}

fn plan(query: &str) -> Plan {
    lower(&parse(query).ast, &LowerOptions::default()).plan
}

fn ids(searcher: &Searcher, query: &str, sort: Sort) -> Vec<String> {
    let options = SearchOptions {
        sort,
        ..SearchOptions::default()
    };
    let hits = searcher.search(&plan(query), &options).unwrap().hits;
    let id = |address| searcher.record(address).unwrap().id;
    hits.iter().map(|hit| id(hit.address)).collect()
}

fn counted(searcher: &Searcher, query: &str, facet: &str) -> Vec<String> {
    let facets = Facet::ALL.iter().filter(|known| known.name() == facet);
    let facets: Vec<Facet> = facets.copied().collect();
    let found = searcher.facets(&plan(query), &facets).unwrap();
    let counts = &found.facets[0];
    let values = counts.values.iter();
    let mut all: Vec<String> = values
        .map(|value| format!("{}: {}", value.value, value.articles))
        .collect();
    all.push(format!("unknown: {}", counts.unknown));
    all
}
