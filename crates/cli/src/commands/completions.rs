//! `timbao completions`.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::pager::Sink;

/// Prints a completion script.
pub(crate) fn run(args: &CompletionsArgs) -> Result<Outcome> {
    // Generated in memory first: the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "timbao", &mut script);
    let mut out = Sink::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Found)
}
