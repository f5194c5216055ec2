//! Reprints: articles that publish the same text, exactly or nearly.
//!
//! Two articles are the same text if at least [`LEAST_SHARED`] of the shorter one's shingles
//! (runs of [`SHINGLE`] syllables of summary and body, without regard to case, punctuation and
//! paragraphs) stand in the longer one, which is at most [`MOST_LONGER`] times as long. What may
//! be the same is found by samples of shingles that each segment keeps of its articles (bottom-k
//! sketches; Broder 1997, Cohen 1997); what is the same is then told from all shingles of both.
//! Articles are gone through in order of time: each joins the earliest text it is the same as, or
//! begins a group. So every member of a group was compared with its first publication, and
//! groups do not grow by chains of small differences.

mod diff;
mod group;
mod history;
pub(crate) mod sketch;
mod unique;

pub use diff::{DiffKind, DiffPart};
pub(crate) use group::Groups;
pub use history::{Reprint, ReprintGroup, ReprintGroups, ReprintHistory};
pub use unique::{UniqueFound, UniqueHit};

/// Syllables in a shingle.
const SHINGLE: usize = 5;
/// Texts with fewer shingles are too short to be told apart and belong to no group.
const LEAST_SHINGLES: usize = 20;
/// The share of the shorter text's shingles that the longer one must hold.
const LEAST_SHARED: f64 = 0.7;
/// The longer text has at most so many times as many shingles.
const MOST_LONGER: usize = 4;

/// Mixes bits (the finalizer of SplitMix64; Steele, Lea & Flood 2014).
pub(super) fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
