//! Commands over an index in a cluster print what they print over one in a directory.
//!
//! Runs with `crates/cluster/tests/opensearch/cluster run cargo test --test clusters`, and is skipped
//! without a cluster.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

/// The exit code, the standard output and the standard error of `timbao` over an index.
fn output(index: &str, arguments: &[&str]) -> (i32, String, String) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let done = Command::new(env!("CARGO_BIN_EXE_timbao"))
        .args(arguments)
        .current_dir(corpus.parent().unwrap())
        .env("TIMBAO_INDEX", index)
        .env("LANG", "C")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        done.status.code().unwrap_or(-1),
        text(done.stdout),
        text(done.stderr),
    )
}

/// Queries of every kind.
const QUERIES: &str = include_str!("clusters.txt");

/// An article of the corpus.
const ARTICLE: &str = "articles/giai-nghia-tu-dien-bien.md";

/// Commands other than plain searches. Hits are sorted by date, as only that order is the same.
const COMMANDS: &[&[&str]] = &[
    &["show", ARTICLE],
    &["show", "none"],
    &["explain", "tu dien bien"],
    &["search", "đảng viên", "--sort=-date", "--unique"],
    &["search", "đảng", "--count", "texts", "--sort", "date"],
    &[
        "search", "đảng", "--sort", "date", "--offset", "7", "--cite",
    ],
    &["kwic", "\"tự diễn biến\"", "--cite"],
    &["kwic", "đảng viên", "--sort", "right,-date"],
    &["kwic", "đảng", "--group", "section,year"],
    &["kwic", "đảng", "--sample", "5", "--seed", "3"],
    &["trends", "tự diễn biến", "cử tri", "--by", "year"],
    &[
        "trends", "cử tri", "--by", "year", "--split", "section", "--format", "json",
    ],
    &["collocates", "cử tri"],
    &[
        "collocates",
        "đảng",
        "--of",
        "date:2020..",
        "--against",
        "date:..2019",
    ],
    &["keywords", "--of", "section:\"Kinh tế\""],
    &["fillers", "tự * hóa"],
    &["similar", ARTICLE],
    &["reprints"],
    &["reprints", ARTICLE],
    &["wordlist", "--size", "2", "--limit", "20"],
    &["dispersion", "đảng viên", "--by", "year"],
    &["dispersion", "tự diễn biến", "--id", ARTICLE],
    &["compare", "tự diễn biến", "tự chuyển hóa"],
    &["search", "xyzqw"],
    &["kwic", "xyzqw"],
    &["search", "title:\"chỉnh đốn\" -tự"],
    &["sources"],
    &["sources", "--problems"],
    &["sources", "--format", "json"],
    &["sources", "--format", "csv"],
];

/// The corpus in a directory and in a cluster, with their addresses; `None` without a cluster.
fn indexes(name: &str) -> Option<(tempfile::TempDir, [String; 2])> {
    let Ok(addresses) = std::env::var("TIMBAO_CLUSTER") else {
        println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
        return None;
    };
    let directory = tempfile::tempdir().unwrap();
    let local = directory.path().join("index").display().to_string();
    let cluster = format!(
        "opensearch+http://{addresses}/{name}-{}",
        std::process::id()
    );
    let (code, _, stderr) = output(&cluster, &["cluster", "init"]);
    assert_eq!(code, 0, "{stderr}");
    for index in [&local, &cluster] {
        let (code, _, stderr) = output(index, &["index", "corpus"]);
        assert_eq!(code, 0, "{stderr}");
    }
    Some((directory, [local, cluster]))
}

#[test]
fn commands_print_the_same_over_a_cluster() {
    let Some((_directory, indexes)) = indexes("commands") else {
        return;
    };
    let queries: Vec<Vec<&str>> = QUERIES
        .lines()
        .map(|query| {
            let options = ["search", "--sort", "date", "--facet", "section,year", "--"];
            options.into_iter().chain([query]).collect()
        })
        .collect();
    let commands = COMMANDS
        .iter()
        .copied()
        .chain(queries.iter().map(Vec::as_slice));
    let differ: Vec<String> = commands
        .filter_map(|arguments| {
            let [expected, actual] = indexes.each_ref().map(|index| output(index, arguments));
            (expected != actual).then(|| format!("{arguments:?}\n{expected:#?}\n{actual:#?}"))
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

/// A server of an index, which ends with this value.
struct Served {
    process: Child,
    host: String,
}

impl Served {
    fn start(index: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_timbao"))
            .args(["serve", "--listen", "127.0.0.1:0", "--timeout", "60"])
            .env("TIMBAO_INDEX", index)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        let host = address
            .trim()
            .trim_start_matches("http://")
            .trim_end_matches('/');
        Self {
            process,
            host: host.to_owned(),
        }
    }

    /// The status and the body of the answer to a request.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.host
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Removes what differs between engines: ids of views, scores, and the size on disk.
fn comparable(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in [
                "view",
                "next",
                "score",
                "index",
                "bytes_on_disk",
                "segments",
                "index_version",
            ] {
                fields.remove(name);
            }
            fields.values_mut().for_each(comparable);
        }
        Value::Array(values) => values.iter_mut().for_each(comparable),
        _ => {}
    }
}

/// The first place where two values differ, and what is there.
fn difference(expected: &Value, actual: &Value) -> Option<String> {
    let within = |name: &dyn std::fmt::Display, a: &Value, b: &Value| {
        difference(a, b).map(|found| format!("{name}.{found}"))
    };
    match (expected, actual) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().find_map(|(name, a)| within(name, a, &b[name]))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(number, (a, b))| within(&number, a, b))
        }
        (a, b) => (a != b).then(|| format!(" {a} is {b}")),
    }
}

/// Requests to the API, in ASCII.
const REQUESTS: &[&str] = &[
    "search?q=dang+vien&sort=-date&facet=section,year,collection&snippets=2&cite=true",
    "search?q=%22tu+dien+bien%22&sort=date&unique=true",
    "search?q=xyzqw",
    "search?q=dang&sort=-date&limit=3&offset=4",
    "suggest?q=tu+dien",
    "batch?q=dang+vien&q=cu+tri&by=year",
    "kwic?q=dang+vien&sort=right,-date&limit=20",
    "trends?q=tu+dien+bien&by=year&split=section",
    "collocates?q=cu+tri",
    "keywords?section=Kinh+t%E1%BA%BF",
    "fillers?q=tu+*+hoa",
    "wordlist?size=2&limit=20",
    "dispersion?q=dang+vien&by=year",
    "compare?q=tu+dien+bien&q=tu+chuyen+hoa",
    "reprints",
    "articles/articles%2Fgiai-nghia-tu-dien-bien.md?q=tu+dien+bien",
    "articles/articles%2Fgiai-nghia-tu-dien-bien.md/similar",
    "articles/none",
    "facets?q=dang&facet=section,author",
    "stats",
    "sources",
];

#[test]
fn a_server_answers_the_same_over_a_cluster() {
    let Some((_directory, indexes)) = indexes("served") else {
        return;
    };
    let servers = indexes.each_ref().map(|index| Served::start(index));
    // Suggestions are given up after a second, and the first ones of a cluster take all articles.
    for server in &servers {
        server.get("/api/v1/search?q=dang+vien");
    }
    for request in REQUESTS {
        let [expected, actual] = servers.each_ref().map(|server| {
            let (status, body) = server.get(&format!("/api/v1/{request}"));
            // Citations have the address that was asked.
            let body = body.replace(&server.host, "127.0.0.1");
            let mut body: Value = serde_json::from_str(&body).unwrap();
            comparable(&mut body);
            (status, body)
        });
        assert_eq!(difference(&expected.1, &actual.1), None, "{request}");
        assert_eq!(actual.0, expected.0, "{request}");
    }
    let [_, cluster] = &servers;
    for export in [
        "trends.csv?q=dang&by=year",
        "kwic.csv?q=dang+vien",
        "sources.csv",
    ] {
        let [expected, actual] = servers
            .each_ref()
            .map(|server| server.get(&format!("/api/v1/{export}")));
        assert_eq!(actual, expected, "{export}");
    }
    for (page, expected) in [
        ("/", 200),
        ("/?q=dang+vien", 200),
        (
            "/article?id=articles%2Fgiai-nghia-tu-dien-bien.md&q=tu+dien+bien",
            200,
        ),
        ("/kwic?q=dang+vien", 200),
        ("/status", 200),
        ("/searches", 200),
    ] {
        let (status, body) = cluster.get(page);
        assert_eq!(status, expected, "{page}: {body}");
    }
    // An update is noticed, and a replaced view stays.
    let (_, before) = cluster.get("/api/v1/search?q=dang&limit=1");
    let view = serde_json::from_str::<Value>(&before).unwrap()["view"].clone();
    let more = tempfile::tempdir().unwrap();
    std::fs::write(
        more.path().join("moi.txt"),
        "Tin mới\n\nĐảng bộ họp phiên thứ nhất.\n",
    )
    .unwrap();
    let (code, _, stderr) = output(&indexes[1], &["index", more.path().to_str().unwrap()]);
    assert_eq!(code, 0, "{stderr}");
    let total = |path: &str| {
        let (_, body) = cluster.get(path);
        serde_json::from_str::<Value>(&body).unwrap()["total"].as_u64()
    };
    let after = (0..300).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        total("/api/v1/search?q=%22phien+thu+nhat%22&limit=1").filter(|total| *total == 1)
    });
    assert_eq!(after, Some(1));
    let old = format!(
        "/api/v1/search?q=%22phien+thu+nhat%22&limit=1&view={}",
        view.as_str().unwrap()
    );
    assert_eq!(total(&old), Some(0));
}

/// A directory with a saved search, and an index that it is run over.
struct Desk<'a> {
    dir: tempfile::TempDir,
    index: &'a str,
}

impl<'a> Desk<'a> {
    fn new(index: &'a str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let saved = "[searches]\n'Bất thường' = '\"phiên họp bất thường\"'\n";
        std::fs::write(dir.path().join("timbao.toml"), saved).unwrap();
        Self { dir, index }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timbao"));
        command
            .current_dir(self.dir.path())
            .env("TIMBAO_INDEX", self.index)
            .env("XDG_STATE_HOME", self.dir.path().join("state"))
            .env("LANG", "C");
        command
    }

    /// Writes an article and indexes its folder.
    fn write(&self, path: &str, text: &str) {
        let file = self.dir.path().join(path);
        let folder = file.parent().unwrap();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&file, text).unwrap();
        let done = self.command().arg("index").arg(folder).output().unwrap();
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{stderr}");
    }

    /// The titles that `timbao alerts` prints.
    fn alerts(&self) -> Vec<String> {
        let mut command = self.command();
        let done = command.args(["alerts", "--format", "jsonl"]).output();
        let done = done.unwrap();
        let stdout = String::from_utf8(done.stdout).unwrap();
        let expected = i32::from(stdout.is_empty());
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(expected), "{stderr}");
        let title = |line: &str| {
            let news: Value = serde_json::from_str(line).unwrap();
            news["title"].as_str().unwrap().to_owned()
        };
        stdout.lines().map(title).collect()
    }
}

/// The titles of the entries of a feed, in order.
fn entries(feed: &str) -> Vec<String> {
    let mut reader = Reader::from_str(feed);
    let (mut titles, mut path) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => path.push(start.name().as_ref().to_owned()),
            Event::End(_) => drop(path.pop()),
            Event::Text(text) if path.ends_with(&["entry".into(), "title".into()]) => {
                titles.push(text.to_string());
            }
            Event::Eof => return titles,
            _ => {}
        }
    }
}

#[test]
fn alerts_and_feeds_have_each_article_once() {
    let Some((_directory, indexes)) = indexes("alerts") else {
        return;
    };
    for index in &indexes {
        let desk = Desk::new(index);
        desk.write(
            "bao/cu.txt",
            "Tin cũ\n\nXã mở phiên họp bất thường đầu năm.\n",
        );
        assert!(desk.alerts().is_empty(), "they begin here");
        let text = "Tin xã\n\nXã mở phiên họp bất thường lần hai.\n";
        desk.write("bao/xa.txt", text);
        assert_eq!(desk.alerts(), ["Tin xã"]);
        assert!(desk.alerts().is_empty());
        desk.write(
            "dai/huyen.txt",
            "Tin huyện\n\nHuyện có phiên họp bất thường.\n",
        );
        assert_eq!(desk.alerts(), ["Tin huyện"], "of another source");
        desk.write("bao/xa.txt", &format!("{text}Họp đến tối.\n"));
        assert!(desk.alerts().is_empty(), "it was edited");
        let since = desk.command().args(["alerts", "--since", "2020"]).output();
        let since = String::from_utf8(since.unwrap().stdout).unwrap();
        assert!(
            since.contains("3 articles") && since.contains("Tin cũ"),
            "{since}"
        );

        let served = Served::start(index);
        let (status, feed) = served.get("/feed.atom?q=%22phien+hop+bat+thuong%22");
        assert_eq!(status, 200, "{feed}");
        assert_eq!(entries(&feed), ["Tin huyện", "Tin xã", "Tin cũ"]);
        let (_, page) = served.get("/?q=phien+hop");
        assert!(
            page.contains("/feed.atom?q=phien") && page.contains("method=\"post\""),
            "{page}"
        );
    }
}

/// A process that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_watch_indexes_new_files_in_a_cluster() {
    let Some((_directory, [_, cluster])) = indexes("watched") else {
        return;
    };
    let news = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(news.path().join(name), text).unwrap();
    write("cu.txt", "Tin cũ\n\nĐảng bộ họp phiên mở đầu.\n");
    let process = Command::new(env!("CARGO_BIN_EXE_timbao"))
        .args(["watch", "--within", "1"])
        .arg(news.path())
        .env("TIMBAO_INDEX", &cluster)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(process);
    let finds = |query: &str| {
        let found = (0..600).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            output(&cluster, &["search", query]).0 == 0
        });
        assert!(found, "{query}");
    };
    finds("\"phiên mở đầu\"");
    write("moi.txt", "Tin mới\n\nĐảng bộ họp phiên bế mạc.\n");
    finds("\"phiên bế mạc\"");
}

/// The answers of `timbao mcp` to requests.
fn assistant(index: &str, requests: &[Value]) -> Vec<Value> {
    let mut process = Command::new(env!("CARGO_BIN_EXE_timbao"))
        .arg("mcp")
        .env("TIMBAO_INDEX", index)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let _running = Running(process);
    let mut ask = |request: &Value| -> Value {
        writeln!(stdin, "{request}").unwrap();
        match request.get("id") {
            Some(_) => serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap(),
            None => Value::Null,
        }
    };
    requests.iter().map(&mut ask).collect()
}

#[test]
fn an_assistant_gets_the_same_answers_over_a_cluster() {
    let Some((_directory, indexes)) = indexes("assistant") else {
        return;
    };
    let mut requests = vec![
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
    ];
    for (name, arguments) in [
        (
            "search",
            json!({ "query": "\"tự diễn biến\"", "sort": "-date", "unique": true }),
        ),
        ("search", json!({ "query": "xyzqw" })),
        ("article", json!({ "id": ARTICLE })),
        ("article", json!({ "id": "none" })),
        ("concordance", json!({ "query": "cử tri" })),
        ("trends", json!({ "queries": ["cử tri", "đảng viên"] })),
        (
            "facets",
            json!({ "query": "đảng", "by": ["section", "year"] }),
        ),
        ("similar", json!({ "id": ARTICLE })),
        ("sources", json!({})),
    ] {
        requests.push(json!({
            "jsonrpc": "2.0", "id": requests.len(), "method": "tools/call",
            "params": { "name": name, "arguments": arguments },
        }));
    }
    let [expected, actual] = indexes.each_ref().map(|index| assistant(index, &requests));
    for ((mut expected, mut actual), request) in expected.into_iter().zip(actual).zip(&requests) {
        for answer in [&mut expected, &mut actual] {
            // The same as text.
            if let Some(result) = answer["result"].as_object_mut()
                && result.contains_key("structuredContent")
            {
                result.remove("content");
            }
            comparable(answer);
        }
        assert_eq!(difference(&expected, &actual), None, "{request}");
    }
}

#[test]
fn the_number_of_shards_is_chosen_and_changed() {
    let Ok(addresses) = std::env::var("TIMBAO_CLUSTER") else {
        println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
        return;
    };
    let index = format!(
        "opensearch+http://{addresses}/shards-{}",
        std::process::id()
    );
    let (code, _, stderr) = output(&index, &["cluster", "init", "--shards", "0"]);
    assert!(code != 0 && stderr.contains('0'), "{code} {stderr}");
    for (command, shards) in [("init", 2), ("rebuild", 1)] {
        let number = shards.to_string();
        let (_, _, stderr) = output(&index, &["cluster", command, "--shards", &number]);
        assert!(!stderr.contains("error"), "{stderr}");
        let (_, status, stderr) = output(&index, &["cluster", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&status).expect(&stderr);
        assert_eq!(status["shards"], shards);
        let (_, text, _) = output(&index, &["cluster", "status"]);
        let expected = if shards == 1 { "1 shard," } else { "2 shards," };
        assert!(text.contains(expected), "{text}");
    }
}
