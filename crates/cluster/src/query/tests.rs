use std::fmt::Write;

use serde_json::json;
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

    fn tokens(&self) -> Result<u64> {
        Ok(400_000)
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
        "dien NEAR/2 \"bien hoi\"",
        "dien NEAR/1 bien NEAR/1 hoi",
        "\"cán bộ\" NEAR/1 kỷ NEAR/1 luật",
        "diễn PRE/2 biến",
        "hội NEAR/40 biến NEAR/40 diễn NEAR/40 chuyển",
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
        "hội OR diễn NEAR/S biến",
        "Ban Chấp hành Trung ương",
        "đảng (==Hội OR biến)",
        "(==Đảng|hội) NEAR/2 biến",
        "(==Đảng|hội) NEAR/P biến",
    ] {
        let plan = plan(query);
        let found = translated(&plan);
        writeln!(out, "{query}\n  {plan}").unwrap();
        let to_check = found.to_check();
        for (name, clause) in [("certain", found.certain), ("to be checked", to_check)] {
            if let Some(clause) = clause {
                writeln!(out, "  {name}: {clause}").unwrap();
            }
        }
        out.push('\n');
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

/// Only the articles of an inexact alternative are checked, wherever it occurs.
#[test]
fn exact_alternatives_are_not_checked() {
    let sentence = translated(&plan("hội NEAR/S biến"));
    assert_eq!(sentence.certain, None);
    let unsure = sentence.unsure.unwrap();
    let exact = translated(&plan("hội")).certain.unwrap();
    let either = translated(&plan("hội OR (hội NEAR/S biến)"));
    assert_eq!(either.certain, Some(exact.clone()));
    let checked = Some(without(unsure, exact));
    assert_eq!(either.to_check(), checked);
    let not = translated(&plan("NOT (hội OR (hội NEAR/S biến))"));
    assert_eq!(not.unsure, checked);
}

#[test]
fn conditions_on_metadata_are_exact_without_families_of_keys() {
    let slots = match plan("section:\"xây dựng\"") {
        Plan::Filter(timbao_query::plan::Filter::Facet { slots, .. }) => slots,
        other => panic!("{other}"),
    };
    let facet = Facet::Section;
    let filter = Plan::Filter(timbao_query::plan::Filter::Facet { facet, slots });
    assert_eq!(translated(&filter).unsure, None);
    assert!(translated(&plan("section:xây*")).unsure.is_some());
}

/// A cluster refuses queries with more terms.
#[test]
fn queries_have_at_most_as_many_terms_as_a_cluster_takes() {
    let wide =
        "(**40 diễn ** OR ==biến OR *ng OR hội~2) NEAR/7 \"(tự|diễn|biến) * (hội|chuyển)\"~2";
    let long = "\"diễn ** biến **40 hội\" ";
    for query in [
        wide.to_owned(),
        format!("{wide} NEAR/7 (chuy*|\"tự **2 hội\")"),
        long.repeat(12),
        format!("-({})", long.repeat(40)),
        format!("{} title:hội", "(*n NEAR/40 *i NEAR/40 *n) OR ".repeat(50)),
        format!(
            "{wide} NOTNEAR/3 ({})",
            long.repeat(20).replace("\" ", "\"|")
        ),
    ] {
        let plan = plan(&query);
        let count = translated(&plan).term_count();
        assert!(count <= MOST_TERMS, "{count}: {plan}");
        let ranked = rank(&plan, &Words).unwrap();
        let ranked: usize = ranked.iter().map(clauses::term_count).sum();
        assert!(count + ranked <= 20_000, "{ranked}: {plan}");
    }
}
