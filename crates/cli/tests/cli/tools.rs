//! Help, analysis, configuration, completions and manual pages.

use crate::common::{Workspace, exists};
use insta::assert_snapshot;

#[test]
fn help_is_short_and_long() {
    let workspace = Workspace::empty().variable("COLUMNS", "100");
    assert_snapshot!("help_none", workspace.run(&[]));
    assert_snapshot!("help_short", workspace.run(&["-h"]));
    assert_snapshot!("help_long", workspace.run(&["--help"]));
    assert_snapshot!("help_search_short", workspace.run(&["search", "-h"]));
    assert_snapshot!("help_search_long", workspace.run(&["search", "--help"]));
}

#[test]
fn slips_are_guessed() {
    let workspace = Workspace::empty();
    assert_snapshot!("slip_command", workspace.run(&["serach", "họp"]));
    assert_snapshot!(
        "slip_flag",
        workspace.run(&["search", "họp", "--limt", "3"])
    );
    assert_snapshot!(
        "slip_value",
        workspace.run(&["search", "họp", "--format", "jason"])
    );
}

#[test]
fn tokens_of_a_text() {
    let workspace = Workspace::empty();
    assert_snapshot!(
        "analyze",
        workspace.run(&["analyze", "Hoà bình.", "Kết luận 21-KL/TW"])
    );
    assert_snapshot!(
        "analyze_stdin",
        workspace.run_with(&["analyze", "--format", "jsonl"], Some("Ðảng\nta"))
    );
    assert_snapshot!(
        "analyze_json",
        workspace.run(&["analyze", "--format", "json", "hóa"])
    );
    assert_snapshot!(
        "analyze_csv",
        workspace.run(&["analyze", "--format", "csv", "25/3/2026"])
    );
    assert_snapshot!("analyze_nothing", workspace.run(&["analyze", "…"]));
    let (_, composed, _) = workspace.output(&["analyze", "hoá"], None);
    let (_, decomposed, _) = workspace.output(&["analyze", "hoa\u{301}"], None);
    let exact = |table: &str| {
        table
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .nth(3)
            .unwrap()
            .to_owned()
    };
    assert_eq!(exact(&composed), exact(&decomposed));
}

#[test]
fn the_configuration_says_where_it_comes_from() {
    let workspace = Workspace::empty().variable("TIMBAO_ACCENTS", "loose");
    workspace.write("timbao.toml", "limit = 25\nindex = \"kho\"\nlimt = 3\n");
    workspace.write(
        "home/.config/timbao/config.toml",
        "limit = 5\nmemory = \"1GiB\"\n",
    );
    assert_snapshot!(
        "config_origin",
        workspace.run(&["config", "show", "--origin", "--color", "never"])
    );
    assert_snapshot!(
        "config_csv",
        workspace.run(&["config", "show", "--format", "csv"])
    );
    workspace.write("timbao.toml", "limit = \n");
    assert_snapshot!("config_syntax", workspace.run(&["config", "show"]));
    workspace.write("timbao.toml", "sort = 'dat'\n");
    assert_snapshot!("config_value", workspace.run(&["config", "show"]));
}

#[test]
fn completions_and_manual_pages_come_from_the_parser() {
    let workspace = Workspace::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = workspace.output(&["completions", shell], None);
        assert!(code == 0 && script.contains("reindex"), "{shell}");
    }
    assert_snapshot!(
        "completions_unknown",
        workspace.run(&["completions", "cmd"])
    );
    let (code, page, _) = workspace.output(&["man"], None);
    assert!(code == 0 && page.contains(".TH timbao 1"), "{page}");
    assert_eq!(workspace.output(&["man", "--dir", "man"], None).0, 0);
    for page in ["timbao.1", "timbao-search.1", "timbao-bench-latency.1"] {
        assert!(exists(&workspace, &format!("man/{page}")), "{page}");
    }
}
