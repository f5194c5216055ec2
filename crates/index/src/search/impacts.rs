//! Impact columns: the impact of a term on each article, as a byte.
//!
//! Syllables are few and frequent. A term in at least one in sixteen articles
//! is ranked from a column of bytes, one for each article of the segment, so
//! that scores are accumulated for many articles with one instruction and
//! without branches. Impacts are saturated frequencies in 255ths; Anh and
//! Moffat ("Simplified similarity scoring using term ranks", SIGIR 2005) rank
//! by small integers too. Columns are computed from postings on first use and
//! cached. In large segments those of rarer terms have no zeros, so that the
//! cache holds several times as many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxBuildHasher;

use super::slots::SlotIds;

/// Articles per block.
pub(crate) const LANES: usize = 128;

/// Terms of at least one in this many articles have columns.
pub(crate) const ROW_SHARE: usize = 16;

/// Columns of at least this many blocks are packed if that makes them smaller: they are read from
/// memory instead of caches, and would leave no room for those of other terms.
const LARGE: usize = if cfg!(test) { 2 } else { 1 << 11 };

/// A column is packed if no more than one in this many articles contains the term.
const PACKED_SHARE: usize = 4;

/// The impacts of one term, 0 for articles without it.
pub(crate) enum Row {
    /// By article, padded with zeros to whole blocks.
    Plain(Box<[[u8; LANES]]>),
    /// Without zeros.
    Packed(Packed),
}

/// A column without zeros.
pub(crate) struct Packed {
    /// By block: the articles with the term, as bits.
    articles: Box<[u128]>,
    /// By block: the place of its first impact.
    starts: Box<[u32]>,
    impacts: Box<[u8]>,
}

impl Row {
    /// Creates a column for this many articles; `impacts` calls back with the
    /// articles that contain the term.
    pub(crate) fn new(articles: u32, impacts: impl FnOnce(&mut dyn FnMut(u32, u8))) -> Self {
        let mut row = vec![[0; LANES]; (articles as usize).div_ceil(LANES)];
        // A damaged file may contain other articles.
        let lanes = &mut row.as_flattened_mut()[..articles as usize];
        let mut count = 0;
        impacts(&mut |article, impact| {
            if let Some(lane) = lanes.get_mut(article as usize) {
                *lane = impact;
                count += 1;
            }
        });
        match row.len() >= LARGE && count <= articles as usize / PACKED_SHARE {
            true => Self::Packed(Packed::new(&row, count)),
            false => Self::Plain(row.into()),
        }
    }

    /// The impacts of the articles of a block, written to `room` if they are packed.
    #[inline(always)]
    pub(crate) fn block<'r>(&'r self, block: usize, room: &'r mut [u8; LANES]) -> &'r [u8; LANES] {
        match self {
            Self::Plain(blocks) => &blocks[block],
            Self::Packed(packed) => {
                packed.unpack(block, room);
                room
            }
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Plain(blocks) => blocks.len() * LANES,
            Self::Packed(packed) => packed.bytes(),
        }
    }

    /// The impact in one article.
    #[inline]
    pub(crate) fn of(&self, article: u32) -> u8 {
        let article = article as usize;
        match self {
            Self::Plain(blocks) => blocks.as_flattened().get(article).copied(),
            Self::Packed(packed) => packed.of(article),
        }
        .unwrap_or(0)
    }
}

impl Packed {
    /// Packs a column with `count` impacts.
    fn new(row: &[[u8; LANES]], count: usize) -> Self {
        let mut starts = Vec::with_capacity(row.len());
        let mut impacts = Vec::with_capacity(count);
        let articles = row.iter().map(|lanes| {
            starts.push(impacts.len() as u32);
            let mut articles = 0;
            for (lane, &impact) in lanes.iter().enumerate().filter(|&(_, &impact)| impact > 0) {
                articles |= 1 << lane;
                impacts.push(impact);
            }
            articles
        });
        Self {
            articles: articles.collect(),
            starts: starts.into(),
            impacts: impacts.into(),
        }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.articles) + size_of_val(&*self.starts) + self.impacts.len()
    }

    #[inline(always)]
    fn unpack(&self, block: usize, room: &mut [u8; LANES]) {
        *room = [0; LANES];
        let mut impacts = self.impacts[self.starts[block] as usize..].iter();
        let articles = self.articles[block];
        let halves = [articles as u64, (articles >> 64) as u64];
        for (mut left, lanes) in halves.into_iter().zip(room.chunks_exact_mut(LANES / 2)) {
            while left != 0 {
                lanes[left.trailing_zeros() as usize] = impacts.next().copied().unwrap_or(0);
                left &= left - 1;
            }
        }
    }

    #[inline]
    fn of(&self, article: usize) -> Option<u8> {
        let (block, lane) = (article / LANES, article % LANES);
        let articles = self.articles.get(block)?;
        if articles >> lane & 1 == 0 {
            return None;
        }
        let before = articles & ((1 << lane) - 1);
        let at = self.starts.get(block)? + before.count_ones();
        self.impacts.get(at as usize).copied()
    }
}

/// A key of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyId {
    Exact(u32),
    Folded(u32),
}

impl KeyId {
    /// The key of a slot, if there is just one.
    pub(crate) fn of(slot: &SlotIds) -> Option<Self> {
        let group = slot.single()?;
        match group.only.as_deref() {
            None => Some(Self::Folded(group.folded)),
            Some([only]) => Some(Self::Exact(only.exact)),
            Some(_) => None,
        }
    }
}

/// Identifies a column: a key, or the two keys of a bigram.
pub(crate) type RowKey = (KeyId, Option<KeyId>);

/// The impact columns of an index, of all its segments in all views that are open, so that
/// their memory is bounded however many views there are.
#[derive(Clone)]
pub(crate) struct ImpactCache(Arc<Mutex<Rows>>);

impl ImpactCache {
    /// Keeps columns of at most this many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(Rows::new(bytes))))
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A thread that panics leaves complete columns: the lock is held for
        // lookups only.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The impact columns of one segment in one view. They depend on the average length in the view
/// and are dropped with it.
pub(crate) struct SegmentRows {
    cache: ImpactCache,
    number: u64,
}

impl SegmentRows {
    /// The columns of a segment that was just opened.
    pub(crate) fn new(cache: &ImpactCache) -> Self {
        Self {
            number: cache.rows().next_segment(),
            cache: cache.clone(),
        }
    }

    /// Returns the column of a term, computing it if it is not cached.
    pub(crate) fn get(&self, key: RowKey, make: impl FnOnce() -> Row) -> Arc<Row> {
        let key = (self.number, key);
        if let Some(row) = self.cache.rows().find(&key) {
            return row;
        }
        let row = Arc::new(make());
        self.cache.rows().insert(key, Arc::clone(&row));
        row
    }
}

impl Drop for SegmentRows {
    fn drop(&mut self) {
        self.cache.rows().forget(self.number);
    }
}

/// Recently used columns, in two generations.
///
/// The young generation contains the columns used since it began. When it is
/// full, it replaces the old one, whose unused columns are dropped.
struct Rows {
    /// Bytes of both generations.
    room: usize,
    /// Segments that were numbered so far.
    segments: u64,
    young: Generation,
    old: Generation,
    /// Bytes of the young generation.
    bytes: usize,
}

type Generation = HashMap<(u64, RowKey), Arc<Row>, FxBuildHasher>;

impl Rows {
    fn new(room: usize) -> Self {
        Self {
            room,
            segments: 0,
            young: Generation::default(),
            old: Generation::default(),
            bytes: 0,
        }
    }

    fn next_segment(&mut self) -> u64 {
        self.segments += 1;
        self.segments
    }

    fn find(&mut self, key: &(u64, RowKey)) -> Option<Arc<Row>> {
        if let Some(row) = self.young.get(key) {
            return Some(Arc::clone(row));
        }
        let row = self.old.remove(key)?;
        self.insert(*key, Arc::clone(&row));
        Some(row)
    }

    fn insert(&mut self, key: (u64, RowKey), row: Arc<Row>) {
        let bytes = row.bytes();
        if bytes > self.room / 2 {
            return;
        }
        if self.bytes + bytes > self.room / 2 {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        if self.young.insert(key, row).is_none() {
            self.bytes += bytes;
        }
    }

    fn forget(&mut self, segment: u64) {
        self.old.retain(|key, _| key.0 != segment);
        let bytes = &mut self.bytes;
        self.young.retain(|key, row| {
            let stays = key.0 != segment;
            *bytes -= if stays { 0 } else { row.bytes() };
            stays
        });
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
        let held = [0, 1, articles - 1, articles, 4 * articles].map(|a| row.of(a));
        assert_eq!(held, [7, 0, 9, 0, 0]);
    }

    #[test]
    fn rows_that_are_asked_for_stay_and_others_go() {
        let mut rows = Rows::new(4 * LANES);
        let mut made = Vec::new();
        for key in [1, 2, 1, 3, 1, 4, 1, 5, 2] {
            let of = (0, (KeyId::Folded(key), None));
            if rows.find(&of).is_none() {
                made.push(key);
                rows.insert(of, Arc::new(Row::new(1, |_| {})));
            }
        }
        assert_eq!(made, [1, 2, 3, 4, 5, 2]);
    }

    #[test]
    fn rows_take_no_more_room_than_there_is_and_go_with_their_segment() {
        let mut rows = Rows::new(4 * LANES);
        let key = |segment, key| (segment, (KeyId::Exact(key), None));
        rows.insert(key(0, 0), Arc::new(Row::new(3 * LANES as u32, |_| {})));
        assert!(rows.young.is_empty());
        for number in 0..10 {
            rows.insert(key(number % 2, 1), Arc::new(Row::new(1, |_| {})));
            rows.insert(
                key(number % 2, number as u32),
                Arc::new(Row::new(1, |_| {})),
            );
            assert!(rows.young.len() + rows.old.len() <= 4);
        }
        rows.forget(1);
        assert!(
            rows.young
                .keys()
                .chain(rows.old.keys())
                .all(|key| key.0 == 0)
        );
        assert_eq!(rows.bytes, rows.young.len() * LANES);
        rows.forget(0);
        assert_eq!((rows.young.len() + rows.old.len(), rows.bytes), (0, 0));
    }
}
