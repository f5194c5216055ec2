//! The responses of the API conform to its description.

use std::collections::BTreeSet;

use jsonschema::Validator;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use timbao_articles::{Article, Published};

use crate::support::{Site, article, many_words, reprinted};

/// The checker of a schema of the description.
fn checker(description: &Value, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = description["components"].clone();
    jsonschema::validator_for(&whole).unwrap()
}

/// Sends a request, checks the response against the description and returns its
/// JSON.
fn ask(site: &Site, description: &Value, route: &str, path: &str) -> Value {
    let answer = site.get(&format!("/api/v1{path}"));
    let responses = &description["paths"][route]["get"]["responses"];
    let mut response = &responses[answer.status.to_string()];
    assert!(
        response.is_object(),
        "{path}: {} is not described",
        answer.status
    );
    if let Some(reference) = response["$ref"].as_str() {
        response = description
            .pointer(reference.trim_start_matches('#'))
            .unwrap();
    }
    let kind = answer.header("content-type").unwrap();
    let kind = kind.split(';').next().unwrap();
    let schema = &response["content"][kind]["schema"];
    assert!(schema.is_object(), "{path}: {kind} is not described");
    if !kind.ends_with("json") {
        return Value::Null;
    }
    let value = answer.json();
    let checker = checker(description, schema);
    let wrong: Vec<_> = checker.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{path}: {wrong:?}\n{value:#}");
    value
}

#[test]
fn examples_are_as_described() {
    let description = Site::new().get("/api/v1/openapi.json").json();
    for (path, operations) in description["paths"].as_object().unwrap() {
        let content = &operations["get"]["responses"]["200"]["content"]["application/json"];
        let is_bare = path == "/openapi.json";
        assert_eq!(
            content.is_object() && !is_bare,
            content["example"].is_object(),
            "{path}"
        );
        if content["example"].is_object() {
            let checker = checker(&description, &content["schema"]);
            let wrong = checker.iter_errors(&content["example"]);
            let wrong: Vec<_> = wrong.map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{path}: {wrong:?}");
        }
    }
}

#[test]
fn answers_are_as_described() {
    let site = Site::holding(reprinted());
    let description = site.get("/api/v1/openapi.json").json();
    let mut tested = BTreeSet::new();
    let mut route = "";
    for line in include_str!("requests.txt").lines() {
        match line.split_once(' ') {
            _ if line.starts_with('#') || line.is_empty() => {}
            None => route = line,
            Some((status, path)) => {
                let path = utf8_percent_encode(path, CONTROLS).to_string();
                let answer = site.get(&format!("/api/v1{path}"));
                assert_eq!(answer.status.to_string(), status, "{path}");
                ask(&site, &description, route, &path);
                tested.insert(route);
            }
        }
    }
    for route in description["paths"].as_object().unwrap().keys() {
        assert!(
            route == "/openapi.json" || tested.contains(route.as_str()),
            "{route} is described but not tested"
        );
    }
}

#[test]
fn unknown_parameters_are_answered_with_the_known_ones() {
    let site = Site::holding(reprinted());
    let description = site.get("/api/v1/openapi.json").json();
    let mut route = "";
    for line in include_str!("requests.txt").lines() {
        let path = match line.split_once(' ') {
            _ if line.starts_with('#') || line.is_empty() => continue,
            None => {
                route = line;
                continue;
            }
            Some(("200", path)) => path,
            Some(_) => continue,
        };
        let mark = if path.contains('?') { '&' } else { '?' };
        let path = format!("/api/v1{path}{mark}limt=3");
        let answer = site.get(&utf8_percent_encode(&path, CONTROLS).to_string());
        // The server's own addresses take none.
        let parameters = &description["paths"][route]["get"]["parameters"];
        let parameters = parameters.as_array().into_iter().flatten();
        let names = parameters.filter(|p| p["in"] == "query");
        let mut names: Vec<&str> = names.map(|p| p["name"].as_str().unwrap()).collect();
        if names.is_empty() {
            continue;
        }
        names.sort_unstable();
        let problem = answer.json();
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(problem["parameter"], "limt", "{path}");
        let detail = problem["detail"].as_str().unwrap();
        let listed = detail.strip_prefix("unknown parameter; known ones are ");
        let listed: Vec<&str> = listed.unwrap().split(", ").collect();
        assert!(
            listed.iter().all(|name| names.contains(name)) && listed.contains(&names[0]),
            "{path}: {detail}: {names:?}"
        );
        // Some exclude each other, and are not known where the other one is given.
        assert!(
            listed.len() * 2 >= names.len(),
            "{path}: {detail}: {names:?}"
        );
    }
    // A name that no request has is named before what it leaves missing.
    let problem = site.get("/api/v1/search?query=h%E1%BB%8Dp").json();
    assert_eq!(problem["parameter"], "query");
    assert!(problem["detail"].as_str().unwrap().contains(", q"));
    let problem = site.get("/api/v1/search?limit=3").json();
    assert_eq!(problem["parameter"], "q");
}

#[test]
fn hits_have_what_the_command_line_prints() {
    let site = Site::new();
    let answer = site
        .get("/api/v1/search?q=%22t%E1%BB%B1+di%E1%BB%85n+bi%E1%BA%BFn%22&limit=1")
        .json();
    assert_eq!(answer["total"], 1);
    let hit = &answer["hits"][0];
    assert_eq!(hit["id"], "2026/hoi-nghi.md");
    assert_eq!(hit["title_highlights"], json!([{"start": 23, "end": 35}]));
    assert_eq!(hit["date"], "2026-03-25");
}

#[test]
fn wrong_queries_are_told_where_they_are_wrong() {
    let site = Site::new();
    let problem = site.get("/api/v1/search?q=%20%22%22").json();
    assert_eq!(problem["type"], "urn:timbao:problem:query");
    assert_eq!(
        problem["problems"][0]["range"],
        json!({"start": 1, "end": 3})
    );
    let problem = site
        .get("/api/v1/search?q=h%E1%BB%8Dp&date=32/1/2026")
        .json();
    assert_eq!(
        (&problem["parameter"], &problem["status"]),
        (&json!("date"), &json!(400))
    );
}

#[test]
fn exports_hold_no_formulas() {
    let site = Site::new();
    let csv = site.get("/api/v1/search.csv?q=h%E1%BB%8Dp").body;
    assert!(csv.starts_with("\u{feff}rank,id,"), "{csv}");
    assert!(csv.contains(",'=1+1,"), "{csv}");
    assert!(!csv.contains(",=1+1"), "{csv}");
    let plain = site.get("/api/v1/search.csv?q=h%E1%BB%8Dp&csv=plain").body;
    assert!(plain.starts_with("rank,id,") && plain.contains(",=1+1,"));
}

/// Articles of a few words, more than an export once had.
fn many(count: usize) -> Vec<Article> {
    let article = |number| Article {
        id: format!("so-{number:05}"),
        title: Some(format!("Tin số {number}")),
        body: "Giá lúa tăng nhẹ.".to_owned(),
        published: Published::new(2024, Some(5), Some(1)).and_then(|day| day.at(8, 30)),
        ..Article::default()
    };
    (0..count).map(article).collect()
}

#[test]
fn exports_are_complete_and_like_the_page() {
    let site = Site::holding([many(12_000), reprinted()].concat());
    let rows = |path: &str| {
        let answer = site.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert!(
            answer.head.contains("attachment; filename=\"timbao-"),
            "{}",
            answer.head
        );
        answer.body.lines().count()
    };
    let query = "q=%22gi%C3%A1+l%C3%BAa%22";
    assert_eq!(rows(&format!("search.csv?{query}")), 12_001);
    assert_eq!(rows(&format!("search.jsonl?{query}")), 12_000);
    assert_eq!(rows(&format!("search.csv?{query}&limit=7&offset=11990")), 8);
    assert_eq!(rows(&format!("kwic.csv?{query}&left=1")), 12_001);
    assert_eq!(rows(&format!("kwic.jsonl?{query}&sample=10")), 10);
    // Reprints are folded as on the page.
    let bridge = "q=%22c%E1%BA%A7u+g%E1%BB%97+lim%22";
    assert_eq!(rows(&format!("search.csv?{bridge}")), 4);
    assert_eq!(rows(&format!("search.csv?{bridge}&unique=true")), 3);
    let csv = site.get(&format!("/api/v1/search.csv?{query}&limit=1&csv=excel"));
    assert!(csv.body.contains(";2024-05-01;08:30;"), "{}", csv.body);
    let kwic = site.get(&format!(
        "/api/v1/kwic.csv?{query}&left=0&right=2&limit=1&csv=plain"
    ));
    assert!(kwic.body.contains(",,Giá lúa, tăng nhẹ"), "{}", kwic.body);
}

#[test]
fn lines_of_json_have_all_that_a_table_has() {
    let site = Site::holding(many_words());
    let lines = |path: &str| -> Vec<Value> {
        let body = site.get(&format!("/api/v1/{path}")).body;
        let lines = body.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    };
    let query = "q=c%E1%BA%A7u&q=%C4%91%C3%B2";
    let csv = site.get(&format!("/api/v1/compare.csv?{query}")).body;
    let found = lines(&format!("compare.jsonl?{query}"));
    let rows = |kind: &str| csv.lines().filter(|row| row.starts_with(kind)).count();
    let count = |kind: &str| found.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!((count("query"), count("overlap")), (2, 1));
    assert_eq!(count("period") + count("undated"), rows("period"));
    assert_eq!(count("collocate"), rows("collocate"));
    assert!(count("collocate") > 200, "{csv}");
    let of_kind = |kind: &str| found.iter().find(|line| line["kind"] == kind).unwrap();
    assert_eq!(of_kind("overlap")["both"], 0);
    assert!(of_kind("difference")["log_ratio"].is_f64());
    let in_2024 = |line: &&Value| line["period"] == "2024" && line["query"] == "cầu";
    let period = found.iter().find(in_2024).unwrap();
    assert_eq!(
        (&period["kind"], &period["matches"]),
        (&json!("period"), &json!(3150))
    );
    let series = lines(&format!("trends.jsonl?{query}&by=year"));
    let points = series[0]["points"].as_array().unwrap();
    let point = points
        .iter()
        .find(|point| point["period"] == "2024")
        .unwrap();
    assert_eq!(
        (&point["from"], &point["to"]),
        (&json!("2024-01-01"), &json!("2024-12-31"))
    );
    assert_eq!(
        (&point["partial"], &point["matches"]),
        (&json!(false), &json!(3150))
    );
}

#[test]
fn related_articles_are_what_the_command_line_prints() {
    let site = Site::holding(reprinted());
    let ids = |path: &str, list: &str| -> Vec<String> {
        let answer = site.get(&format!("/api/v1{path}")).json();
        let list = answer[list].as_array().unwrap().iter();
        list.map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let publications = ids("/articles/cau/dang-lai/reprints", "publications");
    assert_eq!(publications, ["cau/dau-tien", "cau/dang-lai"]);
    let similar = ids("/articles/cau/dang-lai/similar", "articles");
    assert_eq!(similar.first().map(String::as_str), Some("cau/ke-tiep"));
    assert!(!similar.iter().any(|id| id == "cau/dau-tien"));
    let similar = ids("/articles/cau/dang-lai/similar?reprints=true", "articles");
    assert_eq!(similar.first().map(String::as_str), Some("cau/dau-tien"));
    assert_eq!(ids("/articles/xau/reprints", "publications"), ["xau"]);
}

#[test]
fn texts_are_given_once_where_that_is_asked_for() {
    let site = Site::holding(reprinted());
    let query = "/search?q=%22c%E1%BA%A7u+g%E1%BB%97+lim%22&sort=-date";
    let all = site.get(&format!("/api/v1{query}")).json();
    assert_eq!((&all["total"], &all["texts"]), (&json!(3), &Value::Null));
    let once = site.get(&format!("/api/v1{query}&unique=true")).json();
    assert_eq!((&once["total"], &once["texts"]), (&json!(3), &json!(2)));
    let hits = once["hits"].as_array().unwrap();
    let hits: Vec<_> = hits.iter().map(|h| (&h["id"], &h["reprints"])).collect();
    let expected = [("cau/ke-tiep", 0), ("cau/dau-tien", 1)].map(|(id, n)| (json!(id), json!(n)));
    let expected: Vec<_> = expected.iter().map(|(id, n)| (id, n)).collect();
    assert_eq!(hits, expected);
}

#[test]
fn days_without_articles_are_periods_over_a_century_too() {
    let old = article("xua", "Chợ phiên", "chợ phiên", Some((1931, 3, 1)));
    let site = Site::holding(vec![old]);
    let path = "/api/v1/trends?by=day&q=phi%C3%AAn+OR+h%E1%BB%8Dp";
    let answer = site.get(path).json();
    let periods = answer["periods"].as_array().unwrap();
    let names = ["1931-03-01", "1931-03-02", "2026-03-24", "2026-03-25"];
    for name in names {
        assert!(periods.iter().any(|p| p["period"] == name), "{name}");
    }
    assert_eq!(periods.len(), 34_724);
}

#[test]
fn long_trends_are_counted_by_year() {
    let old = article("xua", "Chợ phiên", "chợ phiên", Some((1990, 3, 1)));
    let site = Site::holding(vec![old]);
    for (filter, by, periods) in [
        ("", "year", 37),
        ("&date=2020..", "month", 0),
        ("&by=month", "month", 433),
    ] {
        let query = format!("trends?q=phi%C3%AAn+OR+h%E1%BB%8Dp{filter}");
        let answer = site.get(&format!("/api/v1/{query}")).json();
        assert_eq!(answer["by"], by, "{filter}");
        let found = answer["periods"].as_array().unwrap().len();
        assert!(found == periods || periods == 0, "{filter}: {found}");
        // The page chooses the same, and says so.
        let page = site.get(&format!("/{query}&lang=en")).body;
        let chosen = page.split("selected").nth(1).unwrap();
        let chosen = chosen.split(['>', '<']).nth(1).unwrap();
        let automatic = if filter.contains("by") {
            ""
        } else {
            " (automatic)"
        };
        assert_eq!(chosen, format!("{by}{automatic}"), "{filter}");
        // The file as well.
        let csv = site
            .get(&format!("/api/v1/{}", query.replace('?', ".csv?")))
            .body;
        assert_eq!(
            csv.contains(",1990-03,"),
            by == "month" && filter.contains("by")
        );
    }
}

#[test]
fn exports_are_cited_on_request() {
    let site = Site::new();
    let address = site.address;
    let path = "/api/v1/search.csv?q=h%E1%BB%8Dp&csv=plain";
    let bare = site.get(path).body;
    let cited = site.get(&format!("{path}&cite=true&lang=en")).body;
    let (rows, comments) = cited.split_once("\n\n").unwrap();
    assert_eq!(format!("{rows}\n"), bare);
    let state = site.get("/api/v1/stats?cite=true").json()["citation"]["state"].clone();
    let state = state.as_str().unwrap();
    for line in [
        "# Query,họp".to_owned(),
        format!("# State of the index,{state}"),
        "# Articles,4".to_owned(),
        format!("# Address,http://{address}{path}&cite=true&lang=en"),
    ] {
        assert!(comments.lines().any(|comment| comment == line), "{cited}");
    }
    assert!(comments.lines().all(|comment| comment.starts_with("# ")));
    for export in [
        "kwic.csv?q=h%E1%BB%8Dp&group=year",
        "trends.csv?q=h%E1%BB%8Dp&q=l%C3%BAa&csv=excel",
        "compare.csv?q=h%E1%BB%8Dp&q=l%C3%BAa",
        "batch.csv?q=h%E1%BB%8Dp&q=l%C3%BAa&by=year",
        "reprints.csv?csv=tab",
        "sources.csv?csv=semicolon",
    ] {
        let cited = site.get(&format!("/api/v1/{export}&cite=true")).body;
        let (_, comments) = cited.split_once("\n\n# ").unwrap();
        assert!(comments.contains(state), "{export}: {cited}");
        assert!(comments.contains("Trạng thái kho"), "{export}: {cited}");
    }
    let path = "/api/v1/kwic.jsonl?q=h%E1%BB%8Dp&section=V%C4%83n+h%C3%B3a";
    let bare = site.get(path).body;
    let cited = site.get(&format!("{path}&cite=true")).body;
    let last: Value = serde_json::from_str(cited.strip_prefix(&bare).unwrap()).unwrap();
    assert_eq!(last["citation"]["state"], state);
    let query = last["citation"]["queries"][0]["query"].as_str().unwrap();
    assert!(
        query.contains("họp") && query.contains("Văn hóa"),
        "{query}"
    );
    let link = format!("http://{address}{path}&cite=true");
    assert_eq!(last["citation"]["link"], link);
}

#[test]
fn answers_are_cited_on_request() {
    let site = Site::new();
    let path = "/api/v1/kwic?q=h%E1%BB%8Dp&section=V%C4%83n+h%C3%B3a";
    assert!(site.get(path).json().get("citation").is_none());
    let citation = site.get(&format!("{path}&cite=true")).json()["citation"].clone();
    let query = citation["queries"][0]["query"].as_str().unwrap();
    assert!(
        query.contains("họp") && query.contains("Văn hóa"),
        "{query}"
    );
    assert_eq!(citation["articles"], 4);
    assert_eq!(citation["state"].as_str().map(str::len), Some(16));
    let address = site.address;
    assert_eq!(
        citation["link"],
        format!("http://{address}{path}&cite=true")
    );
    for path in ["/api/v1/stats", "/api/v1/sources"] {
        assert!(site.get(path).json().get("citation").is_none(), "{path}");
        let citation = site.get(&format!("{path}?cite=true")).json()["citation"].clone();
        assert_eq!(citation["queries"], serde_json::json!([]), "{path}");
        let link = format!("http://{address}{path}?cite=true");
        assert_eq!(citation["link"], link, "{path}");
    }
    let behind_tls = format!("{path}&cite=true");
    let answer = site.get_with(&behind_tls, "X-Forwarded-Proto: https\r\n");
    assert_eq!(
        answer.json()["citation"]["link"],
        format!("https://{address}{path}&cite=true")
    );
}

#[test]
fn fillers_without_a_gap_say_how_to_write_one() {
    let site = Site::new();
    let problem = site.get("/api/v1/fillers?q=h%E1%BB%8Dp").json();
    assert_eq!(problem["parameter"], "q");
    assert!(
        problem["hint"].as_str().unwrap().contains("tự * hóa"),
        "{problem}"
    );
}

#[test]
fn batches_are_tables_of_queries() {
    let site = Site::new();
    let path = "q=h%E1%BB%8Dp&q=vi%E1%BA%BFt+l%C3%A1ch";
    let csv = site
        .get(&format!("/api/v1/batch.csv?{path}&totals=true"))
        .body;
    assert_eq!(csv, "\u{feff}query,total\nhọp,3\nviết lách,0\n");
    let csv = site.get(&format!("/api/v1/batch.csv?{path}&by=year")).body;
    let mut rows = csv.lines();
    let header = rows.next().unwrap();
    assert!(
        header.starts_with("\u{feff}query,total,2013,") && header.ends_with(",(none)"),
        "{csv}"
    );
    assert!(
        rows.all(|row| row.split(',').count() == header.split(',').count()),
        "{csv}"
    );
    let answer = site.get(&format!("/api/v1/batch?{path}&limit=1")).json();
    assert_eq!(answer["queries"][0]["hits"].as_array().unwrap().len(), 1);
    let search = site.get("/api/v1/search?q=h%E1%BB%8Dp&limit=1").json();
    assert_eq!(answer["queries"][0]["hits"], search["hits"]);
}

#[test]
fn publications_of_a_text_are_files_too() {
    let site = Site::holding(reprinted());
    let csv = site
        .get("/api/v1/articles/cau%2Fdang-lai/reprints.csv")
        .body;
    assert!(csv.starts_with("\u{feff}id,path,"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let groups = site.get("/api/v1/reprints").json();
    assert_eq!(
        (&groups["texts"], &groups["publications"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(groups["groups"][0]["id"], "cau/dau-tien");
}
