//! The nodes that answer, as far as a client knows.
//!
//! A client avoids a node that has failed for some seconds. The other nodes need time to notice that a node
//! is cut off, and wait for its copies of shards until then, although there are other copies. So a client
//! that waits for a search asks which nodes the cluster reaches, and prefers their copies.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::IgnoredAny;
use ureq::Agent;

use crate::address::Address;

/// A node that did not answer is avoided for this time.
const AVOIDED: Duration = Duration::from_secs(10);
/// Copies on the nodes that answered are preferred for this time.
const PREFERRED: Duration = Duration::from_secs(30);
/// The time for a node to find out which others answer it.
const ROUND: &str = "1s";
/// The time for its answer.
const ANSWER: Duration = Duration::from_secs(2);

/// The nodes that failed, and those that the cluster reaches.
#[derive(Debug)]
pub(crate) struct Nodes {
    address: Address,
    /// For each node the time until which it is avoided.
    avoided: Mutex<Vec<Option<Instant>>>,
    /// The ids of the nodes that the cluster reaches, if it does not reach all, and how long that holds.
    reached: Mutex<Option<(Instant, Vec<String>)>>,
}

/// The nodes that answered a node.
#[derive(Deserialize)]
struct Round {
    #[serde(rename = "_nodes")]
    numbers: Numbers,
    #[serde(default)]
    nodes: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct Numbers {
    total: usize,
    successful: usize,
}

impl Nodes {
    pub(crate) fn new(address: &Address) -> Self {
        Self {
            avoided: Mutex::new(vec![None; address.nodes().len()]),
            reached: Mutex::default(),
            address: address.clone(),
        }
    }

    /// The next node, from `node` on, that is not avoided; if all are, `node` itself.
    pub(crate) fn available(&self, node: usize) -> usize {
        let avoided = lock(&self.avoided);
        let now = Instant::now();
        let count = avoided.len().max(1);
        let is_free = |node: &usize| match avoided.get(node % count) {
            Some(Some(until)) => *until <= now,
            _ => true,
        };
        (node..node + count).find(is_free).unwrap_or(node) % count
    }

    pub(crate) fn avoid(&self, node: usize) {
        if let Some(until) = lock(&self.avoided).get_mut(node) {
            *until = Some(Instant::now() + AVOIDED);
        }
    }

    /// The parameter by which a search prefers the copies on nodes that answer; `None` if all do.
    pub(crate) fn preference(&self) -> Option<String> {
        let reached = lock(&self.reached);
        let (until, ids) = reached.as_ref()?;
        (*until > Instant::now()).then(|| format!("preference=_prefer_nodes:{}", ids.join(",")))
    }

    /// Returns `true` if a request should wait longer for a node: nothing is known to have failed, or a
    /// search already prefers other copies. Otherwise the next attempt does, or avoids the node.
    pub(crate) fn is_worth_waiting(&self, agent: &Agent, login: Option<&str>, node: &str) -> bool {
        self.ask(agent, login, node, |number, round| {
            self.learn(number, round)
        })
    }

    /// Returns `true` if a request should wait longer for copies that cannot be chosen: nothing is known to
    /// have failed.
    pub(crate) fn reaches_all(&self, agent: &Agent, login: Option<&str>, node: &str) -> bool {
        self.ask(agent, login, node, |number, round| {
            let is_complete = round.numbers.successful >= round.numbers.total;
            self.learn(number, round);
            is_complete
        })
    }

    /// Asks a node which nodes answer it, and decides by that. A node that does not know its cluster or may
    /// not tell is waited for; one that does not answer is avoided.
    fn ask(
        &self,
        agent: &Agent,
        login: Option<&str>,
        node: &str,
        decide: impl FnOnce(usize, Round) -> bool,
    ) -> bool {
        let Some(number) = self.address.nodes().iter().position(|name| name == node) else {
            return true;
        };
        let path = format!("_nodes/_all/http?timeout={ROUND}&filter_path=_nodes,nodes.*.name");
        let mut request = agent.get(self.address.url(number, &path));
        if let Some(login) = login {
            request = request.header("Authorization", login);
        }
        let limited = request.config().timeout_global(Some(ANSWER)).build();
        let answer = limited.call().and_then(|mut answer| {
            let is_answer = answer.status() == 200;
            let body = answer.body_mut().read_to_vec()?;
            Ok(is_answer.then_some(body))
        });
        let Ok(body) = answer else {
            self.avoid(number);
            return false;
        };
        match body.and_then(|body| serde_json::from_slice(&body).ok()) {
            Some(round) => decide(number, round),
            None => true,
        }
    }

    /// Remembers which nodes answered a node; returns `true` if that changes nothing.
    fn learn(&self, node: usize, round: Round) -> bool {
        let Numbers { total, successful } = round.numbers;
        if successful >= total {
            return true;
        }
        // It is cut off itself.
        if successful * 2 <= total {
            self.avoid(node);
            return false;
        }
        let ids: Vec<String> = round.nodes.into_keys().collect();
        let mut reached = lock(&self.reached);
        let is_known = reached
            .as_ref()
            .is_some_and(|(until, known)| *until > Instant::now() && *known == ids);
        *reached = Some((Instant::now() + PREFERRED, ids));
        is_known
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nodes() -> Nodes {
        let address = "opensearch+http://a:9200,b:9200,c:9200/bao";
        Nodes::new(&Address::parse(address).unwrap())
    }

    fn round(total: usize, ids: &[&str]) -> Round {
        let nodes: BTreeMap<_, _> = ids.iter().map(|id| (id, json!({ "name": id }))).collect();
        let numbers = json!({ "total": total, "successful": ids.len() });
        serde_json::from_value(json!({ "_nodes": numbers, "nodes": nodes })).unwrap()
    }

    #[test]
    fn copies_on_the_nodes_that_answer_are_preferred() {
        let nodes = nodes();
        assert!(nodes.learn(0, round(3, &["x", "y", "z"])));
        assert_eq!(nodes.preference(), None);
        assert!(!nodes.learn(0, round(3, &["x", "y"])), "it is news");
        let expected = "preference=_prefer_nodes:x,y";
        assert_eq!(nodes.preference().as_deref(), Some(expected));
        assert!(nodes.learn(1, round(3, &["x", "y"])), "it is known");
        assert!(!nodes.learn(1, round(3, &["x", "z"])), "another one fails");
        assert_eq!(nodes.available(0), 0);
    }

    #[test]
    fn a_node_that_is_cut_off_is_avoided() {
        let nodes = nodes();
        assert!(!nodes.learn(1, round(3, &["y"])));
        assert_eq!(nodes.preference(), None);
        assert_eq!(nodes.available(1), 2);
    }
}
