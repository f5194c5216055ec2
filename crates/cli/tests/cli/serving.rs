//! `timbao serve`.

use insta::assert_snapshot;

use crate::common::Workspace;

#[test]
fn addresses_and_tokens_that_will_not_do() {
    let workspace = Workspace::indexed();
    workspace.write("ngan", "12345\n");
    let anywhere = ["serve", "--listen", "0.0.0.0:0"];
    assert_snapshot!("serve_open", workspace.run(&anywhere));
    assert_snapshot!(
        "serve_short_token",
        workspace.run(&["serve", "--token-file", "ngan"])
    );
    assert_snapshot!(
        "serve_no_token_file",
        workspace.run(&["serve", "--token-file", "khong-co"])
    );
    assert_snapshot!("serve_no_index", Workspace::empty().run(&["serve"]));
}

#[cfg(unix)]
#[test]
fn what_it_answers_is_what_the_command_line_prints() {
    use std::io::Read;
    use std::process::Command;

    use serde_json::Value;

    let workspace = Workspace::indexed();
    let (mut server, address) = served(&workspace, &["--log-queries", "--show-paths"]);
    let mut path = "";
    for line in include_str!("requests.txt").lines() {
        match line.strip_prefix("    ") {
            None => path = line,
            Some(command) => {
                let words = shlex::split(command).unwrap();
                let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
                arguments.extend(["--format", "json"]);
                let output = workspace.command(&arguments).output().unwrap();
                let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(answer(&address, path), printed, "{path}");
            }
        }
    }
    let process = server.id().to_string();
    let killed = Command::new("kill").arg(&process).status().unwrap();
    assert!(killed.success());
    assert!(server.wait().unwrap().success());
    let mut log = String::new();
    let mut stderr = server.stderr.take().unwrap();
    stderr.read_to_string(&mut log).unwrap();
    let is_json = |line| serde_json::from_str::<Value>(line).is_ok();
    assert!(log.lines().all(is_json), "{log}");
    assert!(log.contains("\"query\":\"tu dien bien\""), "{log}");
}

/// The answer of a server to a request, without what only a server has: cursors, and the state of
/// the index.
#[cfg(unix)]
fn answer(address: &str, path: &str) -> serde_json::Value {
    use std::io::{Read, Write};

    let path = percent_encoding::utf8_percent_encode(path, percent_encoding::CONTROLS);
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request =
        format!("GET /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut json: serde_json::Value = serde_json::from_str(body).unwrap();
    let answer = json.as_object_mut().unwrap();
    answer.remove("next");
    assert!(answer.remove("view").is_some(), "{json}");
    json
}

/// A server on an index, and its address.
#[cfg(unix)]
fn served(workspace: &Workspace, more: &[&str]) -> (std::process::Child, String) {
    use std::io::{BufRead, BufReader};

    let serve = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
    let mut server = workspace.command(&serve).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("http://");
    (server, address.trim_end_matches('/').to_owned())
}

#[cfg(unix)]
#[test]
fn the_log_names_readers_and_not_their_queries() {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::process::Command;

    let workspace = Workspace::indexed();
    let tokens = ["--tokens", "tokens"];
    let added = [&["token", "add", "lan", "--rights", "read"][..], &tokens].concat();
    let token = workspace.command(&added).output().unwrap().stdout;
    let token = String::from_utf8(token).unwrap().trim().to_owned();
    let (mut server, address) = served(&workspace, &tokens);
    let get = |path: &str, headers: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let bearer = format!("Authorization: Bearer {token}\r\n");
    for path in [
        "/api/v1/search?q=bimat",
        "/?q=bimat&date=bimat",
        "/api/v1/search?q=bimat&limit=bimat",
        "/bimat",
        "/article?id=bimat&q=bimat",
        "/batch?queries=bimat",
        "/api/v1/similar?text=bimat",
    ] {
        assert_ne!(get(path, &bearer), "401", "{path}");
        assert_eq!(get(path, ""), "401", "{path}");
    }
    assert_eq!(get("/api/v1/search.csv?q=bimat", &bearer), "403");
    let process = server.id().to_string();
    let killed = Command::new("kill").arg(&process).status().unwrap();
    assert!(killed.success() && server.wait().unwrap().success());
    let mut log = String::new();
    server
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert_eq!(log.matches("\"who\":\"lan\"").count(), 8, "{log}");
    assert!(!log.contains("bimat") && !log.contains(&token), "{log}");
}

#[test]
fn tokens_are_added_listed_and_revoked() {
    let workspace = Workspace::indexed();
    let add = |arguments: &[&str]| {
        let arguments = [&["token", "add", "--tokens", "tokens"], arguments].concat();
        let output = workspace.command(&arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, second) = (add(&["lan"]), add(&["thuc-tap", "--rights", "read"]));
    assert!(first.starts_with("timbao_") && first.len() == 40 && first != second);
    let list = || {
        let arguments = ["token", "list", "--tokens", "tokens", "--format", "csv"];
        let output = workspace.command(&arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let rows = text.lines().skip(1);
        let rows = rows.map(|row| row.rsplit_once(',').unwrap().0.to_owned());
        rows.collect::<Vec<_>>()
    };
    assert_eq!(list(), ["lan,\"read,export\"", "thuc-tap,read"]);
    let revoke = ["token", "revoke", "lan", "--tokens", "tokens"];
    assert!(workspace.command(&revoke).status().unwrap().success());
    assert_eq!(list(), ["thuc-tap,read"]);
    assert_snapshot!("token_unknown", workspace.run(&revoke));
    assert_snapshot!(
        "token_taken",
        workspace.run(&["token", "add", "thuc-tap", "--tokens", "tokens"])
    );
    assert_snapshot!(
        "token_name",
        workspace.run(&["token", "add", "thực tập", "--tokens", "tokens"])
    );
    assert_snapshot!("token_no_file", workspace.run(&["token", "list"]));
    assert_snapshot!(
        "token_missing_file",
        workspace.run(&["serve", "--tokens", "khong-co"])
    );
    workspace.write("hong", "lan read\n");
    assert_snapshot!(
        "token_invalid_line",
        workspace.run(&["token", "list", "--tokens", "hong"])
    );
    assert_snapshot!(
        "serve_origin",
        workspace.run(&["serve", "--cors", "bao.example"])
    );
}
