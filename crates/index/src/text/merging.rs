//! Merges the living articles of segments without analysing their text again.
//!
//! The keys of all segments are mapped by their strings first, and ranked by their numbers of living
//! tokens. Everything else is then read and written once: tokens through a table from ids to ids,
//! blocks of residue as they are, as they depend on nothing else than the surfaces, which follow
//! from the keys, and sorted lists one after the other.

use std::io::{self, Write};
use std::ops::Range;

use super::bytes::load_u32;
use super::ids::Ids;
use super::inversion;
use super::layout::ArticleRow;
use super::residue::ResidueReader;
use super::sections::SectionWriter;
use super::segment::{TextSegment, unpack};
use super::source::{MAPPED, NONE, Open, Refused, Source};
use super::tokens::FIRST_KEY;
use super::vocabulary::Vocabulary;
use super::writing::{
    Counts, ResidueBlocks, TokenWriter, write_articles, write_dictionary, write_header,
};

/// Positions whose tokens are read at once.
const AT_ONCE: usize = 1 << 14;

/// Segments that are merged, their keys mapped and their living articles numbered.
#[derive(Default)]
pub(crate) struct Merger<'a> {
    vocabulary: Vocabulary,
    articles: Vec<ArticleRow>,
    positions: u32,
    sources: Vec<Source<'a>>,
}

impl<'a> Merger<'a> {
    /// Appends the living articles of a segment whose bytes were checked; their numbers ascend.
    ///
    /// # Errors
    ///
    /// When they have to be added by their text, the segment is damaged, or there are too many
    /// tokens.
    pub(crate) fn append(
        &mut self,
        open: Open<'a>,
        living: impl Iterator<Item = u32>,
    ) -> Result<(), Refused> {
        let mut source = Source::new(open)?;
        let segment = source.segment()?;
        for article in living {
            let Some(number) = source.articles.get_mut(article as usize) else {
                return Err(Refused::Damaged("articles without text".to_owned()));
            };
            *number = self.articles.len() as u32;
            self.append_article(&segment, article)?;
        }
        drop(segment);
        source.keys = self.mapped_keys(&source)?;
        self.sources.push(source);
        Ok(())
    }

    fn append_article(&mut self, segment: &TextSegment, article: u32) -> Result<(), Refused> {
        let row = segment.rows().row(article);
        let start = self.positions;
        let moved = |position: u32| position.wrapping_sub(row.start).wrapping_add(start);
        let length = segment.start(article + 1).saturating_sub(row.start);
        let end = start
            .checked_add(length)
            .ok_or_else(|| io::Error::other("a segment cannot hold more than 4 billion tokens"))?;
        self.positions = end;
        self.articles.push(ArticleRow {
            start,
            title_end: moved(row.title_end),
            summary_end: moved(row.summary_end),
            length: row.length,
            tie: segment.tie(article),
        });
        Ok(())
    }

    /// The vocabulary's ids of the keys of a segment, by their ids there, or [`NONE`] for keys
    /// without living tokens. Counts these tokens.
    fn mapped_keys(&mut self, source: &Source<'_>) -> Result<Vec<u32>, Refused> {
        let tokens = living_tokens(source)?;
        let segment = source.segment()?;
        let mut keys = vec![NONE; tokens.len()];
        for (key, (id, &tokens)) in (0..).zip(keys.iter_mut().zip(&tokens)) {
            if tokens == 0 {
                continue;
            }
            let folded = segment.folded_key(segment.exact_info(key).link);
            *id = self.vocabulary.adopt(segment.exact_key(key), folded);
            if &*self.vocabulary.entries[*id as usize].surface != segment.surface(key) {
                return Err(Refused::Surface);
            }
            self.vocabulary.count(*id, tokens);
        }
        Ok(keys)
    }

    /// The number of positions of the merged segment.
    pub(crate) fn positions(&self) -> u32 {
        self.positions
    }

    /// Writes the merged segment, with this many threads.
    ///
    /// # Errors
    ///
    /// When a segment is damaged, and errors of `out`.
    pub(crate) fn write<W: Write>(self, out: W, threads: usize) -> Result<W, Refused> {
        let mut sections = SectionWriter::new(out);
        let ids = Ids::rank(&self.vocabulary);
        let counts = Counts {
            articles: self.articles.len() as u32,
            positions: self.positions,
            words: self.vocabulary.tokens().iter().sum(),
        };
        write_articles(&self.articles, counts.positions, &mut sections)?;
        let (sources, articles) = (&self.sources, &self.articles);
        let copy = |sections: &mut SectionWriter<W>| copy_texts(sources, &ids, sections);
        let inversion = inversion::merge(
            sources,
            articles,
            counts,
            &ids,
            threads,
            &mut sections,
            copy,
        )?;
        write_dictionary(&self.vocabulary, &ids, &inversion, &mut sections)?;
        write_header(counts, &ids, &mut sections)?;
        Ok(sections.finish()?)
    }
}

/// Writes the tokens and the residue of the living articles.
fn copy_texts<W: Write>(
    sources: &[Source<'_>],
    ids: &Ids<'_>,
    sections: &mut SectionWriter<W>,
) -> Result<(), Refused> {
    let mut tokens = TokenWriter::begin(sections);
    for source in sources {
        copy_tokens(source, ids, &mut tokens, sections)?;
    }
    tokens.finish(sections)?;
    let mut residue = ResidueBlocks::new()?;
    residue.begin(sections);
    for source in sources {
        copy_residue(source, &mut residue, sections)?;
    }
    Ok(residue.finish(sections)?)
}

/// The number of living tokens of each exact key of a segment.
fn living_tokens(source: &Source<'_>) -> Result<Vec<u32>, Refused> {
    let segment = source.segment()?;
    let mut tokens: Vec<u32> = (0..segment.exact_keys())
        .map(|key| segment.exact_info(key).tokens)
        .collect();
    drop(segment);
    // Articles are rarely deleted, so that it is cheaper to count those that are.
    read_tokens(source, false, |read| {
        for key in read.iter().filter_map(|token| token.checked_sub(FIRST_KEY)) {
            let count = tokens.get_mut(key as usize);
            let count = count.ok_or_else(|| unknown_key(key))?;
            *count = count.saturating_sub(1);
        }
        Ok(())
    })?;
    Ok(tokens)
}

fn unknown_key(key: u32) -> Refused {
    Refused::Damaged(format!("key {key} is not in it"))
}

/// The runs of articles of a segment that are all living or all dead.
fn runs(source: &Source<'_>, living: bool) -> impl Iterator<Item = Range<u32>> {
    let mut at = 0;
    let groups = source
        .articles
        .chunk_by(|&a, &b| (a == NONE) == (b == NONE));
    groups.filter_map(move |group| {
        let start = at;
        at += group.len() as u32;
        let is_living = group.first().is_some_and(|&first| first != NONE);
        (is_living == living).then_some(start..at)
    })
}

/// Calls `f` with all tokens of the living articles of a segment, or of the dead ones, some at a time.
fn read_tokens(
    source: &Source<'_>,
    living: bool,
    mut f: impl FnMut(&mut [u32]) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut segment = source.segment()?;
    let mut tokens = Vec::with_capacity(AT_ONCE);
    let mut mapped = 0;
    for articles in runs(source, living) {
        let end = segment.start(articles.end);
        for from in (segment.start(articles.start)..end).step_by(AT_ONCE) {
            if mapped >= MAPPED {
                drop(segment);
                segment = source.segment()?;
                mapped = 0;
            }
            let to = end.min(from.saturating_add(AT_ONCE as u32));
            tokens.clear();
            segment.tokens().range(from, to).read_into(&mut tokens);
            if tokens.len() != (to - from) as usize {
                let reason = format!("the tokens from position {from} on");
                return Err(Refused::Damaged(reason));
            }
            mapped += tokens.len();
            f(&mut tokens)?;
        }
    }
    Ok(())
}

/// Appends the living tokens of a segment.
fn copy_tokens<W: Write>(
    source: &Source<'_>,
    ids: &Ids<'_>,
    out: &mut TokenWriter,
    sections: &mut SectionWriter<W>,
) -> Result<(), Refused> {
    // By token of the segment, that of the merged one.
    let keys = source
        .keys
        .iter()
        .map(|&entry| match ids.rank_of.get(entry as usize) {
            Some(&rank) => rank + FIRST_KEY,
            None => NONE,
        });
    let table: Vec<u32> = (0..FIRST_KEY).chain(keys).collect();
    read_tokens(source, true, |tokens| {
        let mut known = true;
        for token in tokens.iter_mut() {
            *token = table.get(*token as usize).copied().unwrap_or(NONE);
            known &= *token != NONE;
        }
        match known {
            true => Ok(out.push(tokens, sections)?),
            false => Err(Refused::Damaged("a token has no key".to_owned())),
        }
    })
}

/// Appends the residue of the living articles of a segment.
fn copy_residue<W: Write>(
    source: &Source<'_>,
    out: &mut ResidueBlocks,
    sections: &mut SectionWriter<W>,
) -> Result<(), Refused> {
    let (mut next, mut done) = (0, 0);
    loop {
        let segment = source.segment()?;
        let mut mapped = 0;
        for (range, packed) in segment.residue_blocks().skip(done) {
            let numbers = source
                .articles
                .get(range.start as usize..range.end as usize);
            let numbers = numbers
                .filter(|_| range.start == next)
                .ok_or_else(|| Refused::Damaged("the table of residue".to_owned()))?;
            next = range.end;
            let size = load_u32(packed, 0) as usize;
            if let (Some(&first), false) = (numbers.first(), numbers.contains(&NONE))
                && ResidueBlocks::is_full(size)
            {
                out.copy(first, packed)?;
            } else if numbers.iter().any(|&number| number != NONE) {
                copy_some_residue(range.start, numbers, packed, out)?;
            }
            out.write(sections)?;
            done += 1;
            mapped += packed.len();
            if mapped >= MAPPED {
                break;
            }
        }
        if mapped < MAPPED {
            break;
        }
    }
    match next as usize == source.articles.len() {
        true => Ok(()),
        false => Err(Refused::Damaged("articles without text".to_owned())),
    }
}

/// Appends the living articles of a block, as small blocks become larger ones. `numbers` are those
/// in the merged segment of the articles from `first` on.
fn copy_some_residue(
    first: u32,
    numbers: &[u32],
    packed: &[u8],
    out: &mut ResidueBlocks,
) -> Result<(), Refused> {
    let size = load_u32(packed, 0) as usize;
    let bytes = unpack(packed.get(4..).unwrap_or_default(), size)?;
    let mut start = 0;
    for (article, &number) in (first..).zip(numbers) {
        let end = ResidueReader::end(&bytes, start);
        let end = end.ok_or_else(|| Refused::Damaged(format!("the text of article {article}")))?;
        if number != NONE {
            out.add(number, &bytes[start..end])?;
        }
        start = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::SegmentReader;
    use timbao_articles::Article;

    use super::super::section::Section;
    use super::*;
    use crate::testing::commit;
    use crate::text::TextPlugin;
    use crate::{Index, WriterOptions};

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
        let options = WriterOptions {
            threads: 3,
            ..crate::testing::OPTIONS
        };
        let mut writer = index.writer(options).unwrap();
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
                let (merged_file, whole_file) = (sketches(merged_reader), sketches(whole_reader));
                let (merged_sketches, whole_sketches) =
                    (merged_file.read().unwrap(), whole_file.read().unwrap());
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
