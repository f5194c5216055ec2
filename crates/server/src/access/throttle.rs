//! Slows clients after wrong tokens.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use blake3::Hash;

/// Wrong tokens of a client that cost nothing.
const FREE: u32 = 5;
/// Longest wait after a wrong token.
const LONGEST: Duration = Duration::from_secs(60);
/// Time after which wrong tokens are forgotten.
const MEMORY: Duration = Duration::from_secs(900);
/// Largest number of clients that are remembered.
const CLIENTS: usize = 10_000;

/// The clients with wrong tokens.
#[derive(Default)]
pub(super) struct Throttle {
    clients: HashMap<IpAddr, Failures>,
}

struct Failures {
    count: u32,
    last: Instant,
    /// The hash of the last wrong token. A program that repeats it learns nothing.
    token: Hash,
}

impl Failures {
    /// The end of the wait.
    fn end(&self) -> Instant {
        match self.count.checked_sub(FREE) {
            None => self.last,
            Some(more) => {
                let wait = Duration::from_secs(1 << more.min(6));
                self.last + wait.min(LONGEST)
            }
        }
    }
}

impl Throttle {
    /// The time that a client has to wait before its next try.
    pub(super) fn wait(&self, client: IpAddr, now: Instant) -> Option<Duration> {
        let failures = self.clients.get(&network(client))?;
        failures
            .end()
            .checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    /// Remembers a wrong token.
    pub(super) fn failed(&mut self, client: IpAddr, token: Hash, now: Instant) {
        if self.clients.len() >= CLIENTS {
            self.clients
                .retain(|_, failures| now.duration_since(failures.last) < MEMORY);
        }
        if self.clients.len() >= CLIENTS {
            self.clients.clear();
        }
        let failures = self.clients.entry(network(client)).or_insert(Failures {
            count: 0,
            last: now,
            token,
        });
        if now.duration_since(failures.last) >= MEMORY {
            failures.count = 0;
        }
        if failures.count == 0 || failures.token != token {
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
            failures.token = token;
        }
    }
}

/// The address that stands for a client: a client with IPv6 usually has all of a /64.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            Ipv6Addr::from(prefix).into()
        }
        v4 => v4,
    }
}

/// The client of a request from `peer`: a proxy on this machine names the client it forwards for.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !peer.to_canonical().is_loopback() {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next());
    last.and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_minute_and_is_forgotten() {
        let mut throttle = Throttle::default();
        let client: IpAddr = "192.0.2.1".parse().unwrap();
        let begun = Instant::now();
        let mut now = begun;
        let mut waits = Vec::new();
        for number in 0_u32..14 {
            throttle.failed(client, blake3::hash(&number.to_le_bytes()), now);
            let wait = throttle.wait(client, now).unwrap_or_default();
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert!(throttle.wait("192.0.2.2".parse().unwrap(), begun).is_none());
        now += MEMORY;
        throttle.failed(client, blake3::hash(b"x"), now);
        assert!(throttle.wait(client, now).is_none());
    }

    #[test]
    fn a_repeated_token_counts_once() {
        let mut throttle = Throttle::default();
        let client: IpAddr = "2001:db8::1".parse().unwrap();
        let now = Instant::now();
        for _ in 0..20 {
            throttle.failed(client, blake3::hash(b"revoked"), now);
        }
        assert!(throttle.wait(client, now).is_none());
    }

    #[test]
    fn a_proxy_on_this_machine_names_the_client() {
        let of = |peer: &str, forwarded: &'static str| {
            let value = axum::http::HeaderValue::from_static(forwarded);
            let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value)]);
            client(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(of("127.0.0.1", "198.51.100.7, 192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::1", "x"), "::1");
        assert_eq!(of("192.0.2.9", "192.0.2.1"), "192.0.2.9");
    }
}
