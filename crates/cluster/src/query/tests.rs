use std::fmt::Write;

use timbao_query::plan::{Facet, Key, Plan};
use timbao_query::{Filters, LowerOptions, Request};

use crate::feed::WordKey;

use super::*;

/// A vocabulary of some words, and one count for all plans.
struct Words;

impl Lookup for Words {
    fn words(&self, _: &Key) -> Result<Vec<WordKey>> {
        let words = ["chuyên", "chuyển", "chuyện", "biến", "biên", "diễn", "hội"];
        let keys = words.map(|word| WordKey {
            exact: timbao_tokenizer::exact_key(word),
            folded: timbao_tokenizer::fold(word),
        });
        Ok(keys.to_vec())
    }

    fn counts(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        Ok((1..).map(|n| n * 100).take(plans.len()).collect())
    }

    fn articles(&self) -> Result<u64> {
        Ok(1000)
    }
}

fn translated(plan: &Plan) -> Query {
    translate(&Resolved::new(plan, &Words).unwrap(), &Words).unwrap()
}

fn plan(query: &str) -> Plan {
    Request::with(query, &Filters::default(), LowerOptions::default())
        .unwrap()
        .plan()
        .clone()
}

/// Every operator of the language, as OpenSearch is asked for it.
#[test]
fn queries() {
    let mut out = String::new();
    for query in [
        "diễn",
        "dien",
        "đảng",
        "ubnd",
        "title:đảng",
        "\"dien bien\"",
        "\"diễn biến\"",
        "\"tự diễn biến\"",
        "body:\"dien bien\"",
        "\"tự * hóa\"",
        "\"tự **2 hóa\"",
        "\"tự ** hóa **60 nội **60 bộ\"",
        "\"diễn biến\"~1",
        "\"đảng đang\"~1",
        "\"(tự|diễn) biến\"",
        "chuyể*",
        "*hội",
        "\"tự chuy*\"",
        "dien~1",
        "/chuy[eê]n/",
        "diễn NEAR/2 biến",
        "\"cán bộ\" NEAR/1 kỷ NEAR/1 luật",
        "diễn PRE/2 biến",
        "a NEAR/40 b NEAR/40 c NEAR/40 d",
        "diễn NOTNEAR/2 biến",
        "diễn NEAR/S biến",
        "diễn NEAR/P biến",
        "ATLEAST/3(đảng)",
        "=Đảng",
        "đảng AND NOT hội",
        "đảng -\"diễn biến\"",
        "đảng OR hội",
        "tự diễn biến",
        "tự diễn biến chuyển hóa",
        "date:2026-03..2026-04",
        "date:*",
        "section:\"xây dựng\"",
        "section=\"Kinh tế\"",
        "place:*",
        "month:2026-03",
        "author:ngu*",
        "id:abc",
        "đảng NOT (hội NEAR/S biến)",
    ] {
        let plan = plan(query);
        let found = translated(&plan);
        let exact = if found.is_exact {
            ""
        } else {
            "  (to be checked)"
        };
        writeln!(out, "{query}\n  {plan}{exact}\n  {}\n", found.json).unwrap();
    }
    insta::assert_snapshot!("queries", out);
}

#[test]
fn ranking() {
    let mut out = String::new();
    for query in [
        "tự diễn biến",
        "\"tự diễn biến\" đảng",
        "\"tự * hóa\"",
        "đảng NEAR/3 hội -biến",
        "title:chuy*",
    ] {
        let clauses = rank(&plan(query), &Words).unwrap();
        writeln!(out, "{query}\n  {}\n", json!(clauses)).unwrap();
    }
    insta::assert_snapshot!("ranking", out);
}

/// What is not exact must stay a superset under NOT, or match everything.
#[test]
fn negations_of_supersets_exclude_nothing() {
    let sentence = plan("hội NEAR/S biến");
    assert!(!translated(&sentence).is_exact);
    let not = translated(&Plan::Not(Box::new(sentence)));
    assert_eq!(not, Query::everything().inexact());
    let exact = translated(&Plan::Not(Box::new(plan("hội"))));
    assert!(exact.is_exact);
}

#[test]
fn conditions_on_metadata_are_exact_without_families_of_keys() {
    let slots = match plan("section:\"xây dựng\"") {
        Plan::Filter(timbao_query::plan::Filter::Facet { slots, .. }) => slots,
        other => panic!("{other}"),
    };
    let facet = Facet::Section;
    let filter = Plan::Filter(timbao_query::plan::Filter::Facet { facet, slots });
    assert!(translated(&filter).is_exact);
    assert!(!translated(&plan("section:xây*")).is_exact);
}
