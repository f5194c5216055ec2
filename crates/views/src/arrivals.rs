//! Arrivals: when articles were first indexed, and which texts are new since then.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use timbao_query::plan::Plan;

use crate::article_id::ArticleId;
use crate::corpus::Result;
use crate::engine::Engine;
use crate::reprints::groups;

/// When an article was first indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The place among arrivals, by which they are sorted; articles may share one.
    pub order: u64,
    /// The time by the clock of the machine that indexed it, in milliseconds since 1970. It may
    /// contradict the [`order`](Self::order), if the clock was set back.
    pub time: i64,
    /// Identifies the article in whatever way it changes: edited, moved, indexed again.
    pub key: u64,
}

/// The arrivals that a search has considered. Serialized as a list or an object of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Mark {
    /// The ids of the last commit and of some before it, fewer the older they are. After a backup
    /// was restored, the last one that the index has counts.
    Commits(Vec<u64>),
    /// For each source its last update whose articles were all visible.
    Updates(BTreeMap<String, u64>),
}

impl Default for Mark {
    fn default() -> Self {
        Self::Commits(Vec::new())
    }
}

impl Mark {
    /// Moves the mark to a later one. A source that the later one does not name keeps its place.
    pub fn advance(&mut self, to: Self) {
        match (self, to) {
            (Self::Updates(updates), Self::Updates(to)) => {
                for (source, update) in to {
                    let last = updates.entry(source).or_default();
                    *last = update.max(*last);
                }
            }
            (mark, to) => *mark = to,
        }
    }
}

/// The arrivals that are of interest.
#[derive(Debug, Clone, Copy)]
pub enum Since<'m> {
    /// All arrivals.
    Ever,
    /// Arrivals at a time in milliseconds since 1970 and later.
    Time(i64),
    /// Arrivals that a mark does not include.
    Mark(&'m Mark),
}

/// Whether an arrival is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// Not of interest: the text is known.
    Known,
    /// Not of interest yet: arrivals of the same update may be missing.
    Pending,
    /// Of interest.
    New,
}

/// An article with its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// The article.
    pub article: ArticleId,
    /// When the article was first indexed.
    pub arrival: Arrival,
    /// Whether the arrival is of interest.
    pub novelty: Novelty,
    /// Orders articles that arrived together: the later published one has the lower number.
    pub tie: u64,
}

/// An engine that records arrivals.
pub trait ArrivalLog: Engine {
    /// All articles that match a plan with their arrivals; an engine may return none of them if none
    /// is new.
    ///
    /// # Errors
    ///
    /// If the engine fails, or its record of arrivals is missing or damaged.
    fn arrived(&self, plan: &Plan, since: Since<'_>) -> Result<Vec<Arrived>>;

    /// The time of the last arrival, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// Fails as [`arrived`](Self::arrived) does.
    fn last_arrival(&self) -> Result<i64>;

    /// A mark after all arrivals that are not pending.
    ///
    /// # Errors
    ///
    /// Fails as [`arrived`](Self::arrived) does.
    fn mark(&self) -> Result<Mark>;
}

/// A text that arrived, with all of its matching copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedText {
    /// The earliest matching copy by its date of publication.
    pub article: ArticleId,
    /// The arrival of the copy that was indexed first.
    pub arrival: Arrival,
    /// The [keys](Arrival::key) of all matching copies.
    pub keys: Vec<u64>,
    tie: u64,
    is_new: bool,
    is_known: bool,
}

impl ArrivedText {
    fn new(arrived: &Arrived) -> Self {
        Self {
            article: arrived.article,
            arrival: arrived.arrival,
            keys: vec![arrived.arrival.key],
            tie: arrived.tie,
            is_new: arrived.novelty == Novelty::New,
            is_known: arrived.novelty == Novelty::Known,
        }
    }

    /// Adds a copy; `is_earlier` says whether it was published earlier.
    fn add(&mut self, copy: &Arrived, is_earlier: bool) {
        if is_earlier {
            (self.article, self.tie) = (copy.article, copy.tie);
        }
        // The key decides between copies that arrived together, whatever their order.
        let first = |arrival: &Arrival| (arrival.order, arrival.key);
        if first(&copy.arrival) < first(&self.arrival) {
            self.arrival = copy.arrival;
        }
        self.keys.push(copy.arrival.key);
        self.is_new |= copy.novelty == Novelty::New;
        self.is_known |= copy.novelty == Novelty::Known;
    }
}

/// The texts that match a plan with a new copy and no known one, those that arrived last first. Among texts
/// that arrived together, the later published comes first.
///
/// # Errors
///
/// If the engine fails.
pub fn arrived_texts(
    log: &dyn ArrivalLog,
    plan: &Plan,
    since: Since<'_>,
) -> Result<Vec<ArrivedText>> {
    let articles = log.arrived(plan, since)?;
    // Groups of reprints are expensive, and usually nothing is new.
    if articles.iter().all(|a| a.novelty != Novelty::New) {
        return Ok(Vec::new());
    }
    let mut texts = joined(log, &articles)?;
    texts.retain(|text| text.is_new && !text.is_known);
    texts.sort_by_key(|text| (Reverse(text.arrival.order), text.tie));
    log.check_deadline()?;
    Ok(texts)
}

/// Joins the copies of each text.
fn joined(engine: &dyn ArrivalLog, articles: &[Arrived]) -> Result<Vec<ArrivedText>> {
    let groups = groups(engine)?;
    let rank = |of: ArticleId| groups.of(of).iter().position(|&other| other == of);
    let mut texts: Vec<ArrivedText> = Vec::new();
    let mut of_group: FxHashMap<u32, usize> = FxHashMap::default();
    for arrived in articles {
        let group = groups.number_of(arrived.article);
        let known = group.and_then(|group| of_group.get(&group));
        if let Some(text) = known.and_then(|&at| texts.get_mut(at)) {
            text.add(arrived, rank(arrived.article) < rank(text.article));
            continue;
        }
        if let Some(group) = group {
            of_group.insert(group, texts.len());
        }
        texts.push(ArrivedText::new(arrived));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn updates(of: &[(&str, u64)]) -> Mark {
        Mark::Updates(of.iter().map(|&(name, at)| (name.to_owned(), at)).collect())
    }

    #[test]
    fn a_mark_never_moves_back_in_a_source() {
        let mut mark = updates(&[("a", 5), ("b", 7)]);
        mark.advance(updates(&[("a", 6), ("b", 3), ("c", 1)]));
        assert_eq!(mark, updates(&[("a", 6), ("b", 7), ("c", 1)]));
        // An index that was restored has fewer commits.
        let mut mark = Mark::Commits(vec![3, 2, 1]);
        mark.advance(Mark::Commits(vec![1]));
        assert_eq!(mark, Mark::Commits(vec![1]));
    }
}
