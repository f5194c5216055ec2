//! The letters of Vietnamese: which character is which letter under which tone.
//!
//! A Vietnamese vowel letter is a *base* (a e i o u y), perhaps with a *vowel mark*
//! (â ă ê ô ơ ư), and may carry one of five *tones*. `đ` is a letter of its own.
//! Everything the rest of the crate knows about letters is derived at compile
//! time from [`VOWELS`] and [`MARKED`] below.

/// One letter of a skeleton: `0..=25` are `a..=z`, then ă â đ ê ô ơ ư, then the ten digits.
pub(crate) type Letter = u8;

pub(crate) const A_BREVE: Letter = 26;
pub(crate) const A_CIRCUMFLEX: Letter = 27;
pub(crate) const D_STROKE: Letter = 28;
pub(crate) const E_CIRCUMFLEX: Letter = 29;
pub(crate) const O_CIRCUMFLEX: Letter = 30;
pub(crate) const O_HORN: Letter = 31;
pub(crate) const U_HORN: Letter = 32;
pub(crate) const DIGIT_0: Letter = 33;
const LETTERS: usize = 43;

/// The letters beyond `a..=z`, from [`A_BREVE`] on, and what each folds to.
const MARKED: [(char, u8); 7] = [
    ('ă', b'a'),
    ('â', b'a'),
    ('đ', b'd'),
    ('ê', b'e'),
    ('ô', b'o'),
    ('ơ', b'o'),
    ('ư', b'u'),
];

/// A tone: `0` is level (no mark), `1..=5` index [`TONE_MARKS`] from 1.
pub(crate) type Tone = u8;

/// The combining marks of the tones: huyền, sắc, hỏi, ngã, nặng. An exact key ends in one of them.
pub const TONE_MARKS: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

pub(crate) const CIRCUMFLEX: char = '\u{302}';
pub(crate) const BREVE: char = '\u{306}';
pub(crate) const HORN: char = '\u{31B}';

/// The twelve vowel letters, each under tones `0..=5`, small then capital.
#[rustfmt::skip]
const VOWELS: [([char; 6], [char; 6]); 12] = [
    (['a','à','á','ả','ã','ạ'], ['A','À','Á','Ả','Ã','Ạ']),
    (['ă','ằ','ắ','ẳ','ẵ','ặ'], ['Ă','Ằ','Ắ','Ẳ','Ẵ','Ặ']),
    (['â','ầ','ấ','ẩ','ẫ','ậ'], ['Â','Ầ','Ấ','Ẩ','Ẫ','Ậ']),
    (['e','è','é','ẻ','ẽ','ẹ'], ['E','È','É','Ẻ','Ẽ','Ẹ']),
    (['ê','ề','ế','ể','ễ','ệ'], ['Ê','Ề','Ế','Ể','Ễ','Ệ']),
    (['i','ì','í','ỉ','ĩ','ị'], ['I','Ì','Í','Ỉ','Ĩ','Ị']),
    (['o','ò','ó','ỏ','õ','ọ'], ['O','Ò','Ó','Ỏ','Õ','Ọ']),
    (['ô','ồ','ố','ổ','ỗ','ộ'], ['Ô','Ồ','Ố','Ổ','Ỗ','Ộ']),
    (['ơ','ờ','ớ','ở','ỡ','ợ'], ['Ơ','Ờ','Ớ','Ở','Ỡ','Ợ']),
    (['u','ù','ú','ủ','ũ','ụ'], ['U','Ù','Ú','Ủ','Ũ','Ụ']),
    (['ư','ừ','ứ','ử','ữ','ự'], ['Ư','Ừ','Ứ','Ử','Ữ','Ự']),
    (['y','ỳ','ý','ỷ','ỹ','ỵ'], ['Y','Ỳ','Ý','Ỷ','Ỹ','Ỵ']),
];

/// The letter and tone that `c` stands for, or `None` for a character outside Vietnamese spelling.
#[inline]
pub(crate) fn letter_of(c: char) -> Option<(Letter, Tone)> {
    let code = c as u32;
    let packed = if code < LATIN_END {
        LATIN[code as usize]
    } else if code.wrapping_sub(VIETNAMESE_START) < VIETNAMESE_LEN as u32 {
        VIETNAMESE[(code - VIETNAMESE_START) as usize]
    } else {
        NONE
    };
    (packed != NONE).then_some(((packed & 63) as Letter, (packed >> 6) as Tone))
}

/// Whether `c` only looks like đ or Đ and is typed for it: eth and African d.
pub(crate) fn is_look_alike(c: char) -> bool {
    matches!(c, 'Ð' | 'ð' | 'Ɖ' | 'ɖ')
}

/// The character of a letter without tone.
#[inline]
pub(crate) fn to_char(letter: Letter) -> char {
    CHARS[letter as usize % LETTERS]
}

/// The ASCII character a letter folds to.
#[inline]
pub(crate) fn folded(letter: Letter) -> u8 {
    FOLDED[letter as usize % LETTERS]
}

/// The letter of an ASCII small letter.
pub(crate) const fn ascii(c: u8) -> Letter {
    c - b'a'
}

pub(crate) fn is_vowel(letter: Letter) -> bool {
    vowel_row(letter).is_some()
}

/// The composed small character of `letter` under `tone`, if that letter is a vowel.
pub(crate) fn compose(letter: Letter, tone: Tone) -> Option<char> {
    VOWELS[vowel_row(letter)?].0.get(tone as usize).copied()
}

/// The tone of a combining mark. U+0340 and U+0341 are canonical duplicates of U+0300 and U+0301.
#[inline]
pub(crate) fn tone_of_mark(c: char) -> Option<Tone> {
    match c {
        '\u{300}' | '\u{340}' => Some(1),
        '\u{301}' | '\u{341}' => Some(2),
        '\u{309}' => Some(3),
        '\u{303}' => Some(4),
        '\u{323}' => Some(5),
        _ => None,
    }
}

/// The letter that `letter` becomes under a circumflex, breve or horn.
#[inline]
pub(crate) fn with_mark(letter: Letter, mark: char) -> Option<Letter> {
    const A: Letter = ascii(b'a');
    const E: Letter = ascii(b'e');
    const O: Letter = ascii(b'o');
    const U: Letter = ascii(b'u');
    match (letter, mark) {
        (A, CIRCUMFLEX) => Some(A_CIRCUMFLEX),
        (A, BREVE) => Some(A_BREVE),
        (E, CIRCUMFLEX) => Some(E_CIRCUMFLEX),
        (O, CIRCUMFLEX) => Some(O_CIRCUMFLEX),
        (O, HORN) => Some(O_HORN),
        (U, HORN) => Some(U_HORN),
        _ => None,
    }
}

/// Characters that are invisible inside a word and no part of its spelling: soft hyphen,
/// the two joiners, byte order mark, word joiner and the variation selectors.
#[inline]
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{34F}' | '\u{FE00}'
            ..='\u{FE0F}'
    )
}

const NONE: u16 = u16::MAX;
const LATIN_END: u32 = 0x260;
const VIETNAMESE_START: u32 = 0x1EA0;
const VIETNAMESE_LEN: usize = 0x60;

const fn vowel_row(letter: Letter) -> Option<usize> {
    let mut row = 0;
    while row < VOWELS.len() {
        if CHARS[letter as usize % LETTERS] as u32 == VOWELS[row].0[0] as u32 {
            return Some(row);
        }
        row += 1;
    }
    None
}

static LATIN: [u16; LATIN_END as usize] = latin();
static VIETNAMESE: [u16; VIETNAMESE_LEN] = vietnamese();
static FOLDED: [u8; LETTERS] = fold_table();
const CHARS: [char; LETTERS] = char_table();

const fn char_table() -> [char; LETTERS] {
    let mut table = ['0'; LETTERS];
    let mut i = 0;
    while i < LETTERS {
        table[i] = if i < 26 {
            (b'a' + i as u8) as char
        } else if i < DIGIT_0 as usize {
            MARKED[i - 26].0
        } else {
            (b'0' + (i as u8 - DIGIT_0)) as char
        };
        i += 1;
    }
    table
}

const fn fold_table() -> [u8; LETTERS] {
    let mut table = [0; LETTERS];
    let mut i = 0;
    while i < LETTERS {
        table[i] = match CHARS[i] {
            c if c.is_ascii() => c as u8,
            _ => MARKED[i - 26].1,
        };
        i += 1;
    }
    table
}

/// The letter whose untoned character is `c`; only called while the tables are built.
const fn letter_of_char(c: char) -> Letter {
    let mut i = 0;
    while CHARS[i] as u32 != c as u32 {
        i += 1;
    }
    i as Letter
}

const fn latin() -> [u16; LATIN_END as usize] {
    let mut table = [NONE; LATIN_END as usize];
    let mut i = 0;
    while i < 26 {
        table[b'a' as usize + i] = i as u16;
        table[b'A' as usize + i] = i as u16;
        i += 1;
    }
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit] = DIGIT_0 as u16 + digit as u16;
        digit += 1;
    }
    // Đ and đ, and the letters that look the same and are typed for them: eth and African d.
    let strokes = ['Đ', 'đ', 'Ð', 'ð', 'Ɖ', 'ɖ'];
    let mut s = 0;
    while s < strokes.len() {
        table[strokes[s] as usize] = D_STROKE as u16;
        s += 1;
    }
    let mut entry = 0;
    while entry < VOWELS.len() * 12 {
        let (c, packed) = vowel_entry(entry);
        if (c as u32) < LATIN_END {
            table[c as usize] = packed;
        }
        entry += 1;
    }
    table
}

const fn vietnamese() -> [u16; VIETNAMESE_LEN] {
    let mut table = [NONE; VIETNAMESE_LEN];
    let mut entry = 0;
    while entry < VOWELS.len() * 12 {
        let (c, packed) = vowel_entry(entry);
        if c as u32 >= VIETNAMESE_START {
            table[(c as u32 - VIETNAMESE_START) as usize] = packed;
        }
        entry += 1;
    }
    table
}

const fn vowel_entry(entry: usize) -> (char, u16) {
    let (row, case, tone) = (entry / 12, entry / 6 % 2, entry % 6);
    let c = if case == 0 {
        VOWELS[row].0[tone]
    } else {
        VOWELS[row].1[tone]
    };
    (
        c,
        letter_of_char(VOWELS[row].0[0]) as u16 | (tone as u16) << 6,
    )
}

/// The untoned letter of the code point `c`, folded to ASCII if `fold`; for
/// tables built at compile time.
pub(crate) const fn letter_at_compile_time(c: u32, fold: bool) -> Letter {
    let mut i = 0;
    while CHARS[i] as u32 != c {
        i += 1;
    }
    if fold && i >= 26 {
        ascii(MARKED[i - 26].1)
    } else {
        i as Letter
    }
}
