//! Text of an eight-bit set whose bytes were taken for Latin-1: `HuyÖn` for *Huyện*.
//!
//! Documents of the ABC and VNI fonts went through word processors, databases and web
//! servers as Latin-1 and are UTF-8 today. A font's name decides where it is known
//! ([`LegacyFont`]); elsewhere the words do ([`mistaken`]).

use std::borrow::Cow;

use super::pages::{self, byte_in};
use super::{Charset, decode};
use crate::keys::is_syllable;

/// The sets to detect.
const SETS: [Charset; 4] = [
    Charset::Tcvn3,
    Charset::VniWindows,
    Charset::Viscii,
    Charset::Windows1258,
];

/// Words with letters outside ASCII that a finding needs.
const MIN_WORDS: usize = 3;

/// The least share of words that have to become syllables, and its least lead over the
/// share of those that already are.
const MIN_SHARE: f32 = 0.75;
const MIN_LEAD: f32 = 0.3;

/// Bytes of text that are judged.
const SAMPLE: usize = 64 << 10;

/// The set whose bytes were taken for Latin-1 in `text`, if most of its words
/// become Vietnamese syllables that way and are not syllables in `text`.
///
/// Lines with letters that only Vietnamese Unicode text has are left aside, so that one
/// line of correct text in a damaged document does not hide the damage.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, mistaken};
/// assert_eq!(mistaken("HuyÖn ñy S«ng Lam s¬ kÕt"), Some(Charset::Tcvn3));
/// assert_eq!(mistaken("Huyeän uûy Soâng Lam sô keát"), Some(Charset::VniWindows));
/// assert_eq!(mistaken("Huyện ủy Sông Lam sơ kết"), None);
/// assert_eq!(mistaken("Là hà có là gì, élève à côté"), None);
/// assert_eq!(mistaken("ngày 17 tháng 1 lúc 19 giờ · ngày mai"), None);
/// assert_eq!(mistaken("17 tháng 1 lúc 19:20 ·"), None);
/// ```
pub fn mistaken(text: &str) -> Option<Charset> {
    let (high, strong) = letters_outside_ascii(text);
    // Correct text has about as many of the one as of the other.
    if high < MIN_WORDS || strong > high * 4 {
        return None;
    }
    let mut sample = String::new();
    for line in text.lines().filter(|line| is_suspect(line)) {
        // A line may be as long as the text.
        let rest = SAMPLE.saturating_sub(sample.len());
        sample.push_str(&line[..line.floor_char_boundary(rest)]);
        sample.push('\n');
        if sample.len() > SAMPLE {
            break;
        }
    }
    let before = judge(&sample);
    let mut judged = SETS.map(|charset| (charset, judge(&reread(&sample, charset))));
    judged.sort_by(|a, b| b.1.share().total_cmp(&a.1.share()));
    let (charset, after) = judged[0];
    // Signs alone, such as a `·`, may become syllables too.
    let convincing = after.syllables >= before.syllables + MIN_WORDS
        && after.share() >= MIN_SHARE
        && after.share() - before.share() >= MIN_LEAD;
    convincing.then_some(charset)
}

/// Reads the lines of `text` that `charset` was mistaken in; the others stay.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, repair};
/// let text = "HuyÖn ñy\nHuyện ủy";
/// assert_eq!(repair(text, Charset::Tcvn3), "Huyện ủy\nHuyện ủy");
/// ```
pub fn repair(text: &str, charset: Charset) -> String {
    let whole = !text.lines().any(|line| letters_outside_ascii(line).1 > 0);
    let mut repaired = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !is_suspect(line) {
            repaired.push_str(line);
            continue;
        }
        let read = reread(line, charset);
        let (before, after) = (judge(line).share(), judge(&read).share());
        if after > before || whole && after >= before {
            repaired.push_str(&read);
        } else {
            repaired.push_str(line);
        }
    }
    repaired
}

/// A font of an eight-bit set, known by its name.
///
/// ```
/// use timbao_tokenizer::charset::LegacyFont;
/// let font = LegacyFont::named(".VnTimeH").unwrap();
/// assert_eq!(font.read("HuyÖn ñy"), "HUYỆN ỦY");
/// assert_eq!(LegacyFont::named("VNI-Times").unwrap().read("Huyeän"), "Huyện");
/// assert_eq!(LegacyFont::named("Times New Roman"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyFont {
    /// The set that its text is in.
    pub charset: Charset,
    /// Whether it shows small letters as capitals, as the ABC fonts do whose name ends in H.
    pub capitals: bool,
}

impl LegacyFont {
    /// The font of this name, as a document, style sheet or PDF writes it.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        // A subset in a PDF: "ABCDEF+.VnTime,Bold".
        let name = match name.split_once('+') {
            Some((tag, rest)) if tag.len() == 6 => rest,
            _ => name,
        };
        let family = name.split(',').next().unwrap_or(name);
        let family = ["-BoldItalic", "-Bold", "-Italic", "-Normal", "-Regular"]
            .iter()
            .find_map(|style| family.strip_suffix(style))
            .unwrap_or(family)
            .trim();
        let lower = family.to_ascii_lowercase();
        let charset = if lower.starts_with(".vn") {
            Charset::Tcvn3
        } else if (lower.starts_with("vni-") || lower.starts_with("vni "))
            && !lower.contains("unicode")
        {
            Charset::VniWindows
        } else {
            return None;
        };
        let capitals = charset == Charset::Tcvn3 && lower.ends_with('h');
        Some(Self { charset, capitals })
    }

    /// Decodes text that was set in the font. Text that cannot be of its set,
    /// being Unicode already, is returned unchanged.
    pub fn read(self, text: &str) -> Cow<'_, str> {
        if letters_outside_ascii(text).1 > 0 {
            return Cow::Borrowed(text);
        }
        // Symbol fonts have their bytes in a private area of Unicode.
        let bytes: String = text
            .chars()
            .map(|c| match u32::from(c) {
                code @ 0xF020..=0xF0FF => char::from_u32(code - 0xF000).unwrap_or(c),
                _ => c,
            })
            .collect();
        let read = reread(&bytes, self.charset);
        Cow::Owned(if self.capitals {
            read.to_uppercase()
        } else {
            read
        })
    }
}

/// Number of characters of the upper half of an eight-bit set, and number of
/// Vietnamese letters that Latin-1 lacks.
fn letters_outside_ascii(text: &str) -> (usize, usize) {
    let (mut high, mut strong) = (0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        match c {
            'ă'
            | 'Ă'
            | 'đ'
            | 'Đ'
            | 'ơ'
            | 'Ơ'
            | 'ư'
            | 'Ư'
            | 'ĩ'
            | 'Ĩ'
            | 'ũ'
            | 'Ũ'
            | '\u{1EA0}'..='\u{1EF9}' => strong += 1,
            '\u{A1}'..='\u{FF}' => high += 1,
            _ => {}
        }
    }
    (high, strong)
}

fn is_suspect(line: &str) -> bool {
    let (high, strong) = letters_outside_ascii(line);
    high > 0 && strong == 0
}

/// Takes text for the bytes it was read from, and reads them in `charset`. Words that are
/// not of the set stay.
fn reread(text: &str, charset: Charset) -> String {
    let mut read = String::with_capacity(text.len() * 2);
    let is_blank = |c: char| c.is_ascii_whitespace();
    for word in text.split_inclusive(is_blank) {
        let bytes: Option<Vec<u8>> = word.chars().map(byte_of).collect();
        match bytes.map(|bytes| decode(&bytes, charset)) {
            Some((decoded, 0)) => read.push_str(&decoded),
            _ => reread_parts(word, charset, &mut read),
        }
    }
    read
}

/// Reads a word that contains characters of no byte, such as a long dash.
fn reread_parts(word: &str, charset: Charset, read: &mut String) {
    for part in word.split_inclusive(|c| byte_of(c).is_none()) {
        let end = part.chars().next_back().filter(|c| byte_of(*c).is_none());
        let inner = &part[..part.len() - end.map_or(0, char::len_utf8)];
        let bytes: Vec<u8> = inner.chars().filter_map(byte_of).collect();
        match decode(&bytes, charset) {
            (decoded, 0) => read.push_str(&decoded),
            _ => read.push_str(inner),
        }
        read.extend(end);
    }
}

/// The byte that was taken for a character in Latin-1 or windows-1252.
fn byte_of(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ 0..=0xFF => u8::try_from(code).ok(),
        // Below 0xA0 the page of TCVN3 is windows-1252.
        _ => byte_in(&pages::TCVN3, c).filter(|byte| (0x80..0xA0).contains(byte)),
    }
}

/// Words with letters outside ASCII, and how many of them are syllables.
#[derive(Clone, Copy)]
struct Judged {
    marked: usize,
    syllables: usize,
}

impl Judged {
    fn share(self) -> f32 {
        if self.marked == 0 {
            0.0
        } else {
            self.syllables as f32 / self.marked as f32
        }
    }
}

fn judge(text: &str) -> Judged {
    let parts = |c: char| {
        c.is_whitespace()
            || c.is_ascii_punctuation()
            || c.is_ascii_digit()
            || matches!(c, '“' | '”' | '‘' | '’' | '–' | '—' | '…')
    };
    let mut judged = Judged {
        marked: 0,
        syllables: 0,
    };
    for word in text.split(parts).filter(|word| !word.is_ascii()) {
        judged.marked += 1;
        let upper = word.chars().skip(1).any(char::is_uppercase);
        let one_case = !upper || !word.chars().any(char::is_lowercase);
        judged.syllables += usize::from(one_case && is_syllable(word));
    }
    judged
}
