//! Fillers: the words in the gaps of a phrase.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_query::plan::{LeafKind, Phrase, Plan, TextField};
use timbao_tokenizer::{collation, write_out};

use crate::corpus::{ArticleId, Corpus, FIRST_WORD, Result};
use crate::lexicon::Lexicon;
use crate::texts::Count;

/// The fillers of the gaps of a phrase, the most common first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fillers {
    /// Number of matches of the phrase.
    pub matches: u64,
    /// Number of articles with a match.
    pub articles: u64,
    /// The fillers.
    pub fillers: Vec<Filler>,
}

/// Words that fill the gaps of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filler {
    /// The words of each gap in turn, in standard spelling and small letters.
    pub words: Vec<String>,
    /// Number of matches with these words.
    pub matches: u64,
    /// In how many articles they do.
    pub articles: u64,
}

/// The words of all gaps, with an ellipsis between one gap and the next.
impl fmt::Display for Filler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" … "))
    }
}

/// The reason why a query has no fillers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoGap {
    /// No phrase of it has a gap.
    #[error("no phrase of the query has a gap")]
    None,
    /// Several phrases of it have gaps.
    #[error("several phrases of the query have gaps")]
    Several,
    /// The words of the phrase may move, so that nothing is between them.
    #[error("a phrase with ~N has no gap of its own")]
    Slop,
}

/// The only phrase of a plan with gaps, and its part of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gapped<'p> {
    phrase: &'p Phrase,
    field: Option<TextField>,
    count: Count,
}

impl<'p> Gapped<'p> {
    /// Counts all articles, or the first publication of each text.
    #[must_use]
    pub fn counting(self, count: Count) -> Self {
        Self { count, ..self }
    }

    /// Finds the phrase.
    ///
    /// # Errors
    ///
    /// When there is no such phrase, or more than one.
    pub fn of(plan: &'p Plan) -> Result<Self, NoGap> {
        match gapped(plan).as_slice() {
            [] => Err(NoGap::None),
            [gapped] if gapped.phrase.slop > 0 => Err(NoGap::Slop),
            [gapped] => Ok(*gapped),
            _ => Err(NoGap::Several),
        }
    }
}

/// The query as a phrase if it has a gap and no quotation marks: only phrases have gaps.
pub fn gapped_phrase(query: &str) -> Cow<'_, str> {
    let has_marks = query.contains(['"', '“', '”', '„', '‟', '«', '»', '＂']);
    if has_marks || !query.contains('*') {
        Cow::Borrowed(query)
    } else {
        Cow::Owned(format!("\"{query}\""))
    }
}

/// Counts the fillers of the gaps of a phrase in the articles that match a whole plan.
///
/// A match starts at every position where the phrase starts and ends as early as it can, as in
/// searches.
///
/// # Errors
///
/// If the engine fails.
pub fn fillers(corpus: &dyn Corpus, plan: &Plan, gapped: Gapped<'_>) -> Result<Fillers> {
    let places = corpus.step_positions(plan, gapped.phrase, gapped.field)?;
    let places = gapped.count.steps(corpus, places)?;
    let mut articles: Vec<ArticleId> = places.iter().map(|place| place.article).collect();
    articles.dedup();
    let mut same = places.chunk_by(|a, b| a.article == b.article);
    let mut counts: FxHashMap<Vec<Vec<u32>>, Tally> = FxHashMap::default();
    let mut lexicon = Lexicon::new();
    corpus.read_tokens(&articles, &mut lexicon, &mut |article, tokens| {
        for place in same.next().unwrap_or_default() {
            let ends = place.tokens.windows(2);
            let gaps = ends.zip(gapped.phrase.steps.iter().skip(1));
            let gaps = gaps.filter(|(_, step)| step.gap_max > 0);
            let gap = gaps.map(|(ends, _)| match *ends {
                [before, after] => tokens.get(before as usize + 1..after as usize),
                _ => None,
            });
            let gaps = gap.map(|gap| gap.unwrap_or_default().to_vec()).collect();
            let count = counts.entry(gaps).or_default();
            count.matches += 1;
            count.articles += u64::from(count.last.replace(article) != Some(article));
        }
        Ok(())
    })?;
    let mut fillers: Vec<Filler> = counts
        .into_iter()
        .map(|(gaps, count)| Filler {
            words: spelled(&gaps, &lexicon),
            matches: count.matches,
            articles: count.articles,
        })
        .collect();
    fillers.sort_by(|a, b| {
        b.matches
            .cmp(&a.matches)
            .then_with(|| collation::compare(&a.words.join(" "), &b.words.join(" ")))
    });
    Ok(Fillers {
        matches: places.len() as u64,
        articles: articles.len() as u64,
        fillers,
    })
}

#[derive(Default)]
struct Tally {
    matches: u64,
    articles: u64,
    last: Option<ArticleId>,
}

/// The words of each gap.
fn spelled(gaps: &[Vec<u32>], lexicon: &Lexicon) -> Vec<String> {
    let word = |token: &u32| {
        let key = token.checked_sub(FIRST_WORD);
        key.and_then(|word| lexicon.key(word))
            .map(write_out)
            .unwrap_or_default()
    };
    gaps.iter()
        .map(|gap| gap.iter().map(word).collect::<Vec<_>>().join(" "))
        .collect()
}

/// The phrases of a plan that have a gap.
fn gapped(plan: &Plan) -> Vec<Gapped<'_>> {
    let leaves = plan.leaves().into_iter();
    let phrases = leaves.flat_map(|leaf| {
        let phrases: Vec<&Phrase> = match leaf.kind {
            LeafKind::Word(_) => Vec::new(),
            LeafKind::Phrase(phrase) => vec![phrase],
            LeafKind::Near(near) => near.operands.iter().flatten().collect(),
        };
        let field = leaf.field;
        phrases.into_iter().map(move |phrase| Gapped {
            phrase,
            field,
            count: Count::Publications,
        })
    });
    let has_gap = |of: &Gapped<'_>| of.phrase.steps.iter().skip(1).any(|step| step.gap_max > 0);
    phrases.filter(has_gap).collect()
}
