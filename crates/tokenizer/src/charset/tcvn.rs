//! TCVN3, the set of the ABC fonts, and TCVN 5712-1 (VN1), which adds capitals with tones.

use super::pages::{self, byte_in, in_page};
use crate::keys::is_syllable;
use crate::letters;

/// Decodes TCVN3 or VN1. The bytes 0x80 to 0x9F are capitals in VN1 and punctuation in what
/// word processors write; the words around them decide, once for the whole text.
pub(super) fn decode(bytes: &[u8]) -> String {
    let capitals = has_toned_capitals(bytes);
    let mut text = String::with_capacity(bytes.len() * 2);
    for word in bytes.chunk_by(|&a, &b| is_letter(a, capitals) == is_letter(b, capitals)) {
        let ascii_capitals = word.iter().filter(|b| b.is_ascii_uppercase()).count();
        let raise = ascii_capitals >= 2 && !word.iter().any(u8::is_ascii_lowercase);
        for c in word.iter().map(|&b| character(b, capitals)) {
            if raise {
                text.extend(c.to_uppercase())
            } else {
                text.push(c)
            }
        }
    }
    text
}

/// Encodes a character as TCVN3: capitals with tones as small letters.
pub(super) fn encode(c: char) -> Option<u8> {
    byte_in(&pages::TCVN3, c).or_else(|| {
        let (letter, tone) = letters::letter_of(c)?;
        byte_in(&pages::TCVN3, letters::compose(letter, tone)?)
    })
}

fn character(byte: u8, capitals: bool) -> char {
    let toned = || {
        let table = pages::VN1_CAPITALS.iter();
        table.copied().find(|(code, _)| *code == byte)
    };
    match byte {
        0x00..0x20 | 0x80..0xA0 if capitals => toned(),
        0xA0.. => toned(),
        _ => None,
    }
    .map_or_else(|| in_page(&pages::TCVN3, byte), |(_, c)| c)
}

fn is_letter(byte: u8, capitals: bool) -> bool {
    byte.is_ascii_alphabetic()
        || byte >= 0xA1
        || capitals && ((0x80..0xA0).contains(&byte) || is_control_letter(byte))
}

/// The control characters that are capitals in VN1.
fn is_control_letter(byte: u8) -> bool {
    byte < 0x20 && pages::VN1_CAPITALS.iter().any(|(code, _)| *code == byte)
}

/// Returns `true` if more words with the bytes in question are syllables as VN1 than are not.
fn has_toned_capitals(bytes: &[u8]) -> bool {
    let in_question = |b: u8| (0x80..0xA0).contains(&b) || is_control_letter(b);
    if !bytes.iter().any(|&b| in_question(b)) {
        return false;
    }
    let (mut for_it, mut against) = (0_usize, 0_usize);
    for word in bytes.split(|&b| !is_letter(b, true)) {
        // A dash between blanks is as well a syllable of one letter.
        let alone = matches!(word, [b] if *b >= 0x80);
        if alone || !word.iter().any(|&b| in_question(b)) {
            continue;
        }
        let text: String = word.iter().map(|&b| character(b, true)).collect();
        let mut letters = text.chars();
        let starts_capital = letters.next().is_some_and(char::is_uppercase);
        let one_case = letters.clone().all(char::is_uppercase) || letters.all(char::is_lowercase);
        if starts_capital && one_case && is_syllable(&text) {
            for_it += 1;
        } else {
            against += 1;
        }
    }
    for_it > against
}
