//! Inverts tokens to postings and bigrams.
//!
//! Tokens are partitioned by folded key, one slice of the keys at a time, so
//! that memory is bounded for any number of tokens. The bucket of a folded key,
//! sorted by position, determines its postings, those of its variants, and the
//! bigrams it starts.

mod inverter;
mod merged;

use std::io::{self, Write};

use super::ids::Ids;
use super::layout::ArticleRow;
use super::sections::{Section, SectionWriter};
use super::writing::Counts;

use inverter::Inverter;

pub(crate) use inverter::{Inversion, position_blocks};
pub(crate) use merged::{NONE, Source};

/// Maximum number of tokens in a slice, unless one key has more.
const SLICE: usize = 1 << 24;

/// Writes the sections of postings and bigrams of some tokens.
pub(crate) fn invert<W: Write>(
    tokens: &[u32],
    articles: &[ArticleRow],
    ids: &Ids<'_>,
    average_length: f32,
    sections: &mut SectionWriter<W>,
) -> io::Result<Inversion> {
    let positions = tokens.len() as u32;
    let mut inverter = Inverter::new(positions, articles, ids, average_length);
    sections.begin(Section::Bigrams);
    let mut from = 0;
    while from < ids.folded.len() {
        let mut to = from + 1;
        let mut size = ids.folded[from].tokens as usize;
        while to < ids.folded.len() && size + ids.folded[to].tokens as usize <= SLICE {
            size += ids.folded[to].tokens as usize;
            to += 1;
        }
        inverter.invert_slice(tokens, from as u32, to as u32, size, sections)?;
        from = to;
    }
    inverter.finish(sections)
}

/// Writes the sections of postings and bigrams of merged segments.
pub(crate) fn merge<W: Write>(
    sources: &[Source],
    articles: &[ArticleRow],
    counts: Counts,
    ids: &Ids<'_>,
    sections: &mut SectionWriter<W>,
) -> io::Result<Inversion> {
    let average_length = counts.average_length();
    let mut inverter = Inverter::new(counts.positions, articles, ids, average_length);
    sections.begin(Section::Bigrams);
    inverter.merge(sources, sections)?;
    inverter.finish(sections)
}
