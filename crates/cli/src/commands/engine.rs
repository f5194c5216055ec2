//! The engine that a command reads from: an index in a directory, or an archive in a cluster.

use std::sync::Arc;

use timbao_cluster::{Archive, Client};
use timbao_index::Index;
use timbao_views::{ArrivalLog, Engine};

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

/// The index of the settings, which is there, not open for searching yet.
pub(super) enum Found {
    /// In a directory.
    Index(Box<Index>),
    /// In a cluster.
    Cluster(Arc<Client>),
}

impl Found {
    /// Looks for the index.
    ///
    /// # Errors
    ///
    /// If there is none, or it is of another version.
    pub(super) fn new(context: &Context) -> Result<Self> {
        Ok(match cluster_client(context)? {
            Some(client) => {
                timbao_cluster::open(&client)?;
                Self::Cluster(client)
            }
            None => Self::Index(Box::new(Index::open(&context.settings.index)?)),
        })
    }

    /// Opens its present state for what is new in it.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(super) fn arrivals(self) -> Result<Box<dyn ArrivalLog>> {
        Ok(match self {
            Self::Index(index) => Box::new(index.searcher()?),
            Self::Cluster(client) => Box::new(Archive::open_settled(client)?),
        })
    }
}
