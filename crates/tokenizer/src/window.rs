//! Sixteen bytes of text classified at once, so that finding the end of a word costs no branch a byte.
//!
//! The loop below compiles to vector instructions. It needs no `unsafe` and
//! returns the same result without them.

/// Properties of the next bytes of a text.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// The number of bytes, of at most sixteen, that surely belong to the word.
    pub(crate) len: usize,
    /// Whether one of them is an ASCII digit.
    pub(crate) any_digit: bool,
    /// Whether all of them are ASCII digits.
    pub(crate) all_digits: bool,
}

/// The number of bytes a run can have.
pub(crate) const WIDTH: usize = 16;

/// Measures the run of word bytes from `at`.
///
/// A word byte is an ASCII letter or digit, a byte of a letter of Latin-1, Latin
/// Extended-A and -B or Latin Extended Additional, or any continuation byte. A run of
/// sixteen may end inside a character; a shorter one ends between two.
#[inline]
pub(crate) fn measure(bytes: &[u8], at: usize) -> Run {
    let window: Option<&[u8; WIDTH + 1]> = bytes.get(at..).and_then(|rest| rest.first_chunk());
    match window {
        Some([window @ .., _]) => {
            let next = bytes.get(at + 1..).and_then(|rest| rest.first_chunk());
            measure_window(window, next.unwrap_or(&[0; WIDTH]))
        }
        None => {
            let window = last_bytes(bytes, at);
            measure_window(&window.to_le_bytes(), &(window >> 8).to_le_bytes())
        }
    }
}

/// Sixteen bytes from `at`, the first byte lowest; zeros past the end of the
/// text.
#[inline]
pub(crate) fn load(bytes: &[u8], at: usize) -> u128 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(window) => u128::from_le_bytes(*window),
        None => last_bytes(bytes, at),
    }
}

/// The bytes from `at`, at most sixteen before the end of the text, the first byte lowest.
#[inline]
fn last_bytes(bytes: &[u8], at: usize) -> u128 {
    const HALF: usize = WIDTH / 2;
    let (whole, before) = if let Some(last) = bytes.last_chunk::<WIDTH>() {
        (u128::from_le_bytes(*last), at + WIDTH - bytes.len())
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // The two overlap, and agree where they do.
        let low = u128::from(u64::from_le_bytes(*first));
        let high = u128::from(u64::from_le_bytes(*last));
        (low | high << (8 * (bytes.len() - HALF)), at)
    } else {
        let append = |whole, &byte| whole << 8 | u128::from(byte);
        (bytes.iter().rev().fold(0, append), at)
    };
    whole.checked_shr(8 * before as u32).unwrap_or(0)
}

/// Measures the run at the start of sixteen bytes; `next` are the bytes after
/// each.
#[inline]
fn measure_window(window: &[u8; WIDTH], next: &[u8; WIDTH]) -> Run {
    let mut stops = [0u8; WIDTH];
    let mut digits = [0u8; WIDTH];
    for i in 0..WIDTH {
        let (byte, next) = (window[i], next[i]);
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        let continuation = byte & 0xC0 == 0x80;
        // U+00C0 to U+023F, but × (C3 97) and ÷ (C3 B7).
        let latin = (byte.wrapping_sub(0xC3) < 6) & !((byte == 0xC3) & (next | 0x20 == 0xB7));
        // U+1E00 to U+1EFF, where the Vietnamese vowels with tones are.
        let vietnamese = (byte == 0xE1) & (next & 0xFC == 0xB8);
        let word = letter | digit | continuation | latin | vietnamese;
        stops[i] = if word { 0 } else { 0xFF };
        digits[i] = if digit { 0xFF } else { 0 };
    }
    let len = (u128::from_le_bytes(stops).trailing_zeros() / 8) as usize;
    let digits = u128::from_le_bytes(digits);
    let inside = if len == WIDTH {
        u128::MAX
    } else {
        (1 << (8 * len)) - 1
    };
    Run {
        len,
        any_digit: digits & inside != 0,
        all_digits: digits & inside == inside,
    }
}
