//! What a server is told when it starts.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the index.
    pub index: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What every request has to show, if anything.
    pub token: Option<Token>,
    /// Whether an address beyond loopback may do without a token.
    pub allow_everyone: bool,
    /// Names that clients may call this server by, beside those of its address. Others are
    /// refused where there is no token, so that no site can have a reader's browser ask in
    /// its name.
    pub hosts: Vec<String>,
    /// How much clients may use.
    pub limits: Limits,
    /// Whether queries are written to the log.
    pub log_queries: bool,
}

impl Options {
    /// An index, served on an address with everything else at its default.
    pub fn new(index: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            index: index.into(),
            listen,
            token: None,
            allow_everyone: false,
            hosts: Vec::new(),
            limits: Limits::default(),
            log_queries: false,
        }
    }
}

/// How much clients may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Searches that run at a time.
    pub work: usize,
    /// Searches that wait for their turn at a time; more are turned away.
    pub queue: usize,
    /// How long a search may take, waiting included.
    pub time: Duration,
    /// Connections at a time; more wait in the system's queue.
    pub connections: usize,
    /// How long a client may take to send the head of a request, or to take in a piece of an
    /// answer.
    pub patience: Duration,
    /// How long requests under way may take when the server ends.
    pub shutdown: Duration,
    /// Characters of a query, or of any other value.
    pub text: usize,
    /// Hits of one answer.
    pub page: usize,
    /// Hits that can be left out at the front.
    pub offset: usize,
    /// Rows of an export.
    pub export: usize,
    /// How long a view that was replaced is kept for those who page through it.
    pub keep_views: Duration,
    /// How many replaced views are kept at most.
    pub views: usize,
}

impl Default for Limits {
    /// For a machine with a handful of cores.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            work: 2 * cores,
            queue: 64,
            time: Duration::from_secs(5),
            connections: 512,
            patience: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            text: 2_000,
            page: 100,
            offset: 10_000,
            export: 10_000,
            keep_views: Duration::from_secs(600),
            views: 8,
        }
    }
}

/// A secret that clients share with the server. Only its hash is kept.
#[derive(Clone)]
pub struct Token(blake3::Hash);

/// Why a text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a token has at least {} characters, all of them visible ASCII",
    Token::SHORTEST
)]
pub struct TokenError;

impl Token {
    /// Characters a token has at least.
    pub const SHORTEST: usize = 16;

    /// Takes a token, white space around it left out.
    ///
    /// # Errors
    ///
    /// When it is short enough to be guessed, or cannot be sent in a header.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.len() < Self::SHORTEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(TokenError);
        }
        Ok(Self(blake3::hash(text.as_bytes())))
    }

    /// Whether `given` is the token. How long that takes tells nothing of it.
    pub(crate) fn admits(&self, given: &[u8]) -> bool {
        // Hashes are compared in constant time.
        self.0 == blake3::hash(given)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
