//! Inverts tokens to postings and bigrams.
//!
//! Tokens are partitioned by folded key, one slice of the keys at a time, so
//! that memory is bounded for any number of tokens. The bucket of a folded key,
//! sorted by position, determines its postings, those of its variants, and the
//! bigrams it starts.

mod inverter;
mod merged;

use std::io::{self, Write};

use super::dictionary::KeyInfo;
use super::ids::Ids;
use super::layout::ArticleRow;
use super::score::Saturation;
use super::sections::{Section, SectionWriter};

use inverter::{Inverter, Seconds};

pub(crate) use inverter::{Inversion, position_blocks};
pub(crate) use merged::{NONE, Source};

/// Maximum number of tokens in a slice, unless one key has more.
const SLICE: usize = 1 << 24;

/// Writes the sections of postings and bigrams. If all articles come from other segments, these are
/// the `sources` and their lists are merged, else there is none.
pub(crate) fn invert<W: Write>(
    tokens: &[u32],
    articles: &[ArticleRow],
    ids: &Ids<'_>,
    average_length: f32,
    sources: &[Source],
    sections: &mut SectionWriter<W>,
) -> io::Result<Inversion> {
    let mut inverter = Inverter {
        tokens,
        articles,
        blocks: position_blocks(articles, tokens.len() as u32),
        ids,
        saturation: Saturation::new(average_length),
        result: Inversion {
            exact: vec![KeyInfo::default(); ids.exact.len()],
            folded: vec![KeyInfo::default(); ids.folded.len()],
        },
        postings: Vec::new(),
        pair_seconds: Vec::new(),
        pair_offsets: Vec::new(),
        pair_bytes: 0,
        seconds: Seconds::new(ids.folded.len()),
    };
    sections.begin(Section::Bigrams);
    let mut from = 0;
    if !sources.is_empty() {
        inverter.merge(sources, sections)?;
        from = ids.folded.len();
    }
    while from < ids.folded.len() {
        let mut to = from + 1;
        let mut size = ids.folded[from].tokens as usize;
        while to < ids.folded.len() && size + ids.folded[to].tokens as usize <= SLICE {
            size += ids.folded[to].tokens as usize;
            to += 1;
        }
        inverter.invert_slice(from as u32, to as u32, size, sections)?;
        from = to;
    }
    let Inverter {
        result,
        postings,
        pair_seconds,
        mut pair_offsets,
        pair_bytes,
        ..
    } = inverter;
    sections.write(Section::Postings, &postings)?;
    pair_offsets.extend_from_slice(&pair_bytes.to_le_bytes());
    sections.write(Section::BigramSeconds, &pair_seconds)?;
    sections.write(Section::BigramOffsets, &pair_offsets)?;
    Ok(result)
}
