//! Suggestions: readings of a query, and alternatives to one without matches.
//!
//! A suggestion is a query of its own, printed, with its number of articles. The typed query is
//! never replaced.

mod accents;
mod causes;
mod completion;
mod edit;
mod frequencies;
mod joined;
mod readings;
mod relaxed;
mod rows;
mod spelling;
mod suggestion;
mod trials;

use timbao_query::{LowerOptions, Node, Reading, lower};

use crate::corpus::{Corpus, Result};

pub use accents::restore_accents;
pub use causes::{Cause, CauseKind, MAX_CAUSES, PartCount, causes};
pub use completion::{Completion, PlanOf, complete, complete_as};
pub use suggestion::{Suggestion, SuggestionKind};
pub use trials::{MAX_TIME, MAX_TRIALS};

use causes::causes_within;
use frequencies::Frequencies;
use trials::{Limits, Trials, within_limits};

/// Advice on a query: reasons for an empty result and other queries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// The reasons for an empty result; empty if there are matches.
    pub causes: Vec<Cause>,
    /// Corrections: readings with accents and, for an empty result or a few matches, other
    /// spellings.
    pub meant: Vec<Suggestion>,
    /// Relaxed versions of the query; empty if there are matches.
    pub relaxed: Vec<Suggestion>,
}

/// Maximum number of corrections.
const MEANT: usize = 3;
/// A query with at most this number of matches may be misspelled.
const FEW: u64 = 3;
/// Other spellings of such a query have this number of times as many matches.
const MANY_TIMES: u64 = 10;
/// Maximum number of relaxations.
const RELAXED: usize = 5;

impl Advice {
    /// Computes the advice on a query with `total` matches, in [`MAX_TIME`] in all. What takes longer is
    /// left out.
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
        let limits = Limits::default();
        let meant = |ast: &Node| -> Result<Vec<Suggestion>> {
            let trials = Trials::new(corpus, ast, options, limits);
            Ok(within_limits(corrections(trials, ast, MEANT))?.unwrap_or_default())
        };
        let relaxed = |ast: &Node| -> Result<Vec<Suggestion>> {
            let trials = Trials::new(corpus, ast, options, limits);
            Ok(within_limits(less_strict(trials, ast, RELAXED))?.unwrap_or_default())
        };
        if total > 0 {
            let trials = Trials::new(corpus, ast, options, limits);
            let readings = within_limits(accented(trials, ast, MEANT))?;
            let mut others = readings.unwrap_or_default();
            if others.is_empty() && total <= FEW {
                others = meant(ast)?;
                others.retain(|other| other.articles >= MANY_TIMES * total);
            }
            return Ok(Self {
                meant: others,
                ..Self::default()
            });
        }
        let mut advice = Self {
            causes: causes_within(corpus, ast, options, limits)?,
            meant: meant(ast)?,
            relaxed: relaxed(ast)?,
        };
        // If words and conditions conflict, no single step finds anything.
        if advice.meant.is_empty()
            && advice.relaxed.is_empty()
            && let Some(words) = relaxed::without_conditions(ast)
        {
            advice.meant = meant(&words)?;
            advice.relaxed = relaxed(&words)?;
        }
        Ok(advice)
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
    accented(
        Trials::new(corpus, ast, options, Limits::default()),
        ast,
        most,
    )
}

fn accented(mut trials: Trials<'_>, ast: &Node, most: usize) -> Result<Vec<Suggestion>> {
    if lower(ast, trials.options).reading == Reading::Unaccented {
        let frequencies = Frequencies::new(trials.corpus);
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
    corrections(
        Trials::new(corpus, ast, options, Limits::default()),
        ast,
        most,
    )
}

fn corrections(mut trials: Trials<'_>, ast: &Node, most: usize) -> Result<Vec<Suggestion>> {
    let options = trials.options;
    let frequencies = Frequencies::new(trials.corpus);
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
            if joins_words(trials.corpus, ast, &node)? {
                continue;
            }
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

/// Whether a correction has a word that the query has not and that is several words whose space is
/// missing in the texts.
fn joins_words(corpus: &dyn Corpus, ast: &Node, corrected: &Node) -> Result<bool> {
    let typed = rows::rows(ast).concat();
    for word in rows::rows(corrected).concat() {
        if !typed.contains(&word)
            && let Some(word) = word
            && joined::is_joined(corpus, &word)?
        {
            return Ok(true);
        }
    }
    Ok(false)
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
    less_strict(
        Trials::new(corpus, ast, options, Limits::default()),
        ast,
        most,
    )
}

fn less_strict(mut trials: Trials<'_>, ast: &Node, most: usize) -> Result<Vec<Suggestion>> {
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
