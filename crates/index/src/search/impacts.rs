//! Impacts by article: what a term earns there, as a byte.
//!
//! Syllables are few and frequent. A term of one in sixteen articles and more
//! is ranked from a row of bytes, one for each article of the segment, so that
//! sums are taken for many articles with one instruction and without a branch.
//! Impacts are shares in 255ths (Anh and Moffat, "Simplified similarity
//! scoring using term ranks", SIGIR 2005, rank by small integers too). Rows
//! are made from postings when they are first asked for and kept as long as
//! there is room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxBuildHasher;

use super::slots::SlotIds;

/// Articles whose impacts lie together.
pub(crate) const LANES: usize = 128;

/// Terms of one in so many articles, or more, have rows.
pub(crate) const ROW_SHARE: usize = 16;

/// Bytes of the rows that a view keeps.
const MEMORY: usize = 256 << 20;

/// The impacts of one term, 0 where it does not stand.
pub(crate) struct Row(Box<[[u8; LANES]]>);

impl Row {
    /// Makes a row for so many articles; `impacts` calls back with those that
    /// hold the term.
    pub(crate) fn new(articles: u32, impacts: impl FnOnce(&mut dyn FnMut(u32, u8))) -> Self {
        let mut row = vec![[0; LANES]; (articles as usize).div_ceil(LANES)];
        // A damaged file may name other articles.
        let lanes = &mut row.as_flattened_mut()[..articles as usize];
        impacts(&mut |article, impact| {
            if let Some(lane) = lanes.get_mut(article as usize) {
                *lane = impact;
            }
        });
        Self(row.into())
    }

    /// By article, padded with zeros to whole blocks.
    #[inline]
    pub(crate) fn blocks(&self) -> &[[u8; LANES]] {
        &self.0
    }

    /// The impact in one article.
    #[inline]
    pub(crate) fn of(&self, article: u32) -> u8 {
        let impacts = self.0.as_flattened();
        impacts.get(article as usize).copied().unwrap_or(0)
    }
}

/// A key of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyId {
    Exact(u32),
    Folded(u32),
}

impl KeyId {
    /// The key that a slot stands for, if there is just one.
    pub(crate) fn of(slot: &SlotIds) -> Option<Self> {
        let group = slot.single()?;
        match group.only.as_deref() {
            None => Some(Self::Folded(group.folded)),
            Some([only]) => Some(Self::Exact(only.exact)),
            Some(_) => None,
        }
    }
}

/// What a row is of: a key, or a key and its neighbour.
pub(crate) type RowKey = (KeyId, Option<KeyId>);

/// The rows of a segment that were asked for lately.
pub(crate) struct RowCache {
    /// Rows of a generation.
    most: usize,
    generations: Mutex<Generations>,
}

/// What was asked for since the young generation began is in it. When it is
/// full, it takes the place of the old one, whose rows are gone but for those
/// that were asked for again.
#[derive(Default)]
struct Generations {
    young: HashMap<RowKey, Arc<Row>, FxBuildHasher>,
    old: HashMap<RowKey, Arc<Row>, FxBuildHasher>,
}

impl RowCache {
    /// For a segment of a view of so many articles.
    pub(crate) fn new(articles: u64) -> Self {
        let row = (articles as usize).max(LANES);
        Self {
            most: MEMORY / 2 / row,
            generations: Mutex::default(),
        }
    }

    /// The row of a term, which is made if it is not there.
    pub(crate) fn get(&self, key: RowKey, make: impl FnOnce() -> Row) -> Arc<Row> {
        // A row is whole whenever the lock is free.
        let lock = || {
            self.generations
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(row) = lock().find(&key, self.most) {
            return row;
        }
        let row = Arc::new(make());
        lock().insert(key, Arc::clone(&row), self.most);
        row
    }
}

impl Generations {
    fn find(&mut self, key: &RowKey, most: usize) -> Option<Arc<Row>> {
        if let Some(row) = self.young.get(key) {
            return Some(Arc::clone(row));
        }
        let row = self.old.remove(key)?;
        self.insert(*key, Arc::clone(&row), most);
        Some(row)
    }

    fn insert(&mut self, key: RowKey, row: Arc<Row>, most: usize) {
        if self.young.len() >= most {
            self.old = std::mem::take(&mut self.young);
        }
        if most > 0 {
            self.young.insert(key, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_the_articles_it_was_made_of() {
        let articles = LANES as u32 + 1;
        let row = Row::new(articles, |add| {
            add(0, 7);
            add(articles - 1, 9);
            add(articles, 1);
        });
        assert_eq!(row.blocks().len(), 2);
        let held = [0, 1, articles - 1, articles, 4 * articles].map(|a| row.of(a));
        assert_eq!(held, [7, 0, 9, 0, 0]);
    }

    #[test]
    fn rows_that_are_asked_for_stay_and_others_go() {
        let cache = RowCache {
            most: 2,
            generations: Mutex::default(),
        };
        let mut made = Vec::new();
        for key in [1, 2, 1, 3, 1, 4, 1, 5, 2] {
            let key = (KeyId::Folded(key), None);
            cache.get(key, || {
                made.push(key.0);
                Row::new(1, |_| {})
            });
        }
        assert_eq!(made, [1, 2, 3, 4, 5, 2].map(KeyId::Folded));
        let none = RowCache {
            most: 0,
            generations: Mutex::default(),
        };
        for _ in 0..2 {
            none.get((KeyId::Exact(1), None), || Row::new(1, |_| {}));
        }
        assert!(none.generations.lock().unwrap().young.is_empty());
    }
}
