//! `timbao mcp`.

use timbao_mcp::serve;

use crate::cli::McpArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;

use super::context::Context;

/// Serves an assistant until it closes standard input.
pub(crate) fn run(_args: &McpArgs, context: &Context) -> Result<Outcome> {
    serve(&context.settings.index).map_err(|error| {
        Failure::new(error.to_string())
            .hint("an MCP client starts this command; see `timbao mcp --help`")
    })?;
    Ok(Outcome::Found)
}
