//! The ids of keys in a segment.

use rustc_hash::FxHashMap;

use super::vocabulary::Vocabulary;

/// The ids that a segment is written with: ranks by frequency.
pub(crate) struct Ids<'v> {
    /// Vocabulary ids in the order of rank.
    pub(crate) exact: Vec<u32>,
    /// Ranks by vocabulary id.
    pub(crate) rank_of: Vec<u32>,
    /// By rank: number of tokens.
    pub(crate) tokens: Vec<u32>,
    /// By rank: the folded key, and the ordinal among its variants.
    pub(crate) folded_of: Vec<(u32, u32)>,
    /// Folded keys in the order of rank.
    pub(crate) folded: Vec<Folded<'v>>,
    /// The ranks of the variants of each folded key, concatenated.
    pub(crate) variants: Vec<u32>,
}

/// A folded key.
pub(crate) struct Folded<'v> {
    pub(crate) key: &'v str,
    /// Number of tokens with this key.
    pub(crate) tokens: u32,
    /// Start of its variants in [`Ids::variants`].
    pub(crate) variants: u32,
}

impl<'v> Ids<'v> {
    /// The ranks of the exact keys of a folded one, the commonest first.
    pub(crate) fn spellings(&self, folded: u32) -> &[u32] {
        let start = self.folded[folded as usize].variants as usize;
        let next = self.folded.get(folded as usize + 1);
        let end = next.map_or(self.variants.len(), |next| next.variants as usize);
        &self.variants[start..end]
    }

    /// Ranks the keys of a vocabulary.
    pub(crate) fn rank(vocabulary: &'v Vocabulary) -> Self {
        let entries = &vocabulary.entries;
        let mut exact: Vec<u32> = (0..entries.len() as u32).collect();
        let tokens_of = vocabulary.tokens();
        exact.sort_unstable_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            let by_tokens = tokens_of[b].cmp(&tokens_of[a]);
            by_tokens.then_with(|| entries[a].exact.cmp(&entries[b].exact))
        });
        let mut rank_of = vec![0; entries.len()];
        for (rank, &id) in exact.iter().enumerate() {
            rank_of[id as usize] = rank as u32;
        }

        // Walking by rank puts the spellings of a folded key in that order.
        let mut groups: FxHashMap<&str, (u32, Vec<u32>)> = FxHashMap::default();
        for (rank, &id) in exact.iter().enumerate() {
            let entry = &entries[id as usize];
            let group = groups.entry(&entry.folded).or_default();
            group.0 += tokens_of[id as usize];
            group.1.push(rank as u32);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_unstable_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.0.cmp(b.0)));
        let mut folded = Vec::with_capacity(groups.len());
        let mut folded_of = vec![(0, 0); entries.len()];
        let mut variants = Vec::with_capacity(entries.len());
        for (id, (key, (tokens, ranks))) in groups.into_iter().enumerate() {
            folded.push(Folded {
                key,
                tokens,
                variants: variants.len() as u32,
            });
            for (ordinal, &rank) in ranks.iter().enumerate() {
                folded_of[rank as usize] = (id as u32, ordinal as u32);
            }
            variants.extend(ranks);
        }
        let tokens = exact.iter().map(|&id| tokens_of[id as usize]).collect();
        Self {
            exact,
            rank_of,
            tokens,
            folded_of,
            folded,
            variants,
        }
    }
}
