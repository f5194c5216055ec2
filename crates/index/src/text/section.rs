//! The names of the sections.

/// The sections, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// Counts that describe the segment.
    Header,
    /// Four u32 per article: start of its tokens, end of its title, end of its
    /// summary, and length code; a last row ends the table.
    ArticleTable,
    /// The article that contains the first position of each block of
    /// 2^[`BLOCK_BITS`](super::layout::BLOCK_BITS) positions.
    PositionBlocks,
    /// The start of the overflow bytes of each such block.
    OverflowStarts,
    /// Length code of each article.
    Lengths,
    /// Tie-breakers of equal scores.
    Ties,
    /// The first bytes of the tokens, by position.
    FirstBytes,
    /// The overflow bytes of these tokens.
    OverflowBytes,
    /// First article and offset of each block of `Residue`.
    ResidueBlocks,
    /// The difference between tokens and text.
    Residue,
    /// Exact keys, by id.
    ExactKeys,
    /// The default spelling of each exact key.
    Surfaces,
    /// One record for each exact key.
    ExactInfo,
    /// Hash table from exact keys to ids.
    ExactHash,
    /// Folded keys, by id.
    FoldedKeys,
    /// One record for each folded key.
    FoldedInfo,
    /// Hash table from folded keys to ids.
    FoldedHash,
    /// The exact keys of each folded key.
    Variants,
    /// Postings of exact and folded keys.
    Postings,
    /// The first second key of each block of `Bigrams`.
    BigramSeconds,
    /// The start of each block of `Bigrams`, and the end of the last one.
    BigramOffsets,
    /// Positions of bigrams.
    Bigrams,
}

/// The number of sections.
pub(super) const SECTIONS: usize = Section::Bigrams as usize + 1;

impl Section {
    /// All sections.
    pub(crate) const ALL: [Self; SECTIONS] = [
        Self::Header,
        Self::ArticleTable,
        Self::PositionBlocks,
        Self::OverflowStarts,
        Self::Lengths,
        Self::Ties,
        Self::FirstBytes,
        Self::OverflowBytes,
        Self::ResidueBlocks,
        Self::Residue,
        Self::ExactKeys,
        Self::Surfaces,
        Self::ExactInfo,
        Self::ExactHash,
        Self::FoldedKeys,
        Self::FoldedInfo,
        Self::FoldedHash,
        Self::Variants,
        Self::Postings,
        Self::BigramSeconds,
        Self::BigramOffsets,
        Self::Bigrams,
    ];
}
