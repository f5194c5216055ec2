//! The engine that a command reads from: an index in a directory, or an archive in a cluster.

use timbao_cluster::Archive;
use timbao_index::Index;
use timbao_views::Engine;

use crate::error::{Failure, Result};

use super::context::{Context, cluster_client};

/// Opens the index or archive of the settings.
///
/// # Errors
///
/// If there is none, or it cannot be read.
pub(super) fn open(context: &Context) -> Result<Box<dyn Engine>> {
    match cluster_client(context)? {
        Some(client) => Ok(Box::new(Archive::open(client)?)),
        None => Ok(Box::new(Index::open(&context.settings.index)?.searcher()?)),
    }
}

/// Fails if the index is in a cluster, because a command reads the files of an index.
///
/// # Errors
///
/// With what to do instead.
pub(super) fn only_local(command: &str, instead: &str, context: &Context) -> Result<()> {
    match cluster_client(context)? {
        None => Ok(()),
        Some(_) => Err(
            Failure::new(format!("`timbao {command}` does not work with a cluster")).hint(instead),
        ),
    }
}
