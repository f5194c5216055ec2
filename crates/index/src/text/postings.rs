//! Posting lists: the articles that contain a key, with frequencies.
//!
//! Articles are bit-packed in blocks of 128. A table of [`BLOCK_ENTRY`] bytes
//! per block precedes them, for skipping and block-max scores. The rest is
//! written as varints. Lists of at least a quarter of all articles use a bitmap
//! with a bit for each article, which is smaller than deltas there, and their
//! blocks contain frequencies only.

use bitpacking::{BitPacker, BitPacker4x};

use super::bytes::{load_u32, load_u64, push_varint, read_varint};
pub(crate) use super::score::MAX_FREQUENCY;

/// Articles in a block.
pub(crate) const BLOCK: usize = BitPacker4x::BLOCK_LEN;
/// Bytes of a block's entry: last article, offset, the widths in bits of deltas
/// and frequencies, the upper bound, an unused byte.
const BLOCK_ENTRY: usize = 12;
/// Offset of the upper bound in an entry.
const BOUND: usize = 10;

/// Lists of at least one in this many articles have a bitmap.
const DENSE: u32 = 4;

/// One article and the weighted frequency of the key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting {
    pub(crate) doc: u32,
    pub(crate) frequency: u32,
}

/// Bytes of a list's bitmap; `None` if the list has deltas.
fn bitmap_bytes(len: u32, articles: u32) -> Option<usize> {
    let dense = len as usize >= BLOCK && len >= articles / DENSE;
    dense.then(|| articles.div_ceil(64) as usize * 8)
}

/// Appends the list, in a segment of this many articles. `bound` returns an
/// upper bound of the saturated tf in a block of postings, scaled to a byte.
pub(crate) fn encode(
    postings: &[Posting],
    articles: u32,
    out: &mut Vec<u8>,
    bound: impl Fn(&Postings128<'_>) -> u8,
) {
    let mut encoder = Encoder::new(postings.len() as u32, articles, out, bound);
    let (blocks, rest) = postings.as_chunks::<BLOCK>();
    for block in blocks {
        for (i, posting) in block.iter().enumerate() {
            encoder.docs[i] = posting.doc;
            encoder.frequencies[i] = posting.frequency;
        }
        encoder.flush();
    }
    for &posting in rest {
        encoder.push(posting);
    }
    encoder.finish();
}

/// A block of postings being encoded.
pub(crate) struct Postings128<'b> {
    pub(crate) docs: &'b [u32; BLOCK],
    pub(crate) frequencies: &'b [u32; BLOCK],
}

/// Encodes a list whose postings come in order.
pub(crate) struct Encoder<'o, B> {
    out: &'o mut Vec<u8>,
    packer: BitPacker4x,
    bound: B,
    /// Where the bitmap starts, if there is one.
    bitmap: Option<usize>,
    /// Where the entry of the next block is.
    entry: usize,
    /// Where the blocks start.
    data: usize,
    docs: [u32; BLOCK],
    frequencies: [u32; BLOCK],
    /// Number of postings of the block that is not complete.
    filled: usize,
    /// The last article of the blocks that are.
    before: Option<u32>,
}

impl<'o, B: Fn(&Postings128<'_>) -> u8> Encoder<'o, B> {
    /// Starts a list of `len` postings in a segment of this many articles. `bound` is that of
    /// [`encode`].
    pub(crate) fn new(len: u32, articles: u32, out: &'o mut Vec<u8>, bound: B) -> Self {
        let start = out.len();
        let bitmap = bitmap_bytes(len, articles);
        let entry = start + bitmap.unwrap_or(0);
        let data = entry + len as usize / BLOCK * BLOCK_ENTRY;
        out.resize(data, 0);
        Self {
            out,
            packer: BitPacker4x::new(),
            bound,
            bitmap: bitmap.map(|_| start),
            entry,
            data,
            docs: [0; BLOCK],
            frequencies: [0; BLOCK],
            filled: 0,
            before: None,
        }
    }

    /// Adds a posting.
    pub(crate) fn push(&mut self, posting: Posting) {
        self.docs[self.filled] = posting.doc;
        self.frequencies[self.filled] = posting.frequency;
        self.filled += 1;
        if self.filled == BLOCK {
            self.flush();
        }
    }

    /// Adds all postings of another list, each of an article `shift` further. Blocks that stay as
    /// they are keep their upper bounds.
    pub(crate) fn append(&mut self, list: &Postings<'_>, shift: u32) {
        let mut docs = [0; BLOCK];
        let mut frequencies = [0; BLOCK];
        let copied = match shift {
            0 => self.copy_blocks(list),
            _ => 0,
        };
        for block in copied..(list.len as usize).div_ceil(BLOCK) {
            let n = list.decode_docs(block, &mut docs, &mut frequencies);
            list.decode_frequencies(block, &mut frequencies);
            docs.iter_mut()
                .for_each(|doc| *doc = doc.wrapping_add(shift));
            let (mut docs, mut frequencies) = (&docs[..n], &frequencies[..n]);
            while !docs.is_empty() {
                let (now, later) = docs.split_at(docs.len().min(BLOCK - self.filled));
                let (values, values_later) = frequencies.split_at(now.len());
                let end = self.filled + now.len();
                self.docs[self.filled..end].copy_from_slice(now);
                self.frequencies[self.filled..end].copy_from_slice(values);
                self.filled = end;
                if end == BLOCK {
                    self.flush();
                }
                (docs, frequencies) = (later, values_later);
            }
        }
    }

    /// Copies the full blocks of the first list, if both have a bitmap or none; returns their
    /// number.
    fn copy_blocks(&mut self, list: &Postings<'_>) -> usize {
        let bytes = list.data.get(..list.tail_offset());
        let blocks = list.full_blocks();
        let (true, Some(bytes), 1..) = (self.out.len() == self.data, bytes, blocks) else {
            return 0;
        };
        match (self.bitmap, list.bitmap) {
            (None, None) => {}
            (Some(start), Some(bitmap)) => {
                self.out[start..][..bitmap.len()].copy_from_slice(bitmap);
            }
            _ => return 0,
        }
        self.out.extend_from_slice(bytes);
        self.out[self.entry..][..list.entries.len()].copy_from_slice(list.entries);
        self.entry += list.entries.len();
        self.before = Some(list.last_doc(blocks - 1));
        blocks
    }

    fn flush(&mut self) {
        let offset = self.out.len() - self.data;
        let mut bits = [0, self.packer.num_bits(&self.frequencies)];
        match self.bitmap {
            Some(bitmap) => set_bits(&self.docs, &mut self.out[bitmap..]),
            None => {
                bits[0] = self
                    .packer
                    .num_bits_strictly_sorted(self.before, &self.docs)
            }
        }
        let [doc_bytes, frequency_bytes] = bits.map(|bits| usize::from(bits) * BLOCK / 8);
        let start = self.out.len();
        self.out.resize(start + doc_bytes + frequency_bytes, 0);
        let (docs, frequencies) = self.out[start..].split_at_mut(doc_bytes);
        if self.bitmap.is_none() {
            self.packer
                .compress_strictly_sorted(self.before, &self.docs, docs, bits[0]);
        }
        self.packer
            .compress(&self.frequencies, frequencies, bits[1]);
        let last = self.docs[BLOCK - 1];
        let entry = &mut self.out[self.entry..][..BLOCK_ENTRY];
        entry[..4].copy_from_slice(&last.to_le_bytes());
        entry[4..8].copy_from_slice(&(offset as u32).to_le_bytes());
        entry[8..10].copy_from_slice(&bits);
        entry[BOUND] = (self.bound)(&Postings128 {
            docs: &self.docs,
            frequencies: &self.frequencies,
        });
        self.entry += BLOCK_ENTRY;
        self.before = Some(last);
        self.filled = 0;
    }

    /// Writes the last postings. There must be as many in all as [`new`](Self::new) was given.
    pub(crate) fn finish(self) {
        let docs = &self.docs[..self.filled];
        let mut previous = self.before.map_or(0, |doc| doc.wrapping_add(1));
        if let Some(bitmap) = self.bitmap {
            set_bits(docs, &mut self.out[bitmap..]);
        }
        for (&doc, &frequency) in docs.iter().zip(&self.frequencies) {
            if self.bitmap.is_none() {
                push_varint(self.out, u64::from(doc.wrapping_sub(previous)));
            }
            push_varint(self.out, u64::from(frequency));
            previous = doc.wrapping_add(1);
        }
    }
}

/// Sets the bits with these numbers.
fn set_bits(numbers: &[u32], bitmap: &mut [u8]) {
    for number in numbers {
        if let Some(byte) = bitmap.get_mut((number >> 3) as usize) {
            *byte |= 1 << (number & 7);
        }
    }
}

/// A list as stored in the file.
#[derive(Clone, Copy)]
pub(crate) struct Postings<'a> {
    len: u32,
    bitmap: Option<&'a [u8]>,
    entries: &'a [u8],
    data: &'a [u8],
}

impl<'a> Postings<'a> {
    /// Opens the list that starts with `bytes` and has `len` of this many
    /// articles.
    pub(crate) fn open(bytes: &'a [u8], len: u32, articles: u32) -> Self {
        let bitmap = bitmap_bytes(len, articles);
        let entries = len as usize / BLOCK * BLOCK_ENTRY;
        if bytes.len() < Self::head_bytes(len, articles) {
            return Self {
                len: 0,
                bitmap: None,
                entries: &[],
                data: &[],
            };
        }
        let (bits, rest) = bytes.split_at(bitmap.unwrap_or(0));
        let (entries, data) = rest.split_at(entries);
        Self {
            len,
            bitmap: bitmap.map(|_| bits),
            entries,
            data,
        }
    }

    /// The bytes of bitmap and entries of a list of `len` of this many articles.
    pub(crate) fn head_bytes(len: u32, articles: u32) -> usize {
        bitmap_bytes(len, articles).unwrap_or(0) + len as usize / BLOCK * BLOCK_ENTRY
    }

    /// The bytes of the list, at most.
    pub(crate) fn most_bytes(&self) -> usize {
        // Gap and frequency of each posting after the last full block.
        const REST: usize = BLOCK * 2 * 5;
        let head = self.bitmap.map_or(0, <[u8]>::len) + self.entries.len();
        head.saturating_add(self.tail_offset()).saturating_add(REST)
    }

    /// Number of articles.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    fn full_blocks(&self) -> usize {
        self.len as usize / BLOCK
    }

    fn last_doc(&self, block: usize) -> u32 {
        load_u32(self.entries, block * BLOCK_ENTRY)
    }

    /// Decodes the articles of a block and returns their number. For the last
    /// block, decodes the frequencies as well.
    fn decode_docs(
        &self,
        block: usize,
        docs: &mut [u32; BLOCK],
        frequencies: &mut [u32; BLOCK],
    ) -> usize {
        let before = block.checked_sub(1).map(|b| self.last_doc(b));
        if let Some(bitmap) = self.bitmap {
            let n = BLOCK.min(self.len as usize - block * BLOCK);
            let found = ones_from(
                bitmap,
                before.map_or(0, |d| d.wrapping_add(1)),
                &mut docs[..n],
            );
            if n < BLOCK {
                let mut at = self.tail_offset();
                for frequency in &mut frequencies[..n] {
                    *frequency = read_varint(self.data, &mut at) as u32;
                }
            }
            return found;
        }
        if block < self.full_blocks() {
            let entry = &self.entries[block * BLOCK_ENTRY..][..BLOCK_ENTRY];
            let bits = entry[8].min(32);
            let bytes = self
                .data
                .get(load_u32(entry, 4) as usize..)
                .unwrap_or_default();
            let Some(bytes) = bytes.get(..bits as usize * BLOCK / 8) else {
                return 0;
            };
            BitPacker4x::new().decompress_strictly_sorted(before, bytes, docs, bits);
            return BLOCK;
        }
        let mut at = self.tail_offset();
        let mut previous = before.map_or(0, |d| d.wrapping_add(1));
        let left = self.len as usize % BLOCK;
        for i in 0..left {
            let doc = previous.wrapping_add(read_varint(self.data, &mut at) as u32);
            docs[i] = doc;
            frequencies[i] = read_varint(self.data, &mut at) as u32;
            previous = doc.wrapping_add(1);
        }
        left
    }

    /// Decodes the frequencies of a full block.
    fn decode_frequencies(&self, block: usize, frequencies: &mut [u32; BLOCK]) {
        if block >= self.full_blocks() {
            return;
        }
        let entry = &self.entries[block * BLOCK_ENTRY..][..BLOCK_ENTRY];
        let bits = entry[9].min(32);
        let start = load_u32(entry, 4) as usize + entry[8].min(32) as usize * BLOCK / 8;
        let bytes = self.data.get(start..).unwrap_or_default();
        if let Some(bytes) = bytes.get(..bits as usize * BLOCK / 8) {
            BitPacker4x::new().decompress(bytes, frequencies, bits);
        } else {
            frequencies.fill(0);
        }
    }

    fn tail_offset(&self) -> usize {
        match self.full_blocks().checked_sub(1) {
            None => 0,
            Some(last) => {
                let entry = &self.entries[last * BLOCK_ENTRY..][..BLOCK_ENTRY];
                load_u32(entry, 4) as usize + (entry[8] as usize + entry[9] as usize) * BLOCK / 8
            }
        }
    }

    /// Sets the bits with the numbers of the articles.
    pub(crate) fn mark(&self, bits: &mut [u64]) {
        if let Some(bitmap) = self.bitmap {
            for (word, bytes) in bits.iter_mut().zip(bitmap.chunks(8)) {
                let mut eight = [0; 8];
                eight[..bytes.len()].copy_from_slice(bytes);
                *word |= u64::from_le_bytes(eight);
            }
            return;
        }
        let (mut docs, mut frequencies) = ([0; BLOCK], [0; BLOCK]);
        for block in 0..(self.len as usize).div_ceil(BLOCK) {
            let n = self.decode_docs(block, &mut docs, &mut frequencies);
            for doc in docs.iter().take(n) {
                if let Some(word) = bits.get_mut(*doc as usize / 64) {
                    *word |= 1 << (doc % 64);
                }
            }
        }
    }

    /// Calls `f` with every posting, in order.
    #[inline]
    pub(crate) fn for_each(&self, f: impl FnMut(u32, u32)) {
        self.for_each_where(|_| true, f);
    }

    /// Calls `f` with the postings of the blocks whose upper bounds pass, in
    /// order.
    #[inline]
    pub(crate) fn for_each_where(&self, passes: impl Fn(u8) -> bool, mut f: impl FnMut(u32, u32)) {
        let mut docs = [0; BLOCK];
        let mut frequencies = [0; BLOCK];
        for block in 0..(self.len as usize).div_ceil(BLOCK) {
            let bound = self.entries.get(block * BLOCK_ENTRY + BOUND);
            if bound.is_some_and(|&bound| !passes(bound)) {
                continue;
            }
            let n = self.decode_docs(block, &mut docs, &mut frequencies);
            self.decode_frequencies(block, &mut frequencies);
            for (&doc, &frequency) in docs[..n].iter().zip(&frequencies[..n]) {
                f(doc, frequency);
            }
        }
    }
}

/// Fills `docs` with the numbers of the ones from bit `from` on; returns their
/// count.
fn ones_from(bitmap: &[u8], from: u32, docs: &mut [u32]) -> usize {
    let mut at = from as usize & !63;
    let mut word = load_u64(bitmap, at >> 3) >> (from & 63) << (from & 63);
    let mut found = 0;
    while found < docs.len() {
        while word == 0 {
            at += 64;
            if at >= bitmap.len() * 8 {
                return found;
            }
            word = load_u64(bitmap, at >> 3);
        }
        docs[found] = at as u32 + word.trailing_zeros();
        word &= word - 1;
        found += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lists() -> impl Strategy<Value = Vec<Posting>> {
        proptest::collection::btree_map(0u32..5_000, 1u32..=MAX_FREQUENCY, 0..600).prop_map(|m| {
            m.into_iter()
                .map(|(doc, frequency)| Posting { doc, frequency })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(list in lists(), most in 1_000u32..20_000) {
            let articles = most.max(list.last().map_or(0, |p| p.doc + 1));
            let mut bytes = vec![];
            encode(&list, articles, &mut bytes, |_| 0);
            let read = Postings::open(&bytes, list.len() as u32, articles);
            let mut seen = vec![];
            read.for_each(|doc, frequency| seen.push(Posting { doc, frequency }));
            prop_assert_eq!(&seen, &list);
            let mut bits = vec![0u64; articles.div_ceil(64) as usize];
            read.mark(&mut bits);
            let is_marked = |doc: &u32| bits[*doc as usize / 64] >> (doc % 64) & 1 == 1;
            let marked: Vec<u32> = (0..articles).filter(is_marked).collect();
            prop_assert_eq!(marked, list.iter().map(|p| p.doc).collect::<Vec<_>>());
        }

        #[test]
        fn damaged_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), len in 0u32..700, articles in 0u32..1_000) {
            let list = Postings::open(&bytes, len, articles);
            list.for_each(|_, _| ());
            list.mark(&mut [0; 4]);
        }
    }
}
