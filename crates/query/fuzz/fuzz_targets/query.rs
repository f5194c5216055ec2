//! Any text is a query, its problems can be shown, and its printed form is the same query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timbao_query::{
    Accents, BareWords, LowerOptions, MAX_ALIKE, MAX_BYTES, MAX_WORDS, lower, parse,
};

fuzz_target!(|query: &str| {
    let parsed = parse(query);
    assert!(parsed.problems.len() <= 20 * MAX_ALIKE);
    for problem in &parsed.problems {
        assert!(query.get(problem.span.start..problem.span.end).is_some());
        assert!(problem.display(query).to_string().contains('^'));
    }

    let all = [
        LowerOptions::default(),
        LowerOptions {
            accents: Accents::Strict,
            bare_words: BareWords::All,
            ..LowerOptions::default()
        },
        LowerOptions {
            accents: Accents::Loose,
            expand_phrases: true,
            ..LowerOptions::default()
        },
    ];
    for options in &all {
        let lowered = lower(&parsed.ast, options);
        assert!(lowered.words.len() <= MAX_WORDS);
    }

    let printed = parsed.ast.to_string();
    if printed.len() <= MAX_BYTES {
        let again = parse(&printed).ast;
        assert_eq!(again.to_string(), printed);
        assert_eq!(again.without_spans(), parsed.ast.without_spans());
    }
});
