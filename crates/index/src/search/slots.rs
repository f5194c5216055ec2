//! The keys of a query as ids of one segment.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use timbao_query::plan::{Key, Slot};
use timbao_query::word_regex;
use timbao_views::matching::{Fuzzy, fits_regex};

use crate::text::pairs::{Accepted, PairList};
use crate::text::tokens::{FIRST_KEY, TokenSet};
use crate::text::{ONLY_SPELLING, TextSegment};

/// The tokens that can fill a slot, grouped by folded key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct SlotIds {
    pub(crate) groups: SmallVec<[Group; 1]>,
}

/// The tokens of a slot, which may be many, for all of its places in a query.
#[derive(Debug, Clone)]
pub(crate) struct SharedIds(Arc<SlotIds>);

/// The slots of a query in one segment, each resolved once.
pub(crate) struct Resolved<'a> {
    segment: &'a TextSegment,
    known: FxHashMap<Slot, SharedIds>,
}

/// Variants of one folded key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    /// The folded key.
    pub(crate) folded: u32,
    /// Number of tokens with these keys.
    pub(crate) tokens: u32,
    /// The accepted exact keys, with their ordinals among the variants of the
    /// folded key; `None` accepts all.
    pub(crate) only: Option<SmallVec<[Spelled; 1]>>,
}

/// An exact key and its ordinal among the variants of its folded key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spelled {
    pub(crate) exact: u32,
    pub(crate) ordinal: u32,
}

impl SharedIds {
    pub(crate) fn new(ids: SlotIds) -> Self {
        Self(Arc::new(ids))
    }

    /// Returns `true` if a token can fill two of some slots.
    pub(crate) fn share_key(slots: &[Self]) -> bool {
        let mut folded = FxHashSet::default();
        let mut groups = slots.iter().flat_map(|slot| &slot.groups);
        groups.any(|group| !folded.insert(group.folded))
    }
}

impl Deref for SharedIds {
    type Target = SlotIds;

    fn deref(&self) -> &SlotIds {
        &self.0
    }
}

impl PartialEq for SharedIds {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for SharedIds {}

/// Of a part, as a slot can have thousands of keys and occur a thousand times.
impl Hash for SharedIds {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.groups.len().hash(state);
        self.groups.first().hash(state);
        self.groups.last().hash(state);
    }
}

impl<'a> Resolved<'a> {
    pub(crate) fn new(segment: &'a TextSegment) -> Self {
        Self {
            segment,
            known: FxHashMap::default(),
        }
    }

    /// The tokens of a slot.
    pub(crate) fn ids(&mut self, slot: &Slot) -> SharedIds {
        if let Some(known) = self.known.get(slot) {
            return known.clone();
        }
        let ids = SharedIds::new(SlotIds::resolve(slot, self.segment));
        self.known.insert(slot.clone(), ids.clone());
        ids
    }
}

impl Group {
    /// Returns `true` if the variant with this ordinal is accepted.
    #[inline]
    pub(crate) fn has(&self, ordinal: u32) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.iter().any(|s| s.ordinal == ordinal))
    }

    /// The codes of a bigram's occurrences whose spelling this group and the
    /// next accept.
    pub(crate) fn accept(&self, next: &Group, list: &PairList<'_>) -> Accepted {
        let most = match (&self.only, &next.only) {
            (None, None) => return Accepted::ALL,
            (Some(a), Some(b)) => Some(a.len() * b.len()),
            _ => None,
        };
        list.accept(most, |(a, b)| self.has(a) && next.has(b))
    }
}

impl SlotIds {
    /// Resolves a slot's keys.
    pub(crate) fn resolve(slot: &Slot, segment: &TextSegment) -> Self {
        let mut found = Found::default();
        for key in &slot.keys {
            match key {
                Key::Exact(key) => found.exact.extend(segment.exact_id(key)),
                Key::Folded(key) => found.folded.extend(segment.folded_id(key)),
                Key::Wildcard {
                    part,
                    side,
                    tone,
                    folded,
                } => found.add_where(segment, key, *folded, || {
                    move |key: &str| side.fits(key, part, *tone)
                }),
                Key::Regex { pattern, folded } => found.add_where(segment, key, *folded, || {
                    // Checked when the query was parsed.
                    let regex = word_regex(pattern).ok();
                    move |key: &str| {
                        let regex = regex.as_ref();
                        regex.is_some_and(|regex| fits_regex(regex, key, *folded))
                    }
                }),
                Key::Fuzzy {
                    key: typed,
                    distance,
                    folded,
                } => found.add_where(segment, key, *folded, || {
                    let mut fuzzy = Fuzzy::new(typed, *distance);
                    move |key: &str| fuzzy.accepts(key)
                }),
            }
        }
        found.into_ids(segment)
    }

    /// The only group, if there is just one.
    #[inline]
    pub(crate) fn single(&self) -> Option<&Group> {
        match self.groups.as_slice() {
            [group] => Some(group),
            _ => None,
        }
    }

    /// The tokens that can fill the slot.
    pub(crate) fn tokens(&self, segment: &TextSegment) -> TokenSet {
        let mut set = TokenSet::default();
        self.for_each_exact(segment, |exact| set.add(exact + FIRST_KEY));
        set
    }

    /// The exact keys that can fill the slot.
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

/// The keys of a slot in one segment, in any order.
#[derive(Default)]
struct Found {
    exact: Vec<u32>,
    folded: Vec<u32>,
}

impl Found {
    /// Adds the keys that fit a pattern: those that `test` accepts, unless they are known.
    fn add_where<T: FnMut(&str) -> bool>(
        &mut self,
        segment: &TextSegment,
        pattern: &Key,
        folded: bool,
        test: impl FnOnce() -> T,
    ) {
        let ids = segment.patterns().ids(pattern, || {
            let mut test = test();
            if folded {
                let ids = 0..segment.folded_keys();
                ids.filter(|&id| test(segment.folded_key(id))).collect()
            } else {
                let ids = 0..segment.exact_keys();
                ids.filter(|&id| test(segment.exact_key(id))).collect()
            }
        });
        let list = if folded {
            &mut self.folded
        } else {
            &mut self.exact
        };
        list.extend_from_slice(&ids);
    }

    /// Groups the keys by folded key; a folded key includes all its variants.
    fn into_ids(mut self, segment: &TextSegment) -> SlotIds {
        self.folded.sort_unstable();
        self.folded.dedup();
        let mut groups: SmallVec<[Group; 1]> = SmallVec::new();
        for &folded in &self.folded {
            groups.push(Group {
                folded,
                tokens: segment.folded_info(folded).tokens,
                only: None,
            });
        }
        let whole = groups.len();
        let spelled = self.exact.into_iter().map(|exact| {
            let info = segment.exact_info(exact);
            (info.link, exact, info)
        });
        let mut spelled: Vec<_> = spelled.collect();
        spelled.sort_unstable_by_key(|&(folded, exact, _)| (folded, exact));
        spelled.dedup_by_key(|&mut (folded, exact, _)| (folded, exact));
        for (folded, exact, info) in spelled {
            if self.folded.binary_search(&folded).is_ok() {
                continue;
            }
            let is_last = |group: &Group| group.folded == folded;
            if !groups
                .get(whole..)
                .and_then(<[_]>::last)
                .is_some_and(is_last)
            {
                groups.push(Group {
                    folded,
                    tokens: 0,
                    only: Some(SmallVec::new()),
                });
            }
            let Some(group) = groups.last_mut() else {
                continue;
            };
            group.tokens += info.tokens;
            if info.rank == ONLY_SPELLING {
                group.only = None;
            } else if let Some(only) = &mut group.only {
                only.push(Spelled {
                    exact,
                    ordinal: info.rank,
                });
            }
        }
        SlotIds { groups }
    }
}
