//! Word lists of a whole corpus, kept for later calls.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::wordlist::{WordList, WordListOptions};

/// Number of lists that are kept.
const MOST_LISTS: usize = 16;
/// Number of n-grams of the longest list that is kept.
const MOST_UNITS: usize = 10_000;

/// The latest word lists of a whole corpus in one state. They are counted once for all pages of a
/// list and for all readers.
#[derive(Debug, Default)]
pub struct WordLists(Mutex<VecDeque<KeptList>>);

#[derive(Debug)]
struct KeptList {
    /// The options that change the list.
    options: WordListOptions,
    /// Maximum number of n-grams when it was counted.
    most: usize,
    list: WordList,
}

impl WordLists {
    /// The list for some options, if it is kept.
    pub(crate) fn find(&self, options: &WordListOptions) -> Option<WordList> {
        let of = plain(options);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|kept| {
            let is_complete = kept.list.units.len() as u64 == kept.list.distinct;
            kept.options == of && (is_complete || kept.most >= options.most)
        })?;
        let units = found.list.units.iter().take(options.most);
        Some(WordList {
            units: units.cloned().collect(),
            ..found.list
        })
    }

    /// Keeps a list that was counted with some options, unless it is too long.
    pub(crate) fn keep(&self, options: &WordListOptions, list: &WordList) {
        if list.units.len() > MOST_UNITS {
            return;
        }
        let list = KeptList {
            options: plain(options),
            most: options.most,
            list: list.clone(),
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.options != list.options);
        kept.push_back(list);
        while kept.len() > MOST_LISTS {
            kept.pop_front();
        }
    }
}

/// The options without those that change only the length of the list or the memory.
fn plain(options: &WordListOptions) -> WordListOptions {
    WordListOptions {
        most: 0,
        held: 0,
        ..options.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wordlist::ListedUnit;

    fn list(units: usize, distinct: u64) -> WordList {
        let unit = |number: usize| ListedUnit {
            unit: number.to_string(),
            count: 1,
            articles: 1,
            per_million: 1.0,
            per_thousand: 1.0,
        };
        WordList {
            size: 1,
            of_articles: 1,
            of_tokens: 1,
            distinct,
            units: (0..units).map(unit).collect(),
        }
    }

    fn options(size: usize, most: usize) -> WordListOptions {
        WordListOptions {
            size,
            most,
            ..WordListOptions::default()
        }
    }

    #[test]
    fn a_longer_list_answers_for_its_beginning() {
        let lists = WordLists::default();
        lists.keep(&options(2, 10), &list(10, 50));
        let found = |size, most| lists.find(&options(size, most)).map(|l| l.units.len());
        assert_eq!(found(2, 4), Some(4));
        assert_eq!(found(2, 10), Some(10));
        assert_eq!((found(2, 11), found(3, 4)), (None, None));
        // A complete list answers for any length.
        lists.keep(&options(3, 10), &list(7, 7));
        assert_eq!(found(3, usize::MAX), Some(7));
        let held = WordListOptions {
            held: 1,
            ..options(2, 4)
        };
        assert!(lists.find(&held).is_some());
    }

    #[test]
    fn the_latest_lists_are_kept() {
        let lists = WordLists::default();
        lists.keep(&options(1, MOST_UNITS + 1), &list(MOST_UNITS + 1, 90_000));
        assert_eq!(lists.find(&options(1, 1)), None);
        for size in 1..=MOST_LISTS + 1 {
            lists.keep(&options(size, 1), &list(1, 1));
        }
        assert_eq!(lists.find(&options(1, 1)), None);
        assert!(lists.find(&options(2, 1)).is_some());
    }
}
