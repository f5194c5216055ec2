//! VNI for Windows: a base letter, then one byte for its vowel mark and tone together.
//!
//! ư, ơ, đ, ỵ and the toned i have bytes of their own. The byte of a capital is that of the
//! small letter less 0x20, for letters and marks alike.

use super::kinds::with_case_of;
use super::pages::{self, in_page};
use crate::letters::{self, Letter, Tone};

/// Letters with a byte of their own; small.
const ALONE: [(u8, char); 9] = [
    (0xF4, 'ơ'),
    (0xF6, 'ư'),
    (0xF1, 'đ'),
    (0xED, 'í'),
    (0xEC, 'ì'),
    (0xE6, 'ỉ'),
    (0xF3, 'ĩ'),
    (0xF2, 'ị'),
    (0xEE, 'ỵ'),
];

/// Bytes after a letter, and the vowel mark and tone they add; lower case.
const MARKS: [(u8, Option<char>, Tone); 17] = [
    (0xF8, None, 1),
    (0xF9, None, 2),
    (0xFB, None, 3),
    (0xF5, None, 4),
    (0xEF, None, 5),
    (0xE2, Some(letters::CIRCUMFLEX), 0),
    (0xE0, Some(letters::CIRCUMFLEX), 1),
    (0xE1, Some(letters::CIRCUMFLEX), 2),
    (0xE5, Some(letters::CIRCUMFLEX), 3),
    (0xE3, Some(letters::CIRCUMFLEX), 4),
    (0xE4, Some(letters::CIRCUMFLEX), 5),
    (0xEA, Some(letters::BREVE), 0),
    (0xE8, Some(letters::BREVE), 1),
    (0xE9, Some(letters::BREVE), 2),
    (0xFA, Some(letters::BREVE), 3),
    (0xFC, Some(letters::BREVE), 4),
    (0xEB, Some(letters::BREVE), 5),
];

pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let base = base_of(byte);
        let marked = rest.peek().and_then(|&mark| under(base, mark));
        if marked.is_some() {
            rest.next();
        }
        text.push(marked.unwrap_or(base));
    }
    text
}

pub(super) fn encode(c: char, out: &mut Vec<u8>) -> Option<()> {
    if c.is_ascii() {
        out.push(c as u8);
        return Some(());
    }
    let case = if c.is_uppercase() { 0x20 } else { 0 };
    let small = c.to_lowercase().next()?;
    if let Some((byte, _)) = ALONE.iter().find(|(_, alone)| *alone == small) {
        out.push(byte - case);
        return Some(());
    }
    let Some((letter, tone)) = letters::letter_of(c) else {
        let known = c != char::REPLACEMENT_CHARACTER;
        let high = (0x80..0xC0).find(|&byte| known && base_of(byte) == c)?;
        out.push(high);
        return Some(());
    };
    let (base, vowel_mark) = without_mark(letter)?;
    out.push(match base {
        base if base.is_ascii() => base as u8 - case,
        base => ALONE.iter().find(|(_, alone)| *alone == base)?.0 - case,
    });
    let (mark, ..) = MARKS
        .iter()
        .find(|(_, s, t)| *s == vowel_mark && *t == tone)?;
    out.push(mark - case);
    Some(())
}

/// The character of a byte that no mark follows.
fn base_of(byte: u8) -> char {
    match byte {
        0x80..=0xBF => in_page(&pages::WINDOWS_1258, byte),
        0xC0.. => {
            let alone = ALONE.iter().find(|(code, _)| *code == byte | 0x20);
            let model = if byte & 0x20 == 0 { 'A' } else { 'a' };
            alone.map_or(char::REPLACEMENT_CHARACTER, |&(_, c)| {
                with_case_of(model, c)
            })
        }
        _ => byte as char,
    }
}

/// The letter `base` under the mark that `byte` stands for.
fn under(base: char, byte: u8) -> Option<char> {
    let (_, vowel_mark, tone) = MARKS
        .iter()
        .find(|(code, ..)| byte >= 0xC0 && *code == byte | 0x20)?;
    let (letter, 0) = letters::letter_of(base)? else {
        return None;
    };
    let letter = match vowel_mark {
        Some(mark) => letters::with_mark(letter, *mark)?,
        None => letter,
    };
    letters::compose(letter, *tone).map(|c| with_case_of(base, c))
}

/// The base that VNI writes a letter with, and the vowel mark that its byte encodes.
fn without_mark(letter: Letter) -> Option<(char, Option<char>)> {
    Some(match letters::to_char(letter) {
        'ă' => ('a', Some(letters::BREVE)),
        'â' => ('a', Some(letters::CIRCUMFLEX)),
        'ê' => ('e', Some(letters::CIRCUMFLEX)),
        'ô' => ('o', Some(letters::CIRCUMFLEX)),
        c => (c, None),
    })
}
