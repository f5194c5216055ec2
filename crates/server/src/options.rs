//! Options of a server.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use timbao_alerts::SavedSearch;
use timbao_cluster::Client;

use crate::origin::Origin;
use crate::updates::Updates;

/// Largest number of rows that can be requested, which no index has.
pub(crate) const ROWS: usize = 1_000_000_000;

/// The options of a [`Server`](crate::Server).
#[derive(Debug, Clone)]
pub struct Options {
    /// Directory of the index. Not read if there is a [`cluster`](Self::cluster).
    pub index: PathBuf,
    /// The cluster to answer from.
    pub cluster: Option<Arc<Client>>,
    /// Address to listen on; port 0 selects a free port.
    pub listen: SocketAddr,
    /// Token that every request must present, if any.
    pub token: Option<Token>,
    /// File of named tokens, of which every request must present one; changes are noticed while
    /// the server runs.
    pub tokens: Option<PathBuf>,
    /// Whether an address other than loopback is allowed without a token.
    pub allow_everyone: bool,
    /// Host names of this server in addition to those of its address. Without a token, requests
    /// with other names are rejected, so that a web site cannot send requests through the
    /// browser of a visitor.
    pub hosts: Vec<String>,
    /// Origins whose pages may read the API.
    pub origins: Vec<Origin>,
    /// Limits for clients.
    pub limits: Limits,
    /// Whether queries are logged.
    pub log_queries: bool,
    /// Whether answers name the directories of this machine; else paths begin at the directory of
    /// a source.
    pub show_paths: bool,
    /// Other indexes that are served too, below `/kho/NAME`.
    pub more: Vec<NamedIndex>,
    /// The saved searches of the configuration, for the page that lists them.
    pub searches: Vec<SavedSearch>,
    /// The directory of the searches that are saved on the page; [next to the
    /// index](timbao_alerts::directory) unless stated.
    pub alerts: Option<PathBuf>,
    /// Whether searches can be saved on the page, in [a file](timbao_alerts::Store).
    pub saves_searches: bool,
    /// The updates of the index, if the program that serves it updates it too.
    pub updates: Option<Arc<Updates>>,
}

impl Options {
    /// An index and an address, with defaults for the rest.
    pub fn new(index: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            index: index.into(),
            cluster: None,
            listen,
            token: None,
            tokens: None,
            allow_everyone: false,
            hosts: Vec::new(),
            origins: Vec::new(),
            limits: Limits::default(),
            log_queries: false,
            show_paths: false,
            more: Vec::new(),
            searches: Vec::new(),
            alerts: None,
            saves_searches: true,
            updates: None,
        }
    }
}

/// An index that is served below a path of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedIndex {
    name: String,
    dir: PathBuf,
}

/// The error for an invalid name of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 40 letters a to z, digits and hyphens")]
pub struct NameError;

impl NamedIndex {
    /// An index in a directory, with the name that is in its address.
    ///
    /// # Errors
    ///
    /// If the name is empty, too long, or has other characters than `a` to `z`, digits and
    /// hyphens.
    pub fn new(name: &str, dir: impl Into<PathBuf>) -> Result<Self, NameError> {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=40).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(NameError);
        }
        Ok(Self {
            name: name.to_owned(),
            dir: dir.into(),
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Limits for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest number of concurrent searches.
    pub work: usize,
    /// Largest number of waiting searches; more are rejected.
    pub queue: usize,
    /// Time limit of a search, waiting included.
    pub time: Duration,
    /// Largest number of connections; more wait in the system's queue.
    pub connections: usize,
    /// Time limit for a client to send the head of a request, or to read a part of a response.
    pub patience: Duration,
    /// Time limit for requests in flight when the server stops.
    pub shutdown: Duration,
    /// Largest length of a query or other value, in characters.
    pub text: usize,
    /// Largest number of hits in a response.
    pub page: usize,
    /// Largest number of hits that can be skipped.
    pub offset: usize,
    /// Largest number of concurrent exports.
    pub exports: usize,
    /// Time limit of an export.
    pub export_time: Duration,
    /// Time for which a replaced view is kept for paging.
    pub keep_views: Duration,
    /// Largest number of replaced views that are kept.
    pub views: usize,
}

impl Default for Limits {
    /// Limits for a machine with a few cores.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            // So that a few expensive searches leave room for others.
            work: (2 * cores).max(8),
            queue: 64,
            time: Duration::from_secs(5),
            connections: 512,
            patience: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            text: 2_000,
            page: 100,
            offset: 10_000,
            exports: cores,
            export_time: Duration::from_secs(1800),
            keep_views: Duration::from_secs(600),
            views: 8,
        }
    }
}

/// A secret that clients share with the server. Only its hash is kept.
#[derive(Clone)]
pub struct Token(blake3::Hash);

/// The error for an invalid token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a token has at least {} characters, all of them visible ASCII",
    Token::SHORTEST
)]
pub struct TokenError;

impl Token {
    /// Smallest length of a token, in characters.
    pub const SHORTEST: usize = 16;

    /// Creates a token; surrounding white space is ignored.
    ///
    /// # Errors
    ///
    /// If the token is too short, or cannot be sent in a header.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.len() < Self::SHORTEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(TokenError);
        }
        Ok(Self(blake3::hash(text.as_bytes())))
    }

    pub(crate) fn hash(&self) -> blake3::Hash {
        self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
