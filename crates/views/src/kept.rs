//! The latest state of a collection, and replaced ones for some time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How a program that answers queries while articles are updated keeps replaced states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReloadOptions {
    /// Time to keep a replaced state.
    pub keep: Duration,
    /// Largest number of replaced states that are kept.
    pub views: usize,
}

impl Default for ReloadOptions {
    /// Ten minutes, eight states.
    fn default() -> Self {
        Self {
            keep: Duration::from_secs(600),
            views: 8,
        }
    }
}

/// The latest state of a collection, and replaced ones for some time, so that the pages of one list
/// agree.
#[derive(Debug)]
pub struct KeptViews<V> {
    options: ReloadOptions,
    latest: RwLock<V>,
    /// Replaced states with the times of their replacement, oldest first.
    replaced: Mutex<VecDeque<(Instant, V)>>,
}

impl<V: Clone> KeptViews<V> {
    /// Starts with a state.
    pub fn new(latest: V, options: ReloadOptions) -> Self {
        Self {
            options,
            latest: RwLock::new(latest),
            replaced: Mutex::default(),
        }
    }

    /// The latest state.
    pub fn latest(&self) -> V {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone()
    }

    /// The state that `is_it` accepts, if it is the latest or still kept.
    pub fn find(&self, is_it: impl Fn(&V) -> bool) -> Option<V> {
        let latest = self.latest();
        if is_it(&latest) {
            return Some(latest);
        }
        let replaced = self.replaced();
        let found = replaced.iter().find(|(_, view)| is_it(view));
        found.map(|(_, view)| view.clone())
    }

    /// Number of replaced states that are kept.
    pub fn kept(&self) -> usize {
        self.replaced().len()
    }

    /// Replaces the latest state.
    pub fn replace(&self, fresh: V) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *latest, fresh);
        drop(latest);
        self.replaced().push_back((Instant::now(), before));
        self.drop_expired();
    }

    /// Drops replaced states that were kept long enough.
    pub fn drop_expired(&self) {
        let ReloadOptions { keep, views } = self.options;
        let mut replaced = self.replaced();
        let is_expired = |(at, _): &(Instant, V)| at.elapsed() >= keep;
        while replaced.len() > views || replaced.front().is_some_and(is_expired) {
            replaced.pop_front();
        }
    }

    fn replaced(&self) -> MutexGuard<'_, VecDeque<(Instant, V)>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_kept_as_wanted() {
        let options = ReloadOptions {
            views: 2,
            ..ReloadOptions::default()
        };
        let views = KeptViews::new(0, options);
        (1..=4).for_each(|view| views.replace(view));
        assert_eq!((views.latest(), views.kept()), (4, 2));
        let found = (0..=5).map(|view| views.find(|kept| *kept == view));
        let found: Vec<Option<i32>> = found.collect();
        assert_eq!(found, [None, None, Some(2), Some(3), Some(4), None]);
    }

    #[test]
    fn none_is_kept_for_no_time() {
        let options = ReloadOptions {
            keep: Duration::ZERO,
            ..ReloadOptions::default()
        };
        let views = KeptViews::new(0, options);
        views.replace(1);
        assert_eq!((views.latest(), views.kept()), (1, 0));
    }
}
