//! `timbao restore`.

use timbao_index::maintain::restore;

use crate::cli::RestoreArgs;
use crate::error::{Result, say};
use crate::exit::Outcome;
use crate::output::number::counted;
use crate::output::style::Role;

use super::context::Context;

/// Brings back an index from a backup.
pub(crate) fn run(args: &RestoreArgs, context: &Context) -> Result<Outcome> {
    let dir = &context.settings.index;
    let report = restore(&args.file, dir, args.overwrite)?;
    let articles = counted(report.articles, "article");
    let message = format!("{articles} in {}", dir.display());
    say(
        context.terminal.error_palette,
        Role::Title,
        "restore",
        &message,
    );
    Ok(Outcome::Found)
}
