//! Commands over an index in a cluster print what they print over one in a directory.
//!
//! Runs with `crates/cluster/tests/opensearch/cluster run cargo test --test clusters`, and is skipped
//! without a cluster.

use std::path::Path;
use std::process::Command;

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
];

#[test]
fn commands_print_the_same_over_a_cluster() {
    let Ok(addresses) = std::env::var("TIMBAO_CLUSTER") else {
        println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let local = directory.path().join("index").display().to_string();
    let cluster = format!(
        "opensearch+http://{addresses}/commands-{}",
        std::process::id()
    );
    assert_eq!(output(&cluster, &["cluster", "init"]).0, 0);
    for index in [&local, &cluster] {
        let (code, _, stderr) = output(index, &["index", "corpus"]);
        assert_eq!(code, 0, "{stderr}");
    }
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
            let [expected, actual] = [&local, &cluster].map(|index| output(index, arguments));
            (expected != actual).then(|| format!("{arguments:?}\n{expected:#?}\n{actual:#?}"))
        })
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}
