//! Chooses the segments to merge after an update.
//!
//! Searches are fastest on one segment, but merging all for every small update
//! would cost more than it gains. So a large update, such as the first, merges its
//! segments with all that are not much larger than it is, and ends with one if memory allows. The
//! segments of small updates wait in tiers, whose sizes grow by a factor, until so many are of
//! one tier that each article is written once for each tier. This is how Lucene's
//! `TieredMergePolicy` and log-structured merge trees bound what updates write.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::index::SegmentId;

use crate::error::{Error, Result};
use crate::store::{ArticleWriter, Index};
use crate::text::TextPlugin;

/// An update is large if the articles of the index before it are less than this many
/// times as large. It then merges a segment with the smaller ones if that is at most
/// this many times as large as they are together.
const FACTOR: u64 = 4;
/// Number of segments of one tier that are merged, and the ratio of the sizes of two
/// tiers.
const TIER: u64 = 16;
/// The largest size of the segments of the first tier, in positions: two hundred
/// articles of the usual length.
const FIRST_TIER: u64 = 1 << 17;
/// A segment is rewritten if more than one in this many articles is deleted.
const DELETED: u64 = 4;
/// Memory for merging, in bytes per position: the encoded postings, the overflow bytes and the
/// residue, all of which grow by doubling, and the pages of the mapped tokens.
const BYTES_PER_POSITION: u64 = 5;
/// Memory that the program takes besides, in bytes.
const PROGRAM: u64 = 64_000_000;

/// A segment as merging sees it.
#[derive(Debug, Clone, Copy)]
struct Size {
    id: SegmentId,
    /// Positions of the articles that are not deleted.
    positions: u64,
    /// Whether enough articles are deleted to rewrite the segment.
    is_ragged: bool,
}

/// Merges segments after an update of those in `before`, until there are few, with
/// `memory` bytes at most, or `stop` is set.
///
/// # Errors
///
/// When a segment is damaged or a file cannot be written. The index stays
/// whole.
pub(crate) fn merge(
    index: &Index,
    writer: &mut ArticleWriter,
    before: &HashSet<SegmentId>,
    memory: usize,
    stop: &AtomicBool,
) -> Result<()> {
    let most = (memory as u64).saturating_sub(PROGRAM) / BYTES_PER_POSITION;
    let mut segments = sizes(index)?;
    let is_large = is_large_update(&segments, before);
    while !stop.load(Ordering::Relaxed) {
        let group = choose(segments, is_large, most);
        if group.is_empty() {
            break;
        }
        writer.merge(&group)?;
        segments = sizes(index)?;
    }
    Ok(())
}

fn sizes(index: &Index) -> Result<Vec<Size>> {
    let searcher = index.reader()?.searcher();
    let readers = searcher.segment_readers().iter();
    readers
        .map(|reader| {
            let all = u64::from(reader.max_doc()).max(1);
            let alive = u64::from(reader.num_docs());
            let positions = u64::from(
                TextPlugin::open(&index.storage, reader)
                    .map_err(Error::engine)?
                    .positions(),
            );
            Ok(Size {
                id: reader.segment_id(),
                positions: (u128::from(positions) * u128::from(alive) / u128::from(all)) as u64,
                is_ragged: (all - alive) * DELETED > all,
            })
        })
        .collect()
}

/// Returns `true` after an update that is not much smaller than what was there before.
fn is_large_update(sizes: &[Size], before: &HashSet<SegmentId>) -> bool {
    let (old, new): (Vec<&Size>, Vec<&Size>) =
        sizes.iter().partition(|size| before.contains(&size.id));
    let sum = |sizes: &[&Size]| sizes.iter().map(|size| size.positions).sum::<u64>();
    sum(&old) <= FACTOR * sum(&new)
}

/// The next segments to merge; empty if no merge is worthwhile.
fn choose(mut sizes: Vec<Size>, is_large: bool, most: u64) -> Vec<SegmentId> {
    sizes.sort_by_key(|size| size.positions);
    let group = match is_large {
        true => similar(&sizes, most),
        false => full_tier(&sizes, most),
    };
    if group < 2 {
        let ragged = |size: &&Size| size.is_ragged && size.positions <= most;
        let ragged = sizes.iter().find(ragged);
        return ragged.map(|size| size.id).into_iter().collect();
    }
    sizes.iter().take(group).map(|size| size.id).collect()
}

/// The number of the smallest segments, in ascending order, whose largest is not much larger than
/// the others together.
fn similar(sizes: &[Size], most: u64) -> usize {
    let mut group = 0;
    let mut sum = 0;
    for (i, size) in sizes.iter().enumerate() {
        let together = sum + size.positions;
        if together > most {
            break;
        }
        if i > 0 && size.positions <= FACTOR * sum {
            group = i + 1;
        }
        sum = together;
    }
    group
}

/// The number of the smallest segments, in ascending order, up to the highest tier that is full.
fn full_tier(sizes: &[Size], most: u64) -> usize {
    let tiers = sizes.chunk_by(|a, b| tier(a) == tier(b));
    let mut end = 0;
    let mut group = 0;
    for segments in tiers {
        end += segments.len();
        if segments.len() as u64 >= TIER {
            group = end;
        }
    }
    let mut sum = 0;
    let fits = |size: &&Size| {
        sum += size.positions;
        sum <= most
    };
    sizes.iter().take(group).take_while(fits).count()
}

/// The tier of a segment: [`TIER`] segments of one are a segment of the next, or of one above it.
fn tier(size: &Size) -> u32 {
    (size.positions / FIRST_TIER)
        .checked_ilog(TIER)
        .map_or(0, |tier| tier + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(positions: &[u64]) -> Vec<Size> {
        let size = |&positions: &u64| Size {
            id: SegmentId::generate_random(),
            positions,
            is_ragged: false,
        };
        positions.iter().map(size).collect()
    }

    #[test]
    fn a_large_update_merges_segments_of_like_size_and_leaves_large_ones_alone() {
        for (positions, most, merged) in [
            (&[][..], 1000, 0),
            (&[5], 1000, 0),
            (&[5, 5], 1000, 2),
            (&[100, 90, 80, 3], 1000, 4),
            (&[100, 3], 1000, 0),
            (&[100, 3, 3], 1000, 2),
            (&[100, 3, 3, 20], 1000, 4),
            (&[100, 90, 80], 180, 2),
            (&[100, 90, 80], 20, 0),
            (&[0, 0, 0], 20, 3),
        ] {
            let chosen = choose(sizes(positions), true, most).len();
            assert_eq!(chosen, merged, "{positions:?}, at most {most}");
        }
    }

    #[test]
    fn an_update_is_large_by_what_was_there_before() {
        for (old, new, is_large) in [
            (&[][..], &[5][..], true),
            (&[20], &[5], true),
            (&[21], &[5], false),
            (&[15, 6], &[3, 3], true),
            (&[15, 6], &[], false),
        ] {
            let old_sizes = sizes(old);
            let before = old_sizes.iter().map(|size| size.id).collect();
            let all = [old_sizes, sizes(new)].concat();
            assert_eq!(is_large_update(&all, &before), is_large, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_small_update_merges_full_tiers() {
        let first = FIRST_TIER - 1;
        let second = FIRST_TIER;
        let third = FIRST_TIER * TIER;
        let counts = |counts: &[(u64, usize)]| -> Vec<u64> {
            let segments = counts.iter();
            let repeated = segments.map(|&(size, count)| std::iter::repeat_n(size, count));
            repeated.flatten().collect()
        };
        for (segments, most, merged) in [
            (&[(first, 15)][..], u64::MAX, 0),
            (&[(first, 16)], u64::MAX, 16),
            (&[(1, 8), (first, 8)], u64::MAX, 16),
            (&[(first, 15), (second, 15), (third, 15)], u64::MAX, 0),
            (&[(first, 16), (second, 15), (third, 1)], u64::MAX, 16),
            // Those of lower tiers come along.
            (&[(first, 3), (second, 16), (third, 1)], u64::MAX, 19),
            (&[(first, 16)], 4 * first, 4),
            (&[(third, 16)], third, 0),
        ] {
            let chosen = choose(sizes(&counts(segments)), false, most).len();
            assert_eq!(chosen, merged, "{segments:?}, at most {most}");
        }
    }

    /// Positions that are written, of each position that arrives, and the most segments.
    fn written(updates: u64, each: impl Fn(u64) -> u64) -> (f64, usize) {
        let mut segments = sizes(&[300_000_000]);
        let (mut arrived, mut written, mut most) = (0, 0, 0);
        for update in 0..updates {
            let new = each(update);
            arrived += new;
            written += new;
            segments.extend(sizes(&[new]));
            loop {
                let group = choose(segments.clone(), false, u64::MAX);
                if group.is_empty() {
                    break;
                }
                let (merged, kept): (Vec<Size>, Vec<Size>) =
                    segments.iter().partition(|size| group.contains(&size.id));
                let sum = merged.iter().map(|size| size.positions).sum();
                written += sum;
                segments = kept;
                segments.extend(sizes(&[sum]));
            }
            most = most.max(segments.len());
        }
        (written as f64 / arrived as f64, most)
    }

    #[test]
    fn small_updates_write_each_position_about_once_for_each_tier() {
        for (updates, each, most_written, most_segments) in [
            (200, 60_000, 2.0, 31),
            (200, 30_000, 2.1, 31),
            (1_000, 60_000, 2.9, 46),
            // One article at a time: the first tier is written more often, and is small.
            (1_000, 600, 9.0, 31),
        ] {
            // Sizes differ by a half, in an order that repeats.
            let (written, segments) =
                written(updates, |update| each * (50 + update * 37 % 101) / 100);
            let label = format!("{updates} of {each}: {written} times, {segments} segments");
            assert!(
                written <= most_written && segments <= most_segments,
                "{label}"
            );
        }
    }

    #[test]
    fn a_segment_with_many_deletions_is_written_anew() {
        let ragged = Size {
            id: SegmentId::generate_random(),
            positions: 9,
            is_ragged: true,
        };
        for is_large in [true, false] {
            assert_eq!(choose(vec![ragged], is_large, 1000), [ragged.id]);
            assert_eq!(choose(vec![ragged], is_large, 5), []);
        }
    }
}
