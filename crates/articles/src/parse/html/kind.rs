//! The kinds of elements.

/// How an element shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Inline,
    Block,
    /// Ends a line.
    Break,
    Caption,
    /// Has no text that is read.
    Nothing,
}
