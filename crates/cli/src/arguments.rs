//! The arguments of the process.

use std::ffi::OsString;

use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};

use crate::cli::{Cli, Color};
use crate::config::Settings;

/// Parses the arguments of the process. Its answers, such as help and errors of usage, have the
/// colours that `--color`, the environment and the configuration choose.
pub(crate) fn parse() -> (Result<Cli, clap::Error>, Color) {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let color = Settings::early_color(early_flag(&arguments));
    let mut command = Cli::command().color(match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    });
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|mut matches| {
            Cli::from_arg_matches_mut(&mut matches).map_err(|e| e.format(&mut command))
        });
    (parsed, color)
}

/// The command line as it was typed, for reports of measurements.
pub(crate) fn command_line() -> Vec<String> {
    let arguments = std::env::args_os();
    arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// The value of `--color` among arguments that are not parsed yet, if it is valid.
fn early_flag(arguments: &[OsString]) -> Option<Color> {
    let mut flag = None;
    let mut arguments = arguments.iter().skip(1).map(|a| a.to_str().unwrap_or(""));
    while let Some(argument) = arguments.next().filter(|&argument| argument != "--") {
        let value = match argument {
            "--color" => arguments.next(),
            _ => argument.strip_prefix("--color="),
        };
        flag = value.and_then(|v| Color::from_str(v, true).ok()).or(flag);
    }
    flag
}
