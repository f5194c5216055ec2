//! How often words and pairs of words stand in the index, by spelling.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use timbao_tokenizer::restore::Counts;

use crate::search::Searcher;
use crate::text::TextSegment;
use crate::text::tokens::FIRST_KEY;

/// Occurrences of a pair whose spelling its list leaves open; of more, these are a sample.
const ASKED: u64 = 500;

/// Counts of tokens by exact keys, of an index. Articles that were deleted or replaced count
/// until their segment is merged.
pub(crate) struct Frequencies<'s> {
    segments: Vec<&'s TextSegment>,
    /// Lists are read once for all their spellings.
    pairs: RefCell<FxHashMap<(String, String), Rc<PairSpellings>>>,
}

/// The spellings of a pair of folded keys, as exact keys, and how often each occurs.
type PairSpellings = FxHashMap<(String, String), u64>;

impl<'s> Frequencies<'s> {
    /// The counts of what a searcher sees.
    pub(crate) fn new(searcher: &'s Searcher) -> Self {
        Self {
            segments: searcher.segments.iter().map(|view| &view.text).collect(),
            pairs: RefCell::default(),
        }
    }

    /// How many tokens there are.
    pub(crate) fn tokens(&self) -> u64 {
        self.segments.iter().map(|s| u64::from(s.words())).sum()
    }

    /// How often an exact key occurs.
    pub(crate) fn exact(&self, key: &str) -> u64 {
        let of = |s: &&TextSegment| s.exact_id(key).map_or(0, |id| s.exact_info(id).tokens);
        self.segments.iter().map(|s| u64::from(of(s))).sum()
    }

    /// How often a folded key occurs.
    pub(crate) fn folded(&self, key: &str) -> u64 {
        let of = |s: &&TextSegment| s.folded_id(key).map_or(0, |id| s.folded_info(id).tokens);
        self.segments.iter().map(|s| u64::from(of(s))).sum()
    }

    /// Every folded key that `wanted` says something about, with its count and what was said.
    pub(crate) fn folded_where<T>(&self, mut wanted: impl FnMut(&str) -> Option<T>) -> Found<T> {
        let mut found = Found::default();
        for segment in &self.segments {
            for id in 0..segment.folded_keys() {
                let key = segment.folded_key(id);
                if let Some(said) = wanted(key) {
                    add(&mut found, key, segment.folded_info(id).tokens, said);
                }
            }
        }
        found
    }

    /// How often one folded key stands right behind another.
    pub(crate) fn folded_pair(&self, first: &str, second: &str) -> u64 {
        let of = |s: &&TextSegment| {
            let (a, b) = (s.folded_id(first)?, s.folded_id(second)?);
            Some(u64::from(s.pair(a, b)?.len()))
        };
        self.segments.iter().filter_map(of).sum()
    }

    /// The folded keys that stand right behind one and that `wanted` says yes to, with how
    /// often they do.
    pub(crate) fn followers(
        &self,
        first: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> FxHashMap<String, u64> {
        let mut followers: FxHashMap<String, u64> = FxHashMap::default();
        for segment in &self.segments {
            let Some(id) = segment.folded_id(first) else {
                continue;
            };
            for (second, list) in segment.pairs_of(id) {
                let key = segment.folded_key(second);
                if wanted(key) {
                    *followers.entry(key.to_owned()).or_default() += u64::from(list.len());
                }
            }
        }
        followers
    }

    /// The spellings of a pair of folded keys.
    pub(crate) fn pair_spellings(&self, first: &str, second: &str) -> Rc<PairSpellings> {
        let key = (first.to_owned(), second.to_owned());
        if let Some(known) = self.pairs.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut spellings = PairSpellings::default();
        for segment in &self.segments {
            add_spellings(segment, first, second, &mut spellings);
        }
        let spellings = Rc::new(spellings);
        self.pairs.borrow_mut().insert(key, Rc::clone(&spellings));
        spellings
    }

    /// The folded key of an exact one that the index has.
    fn folded_key(&self, exact: &str) -> Option<&'s str> {
        self.segments.iter().find_map(|segment| {
            let id = segment.exact_id(exact)?;
            Some(segment.folded_key(segment.folded_of(id)))
        })
    }
}

impl Counts for Frequencies<'_> {
    fn spellings(&self, folded: &str) -> Vec<(String, u64)> {
        let mut spellings: FxHashMap<&str, u64> = FxHashMap::default();
        for segment in &self.segments {
            let variants = segment
                .folded_id(folded)
                .into_iter()
                .flat_map(|id| segment.variants(id));
            for id in variants {
                *spellings.entry(segment.exact_key(id)).or_default() +=
                    u64::from(segment.exact_info(id).tokens);
            }
        }
        let spellings = spellings.into_iter();
        spellings.map(|(key, n)| (key.to_owned(), n)).collect()
    }

    fn pair_count(&self, first: &str, second: &str) -> u64 {
        let (Some(a), Some(b)) = (self.folded_key(first), self.folded_key(second)) else {
            return 0;
        };
        let spellings = self.pair_spellings(a, b);
        let count = spellings.get(&(first.to_owned(), second.to_owned()));
        count.copied().unwrap_or(0)
    }
}

/// Keys, each with its count and what was said of it.
pub(crate) type Found<T> = FxHashMap<String, (u64, T)>;

fn add<T>(found: &mut Found<T>, key: &str, tokens: u32, said: T) {
    match found.get_mut(key) {
        Some((count, _)) => *count += u64::from(tokens),
        None => {
            found.insert(key.to_owned(), (u64::from(tokens), said));
        }
    }
}

/// Counts the spellings of a pair in one segment: by the codes beside its positions and,
/// where a code leaves it open, by the tokens of the articles.
fn add_spellings(segment: &TextSegment, first: &str, second: &str, spellings: &mut PairSpellings) {
    let (Some(a), Some(b)) = (segment.folded_id(first), segment.folded_id(second)) else {
        return;
    };
    let Some(list) = segment.pair(a, b) else {
        return;
    };
    let mut add = |x: u32, y: u32, count: u64| {
        let pair = (
            segment.exact_key(x).to_owned(),
            segment.exact_key(y).to_owned(),
        );
        *spellings.entry(pair).or_default() += count;
    };
    let (first, second) = (segment.folded_info(a), segment.folded_info(b));
    let listed: Vec<_> = list.spellings().collect();
    let mut counts = vec![0u64; listed.len()];
    let mut open = 0u64;
    let mut asked: FxHashMap<(u32, u32), u64> = FxHashMap::default();
    let mut index = 0;
    list.positions.for_each(|position| {
        match counts.get_mut(list.code(index) as usize) {
            Some(count) => *count += 1,
            None => {
                open += 1;
                if let Some(pair) = (open <= ASKED)
                    .then(|| spelled(segment, position))
                    .flatten()
                {
                    *asked.entry(pair).or_default() += 1;
                }
            }
        }
        index += 1;
    });
    for ((i, j), count) in listed.into_iter().zip(counts) {
        add(
            segment.variant_at(&first, i),
            segment.variant_at(&second, j),
            count,
        );
    }
    for ((x, y), count) in asked {
        add(x, y, count * open / open.clamp(1, ASKED));
    }
}

/// The exact keys of the two tokens from a position on.
fn spelled(segment: &TextSegment, position: u32) -> Option<(u32, u32)> {
    let mut tokens = segment.tokens().range(position, position.checked_add(2)?);
    let mut key = || tokens.next()?.checked_sub(FIRST_KEY);
    Some((key()?, key()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timbao_articles::Article;
    use timbao_tokenizer::{exact_key, fold};

    use super::*;
    use crate::testing::indexed;

    const WORDS: [&str; 14] = [
        "hoa", "hóa", "hòa", "hỏa", "họa", "hoạ", "binh", "bình", "bính", "bịnh", "bỉnh", "và",
        "va", "x",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn pairs_are_counted_by_spelling(
            paragraphs in proptest::collection::vec(
                proptest::collection::vec(0usize..WORDS.len(), 0..120),
                1..8,
            ),
            split in 0usize..8,
        ) {
            let (first, second) = paragraphs.split_at(split.min(paragraphs.len()));
            let commits = [("a", first), ("b", second)].map(|(key, part)| {
                let text = |row: &Vec<usize>| row.iter().map(|&w| WORDS[w]).collect::<Vec<_>>();
                let body: Vec<String> = part.iter().map(|row| text(row).join(" ")).collect();
                vec![(key, Article { body: body.join("\n"), ..Article::default() })]
            });
            let (_dir, searcher) = indexed(commits);
            let mut expected: FxHashMap<(String, String), u64> = FxHashMap::default();
            for row in &paragraphs {
                for pair in row.windows(2) {
                    let pair = (exact_key(WORDS[pair[0]]), exact_key(WORDS[pair[1]]));
                    *expected.entry(pair).or_default() += 1;
                }
            }
            let frequencies = Frequencies::new(&searcher);
            for a in WORDS {
                for b in WORDS {
                    let pair = (exact_key(a), exact_key(b));
                    let wanted = expected.get(&pair).copied().unwrap_or(0);
                    prop_assert_eq!(frequencies.pair_count(&pair.0, &pair.1), wanted);
                    let (a, b) = (fold(a), fold(b));
                    let folded = |pair: &&(String, String)| {
                        fold(&pair.0) == a && fold(&pair.1) == b
                    };
                    let wanted: u64 =
                        expected.iter().filter(|(pair, _)| folded(pair)).map(|(_, n)| n).sum();
                    prop_assert_eq!(frequencies.folded_pair(&a, &b), wanted);
                    let follows = frequencies.followers(&a, |key| key == b);
                    prop_assert_eq!(follows.get(&b).copied().unwrap_or(0), wanted);
                }
            }
        }
    }
}
