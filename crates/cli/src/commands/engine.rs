//! The engine that a command reads from: an index in a directory, or an archive in a cluster.

use timbao_cluster::Archive;
use timbao_index::Index;
use timbao_views::Engine;

use crate::error::Result;

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
