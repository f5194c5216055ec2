//! Spellings of the same syllable that differ in i and y, for loose matches only.
//!
//! Since the spelling reform of 1980 an open i is written i or y by taste: lí or lý, Mĩ or
//! Mỹ. The exact key keeps them apart, because in other syllables they tell words and names
//! apart (Vi and Vy, tí and tý); only the pairs listed here are always the same word.

use crate::keys::{exact_key, write_out};

/// Pairs of spellings that are the same word.
const PAIRS: [(&str, &str); 20] = [
    ("hi", "hy"),
    ("hỉ", "hỷ"),
    ("kí", "ký"),
    ("kì", "kỳ"),
    ("kỉ", "kỷ"),
    ("kĩ", "kỹ"),
    ("kị", "kỵ"),
    ("li", "ly"),
    ("lí", "lý"),
    ("mĩ", "mỹ"),
    ("sĩ", "sỹ"),
    ("tỉ", "tỷ"),
    ("qui", "quy"),
    ("quì", "quỳ"),
    ("quí", "quý"),
    ("quỉ", "quỷ"),
    ("quĩ", "quỹ"),
    ("quị", "quỵ"),
    ("quít", "quýt"),
    ("quịt", "quỵt"),
];

/// Folded forms of which every spelling has a partner.
const FOLDED_PAIRS: [(&str, &str); 5] = [
    ("hi", "hy"),
    ("ki", "ky"),
    ("li", "ly"),
    ("qui", "quy"),
    ("quit", "quyt"),
];

/// The other spelling of a word in i or y, as an exact key, if both are always the same word.
///
/// ```
/// use timbao_tokenizer::{exact_key, variants};
/// assert_eq!(variants::iy(&exact_key("kĩ")), Some(exact_key("kỹ")));
/// assert_eq!(variants::iy(&exact_key("quý")), Some(exact_key("quí")));
/// assert_eq!(variants::iy(&exact_key("vi")), None);
/// assert_eq!(variants::iy(&exact_key("tý")), None);
/// ```
pub fn iy(exact: &str) -> Option<String> {
    let word = write_out(exact);
    partner(&PAIRS, &word).map(exact_key)
}

/// The other folded form for a word typed without accents.
///
/// ```
/// use timbao_tokenizer::variants;
/// assert_eq!(variants::iy_folded("ky"), Some("ki"));
/// assert_eq!(variants::iy_folded("my"), None); // mĩ = mỹ, but my is not mi
/// ```
pub fn iy_folded(folded: &str) -> Option<&'static str> {
    partner(&FOLDED_PAIRS, folded)
}

fn partner(pairs: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    pairs.iter().find_map(|&(i, y)| match word {
        _ if word == i => Some(y),
        _ if word == y => Some(i),
        _ => None,
    })
}
