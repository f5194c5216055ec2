//! Words of grammar, with which no completion begins or ends: *Trump và* is a fragment.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use timbao_tokenizer::exact_key;

use super::row::Words;

/// Conjunctions, prepositions, plurals and tenses. Searches do not know them: each word counts there.
const WORDS: [&str; 24] = [
    "và", "của", "là", "các", "những", "được", "bị", "trong", "cho", "với", "ở", "tại", "khi",
    "để", "đã", "đang", "sẽ", "nhưng", "hoặc", "thì", "mà", "rằng", "vì", "nếu",
];

/// Returns `true` if the last word of a row is a function word.
pub(super) fn ends_with_function_word(words: &Words) -> bool {
    words.last().is_some_and(|last| is_function_word(last))
}

/// Returns `true` if an exact key is that of a function word.
pub(super) fn is_function_word(key: &str) -> bool {
    static KEYS: LazyLock<FxHashSet<String>> =
        LazyLock::new(|| WORDS.iter().map(|word| exact_key(word)).collect());
    KEYS.contains(key)
}
