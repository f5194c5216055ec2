//! Finding the tokens of a text: one per syllable, word, number or part of a code.

use unicode_normalization::char::is_combining_mark;

use crate::letters;
use crate::window;

/// One token of a text.
///
/// `&text[token.start..token.end]` is exactly the token as the author typed it, with all
/// its marks; the keys are made from that slice (see [`Keys`](crate::Keys)).
///
/// ```
/// use timbao_tokenizer::scan;
/// let text = "tie\u{302}\u{301}ng Việt"; // decomposed
/// let token = scan(text).next().expect("a token");
/// assert_eq!(&text[token.start..token.end], "tie\u{302}\u{301}ng");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Byte offset of the first byte in the source text.
    pub start: usize,
    /// Byte offset just after the last byte in the source text.
    pub end: usize,
    /// Number of tokens before this one: 0, 1, 2 …, with no hole at punctuation.
    pub position: u32,
    /// The kind of characters in the token.
    pub kind: Kind,
    /// The strongest separator between the token before and this one.
    pub gap: Gap,
    /// Whether exactly one connecting sign and no white space precedes this
    /// token, as inside 21-KL/TW, 55.369, T.Ư or Biden-Harris.
    pub joined: bool,
}

/// The kind of characters in a token.
///
/// ```
/// use timbao_tokenizer::{Kind, scan};
/// let kinds: Vec<Kind> = scan("Quốc hội 15 QH15").map(|t| t.kind).collect();
/// assert_eq!(kinds, [Kind::Word, Kind::Word, Kind::Number, Kind::Mixed]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Letters only: a syllable or a foreign word.
    Word,
    /// Digits only.
    Number,
    /// Letters and digits: QH13, F0, tu75.
    Mixed,
}

impl Kind {
    /// The name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Number => "number",
            Self::Mixed => "mixed",
        }
    }
}

/// The separator between two tokens, from weak to strong.
///
/// ```
/// use timbao_tokenizer::{Gap, scan};
/// let gaps: Vec<Gap> = scan("Một hai, ba. Bốn\nnăm").map(|t| t.gap).collect();
/// assert_eq!(gaps, [Gap::Paragraph, Gap::Space, Gap::Punctuation, Gap::Sentence, Gap::Paragraph]);
/// assert!(Gap::Sentence > Gap::Punctuation);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// Nothing: ideographs in a row, or the pieces of an overlong run of letters.
    None,
    /// White space only.
    Space,
    /// A sign that ends no sentence.
    Punctuation,
    /// The end of a sentence.
    Sentence,
    /// A line break, or the beginning of the text.
    Paragraph,
}

impl Gap {
    /// The name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Space => "space",
            Self::Punctuation => "punctuation",
            Self::Sentence => "sentence",
            Self::Paragraph => "paragraph",
        }
    }
}

/// The length in bytes from which a run of letters is cut into several tokens.
///
/// Running text has no such words; encoded data has. The cut never separates a letter from its marks.
///
/// ```
/// use timbao_tokenizer::{MAX_TOKEN_BYTES, scan};
/// assert_eq!(scan(&"a".repeat(MAX_TOKEN_BYTES + 1)).count(), 2);
/// ```
pub const MAX_TOKEN_BYTES: usize = 128;

/// Finds the tokens of `text`.
///
/// A token is a run of letters and digits with the combining marks and invisible
/// characters inside it; an ideograph is a token of its own. The scanner finds boundaries
/// only, allocates nothing, and reads each byte once.
///
/// ```
/// use timbao_tokenizer::{Gap, scan};
/// let text = "Kết luận số 21-KL/TW. Hoà bình!";
/// let words: Vec<&str> = scan(text).map(|t| &text[t.start..t.end]).collect();
/// assert_eq!(words, ["Kết", "luận", "số", "21", "KL", "TW", "Hoà", "bình"]);
/// let tokens: Vec<_> = scan(text).collect();
/// assert!(tokens[4].joined && !tokens[3].joined);
/// assert_eq!(tokens[6].gap, Gap::Sentence);
/// ```
pub fn scan(text: &str) -> Scanner<'_> {
    Scanner {
        text,
        at: 0,
        position: 0,
        previous: None,
    }
}

/// The iterator over the tokens of a text that [`scan`] returns.
///
/// ```
/// let mut scanner = timbao_tokenizer::scan("tự do");
/// assert_eq!(scanner.next().map(|t| t.end), Some("tự".len()));
/// ```
#[derive(Clone, Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    /// Everything before this byte has been consumed.
    at: usize,
    position: u32,
    previous: Option<Token>,
}

impl<'t> Scanner<'t> {
    /// The text being scanned.
    ///
    /// ```
    /// assert_eq!(timbao_tokenizer::scan("tin").text(), "tin");
    /// ```
    pub fn text(&self) -> &'t str {
        self.text
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    #[inline]
    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        // By far the most common separators: one space, or a comma and a space.
        let (guess, gap) = match bytes.get(self.at) {
            Some(b' ') => (self.at + 1, Gap::Space),
            Some(b',') if bytes.get(self.at + 1) == Some(&b' ') => (self.at + 2, Gap::Punctuation),
            _ => (self.at, Gap::None),
        };
        let gap = match self.previous {
            None => Gap::Paragraph,
            Some(_) => gap,
        };
        let run = window::measure(bytes, guess);
        let (start, gap, joined, end, classes) = if run.len > 0 && gap != Gap::None {
            let (end, classes) = word_end_after(self.text, guess, run);
            (guess, gap, false, end, classes)
        } else {
            let (start, gap, joined) = self.separator()?;
            let (end, classes) = word_end(self.text, start);
            (start, gap, joined, end, classes)
        };
        let kind = match classes {
            DIGIT => Kind::Number,
            LETTER => Kind::Word,
            _ => Kind::Mixed,
        };
        let token = Token {
            start,
            end,
            position: self.position,
            kind,
            gap,
            joined,
        };
        self.at = end;
        self.position = self.position.saturating_add(1);
        self.previous = Some(token);
        Some(token)
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;

/// The class of each ASCII character: letter, digit, or 0 for all others.
static ASCII: [u8; 256] = ascii_classes();

const fn ascii_classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 128 {
        if (b as u8).is_ascii_alphabetic() {
            table[b] = LETTER;
        } else if (b as u8).is_ascii_digit() {
            table[b] = DIGIT;
        }
        b += 1;
    }
    table
}

/// Scans the token that begins at `start`; returns its end and the classes it contains.
#[inline]
fn word_end(text: &str, start: usize) -> (usize, u8) {
    let bytes = text.as_bytes();
    let run = window::measure(bytes, start);
    if run.len > 0 {
        return word_end_after(text, start, run);
    }
    if bytes[start] >= FIRST_IDEOGRAPH_BYTE && is_ideograph(char_at(text, start)) {
        return (
            marks_end(text, start + char_at(text, start).len_utf8()),
            LETTER,
        );
    }
    word_end_by_characters(text, start, start, 0)
}

/// Continues the scan after the first run of word bytes of a token.
#[inline]
fn word_end_after(text: &str, start: usize, mut run: window::Run) -> (usize, u8) {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut classes = 0;
    loop {
        at += run.len;
        classes |= match run {
            window::Run {
                all_digits: true, ..
            } => DIGIT,
            window::Run {
                any_digit: true, ..
            } => LETTER | DIGIT,
            _ => LETTER,
        };
        if run.len < window::WIDTH {
            // Words mostly end at an ASCII sign. What else follows takes a closer look.
            return match bytes.get(at) {
                Some(0x80..) => word_end_by_characters(text, start, at, classes),
                _ => (at, classes),
            };
        }
        run = window::measure(bytes, at);
        if run.len == 0 || at + window::WIDTH >= start + MAX_TOKEN_BYTES {
            break;
        }
    }
    while !text.is_char_boundary(at) {
        at += 1;
    }
    word_end_by_characters(text, start, at, classes)
}

/// Scans a token character by character, from `at` on.
fn word_end_by_characters(text: &str, start: usize, mut at: usize, mut classes: u8) -> (usize, u8) {
    let bytes = text.as_bytes();
    let limit = start + MAX_TOKEN_BYTES;
    while at < bytes.len() {
        let byte = bytes[at];
        let mut class = ASCII[byte as usize];
        let mut len = 1;
        if class == 0 {
            if byte < 0x80 {
                break;
            }
            (class, len) = match (byte, bytes.get(at + 1)) {
                // À–ÿ but × and ÷, Ā–ɏ, and Latin Extended Additional: all letters.
                (0xC3, Some(&second)) if second != 0x97 && second != 0xB7 => (LETTER, 2),
                (0xC4..=0xC8, Some(_)) => (LETTER, 2),
                (0xE1, Some(0xB8..=0xBB)) => (LETTER, 3),
                _ => {
                    let c = char_at(text, at);
                    if is_mark(c) {
                        at = marks_end(text, at);
                        continue;
                    }
                    match class_of(c) {
                        0 => break,
                        _ if is_ideograph(c) => break,
                        class => (class, c.len_utf8()),
                    }
                }
            };
        }
        if at >= limit {
            break;
        }
        classes |= class;
        at += len;
    }
    (at, classes)
}

/// The lead byte of U+3000, below which there are no ideographs.
const FIRST_IDEOGRAPH_BYTE: u8 = 0xE3;

/// The end of the run of marks that begins at `at`, or a part of an absurdly
/// long run.
fn marks_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let marks = rest
        .chars()
        .take_while(|&c| is_mark(c))
        .take(MAX_TOKEN_BYTES / 4);
    at + marks.map(char::len_utf8).sum::<usize>()
}

/// The character at byte `at`; past the end NUL, which is not part of any
/// token.
#[inline]
fn char_at(text: &str, at: usize) -> char {
    text.get(at..)
        .and_then(|rest| rest.chars().next())
        .unwrap_or('\0')
}

fn class_of(c: char) -> u8 {
    match c {
        _ if c.is_ascii() => ASCII[c as usize],
        _ if is_mark(c) => 0,
        _ if c.is_numeric() => DIGIT,
        _ if c.is_alphanumeric() => LETTER,
        _ => 0,
    }
}

fn is_mark(c: char) -> bool {
    c >= '\u{AD}' && (letters::is_ignorable(c) || is_combining_mark(c))
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

impl Scanner<'_> {
    /// Consumes what separates tokens; returns the start of the next and the separation.
    ///
    /// `None` means that no token is left.
    fn separator(&mut self) -> Option<(usize, Gap, bool)> {
        let rest = self.text.get(self.at..)?;
        let mut seen = Seen::default();
        for (i, c) in rest.char_indices() {
            if class_of(c) != 0 {
                let (gap, joined) = match self.previous {
                    None => (Gap::Paragraph, false),
                    Some(previous) => seen.judge(self.text, previous, c),
                };
                self.at += i;
                return Some((self.at, gap, joined));
            }
            seen.add(c);
        }
        self.at = self.text.len();
        None
    }
}

/// The characters seen between two tokens.
#[derive(Default)]
struct Seen {
    line_end: bool,
    space: bool,
    /// Signs that are neither white space nor invisible.
    signs: usize,
    /// The last sign.
    sign: char,
    /// A full stop, question mark, exclamation mark or ellipsis that nothing has taken back.
    terminator: Option<char>,
    space_after_terminator: bool,
}

impl Seen {
    fn add(&mut self, c: char) {
        match c {
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                self.line_end = true;
            }
            '\u{200B}' => self.space = true,
            _ if c.is_whitespace() => {
                self.space = true;
                self.space_after_terminator = self.terminator.is_some();
            }
            _ if is_mark(c) => {}
            _ => {
                self.signs += 1;
                self.sign = c;
                match c {
                    '.' | '!' | '?' | '…' | '。' | '！' | '？' => self.terminator = Some(c),
                    ',' | ';' | ':' => self.terminator = None,
                    _ => {}
                }
            }
        }
    }

    /// Decides on the gap between `previous` and the token that begins with `next`.
    fn judge(&self, text: &str, previous: Token, next: char) -> (Gap, bool) {
        if self.line_end {
            return (Gap::Paragraph, false);
        }
        if self.signs == 0 {
            let joined = !self.space && previous.end > previous.start && !is_ideograph(next);
            return if self.space {
                (Gap::Space, false)
            } else {
                (Gap::None, joined)
            };
        }
        let word = text.get(previous.start..previous.end).unwrap_or_default();
        if self.ends_sentence(word, previous, next) {
            return (Gap::Sentence, false);
        }
        let joined = !self.space && self.signs == 1 && connects(word, self.sign, next);
        (Gap::Punctuation, joined)
    }

    fn ends_sentence(&self, word: &str, previous: Token, next: char) -> bool {
        let Some(terminator) = self.terminator else {
            return false;
        };
        if next.is_lowercase() {
            return false;
        }
        if !self.space_after_terminator {
            // "…của dân.Tôi" lacks a space. "TP.HCM", "Th.S", "1.500" do not.
            return self.signs > 1
                || (next.is_uppercase()
                    && letters_of(word).last().is_some_and(char::is_lowercase)
                    && letters_of(word).nth(2).is_some());
        }
        terminator != '.' || !(is_title(word) || is_enumerator(word, previous))
    }
}

/// The characters of a word without its combining marks, which a decomposed word has more of.
fn letters_of(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|&c| !is_mark(c))
}

/// Whether `sign` between `word` and a token that begins with `next` makes one whole of them.
fn connects(word: &str, sign: char, next: char) -> bool {
    let digits = || word.ends_with(|c: char| c.is_numeric()) && next.is_numeric();
    match sign {
        ',' | ':' => digits(),
        '.' | '-' | '/' | '_' | '&' | '@' | '\'' | '’' | 'ʼ' => true,
        '\u{2010}' | '\u{2011}' | '–' => true,
        _ => false,
    }
}

/// Abbreviations before names, after which a full stop ends no sentence.
fn is_title(word: &str) -> bool {
    const TITLES: [&str; 25] = [
        "TP", "Tp", "TS", "Ts", "ThS", "Ths", "GS", "PGS", "BS", "Bs", "LS", "KS", "CN", "NS",
        "NSND", "TX", "TT", "Tr", "tr", "St", "Mr", "Mrs", "Dr", "No", "vs",
    ];
    // A lone capital is an initial: "Nguyễn V. An", "Q. 1".
    let mut chars = letters_of(word);
    let initial = chars.next().is_some_and(char::is_uppercase) && chars.next().is_none();
    initial || TITLES.contains(&word)
}

/// The "1" of "1. Mục tiêu" or the "II" of "II. Nhiệm vụ": alone at the head of a sentence.
fn is_enumerator(word: &str, previous: Token) -> bool {
    previous.gap >= Gap::Sentence
        && (previous.kind == Kind::Number
            || word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X' | b'L')))
}
