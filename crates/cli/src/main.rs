//! `timbao`, the command line of the search engine.

mod cli;
mod commands;
mod config;
mod error;
mod exit;
mod hits;
mod output;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Color, GlobalArgs};
use commands::Context;
use config::Settings;
use error::{Failure, Result, warn};
use exit::Outcome;
use output::terminal::Terminal;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
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
    let fallback = Terminal::detect(cli.global.color.unwrap_or(Color::Auto));
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
    let context = context(&cli.global)?;
    commands::run(cli.command, &context)
}

fn context(flags: &GlobalArgs) -> Result<Context> {
    let settings = Settings::load(flags)?;
    let terminal = Terminal::detect(settings.color);
    for warning in &settings.warnings {
        warn(terminal.error_palette, warning);
    }
    Ok(Context { settings, terminal })
}
