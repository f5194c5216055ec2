//! Ends searches that take too long, compare too much or meet damage.
//!
//! Loops that a query can make long check [`Deadline::has_passed`] and stop
//! once it has. The search then returns [`Error::OutOfTime`] instead of a wrong
//! result. Matching against the text of articles also counts its work, and ends
//! with [`Error::TooBroad`] where that exceeds its limit: unlike time, work
//! depends on query and index only. The same check reports damage found while
//! the search read its files.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::text::Damage;

/// The work of a part of a search that is taken from the limit at a time.
const BATCH: i64 = 1 << 14;

/// The moment at which work has to end, if there is one, and the damage for which it has to fail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deadline {
    pub(super) moment: Option<Instant>,
    /// The work that is left, if it is limited.
    work: Option<Arc<AtomicI64>>,
    /// Of a part of a search, the work that is not yet taken from `work`.
    done: Option<Arc<AtomicI64>>,
    /// By segment.
    damage: Arc<[Damage]>,
}

impl Deadline {
    /// No deadline, for a view of segments with this damage.
    pub(crate) fn none(damage: impl Iterator<Item = Damage>) -> Self {
        Self {
            damage: damage.collect(),
            ..Self::default()
        }
    }

    /// The same deadline with a limit of its own on work.
    pub(crate) fn with_work(&self, units: i64) -> Self {
        Self {
            work: Some(Arc::new(AtomicI64::new(units))),
            done: None,
            ..self.clone()
        }
    }

    /// The same deadline with this limit on work, unless it has one that several searches share.
    pub(super) fn with_work_of_query(&self, units: i64) -> Self {
        match self.work {
            Some(_) => self.clone(),
            None => self.with_work(units),
        }
    }

    /// The same deadline for a part of the work that another thread does at the same time. The work is
    /// taken from that of all parts in batches, so that threads do not wait for each other.
    pub(super) fn part(&self) -> Self {
        Self {
            done: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// Takes the rest of the work of a part, which is over.
    pub(super) fn end_part(&self) {
        let done = self.done.as_ref();
        self.take(done.map_or(0, |done| done.swap(0, Ordering::Relaxed)));
    }

    /// The work that is left, if it is limited.
    pub(super) fn left(&self) -> Option<i64> {
        let work = self.work.as_ref();
        work.map(|work| work.load(Ordering::Relaxed))
    }

    /// Counts work, and returns `true` if there is no time or no work left. A unit is about as
    /// much as comparing one occurrence of a word.
    #[inline]
    pub(crate) fn spend(&self, units: usize) -> bool {
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        match &self.done {
            None => self.take(units),
            Some(done) => {
                let sum = done.load(Ordering::Relaxed).saturating_add(units);
                let is_batch = sum >= BATCH;
                done.store(if is_batch { 0 } else { sum }, Ordering::Relaxed);
                if is_batch {
                    self.take(sum);
                }
            }
        }
        self.has_passed()
    }

    fn take(&self, units: i64) {
        if let Some(work) = &self.work {
            let less = |left: i64| Some(left.saturating_sub(units));
            let _ = work.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        }
    }

    fn is_exhausted(&self) -> bool {
        self.left().is_some_and(|left| left <= 0)
    }

    /// Returns `true` if there is no time or no work left.
    #[inline]
    pub(crate) fn has_passed(&self) -> bool {
        self.is_exhausted() || self.moment.is_some_and(|moment| Instant::now() >= moment)
    }

    /// Returns an error once the deadline has passed or damage was found.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`], [`Error::TooBroad`] and [`Error::OutOfTime`].
    pub(crate) fn check(&self) -> Result<()> {
        self.check_damage()?;
        if self.is_exhausted() {
            return Err(Error::TooBroad);
        }
        if self.has_passed() {
            return Err(Error::OutOfTime);
        }
        Ok(())
    }

    pub(super) fn check_damage(&self) -> Result<()> {
        match self.damage.iter().find_map(|damage| damage.get()) {
            Some(reason) => Err(Error::Damaged {
                reason: reason.clone(),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use timbao_articles::Article;

    use crate::testing::indexed;
    use crate::{Error, SearchOptions, Searcher};
    use timbao_query::{LowerOptions, lower, parse};
    use timbao_views::SnippetOptions;
    use timbao_views::suggest::Advice;

    #[test]
    fn nothing_is_answered_after_the_deadline() {
        let article = Article {
            body: "một hai ba bốn năm".to_owned(),
            ..Article::default()
        };
        let (_dir, searcher) = indexed([vec![("a", article)]]);
        let late = searcher.until(Instant::now());
        let in_time = searcher.until(Instant::now() + Duration::from_secs(3600));
        for query in [
            "một",
            "một hai ba",
            "\"một hai\"",
            "\"một ba\"~2",
            "một NEAR/5 năm",
            "một AND -sáu",
            "mot~2 hai*",
        ] {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            let options = SearchOptions::default();
            let found = in_time.search(&plan, &options).unwrap();
            assert_eq!(found.total, 1, "{query}");
            let address = found.hits[0].address;
            assert!(
                matches!(late.search(&plan, &options), Err(Error::OutOfTime)),
                "{query}"
            );
            assert!(matches!(
                late.matches(&plan, address),
                Err(Error::OutOfTime)
            ));
            let cut = SnippetOptions::default();
            assert!(matches!(
                late.snippets(&plan, address, &cut),
                Err(Error::OutOfTime)
            ));
        }
    }

    #[test]
    fn work_is_limited() {
        let article = Article {
            body: "và ".repeat(20_000),
            ..Article::default()
        };
        let (_dir, searcher) = indexed([vec![("a", article)]]);
        let search = |query: &str| {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            let found = searcher.search(&plan, &SearchOptions::default());
            found.map(|found| found.total)
        };
        let many = vec!["và"; 1_000].join(" ");
        for narrow in ["và NEAR/100 và", "\"và **100 và\"", &many] {
            assert_eq!(search(narrow).unwrap(), 1);
        }
        let sloppy = format!("\"{many}\"~100");
        let near = ["\"và **100 và\""; 8].join(" NEAR/100 ");
        for broad in [sloppy, near] {
            assert!(matches!(search(&broad), Err(Error::TooBroad)), "{broad}");
        }
        // The same words with slop are too many, but were not asked for.
        let exact = parse(&format!("\"{many} sáu\"")).ast;
        let advice = searcher.advice(&exact, &LowerOptions::default(), 0);
        assert!(!advice.unwrap().causes.is_empty());
    }

    #[test]
    fn searches_for_advice_share_their_work() {
        let article = Article {
            body: "và ".repeat(20_000),
            ..Article::default()
        };
        let (_dir, searcher) = indexed([vec![("a", article)]]);
        let plan = lower(&parse("\"và **100 và\"").ast, &LowerOptions::default()).plan;
        let advised = searcher.for_advice();
        let count = |searcher: &Searcher| searcher.search(&plan, &SearchOptions::default());
        let done = (0..1_000).take_while(|_| count(&advised).is_ok()).count();
        assert!((1..1_000).contains(&done), "{done}");
        assert!(matches!(count(&advised), Err(Error::TooBroad)));
        // Others are as free as before, and so is the next advice.
        assert!(count(&searcher).is_ok());
        assert!(count(&searcher.for_advice()).is_ok());
        // Nothing is said about what was not counted.
        let ast = parse("\"và **100 và\" AND \"và **100 năm\"").ast;
        let advice = Advice::new(&advised, &ast, &LowerOptions::default(), 0).unwrap();
        assert_eq!(advice.causes, []);
        let advice = searcher.advice(&ast, &LowerOptions::default(), 0).unwrap();
        assert!(!advice.causes.is_empty());
    }
}
