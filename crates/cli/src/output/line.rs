//! Styled text, in pieces and lines.

use std::sync::Arc;

use super::style::Role;

/// A piece of text that plays one role. Its text is already escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The role.
    pub role: Role,
    /// The text, without control characters.
    pub text: String,
    /// The target of a click.
    pub link: Option<Arc<str>>,
}

/// The pieces of one line.
pub(crate) type Line = Vec<Piece>;

impl Piece {
    /// A piece that leads nowhere.
    pub(crate) fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            text: text.into(),
            link: None,
        }
    }

    /// The same piece with another text.
    pub(crate) fn with_text(&self, text: &str) -> Self {
        Self {
            role: self.role,
            text: text.to_owned(),
            link: self.link.clone(),
        }
    }
}
