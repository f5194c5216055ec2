//! The places of a query's slots in one article.

use std::hash::Hash;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use timbao_query::plan::Capitals;

use crate::corpus::FIRST_WORD;

/// A token's position in its article, with the number of its paragraph in the upper half.
///
/// Two places differ by less than [`Place`]'s lower half only within one paragraph, so that no
/// distance of the query language reaches into the next paragraph.
pub type Place = u64;

/// The token's position in its article.
#[inline]
pub fn position(place: Place) -> usize {
    place as u32 as usize
}

/// The number of a distinct slot of a query.
pub type SlotNumber = u16;

/// Tokens that are tested together.
const BLOCK: usize = 16;
/// Tokens of all slots, at most, that are compared one by one.
const FEW: usize = 4;

/// A slot with more tokens than this is wide.
const WIDE: usize = 1_024;
/// Slots that the mask of a token has room for.
const MASK: usize = u64::BITS as usize;
/// Of these, those that only wide slots may take.
const KEPT: usize = MASK / 2;

/// The distinct slots of a query, by the tokens that fill them.
///
/// Equal slots share a number, so that a word repeated in a query is searched
/// for once.
#[derive(Debug)]
pub struct SlotTable<K> {
    numbers: FxHashMap<(K, Option<Capitals>), SlotNumber>,
    /// By number: the capitals that a token must have.
    capitals: Vec<Option<Capitals>>,
    /// The tokens of the slots whose case counts.
    cased: TokenBits,
    /// The slots whose case counts.
    with_case: SlotSet,
    /// The tokens of all slots, and the ends of paragraphs. Most tokens of an article are in none,
    /// and a bit is found faster than a mask.
    marked: TokenBits,
    /// The same tokens as a list, empty if there are more than [`FEW`].
    few: Vec<u32>,
    /// By number, the bit of the slot in the masks; 0 if they had no room.
    bits: Vec<u64>,
    /// The slots that have a bit.
    masked: Vec<SlotNumber>,
    /// By token, the bits of the slots that it is in.
    masks: Vec<u64>,
    /// The slots that the masks have no room for.
    unmasked: TokenSlots,
}

impl<K> Default for SlotTable<K> {
    fn default() -> Self {
        Self {
            numbers: FxHashMap::default(),
            capitals: Vec::new(),
            cased: TokenBits::default(),
            with_case: SlotSet::default(),
            marked: TokenBits::default(),
            few: Vec::new(),
            bits: Vec::new(),
            masked: Vec::new(),
            masks: Vec::new(),
            unmasked: TokenSlots::default(),
        }
    }
}

impl<K: Eq + Hash> SlotTable<K> {
    /// Adds a slot, unless an equal one is known, and returns its number. `tokens` returns the
    /// tokens that can fill it; all tokens are below `end`.
    pub fn add(
        &mut self,
        slot: K,
        capitals: Option<Capitals>,
        end: u32,
        tokens: impl FnOnce() -> Vec<u32>,
    ) -> SlotNumber {
        let key = (slot, capitals);
        if let Some(&number) = self.numbers.get(&key) {
            return number;
        }
        // A query has at most `MAX_WORDS` words of its own and their expansions.
        let number = SlotNumber::try_from(self.numbers.len()).unwrap_or(SlotNumber::MAX);
        self.numbers.insert(key, number);
        self.capitals.push(capitals);
        let tokens = tokens();
        self.marked.extend(&tokens, end);
        if number == 0 {
            let ends: Vec<u32> = (0..FIRST_WORD).collect();
            self.marked.extend(&ends, end);
        }
        let is_first = self.numbers.len() == 1;
        if (is_first || !self.few.is_empty()) && self.few.len() + tokens.len() <= FEW {
            self.few.extend(&tokens);
        } else {
            self.few.clear();
        }
        let room = if tokens.len() > WIDE { MASK } else { KEPT };
        if self.masked.len() < room {
            let bit = 1 << self.masked.len();
            self.masked.push(number);
            self.bits.push(bit);
            self.masks.resize(end as usize, 0);
            for &token in &tokens {
                if let Some(mask) = self.masks.get_mut(token as usize) {
                    *mask |= bit;
                }
            }
        } else {
            self.bits.push(0);
            self.unmasked.add(number, &tokens, end);
        }
        if capitals.is_some() {
            self.cased.extend(&tokens, end);
            self.with_case.add(self.set([number]));
        }
        number
    }

    /// Some slots of the table.
    pub fn set(&self, slots: impl IntoIterator<Item = SlotNumber>) -> SlotSet {
        let mut set = SlotSet::default();
        for number in slots {
            let bit = self.bits.get(usize::from(number)).copied().unwrap_or(0);
            set.add(SlotSet {
                bits: bit,
                others: bit == 0,
            });
        }
        set
    }

    /// Returns `true` if the case of a slot of a set may count.
    pub fn has_case(&self, slots: SlotSet) -> bool {
        let cased = self.with_case;
        cased.bits & slots.bits != 0 || cased.others && slots.others
    }

    /// Returns `true` if the case of a token counts.
    #[inline]
    pub fn is_cased(&self, token: u32) -> bool {
        self.cased.bit(token) & 1 == 1
    }

    /// Keeps the places of words in the case that is wanted. `capitals` are those of all tokens
    /// that [are cased](Self::is_cased), by position.
    pub fn keep_cased(&self, capitals: &[(u32, Capitals)], places: &mut Places) {
        for (wanted, list) in self.capitals.iter().zip(&mut places.lists) {
            let Some(wanted) = wanted else {
                continue;
            };
            list.retain(|&place| {
                let found = capitals.binary_search_by_key(&position(place), |&(at, _)| at as usize);
                found.is_ok_and(|found| capitals.get(found).is_some_and(|(_, c)| c == wanted))
            });
        }
    }

    /// Collects the places of the slots of a set, and perhaps of others, among an article's tokens,
    /// in any case.
    pub fn find(&self, tokens: &[u32], slots: SlotSet, places: &mut Places) {
        places.clear(self.numbers.len());
        let mut paragraph = 0;
        let (blocks, rest) = tokens.as_chunks::<BLOCK>();
        for (start, block) in (0..).step_by(BLOCK).zip(blocks) {
            if self.few.is_empty() || self.has_few(block) {
                self.find_in(block, start, slots, &mut paragraph, places);
            } else {
                let ends = block.iter().map(|&t| Place::from(t < FIRST_WORD));
                paragraph += ends.sum::<Place>();
            }
        }
        let start = tokens.len() - rest.len();
        self.find_in(rest, start as Place, slots, &mut paragraph, places);
    }

    /// Returns `true` if any token is one of the few that are in slots. Most blocks have none.
    #[inline]
    fn has_few(&self, block: &[u32; BLOCK]) -> bool {
        // Without branches, so that tokens are compared in vectors.
        let equals = |wanted| block.iter().fold(false, |any, &t| any | (t == wanted));
        self.few
            .iter()
            .fold(false, |any, &wanted| any | equals(wanted))
    }

    /// Collects the places among tokens, at most a block, of which the first has the position
    /// `start`.
    #[inline]
    fn find_in(
        &self,
        tokens: &[u32],
        start: Place,
        slots: SlotSet,
        paragraph: &mut Place,
        places: &mut Places,
    ) {
        // Without branches, as there is no telling which tokens are in a slot.
        let marks = (0..).zip(tokens);
        let mut marks = marks.fold(0, |marks, (at, &t)| marks | (self.marked.bit(t) & 1) << at);
        while marks != 0 {
            let at = marks.trailing_zeros();
            marks &= marks - 1;
            let Some(&token) = tokens.get(at as usize) else {
                break;
            };
            if token < FIRST_WORD {
                *paragraph += 1;
            } else {
                let place = *paragraph << 32 | (start + Place::from(at));
                self.put(token, place, slots, places);
            }
        }
    }

    /// Adds the place of a token to the slots that it is in.
    #[inline]
    fn put(&self, token: u32, place: Place, slots: SlotSet, places: &mut Places) {
        let mut mask = self.masks.get(token as usize).copied().unwrap_or(0) & slots.bits;
        while mask != 0 {
            if let Some(&number) = self.masked.get(mask.trailing_zeros() as usize) {
                places.push(number, place);
            }
            mask &= mask - 1;
        }
        if slots.others {
            for &number in self.unmasked.of(token) {
                places.push(number, place);
            }
        }
    }
}

/// Some slots of a [`SlotTable`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotSet {
    /// The bits of those that have one.
    bits: u64,
    /// Whether it has any of the others; it has all of them then.
    others: bool,
}

impl SlotSet {
    /// Adds the slots of another set.
    #[inline]
    pub fn add(&mut self, other: Self) {
        self.bits |= other.bits;
        self.others |= other.others;
    }
}

/// The places of each slot in one article, in order.
#[derive(Debug, Default)]
pub struct Places {
    lists: Vec<Vec<Place>>,
    /// Number of tokens of the article.
    tokens: usize,
    /// The first positions of sentences, if they are needed.
    pub sentences: Vec<u32>,
}

impl Places {
    /// The places of a slot, in order.
    #[inline]
    pub fn of(&self, slot: SlotNumber) -> &[Place] {
        self.lists.get(usize::from(slot)).map_or(&[], Vec::as_slice)
    }

    /// Number of places of all slots.
    pub fn count(&self) -> usize {
        self.lists.iter().map(Vec::len).sum()
    }

    /// One more than the largest position of any place.
    pub fn end(&self) -> usize {
        self.tokens
    }

    /// The place with the number of its sentence in the upper half instead of its paragraph.
    pub fn in_sentence(&self, place: Place) -> Place {
        let at = position(place) as u32;
        let sentence = self.sentences.partition_point(|&start| start <= at);
        (sentence as Place) << 32 | Place::from(at)
    }

    /// Removes all places, and makes room for those of a number of slots.
    pub fn clear(&mut self, slots: usize) {
        self.sentences.clear();
        self.tokens = 0;
        if self.lists.len() < slots {
            self.lists.resize_with(slots, Vec::new);
        }
        self.lists.iter_mut().for_each(Vec::clear);
    }

    /// Adds a place of a slot; places are added in order.
    #[inline]
    pub fn push(&mut self, slot: SlotNumber, place: Place) {
        if let Some(list) = self.lists.get_mut(usize::from(slot)) {
            list.push(place);
            self.tokens = position(place) + 1;
        }
    }
}

/// Slots by token. A table, as a hash would be computed for every word of every article.
#[derive(Debug, Default)]
struct TokenSlots {
    /// By token, one more than the index of its slots; 0 for none.
    indices: Vec<u32>,
    slots: Vec<SmallVec<[SlotNumber; 4]>>,
}

impl TokenSlots {
    /// Adds a slot to its tokens, which are below `end`.
    fn add(&mut self, number: SlotNumber, tokens: &[u32], end: u32) {
        self.indices.resize(end as usize, 0);
        for &token in tokens {
            let Some(index) = self.indices.get_mut(token as usize) else {
                continue;
            };
            if *index == 0 {
                self.slots.push(SmallVec::new());
                *index = self.slots.len() as u32;
            }
            if let Some(slots) = self.slots.get_mut(*index as usize - 1) {
                slots.push(number);
            }
        }
    }

    /// The slots of a token.
    #[inline]
    fn of(&self, token: u32) -> &[SlotNumber] {
        let index = self.indices.get(token as usize).copied().unwrap_or(0);
        let slots = (index as usize).checked_sub(1);
        let slots = slots.and_then(|index| self.slots.get(index));
        slots.map_or(&[], SmallVec::as_slice)
    }
}

/// A set of tokens, as bits.
#[derive(Debug, Default)]
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

    /// The lowest bit is 1 if the token is in the set; the others mean nothing.
    #[inline]
    fn bit(&self, token: u32) -> u64 {
        self.0.get(token as usize / 64).copied().unwrap_or(0) >> (token % 64)
    }
}
