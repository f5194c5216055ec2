//! `timbao repair`.

use timbao_index::maintain::repair;
use timbao_index::update::UpdateOptions;

use crate::cli::RepairArgs;
use crate::error::{Failure, Result, say, warn};
use crate::exit::Outcome;
use crate::output::number::counted;
use crate::output::style::Role;

use super::context::Context;
use super::index::{summarize, tell_problems, update_options};
use super::progress::interruptible;
use super::verify::told;

/// Mends the index.
pub(crate) fn run(args: &RepairArgs, context: &Context) -> Result<Outcome> {
    let report = interruptible(context, |progress, stop| {
        let options = UpdateOptions {
            allow_vanished: args.allow_vanished,
            ..update_options(&args.writing, context, stop)
        };
        repair(&context.settings.index, &args.paths, &options, progress)
    })?;
    let palette = context.terminal.error_palette;
    for fault in &report.faults {
        warn(palette, &told(fault));
    }
    if report.orphans > 0 {
        let files = counted(report.orphans, "file");
        let message = format!("removed {files} left by killed runs");
        say(palette, Role::Title, "repair", &message);
    }
    let mut is_incomplete = false;
    match &report.rebuilt {
        Some(update) if update.interrupted => {
            return Err(Failure::new("interrupted; the index is still damaged")
                .hint("run `timbao repair` again"));
        }
        Some(update) => {
            is_incomplete = update.is_incomplete() || !update.vanished.is_empty();
            tell_problems(update, context);
            say(palette, Role::Title, "repair", &"rebuilt the index");
            summarize(update, false, context);
        }
        None => say(palette, Role::Title, "repair", &"the index is intact"),
    }
    Ok(Outcome::of_reading(true, is_incomplete))
}
