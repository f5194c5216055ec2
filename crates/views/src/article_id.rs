//! The numbers of articles.

use crate::ViewId;

/// An article of one state of a corpus.
///
/// An engine gives articles dense numbers from 0; deleted articles may have numbers too. The id
/// knows the state that it is of, so that it never stands for an article of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArticleId {
    number: u32,
    /// A part of the id of the view.
    view: u32,
}

impl ArticleId {
    /// The article with a number in a view.
    pub fn new(number: u32, view: ViewId) -> Self {
        let view = part(view);
        Self { number, view }
    }

    /// The number of the article in a view; `None` if it is of another view.
    pub fn number(self, view: ViewId) -> Option<u32> {
        (self.view == part(view)).then_some(self.number)
    }
}

fn part(view: ViewId) -> u32 {
    (view.0 ^ (view.0 >> 32)) as u32
}
