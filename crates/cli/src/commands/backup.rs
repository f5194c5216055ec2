//! `timbao backup`.

use timbao_index::maintain::backup;

use crate::cli::BackupArgs;
use crate::error::{Result, say};
use crate::exit::Outcome;
use crate::output::number::{bytes, counted};
use crate::output::style::Role;

use super::context::Context;

/// Copies the index into one file.
pub(crate) fn run(args: &BackupArgs, context: &Context) -> Result<Outcome> {
    let report = backup(&context.settings.index, &args.file)?;
    let message = format!(
        "{} in {} ({})",
        counted(report.articles, "article"),
        args.file.display(),
        bytes(report.bytes())
    );
    say(
        context.terminal.error_palette,
        Role::Title,
        "backup",
        &message,
    );
    Ok(Outcome::Found)
}
