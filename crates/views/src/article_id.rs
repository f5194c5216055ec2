//! The numbers of articles.

/// An article of one state of a corpus. Numbers are dense from 0; deleted articles may have
/// numbers too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArticleId(pub u32);
