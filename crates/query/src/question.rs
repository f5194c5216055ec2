//! Words that ask a question: an article with the answer rarely contains them.

use timbao_tokenizer::{exact_key, fold};

use crate::ast::{Form, Word};

/// Interrogatives, those that contain others first. Words in parentheses are their context. A
/// single syllable has too many meanings to be recognised without accents, among few words, or
/// after a negation (không có gì).
const INTERROGATIVES: &[&str] = &[
    "như thế nào",
    "làm thế nào",
    "là những ai",
    "là gì",
    "là ai",
    "thế nào",
    "điều gì",
    "cái gì",
    "ở đâu",
    "đến đâu",
    "từ đâu",
    "khi nào",
    "lúc nào",
    "bao giờ",
    "bao nhiêu",
    "bao lâu",
    "bao xa",
    "vì sao",
    "tại sao",
    "làm sao",
    "ra sao",
    "(năm) nào",
    "(ngày) nào",
    "(tháng) nào",
    "(người) nào",
    "(nước) nào",
    "(nơi) nào",
    "(năm) mấy",
    "gì",
    "ai",
    "nào",
    "đâu",
];

/// Words after which a single syllable is no question.
const NEGATIONS: &[&str] = &["không", "chẳng", "chưa", "chả"];

/// Among fewer words, a single syllable is no question.
const LEAST_WORDS: usize = 4;

/// Returns the numbers of the words that ask a question, in order. With `strict`, accents are
/// compared.
pub(crate) fn interrogatives(words: &[&Word], strict: bool) -> Vec<usize> {
    let key = |text: &str| {
        if strict {
            exact_key(text)
        } else {
            fold(text).to_lowercase()
        }
    };
    let keys: Vec<Option<String>> = words
        .iter()
        .map(|word| is_plain(word).then(|| key(&word.text)))
        .collect();
    let negation = keys.iter().position(|typed| {
        let is_negation = |typed: &String| NEGATIONS.iter().any(|word| *typed == key(word));
        typed.as_ref().is_some_and(is_negation)
    });
    let may_be_short = |at: usize| {
        strict && words.len() >= LEAST_WORDS && negation.is_none_or(|negation| at < negation)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < keys.len() {
        let rest = keys.get(at..).unwrap_or_default();
        let matching = INTERROGATIVES.iter().find_map(|phrase| {
            let parts: Vec<&str> = phrase.split(' ').collect();
            let matches = (parts.len() > 1 || may_be_short(at))
                && rest.len() >= parts.len()
                && parts.iter().zip(rest).all(|(part, typed)| {
                    let part = key(part.trim_matches(['(', ')']));
                    typed.as_deref() == Some(part.as_str())
                });
            matches.then_some(parts)
        });
        let Some(parts) = matching else {
            at += 1;
            continue;
        };
        let asks = |number: &usize| !parts.get(*number).is_some_and(|part| part.starts_with('('));
        found.extend((0..parts.len()).filter(asks).map(|number| at + number));
        at += parts.len();
    }
    found
}

/// Returns `true` for a word without operators that is not an abbreviation, such as AI.
fn is_plain(word: &Word) -> bool {
    let is_abbreviation = word.text.chars().count() > 1
        && word.text.is_ascii()
        && !word.text.contains(char::is_lowercase);
    word.accents.is_none() && word.form == Form::Plain && !is_abbreviation
}
