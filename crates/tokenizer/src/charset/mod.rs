//! The character sets of Vietnamese text before Unicode: detection and conversion to NFC.
//!
//! Until about 2005 Vietnamese was written in dozens of eight-bit sets. Five of
//! them occur in archives: TCVN3 (the ABC fonts, standard in offices of the
//! north), VNI (the south and publishers), VISCII and VIQR (networks abroad),
//! and windows-1258. They are converted when a file is read, never in the
//! tokenizer.
//!
//! ```
//! use timbao_tokenizer::charset::{Charset, decode, detect, encode};
//! let text = "Độc lập - Tự do - Hạnh phúc. Cộng hòa xã hội chủ nghĩa Việt Nam.";
//! let bytes = encode(text, Charset::VniWindows)?;
//! let detection = detect(&bytes);
//! assert_eq!(detection.charset, Charset::VniWindows);
//! assert!(detection.confidence > 0.7);
//! assert_eq!(decode(&bytes, detection.charset), (text.to_owned(), 0));
//! # Ok::<(), timbao_tokenizer::charset::Unmappable>(())
//! ```
//!
//! Sources: windows-1258 as in the WHATWG encoding standard; VISCII and VIQR, RFC 1456;
//! TCVN3 and VN1, TCVN 5712:1993; VNI, the table of the VNI-Windows fonts.

mod detect;
mod kinds;
mod mistaken;
mod pages;
mod tcvn;
mod viqr;
mod vni;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use detect::{Detection, Evidence, detect};
use kinds::with_case_of;
pub use kinds::{Charset, Unmappable};
pub use mistaken::{LegacyFont, mistaken, repair};
use pages::{byte_in, in_page};
pub use viqr::escape_stops;

use crate::letters;

/// Converts `bytes` to NFC text; returns it with the number of characters that had to be replaced by U+FFFD.
///
/// A byte order mark is dropped. Never fails: bytes that mean nothing are replaced and counted.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, decode};
/// assert_eq!(decode(b"Vi\xD6t Nam", Charset::Tcvn3), ("Việt Nam".to_owned(), 0));
/// assert_eq!(decode(b"Vie\xE4t Nam", Charset::VniWindows), ("Việt Nam".to_owned(), 0));
/// assert_eq!(decode(b"Vi\xAEt Nam", Charset::Viscii), ("Việt Nam".to_owned(), 0));
/// assert_eq!(decode(b"Vi\xEA\xF2t Nam", Charset::Windows1258), ("Việt Nam".to_owned(), 0));
/// assert_eq!(decode(b"Vie^.t Nam", Charset::Viqr), ("Việt Nam".to_owned(), 0));
/// assert_eq!(decode(b"Vi\xFFt", Charset::Utf8), ("Vi\u{FFFD}t".to_owned(), 1));
/// ```
pub fn decode(bytes: &[u8], charset: Charset) -> (String, usize) {
    let text = match charset {
        Charset::Utf8 => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            return replacements_of_utf8(bytes);
        }
        Charset::Utf16Le => return decode_utf16(bytes, u16::from_le_bytes),
        Charset::Utf16Be => return decode_utf16(bytes, u16::from_be_bytes),
        Charset::Windows1258 => bytes
            .iter()
            .map(|&b| in_page(&pages::WINDOWS_1258, b))
            .collect(),
        Charset::Tcvn3 => tcvn::decode(bytes),
        Charset::Viscii => bytes.iter().map(|&b| viscii(b)).collect(),
        Charset::VniWindows => vni::decode(bytes),
        Charset::Viqr => viqr::decode(bytes),
    };
    let text = composed(text);
    let replaced = text
        .chars()
        .filter(|&c| c == char::REPLACEMENT_CHARACTER)
        .count();
    (text, replaced)
}

/// Writes `text` in a character set.
///
/// Of TCVN3, which has no capitals with tones, the small letters are written for them. VIQR
/// has one tone a word, so the second in a word counts as a character that it cannot write.
///
/// # Errors
///
/// [`Unmappable`] at the first character that the set cannot write.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, encode};
/// assert_eq!(encode("Việt", Charset::Viqr)?, b"Vie^.t");
/// assert_eq!(encode("中", Charset::Tcvn3).map_err(|e| e.character), Err('中'));
/// # Ok::<(), timbao_tokenizer::charset::Unmappable>(())
/// ```
pub fn encode(text: &str, charset: Charset) -> Result<Vec<u8>, Unmappable> {
    match charset {
        Charset::Utf8 => return Ok(text.as_bytes().to_vec()),
        Charset::Utf16Le => return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        Charset::Utf16Be => return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        Charset::Viqr => return viqr::encode(text),
        _ => {}
    }
    let mut bytes = Vec::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        let written = match charset {
            Charset::Windows1258 => encode_windows_1258(character, &mut bytes),
            Charset::VniWindows => vni::encode(character, &mut bytes),
            Charset::Viscii => encode_viscii(character).map(|b| bytes.push(b)),
            _ => tcvn::encode(character).map(|b| bytes.push(b)),
        };
        written.ok_or(Unmappable {
            character,
            offset,
            charset,
        })?;
    }
    Ok(bytes)
}

fn composed(text: String) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text
    } else {
        text.nfc().collect()
    }
}

fn replacements_of_utf8(bytes: &[u8]) -> (String, usize) {
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    (composed(text), replaced)
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, usize) {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut replaced = odd.len();
    let units = pairs.iter().map(|&pair| unit(pair));
    let mut text: String = char::decode_utf16(units)
        .map(|c| {
            replaced += usize::from(c.is_err());
            c.unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect();
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (composed(text), replaced)
}

fn viscii(byte: u8) -> char {
    let control = pages::VISCII_CONTROLS
        .iter()
        .find(|(code, _)| *code == byte);
    control.map_or_else(|| in_page(&pages::VISCII, byte), |&(_, c)| c)
}

fn encode_viscii(c: char) -> Option<u8> {
    let control = pages::VISCII_CONTROLS
        .iter()
        .find(|(code, known)| *known == c || u32::from(*code) == u32::from(c));
    match control {
        Some((code, known)) => (*known == c).then_some(*code),
        None => byte_in(&pages::VISCII, c),
    }
}

fn encode_windows_1258(c: char, out: &mut Vec<u8>) -> Option<()> {
    if let Some(byte) = byte_in(&pages::WINDOWS_1258, c) {
        out.push(byte);
        return Some(());
    }
    let (letter, tone) = letters::letter_of(c)?;
    let base = with_case_of(c, letters::to_char(letter));
    out.push(byte_in(&pages::WINDOWS_1258, base)?);
    let mark = letters::TONE_MARKS.get(usize::from(tone).checked_sub(1)?)?;
    out.push(byte_in(&pages::WINDOWS_1258, *mark)?);
    Some(())
}
