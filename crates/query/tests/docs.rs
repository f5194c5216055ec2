//! The examples of `docs/query-language.md` are queries without a problem.

use timbao_query::{LowerOptions, lower, parse};

#[test]
fn examples_of_the_first_table_have_no_problem() {
    let page = include_str!("../../../docs/query-language.md");
    let table = page
        .split("\n\n")
        .find(|block| block.starts_with("| you type"))
        .expect("the table");
    let mut examples = 0;
    for row in table.lines().skip(2) {
        let cell = row.split(" | ").next().unwrap_or_default();
        for query in cell.split('`').skip(1).step_by(2) {
            let parsed = parse(query);
            assert_eq!(parsed.problems, [], "{query}");
            assert_eq!(
                lower(&parsed.ast, &LowerOptions::default()).problems,
                [],
                "{query}"
            );
            examples += 1;
        }
    }
    assert!(examples > 15, "{examples}");
}
