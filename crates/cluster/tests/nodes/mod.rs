//! The nodes that tests talk to, and articles for them.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use timbao_cluster::ingest::{IngestOptions, Sources, UpdateReport, update};
use timbao_cluster::{Address, Client, Connection, Error, status, verify};

/// An index of its own in the cluster of the tests, or `None` without one; it is deleted in the end.
pub fn index(test: &str) -> Option<Nodes> {
    let Ok(addresses) = std::env::var("TIMBAO_CLUSTER") else {
        println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
        return None;
    };
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("{test}-{}-{number}", std::process::id());
    Some(Nodes::new(&addresses, &name))
}

/// An index in the cluster.
pub struct Nodes {
    pub client: Arc<Client>,
    pub addresses: String,
    pub name: String,
}

impl Nodes {
    pub fn new(addresses: &str, name: &str) -> Self {
        let address = format!("opensearch+http://{addresses}/{name}");
        let connection = Connection::new(Address::parse(&address).unwrap());
        Self {
            client: Arc::new(Client::new(connection).unwrap()),
            addresses: addresses.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Indexes a directory.
    pub fn update(&self, dir: &Path) -> UpdateReport {
        self.try_update(dir, &options()).unwrap()
    }

    pub fn try_update(
        &self,
        dir: &Path,
        options: &IngestOptions,
    ) -> timbao_cluster::Result<UpdateReport> {
        let sources = Sources::Paths(vec![dir.to_owned()]);
        update(&self.client, &sources, options, &())
    }

    /// Indexes a directory of a cluster that may take longer than a lease lasts: the update ends with that
    /// reason then, and the next one completes it.
    pub fn update_at_last(&self, dir: &Path) {
        let options = IngestOptions {
            wait: Duration::from_secs(60),
            ..options()
        };
        loop {
            match self.try_update(dir, &options) {
                Err(Error::LostLease { .. }) => println!("the lease was lost; once more"),
                // Copies may still be recovering, so articles are counted later.
                other => return drop(other.unwrap()),
            }
        }
    }

    /// The ids of the articles in the index, in order.
    pub fn ids(&self) -> Vec<String> {
        let body = serde_json::json!({
            "size": 10_000, "_source": false, "docvalue_fields": ["id"],
        });
        let path = format!("{}/_search?preference=_primary", self.name);
        let answer: Value = self
            .client
            .send("POST", &path, &body)
            .unwrap()
            .json()
            .unwrap();
        let hits = answer
            .pointer("/hits/hits")
            .and_then(Value::as_array)
            .unwrap();
        let mut ids: Vec<String> = hits
            .iter()
            .map(|hit| hit["fields"]["id"][0].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    }

    /// The number of articles that a query finds.
    pub fn count(&self, query: &Value) -> u64 {
        let body = serde_json::json!({ "query": query });
        let path = format!("{}/_count?preference=_primary", self.name);
        let answer: Value = self
            .client
            .send("POST", &path, &body)
            .unwrap()
            .json()
            .unwrap();
        answer["count"]
            .as_u64()
            .unwrap_or_else(|| panic!("{answer}"))
    }

    /// Makes indexes read-only, or no longer, as OpenSearch does at the flood stage of a disk.
    pub fn set_full(&self, indexes: &str, is_full: bool) {
        let value = is_full.then_some(true);
        let body = serde_json::json!({ "index.blocks.read_only_allow_delete": value });
        let path = format!("{indexes}/_settings");
        self.client.send("PUT", &path, &body).unwrap().ok().unwrap();
    }

    /// Fails unless the index has this number of articles and every copy of it is the same.
    pub fn verify(&self, articles: u64) {
        let check = verify(&self.client).unwrap();
        assert_eq!(check.faults, [""; 0], "{:?}", check.copies);
        assert_eq!(check.articles, articles);
    }

    /// Waits until the cluster has this number of nodes, and the index all its copies.
    pub fn await_green(&self, count: u64) {
        let start = Instant::now();
        loop {
            if let Ok(status) = status(&self.client)
                && (status.health.as_str(), status.nodes) == ("green", count)
            {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(180),
                "{:?}",
                verify(&self.client)
            );
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// The number of writes of articles so far, in the primary copies.
    pub fn written(&self) -> u64 {
        let path = format!("{}/_stats/indexing", self.name);
        let stats: Value = self.client.get(&path).unwrap().json().unwrap();
        stats["_all"]["primaries"]["indexing"]["index_total"]
            .as_u64()
            .unwrap()
    }

    /// The number of the node that manages the cluster.
    pub fn manager(&self) -> usize {
        let reply = self.client.get("_cat/cluster_manager?format=json");
        let answer: Value = reply.unwrap().ok().unwrap().json().unwrap();
        let name = answer[0]["node"].as_str().unwrap();
        name.strip_prefix('n').unwrap().parse().unwrap()
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let path = format!("{}.*?ignore_unavailable=true", self.name);
        let _ = self.client.call("DELETE", &path);
    }
}

/// A cluster of its own, for settings that nodes read when they start; it is stopped in the end.
pub struct OwnCluster {
    pub dir: tempfile::TempDir,
    pub addresses: String,
}

impl OwnCluster {
    /// Starts nodes, with more variables for the launcher.
    pub fn start(nodes: &str, variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let script = std::env::var("TIMBAO_CLUSTER_SCRIPT").unwrap();
        let started = Command::new(script)
            .args(["start", dir.path().to_str().unwrap(), nodes])
            .envs(variables.iter().copied())
            .stderr(Stdio::inherit())
            .stdout(Stdio::from(
                fs::File::create(dir.path().join("addresses")).unwrap(),
            ))
            .status();
        let addresses = fs::read_to_string(dir.path().join("addresses")).unwrap();
        let own = Self {
            addresses: addresses.trim().to_owned(),
            dir,
        };
        assert!(started.unwrap().success());
        own
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        launcher(&["stop", self.dir.path().to_str().unwrap()]);
    }
}

/// Options with short waits.
pub fn options() -> IngestOptions {
    IngestOptions {
        wait: Duration::from_secs(1),
        patience: Duration::from_secs(60),
        ..IngestOptions::default()
    }
}

/// A directory that is deleted in the end, and its path without links.
pub fn directory() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap();
    (dir, path)
}

/// Writes lines of JSON, one article a line, with invented words.
pub fn write_articles(path: &Path, range: std::ops::Range<usize>) {
    let lines: String = range
        .map(|n| {
            let (day, word) = (n % 28 + 1, ["đường", "chợ", "cầu"][n % 3]);
            format!(
                "{{\"id\":\"{n}\",\"title\":\"Bài {n}: {word} làng Sông Trà\",\"date\":\"2026-03-{day:02}\",\
                 \"section\":\"Đời sống\",\"text\":\"Sáng nay bà con {n} sửa {word}. Ngày mai làm tiếp.\"}}\n"
            )
        })
        .collect();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, lines).unwrap();
}

/// Runs the launcher of the nodes.
pub fn launcher(arguments: &[&str]) {
    let script = std::env::var("TIMBAO_CLUSTER_SCRIPT").unwrap();
    assert!(
        Command::new(script)
            .args(arguments)
            .status()
            .unwrap()
            .success()
    );
}
