//! Impact columns: the impact of a term on each article, as a byte.
//!
//! Syllables are few and frequent. A term in at least one in sixteen articles
//! is ranked from a column of bytes, one for each article of the segment, so
//! that scores are accumulated for many articles with one instruction and
//! without branches. Impacts are saturated frequencies in 255ths; Anh and
//! Moffat ("Simplified similarity scoring using term ranks", SIGIR 2005) rank
//! by small integers too. Columns are computed from postings on first use and
//! cached. In a large index those of rarer terms have no zeros, so that the
//! cache holds several times as many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxBuildHasher;

use super::slots::SlotIds;

/// Articles per block.
pub(crate) const LANES: usize = 128;

/// Terms of at least one in this many articles have columns.
pub(crate) const ROW_SHARE: usize = 16;

/// A column without zeros is used if no more than one in this many articles contains the term.
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
        impacts(&mut |article, impact| {
            if let Some(lane) = lanes.get_mut(article as usize) {
                *lane = impact;
            }
        });
        Self::Plain(row.into())
    }

    /// The same column without zeros, if that makes it much smaller.
    pub(crate) fn packed(self) -> Self {
        let Self::Plain(row) = &self else {
            return self;
        };
        let impacts = row.as_flattened().iter();
        let count = impacts.map(|&impact| usize::from(impact > 0)).sum();
        match count <= row.len() * LANES / PACKED_SHARE {
            true => Self::Packed(Packed::new(row, count)),
            false => self,
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

    /// The impacts of the articles of a block.
    #[inline(always)]
    pub(crate) fn block(&self, block: usize) -> [u8; LANES] {
        let mut unpacked = [0; LANES];
        let mut impacts = self.impacts[self.starts[block] as usize..].iter();
        let articles = self.articles[block];
        let halves = [articles as u64, (articles >> 64) as u64];
        for (mut left, lanes) in halves.into_iter().zip(unpacked.chunks_exact_mut(LANES / 2)) {
            while left != 0 {
                lanes[left.trailing_zeros() as usize] = impacts.next().copied().unwrap_or(0);
                left &= left - 1;
            }
        }
        unpacked
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

/// Columns, evicted at random. If those of the latest queries do not all fit, most are still found;
/// if the least recently used went, none would be when queries repeat in a cycle.
struct Rows {
    /// Most bytes of all columns.
    room: usize,
    /// Bytes of all columns.
    bytes: usize,
    /// Segments that were numbered so far.
    segments: u64,
    /// The columns in any order.
    rows: Vec<(Place, Arc<Row>)>,
    /// The numbers of the columns in `rows`.
    numbers: HashMap<Place, usize, FxBuildHasher>,
    /// State of the generator that chooses the column to evict.
    random: u64,
}

/// Identifies a column of a segment in one view.
type Place = (u64, RowKey);

impl Rows {
    fn new(room: usize) -> Self {
        Self {
            room,
            bytes: 0,
            segments: 0,
            rows: Vec::new(),
            numbers: HashMap::default(),
            random: 0,
        }
    }

    fn next_segment(&mut self) -> u64 {
        self.segments += 1;
        self.segments
    }

    fn find(&self, place: &Place) -> Option<Arc<Row>> {
        let &number = self.numbers.get(place)?;
        self.rows.get(number).map(|(_, row)| Arc::clone(row))
    }

    fn insert(&mut self, place: Place, row: Arc<Row>) {
        // Another thread may have made the same one.
        if row.bytes() > self.room || self.numbers.contains_key(&place) {
            return;
        }
        while self.bytes + row.bytes() > self.room {
            // Knuth, The Art of Computer Programming 2, 3.3.4: the upper bits are random.
            self.random = (self.random.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(1);
            let number = (self.random >> 33) as usize % self.rows.len().max(1);
            self.remove(number);
        }
        self.bytes += row.bytes();
        self.numbers.insert(place, self.rows.len());
        self.rows.push((place, row));
    }

    /// Removes a column; the last one gets its number.
    fn remove(&mut self, number: usize) {
        let (place, row) = self.rows.swap_remove(number);
        self.bytes -= row.bytes();
        self.numbers.remove(&place);
        if let Some((moved, _)) = self.rows.get(number) {
            self.numbers.insert(*moved, number);
        }
    }

    fn forget(&mut self, segment: u64) {
        for number in (0..self.rows.len()).rev() {
            let is_of_it = self.rows.get(number).is_some_and(|row| row.0.0 == segment);
            if is_of_it {
                self.remove(number);
            }
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
        let held = [0, 1, articles - 1, articles, 4 * articles].map(|a| row.of(a));
        assert_eq!(held, [7, 0, 9, 0, 0]);
    }

    #[test]
    fn a_row_without_zeros_is_the_same() {
        let articles = 10 * LANES as u32;
        let make = || {
            Row::new(articles, |add| {
                (0..articles)
                    .step_by(5)
                    .chain([127, 128])
                    .for_each(|a| add(a, a as u8 | 1));
            })
        };
        let (row, packed) = (make(), make().packed());
        assert!(packed.bytes() < row.bytes() / 2);
        for article in 0..articles + 1 {
            assert_eq!(packed.of(article), row.of(article));
        }
        let (Row::Plain(plain), Row::Packed(packed)) = (row, packed) else {
            panic!("only the second has no zeros");
        };
        for (block, impacts) in plain.iter().enumerate() {
            assert_eq!(packed.block(block), *impacts);
        }
        let frequent = Row::new(LANES as u32, |add| (0..33).for_each(|a| add(a, 1)));
        assert!(matches!(frequent.packed(), Row::Plain(_)));
    }

    fn row() -> Arc<Row> {
        Arc::new(Row::new(1, |_| {}))
    }

    #[test]
    fn most_rows_are_found_although_not_all_fit() {
        let mut rows = Rows::new(90 * LANES);
        let mut found = 0;
        for _ in 0..10 {
            for key in 0..100 {
                let place = (0, (KeyId::Folded(key), None));
                match rows.find(&place) {
                    Some(_) => found += 1,
                    None => rows.insert(place, row()),
                }
                assert!(rows.bytes <= 90 * LANES);
            }
        }
        assert!((600..900).contains(&found), "{found}");
    }

    #[test]
    fn rows_take_no_more_room_than_there_is_and_go_with_their_segment() {
        let mut rows = Rows::new(4 * LANES);
        let place = |segment, key| (segment, (KeyId::Exact(key), None));
        rows.insert(place(0, 0), Arc::new(Row::new(5 * LANES as u32, |_| {})));
        assert!(rows.rows.is_empty());
        for number in 0..10 {
            rows.insert(place(number % 2, 1), row());
            rows.insert(place(number % 2, number as u32), row());
            assert!(rows.rows.len() <= 4);
        }
        rows.forget(1);
        assert!(rows.rows.iter().all(|row| row.0.0 == 0));
        assert_eq!(rows.numbers.len(), rows.rows.len());
        for (number, (place, _)) in rows.rows.iter().enumerate() {
            assert_eq!(rows.numbers.get(place), Some(&number));
        }
        assert_eq!(rows.bytes, rows.rows.len() * LANES);
        rows.forget(0);
        assert_eq!((rows.rows.len(), rows.bytes), (0, 0));
    }
}
