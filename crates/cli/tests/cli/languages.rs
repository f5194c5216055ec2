//! Results in each language.

use insta::assert_snapshot;

use timbao_query::iso_day;
use timbao_views::language::Language;
use timbao_views::today;

use crate::common::Workspace;

/// Runs commands and joins what they print.
fn runs(workspace: &Workspace, commands: &[&[&str]]) -> String {
    let shown: Vec<String> = commands
        .iter()
        .map(|command| workspace.run(command))
        .collect();
    shown.join("\n")
}

#[test]
fn lists_in_vietnamese() {
    let workspace = Workspace::indexed().variable("LANG", "vi_VN.UTF-8");
    let commands: [&[&str]; 8] = [
        &["search", "họp", "--limit", "1", "--unique"],
        &[
            "search",
            "--after",
            "2000",
            "--facet",
            "section,year,source",
            "--limit",
            "0",
        ],
        &["search", "tự chuyển", "--explain", "--limit", "1"],
        &["search", "tứ điện biển"],
        &["search", "\"họp AND sestion:kinh"],
        &["search", "họp", "--limit", "1", "--format", "csv"],
        &["show", "không-có"],
        &["stats"],
    ];
    assert_snapshot!("vietnamese_lists", runs(&workspace, &commands));
}

#[test]
fn views_in_vietnamese() {
    let workspace = Workspace::indexed().variable("TIMBAO_LANG", "vi");
    let commands: [&[&str]; 10] = [
        &[
            "search",
            "tít:sương hợp -id:x",
            "--after",
            "2026-03",
            "--section",
            "=Kinh tế",
        ],
        &["kwic", "họp", "--limit", "1"],
        &["kwic", "họp", "--group", "month,section"],
        &["trends", "họp", "--by", "quarter", "--after", "2026"],
        &[
            "trends", "họp", "--by", "year", "--split", "agency", "--after", "2025",
        ],
        &["collocates", "họp", "--min", "1", "--limit", "2"],
        &[
            "keywords",
            "--of",
            "họp",
            "--min",
            "1",
            "--min-articles",
            "1",
            "--limit",
            "2",
        ],
        &["fillers", "\"tự * hóa\""],
        &["reprints"],
        &["explain", "UBND hop section:kinh"],
    ];
    assert_snapshot!("vietnamese_views", runs(&workspace, &commands));
}

#[test]
fn a_flag_chooses_the_language_and_data_are_the_same_in_all() {
    let workspace = Workspace::indexed().variable("LC_ALL", "vi_VN.UTF-8");
    let vietnamese = workspace.run(&["search", "họp"]);
    let english = workspace.run(&["search", "họp", "--lang", "en"]);
    assert!(vietnamese.contains("2 bài\n"), "{vietnamese}");
    assert!(english.contains("2 articles\n"), "{english}");
    // A citation has the date of today.
    let cited = workspace.run(&["search", "họp", "--cite"]);
    assert!(
        cited.contains("tìm họp, hiểu là =họp\ntrạng thái kho "),
        "{cited}"
    );
    let cited = workspace.run(&["search", "họp", "--cite", "--section", "=Kinh tế"]);
    let (vietnamese, date) = (
        "tìm họp chuyên_mục=\"Kinh tế\", hiểu là all(=họp, chuyên_mục(\"Kinh tế\"))\n",
        Language::Vietnamese.date(&iso_day(today())),
    );
    assert!(cited.contains(vietnamese), "{cited}");
    assert!(cited.contains(&format!("; {date}\n")), "{cited}");
    let cited = workspace.run(&["wordlist", "--cite", "--limit", "1"]);
    assert!(cited.contains("\n\ncả kho báo\ntrạng thái kho "), "{cited}");
    for command in [
        &["search", "tứ điện biển", "--format", "json"][..],
        &[
            "search", "--after", "2000", "--facet", "section", "--format", "csv",
        ],
        &["kwic", "họp", "--format", "jsonl"],
        &["trends", "họp", "--format", "csv"],
        &["explain", "UBND họp", "--format", "json"],
    ] {
        let data = |language: &str| {
            let command = [command, &["--lang", language]].concat();
            workspace.output(&command, None).1
        };
        assert_eq!(data("vi"), data("en"), "{command:?}");
    }
}

#[test]
fn charts_have_the_language() {
    let workspace = Workspace::indexed();
    for (arguments, label) in [
        (&[][..], "Thời gian đăng"),
        (&["--lang", "vi"], "Thời gian đăng"),
        (&["--lang", "en"], "Date of publication"),
    ] {
        let command = [&["trends", "họp", "--svg", "chart.svg"][..], arguments].concat();
        let (code, _, stderr) = workspace.output(&command, None);
        assert_eq!(code, 0, "{stderr}");
        let chart = std::fs::read_to_string(workspace.path().join("chart.svg")).unwrap();
        assert!(chart.contains(label), "{arguments:?}");
    }
}
