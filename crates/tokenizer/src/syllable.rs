//! The well-formed Vietnamese syllables, and the position of the tone mark.
//!
//! A syllable is an *onset* (possibly empty), a *rhyme* and a tone. The 28
//! onsets and the rhymes below are those of the standard language and define
//! the well-formed syllables. The tone is separated in every word that has the
//! structure of a syllable: consonants, vowels, consonants. So misspellings
//! (ngiệm) and names from other languages of the country (Đắk, Kạn) are treated
//! like well-formed syllables. A word with several runs of vowels (café,
//! Martínez) is not changed, because its mark shows the stress.

use crate::letters::{self, Letter, Tone};

/// The longest skeleton that is read: three letters more than the longest syllable (nghiêng),
/// as misspellings have.
const MAX: usize = 10;

/// The onsets, `qu` and `gi` being handled where they are split off.
const ONSETS: [&str; 27] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh",
    "nh", "p", "ph", "r", "s", "t", "th", "tr", "v", "x",
];

/// The rhymes of the standard language, by main vowel.
const RHYMES: &[&str] = &[
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", //
    "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", //
    "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây", //
    "e", "ec", "em", "en", "eng", "eo", "ep", "et", //
    "ê", "êch", "êm", "ên", "ênh", "êp", "êt", "êu", //
    "i", "ia", "ich", "im", "in", "inh", "ip", "it", "iu", //
    "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", //
    "o", "oc", "oi", "om", "on", "ong", "op", "ot", "ooc", "oong", //
    "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat", "oay", //
    "oăc", "oăm", "oăn", "oăng", "oăt", "oe", "oem", "oen", "oeo", "oet", //
    "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt", //
    "ơ", "ơi", "ơm", "ơn", "ơp", "ơt", //
    "u", "ua", "uc", "ui", "um", "un", "ung", "up", "ut", //
    "uân", "uâng", "uât", "uây", "uê", "uêch", "uên", "uênh", "uêu", "uơ", //
    "uôc", "uôi", "uôm", "uôn", "uông", "uôt", //
    "uy", "uya", "uych", "uyn", "uynh", "uyp", "uyt", "uyu", "uyên", "uyêt", //
    "ư", "ưa", "ưc", "ưi", "ưn", "ưng", "ưt", "ưu", //
    "ươc", "ươi", "ươm", "ươn", "ương", "ươp", "ươt", "ươu", //
    "y", "yêm", "yên", "yêng", "yêt", "yêu", "ynh", "yt", "ych", "yu",
];

/// The letters of a word and its tone, if it could be a syllable at all.
#[derive(Clone, Copy)]
pub(crate) struct Skeleton {
    letters: [Letter; MAX],
    len: usize,
    pub(crate) tone: Tone,
}

/// How a skeleton divides: the onset is `letters[..onset]`, the rhyme the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Split {
    pub(crate) onset: usize,
}

impl Skeleton {
    /// Reads an exact key: letters of Vietnamese and at most one tone mark, at the end.
    pub(crate) fn of(exact: &str) -> Option<Skeleton> {
        let mut skeleton = Skeleton {
            letters: [0; MAX],
            len: 0,
            tone: 0,
        };
        for c in exact.chars() {
            if let Some(tone) = letters::tone_of_mark(c) {
                if skeleton.tone != 0 || skeleton.len == 0 {
                    return None;
                }
                skeleton.tone = tone;
                continue;
            }
            let (letter, tone) = letters::letter_of(c)?;
            if skeleton.tone != 0 || tone != 0 || skeleton.len == MAX || letter >= letters::DIGIT_0
            {
                return None;
            }
            skeleton.letters[skeleton.len] = letter;
            skeleton.len += 1;
        }
        (skeleton.len > 0).then_some(skeleton)
    }

    pub(crate) fn letters(&self) -> &[Letter] {
        &self.letters[..self.len]
    }

    /// Divides a well-formed skeleton into onset and rhyme.
    pub(crate) fn split(&self) -> Option<Split> {
        split(self.letters())
    }

    /// Divides a skeleton with the structure of a syllable, well formed or not.
    pub(crate) fn split_loosely(&self) -> Option<Split> {
        split_loosely(self.letters())
    }

    pub(crate) fn ends_in_stop(&self, split: Split) -> bool {
        const C: Letter = letters::ascii(b'c');
        const H: Letter = letters::ascii(b'h');
        const P: Letter = letters::ascii(b'p');
        const T: Letter = letters::ascii(b't');
        matches!(
            self.letters()[split.onset..],
            [.., C, H] | [.., C] | [.., P] | [.., T]
        )
    }

    pub(crate) fn has_accented_reading(&self) -> bool {
        let mut plain = [0u8; MAX];
        for (to, &letter) in plain.iter_mut().zip(self.letters()) {
            *to = letters::folded(letter) - b'a';
        }
        split_with(&plain[..self.len], &FOLDED_RHYMES).is_some()
    }
}

/// Returns `true` if `skeleton` (letters without tone) is a well-formed syllable.
#[inline]
pub(crate) fn is_well_formed(skeleton: &[Letter]) -> bool {
    split(skeleton).is_some()
}

/// Returns `true` if `skeleton` has the structure of a syllable: letters with one run of vowels.
#[inline]
pub(crate) fn has_one_vowel_run(skeleton: &[Letter]) -> bool {
    split_loosely(skeleton).is_some()
}

fn split_loosely(skeleton: &[Letter]) -> Option<Split> {
    const G: Letter = letters::ascii(b'g');
    const I: Letter = letters::ascii(b'i');
    const Q: Letter = letters::ascii(b'q');
    const U: Letter = letters::ascii(b'u');

    if skeleton.len() > MAX || skeleton.iter().any(|&letter| letter >= letters::DIGIT_0) {
        return None;
    }
    let is_vowel = |&&letter: &&Letter| letters::is_vowel(letter);
    let head = skeleton
        .iter()
        .take_while(|letter| !is_vowel(letter))
        .count();
    let vowels = skeleton[head..].iter().take_while(is_vowel).count();
    let coda = &skeleton[head + vowels..];
    if vowels == 0 || coda.iter().any(|&letter| letters::is_vowel(letter)) {
        return None;
    }
    // The u of qu and the i of gi belong to the onset, as in well-formed
    // syllables.
    let glides = matches!(skeleton, [Q, U, ..] | [G, I, ..]) && vowels > 1;
    let onset = head + usize::from(glides);
    Some(Split { onset })
}

/// Index of the letter of a skeleton that carries the tone mark.
///
/// The rules in order: the last vowel with a vowel mark; before a coda the last
/// vowel; in an open rhyme the first of two vowels (the style hóa, khỏe, thủy)
/// and the middle of three.
pub(crate) fn tone_position(skeleton: &[Letter], split: Split) -> usize {
    let rhyme = &skeleton[split.onset..];
    if let Some(marked) = rhyme.iter().rposition(|&l| l > letters::ascii(b'z')) {
        return split.onset + marked;
    }
    let vowels = rhyme.iter().take_while(|&&l| letters::is_vowel(l)).count();
    let closed = vowels < rhyme.len();
    split.onset
        + match (vowels, closed) {
            (0 | 1, _) => 0,
            (n, true) => n - 1,
            (2, false) => 0,
            (_, false) => 1,
        }
}

#[inline]
fn split(skeleton: &[Letter]) -> Option<Split> {
    split_with(skeleton, &RHYME_SET)
}

fn split_with(skeleton: &[Letter], rhymes: &Set) -> Option<Split> {
    const E: Letter = letters::ascii(b'e');
    const G: Letter = letters::ascii(b'g');
    const I: Letter = letters::ascii(b'i');
    const K: Letter = letters::ascii(b'k');
    const N: Letter = letters::ascii(b'n');
    const C: Letter = letters::ascii(b'c');
    const H: Letter = letters::ascii(b'h');
    const Q: Letter = letters::ascii(b'q');
    const U: Letter = letters::ascii(b'u');
    const Y: Letter = letters::ascii(b'y');
    const E_HAT: Letter = letters::E_CIRCUMFLEX;

    if skeleton.len() > MAX {
        return None;
    }
    match skeleton {
        // qu + vowel, and with the u counted to the rhyme: quỳnh is q + uynh.
        [Q, U, rhyme @ ..] => {
            let known = rhymes.contains(rhyme) || rhymes.contains(&skeleton[1..]);
            return (known && !rhyme.is_empty() && !matches!(rhyme[0], U | letters::U_HORN))
                .then_some(Split { onset: 2 });
        }
        // gi + vowel (già, giữ, giêng as gi + êng); gì and gìn are g + i.
        [G, I, rhyme @ ..] => {
            if rhyme.first().is_some_and(|&l| letters::is_vowel(l)) {
                let known = rhymes.contains(rhyme) || rhymes.contains(&skeleton[1..]);
                return known.then_some(Split { onset: 2 });
            }
            return rhymes
                .contains(&skeleton[1..])
                .then_some(Split { onset: 1 });
        }
        _ => {}
    }
    let onset = skeleton
        .iter()
        .take_while(|&&l| !letters::is_vowel(l))
        .count();
    let (head, rhyme) = skeleton.split_at(onset);
    let front = matches!(rhyme.first(), Some(&(E | E_HAT | I | Y)));
    let agrees = match head {
        [K] | [G, H] | [N, G, H] => front,
        [C] | [G] | [N, G] => !front,
        _ => true,
    };
    // yê is written without an onset, and iê after one.
    let glide = match rhyme {
        [Y, _, ..] => onset == 0,
        [I, E_HAT, ..] => onset != 0,
        _ => true,
    };
    (agrees && glide && is_onset(head) && rhymes.contains(rhyme)).then_some(Split { onset })
}

fn is_onset(head: &[Letter]) -> bool {
    head.is_empty() || ONSET_SET.contains(head)
}

/// A small hash set of letter sequences of at most four letters, built at compile time.
struct Set {
    slots: [u32; SLOTS],
}

const SLOTS: usize = 1024;

impl Set {
    #[inline]
    fn contains(&self, letters: &[Letter]) -> bool {
        if letters.is_empty() || letters.len() > 4 {
            return false;
        }
        let mut packed = 0u32;
        for &letter in letters {
            packed = packed << 6 | (letter as u32 + 1);
        }
        let mut slot = slot_of(packed);
        loop {
            match self.slots[slot] {
                0 => return false,
                found if found == packed => return true,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }
}

const fn slot_of(packed: u32) -> usize {
    (packed.wrapping_mul(0x9E37_79B1) >> 22) as usize
}

static ONSET_SET: Set = build(&ONSETS, false);
static RHYME_SET: Set = build(RHYMES, false);
static FOLDED_RHYMES: Set = build(RHYMES, true);

const fn build(words: &[&str], fold: bool) -> Set {
    let mut slots = [0u32; SLOTS];
    let mut w = 0;
    while w < words.len() {
        let packed = pack(words[w].as_bytes(), fold);
        if packed != 0 {
            let mut slot = slot_of(packed);
            while slots[slot] != 0 && slots[slot] != packed {
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = packed;
        }
        w += 1;
    }
    Set { slots }
}

/// Packs a word of one- and two-byte letters, six bits a letter.
const fn pack(word: &[u8], fold: bool) -> u32 {
    let mut packed = 0;
    let mut i = 0;
    while i < word.len() {
        let c = if word[i] < 0x80 {
            word[i] as u32
        } else {
            let c = (word[i] as u32 & 0x1F) << 6 | (word[i + 1] as u32 & 0x3F);
            i += 1;
            c
        };
        packed = packed << 6 | (letters::letter_at_compile_time(c, fold) as u32 + 1);
        i += 1;
    }
    packed
}
