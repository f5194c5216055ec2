//! HTTP over the nodes of a cluster.
//!
//! Requests go to the nodes in turn. A node that does not answer is avoided for
//! a while; the request goes to the next one at once. Only when all have failed,
//! or the cluster is overloaded, is there a pause, which grows. All requests of
//! this crate may be sent twice: writes have versions.

use std::io::{ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::config::Config;
use ureq::http::{Request as HttpRequest, Response};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, RustlsConnector};
use ureq::{Agent, AsSendBody, Timeout};

use crate::address::Address;
use crate::answer::{error_reason, missing_part};
use crate::credentials::{Credentials, Trust};
use crate::error::{Error, Result};
use crate::nodes::Nodes;
use crate::transport::{NodeConnector, Wait, is_given_up};

/// Bodies from this length on are compressed, in bytes.
const COMPRESSED: usize = 1024;
/// Maximum length of an answer, in bytes.
const LONGEST_ANSWER: u64 = 1 << 30;
/// The first pause before a request is sent again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause before a request is sent again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often in a row nodes have to be missing until a search of a point in time is given up, which cannot
/// go on elsewhere: a node that is busy may miss a round.
const DOUBTS_AT_POINT: usize = 2;

/// Errors with status 500 that pass: a node failed during the request, or was short of memory in one
/// phase of a search.
const PASSING: [&str; 7] = [
    "node_disconnected_exception",
    "node_not_connected_exception",
    "node_closed_exception",
    "connect_transport_exception",
    "no_shard_available_action_exception",
    "receive_timeout_transport_exception",
    "circuit_breaking_exception",
];

/// How to connect to a cluster.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The nodes.
    pub address: Address,
    /// User and password, or a key.
    pub credentials: Credentials,
    /// The accepted authorities, for addresses with TLS.
    pub trust: Trust,
    /// Time limits.
    pub patience: Patience,
}

impl Connection {
    /// A connection without authentication, with default time limits.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            credentials: Credentials::none(),
            trust: Trust::System,
            patience: Patience::default(),
        }
    }
}

/// Time limits of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For connecting to a node, TLS included, and for each sign that its machine still runs. A search
    /// that takes longer asks which nodes have failed.
    pub connect: Duration,
    /// For one attempt, from the connection to the end of the answer.
    pub request: Duration,
    /// For all attempts. After that the last error is final.
    pub retries: Duration,
    /// For all attempts while no node has ever answered this client, because the address may be wrong;
    /// at most `retries`.
    pub first: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            request: Duration::from_secs(60),
            retries: Duration::from_secs(30),
            first: Duration::from_secs(3),
        }
    }
}

/// Sends requests to a cluster. Threads can share it.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    agent: Agent,
    /// For what other nodes or copies can answer. It does not wait for nodes that have failed.
    reading: Agent,
    /// For points in time. It does not wait when any node has failed.
    at_point: Agent,
    nodes: Arc<Nodes>,
    /// The number of requests so far, which distributes them over the nodes.
    turn: AtomicUsize,
    /// Whether a node has answered a request.
    is_known: AtomicBool,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    node: String,
    action: String,
    body: Vec<u8>,
}

/// The kinds of bodies.
enum Body<'b> {
    Empty,
    Json(Vec<u8>),
    /// Lines of JSON, for bulk requests.
    Lines(&'b [u8]),
}

/// A request as it is sent.
struct Sent<'b> {
    method: &'b str,
    path: &'b str,
    /// The type of the body.
    kind: &'b str,
    body: &'b [u8],
    is_packed: bool,
    work: Work,
}

/// What a request needs of the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// A write, whose end is awaited.
    Write,
    /// Any node may answer.
    Read,
    /// Any copies of the shards may answer.
    Search,
    /// The copies answer that belong to a point in time.
    AtPoint,
}

/// The result of one attempt that may be repeated.
enum Failure {
    /// Another node may answer.
    Node(Error),
    /// Another node may know more copies of the shards. The node itself is well.
    Part(Error),
    /// The cluster may answer later.
    Later(Error),
    /// Repeating would not change anything.
    Final(Error),
}

impl Client {
    /// Prepares requests; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Authorities`] if the file of certificates cannot be used.
    pub fn new(connection: Connection) -> Result<Self> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("timbao/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(connection.patience.connect))
            .timeout_global(Some(connection.patience.request));
        if connection.address.is_tls() {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let tls = TlsConfig::builder()
                .root_certs(connection.trust.roots()?)
                .unversioned_rustls_crypto_provider(provider);
            config = config.tls_config(tls.build());
        }
        let config = config.build();
        let agent = agent(&config, Arc::new(|_| true), 1);
        let nodes = Arc::new(Nodes::new(&connection.address));
        type IsWorthWaiting = fn(&Nodes, &Agent, Option<&str>, &str) -> bool;
        let watching = |is_worth_waiting: IsWorthWaiting, doubts| {
            let (asking, nodes) = (agent.clone(), Arc::clone(&nodes));
            let credentials = connection.credentials.clone();
            let wait =
                move |node: &str| is_worth_waiting(&nodes, &asking, credentials.header(), node);
            self::agent(&config, Arc::new(wait), doubts)
        };
        Ok(Self {
            reading: watching(Nodes::is_worth_waiting, 1),
            at_point: watching(Nodes::reaches_all, DOUBTS_AT_POINT),
            agent,
            nodes,
            turn: AtomicUsize::new(0),
            connection,
            is_known: AtomicBool::new(false),
        })
    }

    /// The nodes and the name of the index.
    pub fn address(&self) -> &Address {
        &self.connection.address
    }

    /// The name of the index.
    pub fn name(&self) -> &str {
        self.address().name()
    }

    /// The time limits.
    pub fn patience(&self) -> Patience {
        self.connection.patience
    }

    /// A client for the same cluster with other time limits.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_patience(&self, patience: Patience) -> Result<Self> {
        Self::new(Connection {
            patience,
            ..self.connection.clone()
        })
    }

    /// Gets a path.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn get(&self, path: &str) -> Result<Reply> {
        self.request("GET", path, &Body::Empty, Work::Read, None)
    }

    /// Sends a search that any copies of the shards may answer. If it takes long because of a node that is
    /// cut off, other copies answer, before the cluster itself has noticed. The path has parameters, but no
    /// preference.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn search(&self, path: &str, body: &Value) -> Result<Reply> {
        self.search_until(path, body, None)
    }

    /// The same until a deadline.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`Error::OutOfTime`] at the deadline.
    pub(crate) fn search_until(
        &self,
        path: &str,
        body: &Value,
        deadline: Option<Instant>,
    ) -> Result<Reply> {
        let body = json_body(body);
        self.request("POST", path, &body, Work::Search, deadline)
    }

    /// Sends a search of a point in time until a deadline. It fails soon if a node is cut off, whose copies
    /// may be needed.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), [`Error::OutOfTime`] at the deadline, and [`Error::Expired`].
    pub(crate) fn search_at_point(
        &self,
        path: &str,
        body: &Value,
        deadline: Option<Instant>,
    ) -> Result<Reply> {
        let body = json_body(body);
        self.request("POST", path, &body, Work::AtPoint, deadline)
    }

    /// Sends JSON with a method to a path. Searches with a body are `POST`.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`], [`Error::Timeout`], [`Error::Overloaded`], [`Error::Incomplete`] and
    /// [`Error::DiskFull`] after all attempts, [`Error::Certificate`], [`Error::Unauthorized`] and
    /// [`Error::Forbidden`] at once. Other statuses are answers; see [`Reply::ok`].
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Result<Reply> {
        self.request(method, path, &json_body(body), Work::Write, None)
    }

    /// Sends a method without a body to a path.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn call(&self, method: &str, path: &str) -> Result<Reply> {
        self.request(method, path, &Body::Empty, Work::Write, None)
    }

    /// Posts lines of JSON.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn post_lines(&self, path: &str, lines: &[u8]) -> Result<Reply> {
        self.request("POST", path, &Body::Lines(lines), Work::Write, None)
    }

    /// Posts searches of a point in time as lines of JSON, as [`search_at_point`](Self::search_at_point).
    ///
    /// # Errors
    ///
    /// As [`search_at_point`](Self::search_at_point).
    pub(crate) fn searches_at_point(
        &self,
        path: &str,
        lines: &[u8],
        deadline: Option<Instant>,
    ) -> Result<Reply> {
        self.request("POST", path, &Body::Lines(lines), Work::AtPoint, deadline)
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        body: &Body<'_>,
        work: Work,
        deadline: Option<Instant>,
    ) -> Result<Reply> {
        let (bytes, kind) = match body {
            Body::Empty => (&[][..], ""),
            Body::Json(bytes) => (bytes.as_slice(), "application/json"),
            Body::Lines(bytes) => (*bytes, "application/x-ndjson"),
        };
        let packed = (bytes.len() >= COMPRESSED).then(|| gzip(bytes)).flatten();
        let sent = Sent {
            method,
            path,
            kind,
            body: packed.as_deref().unwrap_or(bytes),
            is_packed: packed.is_some(),
            work,
        };
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut failed = 0;
        let mut node = self.turn.fetch_add(1, Ordering::Relaxed);
        loop {
            node = self.nodes.available(node);
            let limit = self.limit(deadline).ok_or(Error::OutOfTime)?;
            let error = match self.attempt(node, &sent, limit) {
                Ok(reply) => return Ok(reply),
                Err(Failure::Final(error)) => return Err(error),
                // The node may be well: it had less time than usual.
                Err(_) if self.limit(deadline).is_none() => return Err(Error::OutOfTime),
                Err(Failure::Node(error)) => {
                    self.nodes.avoid(node);
                    failed += 1;
                    error
                }
                Err(Failure::Part(error)) => {
                    failed += 1;
                    error
                }
                Err(Failure::Later(error)) => {
                    failed = self.address().nodes().len();
                    error
                }
            };
            node += 1;
            if failed < self.address().nodes().len() {
                continue;
            }
            failed = 0;
            if start.elapsed() + pause > self.time_for_all() {
                return Err(self.final_error(error));
            }
            thread::sleep(jitter(pause, start));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// The time for all attempts of a request.
    fn time_for_all(&self) -> Duration {
        let Patience { retries, first, .. } = self.connection.patience;
        match self.is_known.load(Ordering::Relaxed) {
            true => retries,
            false => first.min(retries),
        }
    }

    /// The time for an attempt; `None` if the deadline has passed.
    fn limit(&self, deadline: Option<Instant>) -> Option<Duration> {
        let limit = self.connection.patience.request;
        let Some(deadline) = deadline else {
            return Some(limit);
        };
        let left = deadline.checked_duration_since(Instant::now())?;
        Some(left.min(limit)).filter(|limit| !limit.is_zero())
    }

    fn attempt(&self, node: usize, sent: &Sent<'_>, limit: Duration) -> Result<Reply, Failure> {
        let Sent { method, path, .. } = *sent;
        let name = self
            .address()
            .nodes()
            .get(node)
            .cloned()
            .unwrap_or_default();
        let mut request = HttpRequest::builder()
            .method(method)
            .uri(self.address().url(node, &self.path(sent)));
        if let Some(header) = self.connection.credentials.header() {
            request = request.header("Authorization", header);
        }
        if !sent.body.is_empty() {
            request = request.header("Content-Type", sent.kind);
        }
        if sent.is_packed {
            request = request.header("Content-Encoding", "gzip");
        }
        let invalid = |error| self.invalid(method, path, error);
        let answer = if sent.body.is_empty() {
            self.run(request.body(()).map_err(invalid)?, sent, limit)
        } else {
            self.run(request.body(sent.body).map_err(invalid)?, sent, limit)
        };
        let fail = |error| match is_given_up(&error) && sent.work == Work::AtPoint {
            true => Failure::Final(Error::Expired {
                name: self.name().to_owned(),
            }),
            false => self.transport_failure(&name, limit, error),
        };
        let mut answer = answer.map_err(fail)?;
        self.is_known.store(true, Ordering::Relaxed);
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LONGEST_ANSWER);
        let body = body.read_to_vec().map_err(fail)?;
        let path = path.split('?').next().unwrap_or_default();
        let reply = Reply {
            status,
            node: name,
            action: format!("{method} {path}"),
            body,
        };
        self.classify(reply)
    }

    fn run(
        &self,
        request: HttpRequest<impl AsSendBody>,
        sent: &Sent<'_>,
        limit: Duration,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        let agent = match sent.work {
            Work::Write => &self.agent,
            Work::Read | Work::Search => &self.reading,
            Work::AtPoint => &self.at_point,
        };
        let request = agent.configure_request(request);
        agent.run(request.timeout_global(Some(limit)).build())
    }

    /// The path of a request, for the nodes that answer at present.
    fn path(&self, sent: &Sent<'_>) -> String {
        match self
            .nodes
            .preference()
            .filter(|_| sent.work == Work::Search)
        {
            Some(preference) => format!("{}&{preference}", sent.path),
            None => sent.path.to_owned(),
        }
    }

    fn invalid(&self, method: &str, path: &str, error: ureq::http::Error) -> Failure {
        Failure::Final(Error::Rejected {
            status: 0,
            action: format!("{method} {path}"),
            reason: error.to_string(),
        })
    }

    /// Decides which statuses are answers.
    fn classify(&self, reply: Reply) -> Result<Reply, Failure> {
        let node = reply.node.clone();
        Err(match reply.status {
            401 => Failure::Final(Error::Unauthorized {
                node,
                sent: self.connection.credentials.header().is_some(),
            }),
            403 | 429 if reply.is_full() => Failure::Later(Error::DiskFull {
                reason: reply.reason(),
            }),
            403 => Failure::Final(Error::Forbidden {
                node,
                action: reply.action.clone(),
                reason: reply.reason(),
            }),
            // It is cut off from the others, which may have a manager.
            503 if reply.has_no_manager() => Failure::Node(Error::Overloaded {
                node,
                status: 503,
                reason: reply.reason(),
            }),
            status @ (429 | 500 | 502..=504) if status != 500 || reply.is_passing() => {
                Failure::Later(Error::Overloaded {
                    node,
                    status,
                    reason: reply.reason(),
                })
            }
            200..=299 => return self.complete(reply),
            _ => return Ok(reply),
        })
    }

    /// Rejects an answer that lacks a part of the articles.
    fn complete(&self, reply: Reply) -> Result<Reply, Failure> {
        let path = reply.action.split(' ').nth(1).unwrap_or_default();
        match missing_part(path, &reply.body) {
            None => Ok(reply),
            Some(reason) => Err(Failure::Part(Error::Incomplete {
                node: reply.node,
                action: reply.action,
                reason,
            })),
        }
    }

    fn transport_failure(&self, node: &str, limit: Duration, error: ureq::Error) -> Failure {
        let node = node.to_owned();
        let reason = innermost(&error);
        match error {
            ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
                let limit = self.connection.patience.connect;
                Failure::Node(Error::Timeout { node, limit })
            }
            ureq::Error::Timeout(_) => Failure::Node(Error::Timeout { node, limit }),
            // The node is well if it waits for another one.
            error if is_given_up(&error) => Failure::Part(Error::Unreachable {
                nodes: node,
                reason,
            }),
            error if is_certificate(&error) => Failure::Node(Error::Certificate { node, reason }),
            ureq::Error::Protocol(_) => Failure::Node(Error::Foreign { node, reason }),
            _ => {
                let nodes = node;
                Failure::Node(Error::Unreachable { nodes, reason })
            }
        }
    }

    fn final_error(&self, error: Error) -> Error {
        match error {
            Error::Unreachable { reason, .. } => Error::Unreachable {
                nodes: self.address().nodes().join(", "),
                reason,
            },
            other => other,
        }
    }
}

impl Reply {
    /// Parses the body.
    ///
    /// # Errors
    ///
    /// [`Error::Foreign`] if it is not such JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Foreign {
            node: self.node.clone(),
            reason: format!("{} returns other JSON: {error}", self.action),
        })
    }

    /// Returns the reply if its status is a success.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] for other statuses.
    pub fn ok(self) -> Result<Self> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(Error::Rejected {
                status,
                reason: self.reason(),
                action: self.action,
            }),
        }
    }

    /// The reason that OpenSearch gives, or the beginning of the body.
    pub fn reason(&self) -> String {
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        error_reason(value.get("error").unwrap_or(&Value::Null)).unwrap_or_else(|| {
            let text = String::from_utf8_lossy(&self.body);
            let line = text.lines().next().unwrap_or_default();
            match line.is_empty() {
                true => "no reason given".to_owned(),
                false => line.chars().take(200).collect(),
            }
        })
    }

    /// The node that answered.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Whether the error is of a state that passes.
    fn is_passing(&self) -> bool {
        let reason = self.reason();
        PASSING.iter().any(|kind| reason.starts_with(kind))
    }

    /// Whether the node that answered finds no manager of the cluster.
    fn has_no_manager(&self) -> bool {
        let reason = self.reason();
        reason.starts_with("cluster_manager_not_discovered_exception")
            || reason.starts_with("master_not_discovered_exception")
    }

    /// Whether the index is read-only because a disk is full.
    fn is_full(&self) -> bool {
        let reason = self.reason();
        reason.contains("flood-stage") || reason.contains("read-only-allow-delete")
    }
}

/// Sends requests by connections that are given up if `wait` says so `doubts` times in a row.
fn agent(config: &Config, wait: Wait, doubts: usize) -> Agent {
    let silence = config.timeouts().connect.unwrap_or(Duration::from_secs(1));
    let connector = NodeConnector {
        silence,
        wait,
        doubts,
    };
    let connector = connector.chain(RustlsConnector::default());
    Agent::with_parts(config.clone(), connector, DefaultResolver::default())
}

/// A body of JSON; `null` is no body, which some requests reject.
fn json_body(body: &Value) -> Body<'static> {
    match body {
        Value::Null => Body::Empty,
        // A value always serializes.
        body => Body::Json(serde_json::to_vec(body).unwrap_or_default()),
    }
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// A part of a pause, from half to all of it, so that clients do not come back together.
fn jitter(pause: Duration, start: Instant) -> Duration {
    let nanos = start.elapsed().subsec_nanos() % 1000;
    pause / 2 + pause / 2 * nanos / 1000
}

fn is_certificate(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Rustls(error) => is_certificate_error(error),
        ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
            let inner = error
                .get_ref()
                .and_then(|e| e.downcast_ref::<rustls::Error>());
            inner.is_some_and(is_certificate_error)
        }
        ureq::Error::Tls(_) => true,
        _ => false,
    }
}

fn is_certificate_error(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(_))
}

/// The message of the innermost cause: the outer ones repeat it.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
