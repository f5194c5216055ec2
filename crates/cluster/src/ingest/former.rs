//! Articles that were there before: one that is edited, or found at another place, keeps its arrival.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::arrivals::ArrivalRecord;

/// An article that is in the cluster.
#[derive(Debug)]
pub(super) struct Known {
    /// The hash of its bytes, as in its document.
    pub(super) hash: String,
    /// The place in the file.
    pub(super) member: Option<String>,
    /// The [identity](timbao_articles::Article::identity) of the article.
    pub(super) identity: u64,
    /// When the article was first indexed.
    pub(super) arrival: ArrivalRecord,
    /// Whether it was found again.
    pub(super) is_met: AtomicBool,
    /// Whether it is not to be recognised at another place: it stays at its own, or was recognised.
    is_bound: AtomicBool,
}

impl Known {
    pub(super) fn new(
        (hash, member): (String, Option<String>),
        identity: u64,
        arrival: ArrivalRecord,
    ) -> Self {
        Self {
            hash,
            member,
            identity,
            arrival,
            is_met: AtomicBool::new(false),
            is_bound: AtomicBool::new(false),
        }
    }

    /// Marks the article as one that stays at its place, or was recognised at another; returns `false` if
    /// it was marked before.
    pub(super) fn bind(&self) -> bool {
        !self.is_bound.swap(true, Ordering::Relaxed)
    }
}

/// The articles of some files, by id.
#[derive(Debug, Default)]
pub(super) struct Former {
    pub(super) articles: HashMap<String, Known>,
    /// The ids with a content: the same article, or a copy of it.
    by_hash: HashMap<String, String>,
    by_identity: HashMap<u64, Vec<String>>,
}

impl Former {
    /// Adds an article.
    pub(super) fn insert(&mut self, id: String, known: Known) {
        self.by_hash.insert(known.hash.clone(), id.clone());
        let same = self.by_identity.entry(known.identity).or_default();
        same.push(id.clone());
        self.articles.insert(id, known);
    }

    /// The arrival of the article that one with this content or identity was.
    pub(super) fn arrival(&self, hash: &str, identity: u64) -> Option<&ArrivalRecord> {
        let same = self.by_hash.get(hash).and_then(|id| self.articles.get(id));
        let edited = || {
            let ids = self.by_identity.get(&identity)?;
            let mut known = ids.iter().filter_map(|id| self.articles.get(id));
            known.find(|known| known.bind())
        };
        same.or_else(edited).map(|known| &known.arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(articles: &[(&str, &str, u64)]) -> Former {
        let mut former = Former::default();
        for (time, &(id, hash, identity)) in (1..).zip(articles) {
            let arrival = ArrivalRecord::new("s", 1, time, identity);
            let known = Known::new((hash.to_owned(), None), identity, arrival);
            former.insert(id.to_owned(), known);
        }
        former
    }

    #[test]
    fn content_is_recognised_before_identity() {
        let former = former(&[("1", "x", 7), ("2", "y", 8)]);
        let time = |hash, identity| former.arrival(hash, identity).map(|arrival| arrival.time);
        assert_eq!(time("y", 7), Some(2));
        assert_eq!(time("x", 9), Some(1));
        assert_eq!(time("z", 9), None);
    }

    #[test]
    fn an_edited_article_is_recognised_once_and_only_if_it_left_its_place() {
        let former = former(&[("1", "x", 7), ("2", "y", 7), ("3", "w", 8)]);
        assert!(former.articles["1"].bind());
        assert_eq!(former.arrival("z", 7).map(|arrival| arrival.time), Some(2));
        assert_eq!(former.arrival("v", 7), None);
        assert!(former.articles["3"].bind());
        assert_eq!(former.arrival("v", 8), None);
    }
}
