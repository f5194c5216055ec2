//! Merges postings and bigrams of segments.
//!
//! The lists of a key in the merged segment are those of the segments one after the other, with
//! their articles and positions moved. Keys change their ids, so the bigrams of a first key are
//! sorted again by their second keys. Nothing is sorted by position.

use std::io::{self, Write};

use super::super::dictionary::KeyInfo;
use super::super::pairs::{BlockWriter, PairList, Spelling};
use super::super::postings::Posting;
use super::super::sections::SectionWriter;
use super::super::segment::TextSegment;
use super::inverter::{Inverter, Places, Scratch};

/// Stands for a key that is in no living article, and for an article that is deleted.
pub(crate) const NONE: u32 = u32::MAX;

/// A segment whose living articles are merged.
pub(crate) struct Source {
    pub(crate) segment: TextSegment,
    /// By id of the exact key in the segment, the id in the vocabulary or [`NONE`].
    pub(crate) keys: Vec<u32>,
    /// By number of the article in the segment, the number in the merged one or [`NONE`].
    pub(crate) articles: Vec<u32>,
}

/// A segment with its ids by those of the merged one.
pub(super) struct Mapped<'s> {
    source: &'s Source,
    /// By rank of the exact key, the id in the segment or [`NONE`].
    exact: Vec<u32>,
    /// By rank of the folded key, the id in the segment or [`NONE`].
    folded: Vec<u32>,
    /// The other way: by id in the segment, the rank of the folded key or [`NONE`].
    ranks: Vec<u32>,
    /// How far all positions move, if all articles are alive.
    shift: Option<u32>,
}

impl<'s> Mapped<'s> {
    pub(super) fn new(source: &'s Source, inverter: &Inverter<'_>) -> Self {
        let ids = inverter.ids;
        let mut mapped = Self {
            source,
            exact: vec![NONE; ids.exact.len()],
            folded: vec![NONE; ids.folded.len()],
            ranks: vec![NONE; source.segment.folded_keys() as usize],
            shift: None,
        };
        for (id, &entry) in (0..).zip(&source.keys) {
            let Some(&rank) = ids.rank_of.get(entry as usize) else {
                continue;
            };
            let in_segment = source.segment.exact_info(id).link;
            let (folded, _) = ids.folded_of[rank as usize];
            mapped.exact[rank as usize] = id;
            mapped.folded[folded as usize] = in_segment;
            if let Some(known) = mapped.ranks.get_mut(in_segment as usize) {
                *known = folded;
            }
        }
        if let Some(&first) = source.articles.first()
            && !source.articles.contains(&NONE)
        {
            // The first position of the segment is 0.
            mapped.shift = Some(inverter.articles[first as usize].start);
        }
        mapped
    }

    /// The position in the merged segment, unless the article is deleted.
    #[inline]
    fn moved(&self, position: u32, inverter: &Inverter<'_>) -> Option<u32> {
        if let Some(shift) = self.shift {
            return Some(position.wrapping_add(shift));
        }
        let article = self.source.segment.rows().article_of(position);
        let number = *self.source.articles.get(article as usize)?;
        let row = inverter.articles.get(number as usize)?;
        let start = self.source.segment.start(article);
        Some(position.wrapping_sub(start).wrapping_add(row.start))
    }

    /// The ordinals in the merged segment of a spelling of the bigram of two folded keys of the
    /// segment.
    fn spelling(
        &self,
        keys: &[KeyInfo; 2],
        spelling: Spelling,
        inverter: &Inverter<'_>,
    ) -> Spelling {
        let ordinal = |info: &KeyInfo, ordinal: u32| {
            let id = self.source.segment.variant_at(info, ordinal);
            let entry = self.source.keys.get(id as usize).copied().unwrap_or(NONE);
            let rank = inverter.ids.rank_of.get(entry as usize);
            // A key that is in no living article has no occurrences.
            rank.map_or(0, |&rank| inverter.ids.folded_of[rank as usize].1)
        };
        (ordinal(&keys[0], spelling.0), ordinal(&keys[1], spelling.1))
    }
}

impl Inverter<'_> {
    /// Merges the lists of all keys.
    pub(super) fn merge<W: Write>(
        &mut self,
        sources: &[Source],
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let sources: Vec<Mapped<'_>> = sources.iter().map(|s| Mapped::new(s, self)).collect();
        let mut scratch = Scratch::default();
        for folded in 0..self.ids.folded.len() as u32 {
            self.merge_key(folded, &sources, &mut scratch);
            self.merge_pairs(folded, &sources, &mut scratch, sections)?;
        }
        Ok(())
    }

    /// The postings of a folded key and of its variants.
    fn merge_key(&mut self, folded: u32, sources: &[Mapped<'_>], scratch: &mut Scratch) {
        let ids = self.ids;
        let of_folded = |source: &Mapped<'_>| {
            let id = source.folded[folded as usize];
            (id != NONE).then(|| source.source.segment.folded_info(id))
        };
        let info = self.merge_postings(sources, of_folded, scratch);
        if self.enter_folded(folded, info) {
            return;
        }
        for (ordinal, &rank) in (0..).zip(ids.spellings(folded)) {
            let of_exact = |source: &Mapped<'_>| {
                let id = source.exact[rank as usize];
                (id != NONE).then(|| source.source.segment.exact_info(id))
            };
            self.result.exact[rank as usize] = KeyInfo {
                tokens: ids.tokens[rank as usize],
                link: folded,
                rank: ordinal,
                ..self.merge_postings(sources, of_exact, scratch)
            };
        }
    }

    fn merge_postings(
        &mut self,
        sources: &[Mapped<'_>],
        info: impl Fn(&Mapped<'_>) -> Option<KeyInfo>,
        scratch: &mut Scratch,
    ) -> KeyInfo {
        scratch.postings.clear();
        for source in sources {
            let Some(info) = info(source) else { continue };
            let articles = &source.source.articles;
            let postings = source.source.segment.postings(&info);
            postings.for_each(|doc, frequency| {
                if let Some(&doc) = articles.get(doc as usize).filter(|&&doc| doc != NONE) {
                    scratch.postings.push(Posting { doc, frequency });
                }
            });
        }
        self.encode_postings(&scratch.postings)
    }

    /// The bigrams that start with a folded key.
    fn merge_pairs<W: Write>(
        &mut self,
        folded: u32,
        sources: &[Mapped<'_>],
        scratch: &mut Scratch,
        sections: &mut SectionWriter<W>,
    ) -> io::Result<()> {
        let universe = self.tokens.len() as u32;
        let mut lists: Vec<(u32, usize, u32, PairList<'_>)> = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let first = source.folded[folded as usize];
            if first == NONE {
                continue;
            }
            for (in_segment, list) in source.source.segment.pairs_of(first) {
                let second = source.ranks.get(in_segment as usize).copied();
                if let Some(second) = second.filter(|&second| second != NONE) {
                    lists.push((second, number, in_segment, list));
                }
            }
        }
        lists.sort_unstable_by_key(|&(second, number, ..)| (second, number));
        let mut block = BlockWriter::default();
        for group in lists.chunk_by(|a, b| a.0 == b.0) {
            scratch.positions.clear();
            scratch.spellings.clear();
            for (_, number, in_segment, list) in group {
                let source = &sources[*number];
                let keys = [source.folded[folded as usize], *in_segment];
                self.move_list(source, keys, list, scratch);
            }
            // All occurrences may be in deleted articles.
            if scratch.positions.is_empty() {
                continue;
            }
            let (positions, spellings) = (&scratch.positions, &scratch.spellings);
            let mut places = Places::new(self);
            block.push(group[0].0, positions, universe, spellings, &mut places);
            if block.is_full() {
                self.flush_pairs(&mut block, &mut scratch.bytes, sections)?;
            }
        }
        if !block.is_empty() {
            self.flush_pairs(&mut block, &mut scratch.bytes, sections)?;
        }
        Ok(())
    }

    /// Appends the living occurrences of a bigram of a segment, and their spellings.
    fn move_list(
        &self,
        source: &Mapped<'_>,
        keys: [u32; 2],
        list: &PairList<'_>,
        scratch: &mut Scratch,
    ) {
        /// Stands for a code that was not met yet.
        const UNMET: u32 = u32::MAX;
        let keys = keys.map(|key| source.source.segment.folded_info(key));
        if let (Some(shift), Some(spelling)) = (source.shift, list.only_spelling()) {
            let moved = |&position: &u32| position.wrapping_add(shift);
            list.positions
                .for_each_chunk(|_, chunk| scratch.positions.extend(chunk.iter().map(moved)));
            let spelling = source.spelling(&keys, spelling, self);
            return scratch.spellings.push_alike(spelling, list.len());
        }
        // By code: the spelling, and its number in the merged list.
        let mut coded = [((0, 0), UNMET); 1 << 4];
        let mut codes = 0;
        for (spelling, coded) in list.spellings().zip(&mut coded) {
            coded.0 = source.spelling(&keys, spelling, self);
            codes += 1;
        }
        list.for_each_code(|position, code| {
            let Some(position) = source.moved(position, self) else {
                return;
            };
            scratch.positions.push(position);
            match coded[..codes].get_mut(code as usize) {
                Some((spelling, number)) if *number == UNMET => {
                    *number = scratch.spellings.push(*spelling);
                }
                Some((_, number)) => scratch.spellings.repeat(*number),
                None => {
                    scratch.spellings.push(self.spelling_at(position));
                }
            }
        });
    }

    /// The spelling of the bigram at a position, from its tokens.
    #[inline]
    fn spelling_at(&self, position: u32) -> Spelling {
        let next = position.saturating_add(1);
        (self.ordinal_at(position), self.ordinal_at(next))
    }
}
