//! The table "what each may not do" of ARCHITECTURE.md, and the licences of all dependencies,
//! checked against `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// For each crate: the crates of the workspace that it may depend on, and the packages that must
/// not be among its dependencies, directly or through others.
const LAYERS: [(&str, &[&str], &[&str]); 12] = [
    (
        "timbao-tokenizer",
        &[],
        &["tantivy", "walkdir", "memmap2", "tokio", "clap", "notify"],
    ),
    (
        "timbao-articles",
        &["timbao-tokenizer"],
        &["tantivy", "tokio", "clap", "notify"],
    ),
    (
        "timbao-query",
        &["timbao-tokenizer"],
        &["tantivy", "walkdir", "memmap2", "tokio", "clap", "notify"],
    ),
    (
        "timbao-views",
        &["timbao-articles", "timbao-query", "timbao-tokenizer"],
        &["tantivy", "memmap2", "tokio", "clap", "notify"],
    ),
    (
        "timbao-export",
        &[
            "timbao-articles",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["tantivy", "memmap2", "tokio", "clap", "notify"],
    ),
    (
        "timbao-cluster",
        &[
            "timbao-articles",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["tantivy", "memmap2", "tokio", "clap", "notify"],
    ),
    (
        "timbao-index",
        &[
            "timbao-articles",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["tokio", "axum", "clap", "anstyle", "terminal_size", "ctrlc"],
    ),
    (
        "timbao-alerts",
        &[
            "timbao-articles",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["tantivy", "tokio", "axum", "clap", "terminal_size", "ctrlc"],
    ),
    (
        "timbao-server",
        &[
            "timbao-alerts",
            "timbao-articles",
            "timbao-cluster",
            "timbao-export",
            "timbao-index",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["clap", "terminal_size", "ctrlc"],
    ),
    (
        "timbao-mcp",
        &[
            "timbao-articles",
            "timbao-cluster",
            "timbao-index",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["axum", "clap", "terminal_size", "ctrlc"],
    ),
    (
        "timbao-python",
        &[
            "timbao-articles",
            "timbao-cluster",
            "timbao-index",
            "timbao-query",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["tokio", "axum", "rmcp", "clap", "terminal_size", "ctrlc"],
    ),
    (
        "timbao",
        &[
            "timbao-alerts",
            "timbao-articles",
            "timbao-cluster",
            "timbao-export",
            "timbao-index",
            "timbao-mcp",
            "timbao-query",
            "timbao-server",
            "timbao-tokenizer",
            "timbao-views",
        ],
        &["criterion"],
    ),
];

/// Licences that dependencies may have.
const LICENCES: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "bzip2-1.0.6",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Applies to its files, not to programs that use them; none of our files is
    // derived from them.
    "MPL-2.0",
    "Unicode-3.0",
    "Zlib",
];

/// The packages of this platform, by id.
fn packages() -> BTreeMap<String, Value> {
    let metadata = run(
        "cargo",
        &["metadata", "--locked", "--format-version=1", &platform()],
    );
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a graph");
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let mut package = package.clone();
        let node = nodes.iter().find(|node| node["id"] == package["id"]);
        package["node"] = node.cloned().unwrap_or_default();
        packages.insert(text(&package["id"]).to_owned(), package);
    }
    packages
}

/// Limits the graph to this platform, so that packages of others need not be downloaded.
fn platform() -> String {
    let version = run("rustc", &["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    format!("--filter-platform={}", host.expect("rustc names its host"))
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {error}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The ids of the packages that one depends on outside of its tests.
fn dependencies(package: &Value) -> impl Iterator<Item = &str> {
    let all = package["node"]["deps"].as_array().into_iter().flatten();
    let is_normal = |kind: &Value| kind["kind"].is_null();
    all.filter(move |dep| {
        dep["dep_kinds"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(is_normal))
    })
    .map(|dep| text(&dep["pkg"]))
}

/// The names of all packages below one.
fn reachable<'p>(packages: &'p BTreeMap<String, Value>, id: &str) -> BTreeSet<&'p str> {
    let mut names = BTreeSet::new();
    let mut todo: Vec<&str> = dependencies(&packages[id]).collect();
    while let Some(id) = todo.pop() {
        if names.insert(text(&packages[id]["name"])) {
            todo.extend(dependencies(&packages[id]));
        }
    }
    names
}

#[test]
fn crates_depend_on_lower_layers_only() {
    let packages = packages();
    let ours: Vec<(&String, &Value)> = packages
        .iter()
        .filter(|(_, package)| package["source"].is_null())
        .collect();
    for (id, package) in &ours {
        let name = text(&package["name"]);
        if name == env!("CARGO_PKG_NAME") {
            continue;
        }
        let layer = LAYERS.iter().find(|(crate_name, ..)| *crate_name == name);
        let (_, allowed, forbidden) = layer.unwrap_or_else(|| panic!("{name} has no layer"));
        let reached = reachable(&packages, id);
        for (_, other) in &ours {
            let other = text(&other["name"]);
            let depends = reached.contains(other);
            assert!(
                !depends || allowed.contains(&other),
                "{name} depends on {other}"
            );
        }
        for other in *forbidden {
            assert!(!reached.contains(other), "{name} depends on {other}");
        }
    }
    assert_eq!(ours.len(), LAYERS.len() + 1, "every layer is a crate");
}

#[test]
fn the_architecture_page_lists_every_crate() {
    let page = include_str!("../../ARCHITECTURE.md");
    for (name, ..) in LAYERS {
        let short = match name {
            "timbao" => "cli",
            name => name.trim_start_matches("timbao-"),
        };
        assert!(page.contains(&format!("\n| `{short}` |")), "{short}");
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    for package in packages()
        .values()
        .filter(|package| !package["source"].is_null())
    {
        let licence = text(&package["license"]);
        let expression = licence
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<&str> = expression.split_whitespace().collect();
        let mut words = words.as_slice();
        let is_allowed = any(&mut words) && words.is_empty();
        assert!(is_allowed, "{}: {licence:?}", text(&package["name"]));
    }
}

/// Evaluates an SPDX expression: alternatives of requirements.
fn any(words: &mut &[&str]) -> bool {
    let mut is_allowed = all(words);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        is_allowed |= all(words);
    }
    is_allowed
}

fn all(words: &mut &[&str]) -> bool {
    let mut is_allowed = one(words);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        is_allowed &= one(words);
    }
    is_allowed
}

fn one(words: &mut &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let is_allowed = any(words);
            *words = words.strip_prefix(&[")"]).unwrap_or(words);
            is_allowed
        }
        // An exception only adds permissions.
        [licence, "WITH", _, rest @ ..] | [licence, rest @ ..] => {
            *words = rest;
            LICENCES.contains(licence)
        }
        [] => false,
    }
}
