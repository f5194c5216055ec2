//! Arrivals: when each article was first indexed.
//!
//! A journal next to the segments lists all articles that were ever indexed, in
//! the order of their arrival. It is written with each commit that indexes
//! articles, as the manifest is, so that a commit and its journal cannot disagree.
//! An article keeps its arrival when it is edited, moved, indexed again or
//! forgotten for a while; merges of segments do not concern it.

mod journal;
mod known;
#[cfg(test)]
mod tests;

pub(crate) use journal::{Indexed, Journal, Written};
pub(crate) use known::{Arrivals, JournalFile};
