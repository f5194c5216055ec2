//! The responses of the API conform to its description.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{Site, article, reprinted};

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
fn answers_are_as_described() {
    let site = Site::holding(reprinted());
    let description = site.get("/api/v1/openapi.json").json();
    let requests = [
        (
            "/search",
            "/search?q=h%E1%BB%8Dp&facet=section,year&snippets=2",
            200,
        ),
        ("/search", "/search?q=tu+dien+bien", 200),
        (
            "/search",
            "/search?q=%22t%E1%BB%B1+di%E1%BB%87n%22+xyz",
            200,
        ),
        (
            "/search",
            "/search?section=V%C4%83n+h%C3%B3a&sort=-date",
            200,
        ),
        ("/search", "/search?q=h%E1%BB%8Dp+%22&recency=30", 200),
        ("/search", "/search", 400),
        ("/search", "/search?q=%22%22", 400),
        ("/search", "/search?q=a&limit=101", 400),
        ("/search", "/search?q=a&limit=", 400),
        ("/search", "/search?q=a&q=b", 400),
        ("/search", "/search?q=a&colour=red", 400),
        ("/search", "/search?q=a&after=31/4/2026", 400),
        ("/search", "/search?q=a&view=000000000000", 410),
        ("/search.csv", "/search.csv?q=h%E1%BB%8Dp", 200),
        ("/facets", "/facets?q=h%E1%BB%8Dp", 200),
        ("/facets", "/facets?q=h%E1%BB%8Dp&facet=month", 200),
        ("/suggest", "/suggest?q=tu+di", 200),
        ("/suggest", "/suggest", 200),
        ("/articles/{id}", "/articles/2026/hoi-nghi.md", 200),
        ("/articles/{id}", "/articles/2026%2Fhoi-nghi.md", 200),
        ("/articles/{id}", "/articles/%3D1%2B1", 200),
        ("/articles/{id}", "/articles/..%2F..%2Fetc%2Fpasswd", 404),
        ("/articles/{id}", "/articles/tu-dien%2Fsimilar", 404),
        ("/articles/{id}", "/articles/similar", 404),
        (
            "/articles/{id}/similar",
            "/articles/cau/dang-lai/similar",
            200,
        ),
        (
            "/articles/{id}/similar",
            "/articles/cau%2Fke-tiep/similar?limit=1&terms=5",
            200,
        ),
        (
            "/articles/{id}/similar",
            "/articles/%3D1%2B1/similar?terms=0",
            200,
        ),
        (
            "/articles/{id}/similar",
            "/articles/xau/similar?limit=101",
            400,
        ),
        (
            "/articles/{id}/similar",
            "/articles/xau/similar?reprints=1",
            400,
        ),
        ("/articles/{id}/similar", "/articles/khong/similar", 404),
        (
            "/articles/{id}/reprints",
            "/articles/cau/dang-lai/reprints",
            200,
        ),
        ("/articles/{id}/reprints", "/articles/xau/reprints", 200),
        (
            "/articles/{id}/reprints",
            "/articles/xau/reprints?limit=1",
            400,
        ),
        ("/articles/{id}/reprints", "/articles/khong/reprints", 404),
        ("/search", "/search?q=c%E1%BA%A7u&unique=true", 200),
        ("/search", "/search?q=a&unique=yes", 400),
        (
            "/kwic",
            "/kwic?q=t%E1%BB%B1+di%E1%BB%85n+bi%E1%BA%BFn&sort=right,left:2",
            200,
        ),
        ("/kwic", "/kwic?q=h%E1%BB%8Dp&sample=1&seed=7", 200),
        ("/kwic", "/kwic?q=h%E1%BB%8Dp&sort=colour", 400),
        ("/kwic.csv", "/kwic.csv?q=h%E1%BB%8Dp", 200),
        (
            "/trends",
            "/trends?q=h%E1%BB%8Dp&q=t%E1%BB%AB+%C4%91i%E1%BB%83n&by=year&split=section",
            200,
        ),
        (
            "/trends",
            "/trends?q=h%E1%BB%8Dp&count=texts&cite=true",
            200,
        ),
        ("/trends", "/trends", 400),
        (
            "/kwic",
            "/kwic?q=h%E1%BB%8Dp&group=right,year&cite=true",
            200,
        ),
        ("/kwic", "/kwic?q=h%E1%BB%8Dp&group=colour", 400),
        ("/kwic.csv", "/kwic.csv?q=h%E1%BB%8Dp&group=match", 200),
        (
            "/collocates",
            "/collocates?q=bi%C3%AAn+so%E1%BA%A1n&min=1&by=dice&cite=true",
            200,
        ),
        (
            "/collocates",
            "/collocates?q=h%E1%BB%8Dp&of=date:2026&against=date:2013&min=1",
            200,
        ),
        ("/collocates", "/collocates?q=h%E1%BB%8Dp&of=date:2026", 400),
        ("/collocates", "/collocates?q=h%E1%BB%8Dp&window=51", 400),
        ("/collocates", "/collocates", 400),
        (
            "/collocates.csv",
            "/collocates.csv?q=bi%C3%AAn+so%E1%BA%A1n&min=1",
            200,
        ),
        (
            "/keywords",
            "/keywords?of=date:2026&min=1&min_articles=1",
            200,
        ),
        (
            "/keywords",
            "/keywords?of=date:2026&against=date:2013&cite=true",
            200,
        ),
        ("/keywords", "/keywords", 400),
        ("/keywords.csv", "/keywords.csv?of=date:2026", 200),
        (
            "/fillers",
            "/fillers?q=t%E1%BB%B1+*+bi%E1%BA%BFn&cite=true",
            200,
        ),
        ("/fillers", "/fillers?q=h%E1%BB%8Dp", 400),
        (
            "/fillers.csv",
            "/fillers.csv?q=t%E1%BB%B1+*+bi%E1%BA%BFn",
            200,
        ),
        ("/search", "/search?q=h%E1%BB%8Dp&cite=true", 200),
        ("/facets", "/facets?q=h%E1%BB%8Dp&cite=true", 200),
        ("/articles/{id}", "/articles/xau?cite=true", 200),
        ("/trends.csv", "/trends.csv?q=h%E1%BB%8Dp&after=2012", 200),
        ("/stats", "/stats", 200),
        ("/healthz", "/healthz", 200),
        ("/metrics", "/metrics", 200),
    ];
    for (route, path, status) in requests {
        assert_eq!(site.get(&format!("/api/v1{path}")).status, status, "{path}");
        ask(&site, &description, route, path);
    }
    for route in description["paths"].as_object().unwrap().keys() {
        assert!(
            route == "/openapi.json" || requests.iter().any(|(asked, _, _)| asked == route),
            "{route} is described but not tested"
        );
    }
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
