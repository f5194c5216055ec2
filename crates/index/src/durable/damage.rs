//! Damage in a file whose blocks are checked on first read: every search
//! returns the right result or an error.
//!
//! More flips: `TIMBAO_FLIPS=400 cargo test -p timbao-index --lib damage`.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use timbao_articles::Article;
use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::{
    CollocateOptions, KeywordOptions, KwicOptions, SimilarOptions, SnippetOptions, TrendsOptions,
    TrendsQuery,
};

use super::Storage;
use crate::error::{Error, Result};
use crate::newsroom::{Dice, files, setting};
use crate::store::Index;
use crate::testing::commit;
use crate::text::TextPlugin;
use crate::{SearchOptions, Searcher};

const SYLLABLES: [&str; 12] = [
    "đường",
    "làng",
    "mưa",
    "hội",
    "chợ",
    "nón",
    "Đồng",
    "Mơ",
    "huyện",
    "bến",
    "sông",
    "lúa",
];

/// Articles that repeat a few syllables, so that there are lists of all kinds,
/// and have some rare ones.
fn articles() -> Vec<(String, Article)> {
    let mut dice = Dice::new(7);
    let sentence = |dice: &mut Dice, words: usize| {
        let mut words: Vec<_> = (0..words)
            .map(|_| match dice.roll(9) {
                0 => format!("x{}", dice.roll(4000)),
                _ => SYLLABLES[dice.roll(SYLLABLES.len())].to_owned(),
            })
            .collect();
        words.push(String::new());
        words.join(" ")
    };
    (0..300)
        .map(|number| {
            let article = Article {
                id: format!("bài-{number}"),
                title: Some(sentence(&mut dice, 5)),
                body: format!(
                    "{}.\n\n{}.",
                    sentence(&mut dice, 60),
                    sentence(&mut dice, 30)
                ),
                ..Article::default()
            };
            (format!("{number:x}"), article)
        })
        .collect()
}

fn searcher(dir: &Path) -> Result<Searcher> {
    Index::open_on(Storage::open(dir)?.lazy())?.searcher()
}

fn plan(query: &str) -> Plan {
    lower(&parse(query).ast, &LowerOptions::default()).plan
}

/// The results of all kinds of searches, by name: text, or an error.
fn answers(searcher: &Searcher) -> Vec<(String, Result<String>)> {
    fn said(answer: Result<impl Debug>) -> Result<String> {
        answer.map(|answer| format!("{answer:?}"))
    }
    let mut all = Vec::new();
    let options = SearchOptions::default();
    for query in [
        "hội",
        "hoi",
        "x1234",
        "hội làng",
        "hoi lang mua duong",
        "\"hội làng\"",
        "\"hoi lang mua\"",
        "\"đường làng\"~3",
        "chợ NEAR/4 nón",
        "hội AND -mưa",
        "sông OR x77",
        "hộii~1",
        "x12*",
        "\"hội … làng\"",
        "",
    ] {
        let plan = plan(query);
        let found = searcher.search(&plan, &options);
        let address = found.as_ref().ok().and_then(|found| found.hits.first());
        if let Some(address) = address.map(|hit| hit.address) {
            let cut = SnippetOptions::default();
            all.push((
                format!("snippets {query}"),
                said(searcher.snippets(&plan, address, &cut)),
            ));
            all.push((
                format!("matches {query}"),
                said(searcher.matches(&plan, address)),
            ));
            let scores = searcher.explain_scores(&plan, None, &[address]);
            all.push((format!("scores {query}"), said(scores)));
        }
        all.push((format!("search {query}"), said(found)));
        let unique = searcher.search_unique(&plan, &options);
        all.push((
            format!("unique {query}"),
            said(unique.map(|found| found.total)),
        ));
        let lines = searcher
            .concordance(&plan, &KwicOptions::default())
            .and_then(|found| Ok(found.lines(searcher, 0..5)?));
        all.push((format!("kwic {query}"), said(lines)));
    }
    let (some, every) = (plan("làng"), Plan::Everything);
    let near = searcher.collocates(&some, &every, &CollocateOptions::default());
    all.push(("collocates".into(), said(near)));
    let keywords = searcher.keywords(&some, None, &KeywordOptions::default());
    all.push(("keywords".into(), said(keywords)));
    let query = TrendsQuery {
        name: "làng".into(),
        plan: some,
    };
    let trends = searcher.trends(&[query], &every, &TrendsOptions::default());
    all.push(("trends".into(), said(trends)));
    all.push(("stats".into(), said(searcher.stats())));
    all.push(("groups".into(), said(searcher.most_published(5))));
    for query in ["hoi lang", "hooi lang", "\"mưa x99999 hội\""] {
        let ast = parse(query).ast;
        for total in [0, 5] {
            let advice = searcher.advice(&ast, &LowerOptions::default(), total);
            all.push((format!("advice {query} {total}"), said(advice)));
        }
    }
    all.push(("complete".into(), said(searcher.complete("hoi l", 5))));
    for id in ["bài-3", "bài-299"] {
        let found = searcher.find_id(id);
        if let Some(&address) = found.as_ref().ok().and_then(|found| found.first()) {
            all.push((format!("article {id}"), said(searcher.article(address))));
            let similar = searcher.similar(address, &SimilarOptions::default());
            all.push((format!("similar {id}"), said(similar)));
            all.push((format!("reprints {id}"), said(searcher.reprints(address))));
        }
    }
    all
}

/// An index of one segment, its text component, and the ranges of its parts:
/// the sections, their table, and Tantivy's footer with the seal.
fn indexed(dir: &Path) -> (PathBuf, Vec<std::ops::Range<usize>>) {
    let index = Index::open_or_create(dir).unwrap();
    commit(&index, articles());
    let path = files(dir)
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "timbao"))
        .unwrap();
    let reader = index.reader().unwrap();
    let segment = TextPlugin::open(&index.storage, &reader.searcher().segment_readers()[0]);
    let mut parts = segment.unwrap().parts();
    let end = parts.iter().map(|part| part.end).max().unwrap();
    let len = fs::metadata(&path).unwrap().len() as usize;
    let table_end = end + 16 * parts.len() + 12;
    parts.push(end..table_end);
    parts.push(table_end..len);
    (path, parts)
}

/// Runs all searches on an index with a changed file, each with a searcher of
/// its own.
#[track_caller]
fn assert_right_or_refused(dir: &Path, expected: &[(String, String)], at: &str) -> bool {
    let opened = match searcher(dir) {
        Ok(opened) => opened,
        Err(Error::Damaged { .. }) => return true,
        Err(error) => panic!("{at}: {error}"),
    };
    let mut is_refused = false;
    for (name, answer) in answers(&opened) {
        match answer {
            Ok(answer) => {
                let right = expected.iter().find(|(known, _)| *known == name);
                let right = right.map(|(_, answer)| answer);
                assert_eq!(Some(&answer), right, "{at}, {name}");
            }
            Err(Error::Damaged { .. }) => is_refused = true,
            Err(error) => panic!("{at}, {name}: {error}"),
        }
    }
    is_refused
}

#[test]
fn damage_in_a_part_of_a_large_file_is_never_a_wrong_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (path, parts) = indexed(dir.path());
    assert_eq!(parts.len(), 24);
    let expected: Vec<(String, String)> = answers(&searcher(dir.path()).unwrap())
        .into_iter()
        .map(|(name, answer)| (name, answer.unwrap()))
        .collect();
    let whole = fs::read(&path).unwrap();
    let seed = setting("TIMBAO_SEED", 1);
    let mut dice = Dice::new(seed);
    let mut refused = 0;
    for (number, part) in parts.iter().enumerate() {
        for time in 0..setting("TIMBAO_FLIPS", 2) {
            let byte = part.start + dice.roll(part.len().max(1));
            let mut changed = whole.clone();
            let what = match time % 3 {
                1 => {
                    let page = byte / 4096 * 4096;
                    let end = changed.len().min(page + 4096);
                    changed[page..end].fill(0);
                    "zeros"
                }
                _ => {
                    changed[byte] ^= 1 << dice.roll(8);
                    "a bit"
                }
            };
            fs::write(&path, &changed).unwrap();
            let at = format!("seed {seed}, part {number}, {what} at {byte}");
            refused += u32::from(assert_right_or_refused(dir.path(), &expected, &at));
        }
    }
    assert!(refused >= 24, "{refused}");
    for part in &parts {
        let cut = part.start + dice.roll(part.len().max(1));
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(assert_right_or_refused(dir.path(), &expected, "cut short"));
    }
}
