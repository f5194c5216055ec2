//! Index statistics.

use serde::Serialize;

/// What an index holds.
///
/// Tokens and keys of articles that were deleted or replaced count until their segment is
/// merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// How many articles there are.
    pub articles: u64,
    /// How many tokens there are.
    pub tokens: u64,
    /// How many exact keys there are: syllables and words that differ in more than spelling.
    pub distinct_syllables: u64,
    /// How many folded keys there are: syllables and words without accents.
    pub distinct_folded: u64,
    /// Bytes of all files in the index's folder.
    pub bytes_on_disk: u64,
    /// How many segments there are.
    pub segments: usize,
    /// The first day of publication, in days since 1970-01-01; none if no article has a date.
    pub first_day: Option<i32>,
    /// The last day of publication.
    pub last_day: Option<i32>,
    /// The version of everything the index holds.
    pub index_version: u32,
    /// The version of the analysis: how text becomes keys.
    pub analyzer_version: u32,
}
