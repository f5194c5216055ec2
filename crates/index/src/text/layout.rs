//! The layout that the writer and the reader of a segment share.

use super::score;

/// The parts of an article's text: title, summary, body, captions.
pub(crate) const FIELDS: usize = timbao_views::FIELDS;

/// Positions in a block of the position table, as a power of two.
pub(crate) const BLOCK_BITS: u32 = 7;
/// Bytes of an entry of the tables of position blocks.
pub(crate) const BLOCK_ENTRY_BYTES: usize = 4;
/// The range of one article among the tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArticleRow {
    /// First position.
    pub(crate) start: u32,
    /// Position after its title.
    pub(crate) title_end: u32,
    /// Position after its summary.
    pub(crate) summary_end: u32,
    /// Length code.
    pub(crate) length: u8,
    /// Tie-breaker.
    pub(crate) tie: u64,
}

impl ArticleRow {
    /// Decodes a row; its tie-breaker is stored elsewhere.
    #[inline]
    pub(crate) fn read(start: u32, title_end: u32, summary_end: u32, length: u8) -> Self {
        Self {
            start,
            title_end,
            summary_end,
            length,
            tie: 0,
        }
    }

    /// Weight of an occurrence at `position`.
    #[inline]
    pub(crate) fn weight(&self, position: u32) -> u32 {
        // Branch-free, as branches would often be mispredicted.
        let title = u32::from(position < self.title_end);
        let summary = u32::from(position < self.summary_end).saturating_sub(title);
        let lead = u32::from(position.wrapping_sub(self.summary_end) < score::LEAD);
        1 + title * (score::TITLE_WEIGHT - 1)
            + summary * (score::SUMMARY_WEIGHT - 1)
            + lead * (score::LEAD_WEIGHT - 1)
    }
}
