//! The keys of the articles being indexed.
//!
//! Text is analysed once for each spelling: a memo leads from a word's bytes
//! to the id of its exact key, so that running text costs one look-up a token.

use rustc_hash::FxHashMap;
use timbao_tokenizer::{Keys, write_out};

use super::residue::CaseForm;

/// Words up to this many bytes are memoised in place.
const SHORT: usize = 15;
/// Number of short words met last, as a power of two. A table of them stays in the processor's
/// cache, where that of all words does not.
const RECENT_BITS: u32 = 12;

/// Ids of keys in the order of their first use, and how they are spelled.
pub(crate) struct Vocabulary {
    /// By a hash: the word met last, or 0.
    recent: Box<[(u128, (u32, CaseForm))]>,
    short: FxHashMap<u128, (u32, CaseForm)>,
    long: FxHashMap<Box<str>, (u32, CaseForm)>,
    ids: FxHashMap<Box<str>, u32>,
    /// By id: exact key, folded key, surface.
    pub(crate) entries: Vec<Entry>,
    /// By id: number of tokens. Apart from the entries, so that those of frequent keys share cache
    /// lines.
    tokens: Vec<u32>,
    keys: Keys,
    bytes: usize,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            recent: vec![(0, (0, CaseForm::Plain)); 1 << RECENT_BITS].into(),
            short: FxHashMap::default(),
            long: FxHashMap::default(),
            ids: FxHashMap::default(),
            entries: Vec::new(),
            tokens: Vec::new(),
            keys: Keys::default(),
            bytes: 0,
        }
    }
}

/// One exact key.
pub(crate) struct Entry {
    pub(crate) exact: Box<str>,
    pub(crate) folded: Box<str>,
    /// Its standard spelling in lower case, which follows from the exact key, so that it depends
    /// neither on the order of articles nor on how they are encoded.
    pub(crate) surface: Box<str>,
}

impl Entry {
    fn new(exact: &str, folded: &str) -> Self {
        Self {
            exact: exact.into(),
            folded: folded.into(),
            surface: write_out(exact).into(),
        }
    }
}

impl Vocabulary {
    /// The id of the word `text[start..end]` and the form it is written in.
    #[inline]
    pub(crate) fn id(&mut self, text: &str, start: usize, end: usize) -> (u32, CaseForm) {
        let found = match packed(text.as_bytes(), start, end) {
            Some(key) => {
                let slot = recent_slot(key);
                match self.recent.get(slot) {
                    Some(&(known, found)) if known == key => found,
                    _ => self.short(key, slot, &text[start..end]),
                }
            }
            None => {
                let word = &text[start..end];
                match self.long.get(word) {
                    Some(&found) => found,
                    None => {
                        let found = self.analyse(word);
                        self.bytes += word.len();
                        self.long.insert(word.into(), found);
                        found
                    }
                }
            }
        };
        self.tokens[found.0 as usize] += 1;
        found
    }

    /// A short word that was not met last.
    #[inline(never)]
    fn short(&mut self, key: u128, slot: usize, word: &str) -> (u32, CaseForm) {
        let found = match self.short.get(&key) {
            Some(&found) => found,
            None => {
                let found = self.analyse(word);
                self.short.insert(key, found);
                found
            }
        };
        if let Some(recent) = self.recent.get_mut(slot) {
            *recent = (key, found);
        }
        found
    }

    #[cold]
    fn analyse(&mut self, word: &str) -> (u32, CaseForm) {
        self.keys.set(word);
        let exact = self.keys.exact();
        if let Some(&id) = self.ids.get(exact) {
            return (id, CaseForm::of(word, &self.entries[id as usize].surface));
        }
        let entry = Entry::new(exact, self.keys.folded());
        let form = CaseForm::of(word, &entry.surface);
        (self.insert(entry), form)
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        let id = self.entries.len() as u32;
        self.bytes += 2 * entry.exact.len() + entry.folded.len() + entry.surface.len();
        self.ids.insert(entry.exact.clone(), id);
        self.entries.push(entry);
        self.tokens.push(0);
        id
    }

    /// The id of a key that another vocabulary has; its tokens are counted by
    /// [`count`](Self::count).
    pub(crate) fn adopt(&mut self, exact: &str, folded: &str) -> u32 {
        match self.ids.get(exact) {
            Some(&id) => id,
            None => self.insert(Entry::new(exact, folded)),
        }
    }

    /// Counts tokens of a key.
    pub(crate) fn count(&mut self, id: u32, tokens: u32) {
        self.tokens[id as usize] += tokens;
    }

    /// Number of tokens of each key, by id.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn memory(&self) -> usize {
        self.bytes
            + size_of_val(&*self.recent)
            + self.short.capacity() * 26
            + self.long.capacity() * 26
            + self.ids.capacity() * 22
            + self.entries.capacity() * (size_of::<Entry>() + size_of::<u32>())
    }
}

/// Where a short word is among those met last.
#[inline]
fn recent_slot(key: u128) -> usize {
    // A prime near 2^64 divided by the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c55;
    let folded = key as u64 ^ ((key >> 64) as u64).rotate_left(25);
    (folded.wrapping_mul(FACTOR) >> (u64::BITS - RECENT_BITS)) as usize
}

/// The bytes of a short word and their number in one integer.
#[inline]
fn packed(text: &[u8], start: usize, end: usize) -> Option<u128> {
    let len = end - start;
    if len > SHORT {
        return None;
    }
    let word = match text.get(start..start + 16) {
        Some(window) => {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(window);
            u128::from_le_bytes(bytes) & ((1 << (8 * len)) - 1)
        }
        None => {
            let mut bytes = [0; 16];
            bytes[..len].copy_from_slice(&text[start..end]);
            u128::from_le_bytes(bytes)
        }
    };
    Some(word | (len as u128) << 120)
}
