//! Suggestions: readings of a query, and alternatives to one without matches.
//!
//! A suggestion is a query of its own, printed, with its number of articles. The typed query is
//! never replaced.

mod causes;
mod completion;
mod edit;
mod frequencies;
mod readings;
mod relaxed;
mod rows;
mod spelling;

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, Node, Reading, lower, parse};

use crate::corpus::{Corpus, Result};

pub use causes::{Cause, CauseKind, MAX_CAUSES, PartCount, causes};
pub use completion::{Completion, complete};

use frequencies::Frequencies;

/// An alternative query with its number of articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The difference from the typed query.
    pub kind: SuggestionKind,
    /// The part of the query that is changed, as it is printed; empty where it is the whole.
    pub part: String,
    /// The query in its standard form, with the options of the typed query.
    pub query: String,
    /// Number of articles; never 0.
    pub articles: u64,
}

/// The kinds of differences from the typed query, the smallest change of meaning first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// The words have accents.
    Accents,
    /// The words are what raw Telex stands for.
    Telex,
    /// The words are what raw VNI stands for.
    Vni,
    /// A word is spelled otherwise.
    Spelling,
    /// A word or phrase may have any accents.
    AnyAccents,
    /// The words of a phrase may be a little apart.
    Slop,
    /// The words of NEAR may be further apart.
    Further,
    /// A part in all fields instead of one.
    AnyField,
    /// Without a filter.
    WithoutFilter,
    /// Without a negation.
    WithoutNot,
    /// The words of a phrase, anywhere.
    Words,
    /// Without a word, a phrase or a group.
    WithoutPart,
    /// One of the words is enough.
    AnyWord,
}

/// Advice on a query: reasons for an empty result and other queries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// The reasons for an empty result; empty if there are matches.
    pub causes: Vec<Cause>,
    /// Corrections: readings with accents and, for an empty result, other spellings.
    pub meant: Vec<Suggestion>,
    /// Relaxed versions of the query; empty if there are matches.
    pub relaxed: Vec<Suggestion>,
}

/// Maximum number of corrections.
const MEANT: usize = 3;
/// Maximum number of relaxations.
const RELAXED: usize = 5;

impl Advice {
    /// Computes the advice on a query with `total` matches.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn new(
        corpus: &dyn Corpus,
        ast: &Node,
        options: &LowerOptions<'_>,
        total: u64,
    ) -> Result<Self> {
        if total > 0 {
            return Ok(Self {
                meant: readings(corpus, ast, options, MEANT)?,
                ..Self::default()
            });
        }
        let mut advice = Self {
            causes: causes(corpus, ast, options)?,
            meant: did_you_mean(corpus, ast, options, MEANT)?,
            relaxed: relaxations(corpus, ast, options, RELAXED)?,
        };
        // If words and conditions conflict, no single step finds anything.
        if advice.meant.is_empty()
            && advice.relaxed.is_empty()
            && let Some(words) = relaxed::without_conditions(ast)
        {
            advice.meant = did_you_mean(corpus, &words, options, MEANT)?;
            advice.relaxed = relaxations(corpus, &words, options, RELAXED)?;
        }
        Ok(advice)
    }
}

/// Says how the suggestion differs, in a few words.
impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = &self.part;
        match self.kind {
            SuggestionKind::Accents => f.write_str("with accents"),
            SuggestionKind::Telex => f.write_str("read as Telex"),
            SuggestionKind::Vni => f.write_str("read as VNI"),
            SuggestionKind::Spelling => f.write_str("another spelling"),
            SuggestionKind::AnyAccents if part.is_empty() => f.write_str("any accents"),
            SuggestionKind::AnyAccents => write!(f, "any accents for {part}"),
            SuggestionKind::Slop => write!(f, "words of {part} a little apart"),
            SuggestionKind::Further => write!(f, "{part} further apart"),
            SuggestionKind::AnyField => write!(f, "{part} in any field"),
            SuggestionKind::Words => write!(f, "words of {part} anywhere"),
            SuggestionKind::AnyWord => write!(f, "any word of {part}"),
            SuggestionKind::WithoutFilter
            | SuggestionKind::WithoutNot
            | SuggestionKind::WithoutPart => write!(f, "without {part}"),
        }
    }
}

/// Suggests accented readings of a query that was typed without accents: the most likely in the
/// index, best first. A query with accents has none, nor has one that is more likely as typed.
///
/// # Errors
///
/// When a file is damaged.
pub fn readings(
    corpus: &dyn Corpus,
    ast: &Node,
    options: &LowerOptions<'_>,
    most: usize,
) -> Result<Vec<Suggestion>> {
    let mut trials = Trials::new(corpus, ast, options);
    if lower(ast, options).reading == Reading::Unaccented {
        let frequencies = Frequencies::new(corpus);
        let readings = readings::accented(ast, &frequencies, most)?;
        if readings.first().is_some_and(|best| best != ast) {
            for node in readings {
                trials.offer(SuggestionKind::Accents, "", &node)?;
            }
        }
    }
    Ok(trials.finish(most))
}

/// Suggests corrections of a query without matches: accented readings, its text as raw Telex or
/// VNI, and similar words of the index.
///
/// # Errors
///
/// When a file is damaged.
pub fn did_you_mean(
    corpus: &dyn Corpus,
    ast: &Node,
    options: &LowerOptions<'_>,
    most: usize,
) -> Result<Vec<Suggestion>> {
    let mut trials = Trials::new(corpus, ast, options);
    let frequencies = Frequencies::new(corpus);
    let unaccented = lower(ast, options).reading == Reading::Unaccented;
    if unaccented {
        if let Some((kind, node)) = readings::input_method(ast) {
            trials.offer(kind, "", &node)?;
        }
        for node in readings::accented(ast, &frequencies, most)? {
            trials.offer(SuggestionKind::Accents, "", &node)?;
        }
    }
    if trials.found.len() < most {
        for node in spelling::corrected(ast, options, &frequencies, most)? {
            // A word that is spelled rightly now may have accents as well.
            let accented = if unaccented {
                readings::accented(&node, &frequencies, 1)?.pop()
            } else {
                None
            };
            let before = trials.found.len();
            if let Some(accented) = accented {
                trials.offer(SuggestionKind::Spelling, "", &accented)?;
            }
            if trials.found.len() == before {
                trials.offer(SuggestionKind::Spelling, "", &node)?;
            }
            if trials.found.len() >= most {
                break;
            }
        }
    }
    Ok(trials.finish(most))
}

/// Suggests relaxations of a query without matches: the same query with one part less strict or
/// omitted, the smallest change of meaning first.
///
/// No more than [`MAX_TRIALS`] of them are tried, and none after [`MAX_TIME`].
///
/// # Errors
///
/// When a file is damaged.
pub fn relaxations(
    corpus: &dyn Corpus,
    ast: &Node,
    options: &LowerOptions<'_>,
    most: usize,
) -> Result<Vec<Suggestion>> {
    let mut trials = Trials::new(corpus, ast, options);
    for (kind, part, node) in relaxed::relaxed(ast) {
        trials.offer(kind, &part, &node)?;
    }
    let mut found = trials.finish(usize::MAX);
    found.sort_by(|a, b| {
        a.kind
            .cmp(&b.kind)
            .then(b.articles.cmp(&a.articles))
            .then_with(|| a.query.cmp(&b.query))
    });
    // A query without one word is closer to the typed one than a query with any word.
    if found.iter().any(|s| s.kind == SuggestionKind::WithoutPart) {
        found.retain(|s| s.kind != SuggestionKind::AnyWord);
    }
    found.truncate(most);
    Ok(found)
}

/// The most queries that are tried for one answer.
pub const MAX_TRIALS: usize = 64;

/// No further query is tried for an answer after this time; most answers take a hundredth.
pub const MAX_TIME: Duration = Duration::from_secs(1);

/// Queries that may be offered, each tried once.
struct Trials<'a> {
    corpus: &'a dyn Corpus,
    options: &'a LowerOptions<'a>,
    asked: Plan,
    seen: HashSet<String>,
    start: Instant,
    found: Vec<Suggestion>,
}

impl<'a> Trials<'a> {
    fn new(corpus: &'a dyn Corpus, ast: &Node, options: &'a LowerOptions<'a>) -> Self {
        Self {
            corpus,
            options,
            asked: lower(ast, options).plan,
            seen: HashSet::new(),
            start: Instant::now(),
            found: Vec::new(),
        }
    }

    /// Counts the matches of a query as printed, and keeps it if there are any.
    fn offer(&mut self, kind: SuggestionKind, part: &str, node: &Node) -> Result<()> {
        let query = node.to_string();
        let is_over = self.seen.len() >= MAX_TRIALS || self.start.elapsed() > MAX_TIME;
        if is_over || !self.seen.insert(query.clone()) {
            return Ok(());
        }
        let parsed = parse(&query);
        let lowered = lower(&parsed.ast, self.options);
        let plan = lowered.plan;
        let is_sound = parsed.problems.is_empty() && lowered.problems.is_empty();
        if !is_sound || plan == self.asked {
            return Ok(());
        }
        let articles = count(self.corpus, &plan)?;
        if articles > 0 {
            self.found.push(Suggestion {
                kind,
                part: part.to_owned(),
                query,
                articles,
            });
        }
        Ok(())
    }

    fn finish(mut self, most: usize) -> Vec<Suggestion> {
        self.found.truncate(most);
        self.found
    }
}

/// The number of articles that match a plan.
fn count(corpus: &dyn Corpus, plan: &Plan) -> Result<u64> {
    let counts = corpus.count(std::slice::from_ref(plan))?;
    Ok(counts.first().copied().unwrap_or(0))
}
