//! The query side: tables of abbreviations that are wrong, and restoring accents.

use std::collections::HashMap;

use timbao_tokenizer::abbreviations::Table;
use timbao_tokenizer::restore::{Counts, restore};
use timbao_tokenizer::{Gap, Keys, exact_key, scan};

#[test]
fn a_wrong_table_says_what_is_wrong_and_where() {
    for (toml, message) in [
        (
            r#"entry = [{ short = ["A"], long = [] }]"#,
            "entry 1 of the table of abbreviations needs at least one short and one long form",
        ),
        (
            r#"entry = [{ short = ["A"], long = ["b"] }, { short = ["A"], long = ["--"] }]"#,
            "entry 2 of the table of abbreviations has a form without letters: \"--\"",
        ),
        (
            r#"entry = [{ short = ["A"], longs = ["b"] }]"#,
            "unknown field `longs`",
        ),
        (
            "entry = 3",
            "the table of abbreviations is not valid: TOML parse error at line 1",
        ),
    ] {
        let error = Table::parse(toml)
            .expect_err("the table is wrong")
            .to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(
        Table::parse("")
            .expect("an empty table")
            .find(&["UBND"])
            .is_empty()
    );
}

#[test]
fn the_built_in_table_is_valid_and_every_form_finds_its_entry() {
    let table = Table::parse(include_str!("../data/abbreviations.toml")).expect("valid");
    for words in [vec!["UBND"], vec!["Trung", "ương"], vec!["Tp", "HCM"]] {
        assert_eq!(table.find(&words), Table::builtin().find(&words));
        assert_eq!(table.find(&words)[0].words, words.len());
    }
}

#[test]
fn matches_do_not_overlap_and_the_longest_wins() {
    let words = ["UBND", "TP", "HCM", "và", "MTTQ", "VN"];
    let found = Table::builtin().find(&words);
    let spans: Vec<_> = found.iter().map(|f| (f.first, f.words)).collect();
    assert_eq!(spans, [(0, 1), (1, 2), (4, 1), (5, 1)]);
}

#[test]
fn an_added_entry_gives_a_short_form_one_more_meaning() {
    let mut table = Table::builtin().clone();
    let own = Table::parse(r#"entry = [{ short = ["CP"], long = ["Chi phí"] }]"#).expect("valid");
    table.extend(own);
    let found = table.find(&["CP"]);
    let forms: Vec<_> = found[0].forms.iter().map(|f| f.text.as_str()).collect();
    assert_eq!(forms, ["Chính phủ", "cổ phần", "Chi phí"]);
}

/// Counts of a text of our own.
#[derive(Default)]
struct Text {
    spellings: HashMap<String, HashMap<String, u64>>,
    pairs: HashMap<(String, String), u64>,
}

impl Text {
    fn new(text: &str) -> Text {
        let mut counts = Text::default();
        let mut keys = Keys::new();
        let mut before = String::new();
        for token in scan(text) {
            keys.set(&text[token.start..token.end]);
            let exact = keys.exact().to_owned();
            let spellings = counts
                .spellings
                .entry(keys.folded().to_owned())
                .or_default();
            *spellings.entry(exact.clone()).or_default() += 1;
            if token.gap == Gap::Space {
                *counts.pairs.entry((before, exact.clone())).or_default() += 1;
            }
            before = exact;
        }
        counts
    }
}

impl Counts for Text {
    fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
        let known = self.spellings.get(folded).into_iter().flatten();
        known
            .map(|(exact, count)| (exact.clone(), *count))
            .collect()
    }

    fn pair_count(&self, first: &str, second: &str) -> u64 {
        self.pairs
            .get(&(first.to_owned(), second.to_owned()))
            .copied()
            .unwrap_or(0)
    }
}

const TEXT: &str = "Cán bộ phải tự soi, chống tự diễn biến, tự chuyển hoá. Biểu hiện tự diễn biến. \
    Từ điển mới. Từ điển lớn. Mua từ điển. Từ nay điện về biên giới. Điện yếu. Từ đó, từ khi có điện.";

fn best(query: &[&str]) -> Vec<(String, u64)> {
    let readings = restore(query, &Text::new(TEXT), 2);
    readings.into_iter().map(|r| (r.text, r.count)).collect()
}

#[test]
fn the_reading_that_the_text_has_comes_first() {
    assert_eq!(
        best(&["tu", "dien", "bien"])[0],
        ("tự diễn biến".to_owned(), 2)
    );
    assert_eq!(best(&["tu", "dien"])[0], ("từ điển".to_owned(), 3));
    assert_eq!(
        best(&["TU", "CHUYEN", "HOA"])[0],
        ("tự chuyển hóa".to_owned(), 1)
    );
    assert_eq!(best(&["tu"])[0], ("từ".to_owned(), 6));
}

#[test]
fn accented_and_unknown_words_are_kept() {
    assert_eq!(best(&["tự", "dien"])[0].0, "tự diễn");
    assert_eq!(best(&["tu", "xyz"])[0], ("từ xyz".to_owned(), 0));
    assert_eq!(best(&["xyz"]), []);
    assert_eq!(best(&[]), []);
    assert_eq!(restore(&["tu"], &Text::new(TEXT), 0), []);
}

#[test]
fn readings_are_ranked_and_distinct() {
    let readings = restore(&["tu", "dien", "bien"], &Text::new(TEXT), 50);
    assert!(
        readings
            .windows(2)
            .all(|pair| pair[0].score >= pair[1].score)
    );
    let mut words: Vec<_> = readings.iter().map(|r| r.words.clone()).collect();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), readings.len());
    assert!(
        words
            .iter()
            .flatten()
            .any(|word| *word == exact_key("biên"))
    );
}

#[test]
fn a_very_long_query_is_read_as_well() {
    let query: Vec<&str> = ["tu", "dien", "bien"]
        .into_iter()
        .cycle()
        .take(3_000)
        .collect();
    let readings = restore(&query, &Text::new(TEXT), 3);
    assert_eq!(readings.len(), 3);
    assert_eq!(readings[0].words.len(), query.len());
}
