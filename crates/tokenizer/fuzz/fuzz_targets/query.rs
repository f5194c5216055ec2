//! Query analysis never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timbao_tokenizer::abbreviations::Table;
use timbao_tokenizer::restore::{Counts, restore};
use timbao_tokenizer::{exact_key, input_method, is_syllable, scan, variants};

/// Counts made up from the words themselves.
struct MadeUp;

impl Counts for MadeUp {
    fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
        vec![(folded.to_owned(), 3), (format!("{folded}\u{301}"), 5)]
    }

    fn pair_count(&self, first: &str, second: &str) -> u64 {
        (first.len() ^ second.len()) as u64
    }
}

fuzz_target!(|query: &str| {
    if let Some(reading) = input_method::guess(query) {
        assert!(scan(&reading.text).all(|t| {
            let word = &reading.text[t.start..t.end];
            t.kind == timbao_tokenizer::Kind::Number || is_syllable(word)
        }));
    }
    let words: Vec<&str> = scan(query)
        .take(12)
        .map(|t| &query[t.start..t.end])
        .collect();
    for found in Table::builtin().find(&words) {
        assert!(found.first + found.words <= words.len());
    }
    for word in &words {
        let _ = variants::iy(&exact_key(word));
    }
    let _ = restore(&words, &MadeUp, 3);
    let _ = Table::parse(query);
});
