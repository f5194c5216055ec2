//! Appends articles of other segments without analysing their text again.
//!
//! Keys are mapped by their strings and tokens by a table from ids to ids. The residue depends on
//! nothing else than the keys' surfaces, which follow from the keys, so whole blocks are copied
//! as they are.

use std::io;
use std::iter::Peekable;
use std::ops::Range;

use super::super::inversion::{NONE, Source};
use super::super::residue::ResidueReader;
use super::super::segment::{TextSegment, unpack};
use super::super::tokens::FIRST_KEY;
use super::{RESIDUE_BLOCK, SegmentBuilder};
use crate::text::bytes::load_u32;

/// Why articles were not appended.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The surface of a key does not follow from it: an earlier version wrote the segment. The
    /// articles have to be added by their text, to a new builder.
    Surface,
    /// The segment is damaged.
    Damaged(String),
    /// There are too many tokens, or the compressor fails.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl SegmentBuilder {
    /// Appends articles of a segment; their numbers ascend. Either all articles are added by
    /// their text or all are appended.
    ///
    /// # Errors
    ///
    /// When they have to be added by their text. The builder is of no use then.
    pub(crate) fn append(
        &mut self,
        segment: &TextSegment,
        articles: impl Iterator<Item = u32>,
    ) -> Result<(), Refused> {
        if let Some(reason) = segment.check_all() {
            return Err(Refused::Damaged(reason.clone()));
        }
        let mut articles = articles.peekable();
        let mut keys = MappedKeys::new(segment);
        let mut numbers = vec![NONE; segment.articles() as usize];
        for (range, packed) in segment.residue_blocks() {
            let living = within(&mut articles, &range);
            if living.is_empty() {
                continue;
            }
            let first = self.articles.len();
            for &article in &living {
                if let Some(number) = numbers.get_mut(article as usize) {
                    *number = self.articles.len() as u32;
                }
                self.append_tokens(segment, article, &mut keys)?;
            }
            self.append_residue(&range, packed, &living, first as u32)?;
        }
        if articles.peek().is_some() {
            return Err(Refused::Damaged("articles without text".to_owned()));
        }
        for &(id, tokens) in &keys.keys {
            if id != NONE {
                self.vocabulary.count(id, tokens);
            }
        }
        self.sources.push(Source {
            segment: segment.clone(),
            keys: keys.keys.into_iter().map(|(id, _)| id).collect(),
            articles: numbers,
        });
        Ok(())
    }

    fn append_tokens(
        &mut self,
        segment: &TextSegment,
        article: u32,
        keys: &mut MappedKeys<'_>,
    ) -> Result<(), Refused> {
        let row = segment.rows().row(article);
        let length = segment.start(article + 1).saturating_sub(row.start) as usize;
        self.check_room(length)?;
        let start = self.tokens.len() as u32;
        let moved = |position: u32| position.wrapping_sub(row.start).wrapping_add(start);
        segment.tokens_of(article).read_into(&mut self.tokens);
        for token in &mut self.tokens[start as usize..] {
            if let Some(id) = token.checked_sub(FIRST_KEY) {
                *token = keys.id(id, &mut self.vocabulary)? + FIRST_KEY;
            }
        }
        if self.tokens.len() - start as usize != length {
            return Err(Refused::Damaged(format!("the tokens of article {article}")));
        }
        self.articles.push(super::ArticleRow {
            start,
            title_end: moved(row.title_end),
            summary_end: moved(row.summary_end),
            length: row.length,
            tie: segment.tie(article),
        });
        Ok(())
    }

    /// Appends the residue of the living articles of a block, which get the numbers from `first`.
    fn append_residue(
        &mut self,
        block: &Range<u32>,
        packed: &[u8],
        living: &[u32],
        first: u32,
    ) -> Result<(), Refused> {
        let size = load_u32(packed, 0) as usize;
        if living.len() == block.len() && size >= RESIDUE_BLOCK {
            if !self.residue_block.is_empty() {
                self.flush_residue()?;
            }
            self.begin_residue(first);
            self.residue_bytes.extend_from_slice(packed);
            return Ok(());
        }
        // Small blocks become larger ones.
        let bytes = unpack(packed.get(4..).unwrap_or_default(), size)?;
        let mut at = 0;
        let mut next = block.start;
        for (number, &article) in (first..).zip(living) {
            let damaged = || Refused::Damaged(format!("the text of article {article}"));
            let mut start = at;
            while next <= article {
                start = at;
                at = ResidueReader::end(&bytes, at).ok_or_else(damaged)?;
                next += 1;
            }
            if self.residue_block.is_empty() {
                self.begin_residue(number);
            }
            self.residue_block.extend_from_slice(&bytes[start..at]);
            if self.residue_block.len() >= RESIDUE_BLOCK {
                self.flush_residue()?;
            }
        }
        Ok(())
    }
}

/// Takes those of `articles` that are in `range`.
fn within(articles: &mut Peekable<impl Iterator<Item = u32>>, range: &Range<u32>) -> Vec<u32> {
    std::iter::from_fn(|| articles.next_if(|article| *article < range.end)).collect()
}

/// The vocabulary's ids of the keys of a segment, and how often they were met.
struct MappedKeys<'s> {
    segment: &'s TextSegment,
    /// By id in the segment; those not met yet are [`NONE`].
    keys: Vec<(u32, u32)>,
}

impl<'s> MappedKeys<'s> {
    fn new(segment: &'s TextSegment) -> Self {
        Self {
            segment,
            keys: vec![(NONE, 0); segment.exact_keys() as usize],
        }
    }

    #[inline]
    fn id(&mut self, key: u32, vocabulary: &mut super::Vocabulary) -> Result<u32, Refused> {
        let Some((id, tokens)) = self.keys.get_mut(key as usize) else {
            return Err(Refused::Damaged(format!("key {key} is not in it")));
        };
        if *id == NONE {
            let exact = self.segment.exact_key(key);
            let folded = self.segment.exact_info(key).link;
            let folded = self.segment.folded_key(folded);
            *id = vocabulary.adopt(exact, folded);
            if &*vocabulary.entries[*id as usize].surface != self.segment.surface(key) {
                return Err(Refused::Surface);
            }
        }
        *tokens += 1;
        Ok(*id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::SegmentReader;
    use timbao_articles::Article;

    use super::*;
    use crate::Index;
    use crate::testing::commit;
    use crate::text::TextPlugin;
    use crate::text::sections::Section;

    /// The segments of an index.
    fn segments(index: &Index) -> Vec<(SegmentReader, TextSegment)> {
        let searcher = index.reader().unwrap().searcher();
        let readers = searcher.segment_readers().iter();
        let open = |reader: &SegmentReader| TextPlugin::open(&index.storage, reader).unwrap();
        readers
            .map(|reader| (reader.clone(), open(reader)))
            .collect()
    }

    /// An index with a segment for each list of articles, of which some are deleted.
    fn indexed(lists: &[Vec<(Article, bool)>]) -> (tempfile::TempDir, Index) {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(dir.path()).unwrap();
        let key = |list: usize, number: usize| format!("{list}-{number}");
        let mut dead = Vec::new();
        let mut order = Vec::new();
        for (list, articles) in lists.iter().enumerate() {
            let keyed = articles.iter().enumerate();
            let keyed = keyed.map(|(number, (article, _))| (key(list, number), article.clone()));
            commit(&index, keyed.collect());
            let ids = index.engine.searchable_segment_ids().unwrap();
            order.extend(ids.into_iter().find(|id| !order.contains(id)));
            let numbered = articles.iter().enumerate().filter(|(_, (_, alive))| !alive);
            dead.extend(numbered.map(|(number, _)| key(list, number)));
        }
        let mut writer = index.writer(crate::testing::OPTIONS).unwrap();
        dead.iter().for_each(|key| writer.delete(key));
        writer.commit().unwrap();
        if order.len() > 1 {
            writer.merge(&order).unwrap();
        }
        writer.finish().unwrap();
        (dir, index)
    }

    fn articles() -> impl Strategy<Value = Vec<(Article, bool)>> {
        let word = proptest::sample::select(vec![
            "hòa",
            "hoà",
            "Hòa",
            "HOÀ",
            "hoa\u{300}",
            "lý",
            "Đảng",
            "đa\u{309}ng",
            "café",
            "tự",
            "9",
            "diễn",
            "biến",
            "x",
            "Ông",
            "tu\u{31b}\u{323}",
            "nghiêng",
            "Sørensen",
            "ß",
        ]);
        let gap = proptest::sample::select(vec![" ", " ", ", ", "\n", " “", "·· ", "-"]);
        let part = || {
            proptest::collection::vec((word.clone(), gap.clone()), 0..40).prop_map(|words| {
                let words = words.into_iter();
                words
                    .map(|(word, gap)| format!("{word}{gap}"))
                    .collect::<String>()
            })
        };
        let article = (part(), part(), part()).prop_map(|(title, summary, body)| Article {
            title: Some(title),
            summary: Some(summary),
            body,
            ..Article::default()
        });
        proptest::collection::vec((article, proptest::bool::weighted(0.8)), 1..20).prop_map(
            |mut list| {
                // A segment without articles would not be merged.
                list[0].1 = true;
                list
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_merged_segment_is_as_if_built_at_once(
            lists in proptest::collection::vec(articles(), 2..4),
        ) {
            let (_merged_dir, merged) = indexed(&lists);
            let living: Vec<_> = lists.iter().flatten().filter(|(_, alive)| *alive).cloned().collect();
            let (_whole_dir, whole) = indexed(std::slice::from_ref(&living));
            let (merged, whole) = (segments(&merged), segments(&whole));
            prop_assert!(merged.len() <= 1 && merged.len() == whole.len());
            for ((merged_reader, merged), (whole_reader, whole)) in merged.iter().zip(&whole) {
                // Blocks of residue are cut elsewhere.
                let of_residue = |s: &Section| matches!(s, Section::Residue | Section::ResidueBlocks);
                for section in Section::ALL.into_iter().filter(|s| !of_residue(s)) {
                    let (merged, whole) = (merged.section(section), whole.section(section));
                    prop_assert!(merged == whole, "{:?}", section);
                }
                let sketches = |reader| TextPlugin::open_sketches(reader).unwrap();
                let (merged_sketches, whole_sketches) = (sketches(merged_reader), sketches(whole_reader));
                for (number, (article, _)) in (0..).zip(&living) {
                    let text = merged.text(number).unwrap().fields;
                    prop_assert_eq!(&text[0], article.title.as_ref().unwrap());
                    prop_assert_eq!(&text[2], &article.body);
                    prop_assert!(merged_sketches.sample(number).eq(whole_sketches.sample(number)));
                    prop_assert_eq!(merged_sketches.tokens(number), whole_sketches.tokens(number));
                }
            }
        }
    }

    #[test]
    fn surfaces_do_not_depend_on_the_order_of_articles() {
        let article = |body: &str| Article {
            body: body.to_owned(),
            ..Article::default()
        };
        for bodies in [
            ["Hòa Ở", "hoa\u{300} o\u{31b}\u{309}"],
            ["hoa\u{300} o\u{31b}\u{309}", "Hòa Ở"],
        ] {
            let list = bodies.iter().map(|body| (article(body), true)).collect();
            let (_dir, index) = indexed(&[list]);
            let segment = &segments(&index)[0].1;
            let mut surfaces: Vec<&str> = (0..2).map(|key| segment.surface(key)).collect();
            surfaces.sort_unstable();
            assert_eq!(surfaces, ["hòa", "ở"]);
        }
    }
}
