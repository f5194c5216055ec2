//! Failures of processes, nodes and connections during updates. Without `TIMBAO_CLUSTER` these
//! tests are skipped. `TIMBAO_CLUSTER_ROUNDS` repeats the failures of nodes. They have to run one after
//! the other (`--test-threads=1`), because nodes are killed that other tests use.

mod nodes;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use timbao_cluster::ingest::{IngestOptions, Sources, update};
use timbao_cluster::{
    Address, Archive, Client, Connection, Credentials, Error, Patience, Trust, create, verify,
};
use timbao_views::Corpus;

use nodes::{Nodes, OwnCluster, directory, index, launcher, options, write_articles};

/// Tells a child process what to index: addresses, the name and a directory.
const CHILD: &str = "TIMBAO_TEST_CHILD";

/// Not a test of its own: the process that another test kills.
#[test]
fn child_that_indexes() {
    let Ok(child) = std::env::var(CHILD) else {
        return;
    };
    let parts: Vec<&str> = child.split('\n').collect();
    let nodes = Nodes::new(parts[0], parts[1]);
    let options = IngestOptions {
        wait: Duration::from_secs(60),
        ..options()
    };
    let result = nodes.try_update(Path::new(parts[2]), &options);
    // The index belongs to the parent.
    std::mem::forget(nodes);
    result.unwrap();
}

#[test]
fn a_killed_update_is_completed_by_the_next() {
    let Some(nodes) = index("killed") else { return };
    let (_dir, root) = directory();
    create(&nodes.client).unwrap();
    for n in 0..10 {
        write_articles(&root.join(format!("{n}.jsonl")), n * 300..n * 300 + 300);
    }
    let child = format!("{}\n{}\n{}", nodes.addresses, nodes.name, root.display());
    for millis in [300, 900] {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_indexes"])
            .env(CHILD, &child)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(millis));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    // The lease of the killed process expires.
    let patient = IngestOptions {
        wait: Duration::from_secs(60),
        ..options()
    };
    let report = nodes.try_update(&root, &patient).unwrap();
    assert_eq!(report.total_articles, 3000);
    nodes.verify(3000);
}

#[test]
fn nothing_is_lost_when_a_node_is_killed() {
    let Some(nodes) = index("node") else { return };
    let home = home();
    let rounds = std::env::var("TIMBAO_CLUSTER_ROUNDS");
    let rounds: usize = rounds.map_or(1, |rounds| rounds.parse().unwrap());
    let count = nodes.addresses.split(',').count();
    create(&nodes.client).unwrap();
    let (_dir, root) = directory();
    let mut number = 0;
    for round in 0..rounds {
        for n in 0..10 {
            let first = (round * 10 + n) * 200;
            write_articles(&root.join(format!("{round}-{n}.jsonl")), first..first + 200);
        }
        nodes.await_green(count as u64);
        // The manager of the cluster first, and then the others.
        let manager = nodes.manager();
        number = match round % count {
            0 => manager,
            _ => number % count + 1,
        };
        let victim = number.to_string();
        let pid = std::fs::read_to_string(home.join(format!("n{victim}/pid"))).unwrap();
        let added = thread::scope(|scope| {
            let update = scope.spawn(|| nodes.update(&root).articles.added);
            thread::sleep(Duration::from_millis(700));
            signal("-9", pid.trim());
            answers_soon(&nodes);
            while !update.is_finished() {
                thread::sleep(Duration::from_millis(200));
                answers_soon(&nodes);
            }
            update.join().unwrap()
        });
        assert_eq!(added, 2000, "round {round}");
        launcher(&["node", home.to_str().unwrap(), &victim]);
        nodes.await_green(count as u64);
        nodes.verify((round as u64 + 1) * 2000);
        let role = if number == manager {
            ", the manager,"
        } else {
            ""
        };
        println!(
            "round {}: node {number}{role} killed, {added} articles, all copies equal",
            round + 1
        );
    }
}

/// The directory of the nodes.
fn home() -> PathBuf {
    PathBuf::from(std::env::var("TIMBAO_CLUSTER_DIR").unwrap())
}

#[test]
fn nothing_is_lost_when_a_disk_is_full() {
    let Some(nodes) = index("full") else { return };
    create(&nodes.client).unwrap();
    let (_dir, root) = directory();
    let count = nodes.addresses.split(',').count() as u64;
    write_articles(&root.join("1.jsonl"), 0..1000);
    nodes.await_green(count);
    nodes.update(&root);

    // An update that may not wait names the reason, and searches are answered.
    write_articles(&root.join("2.jsonl"), 1000..3000);
    let articles = format!("{}.articles.1", nodes.name);
    nodes.set_full(&articles, true);
    let impatient = IngestOptions {
        patience: Duration::from_millis(500),
        ..options()
    };
    let error = nodes.try_update(&root, &impatient).unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error:?}");
    assert_eq!(nodes.ids().len(), 1000);

    // One that may waits until there is room, whichever index lacks it.
    let all = format!("{}.*", nodes.name);
    nodes.set_full(&all, true);
    thread::scope(|scope| {
        let update = scope.spawn(|| nodes.update(&root));
        thread::sleep(Duration::from_secs(2));
        assert!(!update.is_finished());
        answers_soon(&nodes);
        nodes.set_full(&all, false);
        assert_eq!(update.join().unwrap().total_articles, 3000);
    });
    nodes.verify(3000);
}

#[test]
fn nothing_is_lost_when_nodes_reject_writes() {
    if index("storm").is_none() {
        return;
    }
    // Each node has one thread that writes, and rejects all but one of the writes that wait for it.
    let cluster = OwnCluster::start(
        "2",
        &[("TIMBAO_CLUSTER_SETTINGS", "thread_pool.write.queue_size: 1")],
    );
    let nodes = Nodes::new(&cluster.addresses, "storm");
    create(&nodes.client).unwrap();
    let directories: Vec<_> = (0..4).map(|_| directory()).collect();
    for (n, (_dir, root)) in directories.iter().enumerate() {
        write_articles(&root.join("a.jsonl"), n * 1000..n * 1000 + 1000);
    }
    nodes.await_green(2);
    thread::scope(|scope| {
        for (_dir, root) in &directories {
            scope.spawn(|| nodes.update_at_last(root));
        }
    });
    let reply = nodes.client.get("_nodes/stats/thread_pool").unwrap();
    let stats: Value = reply.ok().unwrap().json().unwrap();
    let of = |node: &Value| node["thread_pool"]["write"]["rejected"].as_u64().unwrap();
    let rejected: u64 = stats["nodes"].as_object().unwrap().values().map(of).sum();
    assert!(rejected > 0, "{stats}");
    nodes.await_green(2);
    nodes.verify(4000);
    println!("{rejected} writes were rejected, and repeated");
}

#[test]
fn a_search_without_all_shards_is_an_error() {
    let Some(nodes) = index("shard") else { return };
    create(&nodes.client).unwrap();
    let (_dir, root) = directory();
    write_articles(&root.join("a.jsonl"), 0..100);
    nodes.update(&root);
    // One shard has no copy any more.
    let articles = format!("{}.articles.1", nodes.name);
    for settings in [
        json!({ "index": { "auto_expand_replicas": "false", "number_of_replicas": 0 } }),
        json!({ "index.routing.allocation.enable": "none" }),
    ] {
        let path = format!("{articles}/_settings");
        let reply = nodes.client.send("PUT", &path, &settings);
        reply.unwrap().ok().unwrap();
    }
    let path = format!("_cat/shards/{articles}?format=json");
    let shards: Value = nodes.client.get(&path).unwrap().json().unwrap();
    let shards = shards.as_array().unwrap();
    let first = shards.iter().find(|row| row["shard"] == "0").unwrap();
    let cancel = json!({ "cancel": {
        "index": articles, "shard": 0, "node": first["node"], "allow_primary": true,
    } });
    let body = json!({ "commands": [cancel] });
    let client = nodes.client.with_patience(Patience {
        retries: Duration::ZERO,
        ..Patience::default()
    });
    let client = Arc::new(client.unwrap());
    // The node soon finds the copy again, and a search may come after that.
    for _ in 0..50 {
        nodes
            .client
            .send("POST", "_cluster/reroute", &body)
            .unwrap();
        match Archive::open(Arc::clone(&client)) {
            Ok(archive) => assert_eq!(archive.size().articles, 100),
            Err(Error::Overloaded { .. } | Error::Incomplete { .. }) => return,
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("all searches were answered");
}

/// A process that is halted until this value is dropped.
struct Halted(String);

impl Halted {
    fn new(pid: &str) -> Self {
        signal("-STOP", pid);
        Self(pid.to_owned())
    }
}

impl Drop for Halted {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(name: &str, pid: &str) {
    let sent = Command::new("kill").args([name, pid]).status();
    assert!(sent.unwrap().success(), "kill {name} {pid}");
}

#[test]
fn nothing_is_lost_when_a_node_is_slow() {
    let Some(nodes) = index("slow") else { return };
    let home = home();
    let count = nodes.addresses.split(',').count();
    create(&nodes.client).unwrap();
    let (_dir, root) = directory();
    for number in 1..=count {
        let first = number * 1000;
        write_articles(&root.join(format!("{number}.jsonl")), first..first + 1000);
        nodes.await_green(count as u64);
        let pid = std::fs::read_to_string(home.join(format!("n{number}/pid"))).unwrap();
        let added = thread::scope(|scope| {
            let halted = Halted::new(pid.trim());
            let update = scope.spawn(|| nodes.update(&root).articles.added);
            // Shorter than the time after which the others remove the node.
            thread::sleep(Duration::from_secs(4));
            drop(halted);
            update.join().unwrap()
        });
        assert_eq!(added, 1000, "node {number}");
        nodes.await_green(count as u64);
        nodes.verify(number as u64 * 1000);
    }
}

/// Fails unless a search is answered, or fails with a message, within a few seconds after a node
/// failed; the machine of the tests is slower than a node of a cluster.
fn answers_soon(nodes: &Nodes) {
    let start = Instant::now();
    let path = format!("{}/_search?size=1", nodes.name);
    let reply = nodes.client.get(&path).and_then(|reply| reply.ok());
    let spent = start.elapsed();
    assert!(
        spent < Duration::from_secs(20),
        "{spent:?} {:?}",
        reply.map(drop)
    );
}

/// A proxy with TLS and a password in front of a node; returns its address and its certificate.
fn tls_proxy(node: &str, password: &'static str) -> (String, tempfile::TempDir) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.pem"), made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let node = node.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (config, node) = (Arc::clone(&config), node.clone());
            thread::spawn(move || relay(stream, config, &node, password));
        }
    });
    (address, dir)
}

/// Passes requests on, one connection at a time, if they have the password.
fn relay(stream: TcpStream, config: Arc<rustls::ServerConfig>, node: &str, password: &str) {
    stream
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let session = rustls::ServerConnection::new(config).unwrap();
    let tls = Arc::new(Mutex::new(rustls::StreamOwned::new(session, stream)));
    let Ok(upstream) = TcpStream::connect(node) else {
        return;
    };
    let mut down = upstream.try_clone().unwrap();
    let back = Arc::clone(&tls);
    thread::spawn(move || {
        let mut bytes = [0; 1 << 16];
        while let Ok(read @ 1..) = down.read(&mut bytes) {
            let mut tls = back.lock().unwrap();
            // The read limit is for waiting, not for sending.
            if tls.write_all(&bytes[..read]).is_err() || tls.flush().is_err() {
                return;
            }
        }
    });
    let mut upstream = upstream;
    let mut is_known = false;
    let mut bytes = [0; 1 << 16];
    loop {
        let read = tls.lock().unwrap().read(&mut bytes);
        match read {
            Ok(0) => return,
            Ok(read) => {
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                if !is_known && !text.contains(password) {
                    let answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
                    let _ = tls.lock().unwrap().write_all(answer.as_bytes());
                    return;
                }
                is_known = true;
                if upstream.write_all(&bytes[..read]).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(_) => return,
        }
    }
}

#[test]
fn updates_work_through_tls_and_with_a_password() {
    let Some(nodes) = index("tls") else { return };
    let node = nodes.addresses.split(',').next().unwrap();
    // an:mat-khau
    let (address, certificates) = tls_proxy(node, "YW46bWF0LWtoYXU=");
    let address = format!("opensearch+https://{address}/{}", nodes.name);
    let mut connection = Connection::new(Address::parse(&address).unwrap());
    connection.trust = Trust::File(certificates.path().join("ca.pem"));
    connection.credentials = Credentials::parse("an:mat-khau", "test").unwrap();
    let client = Arc::new(Client::new(connection.clone()).unwrap());
    create(&client).unwrap();
    let (_dir, root) = directory();
    write_articles(&root.join("a.jsonl"), 0..500);
    let sources = Sources::Paths(vec![root]);
    let report = update(&client, &sources, &options(), &()).unwrap();
    assert_eq!(report.total_articles, 500);
    assert_eq!(verify(&client).unwrap().faults, [""; 0]);

    connection.credentials = Credentials::parse("an:falsch", "test").unwrap();
    let wrong = Arc::new(Client::new(connection).unwrap());
    let error = update(&wrong, &sources, &options(), &()).unwrap_err();
    assert!(
        matches!(error, Error::Unauthorized { sent: true, .. }),
        "{error:?}"
    );
    assert!(!format!("{error:?}{error}").contains("falsch"));
}
