//! Reprints made from articles by known edits.

use timbao_articles::Article;
use unicode_normalization::UnicodeNormalization;

use crate::queries::Random;

/// The edits of a newsroom to a reprinted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Nothing.
    Exact,
    /// Another headline, without the summary.
    Headline,
    /// An agency line before the text and another line after it.
    Agency,
    /// Decomposed letters, straight quotes, everything one paragraph, capitals in places.
    Typography,
    /// The last quarter cut off.
    CutQuarter,
    /// The last half cut off.
    CutHalf,
    /// The last two thirds cut off.
    CutTwoThirds,
    /// Every fiftieth word another one.
    WordsTwoPercent,
    /// Every twentieth word another one.
    WordsFivePercent,
    /// Headline, agency, a third cut off, every hundredth word another one.
    Mixed,
    /// Not a reprint: its first third, or less, and then another text twice as long as that.
    Quoted,
}

impl Edit {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Exact,
        Self::Headline,
        Self::Agency,
        Self::Typography,
        Self::CutQuarter,
        Self::CutHalf,
        Self::CutTwoThirds,
        Self::WordsTwoPercent,
        Self::WordsFivePercent,
        Self::Mixed,
        Self::Quoted,
    ];

    /// Whether the result is the same text.
    pub fn is_reprint(self) -> bool {
        self != Self::Quoted
    }

    /// The article with this edit; `other` is a source of foreign words and
    /// text.
    pub fn apply(self, article: &Article, other: &Article, random: &mut Random) -> Article {
        let mut edited = article.clone();
        match self {
            Self::Exact => {}
            Self::Headline => {
                edited.title.clone_from(&other.title);
                edited.summary = None;
            }
            Self::Agency => {
                edited.body = format!(
                    "Hãng tin Sông Lam đưa tin sáng nay.\n{}\nTheo Hãng tin Sông Lam",
                    edited.body
                );
            }
            Self::Typography => {
                let quotes = edited.body.replace(['“', '”'], "\"");
                let words = quotes.split_whitespace().enumerate();
                let words = words.map(|(i, word)| match i % 40 {
                    0 => word.to_uppercase(),
                    _ => word.nfd().collect(),
                });
                edited.body = words.collect::<Vec<_>>().join(" ");
            }
            Self::CutQuarter => edited.body = beginning(&edited.body, 0.75),
            Self::CutHalf => edited.body = beginning(&edited.body, 0.5),
            Self::CutTwoThirds => edited.body = beginning(&edited.body, 1.0 / 3.0),
            Self::WordsTwoPercent => edited.body = with_words(&edited.body, other, 50, random),
            Self::WordsFivePercent => edited.body = with_words(&edited.body, other, 20, random),
            Self::Mixed => {
                let cut = beginning(&edited.body, 2.0 / 3.0);
                edited.body = with_words(&cut, other, 100, random);
                edited = Self::Agency.apply(&edited, other, random);
                edited = Self::Headline.apply(&edited, other, random);
            }
            Self::Quoted => {
                // Before a short text, a long quotation would be a reprint with something added.
                let words = |text: &str| text.split_whitespace().count() as f64;
                let share = words(&other.body) / 2.0 / words(&edited.body).max(1.0);
                let quoted = beginning(&edited.body, share.min(1.0 / 3.0));
                edited = other.clone();
                edited.body = format!("{quoted}\n{}", other.body);
            }
        }
        edited
    }
}

/// The first share of a text's words.
fn beginning(text: &str, share: f64) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kept = (words.len() as f64 * share) as usize;
    words.get(..kept).unwrap_or_default().join(" ")
}

/// The text with every n-th word, about, taken from another article.
fn with_words(text: &str, other: &Article, each: usize, random: &mut Random) -> String {
    let foreign: Vec<&str> = other.body.split_whitespace().collect();
    let words = text.split_whitespace().map(|word| {
        if random.below(each) == 0 {
            foreign.get(random.below(foreign.len())).unwrap_or(&word)
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// An article of the same words in another order, so that it is another text.
pub fn shuffled(article: &Article, random: &mut Random) -> Article {
    let mut shuffled = article.clone();
    let mut words: Vec<&str> = article.body.split_whitespace().collect();
    for i in (1..words.len()).rev() {
        words.swap(i, random.below(i + 1));
    }
    shuffled.body = words.join(" ");
    shuffled.summary = None;
    shuffled
}
