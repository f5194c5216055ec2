//! Chooses the segments to merge after an update.
//!
//! Searches are fastest on one segment, but merging all for every small update
//! would cost more than it gains. So segments are kept in sizes that grow by a
//! factor: a segment is merged with the smaller ones when together they are
//! not much smaller than it is. The first update of a corpus ends with one
//! segment if memory allows, and many small updates with a few.

use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::index::SegmentId;

use crate::error::{Error, Result};
use crate::store::{ArticleWriter, Index};
use crate::text::TextPlugin;

/// A segment is merged with the smaller ones if it is at most this many times
/// as large as they are together.
const FACTOR: u64 = 4;
/// A segment is rewritten if more than one in this many articles is deleted.
const DELETED: u64 = 4;
/// Memory for merging, in bytes per position: the encoded postings, the overflow bytes and the
/// residue, all of which grow by doubling.
const BYTES_PER_POSITION: u64 = 4;
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

/// Merges segments until there are few, with `memory` bytes at most, or `stop`
/// is set.
///
/// # Errors
///
/// When a segment is damaged or a file cannot be written. The index stays
/// whole.
pub(crate) fn merge(
    index: &Index,
    writer: &mut ArticleWriter,
    memory: usize,
    stop: &AtomicBool,
) -> Result<()> {
    let most = (memory as u64).saturating_sub(PROGRAM) / BYTES_PER_POSITION;
    while !stop.load(Ordering::Relaxed) {
        let group = choose(sizes(index)?, most);
        if group.is_empty() {
            break;
        }
        writer.merge(&group)?;
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

/// The next segments to merge; empty if no merge is worthwhile.
fn choose(mut sizes: Vec<Size>, most: u64) -> Vec<SegmentId> {
    sizes.sort_by_key(|size| size.positions);
    let mut group = 0;
    let mut sum = 0;
    let mut together = 0;
    for (i, size) in sizes.iter().enumerate() {
        together += size.positions;
        if together > most {
            break;
        }
        if i > 0 && size.positions <= FACTOR * sum {
            group = i + 1;
        }
        sum = together;
    }
    if group == 0 {
        let ragged = |size: &&Size| size.is_ragged && size.positions <= most;
        return sizes
            .iter()
            .find(ragged)
            .map(|size| size.id)
            .into_iter()
            .collect();
    }
    sizes.iter().take(group).map(|size| size.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(positions: &[u64], most: u64) -> usize {
        let size = |&positions: &u64| Size {
            id: SegmentId::generate_random(),
            positions,
            is_ragged: false,
        };
        choose(positions.iter().map(size).collect(), most).len()
    }

    #[test]
    fn segments_of_like_size_are_merged_and_large_ones_left_alone() {
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
            assert_eq!(
                chosen(positions, most),
                merged,
                "{positions:?}, at most {most}"
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
        assert_eq!(choose(vec![ragged], 1000), [ragged.id]);
        assert_eq!(choose(vec![ragged], 5), []);
    }
}
