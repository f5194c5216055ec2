//! Remembering the keys of words already seen: a thousand syllables make up nine tenths of running text.

use ecow::EcoString;

use crate::keys::Keys;
use crate::scanner::Token;
use crate::window;

/// A memory of fixed size from words to their keys.
///
/// Each word has one slot, which the next word with the same hash takes over.
/// Words of more than 16 bytes are computed each time. The cache takes at most
/// about a quarter of a megabyte, keys of up to 15 bytes included.
///
/// ```
/// use timbao_tokenizer::{KeyCache, scan};
/// let text = "hoà bình, Hòa Bình";
/// let mut cache = KeyCache::new();
/// let folded: Vec<String> = scan(text).map(|t| cache.keys(text, &t).folded().to_string()).collect();
/// assert_eq!(folded, ["hoa", "binh", "hoa", "binh"]);
/// ```
///
/// A clone starts empty.
#[derive(Debug, Default)]
pub struct KeyCache {
    /// Empty until the first use.
    slots: Vec<Slot>,
    other: WordKeys,
    buffer: Keys,
}

/// The keys of one word, as [`Keys`] computes them, cheap to clone.
///
/// ```
/// use timbao_tokenizer::{KeyCache, scan};
/// let mut cache = KeyCache::new();
/// let token = scan("Hoà").next().expect("a token");
/// let keys = cache.keys("Hoà", &token);
/// assert_eq!((keys.exact().as_str(), keys.folded().as_str()), ("hoa\u{300}", "hoa"));
/// assert!(keys.is_marked());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordKeys {
    exact: EcoString,
    folded: EcoString,
    marked: bool,
}

impl WordKeys {
    /// The exact key: skeleton and tone.
    #[inline]
    pub fn exact(&self) -> &EcoString {
        &self.exact
    }

    /// The folded key: no tone, no vowel marks, `d` for `đ`.
    #[inline]
    pub fn folded(&self) -> &EcoString {
        &self.folded
    }

    /// Says whether the two keys differ.
    #[inline]
    pub fn is_marked(&self) -> bool {
        self.marked
    }
}

impl From<&Keys> for WordKeys {
    fn from(keys: &Keys) -> WordKeys {
        WordKeys {
            exact: keys.exact().into(),
            folded: keys.folded().into(),
            marked: keys.is_marked(),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Slot {
    /// The bytes of the word, first byte lowest; 0 while the slot is empty.
    word: u128,
    keys: WordKeys,
}

const SLOT_BITS: u32 = 12;

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
    /// A token of another text yields the keys of other words, or empty keys.
    ///
    /// ```
    /// use timbao_tokenizer::{KeyCache, scan};
    /// let mut cache = KeyCache::new();
    /// let token = scan("Đảng").next().expect("a token");
    /// assert_eq!(cache.keys("Đảng", &token).folded(), "dang");
    /// ```
    #[inline]
    pub fn keys(&mut self, text: &str, token: &Token) -> &WordKeys {
        let word = text.get(token.start..token.end).unwrap_or_default();
        let Some(packed) = packed(text.as_bytes(), token.start, word.len()) else {
            self.buffer.set(word);
            self.other = WordKeys::from(&self.buffer);
            return &self.other;
        };
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); 1 << SLOT_BITS];
        }
        let slot = &mut self.slots[slot_of(packed)];
        if slot.word != packed {
            self.buffer.set(word);
            slot.word = packed;
            slot.keys = WordKeys::from(&self.buffer);
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
    if len == 0 || len > window::WIDTH {
        return None;
    }
    let unused = 8 * (window::WIDTH - len) as u32;
    Some(window::load(bytes, start) << unused >> unused)
}

#[inline]
fn slot_of(word: u128) -> usize {
    let low = word as u64;
    let high = (word >> 64) as u64;
    let mixed =
        (low ^ high.wrapping_mul(0xA24B_AED4_963E_E407)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SLOT_BITS)) as usize
}
