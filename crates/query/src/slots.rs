//! From a typed word to the keys that may stand for it.

use smallvec::{SmallVec, smallvec};
use timbao_tokenizer::{
    Keys, Kind, TONE_MARKS, Token, Whole, WholeKind, fold, scan, variants, wholes, write_out,
};
use unicode_normalization::UnicodeNormalization;

use crate::plan::{Key, Slot};

use crate::ast::{Form, Span, Word};
use crate::lowered::{Expansion, Why, WordReading};

/// Makes slots, and keeps account of how each word was understood.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) words: Vec<WordReading>,
    pub(crate) expansions: Vec<Expansion>,
}

impl Slots {
    /// One slot for each part of the word.
    ///
    /// A `literal` word stands for no other spelling of it.
    pub(crate) fn of(&mut self, word: &Word, strict: bool, literal: bool) -> Vec<Slot> {
        let mut keys = Keys::new();
        let mut slots: Vec<Slot> = Vec::new();
        let dates: Vec<Whole> = wholes(&word.text)
            .filter(|whole| whole.kind == WholeKind::Date)
            .collect();
        let mut tokens = scan(&word.text).peekable();
        while let Some(token) = tokens.next() {
            let part = word.text.get(token.start..token.end).unwrap_or_default();
            keys.set(part);
            let form = if tokens.peek().is_some() {
                Form::Plain
            } else {
                word.form
            };
            let span = Span::new(word.span.start + token.start, word.span.start + token.end);
            self.words.push(WordReading { span, strict });
            let mut slot = Slot {
                keys: keys_of(&keys, form, strict),
            };
            let mut others = Vec::new();
            if !literal {
                let spellings = match form {
                    Form::Plain => other_vowels(&keys, strict),
                    Form::Prefix => other_vowels_of_prefixes(&slot.keys),
                    Form::Fuzzy(_) => Vec::new(),
                };
                others.extend(spellings.into_iter().map(|key| (key, Why::OtherVowel)));
            }
            if form == Form::Plain {
                let zero = other_zero(part, token, &dates);
                others.extend(zero.map(|other| (key(&other, &other, strict), Why::LeadingZero)));
            }
            for (key, why) in others {
                let to = match &key {
                    Key::Exact(key) => write_out(key),
                    Key::Folded(key) => key.to_string(),
                    Key::Prefix { .. } | Key::Fuzzy { .. } => String::new(),
                };
                self.expansions.push(Expansion { span, to, why });
                slot.keys.push(key);
            }
            slots.push(slot);
        }
        slots
    }
}

fn key(exact: &str, folded: &str, strict: bool) -> Key {
    if strict {
        Key::Exact(exact.into())
    } else {
        Key::Folded(folded.into())
    }
}

fn keys_of(keys: &Keys, form: Form, strict: bool) -> SmallVec<[Key; 1]> {
    let typed = if strict { keys.exact() } else { keys.folded() };
    match form {
        Form::Plain => smallvec![key(keys.exact(), keys.folded(), strict)],
        Form::Fuzzy(distance) => {
            smallvec![Key::Fuzzy {
                key: typed.into(),
                distance,
                folded: !strict,
            }]
        }
        Form::Prefix => prefixes(typed, strict),
    }
}

/// The families of keys that a typed beginning stands for.
///
/// A typed tone must be the tone of the whole syllable. A key has it at its end, or inside a word
/// that is not a syllable, so that both forms are searched.
fn prefixes(typed: &str, strict: bool) -> SmallVec<[Key; 1]> {
    let prefix = |start: &str, tone| Key::Prefix {
        start: start.into(),
        tone,
        folded: !strict,
    };
    let tones: Vec<char> = typed.nfd().filter(|c| TONE_MARKS.contains(c)).collect();
    match tones.as_slice() {
        [tone] if strict => {
            let skeleton: String = typed
                .nfd()
                .filter(|c| !TONE_MARKS.contains(c))
                .nfc()
                .collect();
            let mut keys = smallvec![prefix(&skeleton, Some(*tone))];
            if !typed.ends_with(*tone) {
                keys.push(prefix(typed, None));
            }
            keys
        }
        _ => smallvec![prefix(typed, None)],
    }
}

/// The keys of the same word in the other of i and y: one with any accents if every spelling has
/// a partner, else the partners of those that have one.
fn other_vowels(keys: &Keys, strict: bool) -> Vec<Key> {
    if strict {
        let other = variants::iy(keys.exact()).map(|exact| Key::Exact(exact.into()));
        return other.into_iter().collect();
    }
    match variants::iy_folded(keys.folded()) {
        Some(folded) => vec![Key::Folded(folded.into())],
        None => variants::iy_words(keys.folded())
            .map(|exact| Key::Exact(exact.into()))
            .collect(),
    }
}

/// The words in the other of i and y that are the same as words with one of these prefixes, but
/// have none of the prefixes themselves.
fn other_vowels_of_prefixes(prefixes: &[Key]) -> Vec<Key> {
    let matches = |exact: &str| {
        prefixes.iter().any(|key| match key {
            Key::Prefix {
                start,
                tone,
                folded,
            } => {
                let whole = if *folded {
                    fold(exact)
                } else {
                    exact.to_owned()
                };
                whole.starts_with(start.as_str()) && tone.is_none_or(|tone| whole.ends_with(tone))
            }
            _ => false,
        })
    };
    let mut others: Vec<Key> = Vec::new();
    for (word, other) in variants::iy_pairs() {
        let key = Key::Exact(other.as_str().into());
        if matches(&word) && !matches(&other) && !others.contains(&key) {
            others.push(key);
        }
    }
    others
}

/// The other way to write a day or month below ten: 3 for 03, 03 for 3.
fn other_zero(part: &str, token: Token, dates: &[Whole]) -> Option<String> {
    let after = dates.partition_point(|date| date.start <= token.start);
    let date = dates.get(after.checked_sub(1)?)?;
    match part.as_bytes() {
        _ if token.kind != Kind::Number || token.end > date.end => None,
        [digit] if digit.is_ascii_digit() => Some(format!("0{part}")),
        [b'0', digit] if digit.is_ascii_digit() => part.get(1..).map(str::to_owned),
        _ => None,
    }
}
