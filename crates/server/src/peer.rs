//! The other end of a connection.

use std::net::IpAddr;

/// The address of the client, or of the proxy before it, as an extension of requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);
