//! The client against servers that follow a script.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use timbao_cluster::{
    Address, Archive, Bulk, Client, Connection, Credentials, Error, LAYOUT, Patience, Trust,
};
use timbao_query::plan::Plan;
use timbao_tokenizer::ANALYZER_VERSION;
use timbao_views::{ArrivalLog, Mark, Since};

/// What a server does with a connection or a request.
#[derive(Clone)]
enum Act {
    /// Answers with a status and a body.
    Answer(u16, Value),
    /// Closes the connection without an answer.
    Hang,
    /// Does not answer for this time.
    Sleep(Duration),
    /// Answers after this time.
    Late(Duration, Value),
}

/// A request as a server saw it.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    headers: Vec<String>,
    body: String,
}

/// A server that does one act after the other, the last one again and again.
struct Server {
    node: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    fn start(acts: Vec<Act>) -> Self {
        let turn = Mutex::new(0);
        Self::answering(move |_| {
            let mut turn = turn.lock().unwrap();
            *turn += 1;
            acts[(*turn - 1).min(acts.len() - 1)].clone()
        })
    }

    /// A server that does for each request what a function says.
    fn answering(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let node = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&seen);
        thread::spawn(move || {
            let act = Arc::new(act);
            for stream in listener.incoming().flatten() {
                let (act, all) = (Arc::clone(&act), Arc::clone(&all));
                thread::spawn(move || serve(stream, &*act, &all));
            }
        });
        Self { node, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, act: &impl Fn(&Seen) -> Act, all: &Mutex<Vec<Seen>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some(seen) = read_request(&mut reader) {
        all.lock().unwrap().push(seen.clone());
        match act(&seen) {
            Act::Hang => return,
            Act::Sleep(time) => thread::sleep(time),
            Act::Late(time, body) => {
                thread::sleep(time);
                if answer(&mut writer, 200, &body).is_err() {
                    return;
                }
            }
            Act::Answer(status, body) => {
                if answer(&mut writer, status, &body).is_err() {
                    return;
                }
            }
        }
    }
}

fn answer(writer: &mut impl Write, status: u16, body: &Value) -> std::io::Result<()> {
    let body = body.to_string();
    let len = body.len();
    write!(
        writer,
        "HTTP/1.1 {status} X\r\nContent-Length: {len}\r\n\r\n{body}"
    )
}

fn read_request(reader: &mut impl BufRead) -> Option<Seen> {
    let mut headers: Vec<String> = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => headers.push(line.to_lowercase()),
        }
    }
    let value = |name: &str| {
        let header = headers.iter().find_map(|h| h.strip_prefix(name));
        header.map(|value| value.trim().to_owned())
    };
    let len = value("content-length:").map_or(0, |len| len.parse().unwrap());
    let mut bytes = vec![0; len];
    reader.read_exact(&mut bytes).ok()?;
    let mut body = String::new();
    if value("content-encoding:").as_deref() == Some("gzip") {
        GzDecoder::new(&*bytes).read_to_string(&mut body).unwrap();
    } else {
        body = String::from_utf8(bytes).unwrap();
    }
    let line = headers.remove(0);
    Some(Seen {
        line,
        headers,
        body,
    })
}

fn patience() -> Patience {
    Patience {
        connect: Duration::from_millis(500),
        request: Duration::from_millis(500),
        retries: Duration::from_secs(3),
        first: Duration::from_secs(3),
    }
}

fn connection(scheme: &str, nodes: &[&str]) -> Connection {
    let address = format!("opensearch+{scheme}://{}/bao", nodes.join(","));
    Connection {
        patience: patience(),
        ..Connection::new(Address::parse(&address).unwrap())
    }
}

fn client(nodes: &[&str]) -> Client {
    Client::new(connection("http", nodes)).unwrap()
}

/// An address where nothing listens.
fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn overloaded() -> Act {
    let error = json!({ "type": "circuit_breaking_exception", "reason": "Data too large" });
    Act::Answer(429, json!({ "error": error }))
}

fn good() -> Act {
    Act::Answer(200, json!({ "ok": true }))
}

#[test]
fn overload_is_waited_for() {
    let server = Server::start(vec![overloaded(), Act::Answer(503, json!({})), good()]);
    let reply = client(&[&server.node]).get("x").unwrap();
    assert_eq!(reply.json::<Value>().unwrap(), json!({ "ok": true }));
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn lasting_overload_is_an_error_with_the_reason() {
    let server = Server::start(vec![overloaded()]);
    let error = client(&[&server.node]).get("x").unwrap_err();
    assert!(
        matches!(error, Error::Overloaded { status: 429, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("Data too large"), "{error}");
    assert!(server.seen().len() > 3);
}

#[test]
fn a_node_that_fails_during_a_request_is_waited_for() {
    for (kind, reason) in [
        ("node_disconnected_exception", "[n2] disconnected"),
        ("circuit_breaking_exception", "[parent] Data too large"),
    ] {
        let error = json!({ "type": kind, "reason": reason });
        let server = Server::start(vec![Act::Answer(500, json!({ "error": error })), good()]);
        assert_eq!(client(&[&server.node]).get("x").unwrap().status, 200);
    }
    let error = json!({ "type": "null_pointer_exception", "reason": "" });
    let server = Server::start(vec![Act::Answer(500, json!({ "error": error }))]);
    assert_eq!(client(&[&server.node]).get("x").unwrap().status, 500);
}

/// An answer that lacks the articles of one shard.
fn partial() -> Act {
    let shards = json!({ "total": 3, "successful": 2, "failed": 0 });
    Act::Answer(200, json!({ "count": 2, "_shards": shards }))
}

#[test]
fn the_next_node_answers_if_one_would_answer_in_part() {
    let (first, second) = (Server::start(vec![partial()]), Server::start(vec![good()]));
    let client = client(&[&first.node, &second.node]);
    for _ in 0..4 {
        let reply = client.get("bao/_count").unwrap();
        assert_eq!(reply.json::<Value>().unwrap(), json!({ "ok": true }));
    }
    // It is well, so it is not avoided.
    assert!(first.seen().len() > 1);
}

#[test]
fn an_answer_in_part_is_an_error() {
    let server = Server::start(vec![partial()]);
    let client = client(&[&server.node]);
    for (method, path) in [("GET", "bao/_count?x=1"), ("POST", "bao/_search")] {
        let error = client.send(method, path, &json!({})).unwrap_err();
        assert!(matches!(error, Error::Incomplete { .. }), "{error}");
        let (shown, path) = (error.to_string(), path.split('?').next().unwrap());
        for part in [path, "only 2 of 3 shards", &server.node] {
            assert!(shown.contains(part), "{shown}");
        }
        assert!(error.is_passing() && error.hint().is_some());
    }
    assert!(server.seen().len() > 4, "it was tried again");
}

/// The mapping of an archive of this version.
fn mapping() -> Value {
    let meta = json!({ "layout": LAYOUT, "analyzer": ANALYZER_VERSION });
    json!({ "bao.1": { "mappings": { "_meta": { "timbao": meta } } } })
}

/// A cluster of three nodes whose points in time are `p1`, `p2` and so on. `reached` returns how many nodes
/// answer in each round, and `search` answers a search of a point in time; both are numbered from 1.
fn with_points(
    reached: impl Fn(usize) -> usize + Send + Sync + 'static,
    search: impl Fn(usize) -> Option<Act> + Send + Sync + 'static,
) -> Server {
    let counts = Mutex::new((0, 0));
    Server::answering(move |seen| {
        let mut counts = counts.lock().unwrap();
        let (rounds, opened) = &mut *counts;
        let answer = if seen.line.contains("_mapping") {
            mapping()
        } else if seen.line.starts_with(OPENING) {
            *opened += 1;
            json!({ "pit_id": format!("p{opened}") })
        } else if seen.line.contains("_nodes") {
            *rounds += 1;
            let round = json!({ "total": 3, "successful": reached(*rounds) });
            json!({ "_nodes": round, "nodes": { "n1": {}, "n2": {} } })
        } else if let Some(act) = search(*opened).filter(|_| seen.line.starts_with("post")) {
            return act;
        } else {
            found()
        };
        Act::Answer(200, answer)
    })
}

/// The first line of a request that opens a point in time.
const OPENING: &str = "post /bao/_search/point_in_time";

/// The answer to a search that finds seven articles.
fn found() -> Value {
    json!({ "hits": { "total": { "value": 7 }, "hits": [] } })
}

/// Opens the archive of a server, with little patience for silent nodes; returns also the lines of the
/// requests that opened points in time.
fn open_hastily(server: &Server) -> (Result<Archive, Error>, Vec<String>) {
    let connection = Connection {
        patience: Patience {
            connect: Duration::from_millis(200),
            ..Patience::default()
        },
        ..connection("http", &[&server.node])
    };
    let archive = Archive::open(Arc::new(Client::new(connection).unwrap()));
    let lines = server.seen().into_iter().map(|seen| seen.line);
    let opened = lines.filter(|line| line.starts_with(OPENING));
    (archive, opened.collect())
}

#[test]
fn an_archive_opens_again_once_without_a_node_that_is_cut_off() {
    for lost in [0, 1, 2] {
        // A search of a point that is lost has no answer.
        let silent = move |opened| (opened <= lost).then(|| Act::Sleep(Duration::from_secs(30)));
        let (archive, opened) = open_hastily(&with_points(|_| 2, silent));
        match lost {
            2 => {
                let error = archive.unwrap_err();
                assert!(matches!(error, Error::Expired { .. }), "{error}");
            }
            _ => drop(archive.unwrap()),
        }
        let preferring = opened
            .iter()
            .map(|line| line.contains("preference=_prefer_nodes:n1,n2"));
        let expected: &[bool] = if lost == 0 { &[false] } else { &[false, true] };
        assert_eq!(preferring.collect::<Vec<_>>(), expected, "{lost}");
    }
}

#[test]
fn a_search_waits_for_a_node_that_was_too_busy_for_one_round() {
    let late = |_| Some(Act::Late(Duration::from_millis(700), found()));
    let reached = |round| if round == 1 { 2 } else { 3 };
    let (archive, opened) = open_hastily(&with_points(reached, late));
    assert_eq!(archive.unwrap().article_count(), 7);
    assert_eq!(opened.len(), 1);
}

/// A cluster without articles, where all is visible that was written of a source until generation 9.
fn with_a_lease() -> Server {
    Server::answering(|seen| {
        let hits = |hits: Value| json!({ "hits": { "total": { "value": 0 }, "hits": hits } });
        let is_of_state = seen.body.contains("\"state\"");
        let answer = if seen.line.contains("_mapping") {
            mapping()
        } else if seen.line.contains("/bao.state/_search/point_in_time") {
            json!({ "pit_id": "state" })
        } else if seen.line.contains("point_in_time") {
            json!({ "pit_id": "articles" })
        } else if is_of_state {
            let held = json!({
                "owner": "n", "token": "t", "expires": 0, "generation": 9, "settled": 9, "released": 5,
            });
            let lease = json!({ "kind": "lease", "path": "/srv/bao", "data": held });
            hits(json!([{ "_id": "l", "sort": [1], "_source": lease }]))
        } else {
            hits(json!([]))
        };
        Act::Answer(200, answer)
    })
}

#[test]
fn leases_are_read_before_the_articles_of_primary_copies() {
    let server = with_a_lease();
    let archive = Archive::open_settled(Arc::new(client(&[&server.node]))).unwrap();
    let seen = server.seen();
    let place = |part: &str| {
        let at = seen.iter().position(|seen| seen.line.contains(part));
        at.unwrap_or_else(|| panic!("{part}: {seen:?}"))
    };
    let steps = [
        "/bao.state/_refresh",
        "/bao.state/_search/point_in_time",
        "/bao/_refresh",
        "/bao/_search/point_in_time",
    ];
    assert!(steps.map(place).is_sorted(), "{seen:?}");
    assert!(seen[place(steps[3])].line.contains("preference=_primary"));

    let mark = archive.mark().unwrap();
    let Mark::Updates(updates) = &mark else {
        panic!("{mark:?}")
    };
    assert_eq!(updates.values().collect::<Vec<_>>(), [&9]);
    let searches = |mark: &Mark| {
        let before = server.seen().len();
        let found = archive.arrived(&Plan::Everything, Since::Mark(mark));
        assert_eq!(found.unwrap(), []);
        server.seen()[before..].to_vec()
    };
    assert_eq!(searches(&mark).len(), 0, "no source was updated");
    let earlier = updates.keys().map(|source| (source.clone(), 4)).collect();
    let since = searches(&Mark::Updates(earlier));
    assert_eq!(since.len(), 1, "{since:?}");
    let range = r#""arrived_with":{"gt":4,"lte":9}"#;
    assert!(since[0].body.contains(range), "{since:?}");
}

#[test]
fn a_full_disk_is_named() {
    let reason =
        "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]";
    let error = json!({ "type": "cluster_block_exception", "reason": reason });
    let server = Server::start(vec![Act::Answer(429, json!({ "error": error }))]);
    let error = client(&[&server.node]).get("x").unwrap_err();
    assert!(matches!(error, Error::DiskFull { .. }), "{error}");
    assert!(error.hint().unwrap().contains("space"));
}

#[test]
fn the_next_node_answers_at_once() {
    let (first, second) = (dead(), Server::start(vec![good()]));
    let third = Server::start(vec![Act::Hang]);
    let client = client(&[&first, &third.node, &second.node]);
    let start = Instant::now();
    for _ in 0..6 {
        assert_eq!(client.get("x").unwrap().status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(2));
    // A node that failed is avoided.
    assert!(third.seen().len() <= 2, "{:?}", third.seen());
}

#[test]
fn a_silent_node_is_left_after_the_limit() {
    let silent = Server::start(vec![Act::Sleep(Duration::from_secs(5))]);
    let other = Server::start(vec![good()]);
    let both = client(&[&silent.node, &other.node]);
    assert_eq!(both.get("x").unwrap().status, 200);
    let error = client(&[&silent.node]).get("x").unwrap_err();
    assert!(
        matches!(&error, Error::Timeout { node, .. } if *node == silent.node),
        "{error}"
    );
}

/// The answer of a node of three to the question which of them answer it.
fn reached(ids: &[&str]) -> Act {
    let nodes: serde_json::Map<String, Value> =
        ids.iter().map(|id| ((*id).to_owned(), json!({}))).collect();
    let numbers = json!({ "total": 3, "successful": ids.len() });
    Act::Answer(200, json!({ "_nodes": numbers, "nodes": nodes }))
}

/// Sends a search to a node that does not answer it, and then to one that does. Returns their requests.
fn slow_search(answer: Act) -> (Vec<String>, Vec<String>) {
    let slow = Act::Sleep(Duration::from_secs(20));
    let slow = Server::start(vec![slow, answer]);
    let other = Server::start(vec![good()]);
    let mut connection = connection("http", &[&slow.node, &other.node]);
    connection.patience.request = Duration::from_secs(60);
    connection.patience.retries = Duration::from_secs(60);
    let client = Client::new(connection).unwrap();
    assert_eq!(client.search("x?a=1", &json!({})).unwrap().status, 200);
    let lines = |server: &Server| server.seen().into_iter().map(|seen| seen.line).collect();
    (lines(&slow), lines(&other))
}

#[test]
fn a_search_that_waits_for_a_node_that_is_cut_off_prefers_the_others() {
    let (first, second) = slow_search(reached(&["n1", "n3"]));
    assert_eq!(first[0], "post /x?a=1 http/1.1");
    assert!(first[1].starts_with("get /_nodes/_all/http?"), "{first:?}");
    let expected = "post /x?a=1&preference=_prefer_nodes:n1,n3 http/1.1";
    assert_eq!(second, [expected]);
}

#[test]
fn a_search_that_waits_in_a_node_that_is_cut_off_goes_to_the_next() {
    let (first, second) = slow_search(reached(&["n1"]));
    assert_eq!(first.len(), 2);
    assert_eq!(second, ["post /x?a=1 http/1.1"]);
}

#[test]
fn a_search_that_takes_long_is_waited_for() {
    // The answer to the question comes on another connection than that to the search.
    let late = Act::Late(Duration::from_secs(2), json!({ "late": true }));
    for known in [reached(&["n1", "n2", "n3"]), Act::Answer(403, json!({}))] {
        let server = Server::start(vec![late.clone(), known]);
        let mut connection = connection("http", &[&server.node]);
        connection.patience.request = Duration::from_secs(60);
        let client = Client::new(connection).unwrap();
        let reply = client.search("x?a=1", &json!({})).unwrap();
        assert_eq!(reply.json::<Value>().unwrap(), json!({ "late": true }));
        assert!(server.seen().len() > 1);
    }
}

#[test]
fn all_nodes_are_named_when_none_answers() {
    let nodes = [dead(), dead()];
    let error = client(&[&nodes[0], &nodes[1]])
        .get("x")
        .unwrap_err()
        .to_string();
    assert!(nodes.iter().all(|node| error.contains(node)), "{error}");
    assert!(error.contains("refused"), "{error}");
}

#[test]
fn nodes_that_never_answered_are_not_waited_for() {
    let mut connection = connection("http", &[&dead(), &dead()]);
    connection.patience.retries = Duration::from_secs(3600);
    connection.patience.first = Duration::from_millis(200);
    let error = Client::new(connection).unwrap().get("x").unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[test]
fn nodes_that_answered_before_are_waited_for() {
    let server = Server::start(vec![good(), Act::Hang, Act::Hang, Act::Hang, good()]);
    let mut connection = connection("http", &[&server.node]);
    connection.patience.retries = Duration::from_secs(60);
    connection.patience.first = Duration::ZERO;
    let client = Client::new(connection).unwrap();
    for _ in 0..2 {
        assert_eq!(client.get("x").unwrap().status, 200);
    }
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn wrong_passwords_are_final_and_not_shown() {
    let server = Server::start(vec![Act::Answer(401, json!({}))]);
    let error = client(&[&server.node]).get("x").unwrap_err();
    assert!(
        matches!(error, Error::Unauthorized { sent: false, .. }),
        "{error}"
    );
    let mut connection = connection("http", &[&server.node]);
    connection.credentials = Credentials::parse("an:geheim", "test").unwrap();
    let client = Client::new(connection).unwrap();
    let error = client.get("x").unwrap_err();
    assert!(
        matches!(error, Error::Unauthorized { sent: true, .. }),
        "{error}"
    );
    for shown in [
        error.to_string(),
        format!("{error:?}"),
        format!("{client:?}"),
    ] {
        assert!(
            !shown.contains("geheim") && !shown.contains("YW46Z2VoZWlt"),
            "{shown}"
        );
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 2, "no attempt is repeated");
    let header = "authorization: basic yw46z2vozwlt";
    assert!(
        seen[1].headers.iter().any(|h| h == header),
        "{:?}",
        seen[1].headers
    );
}

#[test]
fn long_bodies_are_compressed() {
    let server = Server::start(vec![good()]);
    let client = client(&[&server.node]);
    let long = json!({ "text": "tự diễn biến ".repeat(500) });
    for body in [json!({}), long] {
        client.send("POST", "bao/_search?x=1", &body).unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line, "post /bao/_search?x=1 http/1.1");
        assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), body);
        let is_packed = seen.headers.iter().any(|h| h == "content-encoding: gzip");
        assert_eq!(is_packed, body != json!({}));
    }
}

#[test]
fn other_statuses_are_answers() {
    let error = json!({ "error": { "type": "parsing_exception", "reason": "unknown query" } });
    let server = Server::start(vec![Act::Answer(400, error)]);
    let reply = client(&[&server.node]).get("bao/_search").unwrap();
    let error = reply.ok().unwrap_err().to_string();
    let expected =
        "the cluster rejects GET bao/_search: parsing_exception: unknown query (status 400)";
    assert_eq!(error, expected);
}

#[test]
fn what_is_not_opensearch_is_named() {
    let server = Server::start(vec![Act::Answer(200, json!("a page"))]);
    let reply = client(&[&server.node]).get("x").unwrap();
    let error = reply
        .json::<std::collections::BTreeMap<String, u32>>()
        .unwrap_err();
    assert!(matches!(error, Error::Foreign { .. }), "{error}");
}

#[test]
fn only_rejected_writes_of_a_bulk_request_are_repeated() {
    let item = |status: u16, error: Value| json!({ "index": { "status": status, "error": error } });
    let busy = json!({ "type": "rejected_execution_exception", "reason": "queue full" });
    let old =
        json!({ "type": "version_conflict_engine_exception", "reason": "current version [6]" });
    let bad = json!({ "type": "mapper_parsing_exception", "reason": "too long" });
    let first = json!({ "items": [
        item(201, json!(null)), item(429, busy.clone()), item(409, old), item(400, bad),
    ] });
    let second = json!({ "items": [item(200, json!(null))] });
    let server = Server::start(vec![Act::Answer(200, first), Act::Answer(200, second)]);
    let client = client(&[&server.node]);
    let mut bulk = Bulk::default();
    for id in ["a", "b", "c", "d"] {
        bulk.index(id, 5, format!("{{\"id\":\"{id}\"}}").as_bytes());
    }
    let outcome = bulk.send(&client, "bao", Duration::from_secs(5)).unwrap();
    assert_eq!((outcome.done, outcome.outdated), (2, vec![2]));
    assert_eq!(outcome.rejected[0].0, 3);
    assert!(outcome.rejected[0].1.contains("too long"));
    let seen = server.seen();
    assert_eq!(seen[0].body.lines().count(), 8);
    assert!(
        seen[0].line.contains("require_alias=true"),
        "{}",
        seen[0].line
    );
    let again: Vec<&str> = seen[1].body.lines().collect();
    assert_eq!(again.len(), 2);
    assert_eq!(again[1], "{\"id\":\"b\"}");
}

#[test]
fn a_bulk_request_that_is_too_large_is_halved() {
    let done = |count: usize| {
        let items = vec![json!({ "index": { "status": 201 } }); count];
        Act::Answer(200, json!({ "items": items }))
    };
    let too_large = Act::Answer(413, json!({}));
    let server = Server::start(vec![
        too_large.clone(),
        done(2),
        too_large,
        done(1),
        done(1),
    ]);
    let client = client(&[&server.node]);
    let mut bulk = Bulk::default();
    (0..4).for_each(|id| bulk.index(&id.to_string(), 1, b"{}"));
    let outcome = bulk.send(&client, "bao", Duration::from_secs(5)).unwrap();
    assert_eq!(outcome.done, 4);
}

/// A TLS server that answers every request, and the PEM file of its authority.
fn tls_server(names: &[&str]) -> (String, tempfile::TempDir) {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
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
    let node = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = BufReader::new(rustls::StreamOwned::new(session, stream));
            if read_request(&mut tls).is_some() {
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
                let _ = tls.get_mut().write_all(answer.as_bytes());
            }
        }
    });
    (node, dir)
}

#[test]
fn certificates_of_the_own_authority_are_accepted_and_others_rejected() {
    let (node, dir) = tls_server(&["127.0.0.1"]);
    let mut connection = connection("https", &[&node]);
    connection.patience.retries = Duration::ZERO;
    connection.trust = Trust::File(dir.path().join("ca.pem"));
    let get = |connection: &Connection| Client::new(connection.clone()).unwrap().get("x");
    assert_eq!(get(&connection).unwrap().status, 200);

    connection.trust = Trust::System;
    let error = get(&connection).unwrap_err();
    assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("--cluster-ca"));

    let (_, other) = tls_server(&["127.0.0.1"]);
    connection.trust = Trust::File(other.path().join("ca.pem"));
    let error = get(&connection).unwrap_err();
    assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
}

#[test]
fn another_node_is_tried_if_one_has_no_manager() {
    let cause = json!({ "type": "cluster_manager_not_discovered_exception", "reason": null });
    let cut_off = Act::Answer(503, json!({ "error": { "root_cause": [cause] } }));
    let servers = [vec![cut_off], vec![good()]].map(Server::start);
    let [first, second] = &servers;
    let mut connection = connection("http", &[&first.node, &second.node]);
    connection.patience.retries = Duration::ZERO;
    let client = Client::new(connection).unwrap();
    for _ in 0..4 {
        assert_eq!(client.get("x").unwrap().node(), second.node);
    }
    assert_eq!(first.seen().len(), 1, "it is avoided for a while");
}

#[test]
fn certificates_for_other_names_are_rejected() {
    let (node, dir) = tls_server(&["bao.example"]);
    let mut connection = connection("https", &[&node]);
    connection.patience.retries = Duration::ZERO;
    connection.trust = Trust::File(dir.path().join("ca.pem"));
    let error = Client::new(connection).unwrap().get("x").unwrap_err();
    assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
}

#[test]
fn tls_to_a_server_without_it_is_an_error() {
    let server = Server::start(vec![good()]);
    let mut connection = connection("https", &[&server.node]);
    connection.patience.retries = Duration::ZERO;
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["x".to_owned()]).unwrap();
    std::fs::write(dir.path().join("ca.pem"), made.cert.pem()).unwrap();
    connection.trust = Trust::File(dir.path().join("ca.pem"));
    assert!(Client::new(connection).unwrap().get("x").is_err());
}
