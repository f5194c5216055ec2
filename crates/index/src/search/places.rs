//! The places of a query's slots in one article.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::text::TextSegment;
use crate::text::tokens::FIRST_KEY;

use super::slots::SlotIds;

/// A token's position in its article, with the number of its paragraph in the upper half.
///
/// Two places differ by less than [`Place`]'s lower half only within one paragraph, so that no
/// distance of the query language reaches into the next paragraph.
pub(crate) type Place = u64;

/// The token's position in its article.
#[inline]
pub(crate) fn position(place: Place) -> usize {
    place as u32 as usize
}

/// The number of a distinct slot of a query.
pub(crate) type SlotNumber = u16;

/// A slot with more keys than this uses a bit set.
const WIDE: usize = 1_024;

/// The distinct slots of a query, by the tokens that fill them.
///
/// Equal slots share a number, so that a word repeated in a query is searched
/// for once.
#[derive(Default)]
pub(crate) struct SlotTable {
    numbers: FxHashMap<SlotIds, SlotNumber>,
    /// The tokens of all slots. Most tokens of an article are in none, and a bit is found faster
    /// than a hash.
    known: TokenBits,
    narrow: FxHashMap<u32, SmallVec<[SlotNumber; 4]>>,
    wide: Vec<(SlotNumber, TokenBits)>,
}

impl SlotTable {
    /// Adds a slot, unless an equal one is known, and returns its number.
    pub(crate) fn add(&mut self, slot: &SlotIds, segment: &TextSegment) -> SlotNumber {
        if let Some(&number) = self.numbers.get(slot) {
            return number;
        }
        // A query has at most `MAX_WORDS` words of its own and their expansions.
        let number = SlotNumber::try_from(self.numbers.len()).unwrap_or(SlotNumber::MAX);
        self.numbers.insert(slot.clone(), number);
        let ids = slot.exact_ids(segment).into_iter();
        let tokens: Vec<u32> = ids.map(|id| id + FIRST_KEY).collect();
        let end = segment.exact_keys() + FIRST_KEY;
        self.known.extend(&tokens, end);
        if tokens.len() > WIDE {
            let mut bits = TokenBits::default();
            bits.extend(&tokens, end);
            self.wide.push((number, bits));
        } else {
            for token in tokens {
                self.narrow.entry(token).or_default().push(number);
            }
        }
        number
    }

    /// Collects the places of every slot among an article's tokens.
    pub(crate) fn find(&self, tokens: &[u32], places: &mut Places) {
        places.clear(self.numbers.len());
        let mut paragraph: u32 = 0;
        for (at, &token) in (0..).zip(tokens) {
            if token < FIRST_KEY {
                paragraph += 1;
                continue;
            }
            if !self.known.has(token) {
                continue;
            }
            let place = Place::from(paragraph) << 32 | at;
            for &number in self.narrow.get(&token).into_iter().flatten() {
                places.push(number, place);
            }
            for (number, bits) in &self.wide {
                if bits.has(token) {
                    places.push(*number, place);
                }
            }
        }
    }
}

/// The places of each slot in one article, in order.
#[derive(Default)]
pub(crate) struct Places {
    lists: Vec<Vec<Place>>,
    /// Number of tokens of the article.
    tokens: usize,
}

impl Places {
    /// The places of a slot, in order.
    #[inline]
    pub(crate) fn of(&self, slot: SlotNumber) -> &[Place] {
        self.lists.get(usize::from(slot)).map_or(&[], Vec::as_slice)
    }

    /// One more than the largest position of any place.
    pub(crate) fn end(&self) -> usize {
        self.tokens
    }

    fn clear(&mut self, slots: usize) {
        self.tokens = 0;
        if self.lists.len() < slots {
            self.lists.resize_with(slots, Vec::new);
        }
        self.lists.iter_mut().for_each(Vec::clear);
    }

    #[inline]
    fn push(&mut self, slot: SlotNumber, place: Place) {
        if let Some(list) = self.lists.get_mut(usize::from(slot)) {
            list.push(place);
            self.tokens = position(place) + 1;
        }
    }
}

/// A set of tokens, as bits.
#[derive(Default)]
struct TokenBits(Vec<u64>);

impl TokenBits {
    /// Adds tokens below `end`.
    fn extend(&mut self, tokens: &[u32], end: u32) {
        self.0.resize((end as usize).div_ceil(64), 0);
        for &token in tokens {
            if let Some(word) = self.0.get_mut(token as usize / 64) {
                *word |= 1 << (token % 64);
            }
        }
    }

    #[inline]
    fn has(&self, token: u32) -> bool {
        let word = self.0.get(token as usize / 64).copied().unwrap_or(0);
        word >> (token % 64) & 1 == 1
    }
}
