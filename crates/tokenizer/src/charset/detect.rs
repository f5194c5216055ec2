//! Detects the character set of a file from the share of its words that decode
//! to Vietnamese syllables.

use super::{Charset, decode};
use crate::keys::is_syllable;
use crate::scanner::{Kind, scan};

/// The result of [`detect`].
///
/// ```
/// use timbao_tokenizer::charset::detect;
/// let detection = detect(b"Vi\xD6t"); // TCVN3, but one word is little to go by
/// assert!(detection.confidence < 0.6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// The most likely character set; UTF-8 when nothing speaks for another.
    pub charset: Charset,
    /// How sure that is, from 0 (a guess) to 1 (certain).
    ///
    /// UTF-8 and byte order marks are certain. For a legacy set the confidence
    /// is `share · n / (n + 3) · (½ + ½ · min(1, 2 · lead))`. Here `share` is
    /// the share of the `n` words with legacy letters that decode to
    /// well-formed syllables, and `lead` its lead over the next best set. Below
    /// about 0.6 let a person decide, or treat the file as undecided.
    pub confidence: f32,
    /// The evidence for the set.
    pub evidence: Evidence,
}

/// The counts that a [`Detection`] is based on.
///
/// ```
/// use timbao_tokenizer::charset::detect;
/// let evidence = detect(b"H\xE9i ngh\xDE b\xB5n vi\xD6c x\xB7").evidence;
/// assert_eq!((evidence.marked_words, evidence.syllables), (5, 5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Words, decoded, that have a letter outside ASCII; 0 for UTF-8.
    pub marked_words: usize,
    /// Words among them that are well-formed Vietnamese syllables.
    pub syllables: usize,
    /// Bytes or characters that mean nothing in the set.
    pub replaced: usize,
    /// The next best set and the share of its marked words that are syllables.
    pub runner_up: Option<(Charset, f32)>,
}

/// Bytes examined, from the start of the file.
const SAMPLE: usize = 64 << 10;

/// Detects the character set of a file from its first 64 KiB.
///
/// Text that is valid UTF-8 is UTF-8; the one exception is ASCII with many
/// words that contain VIQR signs. Question marks, full stops and apostrophes
/// after words occur in ordinary ASCII text and are not evidence.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, detect};
/// assert_eq!(detect("Tự do".as_bytes()).charset, Charset::Utf8);
/// assert_eq!(detect(b"Co gi moi? Toi khong biet.").charset, Charset::Utf8);
/// assert_eq!(detect(b"Co^.ng ho`a xa~ ho^.i chu? nghi~a Vie^.t Nam").charset, Charset::Viqr);
/// ```
pub fn detect(bytes: &[u8]) -> Detection {
    let certain = |charset| Detection {
        charset,
        confidence: 1.0,
        evidence: Evidence::default(),
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return certain(Charset::Utf8),
        [0xFF, 0xFE, ..] => return certain(Charset::Utf16Le),
        [0xFE, 0xFF, ..] => return certain(Charset::Utf16Be),
        _ => {}
    }
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if let Some(detection) = utf16_without_mark(sample) {
        return detection;
    }
    let (valid, invalid) = utf8_sequences(sample, sample.len() < bytes.len());
    if invalid == 0 {
        return if valid == 0 { viqr(sample) } else { None }.unwrap_or(certain(Charset::Utf8));
    }
    // A file of UTF-8 with a few broken bytes: long runs of valid sequences are
    // no accident.
    if valid > 20 * invalid {
        let confidence = valid as f32 / (valid + invalid) as f32;
        let evidence = Evidence {
            replaced: invalid,
            ..Evidence::default()
        };
        return Detection {
            charset: Charset::Utf8,
            confidence,
            evidence,
        };
    }
    legacy(sample)
}

/// Judges the eight-bit sets against each other.
fn legacy(sample: &[u8]) -> Detection {
    const SETS: [Charset; 4] = [
        Charset::Tcvn3,
        Charset::VniWindows,
        Charset::Viscii,
        Charset::Windows1258,
    ];
    let mut judged = SETS.map(|charset| {
        let evidence = count(sample, charset);
        (charset, evidence, share(&evidence))
    });
    judged.sort_by(|a, b| b.2.total_cmp(&a.2));
    let [(charset, mut evidence, best), (second, _, next), ..] = judged;
    evidence.runner_up = Some((second, next));
    let n = evidence.marked_words as f32;
    let lead = (best - next).clamp(0.0, 0.5);
    let confidence = best * n / (n + 3.0) * (0.5 + lead);
    Detection {
        charset,
        confidence,
        evidence,
    }
}

/// The share of marked words that are syllables; a byte without meaning counts as a wrong word.
fn share(evidence: &Evidence) -> f32 {
    let words = evidence.marked_words + evidence.replaced;
    if words == 0 {
        0.0
    } else {
        evidence.syllables as f32 / words as f32
    }
}

fn count(sample: &[u8], charset: Charset) -> Evidence {
    let (text, replaced) = decode(sample, charset);
    let mut evidence = Evidence {
        replaced,
        ..Evidence::default()
    };
    // The first and last word may be cut, and control characters are letters in VISCII only.
    for token in scan(&text) {
        let Some(word) = text.get(token.start..token.end) else {
            continue;
        };
        if word.is_ascii() || token.kind == Kind::Number {
            continue;
        }
        evidence.marked_words += 1;
        let capital_inside =
            word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
        evidence.syllables += usize::from(!capital_inside && is_syllable(word));
    }
    evidence
}

/// Counts the valid multi-byte sequences and the invalid ones; a sequence cut by the end of the sample is neither.
fn utf8_sequences(sample: &[u8], cut: bool) -> (usize, usize) {
    let (mut valid, mut invalid) = (0, 0);
    let mut chunks = sample.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        let cut_off = cut && chunks.peek().is_none() && chunk.invalid().len() < 4;
        invalid += usize::from(!chunk.invalid().is_empty() && !cut_off);
    }
    (valid, invalid)
}

/// UTF-16 has a zero in every second byte of its ASCII.
fn utf16_without_mark(sample: &[u8]) -> Option<Detection> {
    let (pairs, _) = sample.as_chunks::<2>();
    let low_first = pairs
        .iter()
        .filter(|pair| pair[1] == 0 && pair[0] != 0)
        .count();
    let high_first = pairs
        .iter()
        .filter(|pair| pair[0] == 0 && pair[1] != 0)
        .count();
    let (charset, zeros, others) = if low_first > high_first {
        (Charset::Utf16Le, low_first, high_first)
    } else {
        (Charset::Utf16Be, high_first, low_first)
    };
    let share = zeros as f32 / pairs.len().max(1) as f32;
    let convincing = pairs.len() >= 4 && share > 0.4 && others * 10 < zeros;
    convincing.then(|| {
        let (_, replaced) = decode(sample, charset);
        let evidence = Evidence {
            replaced,
            ..Evidence::default()
        };
        Detection {
            charset,
            confidence: if replaced == 0 { 0.95 } else { 0.7 },
            evidence,
        }
    })
}

/// The words of VIQR that must speak for it.
const MIN_VIQR_WORDS: usize = 4;

/// Detects VIQR in ASCII: words with signs *inside* them that become
/// well-formed syllables.
fn viqr(sample: &[u8]) -> Option<Detection> {
    let (mut strong, mut good, mut marked, mut words) = (0, 0, 0, 0);
    for word in sample.split(u8::is_ascii_whitespace) {
        let word = word.trim_ascii();
        let word = trim_end_signs(word);
        if !word.iter().any(u8::is_ascii_alphabetic) {
            continue;
        }
        words += 1;
        let (decoded, _) = decode(word, Charset::Viqr);
        if decoded.is_ascii() {
            continue;
        }
        let syllable = is_syllable(&decoded);
        marked += 1;
        good += usize::from(syllable);
        // A tone sign at the end of the word may be punctuation; vowel marks and đ may not.
        let inside = word
            .split_last()
            .is_some_and(|(_, head)| !decode(head, Charset::Viqr).0.is_ascii());
        strong += usize::from(syllable && inside);
    }
    let confident = strong >= MIN_VIQR_WORDS && good * 10 >= marked * 8 && strong * 4 >= words;
    let confidence = good as f32 / marked.max(1) as f32 * strong as f32 / (strong as f32 + 1.0);
    let evidence = Evidence {
        marked_words: marked,
        syllables: good,
        replaced: 0,
        runner_up: None,
    };
    confident.then_some(Detection {
        charset: Charset::Viqr,
        confidence,
        evidence,
    })
}

/// Drops characters after a word in running text that are not signs of VIQR.
fn trim_end_signs(word: &[u8]) -> &[u8] {
    let end = word
        .iter()
        .rposition(|b| !matches!(b, b',' | b';' | b':' | b'!' | b')' | b'"'));
    let start = word.iter().position(|b| !matches!(b, b'"' | b'(' | b'\''));
    match (start, end) {
        (Some(start), Some(end)) => word.get(start..=end).unwrap_or_default(),
        _ => &[],
    }
}
