//! One file per command.

mod analyze;
mod backup;
mod batch;
mod bench_latency;
mod bench_relevance;
mod cite;
mod collocates;
mod completions;
mod config;
mod explain;
mod fillers;
mod index;
mod inspect;
mod keywords;
mod kwic;
mod man;
mod progress;
mod queries;
mod query;
mod repair;
mod reprints;
mod restore;
mod search;
mod serve;
mod show;
mod similar;
mod stats;
mod suggestions;
mod trends;
mod verify;
mod watch;

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::cli::{BenchCommand, Command, ConfigCommand, ListFormat, Paging};
use crate::config::Settings;
use crate::error::{Failure, Result, say};
use crate::exit::Outcome;
use crate::output::listing::Listing;
use crate::output::pager::Sink;
use crate::output::style::Role;
use crate::output::terminal::Terminal;

/// The settings and the terminal of a command.
pub(crate) struct Context {
    /// The settings in force.
    pub settings: Settings,
    /// The terminal or file that it writes to.
    pub terminal: Terminal,
}

/// Runs a command.
pub(crate) fn run(command: Command, context: &Context) -> Result<Outcome> {
    match command {
        Command::Analyze(args) => analyze::run(&args, context),
        Command::Inspect(args) => inspect::run(&args, context),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args, context),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Index(args) => index::index(&args, context),
        Command::Reindex(args) => index::reindex(&args, context),
        Command::Forget(args) => index::forget(&args, context),
        Command::Watch(args) => watch::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Repair(args) => repair::run(&args, context),
        Command::Backup(args) => backup::run(&args, context),
        Command::Restore(args) => restore::run(&args, context),
        Command::Search(args) => search::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
        Command::Batch(args) => batch::run(&args, context),
        Command::Kwic(args) => kwic::run(&args, context),
        Command::Trends(args) => trends::run(&args, context),
        Command::Collocates(args) => collocates::run(&args, context),
        Command::Keywords(args) => keywords::run(&args, context),
        Command::Similar(args) => similar::run(&args, context),
        Command::Reprints(args) => reprints::run(&args, context),
        Command::Fillers(args) => fillers::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Bench(BenchCommand::Latency(args)) => bench_latency::run(&args, context),
        Command::Bench(BenchCommand::Relevance(args)) => bench_relevance::run(&args, context),
    }
}

impl Context {
    /// Output for people: through a pager on a terminal, unless that is not wanted.
    fn paged(&self) -> Sink {
        match self.settings.pager {
            Paging::Auto if self.terminal.is_terminal => Sink::paged(),
            _ => Sink::stdout(),
        }
    }

    /// Writes a note on a result to standard error.
    fn note(&self, message: &dyn Display) {
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
        cite::write(&mut out, answer.citation(), format, self)?;
        Ok(out.flush()?)
    }
}

/// The text of a file, or of standard input for `-`.
fn read_text(path: &Path) -> Result<String> {
    let text = if path.as_os_str() == "-" {
        read_stdin()
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| Failure::file(path, &error))
}

fn read_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
