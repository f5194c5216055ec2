//! The limits of clients.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use timbao_server::{Error, Options, Server, Token};

use crate::support::{Site, article, read};

/// The header of a browser.
const BROWSER: &str = "Accept: text/html\r\n";

#[test]
fn every_answer_keeps_browsers_from_mischief() {
    let site = Site::new();
    for path in [
        "/",
        "/?q=x",
        "/nowhere",
        "/api/v1/stats",
        "/api/v1/search",
        "/healthz",
    ] {
        let answer = site.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
    }
}

#[test]
fn only_reading_is_possible() {
    let site = Site::new();
    let host = site.address;
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = site.send(&format!(
            "{method} /api/v1/stats HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    }
    let body = format!("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999999\r\n\r\n");
    assert_eq!(site.send(&body).status, 413);
    let body = format!("GET / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(site.send(&body).status, 413);
}

#[test]
fn what_is_too_large_is_refused() {
    let site = Site::new();
    let long = "a".repeat(2001);
    assert_eq!(site.get(&format!("/api/v1/search?q={long}")).status, 400);
    let page = site.get_with(&format!("/?q={long}"), BROWSER);
    assert_eq!(page.status, 400);
    assert!(page.body.contains("Nội dung tìm quá dài."), "{}", page.body);
    let page = site.get_with("/?q=a&q=b", BROWSER);
    assert_eq!(page.status, 400);
    assert!(
        page.body.contains("giá trị không hợp lệ: q."),
        "{}",
        page.body
    );
    let page = site.get_with("/?q=a&sort=newest", BROWSER);
    assert!(page.body.contains("Giá trị hợp lệ: "), "{}", page.body);
    let page = site.get_with("/compare?q=a&q=b&window=99", BROWSER);
    let by = site.get_with("/dispersion?q=a&by=x", BROWSER);
    assert!(by.body.contains("Giá trị hợp lệ: slice, "), "{}", by.body);
    let valid = "Giá trị hợp lệ: từ 0 đến 50.";
    assert!(page.body.contains(valid), "{}", page.body);
    let address = "a".repeat(20_000);
    let page = site.get(&format!("/?q={address}"));
    assert_eq!(page.status, 431);
    assert!(page.body.contains("Nội dung tìm quá dài."), "{}", page.body);
    let problem = site.get(&format!("/api/v1/search?q={address}"));
    assert_eq!(problem.json()["type"], "urn:timbao:problem:head");
    let headers: String = (0..100).map(|i| format!("X-{i}: y\r\n")).collect();
    assert_eq!(site.get_with("/", &headers).status, 431);
    let deep = format!("/api/v1/search?q={}a{}", "(".repeat(900), ")".repeat(900));
    assert!(site.get(&deep).body.contains("nest deeper"));
    assert_eq!(site.get("/api/v1/search?q=a&offset=10001").status, 400);
}

#[test]
fn a_site_cannot_make_a_browser_ask_in_its_name() {
    let site = Site::with(|options| options.hosts = vec!["tim.bao.example".into()]);
    let named = |host: &str| {
        site.send(&format!(
            "GET /api/v1/stats HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ))
        .status
    };
    for host in [
        "localhost",
        "LOCALHOST:80",
        "127.0.0.1",
        "[::1]:7878",
        "tim.bao.example",
    ] {
        assert_eq!(named(host), 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "",
    ] {
        assert_eq!(named(host), 421, "{host}");
    }
}

#[test]
fn malformed_requests_are_refused_in_the_format_of_every_other_problem() {
    let site = Site::new();
    let host = site.address;
    for path in [
        "/api/v1/articles/%ff",
        "/api/v1/articles/a%2F%c3%28/similar",
        "/assets/%80",
        "/%fe",
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, 400, "{path}");
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{path}");
        assert!(answer.body.contains("not UTF-8"), "{path}: {}", answer.body);
    }
    for second in [host.to_string(), "localhost".into(), "evil.example".into()] {
        for path in ["/", "/healthz", "/api/v1/stats"] {
            let answer = site.send(&format!(
                "GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: {second}\r\nConnection: close\r\n\r\n"
            ));
            assert_eq!(answer.status, 400, "{path}, {second}");
        }
    }
}

#[test]
fn a_token_is_asked_for() {
    let secret = "bí-mật-0123456789";
    assert!(Token::new(secret).is_err() && Token::new("short").is_err());
    let secret = "0123456789abcdef";
    let site =
        Site::with(|options| options.token = Some(Token::new(" 0123456789abcdef\n").unwrap()));
    let refused = site.get("/api/v1/stats");
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .head
            .to_lowercase()
            .contains("www-authenticate: basic")
    );
    let shown = |value: &str| {
        site.get_with("/", &format!("Authorization: {value}\r\n"))
            .status
    };
    assert_eq!(shown(&format!("Bearer {secret}")), 200);
    // "bạn:0123456789abcdef"
    assert_eq!(shown("Basic YuG6oW46MDEyMzQ1Njc4OWFiY2RlZg=="), 200);
    for wrong in [
        "Bearer 0123456789abcdeF",
        "Bearer",
        "Bearer ",
        "Basic !!",
        "Basic MDEyMzQ1Njc4OWFiY2RlZg==",
        "Digest 0123456789abcdef",
    ] {
        assert_eq!(shown(wrong), 401, "{wrong}");
    }
    assert_eq!(site.get("/healthz").status, 200);
    assert_eq!(site.get("/metrics").status, 401);
}

#[test]
fn nobody_listens_beyond_loopback_without_meaning_to() {
    let dir = tempfile::tempdir().unwrap();
    crate::support::write(dir.path(), []);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let open = |change: &dyn Fn(&mut Options)| {
        let mut options = Options::new(dir.path(), anywhere);
        change(&mut options);
        runtime.block_on(Server::open(options)).err()
    };
    assert!(matches!(open(&|_| {}), Some(Error::Open { .. })));
    assert!(open(&|options| options.allow_everyone = true).is_none());
    assert!(open(&|options| options.token = Token::new("0123456789abcdef").ok()).is_none());
}

#[test]
fn a_search_that_takes_too_long_is_cut_off() {
    let site = Site::with(|options| options.limits.time = Duration::ZERO);
    for path in [
        "/api/v1/search?q=h%E1%BB%8Dp",
        "/api/v1/kwic?q=a+b",
        "/?q=h%E1%BB%8Dp",
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, 503, "{path}: {}", answer.body);
    }
}

/// Queries with many occurrences, gaps and patterns in one long article, within the limit of the
/// server's text.
fn expensive_queries() -> [String; 4] {
    let pattern = ["c*", "*n", "an~2", "~an~2"].repeat(8).join(" ");
    [
        ["và"; 8].join(" NEAR/100 "),
        format!("\"{}\"~100", ["và"; 60].join(" ")),
        format!("\"{}\"", ["và **100 của"; 60].join(" **100 ")),
        format!("\"{pattern}\"~100 OR ({pattern})"),
    ]
}

#[test]
fn expensive_queries_leave_room_for_others_and_end_in_time() {
    let words = ["và", "của", "an", "con", "và", "công", "của", "nan"].repeat(1_000);
    let long = article("dai", "Bài dài", &words.join(" "), None);
    // Debug builds on a busy machine are slow.
    let time = Duration::from_secs(4);
    let [beside, after] = [5, 4].map(|work| {
        let site = Site::start(vec![long.clone()], |options| {
            options.limits.work = work;
            options.limits.time = time;
        });
        let site = &site;
        std::thread::scope(|scope| {
            let asked = expensive_queries().map(|query| {
                let path = format!("/api/v1/search?q={}", encoded(&query));
                scope.spawn(move || site.get(&path))
            });
            let plain = || site.get("/api/v1/search?q=h%E1%BB%8Dp").status;
            // With a place of its own it need not wait; without one it waits until a search has
            // been cut off, for as long as the time limit at most.
            let beside = (work > asked.len()).then(plain);
            for thread in asked {
                let answer = thread.join().unwrap();
                assert!(matches!(answer.status, 200 | 400 | 503), "{}", answer.body);
            }
            beside.unwrap_or_else(plain)
        })
    });
    assert_eq!((beside, after), (200, 200));
}

#[test]
fn a_query_that_is_too_broad_is_rejected_with_a_hint() {
    let long = article("dai", "", &"và ".repeat(50_000), None);
    let site = Site::holding(vec![long]);
    let query = encoded(&format!("\"{}\"~100", ["và"; 300].join(" ")));
    let answer = site.get(&format!("/api/v1/search?q={query}"));
    let problem = answer.json();
    assert_eq!(answer.status, 400, "{problem}");
    assert_eq!(problem["type"], "urn:timbao:problem:too-broad");
    assert!(problem["hint"].as_str().unwrap().contains("rarer words"));
    for (language, text) in [("vi", "xuất hiện quá nhiều lần"), ("en", "occur too often")]
    {
        let path = format!("/?q={query}&lang={language}");
        let page = site.get_with(&path, BROWSER);
        assert!(page.body.contains(text), "{language}: {}", page.body);
    }
    assert_eq!(site.get("/api/v1/search?q=v%C3%A0").status, 200);
}

/// The text as a value of an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn too_many_searches_are_turned_away() {
    let site = Site::with(|options| {
        options.limits.work = 1;
        options.limits.queue = 0;
    });
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    site.get("/api/v1/search?q=tu+dien+bien+hop&facet=year")
                        .status
                })
            })
            .collect();
        asking
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 503)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&200));
    assert_eq!(site.get("/api/v1/search?q=h%E1%BB%8Dp").status, 200);
}

#[test]
fn slow_clients_are_let_go() {
    let site = Site::with(|options| {
        options.limits.patience = Duration::from_millis(300);
        options.limits.connections = 4;
    });
    let begun = Instant::now();
    let mut slow: Vec<_> = (0..4).map(|_| site.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    }
    // All places are taken; the next one waits until one is free.
    assert_eq!(site.get("/healthz").status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(250));
    for stream in &mut slow {
        assert_ne!(read(stream).status, 200);
    }
}

#[test]
fn requests_under_way_are_answered_when_the_server_stops() {
    let mut site = Site::new();
    let mut idle = site.connect();
    let mut asking = site.connect();
    asking
        .write_all(format!("GET /api/v1/stats HTTP/1.1\r\nHost: {}\r\n", site.address).as_bytes())
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    site.tell_to_stop();
    std::thread::sleep(Duration::from_millis(100));
    let _ = asking.write_all(b"\r\n");
    let answer = read(&mut asking);
    assert!(matches!(answer.status, 200 | 0), "{answer:?}");
    assert_eq!(read(&mut idle).status, 0);
    site.wait();
}

#[test]
fn directories_of_the_machine_are_hidden_unless_shown() {
    use timbao_index::update::{Sources, UpdateOptions, update};

    let dir = tempfile::tempdir().unwrap();
    let bao = dir.path().join("bao/2026");
    std::fs::create_dir_all(&bao).unwrap();
    std::fs::write(bao.join("tin.txt"), "Tin mới\n\nHọp bàn việc làng.\n").unwrap();
    std::fs::write(bao.join("hong.jsonl"), "{\"title\": \n").unwrap();
    let index = dir.path().join("kho");
    let sources = Sources::Paths(vec![dir.path().join("bao")]);
    update(&index, &sources, &UpdateOptions::default(), &()).unwrap();
    let secret = dir.path().file_name().unwrap().to_str().unwrap().to_owned();
    let paths = [
        "/api/v1/search?q=h%E1%BB%8Dp",
        "/api/v1/search.csv?q=h%E1%BB%8Dp",
        "/api/v1/kwic?q=h%E1%BB%8Dp",
        "/api/v1/articles/2026%2Ftin.txt",
        "/api/v1/stats",
        "/api/v1/sources",
        "/api/v1/sources.csv",
        "/status",
        "/article?id=2026/tin.txt",
    ];
    let hidden = Site::with(|options| options.index = index.clone());
    for path in paths {
        let answer = hidden.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(&secret), "{path}: {}", answer.body);
    }
    let hit = &hidden.get(paths[0]).json()["hits"][0];
    assert_eq!(hit["path"], "bao/2026/tin.txt");
    let status = hidden.get("/api/v1/sources").json();
    let sources = status["sources"].as_array().unwrap();
    assert_eq!(sources[0]["collection"], "bao/2026", "{status}");
    assert_eq!(sources[0]["articles"], 1);
    let problems: usize = sources
        .iter()
        .map(|s| s["problems"].as_array().unwrap().len())
        .sum();
    assert_eq!(problems, 1, "{status}");
    let page = hidden.get("/status").body;
    assert!(
        page.contains("bao/2026/hong.jsonl") && page.contains("collection=%3Dbao%2F2026"),
        "{page}"
    );
    let shown = Site::with(|options| {
        options.index = index.clone();
        options.show_paths = true;
    });
    for path in [paths[0], paths[4], paths[5], paths[7]] {
        assert!(shown.get(path).body.contains(&secret), "{path}");
    }
}
