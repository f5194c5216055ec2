//! The two keys of a word: exact (skeleton and tone) and folded (plain letters).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::letters::{self, Letter, Tone};
use crate::syllable::{self, Skeleton};

/// The keys of one word, in a buffer that is reused from word to word.
///
/// * The **exact key** is equal for two spellings of the same word. It is in lower case, without
///   invisible characters, and with `đ` for all look-alikes of it. A word with the structure of a
///   syllable (one run of vowels) has its skeleton, which is the letters with their vowel marks
///   (ă â ê ô ơ ư), followed by the tone as a combining mark: U+0300 huyền, U+0301 sắc, U+0309
///   hỏi, U+0303 ngã, U+0323 nặng. So `hoá`, `hóa` and their decomposed forms all have the key
///   `hoa\u{301}`, and `đắk` has the key `đăk\u{301}`. A word with several runs of vowels or
///   several tones (café, Élysée) keeps its marks in place, and its key is its lower-case NFC
///   form. The key of a word never equals that of a word with a digit or sign, because a tone is
///   a combining mark.
/// * The **folded key** is the exact key without tones and vowel marks, `đ` as `d`. Letters of
///   other Latin alphabets lose their marks too (Sørensen → `sorensen`).
///
/// ```
/// use timbao_tokenizer::Keys;
/// let mut keys = Keys::new();
/// keys.set("HOÁ");
/// assert_eq!((keys.exact(), keys.folded()), ("hoa\u{301}", "hoa"));
/// assert!(keys.is_marked());
/// keys.set("hòa");
/// assert_eq!((keys.exact(), keys.folded()), ("hoa\u{300}", "hoa"));
/// keys.set("Café");
/// assert_eq!((keys.exact(), keys.folded()), ("café", "cafe"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    exact: String,
    /// Stays empty as long as it would be the same as the exact key.
    folded: String,
    marked: bool,
}

impl Keys {
    /// Creates an empty buffer.
    ///
    /// ```
    /// assert_eq!(timbao_tokenizer::Keys::new().exact(), "");
    /// ```
    pub fn new() -> Keys {
        Keys::default()
    }

    /// Computes the keys of `word`, a token's slice of the source.
    ///
    /// Allocates nothing once the buffer has grown to the longest word seen, but for
    /// words outside Vietnamese spelling whose marks need a full normalisation. `word` is
    /// taken as one word whatever it contains; white space and punctuation in it stay.
    ///
    /// ```
    /// let mut keys = timbao_tokenizer::Keys::new();
    /// keys.set("e\u{323}\u{302}"); // ệ, decomposed
    /// assert_eq!(keys.exact(), "ê\u{323}");
    /// ```
    pub fn set(&mut self, word: &str) {
        self.clear();
        self.append(word);
    }

    pub(crate) fn clear(&mut self) {
        self.exact.clear();
        self.folded.clear();
        self.marked = false;
    }

    /// Adds the keys of `word` at the end of the buffer.
    pub(crate) fn append(&mut self, word: &str) {
        let exact = self.exact.len();
        if word.is_ascii() {
            self.exact.push_str(word);
            self.exact[exact..].make_ascii_lowercase();
            if self.marked {
                self.folded.push_str(&self.exact[exact..]);
            }
            return;
        }
        if !self.marked {
            self.folded.push_str(&self.exact);
        }
        let folded = self.folded.len();
        if !self.append_plain(word) {
            self.exact.truncate(exact);
            self.folded.truncate(folded);
            self.append_any(word);
        }
        self.marked |= self.exact[exact..] != self.folded[folded..];
        if !self.marked {
            self.folded.clear();
        }
    }

    /// Adds a sign or digits that are the same in both keys.
    pub(crate) fn append_verbatim(&mut self, sign: &str) {
        self.exact.push_str(sign);
        if self.marked {
            self.folded.push_str(sign);
        }
    }

    /// The exact key: skeleton and tone.
    ///
    /// ```
    /// let mut keys = timbao_tokenizer::Keys::new();
    /// keys.set("Ðảng"); // U+00D0, a look-alike of Đ
    /// assert_eq!(keys.exact(), "đang\u{309}");
    /// ```
    #[inline]
    pub fn exact(&self) -> &str {
        &self.exact
    }

    /// The folded key: no tone, no vowel marks, `d` for `đ`.
    ///
    /// ```
    /// let mut keys = timbao_tokenizer::Keys::new();
    /// keys.set("Đường");
    /// assert_eq!(keys.folded(), "duong");
    /// ```
    #[inline]
    pub fn folded(&self) -> &str {
        if self.marked {
            &self.folded
        } else {
            &self.exact
        }
    }

    /// Returns `true` if the word has a tone, a vowel mark, a `đ` or any other mark: whether its two keys differ.
    ///
    /// ```
    /// let mut keys = timbao_tokenizer::Keys::new();
    /// keys.set("ban");
    /// assert!(!keys.is_marked());
    /// keys.set("bạn");
    /// assert!(keys.is_marked());
    /// ```
    #[inline]
    pub fn is_marked(&self) -> bool {
        self.marked
    }

    /// Handles words of Vietnamese letters and digits with at most one tone; `false` means try [`Keys::append_any`].
    fn append_plain(&mut self, word: &str) -> bool {
        const MAX: usize = 32;
        let mut word_letters = [0 as Letter; MAX];
        let mut len = 0;
        let mut word_tone: Tone = 0;
        let mut tone_at = 0;
        for c in word.chars() {
            if let Some((letter, tone)) = letters::letter_of(c) {
                if len == MAX {
                    return false;
                }
                word_letters[len] = letter;
                len += 1;
                if tone != 0 {
                    if word_tone != 0 {
                        return false;
                    }
                    word_tone = tone;
                    tone_at = len - 1;
                }
            } else if let Some(tone) = letters::tone_of_mark(c) {
                if word_tone != 0 || len == 0 {
                    return false;
                }
                word_tone = tone;
                tone_at = len - 1;
            } else if len > 0 && letters::with_mark(word_letters[len - 1], c).is_some() {
                word_letters[len - 1] =
                    letters::with_mark(word_letters[len - 1], c).unwrap_or_default();
            } else if !letters::is_ignorable(c) {
                return false;
            }
        }
        let word_letters = &word_letters[..len];
        let moves = word_tone != 0 && syllable::has_one_vowel_run(word_letters);
        for (i, &letter) in word_letters.iter().enumerate() {
            let mut c = letters::to_char(letter);
            if word_tone != 0 && tone_at == i && !moves {
                match letters::compose(letter, word_tone) {
                    Some(composed) => c = composed,
                    None => return false,
                }
            }
            self.exact.push(c);
            self.folded.push(letters::folded(letter) as char);
        }
        if moves {
            self.exact.push(letters::TONE_MARKS[word_tone as usize - 1]);
        }
        true
    }

    /// Handles any word, by full decomposition.
    fn append_any(&mut self, word: &str) {
        let mut spelled = String::with_capacity(word.len());
        let mut plain = String::with_capacity(word.len());
        let mut skeleton: Vec<Letter> = Vec::new();
        let mut is_skeleton = true;
        let (mut tones, mut last_tone): (usize, Tone) = (0, 0);

        let decomposed = word.nfd().filter(|&c| !letters::is_ignorable(c));
        let mut chars = decomposed.flat_map(char::to_lowercase).peekable();
        while let Some(base) = chars.next() {
            let base = match letters::letter_of(base) {
                Some((letters::D_STROKE, _)) => 'đ',
                _ => base,
            };
            fold_into(base, &mut plain);
            let Some((mut letter, _)) = letters::letter_of(base) else {
                spelled.push(base);
                is_skeleton = false;
                continue;
            };
            let bare = letter;
            let mut tone: Tone = 0;
            let rest_from = spelled.len();
            while let Some(mark) = chars.next_if(|&c| is_combining_mark(c)) {
                if let Some(found) = letters::tone_of_mark(mark).filter(|_| tone == 0) {
                    tone = found;
                } else if let Some(found) =
                    letters::with_mark(letter, mark).filter(|_| letter == bare)
                {
                    letter = found;
                } else {
                    spelled.push(mark);
                    fold_into(mark, &mut plain);
                    is_skeleton = false;
                }
            }
            // The letter precedes the marks that are not part of it.
            if tone != 0 {
                tones += 1;
                last_tone = tone;
            }
            match letters::compose(letter, tone) {
                Some(composed) => spelled.insert(rest_from, composed),
                None => {
                    if tone != 0 {
                        spelled.insert(rest_from, letters::TONE_MARKS[tone as usize - 1]);
                    }
                    spelled.insert(rest_from, letters::to_char(letter));
                }
            }
            skeleton.push(letter);
        }

        if is_skeleton && tones == 1 && syllable::has_one_vowel_run(&skeleton) {
            self.exact
                .extend(skeleton.iter().map(|&l| letters::to_char(l)));
            self.exact.push(letters::TONE_MARKS[last_tone as usize - 1]);
        } else {
            self.exact.extend(spelled.nfc());
        }
        self.folded.extend(plain.nfc());
    }
}

/// Returns the exact key of one word; see [`Keys`].
///
/// ```
/// use timbao_tokenizer::exact_key;
/// assert_eq!(exact_key("Hoà"), exact_key("hòa"));
/// assert_ne!(exact_key("hoa"), exact_key("hòa"));
/// ```
pub fn exact_key(word: &str) -> String {
    let mut keys = Keys::new();
    keys.set(word);
    keys.exact
}

/// Returns `true` if `text` has a word with an accent: a tone, a vowel mark or a `đ`.
///
/// Typed accents are meant; unaccented syllables may mean any.
///
/// ```
/// use timbao_tokenizer::is_accented;
/// assert!(is_accented("tự do"));
/// assert!(!is_accented("tu do 21-KL/TW"));
/// ```
pub fn is_accented(text: &str) -> bool {
    let mut keys = Keys::new();
    crate::scan(text).any(|token| {
        keys.set(text.get(token.start..token.end).unwrap_or_default());
        keys.is_marked()
    })
}

/// Folds `text`: lower case, without tones, vowel marks and other marks, `d` for `đ`.
///
/// Text between words stays as it is, so a whole sentence can be folded.
///
/// ```
/// use timbao_tokenizer::fold;
/// assert_eq!(fold("Tự diễn biến, tự chuyển hoá!"), "tu dien bien, tu chuyen hoa!");
/// assert_eq!(fold("Ðà Nẵng"), "da nang");
/// ```
pub fn fold(text: &str) -> String {
    let mut keys = Keys::new();
    keys.set(text);
    if keys.marked { keys.folded } else { keys.exact }
}

/// Writes an exact key out again in standard spelling, tone mark in its place, NFC.
///
/// The mark goes where schoolbooks and the press put it (hóa, khỏe, thủy, quý, già, toán,
/// nghiêng), in misspelled syllables as well; a word without the structure of a syllable comes
/// back as it is.
///
/// ```
/// use timbao_tokenizer::{exact_key, write_out};
/// for word in ["quý", "già", "gì", "khỏe", "thủy", "toán", "nghiêng", "café", "đắk"] {
///     assert_eq!(write_out(&exact_key(word)), word);
/// }
/// assert_eq!(write_out(&exact_key("HOÀ")), "hòa");
/// ```
pub fn write_out(exact: &str) -> String {
    let placed = Skeleton::of(exact)
        .filter(|s| s.tone != 0)
        .and_then(|s| Some((s, s.split().or_else(|| s.split_loosely())?)));
    let Some((skeleton, split)) = placed else {
        return exact.nfc().collect();
    };
    let word = skeleton.letters();
    let at = syllable::tone_position(word, split);
    let spell = |(i, &letter): (usize, &Letter)| {
        let tone = if i == at { skeleton.tone } else { 0 };
        letters::compose(letter, tone).unwrap_or(letters::to_char(letter))
    };
    word.iter().enumerate().map(spell).collect()
}

/// Appends the folded form of a decomposed, lower-case character; that of a
/// combining diacritic is empty.
fn fold_into(c: char, out: &mut String) {
    match c {
        '\u{300}'..='\u{36F}' => {}
        'ø' => out.push('o'),
        'ł' => out.push('l'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ŧ' => out.push('t'),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ß' => out.push_str("ss"),
        'þ' => out.push_str("th"),
        '¹' => out.push('1'),
        '²' => out.push('2'),
        '³' => out.push('3'),
        _ => match letters::letter_of(c) {
            Some((letter, _)) => out.push(letters::folded(letter) as char),
            None => out.push(c),
        },
    }
}

/// Returns `true` if a key or word is spelled as a Vietnamese syllable can be.
///
/// Accepts an exact key, a folded key or a word in any spelling and case. An
/// accented word must be correct as it is: a syllable ending in c, ch, p or t
/// has the tone sắc or nặng. An unaccented word is well formed if *some*
/// accented reading of it is: `truong`, for `trường`.
///
/// ```
/// use timbao_tokenizer::is_syllable;
/// assert!(is_syllable("nghiêng"));
/// assert!(is_syllable("truong"));
/// assert!(is_syllable("quý"));
/// assert!(!is_syllable("tuwj"));
/// assert!(!is_syllable("cafe"));
/// assert!(!is_syllable("các2"));
/// assert!(!is_syllable("bàt"));
/// ```
pub fn is_syllable(word: &str) -> bool {
    let mut keys = Keys::new();
    keys.set(word);
    let Some(skeleton) = Skeleton::of(keys.exact()) else {
        return false;
    };
    if skeleton.tone == 0 && !keys.is_marked() {
        return skeleton.split().is_some() || skeleton.has_accented_reading();
    }
    match skeleton.split() {
        Some(split) => !skeleton.ends_in_stop(split) || matches!(skeleton.tone, 0 | 2 | 5),
        None => false,
    }
}
