//! What programs and browsers rely on: the format of problems, conditional requests, compression,
//! other origins, and cursors.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Site, article, many_words, reprinted, write};

const JSON: &str = "application/problem+json";
const HTML: &str = "text/html; charset=utf-8";

#[test]
fn browsers_get_pages_and_programs_get_problems_at_every_address() {
    let site = Site::new();
    for (path, status) in [
        ("/nowhere", 404),
        ("/api/v1/nowhere", 404),
        ("/assets/x", 404),
        ("/article?id=x", 404),
        ("/api/v1/articles/x", 404),
        ("/api/v1/search?q=a&limit=x", 400),
        ("/api/v1/search.csv?q=a&sort=x", 400),
        ("/?q=a&sort=x", 400),
        ("/?q=%22%22", 400),
        ("/kwic?q=a&width=x", 400),
        ("/kwic?q=%22%22", 400),
        ("/trends?q=a&by=x", 400),
        ("/wordlist?size=x", 400),
        ("/batch?by=x", 400),
        ("/%ff", 400),
        ("/api/v1/search?q=a&view=0", 410),
    ] {
        let program = site.get(path);
        assert_eq!(program.status, status, "{path}");
        assert_eq!(program.header("content-type"), Some(JSON), "{path}");
        assert_eq!(program.json()["status"], status, "{path}");
        assert!(program.header("vary").unwrap().contains("accept"), "{path}");
        let browser = site.browse(path);
        assert_eq!(browser.status, status, "{path}");
        assert_eq!(browser.header("content-type"), Some(HTML), "{path}");
        assert!(browser.body.contains("<html lang=\"vi\">"), "{path}");
    }
    let host = site.address;
    for (request, status) in [
        ("DELETE /api/v1/stats HTTP/1.1\r\nHost: {host}", 405),
        (
            "POST /login HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked",
            404,
        ),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5", 413),
        ("GET / HTTP/1.1\r\nHost: evil.example", 421),
    ] {
        let head = request.replace("{host}", &host.to_string());
        let end = "\r\nConnection: close\r\n";
        let program = site.send(&format!("{head}{end}\r\n"));
        let browser = site.send(&format!("{head}{end}Accept: text/html\r\n\r\n"));
        assert_eq!((program.status, browser.status), (status, status), "{head}");
        assert_eq!(program.header("content-type"), Some(JSON), "{head}");
        assert_eq!(browser.header("content-type"), Some(HTML), "{head}");
    }
    assert!(
        site.browse("/nowhere?lang=en")
            .body
            .contains("unknown path")
    );
}

#[test]
fn a_full_or_slow_server_says_when_to_try_again() {
    let site = Site::with(|options| options.limits.time = std::time::Duration::ZERO);
    for path in ["/api/v1/search?q=h%E1%BB%8Dp", "/?q=h%E1%BB%8Dp"] {
        let program = site.get(path);
        assert_eq!(
            (program.status, program.header("retry-after")),
            (503, Some("1"))
        );
        let browser = site.browse(path);
        assert_eq!(browser.header("content-type"), Some(HTML));
    }
}

#[test]
fn a_problem_names_the_parameter() {
    let site = Site::new();
    for (path, parameter) in [
        ("search", "q"),
        ("search?q=a&limit=101", "limit"),
        ("search?q=a&facet=x", "facet"),
        ("search?q=a&date=x", "date"),
        ("search?q=a&cursor=x", "cursor"),
        ("kwic?q=a&sort=x", "sort"),
        ("kwic?q=a&group=x", "group"),
        ("trends?q=a&by=x", "by"),
        ("collocates?q=a&of=b", "of"),
        ("keywords", "of"),
        ("fillers?q=a", "q"),
        ("wordlist?prefix=-", "prefix"),
        ("dispersion?q=a&id=x", "id"),
        ("compare?q=a", "q"),
        ("batch?q=a&totals=true&by=year", "totals"),
        ("batch?q=a&count=x", "count"),
        ("similar", "text"),
        ("reprints?limit=x", "limit"),
        ("articles/x", "id"),
        ("search?q=a&view=x", "view"),
        ("search?q=a&nonsense=1", "nonsense"),
        ("search.csv?q=a&csv=x", "csv"),
    ] {
        let problem = site.get(&format!("/api/v1/{path}")).json();
        assert_eq!(problem["parameter"], parameter, "{path}: {problem}");
    }
}

#[test]
fn an_answer_is_sent_once_for_each_state_of_the_index() {
    let site = Site::new();
    let path = "/api/v1/search?q=h%E1%BB%8Dp";
    let first = site.get(path);
    let tag = first.header("etag").unwrap().to_owned();
    let again = |tag: &str| site.get_with(path, &format!("If-None-Match: {tag}\r\n"));
    let same = again(&format!("\"x\", {tag}"));
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    assert_eq!(same.header("etag"), Some(tag.as_str()));
    assert_eq!(again("\"x\"").status, 200);
    assert_eq!(again("*").status, 304);
    // Another start may have other synonyms.
    let second = Site::with(|options| options.index = site.dir.path().to_owned());
    let restarted = second.get(path);
    assert_eq!(restarted.json()["view"], first.json()["view"]);
    assert_ne!(restarted.header("etag"), Some(tag.as_str()));
    // Another state has another tag; a view that is named keeps its own.
    let view = first.json()["view"].as_str().unwrap().to_owned();
    write(site.dir.path(), [article("moi", "Tin mới", "Họp.", None)]);
    let begun = std::time::Instant::now();
    while again(&tag).status == 304 {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let named = site.get_with(
        &format!("{path}&view={view}"),
        &format!("If-None-Match: {tag}\r\n"),
    );
    assert_eq!(named.status, 304);
    for path in [
        "/api/v1/healthz",
        "/api/v1/metrics",
        "/api/v1/sources",
        "/api/v1/search?q=",
        "/",
    ] {
        assert_eq!(site.get(path).header("etag"), None, "{path}");
    }
    assert!(site.get("/api/v1/wordlist.csv").header("etag").is_some());
}

#[test]
fn answers_are_compressed_for_clients_that_can_read_it() {
    let site = Site::new();
    let plain = site.get("/?q=h%E1%BB%8Dp");
    assert_eq!(plain.header("content-encoding"), None);
    for path in [
        "/?q=h%E1%BB%8Dp",
        "/api/v1/wordlist?min=1",
        "/api/v1/wordlist.csv?min=1",
        "/nowhere",
    ] {
        let headers = "Accept: text/html\r\nAccept-Encoding: gzip, br\r\n";
        let packed = site.get_with(path, headers);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        let vary = packed.head.to_lowercase();
        assert!(vary.contains("accept-encoding"), "{path}: {vary}");
    }
    for path in ["/api/v1/search.xlsx?q=h%E1%BB%8Dp", "/healthz"] {
        let packed = site.get_with(path, "Accept-Encoding: gzip\r\n");
        assert_eq!(packed.header("content-encoding"), None, "{path}");
    }
}

#[test]
fn pages_of_chosen_origins_read_the_api() {
    let site = Site::with(|options| {
        options.origins = vec!["https://bao.example".parse().unwrap()];
    });
    let from = |origin: &str, path: &str| site.get_with(path, &format!("Origin: {origin}\r\n"));
    let answer = from("https://bao.example", "/api/v1/stats");
    let allowed = "access-control-allow-origin";
    assert_eq!(answer.header(allowed), Some("https://bao.example"));
    assert!(
        answer
            .header("access-control-expose-headers")
            .unwrap()
            .contains("etag")
    );
    let problem = from("https://bao.example", "/api/v1/search");
    assert_eq!(problem.header(allowed), Some("https://bao.example"));
    assert_eq!(
        from("https://evil.example", "/api/v1/stats").header(allowed),
        None
    );
    assert_eq!(from("https://bao.example", "/?q=a").header(allowed), None);
    let preflight = |origin: &str| {
        site.send(&format!(
            "OPTIONS /api/v1/search HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nOrigin: {origin}\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n\r\n",
            site.address
        ))
    };
    let answer = preflight("https://bao.example");
    assert_eq!(answer.status, 204);
    assert!(
        answer
            .header("access-control-allow-headers")
            .unwrap()
            .contains("authorization")
    );
    assert_eq!(preflight("https://evil.example").status, 405);
    // Without the option there is nothing to see.
    let closed = Site::new().get_with("/api/v1/stats", "Origin: https://bao.example\r\n");
    assert_eq!(closed.header(allowed), None);
}

/// Follows the cursors of a list; `rows` are those of an answer.
fn follow(site: &Site, path: &str, rows: impl Fn(&Value) -> Vec<String>) -> Vec<String> {
    let first = site.get(path).json();
    let mut all = rows(&first);
    let mut next = first["next"].clone();
    while let Some(cursor) = next.as_str() {
        let answer = site.get(&format!("{path}&cursor={cursor}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer = answer.json();
        assert_eq!(answer["view"], first["view"]);
        let found = rows(&answer);
        assert!(!found.is_empty() && all.len() < 10_000, "{path}");
        all.extend(found);
        next = answer["next"].clone();
    }
    assert!(next.is_null(), "{path}: {first}");
    all
}

#[test]
fn a_cursor_continues_each_list_to_its_end() {
    let site = Site::holding(reprinted());
    let list = |key: &'static str, field: &'static str| {
        move |answer: &Value| -> Vec<String> {
            let rows = answer[key].as_array().unwrap().iter();
            rows.map(|row| row[field].to_string()).collect()
        }
    };
    for (path, key, field) in [
        ("search?q=h%E1%BB%8Dp", "hits", "id"),
        ("search?q=c%E1%BA%A7u&unique=true", "hits", "id"),
        ("kwic?q=t%E1%BB%AB+%C4%91i%E1%BB%83n", "lines", "left"),
        ("kwic?q=h%E1%BB%8Dp&group=right", "groups", "values"),
        ("wordlist?min=1&count=texts", "units", "unit"),
        ("collocates?q=h%E1%BB%8Dp&min=1", "collocates", "unit"),
        (
            "keywords?of=h%E1%BB%8Dp&min=1&min_articles=1",
            "keywords",
            "unit",
        ),
        ("fillers?q=t%E1%BB%B1+*+bi%E1%BA%BFn", "fillers", "filler"),
        ("reprints?cite=true", "groups", "id"),
        (
            "similar?text=c%E1%BA%A7u+g%E1%BB%97+lim+b%E1%BA%AFc+qua+s%C3%B4ng+Tr%C3%A0+L%C5%A9&reprints=true",
            "articles",
            "id",
        ),
    ] {
        let path = format!("/api/v1/{path}");
        let whole = format!("{path}&limit=100");
        let whole = list(key, field)(&site.get(&whole).json());
        let parts = follow(&site, &format!("{path}&limit=1"), list(key, field));
        assert!(parts.starts_with(&whole), "{path}: {parts:?}");
        assert!(parts.len() == whole.len() || whole.len() == 100, "{path}");
    }
    let near = |answer: &Value| -> Vec<String> {
        let lists = answer["collocates"].as_array().unwrap().iter();
        let words = lists.enumerate().flat_map(|(side, list)| {
            let units = list.as_array().unwrap().iter();
            units.map(move |word| format!("{side} {}", word["unit"]))
        });
        words.collect()
    };
    let pairs = Site::holding(many_words());
    let path = "/api/v1/compare?q=c%E1%BA%A7u&q=%C4%91%C3%B2&limit=";
    let mut parts = follow(&pairs, &format!("{path}30"), near);
    let mut whole = near(&pairs.get(&format!("{path}1000")).json());
    assert!(whole.len() > 60, "{whole:?}");
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
    let hits = |answer: &Value| -> Vec<String> {
        let queries = answer["queries"].as_array().unwrap().iter();
        let hits = queries.flat_map(|query| query["hits"].as_array().unwrap());
        hits.map(|hit| hit["id"].to_string()).collect()
    };
    let path = "/api/v1/batch?q=h%E1%BB%8Dp&q=c%E1%BA%A7u&limit=";
    let parts: BTreeSet<_> = follow(&site, &format!("{path}1"), hits)
        .into_iter()
        .collect();
    let whole: BTreeSet<_> = hits(&site.get(&format!("{path}100")).json())
        .into_iter()
        .collect();
    assert_eq!(parts, whole);
}

#[test]
fn a_cursor_stays_valid_over_a_reload_and_belongs_to_its_request() {
    let site = Site::new();
    let path = "/api/v1/search?q=h%E1%BB%8Dp&limit=1";
    let first = site.get(path).json();
    let cursor = first["next"].as_str().unwrap();
    write(
        site.dir.path(),
        [article("moi", "Họp họp họp", "Họp, họp, họp.", None)],
    );
    let begun = std::time::Instant::now();
    while site.get(path).json()["view"] == first["view"] {
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let then = site.get(&format!("{path}&cursor={cursor}")).json();
    assert_eq!(
        (&then["view"], &then["offset"]),
        (&first["view"], &1.into())
    );
    let status = |rest: &str| site.get(&format!("/api/v1/{rest}&cursor={cursor}")).status;
    assert_eq!(status("search?limit=5&snippets=0&q=h%E1%BB%8Dp"), 200);
    assert_eq!(status("search?q=t%E1%BB%AB"), 400);
    assert_eq!(status("search?q=h%E1%BB%8Dp&sort=date"), 400);
    assert_eq!(status("search?q=h%E1%BB%8Dp&offset=1"), 400);
    assert_eq!(status("facets?q=h%E1%BB%8Dp"), 400);
    assert_eq!(status("search.csv?q=h%E1%BB%8Dp"), 400);
    let other = cursor.replacen(first["view"].as_str().unwrap(), "0123456789abcdef", 1);
    let gone = site.get(&format!("{path}&cursor={other}"));
    assert_eq!(
        (gone.status, &gone.json()["parameter"]),
        (410, &"cursor".into())
    );
}

#[test]
fn a_batch_counts_texts_or_publications() {
    let site = Site::holding(reprinted());
    let totals = |more: &str| -> Vec<u64> {
        let path = format!("/api/v1/batch?q=c%E1%BA%A7u+g%E1%BB%97+lim&q=h%E1%BB%8Dp{more}");
        let answer = site.get(&path).json();
        let queries = answer["queries"].as_array().unwrap().iter();
        queries
            .map(|query| query["total"].as_u64().unwrap())
            .collect()
    };
    for more in ["", "&totals=true", "&by=source"] {
        assert_eq!(totals(more), [3, 3], "{more}");
        assert_eq!(totals(&format!("{more}&count=texts")), [2, 3], "{more}");
    }
    let counts = |count: &str| {
        let path =
            format!("/api/v1/batch.csv?csv=plain&q=c%E1%BA%A7u+g%E1%BB%97+lim&by=source{count}");
        site.get(&path).body
    };
    assert!(counts("").contains(",3,") && counts("&count=texts").contains(",2,"));
    let page = |count: &str| {
        site.get(&format!(
            "/batch?queries=c%E1%BA%A7u+g%E1%BB%97+lim&totals=true{count}"
        ))
        .body
    };
    assert!(page("").contains("<td>3</td>") && page("&count=texts").contains("<td>2</td>"));
}
