//! The settings and the terminal of a command, and its input and output.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::cli::{ListFormat, Paging};
use crate::config::Settings;
use crate::error::{Failure, Result, say};
use crate::output::listing::Listing;
use crate::output::pager::Sink;
use crate::output::style::Role;
use crate::output::terminal::Terminal;

use super::cite;

/// The settings and the terminal of a command.
pub(crate) struct Context {
    /// The settings in force.
    pub settings: Settings,
    /// The terminal or file that it writes to.
    pub terminal: Terminal,
}

impl Context {
    /// Output for people: through a pager on a terminal, unless that is not wanted.
    pub(super) fn paged(&self) -> Sink {
        match self.settings.pager {
            Paging::Auto if self.terminal.is_terminal => Sink::paged(),
            _ => Sink::stdout(),
        }
    }

    /// Writes a note on a result to standard error.
    pub(super) fn note(&self, message: &dyn Display) {
        let label = self.terminal.language.words().label_note;
        say(self.terminal.error_palette, Role::Hint, label, message);
    }

    /// Writes an answer in a format. Only text is for people and goes through a pager.
    pub(crate) fn list(&self, format: ListFormat, answer: &dyn Listing) -> Result<()> {
        let terminal = &self.terminal;
        let mut out = match format {
            ListFormat::Text => self.paged(),
            ListFormat::Json | ListFormat::Jsonl | ListFormat::Csv => Sink::stdout(),
        };
        match format {
            ListFormat::Text => answer.text(&mut out, terminal)?,
            ListFormat::Json => answer.json(&mut out)?,
            ListFormat::Jsonl => answer.jsonl(&mut out)?,
            ListFormat::Csv => answer.csv(&mut out, terminal)?,
        }
        cite::write(&mut out, answer.citation(), format, terminal)?;
        Ok(out.flush()?)
    }
}

/// The text of a file, or of standard input for `-`.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let text = if path.as_os_str() == "-" {
        read_stdin()
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| Failure::file(path, &error))
}

pub(super) fn read_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
