//! Inverts tokens to postings and bigrams.
//!
//! Tokens are partitioned by folded key, one slice of the keys at a time, so
//! that memory is bounded for any number of tokens. The bucket of a folded key,
//! sorted by position, determines its postings, those of its variants, and the
//! bigrams it starts.

mod in_order;
mod inverter;
mod merged;

use std::io::{self, Write};
use std::ops::Range;
use std::thread;

use super::ids::Ids;
use super::layout::ArticleRow;
use super::section::Section;
use super::sections::SectionWriter;
use super::source::{MAPPED, Refused, Source};
use super::writing::Counts;

use in_order::InOrder;
use inverter::{Inverter, Slices, Target};
use merged::{Parts, Tables};

pub(crate) use inverter::{Inversion, position_blocks};

/// Maximum number of tokens in a slice, unless one key has more.
const SLICE: usize = if cfg!(test) { 1 << 5 } else { 1 << 24 };
/// Maximum number of tokens of the keys that a thread merges at a time, unless one key has more.
const MERGED: usize = if cfg!(test) { 1 << 5 } else { 1 << 19 };

/// Most parts of a merge that wait to be written.
const AHEAD: usize = 16;

/// Writes the sections of postings and bigrams of some tokens.
pub(crate) fn invert<W: Write>(
    tokens: &[u32],
    articles: &[ArticleRow],
    ids: &Ids<'_>,
    average_length: f32,
    sections: &mut SectionWriter<W>,
) -> io::Result<Inversion> {
    let positions = tokens.len() as u32;
    let target = Target::new(positions, articles, ids, average_length);
    let mut inverter = Inverter::new(&target);
    let mut slices = Slices::new(&target, tokens);
    sections.begin(Section::Bigrams);
    for (keys, size) in ranges(ids, SLICE) {
        slices.invert(keys, size, &mut inverter, sections)?;
    }
    inverter.finish(sections)
}

/// Writes the sections of postings and bigrams of merged segments, after the sections that `first`
/// writes. Uses `threads` threads in all; those that do not run `first` begin with the merge.
pub(crate) fn merge<W: Write>(
    sources: &[Source<'_>],
    articles: &[ArticleRow],
    counts: Counts,
    ids: &Ids<'_>,
    threads: usize,
    sections: &mut SectionWriter<W>,
    first: impl FnOnce(&mut SectionWriter<W>) -> Result<(), Refused>,
) -> Result<Inversion, Refused> {
    let target = Target::new(counts.positions, articles, ids, counts.average_length());
    let tables = sources.iter().map(|source| Tables::new(source, &target));
    let tables: Vec<Tables> = tables.collect::<Result<_, _>>()?;
    let all: Vec<Range<u32>> = ranges(ids, MERGED).map(|(keys, _)| keys).collect();
    let mut inverter = Inverter::new(&target);
    let mut first = Some(first);
    let mut rest = all.as_slice();
    while !rest.is_empty() || first.is_some() {
        let keys;
        (keys, rest) = rest.split_at(rest.len().min(MAPPED / MERGED));
        let parts = Parts::open(&target, sources, &tables)?;
        let merged = InOrder::new(keys.len(), AHEAD, |part| parts.merge(keys[part].clone()));
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| merged.run());
            }
            if let Some(first) = first.take() {
                merged.after(|| {
                    first(sections)?;
                    sections.begin(Section::Bigrams);
                    Ok::<(), Refused>(())
                })?;
            }
            merged.take_all(|mut part| Ok::<(), Refused>(inverter.append(&mut part, sections)?))
        })?;
    }
    Ok(inverter.finish(sections)?)
}

/// Divides the folded keys into ranges of at most `most` tokens, unless one key has more; returns
/// also their numbers of tokens.
fn ranges(ids: &Ids<'_>, most: usize) -> impl Iterator<Item = (Range<u32>, usize)> {
    let tokens = |key: usize| ids.folded.get(key).map(|folded| folded.tokens as usize);
    let mut from = 0;
    std::iter::from_fn(move || {
        let mut size = tokens(from)?;
        let mut to = from + 1;
        while let Some(more) = tokens(to).filter(|more| size + more <= most) {
            size += more;
            to += 1;
        }
        let keys = from as u32..to as u32;
        from = to;
        Some((keys, size))
    })
}
