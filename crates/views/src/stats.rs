//! Index statistics.

use serde::Serialize;

/// Index statistics. Articles that were deleted or replaced do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Number of articles.
    pub articles: u64,
    /// Number of tokens.
    pub tokens: u64,
    /// Number of exact keys: syllables and words that differ in more than spelling.
    pub distinct_syllables: u64,
    /// Number of folded keys: syllables and words without accents.
    pub distinct_folded: u64,
    /// Bytes of all files in the index's directory.
    pub bytes_on_disk: u64,
    /// Number of segments.
    pub segments: usize,
    /// The first day of publication, in days since 1970-01-01; `None` if no article has a date.
    pub first_day: Option<i32>,
    /// The last day of publication.
    pub last_day: Option<i32>,
    /// The version of the index.
    pub index_version: u32,
    /// The version of the analysis: how text becomes keys.
    pub analyzer_version: u32,
}
