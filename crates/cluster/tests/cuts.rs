//! Nodes that are cut off from the others during updates and searches. Each has a network namespace of its
//! own, which needs root, iproute2 and a system that allows it; without them, or without
//! `TIMBAO_CLUSTER_SCRIPT`, the tests are skipped. With `TIMBAO_CLUSTER_CUTS=1` they fail instead.

mod nodes;

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use timbao_cluster::{Address, Archive, Client, Connection, Follower, create};
use timbao_query::Request;
use timbao_views::{Engine, ReloadOptions, SearchOptions};

use nodes::{Nodes, OwnCluster, directory, launcher, write_articles};

/// Articles of a round.
const ARTICLES: usize = 4000;
/// Files of a round.
const FILES: usize = 20;
/// Time for which a node is cut off.
const CUT: Duration = Duration::from_secs(15);
/// Those of docs/cluster.md: the others notice within seconds that a node is cut off, instead of half a minute.
const SETTINGS: &str = "\
cluster.fault_detection.follower_check.interval: 1s
cluster.fault_detection.follower_check.timeout: 1s
cluster.fault_detection.leader_check.interval: 1s
cluster.fault_detection.leader_check.timeout: 1s
cluster.publish.timeout: 3s
transport.connect_timeout: 3s";

#[test]
fn nothing_is_lost_when_nodes_are_cut_off() {
    if !has_networks() {
        return;
    }
    let variables = [
        ("TIMBAO_CLUSTER_NETWORKS", "1"),
        ("TIMBAO_CLUSTER_SETTINGS", SETTINGS),
    ];
    let cluster = OwnCluster::start("3", &variables);
    let nodes = Nodes::new(&cluster.addresses, "cut");
    create(&nodes.client).unwrap();
    let (_dir, root) = directory();
    nodes.await_green(3);
    // From everything, and from the other nodes only, so that clients still reach it.
    for (round, command) in ["cut", "part"].into_iter().enumerate() {
        let manager = nodes.manager();
        let (number, role) = match round {
            0 => (manager, "the manager"),
            _ => (manager % 3 + 1, "another node"),
        };
        let articles = round * ARTICLES..(round + 1) * ARTICLES;
        for first in articles.clone().step_by(ARTICLES / FILES) {
            let some = first..first + ARTICLES / FILES;
            write_articles(&root.join(format!("{first}.jsonl")), some);
        }
        let searches = survive(&cluster, &nodes, &root, command, number, &articles);
        nodes.await_green(3);
        nodes.verify(articles.end as u64);
        let mut expected: Vec<String> = (0..articles.end).map(|n| n.to_string()).collect();
        expected.sort();
        assert_eq!(nodes.ids(), expected);
        println!("{command}: {role}; no article lost, all copies equal; {searches}");
    }
}

/// Cuts a node off while articles are added and searched, and joins it again. Returns the searches.
fn survive(
    cluster: &OwnCluster,
    nodes: &Nodes,
    root: &Path,
    command: &str,
    number: usize,
    articles: &Range<usize>,
) -> Searches {
    let dir = cluster.dir.path().to_str().unwrap();
    let number = number.to_string();
    let written = nodes.written();
    thread::scope(|scope| {
        let update = scope.spawn(|| nodes.update_at_last(root));
        while nodes.written() == written {
            thread::sleep(Duration::from_millis(20));
        }
        assert!(!update.is_finished());
        let server = Follower::new(client(&cluster.addresses), false, ReloadOptions::default());
        let server = server.unwrap();
        let cut = Instant::now();
        launcher(&[command, dir, &number]);
        let (mut searches, mut served) = (Searches::default(), Searches::default());
        let least = articles.start as u64;
        while cut.elapsed() < CUT {
            searches.run(least, || search(&cluster.addresses));
            served.run(least, || found(&server.latest()));
            if let Err(error) = server.reload() {
                println!("not opened again: {error}");
            }
            thread::sleep(Duration::from_millis(100));
        }
        println!("of a server: {served}");
        // The others have gone on without it; by itself it does not know all articles.
        search(&cluster.addresses).unwrap();
        let own = std::fs::read_to_string(cluster.dir.path().join(format!("n{number}/address")));
        search(own.unwrap().trim()).unwrap_err();
        launcher(&["heal", dir, &number]);
        update.join().unwrap();
        searches
    })
}

/// The searches while a node was cut off.
#[derive(Default)]
struct Searches {
    answered: Vec<Duration>,
    failed: Vec<(Duration, String)>,
}

impl Searches {
    /// Searches once. An answer has at least this number of articles, or there is none.
    fn run(&mut self, least: u64, search: impl FnOnce() -> Result<u64, String>) {
        let start = Instant::now();
        match search() {
            Ok(found) => {
                assert!(found >= least, "{found} of {least}");
                self.answered.push(start.elapsed());
            }
            Err(error) => self.failed.push((start.elapsed(), error)),
        }
    }
}

impl fmt::Display for Searches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut times = self.answered.clone();
        times.sort();
        let slowest: Vec<String> = times
            .iter()
            .rev()
            .take(3)
            .map(|t| format!("{t:.1?}"))
            .collect();
        let (count, slowest) = (times.len(), slowest.join(", "));
        write!(f, "{count} searches answered, the slowest in {slowest}")?;
        for (time, error) in &self.failed {
            write!(f, "\n  failed after {time:.1?}: {error}")?;
        }
        Ok(())
    }
}

/// The number of articles that a new process finds.
fn search(addresses: &str) -> Result<u64, String> {
    let archive = Archive::open(client(addresses)).map_err(|error| error.to_string())?;
    found(&archive)
}

fn client(addresses: &str) -> Arc<Client> {
    let address = Address::parse(&format!("opensearch+http://{addresses}/cut")).unwrap();
    Arc::new(Client::new(Connection::new(address)).unwrap())
}

fn found(archive: &Archive) -> Result<u64, String> {
    let request = Request::new("làng Sông Trà");
    let found = archive.search(request.plan(), &SearchOptions::default());
    found
        .map(|found| found.total)
        .map_err(|error| error.to_string())
}

/// Whether nodes can have networks of their own here.
fn has_networks() -> bool {
    let missing = missing();
    let is_required = std::env::var_os("TIMBAO_CLUSTER_CUTS").is_some();
    assert!(missing.is_none() || !is_required, "{missing:?}");
    if let Some(reason) = &missing {
        println!("skipped: {reason}");
    }
    missing.is_none()
}

/// The reason why nodes cannot have networks of their own.
fn missing() -> Option<String> {
    let Ok(script) = std::env::var("TIMBAO_CLUSTER_SCRIPT") else {
        return Some("TIMBAO_CLUSTER_SCRIPT does not name the launcher of nodes".to_owned());
    };
    let tried = Command::new(script).arg("networks").output().unwrap();
    let reason = String::from_utf8_lossy(&tried.stderr).trim().to_owned();
    (!tried.status.success()).then_some(reason)
}
