//! Queries typed while the input method was off: raw Telex (`tuwj dieenx bieens`) and VNI (`tu75 die6n4 bie6n1`).
//!
//! Both methods write a syllable in ASCII and let later keys change earlier letters:
//!
//! | | â ê ô | ă | ơ ư | đ | sắc huyền hỏi ngã nặng | none |
//! |---|---|---|---|---|---|---|
//! | Telex | aa ee oo | aw | ow uw, w alone | dd | s f r x j | z |
//! | VNI | a6 e6 o6 | a8 | o7 u7 | d9 | 1 2 3 4 5 | 0 |
//!
//! The key of a vowel mark or tone may come at once or at the end of the syllable. A reading is
//! offered, never put in the place of the query.

use crate::keys::is_syllable;
use crate::keys::{exact_key, write_out};
use crate::letters::{self, Letter, Tone};
use crate::scanner::{Kind, scan};
use crate::syllable::is_well_formed;

/// A way of typing Vietnamese on a keyboard without its letters.
///
/// ```
/// use timbao_tokenizer::input_method::{Method, guess};
/// assert_eq!(guess("d9ang3").map(|reading| reading.method), Some(Method::Vni));
/// assert_eq!(guess("ddangr").map(|reading| reading.method), Some(Method::Telex));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Letters for vowel marks and tones.
    Telex,
    /// Digits for vowel marks and tones.
    Vni,
}

/// The meaning of a query typed with an input method that was off.
///
/// ```
/// let reading = timbao_tokenizer::input_method::guess("\"tuwj do\" 2021").expect("Telex");
/// assert_eq!(reading.text, "\"tự do\" 2021");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The method.
    pub method: Method,
    /// The query in Vietnamese letters, everything between the words kept.
    pub text: String,
}

/// Reads `query` as raw Telex or VNI, if that is convincing.
///
/// Every word must become a well-formed syllable, and at least one must not be
/// one already. The keys used must not occur in English or plain unaccented
/// Vietnamese: `toan quoc`, `this is good` and `COVID-19` have no reading.
///
/// ```
/// use timbao_tokenizer::input_method::{Method, guess};
/// let reading = guess("Tuwj dieenx bieens").expect("Telex");
/// assert_eq!((reading.method, reading.text.as_str()), (Method::Telex, "Tự diễn biến"));
/// let reading = guess("tu75 die6n4 bie6n1").expect("VNI");
/// assert_eq!((reading.method, reading.text.as_str()), (Method::Vni, "tự diễn biến"));
/// assert_eq!(guess("toan quoc"), None);
/// ```
pub fn guess(query: &str) -> Option<Reading> {
    let read = |method| {
        Some(Reading {
            method,
            text: read_as(query, method)?,
        })
    };
    read(Method::Vni).or_else(|| read(Method::Telex))
}

/// The weight of evidence that a query needs, and that one word of it needs; see [`Typed::weight`].
const ENOUGH: u32 = 3;
const ENOUGH_IN_ONE: u32 = 2;

fn read_as(query: &str, method: Method) -> Option<String> {
    let mut text = String::with_capacity(query.len() + 8);
    let (mut total, mut most) = (0, 0);
    let mut from = 0;
    for token in scan(query) {
        let word = query.get(token.start..token.end)?;
        text.push_str(query.get(from..token.start)?);
        from = token.end;
        if token.kind == Kind::Number {
            text.push_str(word);
            continue;
        }
        let typed = Typed::new(word, method);
        match typed {
            Some(typed) if typed.changed => {
                if !is_syllable(word) {
                    let weight = typed.weight(word);
                    total += weight;
                    most = most.max(weight);
                }
                text.push_str(&with_case_of(word, &typed.word()));
            }
            _ if is_syllable(word) => text.push_str(word),
            _ => return None,
        }
    }
    text.push_str(query.get(from..)?);
    (total >= ENOUGH && most >= ENOUGH_IN_ONE).then_some(text)
}

/// A word as the keys of an input method make it.
struct Typed {
    method: Method,
    letters: Vec<Letter>,
    tone: Tone,
    changed: bool,
    /// Whether a vowel mark or đ was typed, and whether the keys for it were uncommon ones.
    has_mark: bool,
    rare_keys: bool,
    /// Whether a Telex vowel mark was typed apart from its letter, as happens
    /// in English words (these).
    far_shape: bool,
    previous_key: Option<char>,
    tone_key: Option<char>,
    /// Whether a coda preceded the key of the tone.
    tone_after_coda: bool,
}

impl Typed {
    /// Plays the keys of `word`; `None` if they do not make a well-formed syllable.
    fn new(word: &str, method: Method) -> Option<Typed> {
        // The longest syllable in keys: nghieengs, with each mark on its own.
        if !word.is_ascii() || word.len() > 10 {
            return None;
        }
        let mut typed = Typed {
            method,
            letters: Vec::new(),
            tone: 0,
            changed: false,
            has_mark: false,
            rare_keys: false,
            far_shape: false,
            previous_key: None,
            tone_key: None,
            tone_after_coda: false,
        };
        for key in word.chars().map(|c| c.to_ascii_lowercase()) {
            match method {
                Method::Telex => typed.press_telex(key)?,
                Method::Vni => typed.press_vni(key)?,
            }
            typed.previous_key = Some(key);
        }
        typed.spread_horn();
        let exact = typed.exact();
        let stop = matches!(
            typed.letters.last().map(|&l| letters::to_char(l)),
            Some('c' | 'p' | 't')
        ) || exact.trim_end_matches(letters::TONE_MARKS).ends_with("ch");
        let toned_stop = !stop || matches!(typed.tone, 2 | 5);
        // An unaccented word is typed by its letters alone, and is only checked
        // as typed.
        (!typed.changed || is_well_formed(&typed.letters) && toned_stop).then_some(typed)
    }

    fn press_telex(&mut self, key: char) -> Option<()> {
        let tone = match key {
            'f' => Some(1),
            's' => Some(2),
            'r' => Some(3),
            'x' => Some(4),
            'j' => Some(5),
            'z' => Some(0),
            _ => None,
        };
        match (key, tone) {
            (_, Some(tone)) if self.has_vowel() => self.set_tone(key, tone),
            // A word that begins with w is English sooner than ư.
            ('w', _) if !self.letters.is_empty() => {
                let bare = self.letters.last().is_none_or(|&l| !letters::is_vowel(l));
                if !self.apply_horn_or_breve() {
                    self.letters.push(letters::U_HORN);
                    self.rare_keys |= bare;
                }
                self.mark_shaped();
                Some(())
            }
            ('d', _) if self.letters.first() == Some(&letters::ascii(b'd')) => {
                let adjacent = self.letters.len() == 1;
                self.rare_keys |= adjacent;
                self.far_shape |= !adjacent;
                self.set_letter(0, letters::D_STROKE)
            }
            ('a' | 'e' | 'o', _) => match self.last_vowel() {
                Some(at) if letters::to_char(self.letters[at]) == key => {
                    let hat = letters::with_mark(self.letters[at], letters::CIRCUMFLEX)?;
                    let adjacent = self.previous_key == Some(key);
                    self.rare_keys |= adjacent && key == 'a';
                    self.far_shape |= !adjacent;
                    self.set_letter(at, hat)
                }
                _ => self.push(key),
            },
            _ => self.push(key),
        }
    }

    fn press_vni(&mut self, key: char) -> Option<()> {
        let marked = |letter, mark| letters::with_mark(letter, mark);
        match key {
            '0' => self.set_tone(key, 0),
            '1' => self.set_tone(key, 2),
            '2' => self.set_tone(key, 1),
            '3' => self.set_tone(key, 3),
            '4' => self.set_tone(key, 4),
            '5' => self.set_tone(key, 5),
            '6' | '8' => {
                let mark = if key == '6' {
                    letters::CIRCUMFLEX
                } else {
                    letters::BREVE
                };
                let at = self
                    .letters
                    .iter()
                    .rposition(|&l| marked(l, mark).is_some())?;
                self.set_letter(at, marked(self.letters[at], mark)?)
            }
            '7' => {
                let horned = self.apply_horn();
                self.mark_shaped();
                horned.then_some(())
            }
            '9' => {
                (self.letters.first() == Some(&letters::ascii(b'd'))).then_some(())?;
                self.rare_keys = true;
                self.set_letter(0, letters::D_STROKE)
            }
            _ => self.push(key),
        }
    }

    /// Telex w: ươ for uo, else ă, ơ or ư for the last of a, o and u.
    fn apply_horn_or_breve(&mut self) -> bool {
        let breve = |l: Letter| letters::with_mark(l, letters::BREVE);
        if let Some(at) = self.letters.iter().rposition(|&l| letters::is_vowel(l))
            && let Some(letter) = breve(self.letters[at])
            && !self
                .letters
                .ends_with(&[letters::ascii(b'u'), letters::ascii(b'a')])
        {
            self.letters[at] = letter;
            return true;
        }
        self.rare_keys |= self.letters.last() == Some(&letters::ascii(b'u'));
        self.apply_horn()
    }

    /// Puts a horn on the last o or u, or on the first of two u (ưu).
    fn apply_horn(&mut self) -> bool {
        let horn = |l: Letter| letters::with_mark(l, letters::HORN);
        let Some(mut at) = self.letters.iter().rposition(|&l| horn(l).is_some()) else {
            return false;
        };
        let u = letters::ascii(b'u');
        if at > 0 && self.letters[at - 1..=at] == [u, u] {
            at -= 1;
        }
        horn(self.letters[at])
            .map(|letter| self.letters[at] = letter)
            .is_some()
    }

    /// Makes ươ of uơ, which only an open syllable has (thuở, quơ): one w is typed for both.
    fn spread_horn(&mut self) {
        let open = [letters::ascii(b'u'), letters::O_HORN];
        let at = self.letters.windows(2).position(|pair| pair == open);
        if let Some(at) = at.filter(|&at| at + 2 < self.letters.len() && !self.starts_with_q()) {
            self.letters[at] = letters::U_HORN;
            self.rare_keys = true;
        }
    }

    fn starts_with_q(&self) -> bool {
        self.letters.first() == Some(&letters::ascii(b'q'))
    }

    fn push(&mut self, key: char) -> Option<()> {
        let (letter, _) = letters::letter_of(key)?;
        (letter < letters::DIGIT_0).then_some(())?;
        self.letters.push(letter);
        Some(())
    }

    fn set_letter(&mut self, at: usize, letter: Letter) -> Option<()> {
        *self.letters.get_mut(at)? = letter;
        self.mark_shaped();
        Some(())
    }

    fn mark_shaped(&mut self) {
        self.has_mark = true;
        self.changed = true;
    }

    fn set_tone(&mut self, key: char, tone: Tone) -> Option<()> {
        if self.tone_key.is_some() || !self.has_vowel() {
            return None;
        }
        self.tone = tone;
        self.tone_key = Some(key);
        self.tone_after_coda = self.letters.last().is_some_and(|&l| !letters::is_vowel(l));
        self.changed = true;
        Some(())
    }

    fn has_vowel(&self) -> bool {
        // The u of qu and the i of gi are vowels here too: no key of a tone comes before them.
        self.letters.iter().any(|&l| letters::is_vowel(l))
    }

    fn last_vowel(&self) -> Option<usize> {
        self.letters.iter().rposition(|&l| letters::is_vowel(l))
    }

    fn exact(&self) -> String {
        let mut exact: String = self.letters.iter().map(|&l| letters::to_char(l)).collect();
        exact.extend(
            usize::from(self.tone)
                .checked_sub(1)
                .and_then(|t| letters::TONE_MARKS.get(t)),
        );
        exact
    }

    fn word(&self) -> String {
        write_out(&exact_key(&self.exact()))
    }

    /// How unlikely the keys are in a word that is not of this method, from 0 to 3.
    fn weight(&self, word: &str) -> u32 {
        if self.method == Method::Telex && ENGLISH.contains(&word.to_ascii_lowercase().as_str()) {
            return 0;
        }
        let lower = word.to_ascii_lowercase();
        let own_onset = ["ng", "nh", "kh"]
            .iter()
            .any(|onset| lower.starts_with(onset));
        let weight = match (self.method, self.tone_key) {
            (Method::Vni, Some(_)) if self.has_mark => 3,
            (Method::Vni, _) if self.rare_keys => 3,
            (Method::Vni, _) if self.has_mark => 2,
            (Method::Vni, _) => 1 + u32::from(word.len() > 3),
            _ if self.rare_keys && word.len() > 2 => 3,
            (_, Some('j')) if self.tone_after_coda || self.has_mark => 3,
            (_, Some('s' | 'r')) if self.far_shape => 1,
            (_, Some(_)) if self.far_shape => 2,
            (_, Some(_)) if self.has_mark && word.len() > 3 => 3,
            (_, Some('f' | 'x')) if self.tone_after_coda => 2,
            (_, Some('f' | 'j')) if word.len() > 2 => 2,
            _ => 1,
        };
        (weight + u32::from(own_onset)).min(3)
    }
}

/// Returns `word` in the case of `typed`.
fn with_case_of(typed: &str, word: &str) -> String {
    let letters = || typed.chars().filter(char::is_ascii_alphabetic);
    if letters().count() > 1 && letters().all(|c| c.is_ascii_uppercase()) {
        return word.to_uppercase();
    }
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if typed.starts_with(|c: char| c.is_ascii_uppercase()) => {
            first.to_uppercase().chain(chars).collect()
        }
        _ => word.to_owned(),
    }
}

/// English words that Telex would make convincing syllables of.
const ENGLISH: [&str; 66] = [
    "beef", "beer", "bees", "boom", "boor", "boos", "boost", "boots", "chef", "deems", "deer",
    "does", "doom", "door", "goof", "goose", "heel", "hoax", "hoof", "hoops", "keeps", "leer",
    "lees", "loom", "loops", "loos", "meets", "moons", "moor", "moos", "noon", "noons", "oof",
    "oops", "owns", "peer", "peers", "poof", "poor", "reef", "reeks", "roof", "room", "roost",
    "roots", "rows", "sees", "seems", "seen", "seer", "shows", "soon", "tees", "teen", "teens",
    "toos", "toots", "toons", "towns", "trees", "troops", "vows", "wows", "sows", "lows", "mows",
];
