//! How texts write completions: with capitals in the middle of a sentence, and after which word.

use rustc_hash::FxHashMap;
use timbao_tokenizer::{exact_key, scan, write_out};

use crate::corpus::{Corpus, Result};

use super::super::joined::{Ways, each_written};
use super::row::{self, Words};

/// Characters that are read before a match, to find the start of its sentence.
const BEFORE: usize = 8;

/// Characters next to a match that show whether it is in a headline in capitals.
const AROUND: usize = 24;

/// A row of words as texts write it.
pub(super) struct Written {
    /// The words with the capitals of most texts.
    pub(super) text: String,
    /// The exact keys of the words before, each once; empty if there is none in a text that was read, or only
    /// one text was.
    pub(super) before: Vec<String>,
    /// The exact keys of the words after, each once.
    pub(super) after: Vec<String>,
    /// Whether a clause ends after the words in a text that was read.
    pub(super) is_closed: bool,
    /// The words that most texts write as several words without a space, with these.
    pub(super) joined: Vec<(String, Vec<String>)>,
}

/// A row of words as most texts write it.
///
/// # Errors
///
/// If the engine fails.
pub(super) fn written(corpus: &dyn Corpus, words: &Words) -> Result<Written> {
    // How often each word is written in each way.
    let mut ways: Vec<FxHashMap<String, u32>> = vec![FxHashMap::default(); words.len()];
    let mut joined: Vec<Ways> = words.iter().map(|_| Ways::default()).collect();
    let mut befores: Vec<Option<String>> = Vec::new();
    let mut afters: Vec<String> = Vec::new();
    let mut is_closed = false;
    each_written(corpus, &row::plan(words), &mut |text, range| {
        let before = text.get(..range.start).unwrap_or_default();
        let after = text.get(range.end..).unwrap_or_default();
        let matched = text.get(range).unwrap_or_default();
        befores.push(last_word(before));
        afters.extend(first_word(after));
        is_closed |= !after.starts_with(' ');
        let is_start = starts_sentence(before);
        let is_shouted = is_shouted(before, matched, after);
        let places = ways.iter_mut().zip(&mut joined).enumerate();
        for (token, (number, (ways, joined))) in scan(matched).zip(places) {
            let word = matched.get(token.start..token.end).unwrap_or_default();
            joined.add(word);
            // The capital at the start of a sentence and of a headline in capitals means
            // nothing.
            if !(is_shouted || is_start && number == 0) {
                *ways.entry(word.to_owned()).or_default() += 1;
            }
        }
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
    let text = spelled.collect::<Vec<_>>().join(" ");
    let befores = Some(befores).filter(|befores| befores.len() > 1);
    let befores: Option<Vec<String>> = befores.and_then(|all| all.into_iter().collect());
    let mut befores = befores.unwrap_or_default();
    for words in [&mut befores, &mut afters] {
        words.sort_unstable();
        words.dedup();
    }
    let joined = words.iter().zip(joined);
    Ok(Written {
        text,
        is_closed,
        joined: joined
            .filter_map(|(word, ways)| Some((word.clone(), ways.usual()?)))
            .collect(),
        before: befores,
        after: afters,
    })
}

/// Whether a match is in a headline in capitals: no small letter is in it or near it.
fn is_shouted(before: &str, matched: &str, after: &str) -> bool {
    let before = before.chars().rev().take_while(|&c| c != '\n').take(AROUND);
    let after = after.chars().take_while(|&c| c != '\n').take(AROUND);
    let mut near = matched.chars().chain(before).chain(after);
    !near.any(char::is_lowercase)
}

/// The exact key of the word at the end of a text, if only a space follows it.
fn last_word(before: &str) -> Option<String> {
    let text = before.strip_suffix(' ')?;
    let word = text.rsplit(char::is_whitespace).next()?;
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
    is_word.then(|| exact_key(word))
}

/// The exact key of the word at the start of a text, if only a space is before it.
fn first_word(after: &str) -> Option<String> {
    let text = after.strip_prefix(' ')?;
    let token = scan(text).next().filter(|token| token.start == 0)?;
    text.get(..token.end).map(exact_key)
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
    use super::{first_word, in_case_of, last_word, starts_sentence};

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
        for (before, word) in [
            ("họp kéo ", Some("kéo")),
            ("Kéo ", Some("kéo")),
            ("kéo, ", None),
            ("kéo", None),
            ("", None),
        ] {
            let word = word.map(timbao_tokenizer::exact_key);
            assert_eq!(last_word(before), word, "{before:?}");
        }
        for (after, word) in [
            (" Thương, các", Some("Thương")),
            (", các", None),
            (" (TTXVN)", None),
            (" ", None),
        ] {
            let word = word.map(timbao_tokenizer::exact_key);
            assert_eq!(first_word(after), word, "{after:?}");
        }
        assert_eq!(in_case_of("UBND", "ubnd"), "UBND");
        assert_eq!(in_case_of("Hoà", "hòa"), "Hòa");
    }
}
