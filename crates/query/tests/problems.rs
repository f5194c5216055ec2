//! Problems as a person sees them.

use timbao_query::{LowerOptions, lower, parse};

/// Every problem of a query, under it.
fn shown(query: &str) -> String {
    let parsed = parse(query);
    let lowered = lower(&parsed.ast, &LowerOptions::default());
    let problems = parsed.problems.iter().chain(&lowered.problems);
    problems
        .map(|problem| problem.display(query).to_string())
        .collect()
}

#[test]
fn problems_of_quotation_marks() {
    insta::assert_snapshot!(shown("\"tự chuyển hóa"));
    insta::assert_snapshot!(shown("tự chuyển hóa\" cán bộ"));
    insta::assert_snapshot!(shown("Đảng \"\""));
}

#[test]
fn carets_stand_under_decomposed_text() {
    let composed = shown("tiếng Việt \"được");
    insta::assert_snapshot!(composed);
    let decomposed = shown("tie\u{302}\u{301}ng Vie\u{323}\u{302}t \"đươ\u{323}c");
    let carets = |shown: &str| shown.lines().nth(2).map(str::to_owned);
    assert_eq!(carets(&composed), carets(&decomposed));
    let loose = shown("e\u{323}\u{302} = AND");
    assert_eq!(loose.lines().nth(2), Some("  |     ^^^"));
}

#[test]
fn carets_count_columns() {
    insta::assert_snapshot!(shown("中国 (đảng"));
    insta::assert_snapshot!(shown("date:31/4/2026 đảng"));
    insta::assert_snapshot!(shown("e\u{323}\u{302}\u{ad} date:hôm_nay"));
}

#[test]
fn problems_of_operators() {
    insta::assert_snapshot!(shown("tham nhũng AND"));
    insta::assert_snapshot!(shown("NOT"));
    insta::assert_snapshot!(shown("a (b"));
    insta::assert_snapshot!(shown("a) ()"));
    insta::assert_snapshot!(shown("(a AND b) NEAR/3 c NEAR/5 d"));
    insta::assert_snapshot!(shown("~(tu hoa)"));
    insta::assert_snapshot!(shown("a NEAR/1000 b diễm~3"));
    insta::assert_snapshot!(shown("?!"));
}

#[test]
fn problems_of_stars() {
    insta::assert_snapshot!(shown("*"));
    insta::assert_snapshot!(shown("chu*ển"));
    insta::assert_snapshot!(shown("\"* hóa\""));
}

#[test]
fn problems_of_fields() {
    insta::assert_snapshot!(shown("titel:Đảng"));
    insta::assert_snapshot!(shown("title: Đảng"));
    insta::assert_snapshot!(shown("title:,"));
    insta::assert_snapshot!(shown("title:(a body:b)"));
    insta::assert_snapshot!(shown("section:\"tự * hóa\""));
    insta::assert_snapshot!(shown("date:25/3"));
    insta::assert_snapshot!(shown("date:2026..2025"));
    insta::assert_snapshot!(shown("sau:hôm_qua"));
}

#[test]
fn problems_of_size() {
    insta::assert_snapshot!(shown(&"(".repeat(70)));
    insta::assert_snapshot!(shown(&"hóa ".repeat(1_100)));
    insta::assert_snapshot!(shown(&format!("{} đảng", "h".repeat(9_999))));
    insta::assert_snapshot!(shown(&"\"một * hai\" ".repeat(65)));
}

#[test]
fn a_terminal_obeys_nothing_in_a_query() {
    insta::assert_snapshot!(shown("\u{1b}[31m\u{202e}đỏ\r\n\tAND"));
}

#[test]
fn a_long_query_is_shown_in_part() {
    insta::assert_snapshot!(shown(&format!(
        "{}\"được{}",
        "trước đó ".repeat(20),
        " sau này".repeat(20)
    )));
}
