//! The layout that the writer and the reader of a segment share.

use super::score;

/// The parts of an article's text: title, summary, body, captions.
pub(crate) const FIELDS: usize = timbao_views::FIELDS;

/// Positions in a run of the table of runs, as a power of two.
pub(crate) const RUN_BITS: u32 = 7;
/// Bytes of an entry of the tables of runs and of their tails.
pub(crate) const RUN_BYTES: usize = 4;
/// One article's place among the tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArticleRow {
    /// Its first position.
    pub(crate) start: u32,
    /// Where its title ends.
    pub(crate) title_end: u32,
    /// Where its summary ends.
    pub(crate) summary_end: u32,
    /// Its length code.
    pub(crate) length: u8,
    /// Its tie-breaker.
    pub(crate) tie: u64,
}

impl ArticleRow {
    /// A row as it was written; its tie is kept elsewhere.
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

    /// How often an occurrence at `position` counts.
    #[inline]
    pub(crate) fn weight(&self, position: u32) -> u32 {
        // Summed up, as branches would often be guessed wrong.
        let title = u32::from(position < self.title_end);
        let summary = u32::from(position < self.summary_end).saturating_sub(title);
        let lead = u32::from(position.wrapping_sub(self.summary_end) < score::LEAD);
        1 + title * (score::TITLE_WEIGHT - 1)
            + summary * (score::SUMMARY_WEIGHT - 1)
            + lead * (score::LEAD_WEIGHT - 1)
    }
}
