//! Positions of pairs: two syllables that stand side by side.
//!
//! A pair is nearly a word, so its list is a hundred times shorter than those
//! of its syllables: a phrase of pairs is found by reading next to nothing.
//! Lists are kept by folded keys. What accents an occurrence has is told by a
//! code of few bits beside it: the commonest spellings of the pair are listed
//! at its head, and rare ones share an escape code, for which the article's
//! own tokens are asked. Lists below [`CODED`] positions have no codes.

use super::bytes::{BitWriter, load_bits, push_varint, read_varint};
use super::elias_fano::{self, EliasFano};

/// Shorter lists carry no spellings.
const CODED: u32 = 8;
/// Wider codes are not used.
const MAX_WIDTH: u32 = 4;
/// Codes are wide enough if at most one position of so many is escaped.
const ESCAPE_SHARE: u32 = 64;
/// Pairs in a block of the directory.
pub(crate) const PAIRS_PER_BLOCK: usize = 32;

/// Which spellings a pair has: the ordinals of its two exact keys among those
/// of their folded keys.
pub(crate) type Spelling = (u32, u32);

/// Collects the pairs of one first key and lays them out in blocks.
#[derive(Default)]
pub(crate) struct BlockWriter {
    entries: Vec<u8>,
    lists: Vec<u8>,
    count: usize,
    first: u32,
    last: u32,
    counts: Vec<(Spelling, u32)>,
}

impl BlockWriter {
    /// Adds the pair with the second key `second`; second keys ascend.
    /// `spelling` gives the spelling at each index of `positions`.
    pub(crate) fn push(
        &mut self,
        second: u32,
        positions: &[u32],
        universe: u32,
        spelling: impl Fn(usize) -> Spelling,
    ) {
        if self.count == 0 {
            self.first = second;
        } else {
            push_varint(&mut self.entries, u64::from(second - self.last));
        }
        self.last = second;
        self.count += 1;
        push_varint(&mut self.entries, positions.len() as u64);
        let start = self.lists.len();
        if positions.len() as u32 >= CODED {
            self.push_spellings(positions.len(), spelling);
        }
        elias_fano::encode(positions, universe, &mut self.lists);
        if positions.len() as u32 >= CODED {
            push_varint(&mut self.entries, (self.lists.len() - start) as u64);
        }
    }

    fn push_spellings(&mut self, len: usize, spelling: impl Fn(usize) -> Spelling) {
        self.counts.clear();
        for i in 0..len {
            let s = spelling(i);
            match self.counts.iter().position(|&(known, _)| known == s) {
                Some(at) => {
                    self.counts[at].1 += 1;
                    // Keeps the commonest in front, where they are found soon.
                    if at > 0 && self.counts[at - 1].1 < self.counts[at].1 {
                        self.counts.swap(at - 1, at);
                    }
                }
                None => self.counts.push((s, 1)),
            }
        }
        self.counts
            .sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let (width, listed) = code_width(&self.counts, len as u32);
        self.lists.push(width as u8);
        push_varint(&mut self.lists, listed as u64);
        for &((a, b), _) in &self.counts[..listed] {
            push_varint(&mut self.lists, u64::from(a));
            push_varint(&mut self.lists, u64::from(b));
        }
        if width > 0 {
            let mut writer = BitWriter::default();
            let listed = &self.counts[..listed];
            for i in 0..len {
                let s = spelling(i);
                let code = listed
                    .iter()
                    .position(|&(known, _)| known == s)
                    .unwrap_or(listed.len());
                writer.push(&mut self.lists, code as u32, width);
            }
            writer.finish(&mut self.lists);
        }
    }

    /// Whether the block should be taken before another pair is added.
    pub(crate) fn is_full(&self) -> bool {
        self.count == PAIRS_PER_BLOCK
    }

    /// Whether the block holds no pair.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends the block to `out`, empties it and gives its first second-key.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>) -> u32 {
        out.push(self.count as u8);
        push_varint(out, self.entries.len() as u64);
        out.append(&mut self.entries);
        out.append(&mut self.lists);
        self.count = 0;
        self.first
    }
}

/// The width of the codes and how many spellings are listed.
fn code_width(counts: &[(Spelling, u32)], len: u32) -> (u32, usize) {
    for width in 0..=MAX_WIDTH {
        if counts.len() <= 1 << width {
            return (width, counts.len());
        }
        let listed = (1usize << width) - 1;
        let covered: u32 = counts[..listed].iter().map(|c| c.1).sum();
        if listed > 0 && (width == MAX_WIDTH || (len - covered) * ESCAPE_SHARE <= len) {
            return (width, listed);
        }
    }
    (MAX_WIDTH, (1 << MAX_WIDTH) - 1)
}

/// The sizes in bytes of lists too short to have theirs written.
#[derive(Clone)]
pub(crate) struct ShortLists {
    universe: u32,
    bytes: [usize; CODED as usize],
}

impl ShortLists {
    /// For a segment of so many positions.
    pub(crate) fn new(universe: u32) -> Self {
        let mut bytes = [0; CODED as usize];
        for (len, bytes) in (0..).zip(&mut bytes) {
            *bytes = elias_fano::encoded_len(len, universe);
        }
        Self { universe, bytes }
    }
}

/// Finds the pair with second key `second` in a block that starts with it or
/// before it.
pub(crate) fn find_in_block<'a>(
    block: &'a [u8],
    first: u32,
    second: u32,
    short: &ShortLists,
) -> Option<PairList<'a>> {
    let mut entries = Entries::new(block, first, short);
    loop {
        let (key, len, list) = entries.next()?;
        if key >= second {
            return (key == second).then(|| PairList::open(list, len, short.universe));
        }
    }
}

/// Every pair of a block: its second key and its list.
pub(crate) fn entries<'a>(
    block: &'a [u8],
    first: u32,
    short: &ShortLists,
) -> impl Iterator<Item = (u32, PairList<'a>)> + use<'a> {
    let universe = short.universe;
    Entries::new(block, first, short)
        .map(move |(key, len, list)| (key, PairList::open(list, len, universe)))
}

/// Reads the entries of a block: second key, length and list.
struct Entries<'a> {
    block: &'a [u8],
    /// Where the next entry and its list are.
    at: usize,
    list: usize,
    left: u8,
    is_first: bool,
    key: u32,
    short: [usize; CODED as usize],
}

impl<'a> Entries<'a> {
    fn new(block: &'a [u8], first: u32, short: &ShortLists) -> Self {
        let mut at = 1;
        let bytes = read_varint(block, &mut at) as usize;
        Self {
            block,
            at,
            list: at.saturating_add(bytes),
            left: block.first().copied().unwrap_or(0),
            is_first: true,
            key: first,
            short: short.bytes,
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (u32, u32, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if self.is_first {
            self.is_first = false;
        } else {
            self.key = self
                .key
                .wrapping_add(read_varint(self.block, &mut self.at) as u32);
        }
        let len = read_varint(self.block, &mut self.at) as u32;
        let bytes = match self.short.get(len as usize) {
            Some(&bytes) => bytes,
            None => read_varint(self.block, &mut self.at) as usize,
        };
        let end = self.list.saturating_add(bytes);
        let list = self.block.get(self.list..end).unwrap_or_default();
        self.list = end;
        Some((self.key, len, list))
    }
}

/// The positions of one pair and their spellings, as they lie in a file.
#[derive(Clone, Copy)]
pub(crate) struct PairList<'a> {
    /// Where the pair's first syllables stand.
    pub(crate) positions: EliasFano<'a>,
    /// Varints: the listed spellings.
    spellings: &'a [u8],
    listed: u32,
    codes: &'a [u8],
    width: u32,
}

/// What an occurrence's code says about its accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// Bit by bit, the codes whose spelling is wanted.
    wanted: u32,
    /// Bit by bit, the codes that leave it open.
    open: u32,
}

impl Accepted {
    /// Every occurrence is wanted.
    pub(crate) const ALL: Self = Self {
        wanted: u32::MAX,
        open: 0,
    };

    /// Whether every code is wanted.
    pub(crate) fn is_all(self) -> bool {
        self == Self::ALL
    }

    /// Whether no code is wanted and none leaves it open.
    pub(crate) fn is_none(self) -> bool {
        self.wanted == 0 && self.open == 0
    }

    /// Whether the code is wanted; nothing if the tokens have to be asked.
    #[inline]
    pub(crate) fn check(self, code: u32) -> Option<bool> {
        if self.open >> code & 1 == 1 {
            None
        } else {
            Some(self.wanted >> code & 1 == 1)
        }
    }
}

impl<'a> PairList<'a> {
    fn open(bytes: &'a [u8], len: u32, universe: u32) -> Self {
        if len < CODED {
            return Self {
                positions: EliasFano::open(bytes, len, universe),
                spellings: &[],
                listed: 0,
                codes: &[],
                width: 0,
            };
        }
        let width = u32::from(bytes.first().copied().unwrap_or(0)).min(MAX_WIDTH);
        let mut at = 1;
        let listed = (read_varint(bytes, &mut at) as u32).min(1 << MAX_WIDTH);
        let start = at;
        for _ in 0..2 * listed {
            read_varint(bytes, &mut at);
        }
        let spellings = bytes.get(start..at).unwrap_or_default();
        let code_bytes = (len as usize * width as usize).div_ceil(8);
        let codes = bytes.get(at..at + code_bytes).unwrap_or_default();
        let rest = bytes.get(at + code_bytes..).unwrap_or_default();
        Self {
            positions: EliasFano::open(rest, len, universe),
            spellings,
            listed,
            codes,
            width,
        }
    }

    /// How many positions there are.
    pub(crate) fn len(&self) -> u32 {
        self.positions.len()
    }

    /// The code of the position at `index`.
    #[inline]
    pub(crate) fn code(&self, index: u32) -> u32 {
        if self.width == 0 {
            return 0;
        }
        load_bits(self.codes, index as usize * self.width as usize, self.width)
    }

    /// Which codes stand for spellings that `wanted` says yes to.
    pub(crate) fn accept(&self, mut wanted: impl FnMut(Spelling) -> bool) -> Accepted {
        let mut accepted = Accepted { wanted: 0, open: 0 };
        for (code, spelling) in self.spellings().enumerate() {
            accepted.wanted |= u32::from(wanted(spelling)) << code;
        }
        if self.listed == 0 {
            accepted.open = u32::MAX;
        } else if self.listed < 1 << self.width {
            accepted.open = !0 << self.listed;
        }
        accepted
    }

    /// The spellings listed at the head, the commonest first.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = Spelling> + 'a {
        let bytes = self.spellings;
        let mut at = 0;
        (0..self.listed).map(move |_| {
            let a = read_varint(bytes, &mut at) as u32;
            (a, read_varint(bytes, &mut at) as u32)
        })
    }

    /// Calls back with every position whose code is accepted, and whether the
    /// tokens have to be asked about it.
    #[inline]
    pub(crate) fn for_each(&self, accepted: Accepted, mut f: impl FnMut(u32, bool)) {
        if accepted.is_all() {
            return self.positions.for_each(|position| f(position, false));
        }
        let mut index = 0;
        self.positions.for_each(|position| {
            match accepted.check(self.code(index)) {
                Some(true) => f(position, false),
                Some(false) => {}
                None => f(position, true),
            }
            index += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_block_gives_back_its_pairs(
            lists in proptest::collection::btree_map(
                0u32..300,
                proptest::collection::btree_map(0u32..4000, (0u32..6, 0u32..6), 1..120),
                1..PAIRS_PER_BLOCK,
            ),
        ) {
            let universe = 4000;
            let mut writer = BlockWriter::default();
            for (&second, list) in &lists {
                let positions: Vec<u32> = list.keys().copied().collect();
                let spellings: Vec<Spelling> = list.values().copied().collect();
                writer.push(second, &positions, universe, |i| spellings[i]);
            }
            let mut block = Vec::new();
            let first = writer.take(&mut block);
            for (&second, list) in &lists {
                let read = find_in_block(&block, first, second, &ShortLists::new(universe)).unwrap();
                prop_assert_eq!(read.len() as usize, list.len());
                for wanted in list.values() {
                    let accepted = read.accept(|s| s == *wanted);
                    let mut seen = Vec::new();
                    read.for_each(accepted, |p, ask| {
                        if !ask || list[&p] == *wanted {
                            seen.push(p);
                        }
                    });
                    let expected: Vec<u32> =
                        list.iter().filter(|(_, s)| *s == wanted).map(|(&p, _)| p).collect();
                    prop_assert_eq!(seen, expected);
                }
            }
            prop_assert!(find_in_block(&block, first, 301, &ShortLists::new(universe)).is_none());
        }

        #[test]
        fn damaged_bytes_do_not_panic(block in proptest::collection::vec(any::<u8>(), 0..200)) {
            for (_, list) in entries(&block, 3, &ShortLists::new(900)) {
                list.for_each(list.accept(|s| s.0 == 1), |_, _| ());
            }
        }
    }
}
