//! Queries that are tried for an answer, within limits.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, Node, lower, parse};

use crate::corpus::{Corpus, Error, Result};

use super::suggestion::{Suggestion, SuggestionKind};

/// The most queries that are tried for one answer.
pub const MAX_TRIALS: usize = 64;

/// No further query is tried for an answer after this time; most answers take a thousandth, and some
/// tenths over a cluster. It must not be reached by an engine that bounds its work on its own: whether a
/// suggestion is found would depend on the machine.
pub const MAX_TIME: Duration = Duration::from_secs(5);

/// The time that all parts of an answer share.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    start: Instant,
}

impl Default for Limits {
    /// Starts now.
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Limits {
    pub(super) fn are_over(self) -> bool {
        self.start.elapsed() > MAX_TIME
    }
}

/// No more queries are tried for an answer.
#[derive(Debug, thiserror::Error)]
#[error("too many queries, or too slow ones")]
pub(super) struct OverLimit;

/// Queries that may be offered, each tried once.
pub(super) struct Trials<'a> {
    pub(super) corpus: &'a dyn Corpus,
    pub(super) options: &'a LowerOptions<'a>,
    asked: Plan,
    seen: HashSet<String>,
    limits: Limits,
    pub(super) found: Vec<Suggestion>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        corpus: &'a dyn Corpus,
        ast: &Node,
        options: &'a LowerOptions<'a>,
        limits: Limits,
    ) -> Self {
        Self {
            corpus,
            options,
            asked: lower(ast, options).plan,
            seen: HashSet::new(),
            limits,
            found: Vec::new(),
        }
    }

    /// Counts the matches of a query as printed, and keeps it if there are any.
    pub(super) fn offer(&mut self, kind: SuggestionKind, part: &str, node: &Node) -> Result<()> {
        let query = node.to_string();
        let is_over = self.seen.len() >= MAX_TRIALS || self.limits.are_over();
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
        if let Some(articles) = count(self.corpus, &plan)?
            && articles > 0
        {
            self.found.push(Suggestion {
                kind,
                part: part.to_owned(),
                query,
                articles,
            });
        }
        Ok(())
    }

    pub(super) fn finish(mut self, most: usize) -> Vec<Suggestion> {
        self.found.truncate(most);
        self.found
    }
}

/// The number of articles that match a plan; `None` if counting them takes too long.
pub(super) fn count(corpus: &dyn Corpus, plan: &Plan) -> Result<Option<u64>> {
    let counts = within_limits(corpus.count(std::slice::from_ref(plan)))?;
    Ok(counts.map(|counts| counts.first().copied().unwrap_or(0)))
}

/// The answer, or `None` if it would take too long. A query that was answered is not refused
/// because advice on it is not.
pub(super) fn within_limits<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Limit(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
