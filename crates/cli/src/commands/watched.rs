//! The index that `timbao watch` and `timbao serve --watch` keep fresh.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use timbao_articles::WalkOptions;
use timbao_cluster::Client;
use timbao_cluster::ingest::{self, IngestOptions};
use timbao_index::update::{Progress, Sources, UpdateOptions, UpdateReport};
use timbao_index::watch::{Directory, Watched};

use crate::cli::WritingArgs;
use crate::error::{Failure, Result};

use super::cluster;
use super::context::{Context, cluster_client};
use super::index::update_options;

/// An index in a directory or in a cluster, with the options of its updates.
pub(super) enum WatchedIndex {
    Directory(Box<Directory>),
    Cluster {
        client: Arc<Client>,
        options: Box<IngestOptions>,
    },
}

/// The reason why an update failed.
#[derive(Debug)]
pub(super) enum UpdateError {
    Index(timbao_index::Error),
    Cluster(timbao_cluster::Error),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(error) => error.fmt(f),
            Self::Cluster(error) => error.fmt(f),
        }
    }
}

impl From<UpdateError> for Failure {
    fn from(error: UpdateError) -> Self {
        match error {
            UpdateError::Index(error) => error.into(),
            UpdateError::Cluster(error) => error.into(),
        }
    }
}

impl WatchedIndex {
    /// The index of the settings. `stop` ends an update.
    ///
    /// # Errors
    ///
    /// If the address of a cluster or its credentials are invalid.
    pub(super) fn new(
        args: &WritingArgs,
        [hidden, allow_vanished]: [bool; 2],
        context: &Context,
        stop: Arc<AtomicBool>,
    ) -> Result<Self> {
        Ok(match cluster_client(context)? {
            Some(client) => Self::Cluster {
                client,
                options: Box::new(IngestOptions {
                    hidden,
                    allow_vanished,
                    ..cluster::options(args, context, stop)
                }),
            },
            None => Self::Directory(Box::new(Directory {
                path: context.settings.index.clone(),
                options: UpdateOptions {
                    walk: WalkOptions {
                        hidden,
                        ..WalkOptions::default()
                    },
                    allow_vanished,
                    ..update_options(args, context, stop)
                },
            })),
        })
    }

    /// The directory of the index, whose changes do not count.
    pub(super) fn own_directory(&self) -> Option<&Path> {
        match self {
            Self::Directory(index) => Some(&index.path),
            Self::Cluster { .. } => None,
        }
    }

    /// Is set to end an update.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        match self {
            Self::Directory(index) => Arc::clone(&index.options.stop),
            Self::Cluster { options, .. } => Arc::clone(&options.stop),
        }
    }
}

impl Watched for WatchedIndex {
    type Error = UpdateError;

    fn update(
        &self,
        sources: &Sources,
        progress: &dyn Progress,
    ) -> Result<UpdateReport, UpdateError> {
        match self {
            Self::Directory(index) => index.update(sources, progress).map_err(UpdateError::Index),
            Self::Cluster { client, options } => {
                ingest::update(client, sources, options, progress).map_err(UpdateError::Cluster)
            }
        }
    }

    fn sources(&self) -> Result<Vec<String>, UpdateError> {
        match self {
            Self::Directory(index) => index.sources().map_err(UpdateError::Index),
            Self::Cluster { client, options } => {
                let sources = timbao_cluster::sources(client).map_err(UpdateError::Cluster)?;
                let own = sources
                    .into_iter()
                    .filter(|source| source.machine == options.machine);
                Ok(own.map(|source| source.path).collect())
            }
        }
    }

    fn is_passing(&self, error: &UpdateError) -> bool {
        match error {
            UpdateError::Index(error) => error.is_passing(),
            UpdateError::Cluster(error) => error.is_passing(),
        }
    }
}
