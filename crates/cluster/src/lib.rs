#![doc = include_str!("../README.md")]
// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod address;
mod admin;
mod answer;
mod arrivals;
mod bulk;
mod client;
mod credentials;
mod error;
mod feed;
pub mod ingest;
mod lease;
mod maintain;
mod nodes;
mod packed;
mod query;
mod reading;
mod schema;
mod scroll;
mod state;
mod terms;
mod transport;

pub use address::Address;
pub use admin::{Description, SHARDS, Scoring, create, create_with_shards, exists, open};
pub use arrivals::ArrivalRecord;
pub use bulk::{Bulk, BulkOutcome};
pub use client::{Client, Connection, Patience, Reply};
pub use credentials::{Credentials, Trust};
pub use error::{Error, Result};
pub use feed::{Document, Feed, Origin, WordKey};
pub use maintain::{
    ClusterStatus, CopyCount, HeldLease, IndexCheck, SourceCount, rebuild, status, verify,
};
pub use reading::{Archive, Follower};
pub use schema::LAYOUT;
pub use state::{Source, source_list, sources};
pub use terms::{exact_term, folded_term, pair_term};
