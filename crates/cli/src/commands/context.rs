//! The settings and the terminal of a command, and its input and output.

use std::fmt::Display;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;

use timbao_cluster::{Address, Client, Connection, Credentials, Trust};
use timbao_export::{About, CsvTable, XlsxTable};

use crate::cli::{ListFormat, Paging};
use crate::config::Settings;
use crate::error::{Failure, Result, say};
use crate::output::listing::Listing;
use crate::output::pager::Sink;
use crate::output::rows::Rows;
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
            _ => Sink::stdout(),
        };
        match format {
            ListFormat::Text => answer.text(&mut out, terminal)?,
            ListFormat::Json => answer.json(&mut out)?,
            ListFormat::Jsonl => answer.jsonl(&mut out)?,
            ListFormat::Csv => {
                let about = self.about(answer);
                let mut table = CsvTable::begin(&mut out, self.settings.csv, about.is_some())?;
                answer.table(&mut Rows::new(&mut table, terminal))?;
                table.finish(about.as_ref())?;
            }
            ListFormat::Xlsx => out.write_all(&self.workbook(answer)?)?,
        }
        cite::write(&mut out, answer.citation(), format, terminal)?;
        Ok(out.flush()?)
    }
}

impl Context {
    /// An answer as a workbook, with a sheet for its citation.
    fn workbook(&self, answer: &dyn Listing) -> Result<Vec<u8>> {
        let terminal = &self.terminal;
        if terminal.is_terminal {
            return Err(Failure::new("a workbook cannot be shown on a terminal")
                .hint("redirect it to a file: > ket-qua.xlsx"));
        }
        let mut table = XlsxTable::new(terminal.language.words().results);
        answer.table(&mut Rows::new(&mut table, terminal))?;
        let about = self.about(answer);
        let mut workbook = Cursor::new(Vec::new());
        table.finish(about.as_ref(), &mut workbook)?;
        Ok(workbook.into_inner())
    }

    /// The citation of an answer, for a table.
    fn about(&self, answer: &dyn Listing) -> Option<About> {
        let citation = answer.citation()?;
        Some(cite::about(citation, &self.terminal))
    }
}

/// The cluster that the index is in, if it is not in a directory.
pub(super) fn cluster_client(context: &Context) -> Result<Option<Arc<Client>>> {
    let settings = &context.settings;
    let address = match settings.index.to_str() {
        Some(address) if Address::is_one(address) => Address::parse(address)?,
        _ => return Ok(None),
    };
    let mut connection = Connection::new(address);
    connection.credentials = Credentials::find(settings.cluster_auth.as_deref())?;
    if let Some(path) = &settings.cluster_ca {
        connection.trust = Trust::File(path.clone());
    }
    Ok(Some(Arc::new(Client::new(connection)?)))
}

/// Fails if the index is in a cluster.
pub(super) fn require_directory(command: &str, context: &Context) -> Result<()> {
    match context.settings.index.to_str() {
        Some(address) if Address::is_one(address) => Err(Failure::new(format!(
            "`timbao {command}` works on an index in a directory, and {address} is in a cluster"
        ))
        .hint("docs/cluster.md lists the commands that work on a cluster")),
        _ => Ok(()),
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
