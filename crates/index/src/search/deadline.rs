//! Ends searches that take too long.
//!
//! Loops that a query can make long check [`Deadline::has_passed`] and stop
//! once it has. The search then returns [`Error::OutOfTime`] instead of a wrong
//! result.

use std::time::Instant;

use crate::error::{Error, Result};

use super::Searcher;

/// The moment at which work has to end, if there is one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// Whether there is no time left.
    #[inline]
    pub(crate) fn has_passed(self) -> bool {
        self.0.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Returns an error once the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfTime`] when there is none.
    pub(crate) fn check(self) -> Result<()> {
        if self.has_passed() {
            Err(Error::OutOfTime)
        } else {
            Ok(())
        }
    }
}

impl Searcher {
    /// The same view with a deadline. Searches still running then end with
    /// [`Error::OutOfTime`] within a few milliseconds.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Self {
            deadline: Deadline(Some(deadline)),
            ..self.clone()
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
