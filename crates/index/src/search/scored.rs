//! Articles with scores.

use crate::text::score::rarity;

/// Articles of one segment, in order, with their scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Scored {
    pub(crate) articles: Vec<u32>,
    pub(crate) scores: Vec<f32>,
}

impl Scored {
    /// Adds an article after all others.
    pub(crate) fn push(&mut self, article: u32, score: f32) {
        self.articles.push(article);
        self.scores.push(score);
    }

    /// Adds articles after all others.
    pub(crate) fn append(&mut self, mut others: Self) {
        self.articles.append(&mut others.articles);
        self.scores.append(&mut others.scores);
    }
}

/// Multiplies the saturated frequencies of a term with its idf among all `articles`.
pub(crate) fn weigh(articles: u64, mut result: Vec<Scored>) -> Vec<Scored> {
    let holding: usize = result.iter().map(|s| s.articles.len()).sum();
    let weight = rarity(articles, holding as u64);
    for scored in &mut result {
        scored.scores.iter_mut().for_each(|s| *s *= weight);
    }
    result
}

/// The articles of both, segment by segment, with the sums of their scores.
pub(crate) fn intersect_all(a: &[Scored], b: &[Scored]) -> Vec<Scored> {
    a.iter().zip(b).map(|(a, b)| intersect(a, b)).collect()
}

/// The articles of both, with the sums of their scores.
fn intersect(a: &Scored, b: &Scored) -> Scored {
    let mut result = Scored::default();
    let (mut i, mut j) = (0, 0);
    while i < a.articles.len() && j < b.articles.len() {
        match a.articles[i].cmp(&b.articles[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                result.articles.push(a.articles[i]);
                result.scores.push(a.scores[i] + b.scores[j]);
                i += 1;
                j += 1;
            }
        }
    }
    result
}
