//! The terminals of standard output and standard error.

use std::io::{self, IsTerminal};

use timbao_views::language::Language;

use crate::cli::Color;

use super::style::Palette;

/// How to write for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// The language of results.
    pub language: Language,
    /// Colours of standard output.
    pub palette: Palette,
    /// Colours of standard error.
    pub error_palette: Palette,
    /// Whether standard output is a terminal.
    pub is_terminal: bool,
    /// Whether standard error is one, so that progress can be shown.
    pub shows_progress: bool,
    /// Whether hyperlinks can be written.
    pub links: bool,
    /// Maximum width in columns; `None` for lines of any length.
    pub columns: Option<usize>,
}

impl Terminal {
    /// Detects the process's own output. `COLUMNS`, if set, is the width, with a terminal or not.
    pub(crate) fn detect(color: Color, language: Language) -> Self {
        let (stdout, stderr) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let is_dumb = variable("TERM") == "dumb";
        let colours = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && variable("NO_COLOR").is_empty() && !is_dumb,
        };
        let asked = variable("COLUMNS")
            .parse()
            .ok()
            .filter(|&columns| columns > 0);
        let columns = asked.or_else(|| stdout.then(terminal_columns));
        Self {
            language,
            palette: Palette {
                on: colours(stdout),
            },
            error_palette: Palette {
                on: colours(stderr),
            },
            is_terminal: stdout,
            shows_progress: stderr && !is_dumb,
            links: stdout && colours(stdout),
            columns,
        }
    }
}

/// A file: no colours, lines of any length, English.
#[cfg(test)]
impl Default for Terminal {
    fn default() -> Self {
        Self {
            language: Language::English,
            palette: Palette::default(),
            error_palette: Palette::default(),
            is_terminal: false,
            shows_progress: false,
            links: false,
            columns: None,
        }
    }
}

/// The width of the terminal; 80 when it does not say.
fn terminal_columns() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0).max(1))
}
