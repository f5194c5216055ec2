//! Styles of text, by role.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// The part a piece of text plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Running text.
    Plain,
    /// A title.
    Title,
    /// Secondary text: ranks, metadata.
    Dim,
    /// A match in running text or in a title.
    Match,
    /// The name of a value.
    Label,
    /// The word "error".
    Error,
    /// The word "warning".
    Warning,
    /// The word "hint".
    Hint,
}

/// Whether and how roles are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Palette {
    /// Whether colours are used at all.
    pub on: bool,
}

impl Palette {
    /// The text in the style of its role.
    pub(crate) fn paint(self, role: Role, text: &str) -> Painted<'_> {
        Painted {
            style: self.style(role),
            text,
        }
    }

    fn style(self, role: Role) -> Style {
        if !self.on {
            return Style::new();
        }
        let colour = |colour: AnsiColor| colour.on_default().bold();
        match role {
            Role::Plain => Style::new(),
            Role::Title => Style::new().bold(),
            Role::Dim => Style::new().dimmed(),
            Role::Match => colour(AnsiColor::Red),
            Role::Label => AnsiColor::Cyan.on_default(),
            Role::Error => colour(AnsiColor::Red),
            Role::Warning => colour(AnsiColor::Yellow),
            Role::Hint => colour(AnsiColor::Cyan),
        }
    }
}

/// Text with the codes around it that style it.
pub(crate) struct Painted<'a> {
    style: Style,
    text: &'a str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}{}",
            self.style.render(),
            self.text,
            self.style.render_reset()
        )
    }
}
