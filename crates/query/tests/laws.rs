//! Laws that apply to every query, however odd.

use proptest::prelude::*;
use timbao_query::{
    LowerOptions, MAX_ALIKE, MAX_BYTES, MAX_DEPTH, MAX_WORDS, Names, Node, NodeKind, ProblemKind,
    lower, parse,
};

/// Parses, prints, parses again; shows every problem; lowers.
fn check(query: &str) {
    let parsed = parse(query);
    for problem in &parsed.problems {
        assert!(problem.span.start <= problem.span.end && problem.span.end <= query.len());
        assert!(
            query.is_char_boundary(problem.span.start),
            "{query:?} {problem:?}"
        );
        assert!(
            query.is_char_boundary(problem.span.end),
            "{query:?} {problem:?}"
        );
        let shown = problem.display(query).to_string();
        assert!(
            !shown.chars().any(|c| c.is_control() && c != '\n'),
            "{shown:?}"
        );
    }
    check_spans(query, &parsed.ast);
    let lowered = lower(&parsed.ast, &LowerOptions::default());
    assert!(lowered.words.len() <= MAX_WORDS);

    let printed = parsed.ast.to_string();
    if printed.len() <= MAX_BYTES {
        let again = parse(&printed);
        assert_eq!(
            parsed.ast.clone().without_spans(),
            again.ast.clone().without_spans(),
            "{query:?} was printed as {printed:?}"
        );
        assert_eq!(again.ast.to_string(), printed);
        assert_eq!(
            lower(&again.ast, &LowerOptions::default()).plan,
            lowered.plan
        );
    }
    let printed = parsed.ast.written(Names::Vietnamese).to_string();
    if printed.len() <= MAX_BYTES {
        assert_eq!(
            parsed.ast.without_spans(),
            parse(&printed).ast.without_spans(),
            "{query:?} was printed as {printed:?}"
        );
    }
}

/// The span of a part is within that of its parent.
fn check_spans(query: &str, node: &Node) {
    assert!(
        query.get(node.span.start..node.span.end).is_some(),
        "{node:?} in {query:?}"
    );
    for child in node.children() {
        assert!(node.span.start <= child.span.start, "{child:?} in {node:?}");
        assert!(child.span.end <= node.span.end, "{child:?} in {node:?}");
        check_spans(query, child);
    }
}

fn depth(node: &Node) -> usize {
    let nests = matches!(node.kind, NodeKind::Group(_) | NodeKind::Not(_));
    usize::from(nests) + node.children().iter().map(depth).max().unwrap_or(0)
}

/// Syntactic pieces of the language, and some words.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: [&str; 96] = [
        "PRE/2",
        "NOTNEAR/3",
        "NEAR/S",
        "TRƯỚC/ĐOẠN",
        "KHÔNG_GẦN/CÂU",
        "ATLEAST/2",
        "ÍT_NHẤT/3",
        "/ho.*/",
        "/(/",
        "/",
        "|",
        " | ",
        "\"một (hai | ba bốn) năm\"",
        "==",
        "section:*",
        "-date:*",
        "*óa",
        "*21-K*",
        "tự",
        "chuyen",
        "hóa",
        "Hoà",
        "đảng",
        "e\u{323}\u{302}",
        "21-KL/TW",
        "25/3/2021",
        "T.Ư",
        "UBND",
        "a,b",
        "1.500",
        "中国",
        "AND",
        "OR",
        "NOT",
        "VÀ",
        "HOẶC",
        "KHÔNG",
        "&&",
        "||",
        "NEAR",
        "NEAR/3",
        "GẦN/2",
        "NEAR/999",
        "(",
        ")",
        "(",
        ")",
        "\"",
        "\"",
        "“",
        "”",
        "«",
        "»",
        "„",
        "'",
        "*",
        "**",
        "**3",
        "~",
        "~1",
        "~2",
        "~9",
        "=",
        "-",
        "+",
        "!",
        "–",
        ":",
        "title:",
        "tít:",
        "noi:",
        "section:",
        "mục=\"",
        "id:",
        "date:",
        "sau:",
        "before:",
        "fild:",
        "titel:",
        "2026-03",
        "2025..",
        "25/3/2026",
        "..",
        "31/2/2026",
        "?",
        ".",
        ",",
        "…",
        "/",
        "\\",
        "\u{301}",
        "\u{200b}",
        "\u{ad}",
        "\n",
        " ",
        " ",
    ];
    prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_a_query(query in any::<String>()) {
        check(&query);
    }

    #[test]
    fn any_mixture_of_operators_is_a_query(pieces in prop::collection::vec((piece(), any::<bool>()), 0..24)) {
        let mut query = String::new();
        for (piece, space) in pieces {
            query.push_str(&piece);
            if space {
                query.push(' ');
            }
        }
        check(&query);
    }
}

#[test]
fn nasty_queries_are_bounded() {
    let pieces = [
        "(",
        ")",
        "\"",
        "“",
        "«",
        "*",
        "-",
        "+",
        "!",
        "~",
        "=",
        "a ",
        "a",
        "\"a\" ",
        "title:",
        "title:(",
        "NOT ",
        "-(",
        "a AND ",
        "a OR ",
        "a NEAR/3 ",
        "AND ",
        "NEAR ",
        "\" \"",
        "(a ",
        "a) ",
        "* ",
        "\"* ",
        "(NOT ",
        "date:",
        "date:2026 ",
        "id:a ",
        "a-",
        "1.",
        "\u{301}",
        "中",
        "a*",
        "a~1 ",
        "“\"",
        "a\"",
        "ỷ",
        "title:(a NOT ",
    ];
    for piece in pieces {
        let query = piece.repeat(10_000);
        let parsed = parse(&query);
        assert!(depth(&parsed.ast) <= MAX_DEPTH + 1, "{piece}");
        assert!(parsed.problems.len() <= 20 * MAX_ALIKE, "{piece}");
        check(&query);
        check(query.get(..query.len().min(9_990)).unwrap_or(""));
    }
}

#[test]
fn words_that_touch_nest_no_deeper_than_parentheses() {
    for inner in ["~a`b", "-a`b", "title:a`b", "-~a`b c"] {
        for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
            check(&format!("{}{inner}", "(".repeat(depth)));
        }
    }
}

#[test]
fn what_is_too_much_is_left_out_with_one_problem() {
    let query = "hóa ".repeat(MAX_WORDS + 50);
    assert_eq!(kinds_of(&query), [ProblemKind::TooManyWords]);
    assert_eq!(parse(&query).ast.children().len(), MAX_WORDS);

    let long = format!("{} đảng", "hóa-".repeat(MAX_BYTES));
    assert_eq!(kinds_of(&long), [ProblemKind::TooManyWords]);
    let long = format!("{} đảng", "h".repeat(MAX_BYTES - 1));
    assert_eq!(kinds_of(&long), [ProblemKind::TooLong]);
    assert_eq!(parse(&long).ast.to_string().len(), MAX_BYTES - 1);
    assert_eq!(kinds_of(&"\" \" ".repeat(1_000)).len(), MAX_ALIKE);
}

fn kinds_of(query: &str) -> Vec<ProblemKind> {
    parse(query)
        .problems
        .iter()
        .map(|problem| problem.kind)
        .collect()
}
