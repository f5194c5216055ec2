//! Words that ask a question: an article with the answer rarely contains them.

use std::sync::LazyLock;

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

/// The keys of the words above, computed once: queries are more frequent than changes of the lists.
struct Table {
    interrogatives: Vec<Vec<Part>>,
    negations: Vec<String>,
}

/// A word of an interrogative.
struct Part {
    key: String,
    /// Whether it is only the context.
    is_context: bool,
}

impl Table {
    fn new(key: impl Fn(&str) -> String) -> Self {
        let part = |word: &str| Part {
            key: key(word.trim_matches(['(', ')'])),
            is_context: word.starts_with('('),
        };
        let phrases = INTERROGATIVES.iter();
        Self {
            interrogatives: phrases.map(|p| p.split(' ').map(part).collect()).collect(),
            negations: NEGATIONS.iter().map(|word| key(word)).collect(),
        }
    }

    /// The words with their accents, or without.
    fn get(strict: bool) -> &'static Self {
        static STRICT: LazyLock<Table> = LazyLock::new(|| Table::new(exact_key));
        static LOOSE: LazyLock<Table> = LazyLock::new(|| Table::new(loose));
        if strict { &STRICT } else { &LOOSE }
    }
}

fn loose(text: &str) -> String {
    fold(text).to_lowercase()
}

/// Returns the numbers of the words that ask a question, in order. With `strict`, accents are
/// compared.
pub(crate) fn interrogatives(words: &[&Word], strict: bool) -> Vec<usize> {
    let table = Table::get(strict);
    let key = if strict { exact_key } else { loose };
    let keys: Vec<Option<String>> = words
        .iter()
        .map(|word| is_plain(word).then(|| key(&word.text)))
        .collect();
    let is_negation = |typed: &String| table.negations.contains(typed);
    let negation = keys
        .iter()
        .position(|typed| typed.as_ref().is_some_and(is_negation));
    let may_be_short = |at: usize| {
        strict && words.len() >= LEAST_WORDS && negation.is_none_or(|negation| at < negation)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < keys.len() {
        let rest = keys.get(at..).unwrap_or_default();
        let matching = table.interrogatives.iter().find(|parts| {
            (parts.len() > 1 || may_be_short(at))
                && rest.len() >= parts.len()
                && (parts.iter().zip(rest)).all(|(part, typed)| typed.as_ref() == Some(&part.key))
        });
        let Some(parts) = matching else {
            at += 1;
            continue;
        };
        let asks = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| !part.is_context);
        found.extend(asks.map(|(number, _)| at + number));
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
