//! From a typed word to the keys that may stand for it.

use smallvec::{SmallVec, smallvec};
use timbao_tokenizer::{
    Keys, Kind, TONE_MARKS, Token, Whole, WholeKind, fold, scan, variants, wholes, write_out,
};
use unicode_normalization::UnicodeNormalization;

use crate::plan::{Key, Side, Slot};

use crate::ast::{Form, Span, Word};
use crate::lowered::{Expansion, Why, WordReading};

/// Expansions among which repetitions are searched.
const MOST_REPEATED: usize = 256;

/// Makes slots, and keeps account of how each word was understood.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) words: Vec<WordReading>,
    pub(crate) expansions: Vec<Expansion>,
    /// The keys of the part at hand.
    keys: Keys,
}

impl Slots {
    /// The account without repetitions.
    pub(crate) fn distinct(mut self) -> Self {
        if self.words.len() > 1 {
            let mut spans = std::collections::HashSet::new();
            self.words.retain(|word| spans.insert(word.span));
        }
        let mut known: Vec<Expansion> = Vec::new();
        for expansion in std::mem::take(&mut self.expansions) {
            if !known
                .iter()
                .rev()
                .take(MOST_REPEATED)
                .any(|other| *other == expansion)
            {
                known.push(expansion);
            }
        }
        self.expansions = known;
        self
    }

    /// One slot for each part of the word.
    ///
    /// A `literal` word stands for no other spelling of it.
    pub(crate) fn of(&mut self, word: &Word, strict: bool, literal: bool) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::with_capacity(1);
        if word.form == Form::Regex {
            let span = word.span;
            self.words.push(WordReading { span, strict });
            let pattern = word.text.as_str().into();
            let folded = !strict;
            return vec![Slot::new(Key::Regex { pattern, folded })];
        }
        let dates: Vec<Whole> = match word.text.bytes().any(|byte| byte.is_ascii_digit()) {
            true => wholes(&word.text)
                .filter(|whole| whole.kind == WholeKind::Date)
                .collect(),
            false => Vec::new(),
        };
        let mut tokens = scan(&word.text).peekable();
        while let Some(token) = tokens.next() {
            let part = word.text.get(token.start..token.end).unwrap_or_default();
            self.keys.set(part);
            let form = form_of_part(word.form, slots.is_empty(), tokens.peek().is_none());
            let span = Span::new(word.span.start + token.start, word.span.start + token.end);
            self.words.push(WordReading { span, strict });
            let mut slot = Slot {
                keys: keys_of(&self.keys, form, strict),
            };
            let mut others = Vec::new();
            if !literal {
                let spellings = match form {
                    Form::Plain => other_vowels(&self.keys, strict),
                    Form::Prefix | Form::Suffix | Form::Infix => {
                        other_vowels_of_wildcards(&slot.keys)
                    }
                    Form::Fuzzy(_) | Form::Regex => Vec::new(),
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
                    Key::Wildcard { .. } | Key::Fuzzy { .. } | Key::Regex { .. } => String::new(),
                };
                self.expansions.push(Expansion { span, to, why });
                slot.keys.push(key);
            }
            slots.push(slot);
        }
        slots
    }
}

/// The form of a part of a word: in a code, a star belongs to the part it touches, `~N` to the last.
fn form_of_part(form: Form, is_first: bool, is_last: bool) -> Form {
    match form {
        Form::Infix if is_first && !is_last => Form::Suffix,
        Form::Infix if is_last && !is_first => Form::Prefix,
        Form::Infix | Form::Suffix if !is_first => Form::Plain,
        Form::Suffix | Form::Infix => form,
        form if is_last => form,
        _ => Form::Plain,
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
        Form::Plain | Form::Regex => smallvec![key(keys.exact(), keys.folded(), strict)],
        Form::Fuzzy(distance) => {
            smallvec![Key::Fuzzy {
                key: typed.into(),
                distance,
                folded: !strict,
            }]
        }
        Form::Prefix => wildcards(typed, Side::Start, strict),
        Form::Suffix => wildcards(typed, Side::End, strict),
        Form::Infix => wildcards(typed, Side::Anywhere, strict),
    }
}

/// The families of keys that a typed part of a word stands for.
///
/// A typed tone must be the tone of the whole syllable. A key has it at its end, or inside a word
/// that is not a syllable, so that both forms are searched.
fn wildcards(typed: &str, side: Side, strict: bool) -> SmallVec<[Key; 1]> {
    let wildcard = |part: &str, tone| Key::Wildcard {
        part: part.into(),
        side,
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
            let mut keys = smallvec![wildcard(&skeleton, Some(*tone))];
            if !typed.ends_with(*tone) {
                keys.push(wildcard(typed, None));
            }
            keys
        }
        _ => smallvec![wildcard(typed, None)],
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

/// The words in the other of i and y that are the same as words with one of these parts, but
/// have none of the parts themselves.
fn other_vowels_of_wildcards(wildcards: &[Key]) -> Vec<Key> {
    let matches = |exact: &str| {
        wildcards.iter().any(|key| match key {
            Key::Wildcard {
                part,
                side,
                tone,
                folded,
            } => {
                let whole = if *folded {
                    fold(exact)
                } else {
                    exact.to_owned()
                };
                side.fits(&whole, part, *tone)
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
