//! `timbao man`.

use std::fs;
use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::{Cli, ManArgs};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::pager::Sink;

/// Prints the manual page, or writes one a command into a directory.
pub(crate) fn run(args: &ManArgs) -> Result<Outcome> {
    let command = Cli::command();
    match &args.dir {
        Some(dir) => {
            let written =
                fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
            written.map_err(|error| Failure::file(dir, &error))?;
        }
        None => {
            let mut out = Sink::stdout();
            Man::new(command).render(&mut out)?;
            out.flush()?;
        }
    }
    Ok(Outcome::Found)
}
