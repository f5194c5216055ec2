//! Reprints: articles that publish the same text, exactly or nearly.
//!
//! Two articles are the same text if the longer one has at least `LEAST_SHARED`
//! of the shorter one's shingles, and is at most `MOST_LONGER` times as long.
//! Shingles are runs of `SHINGLE` syllables of summary and body, without regard
//! to case, punctuation and paragraphs. Each segment stores samples of the
//! shingles of its articles (bottom-k sketches; Broder 1997, Cohen 1997), which
//! yield candidates; all shingles of both decide. Articles are processed in
//! order of time: each joins the earliest original it is the same text as, or
//! becomes one. So every member of a group is compared with its original, and
//! groups do not grow by chains of small differences. Texts with fewer than
//! `LEAST_SHINGLES` shingles, notices, are the same if all of these and their
//! headlines are.

mod diff;
mod group;
mod groups;
mod history;
mod shingles;

pub use diff::{DiffKind, DiffPart, Excerpt};
pub use group::groups;
pub(crate) use group::is_same;
pub use groups::Groups;
pub use history::{Reprint, ReprintGroup, ReprintGroups, ReprintHistory, reprint_groups, reprints};
pub use shingles::{key_hash, sample_size, shingles};

/// Syllables in a shingle.
const SHINGLE: usize = 5;
/// Minimum number of shingles of which a part decides; shorter texts are the same if they are equal.
const LEAST_SHINGLES: usize = 20;
/// Minimum share of the shorter text's shingles in the longer one.
const LEAST_SHARED: f64 = 0.7;
/// Maximum ratio of the numbers of shingles.
const MOST_LONGER: usize = 4;
