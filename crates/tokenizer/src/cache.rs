//! Remembering the keys of words already seen: a thousand syllables make up nine tenths of running text.

use crate::keys::Keys;
use crate::scanner::Token;

/// A memory of fixed size from words to their [`Keys`].
///
/// Each word has one slot, which the next word with the same hash takes over. Words of
/// more than 16 bytes are computed each time. Once warm it allocates nothing; it holds at
/// most about half a megabyte.
///
/// ```
/// use timbao_tokenizer::{KeyCache, scan};
/// let text = "hoà bình, Hòa Bình";
/// let mut cache = KeyCache::new();
/// let folded: Vec<String> = scan(text).map(|t| cache.keys(text, &t).folded().to_owned()).collect();
/// assert_eq!(folded, ["hoa", "binh", "hoa", "binh"]);
/// ```
///
/// A clone starts empty.
#[derive(Debug, Default)]
pub struct KeyCache {
    /// Empty until the first word is asked for.
    slots: Vec<Slot>,
    other: Keys,
}

#[derive(Clone, Debug, Default)]
struct Slot {
    /// The bytes of the word, first byte lowest; 0 while the slot is empty.
    word: u128,
    keys: Keys,
}

const SLOT_BITS: u32 = 12;

/// The longest word that is remembered, in bytes.
const MAX_WORD: usize = size_of::<u128>();

impl KeyCache {
    /// Creates an empty memory.
    ///
    /// ```
    /// let cache = timbao_tokenizer::KeyCache::new();
    /// # let _ = cache;
    /// ```
    pub fn new() -> KeyCache {
        KeyCache::default()
    }

    /// Returns the keys of `token`, a token of `text`.
    ///
    /// A token of another text gives the keys of whatever stands there, or empty keys.
    ///
    /// ```
    /// use timbao_tokenizer::{KeyCache, scan};
    /// let mut cache = KeyCache::new();
    /// let token = scan("Đảng").next().expect("a token");
    /// assert_eq!(cache.keys("Đảng", &token).folded(), "dang");
    /// ```
    #[inline]
    pub fn keys(&mut self, text: &str, token: &Token) -> &Keys {
        let Some(slice) = text.get(token.start..token.end) else {
            self.other.clear();
            return &self.other;
        };
        let Some(word) = packed(text.as_bytes(), token.start, slice.len()) else {
            self.other.set(slice);
            return &self.other;
        };
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); 1 << SLOT_BITS];
        }
        let slot = &mut self.slots[slot_of(word)];
        if slot.word != word {
            slot.word = word;
            slot.keys.set(slice);
        }
        &slot.keys
    }
}

impl Clone for KeyCache {
    fn clone(&self) -> KeyCache {
        KeyCache::new()
    }
}

/// The `len` bytes from `start` as one number.
#[inline]
fn packed(bytes: &[u8], start: usize, len: usize) -> Option<u128> {
    if len == 0 || len > MAX_WORD {
        return None;
    }
    match bytes
        .get(start..start + MAX_WORD)
        .and_then(|window| window.first_chunk::<MAX_WORD>())
    {
        Some(window) => {
            let unused = 8 * (MAX_WORD - len) as u32;
            Some(u128::from_le_bytes(*window) << unused >> unused)
        }
        None => {
            let mut window = [0; MAX_WORD];
            window[..len].copy_from_slice(bytes.get(start..start + len)?);
            Some(u128::from_le_bytes(window))
        }
    }
}

#[inline]
fn slot_of(word: u128) -> usize {
    let low = word as u64;
    let high = (word >> 64) as u64;
    let mixed =
        (low ^ high.wrapping_mul(0xA24B_AED4_963E_E407)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SLOT_BITS)) as usize
}
