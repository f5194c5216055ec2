//! The terms of the keys of a slot.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use timbao_query::plan::{Key, Slot};
use timbao_tokenizer::Keys;
use timbao_views::matching::Fits;

use crate::error::Result;
use crate::terms::{exact_term, folded_term};

use super::clauses::MOST_TERMS;
use super::lookup::Lookup;

/// Maximum number of terms of a slot; `terms` accepts 65,536.
const MOST_WORDS: usize = 50_000;

/// The terms that fill a slot: folded and exact ones where words are counted, exact ones in texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SlotTerms {
    /// The terms.
    pub(crate) terms: Vec<String>,
    /// The folded keys of the terms, each once.
    pub(crate) folded: Vec<String>,
    /// Whether all terms are those of folded keys.
    pub(crate) is_folded: bool,
    /// Whether these are all of the terms; there may be too many.
    pub(crate) is_complete: bool,
}

impl SlotTerms {
    /// The slot in the text of a phrase.
    pub(crate) fn text(&self) -> String {
        self.terms.join("|")
    }

    /// The slot in an interval: [`text`](Self::text), or prefixes if all that it stands for are the
    /// spellings of folded keys.
    pub(super) fn interval(&self, slot: &Slot) -> String {
        let folded = |key: &Key| match key {
            Key::Folded(folded) => Some(exact_term(folded, folded) + PREFIX),
            _ => None,
        };
        let all: Option<Vec<String>> = slot.keys.iter().map(folded).collect();
        all.map_or_else(|| self.text(), |prefixes| prefixes.join("|"))
    }
}

/// What a prefix ends with in the text of an interval.
pub(super) const PREFIX: &str = "*";

/// The slots of a plan, each resolved once.
pub(crate) struct Slots<'l> {
    lookup: &'l dyn Lookup,
    counted: RefCell<FxHashMap<Slot, Rc<SlotTerms>>>,
    spelled: RefCell<FxHashMap<Slot, Rc<SlotTerms>>>,
    /// Maximum number of terms in the clauses of one phrase or NEAR, all fields together.
    pub(super) most_terms: usize,
}

impl<'l> Slots<'l> {
    pub(crate) fn new(lookup: &'l dyn Lookup) -> Self {
        Self {
            lookup,
            counted: RefCell::default(),
            spelled: RefCell::default(),
            most_terms: MOST_TERMS,
        }
    }

    /// The terms of a slot where words are counted, without positions.
    pub(crate) fn terms(&self, slot: &Slot) -> Result<Rc<SlotTerms>> {
        self.known(&self.counted, slot, Terms::Counted)
    }

    /// The terms of slots in texts.
    pub(crate) fn spelled<'s>(
        &self,
        slots: impl Iterator<Item = &'s Slot> + Clone,
    ) -> Result<Vec<Rc<SlotTerms>>> {
        let keys = slots.clone().flat_map(|slot| &slot.keys);
        let folded = keys.filter(|key| matches!(key, Key::Folded(_)));
        let folded: Vec<Key> = folded.cloned().collect();
        self.lookup.prepare(&folded)?;
        slots
            .map(|slot| self.known(&self.spelled, slot, Terms::Spelled))
            .collect()
    }

    fn known(
        &self,
        known: &RefCell<FxHashMap<Slot, Rc<SlotTerms>>>,
        slot: &Slot,
        kind: Terms,
    ) -> Result<Rc<SlotTerms>> {
        if let Some(known) = known.borrow().get(slot) {
            return Ok(Rc::clone(known));
        }
        let terms = Rc::new(self.resolve(slot, kind)?);
        known.borrow_mut().insert(slot.clone(), Rc::clone(&terms));
        Ok(terms)
    }

    fn resolve(&self, slot: &Slot, kind: Terms) -> Result<SlotTerms> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut is_folded = true;
        for key in &slot.keys {
            match key {
                Key::Exact(key) => {
                    let folded = fold(key);
                    found.push((exact_term(&folded, key), folded));
                    is_folded = false;
                }
                Key::Folded(key) if kind == Terms::Counted => {
                    found.push((folded_term(key), key.to_string()));
                }
                Key::Folded(folded) => {
                    let words = self.lookup.words(key)?.into_iter();
                    let words = words.filter(|word| word.folded == folded.as_str());
                    found.extend(
                        words.map(|word| (exact_term(&word.folded, &word.exact), word.folded)),
                    );
                }
                Key::Wildcard { folded, .. }
                | Key::Regex { folded, .. }
                | Key::Fuzzy { folded, .. } => {
                    is_folded &= folded;
                    let mut fits = Fits::new(&Slot::new(key.clone()));
                    for word in self.lookup.words(key)? {
                        if !fits.accepts(&word.exact, &word.folded) {
                            continue;
                        }
                        let term = match *folded && kind == Terms::Counted {
                            true => folded_term(&word.folded),
                            false => exact_term(&word.folded, &word.exact),
                        };
                        found.push((term, word.folded));
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let is_complete = found.len() <= MOST_WORDS;
        let mut folded: Vec<String> = found.iter().map(|(_, folded)| folded.clone()).collect();
        folded.sort_unstable();
        folded.dedup();
        Ok(SlotTerms {
            terms: found.into_iter().map(|(term, _)| term).collect(),
            folded,
            is_folded,
            is_complete,
        })
    }
}

/// Which terms of a slot are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Terms {
    Counted,
    Spelled,
}

/// The folded key of an exact key.
fn fold(exact: &str) -> String {
    let mut keys = Keys::new();
    keys.set(exact);
    keys.folded().to_owned()
}
