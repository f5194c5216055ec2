//! VIQR (RFC 1456): Vietnamese in ASCII, with signs after the letters.

use super::kinds::{Charset, Unmappable, with_case_of};
use crate::letters::{self, Tone};

/// The signs of the tones huyền, sắc, hỏi, ngã, nặng.
const TONES: [u8; 5] = *b"`'?~.";

/// Decodes VIQR. Bytes above 0x7F are invalid and become U+FFFD, except for
/// UTF-8 among them.
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
        if let Some(marked) = chars
            .peek()
            .and_then(|&sign| letters::with_mark(letter, vowel_mark(sign)?))
        {
            letter = marked;
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

/// Syllables in the unaccented-tone form that, before a capital letter, far more often have
/// the tone nặng than end a sentence: chị Lan, bộ Công an. From 8,000 news articles.
const BEFORE_CAPITALS: &str = " bi bô chi chơ cu di doa dư ha ho huê hê hô lê lô me my mô nghi \
    nghê ngo ngu nguy ngô nhe nhi nho nhuê nơ phu sư thi tho thuy toa tri tru trơ tu tuê tê vi vu \
    vê vơ đô ";

/// The same before the end of a paragraph, where a full stop is far more often meant.
const BEFORE_ENDS: &str = " bô chơ dư huê hô luy lô me nghê nhe nơ sư toa tro trơ tê vu vơ ";

/// Writes the backslashes that VIQR requires before punctuation and that people
/// omit: `vu`ng cao.` is *vùng cao.*, not *vùng caọ*.
///
/// A full stop or question mark after a vowel without a tone is punctuation if
/// no lower-case word follows and a tone mark would be misplaced, or rare in
/// that syllable. A text that has such backslashes is not changed.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, decode, escape_stops};
/// let read = |text: &[u8]| decode(&escape_stops(text), Charset::Viqr).0;
/// assert_eq!(read(b"DDu+o+`ng le^n vu`ng cao. Chi. Lan ve^` que^."), "Đường lên vùng cao. Chị Lan về quê.");
/// assert_eq!(read(b"Lo+`i cu?a me. chi?"), "Lời của mẹ chỉ");
/// ```
pub fn escape_stops(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("\\.") || text.contains("\\?") {
        return bytes.to_vec();
    }
    let mut escaped = String::with_capacity(text.len() + text.len() / 50);
    let mut rest = &*text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        let (blank, word) = rest.split_at(start);
        let end = word.find(char::is_whitespace).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        escaped.push_str(blank);
        match stop_in(word, after) {
            Some(at) => {
                escaped.push_str(&word[..at]);
                escaped.push('\\');
                escaped.push_str(&word[at..]);
            }
            None => escaped.push_str(word),
        }
        rest = after;
    }
    escaped.push_str(rest);
    escaped.into_bytes()
}

/// Offset in `word` of a punctuation mark that would be read as a tone.
fn stop_in(word: &str, after: &str) -> Option<usize> {
    let core = word.trim_end_matches(['"', ')', ']', '\'']);
    if core.ends_with("...") {
        let at = core.trim_end_matches('.').len();
        return reads_as_tone(core.get(..=at)?).then_some(at);
    }
    let sign = core
        .chars()
        .next_back()
        .filter(|c| matches!(c, '.' | '?'))?;
    let at = core.len() - 1;
    if !reads_as_tone(core) {
        return None;
    }
    let next = after.chars().find(|c| !c.is_whitespace());
    if next.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit() || c == ',') {
        return None;
    }
    let start = core.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
    let toned = decode(core.get(start..)?.as_bytes()).to_lowercase();
    if crate::write_out(&crate::exact_key(&toned)) != toned && !is_open_glide(&toned) {
        return Some(at);
    }
    let bare = decode(core.get(start..at)?.as_bytes()).to_lowercase();
    let paragraph_ends = next.is_none() || {
        let blank = &after[..after.len() - after.trim_start().len()];
        blank.matches('\n').count() > 1
    };
    let toned_there = if paragraph_ends {
        BEFORE_ENDS
    } else {
        BEFORE_CAPITALS
    };
    let is_stop = sign == '.' && !toned_there.contains(&format!(" {bare} "));
    is_stop.then_some(at)
}

/// Returns `true` if the last character of `word` is read as a tone.
fn reads_as_tone(word: &str) -> bool {
    !decode(word.as_bytes()).ends_with(['.', '?'])
}

/// Syllables whose tone may as well be on their last letter: họa is hoạ too.
fn is_open_glide(toned: &str) -> bool {
    let folded = crate::fold(toned);
    ["oa", "oe", "uy"].iter().any(|end| folded.ends_with(end))
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

/// The combining mark of a vowel-mark sign; `*` is a common way to write the horn.
fn vowel_mark(sign: char) -> Option<char> {
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
    vowel_mark(c).is_some() || tone_of(c).is_some() || matches!(c, '\\' | 'd' | 'D')
}
