//! The keys that fit the patterns of recent queries.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use timbao_query::plan::Key;

/// Ids that are kept at most, 4 MB of them.
const MOST_IDS: usize = 1 << 20;

/// The ids of the keys that fit a pattern, of the patterns that were last looked up in a segment.
///
/// To compare a pattern with every key of a segment takes milliseconds, and one question asks for
/// it several times: its words are matched, ranked, explained and counted in other forms.
#[derive(Default)]
pub(crate) struct PatternCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    lists: FxHashMap<Key, Arc<[u32]>>,
    /// Number of ids in all lists.
    ids: usize,
}

impl PatternCache {
    /// The ids of a pattern, which `find` finds.
    pub(crate) fn ids(&self, pattern: &Key, find: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ids) = kept().lists.get(pattern) {
            return Arc::clone(ids);
        }
        let ids: Arc<[u32]> = find().into();
        let mut kept = kept();
        // A pattern without keys takes room too.
        if kept.ids + ids.len() + 1 > MOST_IDS {
            *kept = Kept::default();
        }
        if ids.len() < MOST_IDS
            && kept
                .lists
                .insert(pattern.clone(), Arc::clone(&ids))
                .is_none()
        {
            kept.ids += ids.len() + 1;
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::Regex {
            pattern: text.into(),
            folded: true,
        }
    }

    #[test]
    fn a_pattern_is_looked_up_once_while_there_is_room() {
        let cache = PatternCache::default();
        assert_eq!(*cache.ids(&key("a"), || vec![1, 2]), [1, 2]);
        assert_eq!(*cache.ids(&key("a"), || panic!("it is known")), [1, 2]);
        let large = || vec![7; MOST_IDS - 2];
        assert_eq!(cache.ids(&key("b"), large).len(), MOST_IDS - 2);
        // The first one had to go.
        assert_eq!(*cache.ids(&key("a"), || vec![3]), [3]);
        // More than there is room for is not kept.
        cache.ids(&key("c"), || vec![7; MOST_IDS]);
        assert_eq!(*cache.ids(&key("c"), || vec![4]), [4]);
    }
}
