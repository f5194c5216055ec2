//! Queries, their interpretations and plans: `table.toml`.

use serde::Deserialize;
use timbao_query::{LowerOptions, lower, parse};

#[derive(Deserialize)]
struct Table {
    section: Vec<Section>,
}

/// Queries that show one thing.
#[derive(Deserialize)]
struct Section {
    about: String,
    /// Each line: the query, its printed tree, its plan, and the kinds of its problems.
    lines: Vec<Vec<String>>,
}

#[test]
fn queries_are_read_as_the_table_says() {
    let table: Table =
        toml::from_str(include_str!("table.toml")).expect("the table is well-formed");
    let mut wrong = String::new();
    for section in table.section {
        for line in &section.lines {
            let Some(query) = line.first() else { continue };
            let parsed = parse(query);
            let lowered = lower(&parsed.ast, &LowerOptions::default());
            let problems = parsed.problems.iter().chain(&lowered.problems);
            let mut found = vec![
                query.clone(),
                parsed.ast.to_string(),
                lowered.plan.to_string(),
            ];
            found.extend(problems.map(|problem| {
                let span = problem.span.of(query);
                let kind = format!("{:?}", problem.kind);
                format!("{}: {span}", kind.split('(').next().unwrap_or_default())
            }));
            if found != *line {
                let cells: Vec<String> = found.iter().map(|cell| quoted(cell)).collect();
                wrong += &format!("{}:\n    [{}],\n", section.about, cells.join(", "));
            }
        }
    }
    assert!(wrong.is_empty(), "these lines were found instead:\n{wrong}");
}

/// A TOML string.
fn quoted(text: &str) -> String {
    if text.contains('\'') || text.contains(|c: char| c.is_control()) {
        toml::Value::String(text.to_owned()).to_string()
    } else {
        format!("'{text}'")
    }
}
