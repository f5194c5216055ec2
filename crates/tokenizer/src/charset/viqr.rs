//! VIQR (RFC 1456): Vietnamese in ASCII, with signs after the letters.

use super::{Charset, Unmappable, with_case_of};
use crate::letters::{self, Tone};

/// The signs of the tones huyền, sắc, hỏi, ngã, nặng.
const TONES: [u8; 5] = *b"`'?~.";

/// Decodes VIQR. Bytes above 0x7F are no VIQR and become U+FFFD, but for UTF-8 among them.
///
/// One word has one tone: in `la`?` the question mark is a question mark, though no
/// backslash says so.
pub(super) fn decode(bytes: &[u8]) -> String {
    let lossy = String::from_utf8_lossy(bytes);
    let mut text = String::with_capacity(lossy.len());
    let mut toned = false;
    let mut chars = lossy.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            match chars.next_if(|next| is_sign(*next)) {
                Some(sign) => text.push(sign),
                None => text.push('\\'),
            }
            toned = false;
            continue;
        }
        if !c.is_alphabetic() {
            toned = false;
            text.push(c);
            continue;
        }
        if matches!(c, 'd' | 'D') && chars.next_if(|d| d.eq_ignore_ascii_case(&'d')).is_some() {
            text.push(with_case_of(c, 'đ'));
            continue;
        }
        let Some((mut letter, 0)) = letters::letter_of(c).filter(|_| c.is_ascii()) else {
            text.push(c);
            continue;
        };
        if let Some(shaped) = chars
            .peek()
            .and_then(|&sign| letters::shaped(letter, shape(sign)?))
        {
            letter = shaped;
            chars.next();
        }
        let mut tone: Tone = 0;
        if letters::is_vowel(letter)
            && !toned
            && let Some(found) = chars.peek().and_then(|&sign| tone_of(sign))
        {
            tone = found;
            toned = true;
            chars.next();
        }
        text.push(letters::compose(letter, tone).map_or(c, |composed| with_case_of(c, composed)));
    }
    text
}

/// Encodes VIQR. A second tone in one word has no way to be written, since it would not be read.
pub(super) fn encode(text: &str) -> Result<Vec<u8>, Unmappable> {
    let mut bytes = Vec::with_capacity(text.len() * 2);
    let mut toned = false;
    for (offset, c) in text.char_indices() {
        if c.is_ascii() {
            let after_letter = bytes.last().is_some_and(|&b: &u8| {
                b.is_ascii_alphabetic() || TONES.contains(&b) || b"^(+".contains(&b)
            });
            // A d before another d or đ, which would pair with it.
            let next = text.get(offset + 1..).and_then(|rest| rest.chars().next());
            let pairs = matches!(c, 'd' | 'D') && matches!(next, Some('d' | 'D' | 'đ' | 'Đ'));
            let escaped =
                (after_letter && is_sign(c) && !c.is_ascii_alphabetic()) || pairs || c == '\\';
            if escaped {
                bytes.push(b'\\');
            }
            toned &= c.is_ascii_alphabetic() && !escaped;
            bytes.push(c as u8);
            continue;
        }
        let unmappable = Unmappable {
            character: c,
            offset,
            charset: Charset::Viqr,
        };
        let (letter, tone) = letters::letter_of(c)
            .filter(|_| !letters::is_look_alike(c))
            .ok_or(unmappable)?;
        if tone != 0 && std::mem::replace(&mut toned, true) {
            return Err(unmappable);
        }
        let base = with_case_of(c, letters::folded(letter) as char) as u8;
        bytes.push(base);
        match letters::to_char(letter) {
            'ă' => bytes.push(b'('),
            'â' | 'ê' | 'ô' => bytes.push(b'^'),
            'ơ' | 'ư' => bytes.push(b'+'),
            'đ' => bytes.push(base),
            _ => {}
        }
        if let Some(&sign) = usize::from(tone).checked_sub(1).and_then(|t| TONES.get(t)) {
            bytes.push(sign);
        }
    }
    Ok(bytes)
}

/// The combining mark of a shape sign; `*` is a common way to write the horn.
fn shape(sign: char) -> Option<char> {
    match sign {
        '^' => Some(letters::CIRCUMFLEX),
        '(' => Some(letters::BREVE),
        '+' | '*' => Some(letters::HORN),
        _ => None,
    }
}

fn tone_of(sign: char) -> Option<Tone> {
    let at = TONES.iter().position(|&known| sign == known as char)?;
    Tone::try_from(at + 1).ok()
}

fn is_sign(c: char) -> bool {
    shape(c).is_some() || tone_of(c).is_some() || matches!(c, '\\' | 'd' | 'D')
}
