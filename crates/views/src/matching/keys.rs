//! Keys that fill a slot.

use regex::Regex;
use timbao_query::plan::{Key, MAX_FUZZY, Slot};
use timbao_query::word_regex;
use timbao_tokenizer::{Keys, scan, write_out};

/// Returns `true` if the words of a value contain the slots as a phrase.
pub fn contains_phrase(value: &str, slots: &[Slot]) -> bool {
    let mut keys = Keys::new();
    let words: Vec<(String, String)> = scan(value)
        .map(|token| {
            keys.set(value.get(token.start..token.end).unwrap_or_default());
            (keys.exact().to_owned(), keys.folded().to_owned())
        })
        .collect();
    let mut slots: Vec<Fits> = slots.iter().map(Fits::new).collect();
    !slots.is_empty()
        && words.windows(slots.len()).any(|window| {
            let mut pairs = window.iter().zip(&mut slots);
            pairs.all(|((exact, folded), slot)| slot.accepts(exact, folded))
        })
}

/// A slot, prepared for testing which tokens can fill it.
#[derive(Debug)]
pub struct Fits(Vec<KeyTest>);

#[derive(Debug)]
enum KeyTest {
    Equal(Key),
    Fuzzy(Fuzzy, bool),
    /// `None` for an invalid expression, which matches nothing; queries are checked when parsed.
    Regex(Option<Regex>, bool),
}

impl Fits {
    /// Prepares a slot.
    pub fn new(slot: &Slot) -> Self {
        let tests = slot.keys.iter().map(|key| match key {
            Key::Fuzzy {
                key,
                distance,
                folded,
            } => KeyTest::Fuzzy(Fuzzy::new(key, *distance), *folded),
            Key::Regex { pattern, folded } => KeyTest::Regex(word_regex(pattern).ok(), *folded),
            key => KeyTest::Equal(key.clone()),
        });
        Self(tests.collect())
    }

    /// Returns `true` if a token with these keys can fill the slot.
    pub fn accepts(&mut self, exact: &str, folded: &str) -> bool {
        let key_of = |is_folded: bool| if is_folded { folded } else { exact };
        self.0.iter_mut().any(|test| match test {
            KeyTest::Equal(Key::Exact(key)) => key == exact,
            KeyTest::Equal(Key::Folded(key)) => key == folded,
            KeyTest::Equal(Key::Wildcard {
                part,
                side,
                tone,
                folded,
            }) => side.fits(key_of(*folded), part, *tone),
            KeyTest::Equal(Key::Regex { .. } | Key::Fuzzy { .. }) => false,
            KeyTest::Fuzzy(fuzzy, folded) => fuzzy.accepts(key_of(*folded)),
            KeyTest::Regex(regex, folded) => regex
                .as_ref()
                .is_some_and(|regex| fits_regex(regex, key_of(*folded), *folded)),
        })
    }
}

/// Returns `true` if a regular expression matches a folded key, or the word of an exact one.
pub fn fits_regex(regex: &Regex, key: &str, folded: bool) -> bool {
    if folded {
        regex.is_match(key)
    } else {
        regex.is_match(&write_out(key))
    }
}

/// Finds keys within an edit distance.
#[derive(Debug)]
pub struct Fuzzy {
    typed: Vec<char>,
    limit: usize,
    /// Buffers, kept from key to key.
    other: Vec<char>,
    row: Vec<usize>,
}

impl Fuzzy {
    /// For keys at most `limit` changes away from `typed`; [`MAX_FUZZY`] at most.
    pub fn new(typed: &str, limit: u8) -> Self {
        Self {
            typed: typed.chars().collect(),
            limit: limit.min(MAX_FUZZY).into(),
            other: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Returns `true` if the Levenshtein distance to a key is at most the
    /// limit.
    pub fn accepts(&mut self, key: &str) -> bool {
        // A character has at most four bytes.
        if key.len() > 4 * (self.typed.len() + self.limit) {
            return false;
        }
        self.other.clear();
        self.other.extend(key.chars());
        let (typed, other) = without_common_ends(&self.typed, &self.other);
        if typed.len().abs_diff(other.len()) > self.limit {
            return false;
        }
        if typed.is_empty() || other.is_empty() {
            return true;
        }
        let row = &mut self.row;
        row.clear();
        row.extend(0..=other.len());
        for (i, a) in typed.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            let mut least = row[0];
            for (j, b) in other.iter().enumerate() {
                let substitution = diagonal + usize::from(a != b);
                diagonal = row[j + 1];
                row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
                least = least.min(row[j + 1]);
            }
            if least > self.limit {
                return false;
            }
        }
        row[other.len()] <= self.limit
    }
}

/// The rest of two keys without their common prefix and suffix.
fn without_common_ends<'a>(a: &'a [char], b: &'a [char]) -> (&'a [char], &'a [char]) {
    let same = |(x, y): &(&char, &char)| x == y;
    let start = a.iter().zip(b).take_while(same).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::Fuzzy;

    #[test]
    fn distances_are_levenshteins() {
        let within = |typed: &str, key: &str, limit| Fuzzy::new(typed, limit).accepts(key);
        assert!(within("dien", "dien", 0));
        assert!(within("dien", "diem", 1));
        assert!(!within("dien", "dim", 1));
        assert!(within("dien", "dim", 2));
        assert!(!within("a", "abcd", 2));
        assert!(within("", "a", 1));
        assert!(within("ab", "ba", 2));
        assert!(!within("ab", "ba", 1));
        assert!(within("aab", "ab", 1));
    }
}
