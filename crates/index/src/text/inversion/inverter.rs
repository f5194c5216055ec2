//! The state of an inversion, and the lists of one key.

use std::io::{self, Write};

use super::super::dictionary::{KeyInfo, ONLY_SPELLING};
use super::super::ids::Ids;
use super::super::layout::{ArticleRow, BLOCK_BITS};
use super::super::pairs::{Articles, BlockWriter};
use super::super::postings::{self, MAX_FREQUENCY, Posting};
use super::super::score::Saturation;
use super::super::sections::{Section, SectionWriter};
use super::super::tokens::FIRST_KEY;

/// Smaller buckets use a comparison sort.
const SORT_BELOW: usize = 1024;

/// The dictionary entries of all keys.
pub(crate) struct Inversion {
    /// By rank of the exact key.
    pub(crate) exact: Vec<KeyInfo>,
    /// By rank of the folded key.
    pub(crate) folded: Vec<KeyInfo>,
}

/// One token in the bucket of its folded key.
#[derive(Clone, Copy, Default)]
pub(super) struct Occurrence {
    pub(super) position: u32,
    pub(super) article: u32,
}

pub(super) struct Inverter<'a> {
    pub(super) tokens: &'a [u32],
    pub(super) articles: &'a [ArticleRow],
    pub(super) blocks: Vec<u32>,
    pub(super) ids: &'a Ids<'a>,
    pub(super) saturation: Saturation,
    pub(super) result: Inversion,
    pub(super) postings: Vec<u8>,
    pub(super) pair_seconds: Vec<u8>,
    pub(super) pair_offsets: Vec<u8>,
    pub(super) pair_bytes: u64,
    pub(super) seconds: Seconds,
}

impl Inverter<'_> {
    pub(super) fn invert_slice<W: Write>(
        &mut self,
        from: u32,
        to: u32,
        size: usize,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let mut ends = Vec::with_capacity((to - from) as usize);
        let mut end = 0u32;
        for folded in &self.ids.folded[from as usize..to as usize] {
            ends.push(end);
            end += folded.tokens;
        }
        let mut buckets = vec![Occurrence::default(); size];
        for (article, row) in self.articles.iter().enumerate() {
            let next = self
                .articles
                .get(article + 1)
                .map_or(self.tokens.len() as u32, |a| a.start);
            for position in row.start..next {
                let token = self.tokens[position as usize];
                if token < FIRST_KEY {
                    continue;
                }
                let folded = self.ids.folded_of[(token - FIRST_KEY) as usize].0;
                if folded < from || folded >= to {
                    continue;
                }
                let end = &mut ends[(folded - from) as usize];
                buckets[*end as usize] = Occurrence {
                    position,
                    article: article as u32,
                };
                *end += 1;
            }
        }
        let mut start = 0;
        let mut scratch = Scratch::default();
        for folded in from..to {
            let end = ends[(folded - from) as usize] as usize;
            self.invert_key(folded, &buckets[start..end], &mut scratch);
            self.write_pairs(&buckets[start..end], &mut scratch, sections)?;
            start = end;
        }
        Ok(())
    }

    /// Enters a folded key with its postings into the dictionary. Returns whether it has a single
    /// variant, which is entered too because it has the same postings.
    pub(super) fn enter_folded(&mut self, folded: u32, postings: KeyInfo) -> bool {
        let entry = &self.ids.folded[folded as usize];
        let info = KeyInfo {
            tokens: entry.tokens,
            link: entry.variants,
            rank: (self.pair_seconds.len() / size_of::<u32>()) as u32,
            ..postings
        };
        self.result.folded[folded as usize] = info;
        let &[only] = self.ids.spellings(folded) else {
            return false;
        };
        self.result.exact[only as usize] = KeyInfo {
            link: folded,
            rank: ONLY_SPELLING,
            ..info
        };
        true
    }

    /// The postings of a folded key and of its variants.
    pub(super) fn invert_key(&mut self, folded: u32, bucket: &[Occurrence], scratch: &mut Scratch) {
        let ids = self.ids;
        let variants = ids.spellings(folded);
        let info = self.write_postings(bucket.iter().copied(), scratch);
        if self.enter_folded(folded, info) {
            return;
        }
        scratch
            .by_variant
            .resize_with(scratch.by_variant.len().max(variants.len()), Vec::new);
        for &occurrence in bucket {
            let token = self.tokens[occurrence.position as usize] - FIRST_KEY;
            let (_, ordinal) = self.ids.folded_of[token as usize];
            scratch.by_variant[ordinal as usize].push(occurrence);
        }
        for (ordinal, &rank) in variants.iter().enumerate() {
            let list = std::mem::take(&mut scratch.by_variant[ordinal]);
            let info = self.write_postings(list.iter().copied(), scratch);
            scratch.by_variant[ordinal] = list;
            scratch.by_variant[ordinal].clear();
            self.result.exact[rank as usize] = KeyInfo {
                tokens: self.ids.tokens[rank as usize],
                link: folded,
                rank: ordinal as u32,
                ..info
            };
        }
    }

    pub(super) fn write_postings(
        &mut self,
        occurrences: impl Iterator<Item = Occurrence>,
        scratch: &mut Scratch,
    ) -> KeyInfo {
        let list = &mut scratch.postings;
        list.clear();
        for Occurrence { position, article } in occurrences {
            let weight = self.articles[article as usize].weight(position);
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
        self.encode_postings(&scratch.postings)
    }

    pub(super) fn encode_postings(&mut self, list: &[Posting]) -> KeyInfo {
        let info = KeyInfo {
            articles: list.len() as u32,
            postings: self.postings.len() as u64,
            ..KeyInfo::default()
        };
        let articles = self.articles.len() as u32;
        // A key is ranked by its impact column, which needs all its postings.
        postings::encode(list, articles, &mut self.postings, |_| u8::MAX);
        info
    }

    /// The bigrams that start with a folded key.
    pub(super) fn write_pairs<W: Write>(
        &mut self,
        bucket: &[Occurrence],
        scratch: &mut Scratch,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let universe = self.tokens.len() as u32;
        let mut pairs = std::mem::take(&mut scratch.pairs);
        pairs.clear();
        pairs.extend(bucket.iter().filter_map(|o| {
            let next = *self.tokens.get(o.position as usize + 1)?;
            (next >= FIRST_KEY).then(|| Pair {
                second: self.ids.folded_of[(next - FIRST_KEY) as usize].0,
                position: o.position,
            })
        }));
        self.seconds.sort(&mut pairs, &mut scratch.sorted);
        let mut block = BlockWriter::default();
        for group in pairs.chunk_by(|a, b| a.second == b.second) {
            scratch.positions.clear();
            scratch.positions.extend(group.iter().map(|p| p.position));
            let spelling = |i: usize| {
                let at = scratch.positions[i] as usize;
                let ordinal = |token: u32| self.ids.folded_of[(token - FIRST_KEY) as usize].1;
                (ordinal(self.tokens[at]), ordinal(self.tokens[at + 1]))
            };
            let positions = &scratch.positions;
            let articles = Placed {
                inverter: self,
                positions,
            };
            block.push(group[0].second, positions, universe, spelling, &articles);
            if block.is_full() {
                self.flush_pairs(&mut block, &mut scratch.bytes, sections)?;
            }
        }
        if !block.is_empty() {
            self.flush_pairs(&mut block, &mut scratch.bytes, sections)?;
        }
        scratch.pairs = pairs;
        Ok(())
    }

    pub(super) fn flush_pairs<W: Write>(
        &mut self,
        block: &mut BlockWriter,
        bytes: &mut Vec<u8>,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        bytes.clear();
        let first = block.take(bytes);
        self.pair_seconds.extend_from_slice(&first.to_le_bytes());
        self.pair_offsets
            .extend_from_slice(&self.pair_bytes.to_le_bytes());
        self.pair_bytes += bytes.len() as u64;
        sections.append(Section::Bigrams, bytes)
    }
}

/// Positions and their articles.
pub(super) struct Placed<'a> {
    pub(super) inverter: &'a Inverter<'a>,
    pub(super) positions: &'a [u32],
}

impl Articles for Placed<'_> {
    fn count(&self) -> u32 {
        self.inverter.articles.len() as u32
    }

    fn article(&self, index: usize) -> u32 {
        let position = self.positions[index];
        let rows = self.inverter.articles;
        let mut article = self.inverter.blocks[(position >> BLOCK_BITS) as usize];
        while rows
            .get(article as usize + 1)
            .is_some_and(|next| next.start <= position)
        {
            article += 1;
        }
        article
    }

    fn weight(&self, index: usize) -> u32 {
        self.inverter.articles[self.article(index) as usize].weight(self.positions[index])
    }

    fn bound(&self, posting: Posting) -> u8 {
        let length = self.inverter.articles[posting.doc as usize].length;
        self.inverter
            .saturation
            .share_bound(posting.frequency, length)
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

/// The second key of a bigram and the position of the first.
#[derive(Clone, Copy, Default)]
pub(super) struct Pair {
    pub(super) second: u32,
    pub(super) position: u32,
}

/// Buffers reused for every key.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) postings: Vec<Posting>,
    pub(super) by_variant: Vec<Vec<Occurrence>>,
    pub(super) pairs: Vec<Pair>,
    pub(super) sorted: Vec<Pair>,
    pub(super) positions: Vec<u32>,
    pub(super) bytes: Vec<u8>,
}

/// Sorts bigrams by their second keys, keeping the order of positions.
pub(super) struct Seconds {
    pub(super) counts: Vec<u32>,
    pub(super) seen: Vec<u32>,
}

impl Seconds {
    pub(super) fn new(keys: usize) -> Self {
        Self {
            counts: vec![0; keys],
            seen: Vec::new(),
        }
    }

    pub(super) fn sort(&mut self, pairs: &mut Vec<Pair>, sorted: &mut Vec<Pair>) {
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
