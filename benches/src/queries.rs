//! Queries made from the articles themselves, the same for the same seed.

use timbao_articles::Article;
use timbao_tokenizer::{Gap, Kind, scan};

/// A small generator of numbers (xorshift64*, Vigna 2016): benches need the
/// same queries every time, and nothing else of it.
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }
}

/// Runs of 2 to 5 syllables out of running text, without punctuation or
/// numbers between, in lower case.
pub fn phrases(articles: &[Article], count: usize, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut phrases = Vec::with_capacity(count);
    while phrases.len() < count && !articles.is_empty() {
        let body = &articles[random.below(articles.len())].body;
        let tokens: Vec<_> = scan(body).collect();
        let length = 2 + random.below(4);
        if tokens.len() <= length {
            continue;
        }
        let start = random.below(tokens.len() - length);
        let run = &tokens[start..start + length];
        let plain = run.iter().all(|t| t.kind == Kind::Word)
            && run[1..].iter().all(|t| t.gap == Gap::Space);
        if plain {
            phrases.push(body[run[0].start..run[length - 1].end].to_lowercase());
        }
    }
    phrases
}

/// The queries of each kind in lines that `compare --write-queries` wrote, in their order: a kind,
/// a tab and a query.
pub fn by_kind(lines: &str) -> Vec<(&str, Vec<&str>)> {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for (kind, query) in lines.lines().filter_map(|line| line.split_once('\t')) {
        match kinds.iter_mut().find(|known| known.0 == kind) {
            Some(known) => known.1.push(query),
            None => kinds.push((kind, vec![query])),
        }
    }
    kinds
}

/// Two to four non-adjacent words of one sentence.
pub fn word_sets(articles: &[Article], count: usize, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut sets = Vec::with_capacity(count);
    while sets.len() < count && !articles.is_empty() {
        let body = &articles[random.below(articles.len())].body;
        let words: Vec<&str> = scan(body)
            .filter(|t| t.kind == Kind::Word)
            .map(|t| &body[t.start..t.end])
            .collect();
        if words.len() < 40 {
            continue;
        }
        let mut at = random.below(words.len() - 30);
        let chosen: Vec<&str> = (0..2 + random.below(3))
            .map(|_| {
                at += 2 + random.below(5);
                words[at]
            })
            .collect();
        sets.push(chosen.join(" ").to_lowercase());
    }
    sets
}
