//! `timbao backup`.

use timbao_index::maintain::backup;

use crate::cli::BackupArgs;
use crate::error::{Result, say};
use crate::exit::Outcome;
use crate::output::number::{bytes, counted};
use crate::output::style::Role;

use super::context::Context;
use super::engine;

/// Copies the index into one file.
pub(crate) fn run(args: &BackupArgs, context: &Context) -> Result<Outcome> {
    engine::only_local(
        "backup",
        "take a snapshot of the cluster; docs/cluster.md describes how",
        context,
    )?;
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
