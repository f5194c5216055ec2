//! Results of views that are kept for later calls.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Number of results that are kept.
const MOST: usize = 16;

/// Time between two looks at the deadline of a caller that waits for another one's result.
const PATIENCE: Duration = Duration::from_millis(50);

/// The latest results of views of a whole corpus in one state, computed once for all pages and
/// readers.
#[derive(Debug, Default)]
pub struct Memo {
    results: Mutex<Results>,
    /// Notified when a result is no longer being computed.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Results {
    kept: VecDeque<Kept>,
    /// The options of the results that callers are computing.
    computed: Vec<String>,
}

#[derive(Debug)]
struct Kept {
    /// The view and the options that change the result.
    of: String,
    result: Arc<dyn Any + Send + Sync>,
}

impl Memo {
    /// The result for some options, if it is kept.
    pub(crate) fn find<T: Any + Send + Sync>(&self, of: &str) -> Option<Arc<T>> {
        let results = self.results();
        let found = results.kept.iter().find(|kept| kept.of == of)?;
        Arc::clone(&found.result).downcast().ok()
    }

    /// Keeps a result, which replaces the one for the same options.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, of: String, result: T) {
        let Results { kept, .. } = &mut *self.results();
        kept.retain(|kept| kept.of != of);
        let result = Arc::new(result);
        kept.push_back(Kept { of, result });
        while kept.len() > MOST {
            kept.pop_front();
        }
    }

    /// The result for some options that `find` finds here, or else that of `compute`, which keeps
    /// it. A caller waits while another one computes the result for the same options; `check` is
    /// called from time to time.
    ///
    /// # Errors
    ///
    /// Those of `check` and of `compute`.
    pub(crate) fn share<T, E>(
        &self,
        of: &str,
        check: impl Fn() -> Result<(), E>,
        find: impl FnOnce(&Self) -> Option<T>,
        compute: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut results = self.results();
        while results.computed.iter().any(|computed| computed == of) {
            let waited = self.ended.wait_timeout(results, PATIENCE);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
            check()?;
            results = self.results();
        }
        results.computed.push(of.to_owned());
        drop(results);
        let _ended = Computation { memo: self, of };
        match find(self) {
            Some(found) => Ok(found),
            None => compute(),
        }
    }

    fn results(&self) -> MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A result that is being computed, until this value is dropped.
struct Computation<'m> {
    memo: &'m Memo,
    of: &'m str,
}

impl Drop for Computation<'_> {
    fn drop(&mut self) {
        let computed = &mut self.memo.results().computed;
        computed.retain(|computed| computed != self.of);
        self.memo.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn the_latest_results_are_kept() {
        let memo = Memo::default();
        for number in 0..=MOST {
            memo.keep(number.to_string(), number);
        }
        memo.keep("1".to_owned(), 100usize);
        let found = |of: &str| memo.find::<usize>(of).map(|found| *found);
        assert_eq!(
            [found("0"), found("1"), found("16")],
            [None, Some(100), Some(16)]
        );
        assert_eq!(memo.find::<String>("2"), None);
    }

    #[test]
    fn callers_at_once_share_one_computation() {
        let memo = Memo::default();
        let computed = AtomicUsize::new(0);
        let all_there = Barrier::new(4);
        let get = |_| {
            let found = memo.share(
                "a",
                || Ok::<_, ()>(()),
                |memo| memo.find::<u32>("a").map(|found| *found),
                || {
                    if computed.fetch_add(1, Ordering::Relaxed) == 0 {
                        // The others wait, or come later.
                        all_there.wait();
                    }
                    memo.keep("a".to_owned(), 7u32);
                    Ok(7)
                },
            );
            found.unwrap()
        };
        thread::scope(|scope| {
            let callers: Vec<_> = (0..3)
                .map(|number| {
                    let (get, all_there) = (&get, &all_there);
                    scope.spawn(move || {
                        if number > 0 {
                            all_there.wait();
                        }
                        get(number)
                    })
                })
                .collect();
            all_there.wait();
            let found = callers.into_iter().map(|caller| caller.join().unwrap());
            assert_eq!(found.collect::<Vec<u32>>(), [7, 7, 7]);
        });
        assert_eq!(computed.into_inner(), 1);
    }

    #[test]
    fn a_failed_computation_leaves_the_next_caller_to_compute() {
        let memo = Memo::default();
        let get = |result| memo.share("a", || Ok(()), |_| None, || result);
        assert_eq!(
            [get(Err("late")), get(Ok(1)), get(Ok(2))],
            [Err("late"), Ok(1), Ok(2)]
        );
    }

    #[test]
    fn a_waiting_caller_fails_when_its_check_does() {
        let memo = Memo::default();
        let get = || {
            let waits = || memo.share("a", || Err("late"), |_| None, || Ok(2));
            Ok((
                waits(),
                memo.share("b", || Ok::<_, &str>(()), |_| None, || Ok(3)),
            ))
        };
        let found = memo.share::<_, &str>("a", || Ok(()), |_| None, get);
        assert_eq!(found, Ok((Err("late"), Ok(3))));
    }
}
