//! The order of a Vietnamese dictionary.
//!
//! Strings are compared by their letters first (a ă â b c d đ e ê …), then by their tones (level,
//! huyền, hỏi, ngã, sắc, nặng) and other marks, then by case. White space comes before punctuation,
//! that before digits, and digits before letters. This is the order of the Unicode collation
//! algorithm tailored for `vi` (CLDR), with these differences: Ð (U+00D0) and Ɖ count as Đ, signs
//! and letters beyond the Latin alphabet are in the order of their code points, and what is
//! invisible inside a word counts as nothing.
//!
//! ```
//! use timbao_tokenizer::collation::compare;
//! let mut places = ["Đồng Nai", "Đắk Lắk", "Đà Nẵng", "Cần Thơ", "Ấp Bắc", "An Giang"];
//! places.sort_by(|a, b| compare(a, b));
//! assert_eq!(places, ["An Giang", "Ấp Bắc", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đồng Nai"]);
//! ```

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::letters;

/// The letters in order.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Huyền, hỏi, ngã, sắc, nặng; a letter without a mark comes before them.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Compares two strings as a Vietnamese dictionary does. Strings that differ only in their
/// encoding are in the order of their bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    Key::of(a).cmp(&Key::of(b)).then_with(|| a.cmp(b))
}

/// A string, ready to be compared many times.
///
/// ```
/// use timbao_tokenizer::collation::Key;
/// let mut words = ["đồng", "đắk", "dân"];
/// words.sort_by_cached_key(|word| Key::of(word));
/// assert_eq!(words, ["dân", "đắk", "đồng"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Class and rank of each character that is not a mark.
    letters: Vec<(u8, u32)>,
    /// By letter 0, followed by the places of its marks.
    marks: Vec<u32>,
    /// By letter whether it is a capital.
    capitals: Vec<bool>,
}

impl Key {
    /// The key of a string in any encoding of its accents.
    pub fn of(text: &str) -> Key {
        let mut key = Key {
            letters: Vec::with_capacity(text.len()),
            marks: Vec::with_capacity(text.len()),
            capitals: Vec::with_capacity(text.len()),
        };
        for c in text.nfd().filter(|&c| !letters::is_ignorable(c)) {
            if let Some(marked) = key.marked(c) {
                key.replace_last(marked);
            } else if is_combining_mark(c) {
                let tone = TONES.iter().position(|&tone| tone == c);
                key.marks
                    .push(tone.map_or(u32::from(c), |tone| tone as u32 + 1));
            } else {
                key.push(c);
            }
        }
        key
    }

    fn push(&mut self, c: char) {
        let c = if letters::is_look_alike(c) {
            if c.is_uppercase() { 'Đ' } else { 'đ' }
        } else {
            c
        };
        let mut lower = c.to_lowercase();
        let small = lower.next().filter(|_| lower.next().is_none()).unwrap_or(c);
        self.letters.push(primary(small));
        self.marks.push(0);
        self.capitals.push(small != c);
    }

    /// The letter that the last one becomes under a circumflex, breve or horn.
    fn marked(&self, mark: char) -> Option<(u8, u32)> {
        let &(class, place) = self.letters.last()?;
        let last = ALPHABET.chars().nth(place as usize)?;
        let (letter, _) = letters::letter_of(last).filter(|_| class == LETTER)?;
        letters::with_mark(letter, mark).map(|marked| primary(letters::to_char(marked)))
    }

    fn replace_last(&mut self, marked: (u8, u32)) {
        if let Some(last) = self.letters.last_mut() {
            *last = marked;
        }
    }
}

const LETTER: u8 = 3;

/// The class of a small character and its place in it.
fn primary(c: char) -> (u8, u32) {
    match ALPHABET.chars().position(|letter| letter == c) {
        Some(place) => (LETTER, place as u32),
        None if c.is_whitespace() => (0, u32::from(c)),
        None if c.is_ascii_digit() => (2, u32::from(c)),
        None if c.is_alphanumeric() => (LETTER + 1, u32::from(c)),
        None => (1, u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn words_are_in_the_order_of_a_dictionary() {
        let order = [
            "21",
            "a",
            "An",
            "ba",
            "Ba",
            "bà",
            "bả",
            "bã",
            "bá",
            "bạ",
            "ba lô",
            "bà nội",
            "ban",
            "bản",
            "băn",
            "bân",
            "da",
            "đa",
            "đã",
            "Đắk",
            "đồng",
            "e",
            "ê",
            "o",
            "oan",
            "ô",
            "ơ",
            "u",
            "ư",
            "y",
            "越",
        ];
        let mut sorted = order;
        sorted.reverse();
        sorted.sort_by(|a, b| compare(a, b));
        assert_eq!(sorted, order);
    }
}
