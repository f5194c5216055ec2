//! `timbao mcp`.

use timbao_mcp::{Server, serve};

use crate::cli::McpArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;

use super::context::{Context, cluster_client};

/// Serves an assistant until it closes standard input.
pub(crate) fn run(_args: &McpArgs, context: &Context) -> Result<Outcome> {
    let server = match cluster_client(context)? {
        Some(client) => Server::of_cluster(client),
        None => Server::new(&context.settings.index),
    };
    serve(server).map_err(|error| {
        Failure::new(error.to_string())
            .hint("an MCP client starts this command; see `timbao mcp --help`")
    })?;
    Ok(Outcome::Found)
}
