//! The lists of keys, and how they are written.

use std::io::{self, Write};
use std::ops::Range;

use super::super::dictionary::{KeyInfo, ONLY_SPELLING};
use super::super::ids::Ids;
use super::super::layout::{ArticleRow, BLOCK_BITS};
use super::super::pairs::{Articles, BlockWriter, PLACES_AT_ONCE, Spelling, Spellings};
use super::super::postings::{self, MAX_FREQUENCY, Posting};
use super::super::score::Saturation;
use super::super::section::Section;
use super::super::sections::SectionWriter;
use super::super::tokens::{FIELD, FIRST_KEY};

/// Smaller buckets use a comparison sort.
const SORT_BELOW: usize = 1024;
/// Bytes of bigrams that are written at once.
const PART: usize = 1 << 16;

/// The dictionary entries of all keys.
pub(crate) struct Inversion {
    /// By rank of the exact key.
    pub(crate) exact: Vec<KeyInfo>,
    /// By rank of the folded key.
    pub(crate) folded: Vec<KeyInfo>,
}

/// How a token in the bucket of its folded key is packed: its position, its ordinal among the
/// variants of the key, and the token after it, as reading them at the position would miss the
/// cache for nearly each.
#[derive(Clone, Copy)]
struct Packing {
    next_bits: u32,
    /// Zero if all are zero, or if there are so many keys that the ordinals do not fit.
    ordinal_bits: u32,
}

impl Packing {
    fn new(positions: usize, ids: &Ids<'_>) -> Self {
        let bits = |most: usize| usize::BITS - most.leading_zeros();
        let next_bits = bits(ids.exact.len() + FIRST_KEY as usize);
        let ordinals = ids.folded_of.iter().map(|&(_, ordinal)| ordinal);
        let ordinal_bits = bits(ordinals.max().unwrap_or(0) as usize);
        let fits = bits(positions) + ordinal_bits + next_bits <= u64::BITS;
        Self {
            next_bits,
            ordinal_bits: if fits { ordinal_bits } else { 0 },
        }
    }

    #[inline]
    fn pack(self, position: u32, ordinal: u32, next: u32) -> u64 {
        let mask = (1 << self.ordinal_bits) - 1;
        let ordinal = u64::from(ordinal) & mask;
        (u64::from(position) << self.ordinal_bits | ordinal) << self.next_bits | u64::from(next)
    }

    /// The position, the lowest bits of the ordinal, and the next token.
    #[inline]
    fn unpack(self, packed: u64) -> (u32, u32, u32) {
        let lowest = |packed: u64, bits: u32| (packed & ((1 << bits) - 1)) as u32;
        let rest = packed >> self.next_bits;
        let position = (rest >> self.ordinal_bits) as u32;
        let ordinal = lowest(rest, self.ordinal_bits);
        (position, ordinal, lowest(packed, self.next_bits))
    }
}

/// The segment to be written, as its lists refer to it.
pub(super) struct Target<'a> {
    /// Number of positions.
    pub(super) positions: u32,
    pub(super) articles: &'a [ArticleRow],
    /// The first position of each article, and a last one after all positions.
    starts: Vec<u32>,
    blocks: Vec<u32>,
    pub(super) ids: &'a Ids<'a>,
    saturation: Saturation,
}

impl<'a> Target<'a> {
    pub(super) fn new(
        positions: u32,
        articles: &'a [ArticleRow],
        ids: &'a Ids<'a>,
        average_length: f32,
    ) -> Self {
        Self {
            positions,
            articles,
            starts: articles.iter().map(|a| a.start).chain([u32::MAX]).collect(),
            blocks: position_blocks(articles, positions),
            ids,
            saturation: Saturation::new(average_length),
        }
    }

    /// The ordinal of the key at a position among the variants of its folded key.
    #[inline]
    fn ordinal_at(&self, tokens: &[u32], position: u32) -> u32 {
        let token = tokens.get(position as usize).copied();
        let exact = token.unwrap_or_default().saturating_sub(FIRST_KEY);
        let folded = self.ids.folded_of.get(exact as usize);
        folded.map_or(0, |&(_, ordinal)| ordinal)
    }
}

/// Writes the lists of all keys, a part at a time.
pub(super) struct Inverter {
    result: Inversion,
    postings: Vec<u8>,
    pair_seconds: Vec<u8>,
    pair_offsets: Vec<u8>,
    pair_bytes: u64,
}

impl Inverter {
    pub(super) fn new(target: &Target<'_>) -> Self {
        Self {
            result: Inversion {
                exact: vec![KeyInfo::default(); target.ids.exact.len()],
                folded: vec![KeyInfo::default(); target.ids.folded.len()],
            },
            postings: Vec::new(),
            pair_seconds: Vec::new(),
            pair_offsets: Vec::new(),
            pair_bytes: 0,
        }
    }

    /// Writes the lists of the next keys, which are removed from `part`.
    pub(super) fn append<W: Write>(
        &mut self,
        part: &mut Part,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let postings = self.postings.len() as u64;
        let blocks = (self.pair_seconds.len() / size_of::<u32>()) as u32;
        for (rank, info) in part.exact.drain(..) {
            self.result.exact[rank as usize] = KeyInfo {
                postings: info.postings + postings,
                ..info
            };
        }
        for (rank, info) in part.folded.drain(..) {
            self.result.folded[rank as usize] = KeyInfo {
                postings: info.postings + postings,
                rank: info.rank + blocks,
                ..info
            };
        }
        self.postings.append(&mut part.postings);
        for (first, offset) in part.blocks.drain(..) {
            self.pair_seconds.extend_from_slice(&first.to_le_bytes());
            let offset = self.pair_bytes + offset;
            self.pair_offsets.extend_from_slice(&offset.to_le_bytes());
        }
        self.pair_bytes += part.pairs.len() as u64;
        sections.append(Section::Bigrams, &part.pairs)?;
        part.pairs.clear();
        Ok(())
    }

    /// Writes the postings and the tables of the bigrams, which are written already.
    pub(super) fn finish<W: Write>(self, sections: &mut SectionWriter<W>) -> io::Result<Inversion> {
        let mut pair_offsets = self.pair_offsets;
        pair_offsets.extend_from_slice(&self.pair_bytes.to_le_bytes());
        sections.write(Section::Postings, &self.postings)?;
        sections.write(Section::BigramSeconds, &self.pair_seconds)?;
        sections.write(Section::BigramOffsets, &pair_offsets)?;
        Ok(self.result)
    }
}

/// The lists of consecutive keys. Offsets and numbers of blocks count from its start.
#[derive(Default)]
pub(super) struct Part {
    /// Entries of exact keys, with their ranks.
    exact: Vec<(u32, KeyInfo)>,
    /// Entries of folded keys, with their ranks.
    folded: Vec<(u32, KeyInfo)>,
    pub(super) postings: Vec<u8>,
    /// The first second key and the offset of each block of bigrams.
    blocks: Vec<(u32, u64)>,
    pairs: Vec<u8>,
}

impl Part {
    /// Whether it is large enough to be written.
    fn is_full(&self) -> bool {
        self.pairs.len() >= PART
    }

    /// Enters a folded key with its postings into the dictionary. Returns whether it has a single
    /// variant, which is entered too because it has the same postings.
    pub(super) fn enter_folded(
        &mut self,
        target: &Target<'_>,
        folded: u32,
        postings: KeyInfo,
    ) -> bool {
        let entry = &target.ids.folded[folded as usize];
        let info = KeyInfo {
            tokens: entry.tokens,
            link: entry.variants,
            rank: self.blocks.len() as u32,
            ..postings
        };
        self.folded.push((folded, info));
        let &[only] = target.ids.spellings(folded) else {
            return false;
        };
        let only_variant = KeyInfo {
            link: folded,
            rank: ONLY_SPELLING,
            ..info
        };
        self.exact.push((only, only_variant));
        true
    }

    /// Enters a variant of a folded key that has several.
    pub(super) fn enter_variant(&mut self, target: &Target<'_>, rank: u32, postings: KeyInfo) {
        let (folded, ordinal) = target.ids.folded_of[rank as usize];
        let info = KeyInfo {
            tokens: target.ids.tokens[rank as usize],
            link: folded,
            rank: ordinal,
            ..postings
        };
        self.exact.push((rank, info));
    }

    pub(super) fn encode_postings(&mut self, target: &Target<'_>, list: &[Posting]) -> KeyInfo {
        let info = KeyInfo {
            articles: list.len() as u32,
            postings: self.postings.len() as u64,
            ..KeyInfo::default()
        };
        let articles = target.articles.len() as u32;
        // A key is ranked by its impact column, which needs all its postings.
        postings::encode(list, articles, &mut self.postings, |_| u8::MAX);
        info
    }

    /// Adds a block of bigrams.
    pub(super) fn take_block(&mut self, block: &mut BlockWriter) {
        let offset = self.pairs.len() as u64;
        let first = block.take(&mut self.pairs);
        self.blocks.push((first, offset));
    }
}

/// Inverts tokens, one slice of the keys after the other.
pub(super) struct Slices<'a> {
    target: &'a Target<'a>,
    tokens: &'a [u32],
    packing: Packing,
    seconds: Seconds,
    scratch: Scratch,
    part: Part,
}

impl<'a> Slices<'a> {
    pub(super) fn new(target: &'a Target<'a>, tokens: &'a [u32]) -> Self {
        Self {
            target,
            tokens,
            packing: Packing::new(tokens.len(), target.ids),
            seconds: Seconds::new(target.ids.folded.len()),
            scratch: Scratch::default(),
            part: Part::default(),
        }
    }

    /// Writes the lists of the folded keys `keys`, which have `size` tokens.
    pub(super) fn invert<W: Write>(
        &mut self,
        keys: Range<u32>,
        size: usize,
        inverter: &mut Inverter,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let (from, to) = (keys.start, keys.end);
        let (tokens, packing, ids) = (self.tokens, self.packing, self.target.ids);
        let mut ends = Vec::with_capacity((to - from) as usize);
        let mut end = 0u32;
        for folded in &ids.folded[from as usize..to as usize] {
            ends.push(end);
            end += folded.tokens;
        }
        let mut buckets = vec![0u64; size];
        let nexts = tokens.iter().skip(1).chain([&FIELD]);
        for ((position, &token), &next) in (0..).zip(tokens).zip(nexts) {
            let Some(exact) = token.checked_sub(FIRST_KEY) else {
                continue;
            };
            let (folded, ordinal) = ids.folded_of[exact as usize];
            // Keys before the slice wrap around.
            let Some(end) = ends.get_mut(folded.wrapping_sub(from) as usize) else {
                continue;
            };
            buckets[*end as usize] = packing.pack(position, ordinal, next);
            *end += 1;
        }
        let mut start = 0;
        for folded in keys {
            let end = ends[(folded - from) as usize] as usize;
            self.invert_key(folded, &buckets[start..end]);
            self.add_pairs();
            start = end;
            if self.part.is_full() {
                inverter.append(&mut self.part, sections)?;
            }
        }
        inverter.append(&mut self.part, sections)
    }

    /// Enters the postings of a folded key and of its variants, and collects the bigrams that start
    /// with it.
    fn invert_key(&mut self, folded: u32, bucket: &[u64]) {
        let (target, packing) = (self.target, self.packing);
        let (scratch, part) = (&mut self.scratch, &mut self.part);
        let variants = target.ids.spellings(folded);
        let lists = match variants.len() {
            1 => 0,
            variants => variants,
        };
        let known = scratch.by_variant.len().max(lists);
        scratch.by_variant.resize_with(known, Vec::new);
        scratch.postings.clear();
        scratch.pairs.clear();
        let finder = Places::new(target);
        let mut positions = [0; PLACES_AT_ONCE];
        let mut places = [(0, 0); PLACES_AT_ONCE];
        for bucket in bucket.chunks(PLACES_AT_ONCE) {
            for (position, &packed) in positions.iter_mut().zip(bucket) {
                *position = packing.unpack(packed).0;
            }
            finder.places(&positions[..bucket.len()], &mut places);
            for (&packed, &(article, weight)) in bucket.iter().zip(&places) {
                let (position, mut ordinal, next) = packing.unpack(packed);
                add_occurrence(&mut scratch.postings, article, weight);
                if lists > 0 {
                    if packing.ordinal_bits == 0 {
                        ordinal = target.ordinal_at(self.tokens, position);
                    }
                    add_occurrence(&mut scratch.by_variant[ordinal as usize], article, weight);
                }
                if let Some(next) = next.checked_sub(FIRST_KEY) {
                    let (second, next) = target.ids.folded_of[next as usize];
                    scratch.pairs.push(Pair {
                        second,
                        position,
                        spelling: (ordinal, next),
                    });
                }
            }
        }
        let info = part.encode_postings(target, &scratch.postings);
        if part.enter_folded(target, folded, info) {
            return;
        }
        for (list, &rank) in scratch.by_variant.iter_mut().zip(variants) {
            let info = part.encode_postings(target, list);
            list.clear();
            part.enter_variant(target, rank, info);
        }
    }

    /// Adds the bigrams that were collected of a folded key.
    fn add_pairs(&mut self) {
        let (scratch, part) = (&mut self.scratch, &mut self.part);
        let universe = self.target.positions;
        self.seconds.sort(&mut scratch.pairs, &mut scratch.sorted);
        let mut block = BlockWriter::default();
        for group in scratch.pairs.chunk_by(|a, b| a.second == b.second) {
            scratch.positions.clear();
            scratch.positions.extend(group.iter().map(|p| p.position));
            scratch.spellings.clear();
            for pair in group {
                scratch.spellings.push(pair.spelling);
            }
            let second = group[0].second;
            let (positions, spellings) = (&scratch.positions, &scratch.spellings);
            let places = Places::new(self.target);
            block.push(second, positions, universe, spellings, &places);
            if block.is_full() {
                part.take_block(&mut block);
            }
        }
        if !block.is_empty() {
            part.take_block(&mut block);
        }
    }
}

/// Adds an occurrence to the postings of a key.
fn add_occurrence(list: &mut Vec<Posting>, article: u32, weight: u32) {
    match list.last_mut() {
        Some(last) if last.doc == article => {
            last.frequency = (last.frequency + weight).min(MAX_FREQUENCY);
        }
        _ => list.push(Posting {
            doc: article,
            frequency: weight,
        }),
    }
}

/// Finds the articles of positions.
pub(super) struct Places<'a> {
    articles: &'a [ArticleRow],
    /// The first position of each article, and a last one after all positions.
    starts: &'a [u32],
    blocks: &'a [u32],
    saturation: &'a Saturation,
}

impl<'a> Places<'a> {
    pub(super) fn new(target: &'a Target<'_>) -> Self {
        Self {
            articles: target.articles,
            starts: &target.starts,
            blocks: &target.blocks,
            saturation: &target.saturation,
        }
    }

    /// Returns `true` if a position is after the article.
    #[inline]
    fn is_after(&self, position: u32, article: u32) -> bool {
        let next = self.starts.get(article as usize + 1);
        next.is_some_and(|&start| start <= position)
    }
}

impl Articles for Places<'_> {
    fn count(&self) -> u32 {
        self.articles.len() as u32
    }

    #[inline]
    fn places(&self, positions: &[u32], places: &mut [(u32, u32)]) {
        // Each step is done for all positions before the next, so that they wait for memory
        // together. A block that starts in one article usually ends in it or in the next.
        let mut ends_further = false;
        for (place, &position) in places.iter_mut().zip(positions) {
            let article = self.blocks.get((position >> BLOCK_BITS) as usize);
            let article = article.copied().unwrap_or(0);
            place.0 = article + u32::from(self.is_after(position, article));
            ends_further |= self.is_after(position, place.0);
        }
        if ends_further {
            for (place, &position) in places.iter_mut().zip(positions) {
                while self.is_after(position, place.0) {
                    place.0 += 1;
                }
            }
        }
        for (place, &position) in places.iter_mut().zip(positions) {
            place.1 = self.articles[place.0 as usize].weight(position);
        }
    }

    fn share(&self, posting: Posting) -> f32 {
        let length = self.articles[posting.doc as usize].length;
        self.saturation.share(posting.frequency, length)
    }
}

/// The article that contains the first position of each block of positions.
pub(crate) fn position_blocks(articles: &[ArticleRow], positions: u32) -> Vec<u32> {
    let mut article = 0;
    (0..positions)
        .step_by(1 << BLOCK_BITS)
        .map(|position| {
            while articles
                .get(article + 1)
                .is_some_and(|next| next.start <= position)
            {
                article += 1;
            }
            article as u32
        })
        .collect()
}

/// The second key of a bigram, the position of the first, and the spelling of both.
#[derive(Clone, Copy, Default)]
struct Pair {
    second: u32,
    position: u32,
    spelling: Spelling,
}

/// Buffers reused for every key.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) postings: Vec<Posting>,
    by_variant: Vec<Vec<Posting>>,
    pairs: Vec<Pair>,
    sorted: Vec<Pair>,
    pub(super) spellings: Spellings,
    /// The order of the lists of a merge.
    pub(super) order: Vec<u64>,
    pub(super) positions: Vec<u32>,
}

/// Sorts bigrams by their second keys, keeping the order of positions.
struct Seconds {
    counts: Vec<u32>,
    seen: Vec<u32>,
}

impl Seconds {
    fn new(keys: usize) -> Self {
        Self {
            counts: vec![0; keys],
            seen: Vec::new(),
        }
    }

    fn sort(&mut self, pairs: &mut Vec<Pair>, sorted: &mut Vec<Pair>) {
        if pairs.len() < SORT_BELOW {
            pairs.sort_unstable_by_key(|p| u64::from(p.second) << 32 | u64::from(p.position));
            return;
        }
        self.seen.clear();
        for pair in pairs.iter() {
            let count = &mut self.counts[pair.second as usize];
            if *count == 0 {
                self.seen.push(pair.second);
            }
            *count += 1;
        }
        self.seen.sort_unstable();
        let mut start = 0;
        for &second in &self.seen {
            let count = &mut self.counts[second as usize];
            start += std::mem::replace(count, start);
        }
        sorted.clear();
        sorted.resize(pairs.len(), Pair::default());
        for pair in pairs.iter() {
            let at = &mut self.counts[pair.second as usize];
            sorted[*at as usize] = *pair;
            *at += 1;
        }
        for &second in &self.seen {
            self.counts[second as usize] = 0;
        }
        std::mem::swap(pairs, sorted);
    }
}
