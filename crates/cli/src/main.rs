//! `timbao`, the command line of the search engine.

mod allocator;
mod arguments;
mod cli;
mod commands;
mod config;
mod error;
mod exit;
mod hits;
mod output;

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use timbao_tokenizer::abbreviations::Table;
use timbao_views::language::Language;

use cli::{Cli, Command};
use commands::Context;
use config::{Invalid, Settings};
use error::{Failure, Result, warn};
use exit::Outcome;
use output::terminal::Terminal;

fn main() -> ExitCode {
    let (parsed, color) = arguments::parse();
    let cli = match parsed {
        Ok(cli) => cli,
        Err(answer) => {
            // Help and versions arrive here too; a closed pipe is not an error.
            let _ = answer.print();
            return if answer.use_stderr() {
                ExitCode::from(exit::ERROR)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let fallback = Terminal::detect(color, Language::English);
    match run(cli) {
        Ok(outcome) => outcome.into(),
        Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(fallback.error_palette);
            ExitCode::from(exit::ERROR)
        }
    }
}

fn run(cli: Cli) -> Result<Outcome> {
    let context = context(&cli)?;
    commands::run(cli.command, &context)
}

fn context(cli: &Cli) -> Result<Context> {
    let (invalid, is_silent) = match cli.command {
        // Commands that describe the program itself; a shell runs them when it
        // starts.
        Command::Completions(_) | Command::Man(_) => (Invalid::Warning, true),
        Command::Analyze(_) | Command::Inspect(_) => (Invalid::Warning, false),
        _ => (Invalid::Error, false),
    };
    let settings = Settings::load(&cli.global, invalid)?;
    let terminal = Terminal::detect(
        settings.color,
        settings.language.unwrap_or(Language::English),
    );
    if !is_silent {
        for warning in &settings.warnings {
            warn(terminal.error_palette, warning);
        }
    }
    if let Some(path) = &settings.synonyms {
        install_synonyms(path)?;
    }
    Ok(Context { settings, terminal })
}

/// Adds the entries of a file to the table of abbreviations.
fn install_synonyms(path: &Path) -> Result<()> {
    let failure = |error: &dyn Display| {
        Failure::new(format!("{}: {error}", path.display()))
            .hint("docs/query-language.md, Synonyms, describes the file")
    };
    let text = std::fs::read_to_string(path).map_err(|error| failure(&error))?;
    let own = Table::parse(&text).map_err(|error| failure(&error))?;
    let mut table = Table::builtin().clone();
    table.extend(own);
    // The program loads its settings once.
    let _ = Table::install(table);
    Ok(())
}
