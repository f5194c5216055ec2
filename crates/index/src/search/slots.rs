//! The keys of a query as ids of one segment.

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use timbao_query::plan::{Key, Slot};

use crate::text::pairs::{Accepted, PairList};
use crate::text::tokens::{FIRST_KEY, TokenSet};
use crate::text::{ONLY_SPELLING, TextSegment};

/// The tokens that may stand at one position, grouped by their folded keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlotIds {
    pub(crate) groups: SmallVec<[Group; 1]>,
}

/// Spellings of one folded key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The folded key.
    pub(crate) folded: u32,
    /// How many tokens are meant.
    pub(crate) tokens: u32,
    /// The exact keys that are meant, with their ordinals among the spellings
    /// of the folded key; none for all.
    pub(crate) only: Option<SmallVec<[Spelled; 1]>>,
}

/// An exact key and its ordinal among the spellings of its folded key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spelled {
    pub(crate) exact: u32,
    pub(crate) ordinal: u32,
}

impl Group {
    /// Whether the spelling with this ordinal is meant.
    #[inline]
    pub(crate) fn has(&self, ordinal: u32) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|s| s.ordinal == ordinal))
    }

    /// Which occurrences of a pair are spelled as this group and the next
    /// want it.
    pub(crate) fn accept(&self, next: &Group, list: &PairList<'_>) -> Accepted {
        let most = match (&self.only, &next.only) {
            (None, None) => return Accepted::ALL,
            (Some(a), Some(b)) => Some(a.len() * b.len()),
            _ => None,
        };
        list.accept(most, |(a, b)| self.has(a) && next.has(b))
    }

    fn add(&mut self, spelled: Option<Spelled>, tokens: u32) {
        match (&mut self.only, spelled) {
            (Some(only), Some(spelled)) => {
                if !only.contains(&spelled) {
                    only.push(spelled);
                    self.tokens += tokens;
                }
            }
            (_, Some(_)) => {}
            (_, None) => {
                self.only = None;
                self.tokens = tokens;
            }
        }
    }
}

impl SlotIds {
    /// Looks a slot's keys up.
    pub(crate) fn resolve(slot: &Slot, segment: &TextSegment) -> Self {
        let mut ids = Self::default();
        for key in &slot.keys {
            match key {
                Key::Exact(key) => {
                    if let Some(exact) = segment.exact_id(key) {
                        ids.add_exact(segment, exact);
                    }
                }
                Key::Folded(key) => {
                    if let Some(folded) = segment.folded_id(key) {
                        ids.add(folded, None, segment.folded_info(folded).tokens);
                    }
                }
                Key::Prefix {
                    start,
                    tone,
                    folded,
                } => {
                    ids.add_where(segment, *folded, |key| begins(key, start, *tone));
                }
                Key::Fuzzy {
                    key,
                    distance,
                    folded,
                } => {
                    let typed: Vec<char> = key.chars().collect();
                    ids.add_where(segment, *folded, |other| within(&typed, other, *distance));
                }
            }
        }
        ids
    }

    fn add_where(&mut self, segment: &TextSegment, folded: bool, wanted: impl Fn(&str) -> bool) {
        if folded {
            for id in (0..segment.folded_keys()).filter(|&id| wanted(segment.folded_key(id))) {
                self.add(id, None, segment.folded_info(id).tokens);
            }
        } else {
            for id in (0..segment.exact_keys()).filter(|&id| wanted(segment.exact_key(id))) {
                self.add_exact(segment, id);
            }
        }
    }

    fn add_exact(&mut self, segment: &TextSegment, exact: u32) {
        let info = segment.exact_info(exact);
        let spelled = (info.rank != ONLY_SPELLING).then_some(Spelled {
            exact,
            ordinal: info.rank,
        });
        self.add(info.link, spelled, info.tokens);
    }

    fn add(&mut self, folded: u32, spelled: Option<Spelled>, tokens: u32) {
        match self.groups.iter_mut().find(|g| g.folded == folded) {
            Some(group) => group.add(spelled, tokens),
            None => self.groups.push(Group {
                folded,
                tokens,
                only: spelled.map(|s| smallvec![s]),
            }),
        }
    }

    /// The only group, if there is just one.
    #[inline]
    pub(crate) fn single(&self) -> Option<&Group> {
        match self.groups.as_slice() {
            [group] => Some(group),
            _ => None,
        }
    }

    /// The tokens that may stand here.
    pub(crate) fn tokens(&self, segment: &TextSegment) -> TokenSet {
        let mut set = TokenSet::default();
        self.for_each_exact(segment, |exact| set.add(exact + FIRST_KEY));
        set
    }

    /// The exact keys that may stand here.
    pub(crate) fn exact_ids(&self, segment: &TextSegment) -> Vec<u32> {
        let mut ids = Vec::new();
        self.for_each_exact(segment, |exact| ids.push(exact));
        ids
    }

    fn for_each_exact(&self, segment: &TextSegment, mut f: impl FnMut(u32)) {
        for group in &self.groups {
            match &group.only {
                Some(only) => only.iter().for_each(|spelled| f(spelled.exact)),
                None => segment.variants(group.folded).for_each(&mut f),
            }
        }
    }
}

/// Which slots of a query a token can fill, bit by bit.
#[derive(Debug, Default)]
pub(crate) struct TokenMasks {
    masks: FxHashMap<u32, u64>,
}

impl TokenMasks {
    /// Slots beyond this number are not told apart.
    pub(crate) const SLOTS: usize = 64;

    /// Prepares for slots that have the numbers of their order.
    pub(crate) fn new<'a>(slots: impl Iterator<Item = &'a SlotIds>, segment: &TextSegment) -> Self {
        let mut masks = FxHashMap::default();
        for (number, slot) in slots.take(Self::SLOTS).enumerate() {
            for exact in slot.exact_ids(segment) {
                *masks.entry(exact + FIRST_KEY).or_default() |= 1u64 << number;
            }
        }
        Self { masks }
    }

    /// The slots that `token` can fill.
    #[inline]
    pub(crate) fn of(&self, token: u32) -> u64 {
        self.masks.get(&token).copied().unwrap_or(0)
    }
}

/// Whether a key begins so and, if a tone is given, ends with it.
pub(crate) fn begins(key: &str, start: &str, tone: Option<char>) -> bool {
    key.starts_with(start) && tone.is_none_or(|tone| key.ends_with(tone))
}

/// Whether Levenshtein's distance between two keys is at most `limit`.
pub(crate) fn within(typed: &[char], other: &str, limit: u8) -> bool {
    let limit = limit as usize;
    let other: Vec<char> = other.chars().collect();
    if typed.len().abs_diff(other.len()) > limit {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substitution = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().all(|&d| d > limit) {
            return false;
        }
    }
    row[other.len()] <= limit
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn distances_are_levenshteins() {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        assert!(within(&chars("dien"), "dien", 0));
        assert!(within(&chars("dien"), "diem", 1));
        assert!(!within(&chars("dien"), "dim", 1));
        assert!(within(&chars("dien"), "dim", 2));
        assert!(!within(&chars("a"), "abcd", 2));
        assert!(within(&chars(""), "a", 1));
    }
}
