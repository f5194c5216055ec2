//! Searching an index from the command line: whole output and exit codes.

use crate::common::{Workspace, keys, shape};
use insta::assert_snapshot;

#[test]
fn hits_for_people() {
    let workspace = Workspace::indexed();
    assert_snapshot!(
        "search_phrase",
        workspace.run(&["search", "\"tự diễn biến\""])
    );
    assert_snapshot!(
        "search_unaccented",
        workspace.run(&["search", "tu dien bien"])
    );
    assert_snapshot!(
        "search_tone_placement",
        workspace.run(&["search", "\"tự chuyển hóa\""])
    );
    assert_snapshot!(
        "search_nothing",
        workspace.run(&["search", "không_có_từ_này"])
    );
    assert_snapshot!(
        "search_other_accents",
        workspace.run(&["search", "tứ điện biển"])
    );
    assert_snapshot!(
        "search_filters",
        workspace.run(&["search", "--after", "2025", "--sort", "-date"])
    );
    assert_snapshot!(
        "search_section",
        workspace.run(&["search", "họp", "--section", "xây dựng Đảng"])
    );
    assert_snapshot!(
        "search_totals_only",
        workspace.run(&["search", "họp", "--limit", "0"])
    );
}

#[test]
fn colours_and_narrow_terminals() {
    let workspace = Workspace::indexed().variable("COLUMNS", "40");
    assert_snapshot!(
        "search_narrow",
        workspace.run(&["search", "\"tự diễn biến\""])
    );
    assert_snapshot!(
        "search_colours",
        workspace.run(&["search", "\"tự diễn biến\"", "--color", "always"])
    );
    let workspace = workspace.variable("NO_COLOR", "1");
    assert!(!workspace.run(&["search", "họp"]).contains('␛'));
    // A flag goes before the environment.
    assert!(
        workspace
            .run(&["search", "họp", "--color", "always"])
            .contains('␛')
    );
}

#[test]
fn control_characters_of_articles_are_escaped() {
    let workspace = Workspace::indexed();
    assert_snapshot!("hostile_text", workspace.run(&["search", "điều khiển"]));
    assert_snapshot!(
        "hostile_json",
        workspace.run(&["search", "điều khiển", "--format", "jsonl"])
    );
    assert_snapshot!("hostile_show", workspace.run(&["show", "SL-2"]));
}

#[test]
fn hits_for_programs() {
    let workspace = Workspace::indexed();
    assert_snapshot!(
        "search_json",
        workspace.run(&["search", "\"tự diễn biến\"", "--format", "json"])
    );
    assert_snapshot!(
        "search_jsonl",
        workspace.run(&["search", "tự chuyển hóa", "--format", "jsonl"])
    );
    assert_snapshot!(
        "search_csv",
        workspace.run(&["search", "tự chuyển hóa", "--format", "csv"])
    );
    assert_snapshot!(
        "search_csv_part",
        workspace.run(&["search", "họp", "--format", "csv", "--limit", "1"])
    );
    assert_snapshot!(
        "search_json_nothing",
        workspace.run(&["search", "zzz", "--format", "json"])
    );
    assert_snapshot!(
        "search_csv_nothing",
        workspace.run(&["search", "zzz", "--format", "csv"])
    );
}

#[test]
fn nothing_found_is_an_answer() {
    let workspace = Workspace::indexed();
    let searches: [(&str, &[&str]); 8] = [
        ("nothing_spelling", &["\"tự diển biến\""]),
        ("nothing_telex", &["tuwj", "dieenx", "bieens"]),
        (
            "nothing_filter",
            &[
                "\"tự diễn biến\"",
                "--section",
                "kinh tế",
                "--after",
                "2025",
            ],
        ),
        (
            "nothing_two_causes",
            &["\"tự diển biến\"", "--section", "kinh tế"],
        ),
        (
            "nothing_excluded",
            &["--", "-họp", "\"chi bộ\" -\"đồng chí\""],
        ),
        (
            "nothing_accents",
            &["tu", "dien", "bien", "--accents", "strict"],
        ),
        ("nothing_index", &["tự điển", "--index", ".timbao"]),
        (
            "nothing_json",
            &["hợp NEAR/2 \"chuyển hoá\"", "--format", "json"],
        ),
    ];
    for (name, arguments) in searches {
        let arguments = [&["search"], arguments].concat();
        assert_snapshot!(name, workspace.run(&arguments));
    }
}

#[test]
fn fillers_of_gaps() {
    let workspace = Workspace::indexed();
    for (name, arguments) in [
        ("fillers_text", &["tự * biến"][..]),
        (
            "fillers_several",
            &["\"từ ** soạn\" OR \"tự * hoá\"", "--format", "csv"],
        ),
        (
            "fillers_csv_two_gaps",
            &["\"biểu * tự ** biến\"", "--format", "csv"],
        ),
        (
            "fillers_jsonl",
            &["\"tự * hoá\"", "--after", "2026", "--format", "jsonl"],
        ),
        ("fillers_nothing", &["tự * zzz"]),
        ("fillers_no_gap", &["tự biến"]),
    ] {
        let arguments = [&["fillers"], arguments].concat();
        assert_snapshot!(name, workspace.run(&arguments));
    }
}

#[test]
fn scores_are_explained() {
    let workspace = Workspace::indexed();
    let shown = workspace.run(&[
        "search",
        "~tu ~dien \"biên soạn\"",
        "--explain",
        "--snippets",
        "0",
        "--recency",
        "365",
    ]);
    assert_snapshot!("explain_scores", shown);
    let refused = ["search", "họp", "--explain", "--format", "csv"];
    assert_snapshot!("explain_scores_csv", workspace.run(&refused));
}

#[test]
fn most_of_the_words_are_enough() {
    let workspace = Workspace::indexed();
    // "đại" is in none of the articles.
    assert_snapshot!(
        "search_remembered",
        workspace.run(&["search", "từ", "điển", "biên", "soạn", "đại"])
    );
}

#[test]
fn folders_and_archives_are_collections() {
    let workspace = Workspace::with_articles();
    workspace.write("bao/2024/xuan.txt", "Họp chợ Tết\n\nChợ phiên họp sớm.\n");
    let _ = workspace.run(&["index", "bao"]);
    let shown = [
        &[
            "search",
            "--after",
            "1900",
            "--facet",
            "collection",
            "--format",
            "csv",
        ][..],
        &["search", "họp nguồn_tệp:2024"],
        &[
            "search",
            "họp",
            "--collection",
            "=bao/tin.jsonl",
            "--format",
            "csv",
        ],
        &["search", "hop thumuc=\"bao\"", "--limit", "0"],
        &[
            "trends",
            "họp",
            "--split",
            "collection",
            "--by",
            "year",
            "--after",
            "2025",
            "--format",
            "csv",
        ],
        &["kwic", "họp", "--group", "collection"],
    ]
    .map(|arguments| workspace.run(arguments));
    assert_snapshot!("collection", shown.join("\n"));
}

#[test]
fn counts_by_metadata() {
    let workspace = Workspace::indexed();
    let counts = [
        "search",
        "--after",
        "2000",
        "--facet",
        "section,year,month,agency",
    ];
    assert_snapshot!(
        "facets_text",
        workspace.run(&[&counts[..], &["--limit", "0"]].concat())
    );
    assert_snapshot!(
        "facets_csv",
        workspace.run(&[&counts[..], &["--format", "csv"]].concat())
    );
    assert_snapshot!(
        "facets_jsonl",
        workspace.run(&["search", "họp", "--facet", "mục", "--format", "jsonl"])
    );
    assert_snapshot!(
        "facets_nothing",
        workspace.run(&["search", "zzz", "--facet", "year"])
    );
    assert_snapshot!(
        "facets_slip",
        workspace.run(&["search", "họp", "--facet", "secton"])
    );
}

#[test]
fn ranges_in_json_slice_their_text() {
    let workspace = Workspace::indexed();
    let (_, stdout, _) =
        workspace.output(&["search", "\"tự diễn biến\"", "--format", "json"], None);
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["range_unit"], "codepoints");
    let snippet = &answer["hits"][0]["snippets"][0];
    let text: Vec<char> = snippet["text"].as_str().unwrap().chars().collect();
    let highlights = snippet["highlights"].as_array().unwrap();
    assert!(!highlights.is_empty());
    for range in highlights {
        let (start, end) = (
            range["start"].as_u64().unwrap() as usize,
            range["end"].as_u64().unwrap() as usize,
        );
        assert_eq!(text[start..end].iter().collect::<String>(), "tự diễn biến");
    }
}

#[test]
fn the_documented_shapes_hold() {
    let workspace = Workspace::indexed();
    workspace.write("hoi.txt", "họp\n");
    workspace.write("cap.tsv", "SL-1\thọp bàn\n");
    let latency = ["bench", "latency", "hoi.txt", "--per-query"];
    let commands: [&[&str]; 11] = [
        &["fillers", "tự * biến"],
        &["search", "\"tự diển biến\" AND họp"],
        &[
            "search",
            "tự chuyển hóa \"họp",
            "--facet",
            "section,year",
            "--explain",
        ],
        &["show", "SL-1"],
        &["stats"],
        &["explain", "\"tự * hóa\" UBND"],
        &["analyze", "25/3"],
        &["inspect", "bao/tin.jsonl"],
        &latency,
        &["bench", "relevance", "cap.tsv"],
        &["config", "show"],
    ];
    let documentation = include_str!("../../../../docs/json-output.md");
    let mut shapes = Vec::new();
    for command in commands {
        let arguments = [command, &["--format", "json"]].concat();
        let (_, stdout, _) = workspace.output(&arguments, None);
        let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(answer["version"], 1, "{command:?}");
        for key in keys(&answer, &["plan_tree"]) {
            let is_described = documentation.contains(&format!("`{key}`"))
                || documentation.contains(&format!("\"{key}\""));
            assert!(is_described, "{command:?}: {key} is not described");
        }
        shapes.push(format!("{}\n{}", command.join(" "), shape(&answer)));
    }
    assert_snapshot!("json_shapes", shapes.join("\n\n"));
}

#[test]
fn queries_that_cannot_be_read_as_they_stand() {
    let workspace = Workspace::indexed();
    assert_snapshot!(
        "query_unclosed",
        workspace.run(&["search", "\"tự diễn biến"])
    );
    assert_snapshot!("query_field_slip", workspace.run(&["search", "titel:họp"]));
    assert_snapshot!("query_empty", workspace.run(&["search", ""]));
    assert_snapshot!(
        "query_bad_date",
        workspace.run(&["search", "họp", "--after", "31/2/2026"])
    );
    assert_snapshot!("query_missing", workspace.run(&["search"]));
}

#[test]
fn articles_are_shown_by_id_and_by_path() {
    let workspace = Workspace::indexed();
    assert_snapshot!("show_id", workspace.run(&["show", "hoi-nghi.md"]));
    let (_, by_id, _) = workspace.output(&["show", "hoi-nghi.md"], None);
    let (_, by_path, _) = workspace.output(&["show", "bao/hoi-nghi.md"], None);
    assert_eq!(by_id, by_path);
    assert_snapshot!(
        "show_query",
        workspace.run(&[
            "show",
            "SL-1",
            "--query",
            "tu chuyen hoa",
            "--color",
            "always"
        ])
    );
    assert_snapshot!(
        "show_json",
        workspace.run(&["show", "SL-1", "--format", "json"])
    );
    assert_snapshot!("show_missing", workspace.run(&["show", "SL-99"]));
}

#[test]
fn the_matches_of_an_article_are_data() {
    let workspace = Workspace::indexed();
    let show = |flags: &[&str]| {
        let flags = [&["show", "hoi-nghi.md", "--format", "json"], flags].concat();
        let (_, stdout, _) = workspace.output(&flags, None);
        serde_json::from_str::<serde_json::Value>(&stdout).unwrap()
    };
    assert_eq!(show(&[]).get("matches"), None);
    let answer = show(&["--query", "tự diễn biến"]);
    assert_eq!(answer["range_unit"], "codepoints");
    let matches = answer["matches"][0].as_array().unwrap();
    assert!(!matches.is_empty());
    for found in matches {
        let text = &answer["articles"][0][found["field"].as_str().unwrap()];
        let bounds = ["start", "end"].map(|key| found[key].as_u64().unwrap() as usize);
        let chars = text.as_str().unwrap().chars().skip(bounds[0]);
        let matched: String = chars.take(bounds[1] - bounds[0]).collect();
        assert!(
            ["tự", "diễn", "biến"].contains(&matched.to_lowercase().as_str())
                || matched.to_lowercase() == "tự diễn biến",
            "{matched}"
        );
    }
    // None is an answer too.
    assert_eq!(
        show(&["--query", "không-có"])["matches"][0],
        serde_json::json!([])
    );
}

#[test]
fn figures() {
    let workspace = Workspace::indexed();
    let (code, stdout, _) = workspace.output(&["stats"], None);
    let lines: Vec<&str> = stdout
        .lines()
        .filter(|line| !line.starts_with("size"))
        .collect();
    assert_eq!(code, 0);
    assert_snapshot!("stats", lines.join("\n"));
    assert_snapshot!(
        "stats_no_index",
        workspace.run(&["stats", "--index", "khac"])
    );
}

#[test]
fn explanations() {
    let workspace = Workspace::indexed();
    assert_snapshot!(
        "explain_phrase",
        workspace.run(&["explain", "\"tự * hóa\" OR họp", "--after", "2020"])
    );
    assert_snapshot!(
        "explain_unaccented",
        workspace.run(&["explain", "tu dien bien"])
    );
    assert_snapshot!("explain_abbreviation", workspace.run(&["explain", "UBND"]));
}

#[test]
fn batches() {
    let workspace = Workspace::indexed();
    workspace.write(
        "hoi.csv",
        "nhóm,query\na,\"\"\"tự diễn biến\"\"\"\nb,không có gì cả đâu\na,họp\n",
    );
    workspace.write("hoi.txt", "họp\n\n\"tự diễn biến\" -họp\n\"tự chuyển\"\n");
    assert_snapshot!("batch_csv", workspace.run(&["batch", "hoi.csv"]));
    workspace.write("hoi-excel.csv", "query;nhóm\nhọp, bàn;a\n");
    assert_snapshot!(
        "batch_semicolons",
        workspace.run(&["batch", "hoi-excel.csv", "--totals"])
    );
    assert_snapshot!(
        "batch_totals",
        workspace.run(&["batch", "hoi.txt", "--totals"])
    );
    assert_snapshot!(
        "batch_cut",
        workspace.run(&["batch", "hoi.csv", "--limit", "1", "--format", "jsonl"])
    );
    assert_snapshot!(
        "batch_column",
        workspace.run(&["batch", "hoi.csv", "--column", "truy vấn"])
    );
    assert_snapshot!(
        "batch_stdin",
        workspace.run_with(&["batch", "-", "--totals"], Some("họp\n"))
    );
    assert_snapshot!(
        "batch_matrix",
        workspace.run(&["batch", "hoi.txt", "--by", "month", "--after", "2024"])
    );
    assert_snapshot!(
        "batch_matrix_jsonl",
        workspace.run(&["batch", "hoi.txt", "--by", "section", "--format", "jsonl"])
    );
    assert_snapshot!(
        "batch_conflict",
        workspace.run(&["batch", "hoi.txt", "--by", "section", "--limit", "3"])
    );
    assert_snapshot!("batch_missing", workspace.run(&["batch", "khong-co.csv"]));
}

#[test]
fn benches() {
    let workspace = Workspace::indexed();
    workspace.write(
        "cap.tsv",
        "hoi-nghi.md\tphòng chống tự diễn biến\tphong chong tu dien bien\nSL-9\tkhông có\n",
    );
    assert_snapshot!(
        "relevance",
        workspace.run(&["bench", "relevance", "cap.tsv"])
    );
    workspace.write("hong.tsv", "hoi-nghi.md phòng chống\n");
    assert_snapshot!(
        "relevance_malformed",
        workspace.run(&["bench", "relevance", "hong.tsv"])
    );
    workspace.write("hoi.txt", "\"tự diễn biến\"\n\nzzz\n");
    let arguments = [
        "bench",
        "latency",
        "hoi.txt",
        "--rounds",
        "2",
        "--per-query",
        "--format",
        "json",
    ];
    let (code, stdout, _) = workspace.output(&arguments, None);
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, answer["queries"].as_u64(), answer["runs"].as_u64()),
        (0, Some(2), Some(4))
    );
    assert_eq!(
        (answer["hits"].as_u64(), answer["matches"].as_u64()),
        (Some(1), Some(1))
    );
    assert!(answer["p50_us"].as_f64().unwrap() <= answer["p99_us"].as_f64().unwrap());
    assert_snapshot!("latency_shape", shape(&answer));
    workspace.write("rong.txt", "\n");
    assert_snapshot!(
        "latency_empty",
        workspace.run(&["bench", "latency", "rong.txt"])
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let workspace = Workspace::indexed();
    let mut child = workspace
        .command(&["search", "họp", "--format", "json"])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap()
        ),
        (Some(0), String::new())
    );
}

#[test]
fn own_synonyms_are_searched_as_well() {
    let workspace = Workspace::indexed();
    let total = |arguments: &[&str]| {
        let search = ["search", "--format", "json", "--limit", "0"];
        let (_, json, _) = workspace.output(&[&search[..], arguments].concat(), None);
        let answer: serde_json::Value = serde_json::from_str(&json).unwrap();
        answer["total"].as_u64().unwrap()
    };
    workspace.write(
        "own.toml",
        "entry = [{ short = [\"XYZ\"], long = [\"chi bộ\"] }, { same = [\"zzz\", \"cử tri\"] }]\n",
    );
    let with = ["--synonyms", "own.toml"];
    for (own, meant) in [("XYZ", "\"chi bộ\""), ("zzz", "\"cử tri\"")] {
        assert!(total(&[meant]) > 0, "{meant}");
        assert_eq!(total(&[own]), 0);
        assert_eq!(
            total(&[&with[..], &[own]].concat()),
            total(&[meant]),
            "{own}"
        );
        assert_eq!(
            total(&[&with[..], &[&format!("\"{own}\"")]].concat()),
            0,
            "{own}"
        );
    }
    workspace.write("invalid.toml", "entry = [{ same = [\"một\"] }]\n");
    assert_snapshot!(
        "invalid_synonyms",
        workspace.run(&["search", "zzz", "--synonyms", "invalid.toml"])
    );
    assert_snapshot!(
        "no_synonyms",
        workspace.run(&["search", "zzz", "--synonyms", "nowhere.toml"])
    );
}

#[test]
fn one_argument_of_several_words_may_have_been_a_phrase() {
    let workspace = Workspace::with_articles();
    workspace.write(
        "bao/chi.md",
        "# Bộ họp bàn việc chi\n\nBộ chi tiền sửa đê.\n",
    );
    workspace.output(&["index", "bao", "--threads", "1"], None);
    assert_snapshot!("search_one_argument", workspace.run(&["search", "chi bo"]));
    assert_snapshot!(
        "search_one_argument_vi",
        workspace.run(&["search", "chi bo", "--lang", "vi"])
    );
    // Several arguments were not one phrase.
    let (_, _, stderr) = workspace.output(&["search", "chi", "bo"], None);
    assert!(!stderr.contains("quotation marks"), "{stderr}");
}
