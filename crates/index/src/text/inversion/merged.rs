//! Merges postings and bigrams of segments.
//!
//! The lists of a key in the merged segment are those of the segments one after the other, with
//! their articles and positions moved. Keys change their ids, so the bigrams of a first key are
//! sorted again by their second keys. Nothing is sorted by position.

use std::ops::Range;

use smallvec::SmallVec;

use super::super::dictionary::{KeyInfo, ONLY_SPELLING};
use super::super::pairs::{BlockWriter, CODED, PairList, Spelling};
use super::super::postings::{Encoder, Posting};
use super::super::segment::TextSegment;
use super::super::source::{NONE, Refused, Source};
use super::super::tokens::FIRST_KEY;
use super::inverter::{Part, Places, Scratch, Target};

/// The ids of a segment by those of the merged one.
pub(super) struct Tables {
    /// By rank of the exact key, the id in the segment or [`NONE`].
    exact: Vec<u32>,
    /// By rank of the folded key, the id in the segment or [`NONE`].
    folded: Vec<u32>,
    /// By id of the folded key in the segment, its rank or [`NONE`].
    ranks: Vec<u32>,
    /// By id of the folded key in the segment, where its variants start.
    variants: Vec<u32>,
    /// By number of the variant in the segment, its ordinal in the merged one.
    ordinals: Vec<u32>,
    /// How far articles and positions move, if all articles are alive.
    shifts: Option<Shifts>,
}

#[derive(Clone, Copy)]
struct Shifts {
    articles: u32,
    positions: u32,
}

/// A segment that is mapped.
struct Mapped<'s> {
    segment: TextSegment,
    source: &'s Source<'s>,
    tables: &'s Tables,
}

impl Tables {
    /// Reads the ids of a segment.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub(super) fn new(source: &Source<'_>, target: &Target<'_>) -> Result<Self, Refused> {
        let (ids, segment) = (target.ids, source.segment()?);
        let mut tables = Self {
            exact: vec![NONE; ids.exact.len()],
            folded: vec![NONE; ids.folded.len()],
            ranks: vec![NONE; segment.folded_keys() as usize],
            variants: Vec::new(),
            ordinals: vec![0; source.keys.len()],
            shifts: None,
        };
        let variants = (0..segment.folded_keys()).map(|id| segment.folded_info(id).link);
        tables.variants = variants.collect();
        for (id, &entry) in (0..).zip(&source.keys) {
            // Keys of no living article have no occurrences.
            let Some(&rank) = ids.rank_of.get(entry as usize) else {
                continue;
            };
            let info = segment.exact_info(id);
            let (folded, ordinal) = ids.folded_of[rank as usize];
            tables.exact[rank as usize] = id;
            tables.folded[folded as usize] = info.link;
            if let Some(known) = tables.ranks.get_mut(info.link as usize) {
                *known = folded;
            }
            let variant = if info.rank == ONLY_SPELLING {
                0
            } else {
                info.rank
            };
            let number = tables
                .variants
                .get(info.link as usize)
                .map(|&start| start + variant);
            if let Some(known) = number.and_then(|n| tables.ordinals.get_mut(n as usize)) {
                *known = ordinal;
            }
        }
        if let Some(&first) = source.articles.first()
            && !source.articles.contains(&NONE)
        {
            // The first article of the segment is 0, as is the first position.
            tables.shifts = Some(Shifts {
                articles: first,
                positions: target.articles[first as usize].start,
            });
        }
        Ok(tables)
    }
}

impl Mapped<'_> {
    /// The position in the merged segment, unless the article is deleted.
    #[inline]
    fn moved(&self, position: u32, target: &Target<'_>) -> Option<u32> {
        let article = self.segment.rows().article_of(position);
        let number = *self.source.articles.get(article as usize)?;
        let row = target.articles.get(number as usize)?;
        let start = self.segment.start(article);
        Some(position.wrapping_sub(start).wrapping_add(row.start))
    }

    /// The ordinals in the merged segment of a spelling of the bigram of two folded keys of the
    /// segment.
    fn spelling(&self, keys: [u32; 2], spelling: Spelling) -> Spelling {
        let ordinal = |key: u32, ordinal: u32| {
            let start = self.tables.variants.get(key as usize).copied().unwrap_or(0);
            let number = start.saturating_add(ordinal) as usize;
            self.tables.ordinals.get(number).copied().unwrap_or(0)
        };
        (ordinal(keys[0], spelling.0), ordinal(keys[1], spelling.1))
    }

    /// The spelling of the bigram at a position of the segment, from its tokens.
    fn spelling_at(&self, position: u32, target: &Target<'_>) -> Spelling {
        let end = position.saturating_add(2);
        let mut tokens = self.segment.tokens().range(position, end);
        let mut ordinal = || {
            let key = tokens.next()?.checked_sub(FIRST_KEY)?;
            let entry = self.source.keys.get(key as usize)?;
            let rank = target.ids.rank_of.get(*entry as usize)?;
            Some(target.ids.folded_of[*rank as usize].1)
        };
        (ordinal().unwrap_or(0), ordinal().unwrap_or(0))
    }

    /// Appends the living postings of a key.
    fn read_postings(&self, info: &KeyInfo, postings: &mut Vec<Posting>) {
        let articles = &self.source.articles;
        let list = self.segment.postings(info);
        list.for_each(|doc, frequency| {
            if let Some(&doc) = articles.get(doc as usize).filter(|&&doc| doc != NONE) {
                postings.push(Posting { doc, frequency });
            }
        });
    }

    /// Appends the living occurrences of the bigram of two folded keys, and their spellings.
    /// `is_short` if the merged list has no codes.
    fn read_list(
        &self,
        keys: [u32; 2],
        list: &PairList<'_>,
        is_short: bool,
        target: &Target<'_>,
        scratch: &mut Scratch,
    ) {
        let spelling_of = |spelling| self.spelling(keys, spelling);
        let spelling_at = |position| self.spelling_at(position, target);
        if let Some(shifts) = self.tables.shifts {
            let moved = |&position: &u32| position.wrapping_add(shifts.positions);
            list.positions
                .for_each_chunk(|_, chunk| scratch.positions.extend(chunk.iter().map(moved)));
            return match is_short && list.is_untold() {
                true => scratch.spellings.push_untold(),
                false => scratch.spellings.push_coded(list, spelling_of, spelling_at),
            };
        }
        let listed: SmallVec<[Spelling; 16]> = list.spellings().map(spelling_of).collect();
        list.for_each_code(|position, code| {
            let Some(moved) = self.moved(position, target) else {
                return;
            };
            scratch.positions.push(moved);
            let spelling = listed.get(code as usize).copied();
            let spelling = spelling.unwrap_or_else(|| spelling_at(position));
            scratch.spellings.push(spelling);
        });
    }
}

/// A list of a segment to be merged.
struct PairSource<'s> {
    /// The number of the segment.
    source: usize,
    /// The second key there.
    second: u32,
    list: PairList<'s>,
}

/// Merges the lists of keys, a part at a time.
pub(super) struct Parts<'a> {
    target: &'a Target<'a>,
    sources: Vec<Mapped<'a>>,
}

impl<'a> Parts<'a> {
    /// Maps the segments.
    ///
    /// # Errors
    ///
    /// When one cannot be opened.
    pub(super) fn open(
        target: &'a Target<'a>,
        sources: &'a [Source<'a>],
        tables: &'a [Tables],
    ) -> Result<Self, Refused> {
        let mapped = sources.iter().zip(tables).map(|(source, tables)| {
            Ok::<_, Refused>(Mapped {
                segment: source.segment()?,
                source,
                tables,
            })
        });
        Ok(Self {
            target,
            sources: mapped.collect::<Result<_, _>>()?,
        })
    }

    /// The lists of some folded keys.
    pub(super) fn merge(&self, keys: Range<u32>) -> Part {
        let mut part = Part::default();
        let mut scratch = Scratch::default();
        let mut lists = Vec::new();
        for folded in keys {
            self.merge_key(folded, &mut scratch, &mut part);
            lists.clear();
            self.merge_pairs(folded, &mut lists, &mut scratch, &mut part);
        }
        part
    }

    /// The postings of a folded key and of its variants.
    fn merge_key(&self, folded: u32, scratch: &mut Scratch, part: &mut Part) {
        let target = self.target;
        let of_folded = |source: &Mapped<'_>| {
            let id = source.tables.folded[folded as usize];
            (id != NONE).then(|| source.segment.folded_info(id))
        };
        let info = self.merge_postings(of_folded, scratch, part);
        if part.enter_folded(target, folded, info) {
            return;
        }
        for &rank in target.ids.spellings(folded) {
            let of_exact = |source: &Mapped<'_>| {
                let id = source.tables.exact[rank as usize];
                (id != NONE).then(|| source.segment.exact_info(id))
            };
            let info = self.merge_postings(of_exact, scratch, part);
            part.enter_variant(target, rank, info);
        }
    }

    fn merge_postings(
        &self,
        info: impl Fn(&Mapped<'_>) -> Option<KeyInfo>,
        scratch: &mut Scratch,
        part: &mut Part,
    ) -> KeyInfo {
        let infos = || {
            let sources = self.sources.iter();
            sources.filter_map(|source| Some((source, info(source)?)))
        };
        let moved: Option<u32> = infos()
            .map(|(source, info)| source.tables.shifts.map(|_| info.articles))
            .sum();
        let Some(articles) = moved else {
            scratch.postings.clear();
            for (source, info) in infos() {
                source.read_postings(&info, &mut scratch.postings);
            }
            return part.encode_postings(self.target, &scratch.postings);
        };
        let postings = part.postings.len() as u64;
        let all = self.target.articles.len() as u32;
        // As in `encode_postings`.
        let mut encoder = Encoder::new(articles, all, &mut part.postings, |_| u8::MAX);
        for (source, info) in infos() {
            let shift = source.tables.shifts.map_or(0, |shifts| shifts.articles);
            encoder.append(&source.segment.postings(&info), shift);
        }
        encoder.finish();
        KeyInfo {
            articles,
            postings,
            ..KeyInfo::default()
        }
    }

    /// The bigrams that start with a folded key.
    fn merge_pairs<'s>(
        &'s self,
        folded: u32,
        lists: &mut Vec<PairSource<'s>>,
        scratch: &mut Scratch,
        part: &mut Part,
    ) {
        let (target, sources) = (self.target, &self.sources);
        // The second key in the merged segment, and the number of the list, which are in the order
        // of the segments.
        let mut order = std::mem::take(&mut scratch.order);
        order.clear();
        for (number, source) in sources.iter().enumerate() {
            let first = source.tables.folded[folded as usize];
            if first == NONE {
                continue;
            }
            source.segment.pairs_of(first, |second, list| {
                let rank = source.tables.ranks.get(second as usize).copied();
                if let Some(rank) = rank.filter(|&rank| rank != NONE) {
                    order.push(u64::from(rank) << 32 | lists.len() as u64);
                    lists.push(PairSource {
                        source: number,
                        second,
                        list,
                    });
                }
            });
        }
        order.sort_unstable();
        let mut block = BlockWriter::default();
        for group in order.chunk_by(|a, b| a >> 32 == b >> 32) {
            scratch.positions.clear();
            scratch.spellings.clear();
            let group_lists = || {
                group
                    .iter()
                    .filter_map(|&key| lists.get(key as u32 as usize))
            };
            let occurrences = group_lists().map(|of_source| of_source.list.len());
            // Short lists have no codes for which the spellings would be needed.
            let is_short = occurrences.sum::<u32>() < CODED;
            for of_source in group_lists() {
                let source = &sources[of_source.source];
                let keys = [source.tables.folded[folded as usize], of_source.second];
                source.read_list(keys, &of_source.list, is_short, target, scratch);
            }
            // All occurrences may be in deleted articles.
            if scratch.positions.is_empty() {
                continue;
            }
            let (positions, spellings) = (&scratch.positions, &scratch.spellings);
            let places = Places::new(target);
            let second = (group[0] >> 32) as u32;
            block.push(second, positions, target.positions, spellings, &places);
            if block.is_full() {
                part.take_block(&mut block);
            }
        }
        if !block.is_empty() {
            part.take_block(&mut block);
        }
        scratch.order = order;
    }
}
