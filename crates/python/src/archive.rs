//! Where an index is: in a directory, or in an OpenSearch cluster.

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fmt};

use pyo3::prelude::*;
use timbao_cluster::{Address, Client, Connection, Credentials, Trust};
use timbao_index::{CacheOptions, Index, Searcher};
use timbao_views::{Corpus, Engine};

use crate::errors::{Failure, Result};

/// The environment variable with the file of the user and the password of a cluster.
const AUTH: &str = "TIMBAO_CLUSTER_AUTH";
/// The environment variable with the file of a cluster's authority.
const AUTHORITY: &str = "TIMBAO_CLUSTER_CA";

/// One state of an index, open for reading.
#[derive(Debug, Clone)]
pub(crate) enum Archive {
    /// A commit of an index in a directory.
    Directory(Arc<Searcher>),
    /// A point in time of an index in a cluster.
    Cluster(Arc<Remote>),
}

/// A point in time of a cluster. The cluster is told when it is no longer needed, and other threads of
/// Python do not wait for that.
#[derive(Debug)]
pub(crate) struct Remote(Option<timbao_cluster::Archive>);

impl Remote {
    fn archive(&self) -> &timbao_cluster::Archive {
        match &self.0 {
            Some(archive) => archive,
            None => unreachable!("it is taken only while it is dropped"),
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let archive = self.0.take();
        // Without an interpreter, which may have ended, there is no lock to release.
        let _ = Python::try_attach(|py| py.detach(|| drop(archive)));
    }
}

impl Archive {
    /// What the views read.
    pub(crate) fn engine(&self) -> &dyn Engine {
        match self {
            Self::Directory(searcher) => &**searcher,
            Self::Cluster(remote) => remote.archive(),
        }
    }

    /// Number of articles.
    pub(crate) fn article_count(&self) -> u64 {
        match self {
            Self::Directory(searcher) => searcher.article_count(),
            Self::Cluster(remote) => remote.archive().size().articles,
        }
    }
}

/// Files with the user, the password and the authority of a cluster; environment variables name those
/// that are `None`.
#[derive(Debug, Default)]
pub(crate) struct ClusterLogin {
    pub(crate) auth: Option<PathBuf>,
    pub(crate) ca: Option<PathBuf>,
}

/// The place of an index.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Directory(Box<Index>),
    Cluster(Arc<Client>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(index) => index.dir().display().fmt(f),
            Self::Cluster(client) => client.address().fmt(f),
        }
    }
}

impl Place {
    /// The place that a path or the address of a cluster names. `preload` copies parts of an index in
    /// a directory to memory, which a cluster ignores.
    ///
    /// # Errors
    ///
    /// If there is no index in the directory, the address is invalid, or a file of the login cannot
    /// be read.
    pub(crate) fn new(path: PathBuf, preload: bool, login: ClusterLogin) -> Result<Self> {
        let address = path.to_str().filter(|path| Address::is_one(path));
        let Some(address) = address else {
            let caches = match preload {
                true => CacheOptions::for_many_queries(),
                false => CacheOptions::default(),
            };
            let index = Index::open(path)?.with_caches(caches);
            return Ok(Self::Directory(Box::new(index)));
        };
        let mut connection = Connection::new(Address::parse(address)?);
        let auth = login.auth.or_else(|| file(AUTH));
        connection.credentials = Credentials::find(auth.as_deref())?;
        if let Some(path) = login.ca.or_else(|| file(AUTHORITY)) {
            connection.trust = Trust::File(path);
        }
        Ok(Self::Cluster(Arc::new(Client::new(connection)?)))
    }

    /// Opens the present state.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn open(&self) -> Result<Archive> {
        Ok(match self {
            Self::Directory(index) => Archive::Directory(Arc::new(index.searcher()?)),
            Self::Cluster(client) => {
                let archive = timbao_cluster::Archive::open(Arc::clone(client))?;
                Archive::Cluster(Arc::new(Remote(Some(archive))))
            }
        })
    }

    /// The present state, or `None` if it is known to be the one given.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn refresh(&self, archive: &Archive) -> Result<Option<Archive>> {
        match (self, archive) {
            (Self::Directory(index), Archive::Directory(searcher)) => {
                let fresh = index.refresh(searcher)?;
                Ok(fresh.map(|searcher| Archive::Directory(Arc::new(searcher))))
            }
            _ => Ok(Some(self.open()?)),
        }
    }

    /// A state of an index in a directory, for a method that needs one.
    ///
    /// # Errors
    ///
    /// If the index is in a cluster.
    pub(crate) fn searcher<'a>(&self, method: &str, archive: &'a Archive) -> Result<&'a Searcher> {
        match archive {
            Archive::Directory(searcher) => Ok(searcher),
            Archive::Cluster(_) => Err(needs_directory(method, self)),
        }
    }
}

/// The error for something that works on an index in a directory only.
pub(crate) fn needs_directory(name: &str, address: &impl fmt::Display) -> Failure {
    Failure::argument(format!(
        "`{name}` works on an index in a directory, and {address} is in a cluster"
    ))
    .hint("docs/cluster.md lists the commands that work on a cluster")
}

/// The file that an environment variable names.
fn file(variable: &str) -> Option<PathBuf> {
    let path = env::var_os(variable)?;
    (!path.is_empty()).then(|| path.into())
}
