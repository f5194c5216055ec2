//! Ends searches that take too long or meet damage.
//!
//! Loops that a query can make long check [`Deadline::has_passed`] and stop
//! once it has. The search then returns [`Error::OutOfTime`] instead of a wrong
//! result. The same check reports damage found while the search read its files.

use std::sync::Arc;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::text::Damage;

/// The moment at which work has to end, if there is one, and the damage for which it has to fail.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deadline {
    pub(super) moment: Option<Instant>,
    /// By segment.
    damage: Arc<[Damage]>,
}

impl Deadline {
    /// No deadline, for a view of segments with this damage.
    pub(crate) fn none(damage: impl Iterator<Item = Damage>) -> Self {
        Self {
            moment: None,
            damage: damage.collect(),
        }
    }

    /// Returns `true` if there is no time left.
    #[inline]
    pub(crate) fn has_passed(&self) -> bool {
        self.moment.is_some_and(|moment| Instant::now() >= moment)
    }

    /// Returns an error once the deadline has passed or damage was found.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] and [`Error::OutOfTime`].
    pub(crate) fn check(&self) -> Result<()> {
        self.check_damage()?;
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
    use crate::{Error, SearchOptions};
    use timbao_query::{LowerOptions, lower, parse};
    use timbao_views::SnippetOptions;

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
}
