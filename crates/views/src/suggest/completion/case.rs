//! The capitals of completions: those that most texts have in the middle of a sentence.

use rustc_hash::FxHashMap;
use timbao_tokenizer::{scan, write_out};

use crate::corpus::{Corpus, Extent, Result, TEXT_FIELDS};

use super::row::{self, Words};

/// Articles that are read for the capitals of one row of words.
const ARTICLES: usize = 4;
/// Characters that are read before a match, to find the start of its sentence.
const BEFORE: usize = 8;

/// Rows of words as most texts write them.
///
/// # Errors
///
/// If the engine fails.
pub(super) fn written(corpus: &dyn Corpus, rows: &[Words]) -> Result<Vec<String>> {
    rows.iter().map(|row| written_row(corpus, row)).collect()
}

fn written_row(corpus: &dyn Corpus, words: &Words) -> Result<String> {
    let plan = row::plan(words);
    let articles = corpus.candidates(&plan)?;
    let step = articles.len().div_ceil(ARTICLES).max(1);
    let some: Vec<_> = articles.into_iter().step_by(step).collect();
    // How often each word is written in each way.
    let mut ways: Vec<FxHashMap<String, u32>> = vec![FxHashMap::default(); words.len()];
    corpus.read_matches(&plan, &some, Extent::Whole, &mut |_, found| {
        for found_match in &found.matches {
            let range = &found_match.range;
            let number = TEXT_FIELDS.iter().position(|&field| field == range.field);
            let text = number.and_then(|number| found.text.fields.get(number));
            let text = text.map(String::as_str).unwrap_or_default();
            let Some(matched) = text.get(range.bytes.clone()) else {
                continue;
            };
            let is_start = starts_sentence(text.get(..range.bytes.start).unwrap_or_default());
            let is_shouted = words.len() > 1 && !matched.chars().any(char::is_lowercase);
            for (number, (token, ways)) in scan(matched).zip(&mut ways).enumerate() {
                let word = matched.get(token.start..token.end).unwrap_or_default();
                // The capital at the start of a sentence and of a headline in capitals means
                // nothing.
                if !(is_shouted || is_start && number == 0) {
                    *ways.entry(word.to_owned()).or_default() += 1;
                }
            }
        }
        Ok(())
    })?;
    let spelled = words.iter().zip(&ways).map(|(key, ways)| {
        let plain = write_out(key);
        let capitals = |word: &str| word.chars().any(char::is_uppercase);
        let (mut with, mut all) = (0, 0);
        for (word, count) in ways {
            all += count;
            with += if capitals(word) { *count } else { 0 };
        }
        let best = ways.iter().filter(|(word, _)| capitals(word));
        let best = best.max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        match best {
            Some((word, _)) if with * 2 > all => in_case_of(word, &plain),
            _ => plain,
        }
    });
    Ok(spelled.collect::<Vec<_>>().join(" "))
}

/// A word in lower case with the capitals of another spelling of it.
fn in_case_of(model: &str, word: &str) -> String {
    let mut letters = model.chars().filter(|c| c.is_alphanumeric());
    let cased = word.chars().map(|c| match letters.next() {
        Some(model) if model.is_uppercase() => c.to_uppercase().to_string(),
        _ => c.to_string(),
    });
    cased.collect()
}

/// Whether a sentence or a quotation starts after a text.
fn starts_sentence(before: &str) -> bool {
    let near: Vec<char> = before.chars().rev().take(BEFORE).collect();
    let mut near = near
        .into_iter()
        .skip_while(|c| *c == ' ' || "\"“”«‘'(-–—".contains(*c));
    near.next().is_none_or(|c| "\n.!?…:;|".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{in_case_of, starts_sentence};

    #[test]
    fn capitals_of_sentences_are_not_those_of_names() {
        for (before, starts) in [
            ("", true),
            ("Hết. ", true),
            ("Ông nói: “", true),
            ("dòng trước\n", true),
            ("của ", false),
            ("(", true),
            ("Đảng, ", false),
        ] {
            assert_eq!(starts_sentence(before), starts, "{before:?}");
        }
        assert_eq!(in_case_of("UBND", "ubnd"), "UBND");
        assert_eq!(in_case_of("Hoà", "hòa"), "Hòa");
    }
}
