//! Results of views that are kept for later calls.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Number of results that are kept.
const MOST: usize = 16;

/// The latest results of views of a whole corpus in one state, computed once for all pages and
/// readers.
#[derive(Debug, Default)]
pub struct Memo(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    /// The view and the options that change the result.
    of: String,
    result: Arc<dyn Any + Send + Sync>,
}

impl Memo {
    /// The result for some options, if it is kept.
    pub(crate) fn find<T: Any + Send + Sync>(&self, of: &str) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|kept| kept.of == of)?;
        Arc::clone(&found.result).downcast().ok()
    }

    /// Keeps a result, which replaces the one for the same options.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, of: String, result: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.of != of);
        let result = Arc::new(result);
        kept.push_back(Kept { of, result });
        while kept.len() > MOST {
            kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
