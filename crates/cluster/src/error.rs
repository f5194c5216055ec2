//! Errors, each with a way out where one is known.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// An error of this crate: the defect, where it is, and a [hint](Self::hint). No error contains a
/// password or a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address of an index is invalid.
    #[error("{address} is not the address of an index: {reason}")]
    Address {
        /// The text, without a password.
        address: String,
        /// The defect.
        reason: &'static str,
    },
    /// A password or key could not be read.
    #[error("{place}: {reason}")]
    Credentials {
        /// The file or environment variable.
        place: String,
        /// The defect.
        reason: String,
    },
    /// A file of certificates could not be read.
    #[error("{}: {reason}", .path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// The defect.
        reason: String,
    },
    /// The deadline of a search has passed.
    #[error("the time for this search is over")]
    OutOfTime,
    /// No node answered.
    #[error("none of the nodes {nodes} answers: {reason}")]
    Unreachable {
        /// The nodes.
        nodes: String,
        /// The reason of the last attempt.
        reason: String,
    },
    /// No node answered in time.
    #[error("{node} did not answer within {} s", .limit.as_secs_f32())]
    Timeout {
        /// The last node.
        node: String,
        /// The time allowed.
        limit: Duration,
    },
    /// A node's certificate was not accepted.
    #[error("the certificate of {node} was rejected: {reason}")]
    Certificate {
        /// The node.
        node: String,
        /// The defect.
        reason: String,
    },
    /// The cluster requires a user and a password or a key, or rejects those given.
    #[error("{node} requires authentication{}", if *.sent { ", and rejects the user, the password or the key" } else { "" })]
    Unauthorized {
        /// The node.
        node: String,
        /// Whether credentials were sent.
        sent: bool,
    },
    /// The user may not do this.
    #[error("{node} does not allow {action}: {reason}")]
    Forbidden {
        /// The node.
        node: String,
        /// Method and path.
        action: String,
        /// The reason given by the cluster.
        reason: String,
    },
    /// The cluster did not have the capacity for a request, after all retries.
    #[error("the cluster is overloaded: {node} answers {status}: {reason}")]
    Overloaded {
        /// The node.
        node: String,
        /// The HTTP status.
        status: u16,
        /// The reason given by the cluster.
        reason: String,
    },
    /// The cluster could answer for a part of the articles only, after all retries.
    #[error("the answer of {node} to {action} would be incomplete: {reason}")]
    Incomplete {
        /// The node.
        node: String,
        /// Method and path.
        action: String,
        /// The part that is missing.
        reason: String,
    },
    /// A disk of the cluster is full, so that the index is read-only.
    #[error("a disk of the cluster is full: {reason}")]
    DiskFull {
        /// The reason given by the cluster.
        reason: String,
    },
    /// The cluster rejected a request.
    #[error("the cluster rejects {action}: {reason} (status {status})")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// Method and path.
        action: String,
        /// The reason given by the cluster.
        reason: String,
    },
    /// The cluster has forgotten a point in time, because it was not used for too long.
    #[error(
        "the cluster has forgotten the state of {name} that was opened: it was not used for ten minutes, or a node failed"
    )]
    Expired {
        /// The name of the index.
        name: String,
    },
    /// An answer of the cluster is not what OpenSearch answers.
    #[error("{node} does not answer like OpenSearch: {reason}")]
    Foreign {
        /// The node.
        node: String,
        /// The defect.
        reason: String,
    },
    /// There is no index of that name.
    #[error("there is no index {name} in the cluster")]
    NoIndex {
        /// The name.
        name: String,
    },
    /// An index of that name exists already.
    #[error("there is an index {name} in the cluster already")]
    Exists {
        /// The name.
        name: String,
    },
    /// The index was not made by this program.
    #[error("{name} is not an index of Timbao")]
    NotTimbao {
        /// The name.
        name: String,
    },
    /// The index was made by another version of the analysis or of the fields.
    #[error("the index {name} has {what} version {found}, but this program has version {expected}")]
    OtherVersion {
        /// The name of the index.
        name: String,
        /// `analysis` or `layout`.
        what: &'static str,
        /// The version of the index.
        found: u64,
        /// The version of this program.
        expected: u64,
    },
    /// A stored article cannot be read.
    #[error("the document {document} of the index is damaged: {reason}")]
    Damaged {
        /// The id of the document.
        document: String,
        /// The defect.
        reason: String,
    },
    /// A new index lacks articles.
    #[error("the new index {index} has {found} of {expected} articles, so the present one stays")]
    Unfinished {
        /// The new index.
        index: String,
        /// Number of its articles.
        found: u64,
        /// Number of articles that it should have.
        expected: u64,
    },
    /// Another process writes this source.
    #[error("another process ({owner}) is writing {source_path}")]
    Busy {
        /// The source.
        source_path: String,
        /// The machine and the process.
        owner: String,
        /// The time after which it counts as failed unless it reports again.
        left: Duration,
    },
    /// This process lost its lease of a source, and stopped writing.
    #[error(
        "the lease of {source_path} expired, because the cluster did not answer for too long or another process took it"
    )]
    LostLease {
        /// The source.
        source_path: String,
    },
    /// A path given as a source does not exist.
    #[error("there is no file or directory at {}", .path.display())]
    NoSource {
        /// The given path.
        path: PathBuf,
    },
    /// The index does not have sources of this machine.
    #[error("the index {name} has no sources that {machine} has read")]
    NoSources {
        /// The name of the index.
        name: String,
        /// This machine.
        machine: String,
    },
    /// A path to forget exists, but is not indexed.
    #[error("{} is not indexed: it is not in any indexed file or directory", .path.display())]
    NotIndexed {
        /// The given path.
        path: PathBuf,
    },
    /// A file could not be read, and the update was strict.
    #[error("{0}")]
    Unreadable(timbao_articles::Problem),
    /// A source, or most of it, is missing, and the update was strict.
    #[error("{0}")]
    Vanished(timbao_articles::changes::Vanished),
    /// An operation of the operating system failed.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns `true` if the next update may succeed: another process writes, files cannot be read at
    /// present, or the cluster has no capacity or does not answer.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. }
                | Self::LostLease { .. }
                | Self::Vanished(_)
                | Self::Unreadable(_)
                | Self::Io { .. }
                | Self::Unreachable { .. }
                | Self::Timeout { .. }
                | Self::Overloaded { .. }
                | Self::Incomplete { .. }
                | Self::Expired { .. }
                | Self::DiskFull { .. }
        )
    }

    /// A way out, for the user of a command line.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Address { .. } => {
                "write opensearch+https://HOST:9200,HOST:9200/NAME; put user and password into a file and name it with --cluster-auth or TIMBAO_CLUSTER_AUTH".into()
            }
            Self::Credentials { .. } => {
                "one line is expected: USER:PASSWORD, or `ApiKey KEY`".into()
            }
            Self::Authorities { .. } => "name a file of certificates in PEM format".into(),
            Self::Unreachable { .. } | Self::Timeout { .. } => {
                "check that the cluster runs and that its nodes can be reached from here".into()
            }
            Self::Certificate { .. } => {
                "name the file of the authority that signed it with --cluster-ca or TIMBAO_CLUSTER_CA".into()
            }
            Self::Unauthorized { .. } => {
                "name a file with one line, USER:PASSWORD or `ApiKey KEY`, with --cluster-auth or TIMBAO_CLUSTER_AUTH".into()
            }
            Self::Forbidden { .. } => "docs/cluster.md lists the permissions that are needed".into(),
            Self::Overloaded { .. } => "try again later; if it happens often, add nodes or memory".into(),
            Self::DiskFull { .. } => {
                "free space or add a node; OpenSearch allows writes again by itself once there is room".into()
            }
            Self::OutOfTime | Self::Rejected { .. } | Self::Io { .. } | Self::Unreadable(_) => return None,
            Self::Damaged { .. } => "restore a snapshot, or index the sources again under another name".into(),
            Self::Incomplete { .. } => {
                "wait until the failed nodes are back; `timbao cluster status` shows the health".into()
            }
            Self::Unfinished { .. } => "run `timbao cluster status`, and then `timbao cluster rebuild` again".into(),
            Self::Busy { left, .. } => format!(
                "wait for it with --wait SECONDS; if its machine has failed, the source is free in {} s",
                left.as_secs() + 1
            ),
            Self::LostLease { .. } => "run the command again; it continues where this one stopped".into(),
            Self::NoSource { .. } => "check the path".into(),
            Self::NoSources { .. } => "name files or directories: timbao index PATH …; `timbao cluster status` lists the sources of all machines".into(),
            Self::NotIndexed { .. } => "`timbao sources` lists what is indexed".into(),
            Self::Vanished(_) => {
                "mount its disk or restore it; if it was deleted on purpose, use --allow-vanished".into()
            }
            Self::Foreign { .. } => "check the address, and a proxy in front of the cluster".into(),
            Self::Expired { .. } => "open the index again".into(),
            Self::NoIndex { .. } => "create it with `timbao cluster init`".into(),
            Self::Exists { .. } => "see it with `timbao cluster status`, or choose another name".into(),
            Self::NotTimbao { .. } => "choose another name".into(),
            Self::OtherVersion { found, expected, .. } if found > expected => {
                "use the version of timbao that made it, or a newer one".into()
            }
            Self::OtherVersion { .. } => {
                "run `timbao cluster rebuild`, which feeds a new index from the stored articles".into()
            }
        })
    }
}
