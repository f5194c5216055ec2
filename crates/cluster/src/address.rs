//! The address of an index in a cluster.

use std::fmt;

use crate::error::{Error, Result};

/// The start of an address without TLS.
const PLAIN: &str = "opensearch+http://";
/// The start of an address with TLS.
const TLS: &str = "opensearch+https://";
/// The port of a node whose address states none.
const PORT: u16 = 9200;

/// The nodes of a cluster and the name of an index: `opensearch+https://a:9200,b:9200/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    is_tls: bool,
    nodes: Vec<String>,
    name: String,
}

impl Address {
    /// Returns `true` if a text is meant as such an address, rather than as a directory.
    ///
    /// ```
    /// use timbao_cluster::Address;
    /// assert!(Address::is_one("opensearch+http://localhost/bao"));
    /// assert!(!Address::is_one("bao/.timbao"));
    /// ```
    pub fn is_one(text: &str) -> bool {
        text.starts_with("opensearch+")
    }

    /// Parses an address. The port of a node is 9200 unless stated.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] if a part is missing or invalid. Names of indexes consist of small
    /// letters, digits, `-` and `_`, and begin with a letter or a digit. User names and passwords
    /// are rejected: other programs could read them.
    pub fn parse(text: &str) -> Result<Self> {
        // An address with a password must not get into a message.
        let shown = match text.rsplit_once('@') {
            Some((_, rest)) => format!("…@{rest}"),
            None => text.to_owned(),
        };
        let fail = |reason| Error::Address {
            address: shown.clone(),
            reason,
        };
        let (is_tls, rest) = match (text.strip_prefix(TLS), text.strip_prefix(PLAIN)) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => {
                return Err(fail(
                    "it does not start with opensearch+http:// or opensearch+https://",
                ));
            }
        };
        let (nodes, name) = rest.split_once('/').unwrap_or((rest, ""));
        if nodes.contains('@') {
            return Err(fail("it contains a user name or a password"));
        }
        let name = name.trim_end_matches('/');
        if !is_name(name) {
            return Err(fail(
                "the name of the index after the nodes is missing, or is not one of small letters, digits, - and _",
            ));
        }
        let nodes: Option<Vec<String>> = nodes.split(',').map(node).collect();
        let nodes = nodes.ok_or_else(|| fail("a node is not HOST or HOST:PORT"))?;
        Ok(Self {
            is_tls,
            nodes,
            name: name.to_owned(),
        })
    }

    /// The nodes, as `HOST:PORT`.
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// The name of the index.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether connections use TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The URL of a path on a node.
    pub(crate) fn url(&self, node: usize, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        let node = self.nodes.get(node).map_or("", String::as_str);
        format!("{scheme}://{node}/{path}")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { TLS } else { PLAIN };
        write!(f, "{scheme}{}/{}", self.nodes.join(","), self.name)
    }
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    name.len() <= 100
        && name.chars().all(is_part)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// A node with its port.
fn node(text: &str) -> Option<String> {
    let (host, port) = match text.rsplit_once(':') {
        // The colons of an IPv6 address are in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (text, PORT),
    };
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let is_host = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let is_part = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            !host.is_empty() && host.chars().all(is_part)
        }
    };
    (is_host && port != 0).then(|| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_and_written() {
        for (text, nodes, name, is_tls) in [
            (
                "opensearch+http://a:9201,b/bao",
                &["a:9201", "b:9200"][..],
                "bao",
                false,
            ),
            (
                "opensearch+https://1.2.3.4:1/a-b_1/",
                &["1.2.3.4:1"],
                "a-b_1",
                true,
            ),
            (
                "opensearch+http://[::1]:9,[::1]/x",
                &["[::1]:9", "[::1]:9200"],
                "x",
                false,
            ),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.nodes(), nodes, "{text}");
            assert_eq!((address.name(), address.is_tls()), (name, is_tls), "{text}");
            assert_eq!(Address::parse(&address.to_string()).unwrap(), address);
        }
    }

    #[test]
    fn invalid_addresses_are_rejected_with_the_reason() {
        for (text, part) in [
            ("http://a/x", "opensearch+http"),
            ("opensearch+ftp://a/x", "opensearch+http"),
            ("opensearch+http://a", "name of the index"),
            ("opensearch+http://a/", "name of the index"),
            ("opensearch+http://a/Bao", "name of the index"),
            ("opensearch+http://a/../x", "name of the index"),
            ("opensearch+http:///x", "HOST"),
            ("opensearch+http://a:b/x", "HOST"),
            ("opensearch+http://a:0/x", "HOST"),
            ("opensearch+http://a,,b/x", "HOST"),
            ("opensearch+http://a b/x", "HOST"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(
                error.contains(part) && error.contains(text),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn passwords_in_addresses_are_rejected_and_not_shown() {
        let error = Address::parse("opensearch+https://an:mat@khau@a/x").unwrap_err();
        assert!(!error.to_string().contains("mat") && !error.to_string().contains("khau"));
        assert!(error.hint().is_some());
    }
}
