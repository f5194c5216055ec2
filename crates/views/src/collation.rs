//! The alphabetical order of Vietnamese.
//!
//! Dictionaries order by letters first (a ă â b c d đ e ê …) and by tone only
//! where the letters agree: ngang, huyền, hỏi, ngã, sắc, nặng. An exact key is
//! a skeleton and a tone at its end, so it says both.

use std::cmp::Ordering;

/// The letters in order; what is not among them comes by its code point,
/// digits before letters and other scripts behind.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Huyền, hỏi, ngã, sắc, nặng; no tone comes before them.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Orders exact keys as a dictionary does.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    letters(a)
        .cmp(letters(b))
        .then_with(|| tones(a).cmp(tones(b)))
        .then_with(|| a.cmp(b))
}

fn letters(key: &str) -> impl Iterator<Item = (u8, u32)> + '_ {
    key.chars().filter(|c| !TONES.contains(c)).map(|c| {
        match ALPHABET.chars().position(|letter| letter == c) {
            Some(place) => (1, place as u32),
            None if c.is_ascii() => (0, u32::from(c)),
            None => (2, u32::from(c)),
        }
    })
}

fn tones(key: &str) -> impl Iterator<Item = usize> + '_ {
    key.chars()
        .filter_map(|c| TONES.iter().position(|&tone| tone == c))
}

#[cfg(test)]
mod tests {
    use super::compare;
    use timbao_tokenizer::exact_key;

    #[test]
    fn words_are_in_the_order_of_a_dictionary() {
        let order = [
            "21", "a", "ba", "bà", "bả", "bã", "bá", "bạ", "ban", "bản", "băn", "bân", "da", "đa",
            "đã", "e", "ê", "o", "oan", "ô", "ơ", "u", "ư", "y", "越",
        ];
        let mut sorted: Vec<String> = order.iter().rev().map(|w| exact_key(w)).collect();
        sorted.sort_by(|a, b| compare(a, b));
        let expected: Vec<String> = order.iter().map(|w| exact_key(w)).collect();
        assert_eq!(sorted, expected);
    }
}
