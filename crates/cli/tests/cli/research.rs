//! The views for research from the command line.

use crate::common::{Workspace, exists, keys, shape};
use insta::assert_snapshot;

/// A directory of stories, one of them published three times, indexed.
fn newsroom() -> Workspace {
    let workspace = Workspace::empty();
    let story = "Chi bộ khu phố Ba Đình Nhỏ họp sáng nay bàn việc phòng, chống “tự diễn biến”, “tự chuyển \
        hóa” trong nội bộ. Bí thư chi bộ Lê Văn Mít nói mỗi đảng viên phải nêu gương, giữ lời hứa với \
        nhân dân và nói đi đôi với làm. Chi bộ giao tổ dân phố theo dõi, mỗi quý báo cáo một lần trước \
        toàn thể đảng viên và bà con trong khu phố.";
    let later = story
        .replace("Ba Đình Nhỏ", "Ba Đình nhỏ")
        .replace("mỗi quý", "mỗi tháng");
    for (path, head, body) in [
        (
            "bao/1.md",
            "title: Chi bộ họp bàn\ndate: 2025-03-02\nsource: Báo Sông Trà",
            story,
        ),
        (
            "bao/2.md",
            "title: Nêu gương từ chi bộ\ndate: 2025-03-04\nsource: Thời luận Hải Lăng\nsection: Xây dựng Đảng",
            &later,
        ),
        (
            "bao/3.md",
            "title: Đất hóa đỏ\ndate: 2025-05-01\nsource: Báo Sông Trà\nsection: Kinh tế",
            "Đất đồi hoá đỏ sau mưa. Hợp tác xã Bình Lâm trồng chè, giá chè tăng, chi bộ hợp tác xã mừng.",
        ),
        (
            "bao/4.md",
            "title: Chè Bình Lâm được giá\ndate: 2025-06-11\nsource: Báo Sông Trà\nsection: Kinh tế",
            "Giá chè tăng, hợp tác xã Bình Lâm mở rộng vườn chè. Hợp tác xã nói giá chè còn tăng.",
        ),
    ] {
        workspace.write(path, &format!("---\n{head}\n---\n{body}\n"));
    }
    let (code, _, stderr) = workspace.output(&["index", "bao"], None);
    assert_eq!(code, 0, "{stderr}");
    workspace
}

#[test]
fn concordances() {
    let workspace = newsroom();
    assert_snapshot!("kwic", workspace.run(&["kwic", "chi bộ", "-C", "4"]));
    assert_snapshot!(
        "kwic_sorted",
        workspace.run(&[
            "kwic",
            "chi bộ",
            "--left",
            "1",
            "--right",
            "2",
            "--sort",
            "right,-date",
            "-n",
            "4"
        ])
    );
    assert_snapshot!(
        "kwic_groups",
        workspace.run(&["kwic", "chi bo", "--group", "right,source"])
    );
    assert_snapshot!(
        "kwic_groups_of_two",
        workspace.run(&["kwic", "hợp tác xã mừng", "--group", "left:2,right:2"])
    );
    assert_snapshot!(
        "kwic_csv",
        workspace.run(&["kwic", "tự chuyển hoá", "-C", "2", "--format", "csv"])
    );
    assert_snapshot!("kwic_nothing", workspace.run(&["kwic", "không có gì"]));
    assert_snapshot!(
        "kwic_bad_key",
        workspace.run(&["kwic", "chè", "--sort", "title"])
    );
    let narrow = newsroom().variable("COLUMNS", "60");
    let shown = narrow.run(&["kwic", "chi bộ", "-C", "12"]);
    assert_snapshot!("kwic_narrow", shown);
    assert!(shown.lines().all(|line| line.chars().count() <= 60));
    let sample = ["kwic", "chi bộ", "--sample", "2", "--format", "jsonl"];
    let (_, stdout, _) = workspace.output(&sample, None);
    assert_eq!(stdout.lines().count(), 2);
}

#[test]
fn trends() {
    let workspace = newsroom();
    assert_snapshot!(
        "trends",
        workspace.run(&["trends", "chi bộ", "giá chè", "--thin", "2"])
    );
    assert_snapshot!(
        "trends_texts",
        workspace.run(&["trends", "chi bộ", "--by", "year", "--count", "texts"])
    );
    assert_snapshot!(
        "trends_split",
        workspace.run(&[
            "trends", "chi bộ", "--by", "quarter", "--split", "source", "--format", "csv"
        ])
    );
    let drawn = [
        "trends",
        "chi bộ",
        "--svg",
        "bieu-do.svg",
        "--title",
        "Chi bộ & chè",
    ];
    assert_eq!(workspace.output(&drawn, None).0, 0);
    let svg = std::fs::read_to_string(workspace.path().join("bieu-do.svg")).unwrap();
    assert!(svg.contains(">Chi bộ &amp; chè</text>") && svg.contains(">05/2025<"));
    let lost = ["trends", "chi bộ", "--svg", "khong/co/bieu-do.svg"];
    assert_snapshot!("trends_no_folder", workspace.run(&lost));
    assert!(!exists(&workspace, "khong"));
    let (code, ..) = workspace.output(&["trends", "không có gì"], None);
    assert_eq!(code, 1);
}

#[test]
fn words_that_stand_out() {
    let workspace = newsroom();
    assert_snapshot!(
        "collocates",
        workspace.run(&["collocates", "chi bộ", "--min", "2"])
    );
    assert_snapshot!(
        "keywords",
        workspace.run(&["keywords", "--of", "section:\"Kinh tế\"", "--min", "2"])
    );
    assert_snapshot!(
        "collocates_compared",
        workspace.run(&[
            "collocates",
            "chi bộ",
            "--of",
            "date:2025-03",
            "--against",
            "date:2025-05",
            "--format",
            "csv"
        ])
    );
    let (code, _, stderr) = workspace.output(&["collocates", "chè", "--of", "date:2025"], None);
    assert!(code == 2 && stderr.contains("--against"), "{stderr}");
}

#[test]
fn lists_dispersion_and_comparisons() {
    let workspace = newsroom();
    for (name, arguments) in [
        ("wordlist", &["wordlist", "--min", "4", "-n", "8"][..]),
        (
            "wordlist_ngrams",
            &[
                "wordlist", "chè", "--size", "2", "--min", "2", "--prefix", "gia ", "--sort",
                "alphabet",
            ],
        ),
        (
            "wordlist_csv",
            &["wordlist", "--size", "4", "--min", "2", "--format", "csv"],
        ),
        ("dispersion", &["dispersion", "chi bộ", "--slices", "12"]),
        ("dispersion_months", &["dispersion", "chè", "--by", "month"]),
        ("dispersion_article", &["dispersion", "chè", "--id", "4.md"]),
        (
            "dispersion_csv",
            &["dispersion", "chi bộ", "--by", "source", "--format", "csv"],
        ),
        (
            "compare",
            &["compare", "chi bộ", "hợp tác xã", "--min", "2"],
        ),
        (
            "compare_csv",
            &["compare", "chi bộ", "chè", "--min", "2", "--format", "csv"],
        ),
    ] {
        assert_snapshot!(name, workspace.run(arguments));
    }
    for (arguments, reason) in [
        (&["wordlist", "--prefix", "…"][..], "--prefix: no letter"),
        (&["wordlist", "--size", "7"], "1..=6"),
        (
            &["dispersion", "chè", "--by", "colour"],
            "slice, article, day",
        ),
        (&["dispersion", "chè", "--id", "9.md"], "no article 9.md"),
        (&["dispersion", "chè", "--slices", "0"], "1..=10000"),
        (&["compare", "chè"], "<QUERY>"),
    ] {
        let (code, _, stderr) = workspace.output(arguments, None);
        assert!(
            code == 2 && stderr.contains(reason),
            "{arguments:?}: {stderr}"
        );
    }
    let (code, _, _) = workspace.output(&["dispersion", "vắng mặt"], None);
    assert_eq!(code, 1);
}

#[test]
fn reprints_and_similar_articles() {
    let workspace = newsroom();
    assert_snapshot!("reprints", workspace.run(&["reprints", "2.md"]));
    assert_snapshot!("reprints_alone", workspace.run(&["reprints", "3.md"]));
    assert_snapshot!("reprints_all", workspace.run(&["reprints"]));
    assert_snapshot!("reprints_missing", workspace.run(&["reprints", "9.md"]));
    assert_snapshot!(
        "search_unique",
        workspace.run(&["search", "nêu gương", "--unique"])
    );
    assert_snapshot!("similar", workspace.run(&["similar", "4.md"]));
    assert_snapshot!(
        "similar_text",
        workspace.run_with(
            &["similar", "-", "--format", "csv"],
            Some("Hợp tác xã Bình Lâm bán chè.")
        )
    );
    assert_snapshot!("similar_missing", workspace.run(&["similar", "9.md"]));
    workspace.write(
        "nhap.txt",
        "Giá chè\n\nHợp tác xã Bình Lâm nói giá chè tăng.\n",
    );
    let (code, stdout, _) = workspace.output(&["similar", "nhap.txt"], None);
    assert!(code == 0 && stdout.contains("4.md"));
}

#[test]
fn numbers_can_be_cited() {
    let workspace = newsroom();
    let state = |arguments: &[&str]| {
        let (_, stdout, _) = workspace.output(arguments, None);
        let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        answer
    };
    let stats = state(&["stats", "--state", "--format", "json"]);
    let name = stats["state"].as_str().unwrap().to_owned();
    assert_eq!(name.len(), 16);
    for command in [
        &["search", "chi bộ"][..],
        &["kwic", "chi bộ"],
        &["kwic", "chi bộ", "--group", "left"],
        &["trends", "chi bộ"],
        &["collocates", "chi bộ"],
        &["keywords", "--of", "chè"],
        &["wordlist", "chè"],
        &["dispersion", "chi bộ"],
        &["compare", "chi bộ", "chè"],
        &["similar", "4.md"],
        &["reprints", "1.md"],
        &["reprints"],
        &["sources"],
        &["fillers", "chi * bộ"],
    ] {
        let answer = state(&[command, &["--cite", "--format", "json"]].concat());
        let citation = &answer["citation"];
        assert_eq!(citation["state"], name.as_str(), "{command:?}");
        assert_eq!(citation["articles"], 4);
        assert_eq!(citation["tokens"], stats["tokens"]);
        let (_, text, _) = workspace.output(&[command, &["--cite"]].concat(), None);
        assert!(text.contains(&name), "{command:?}");
        rows_are_cited(&workspace, command, &name);
    }
    workspace.write("hoi.txt", "chi bộ\nchè\n");
    for command in [
        &["batch", "hoi.txt"][..],
        &["batch", "hoi.txt", "--totals"],
        &["batch", "hoi.txt", "--by", "section"],
    ] {
        rows_are_cited(&workspace, command, &name);
    }
    let (_, csv, _) = workspace.output(&["batch", "hoi.txt", "--cite"], None);
    assert!(csv.contains("\n\n# Query,chi bộ\n# Query,chè\n"), "{csv}");
    let shown = ["show", "4.md", "--query", "chè", "--cite"];
    let answer = state(&[&shown[..], &["--format", "json"]].concat());
    assert_eq!(answer["citation"]["state"], name.as_str());
    assert_eq!(answer["citation"]["queries"][0]["query"], "chè");
    let (_, text, _) = workspace.output(&shown, None);
    assert!(text.contains(&name), "{text}");
    // The option for accents is a part of the query, if an operator means the same.
    for (accents, query) in [("loose", "~chi ~bộ"), ("strict", "=chi =bộ")] {
        let flags = ["--accents", accents, "--cite", "--format", "json"];
        let answer = state(&[&["search", "chi bộ"], &flags[..]].concat());
        assert_eq!(answer["citation"]["queries"][0]["query"], query);
    }
    let answer = state(&[
        "kwic", "chi bộ", "--after", "2024", "--cite", "--format", "json",
    ]);
    assert_eq!(
        answer["citation"]["queries"][0]["plan"],
        "all(\"=chi =bộ\", date(2025-01-01..))"
    );
    let (_, text, _) = workspace.output(&["stats", "--state"], None);
    assert!(text.starts_with(&name));
}

/// Rows of data are the same with a citation and without; it follows them.
fn rows_are_cited(workspace: &Workspace, command: &[&str], state: &str) {
    let write = |flags: &[&str]| workspace.output(&[command, flags].concat(), None).1;
    let bare = write(&["--format", "jsonl"]);
    let cited = write(&["--format", "jsonl", "--cite"]);
    let last: serde_json::Value = serde_json::from_str(cited.strip_prefix(&bare).unwrap()).unwrap();
    assert_eq!(last["citation"]["state"], state, "{command:?}");
    rows_of_tables_are_cited(workspace, command, state);
}

fn rows_of_tables_are_cited(workspace: &Workspace, command: &[&str], state: &str) {
    let write = |flags: &[&str]| workspace.output(&[command, flags].concat(), None).1;
    let bare = write(&["--format", "csv"]);
    let cited = write(&["--format", "csv", "--cite"]);
    let comments = cited
        .strip_prefix(&bare)
        .unwrap()
        .strip_prefix('\n')
        .unwrap();
    assert!(
        comments.lines().all(|line| line.starts_with("# ")),
        "{cited}"
    );
    let line = format!("# State of the index,{state}");
    assert!(comments.lines().any(|comment| comment == line), "{cited}");
}

#[test]
fn the_documented_shapes_hold() {
    let workspace = newsroom();
    let commands: [&[&str]; 13] = [
        &["kwic", "chi bộ", "--sample", "1"],
        &["kwic", "chi bộ", "--group", "left,month"],
        &["trends", "chi bộ"],
        &["collocates", "chi bộ", "--min", "2"],
        &["keywords", "--of", "section:\"Kinh tế\"", "--min", "2"],
        &["wordlist", "--size", "2"],
        &["dispersion", "chi bộ", "--by", "month"],
        &["dispersion", "chi bộ", "--id", "1.md"],
        &["compare", "chi bộ", "chè", "--min", "2"],
        &["similar", "4.md"],
        &["reprints", "1.md"],
        &["reprints"],
        &["search", "chi bộ", "--unique"],
    ];
    let documentation = include_str!("../../../../docs/json-output.md");
    let mut shapes = Vec::new();
    for command in commands {
        let arguments = [command, &["--cite", "--format", "json"]].concat();
        let (_, stdout, _) = workspace.output(&arguments, None);
        let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(answer["version"], 1, "{command:?}");
        for key in keys(&answer, &[]) {
            let is_described = documentation.contains(&format!("`{key}`"))
                || documentation.contains(&format!("\"{key}\""));
            assert!(is_described, "{command:?}: {key} is not described");
        }
        shapes.push(format!("{}\n{}", command.join(" "), shape(&answer)));
    }
    assert_snapshot!("research_shapes", shapes.join("\n\n"));
}
