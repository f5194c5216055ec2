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
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::Command;

    use serde_json::Value;

    let workspace = Workspace::indexed();
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--log-queries",
        "--show-paths",
    ];
    let mut server = workspace.command(&serve).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let get = |path: &str| -> Value {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request =
            format!("GET /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut json: Value = serde_json::from_str(body).unwrap();
        // The state of the index is the server's business.
        assert!(
            json.as_object_mut().unwrap().remove("view").is_some(),
            "{json}"
        );
        json
    };
    let print = |arguments: &[&str]| -> Value {
        let arguments = [arguments, &["--format", "json"]].concat();
        let output = workspace.command(&arguments).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    for (path, arguments) in [
        (
            "/search?q=tu+dien+bien&facet=section,year",
            &["search", "tu dien bien", "--facet", "section,year"][..],
        ),
        (
            "/search?q=%22t%E1%BB%B1+chuy%E1%BB%83n&sort=-date&limit=1&after=2020",
            &[
                "search",
                "\"tự chuyển",
                "--sort",
                "-date",
                "--limit",
                "1",
                "--after",
                "2020",
            ],
        ),
        ("/search?q=khongco", &["search", "khongco"]),
        ("/articles/SL-1", &["show", "SL-1"]),
        (
            "/kwic?q=h%E1%BB%8Dp&sort=right&left=3",
            &["kwic", "họp", "--sort", "right", "--left", "3"],
        ),
        (
            "/trends?q=h%E1%BB%8Dp&by=year",
            &["trends", "họp", "--by", "year"],
        ),
        (
            "/trends?q=h%E1%BB%8Dp&q=t%E1%BB%B1&split=section&count=texts&thin=2",
            &[
                "trends", "họp", "tự", "--split", "section", "--count", "texts", "--thin", "2",
            ],
        ),
        (
            "/collocates?q=t%E1%BB%B1&min=1&by=dice",
            &["collocates", "tự", "--min", "1", "--by", "dice"],
        ),
        (
            "/keywords?of=date:2026&min=1&min_articles=1",
            &[
                "keywords",
                "--of",
                "date:2026",
                "--min",
                "1",
                "--min-articles",
                "1",
            ],
        ),
        (
            "/fillers?q=t%E1%BB%B1+*+bi%E1%BA%BFn",
            &["fillers", "tự * biến"],
        ),
        (
            "/wordlist?q=h%E1%BB%8Dp&size=2&min=1&sort=articles",
            &[
                "wordlist", "họp", "--size", "2", "--min", "1", "--sort", "articles",
            ],
        ),
        (
            "/dispersion?q=tu&accents=loose&by=section&slices=7",
            &[
                "dispersion",
                "tu",
                "--accents",
                "loose",
                "--by",
                "section",
                "--slices",
                "7",
            ],
        ),
        (
            "/dispersion?q=h%E1%BB%8Dp&id=SL-1",
            &["dispersion", "họp", "--id", "SL-1"],
        ),
        (
            "/compare?q=h%E1%BB%8Dp&q=t%E1%BB%B1&by=month&min=1",
            &["compare", "họp", "tự", "--by", "month", "--min", "1"],
        ),
        (
            "/articles/SL-1/similar?terms=9",
            &["similar", "SL-1", "--terms", "9"],
        ),
        ("/articles/SL-1/reprints", &["reprints", "SL-1"]),
        ("/reprints", &["reprints"]),
        ("/stats", &["stats"]),
        ("/sources", &["sources"]),
    ] {
        assert_eq!(get(path), print(arguments), "{path}");
    }
    let process = server.id().to_string();
    assert!(
        Command::new("kill")
            .arg(&process)
            .status()
            .unwrap()
            .success()
    );
    assert!(server.wait().unwrap().success());
    let mut log = String::new();
    server
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{log}"
    );
    assert!(log.contains("\"query\":\"tu dien bien\""), "{log}");
}
