//! `timbao mcp`.

use timbao_mcp::serve;

use crate::cli::McpArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;

use super::context::Context;
use super::engine;

/// Serves an assistant until it closes standard input.
pub(crate) fn run(_args: &McpArgs, context: &Context) -> Result<Outcome> {
    engine::only_local("mcp", "use an index in a directory", context)?;
    serve(&context.settings.index).map_err(|error| {
        Failure::new(error.to_string())
            .hint("an MCP client starts this command; see `timbao mcp --help`")
    })?;
    Ok(Outcome::Found)
}
