//! Behaviour as data: every line of `tests/behaviour/*.toml` is one case.

use serde::Deserialize;
use timbao_tokenizer::abbreviations::Table as Abbreviations;
use timbao_tokenizer::input_method::{Method, guess};
use timbao_tokenizer::{
    Gap, Keys, Kind, exact_key, is_syllable, scan, variants, wholes, write_out,
};

#[derive(Deserialize)]
struct Table {
    case: Vec<Vec<String>>,
}

/// Runs `observe` on the first cell of each line and compares the rest; reports all differences at once.
fn check(table: &str, observe: impl Fn(&str) -> Vec<String>) {
    let table: Table = toml::from_str(table).expect("the table is valid TOML");
    let mut wrong = Vec::new();
    for case in &table.case {
        let (input, expected) = case.split_first().expect("a case has an input");
        let observed = observe(input);
        if observed != expected {
            wrong.push(format!(
                "{input:?}\n  expected {expected:?}\n  observed {observed:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        table.case.len(),
        wrong.join("\n")
    );
}

#[test]
fn keys() {
    check(include_str!("behaviour/keys.toml"), |word| {
        let mut keys = Keys::new();
        keys.set(word);
        vec![
            visible_tone(keys.exact()),
            keys.folded().to_owned(),
            write_out(keys.exact()),
        ]
    });
}

#[test]
fn tokens() {
    check(include_str!("behaviour/tokens.toml"), |text| {
        let mut line = String::new();
        for token in scan(text) {
            if token.position > 0 {
                line.push_str(match (token.joined, token.gap) {
                    (true, _) => "+",
                    (_, Gap::None) => "|",
                    (_, Gap::Space) => " ",
                    (_, Gap::Punctuation) => " , ",
                    (_, Gap::Sentence) => " . ",
                    (_, Gap::Paragraph) => " ¶ ",
                });
            }
            line.push_str(&text[token.start..token.end]);
            line.push_str(match token.kind {
                Kind::Word => "",
                Kind::Number => "#",
                Kind::Mixed => "*",
            });
        }
        vec![line]
    });
}

#[test]
fn spans() {
    check(include_str!("behaviour/wholes.toml"), |text| {
        let mut keys = Keys::new();
        let line = wholes(text).map(|whole| {
            keys.set_whole(text, &whole);
            format!(
                "{} {:?} {}",
                &text[whole.start..whole.end],
                whole.kind,
                keys.folded()
            )
        });
        line.collect()
    });
}

#[test]
fn syllables() {
    check(include_str!("behaviour/syllables.toml"), |word| {
        vec![if is_syllable(word) { "yes" } else { "no" }.to_owned()]
    });
}

#[test]
fn i_and_y() {
    check(include_str!("behaviour/iy.toml"), |word| {
        vec![variants::iy(&exact_key(word)).map_or("-".to_owned(), |key| write_out(&key))]
    });
}

#[test]
fn abbreviations() {
    check(include_str!("behaviour/abbreviations.toml"), |text| {
        let words: Vec<&str> = text.split(' ').collect();
        let found = Abbreviations::builtin().find(&words);
        let lines: Vec<String> = found
            .iter()
            .map(|f| {
                let forms: Vec<&str> = f.forms.iter().map(|form| form.text.as_str()).collect();
                format!("{} {}", f.words, forms.join("; "))
            })
            .collect();
        vec![if lines.is_empty() {
            "-".to_owned()
        } else {
            lines.join(" | ")
        }]
    });
}

#[test]
fn input_methods() {
    check(include_str!("behaviour/input_method.toml"), |query| {
        vec![match guess(query) {
            Some(reading) if reading.method == Method::Telex => format!("Telex {}", reading.text),
            Some(reading) => format!("VNI {}", reading.text),
            None => "-".to_owned(),
        }]
    });
}

/// Shows the trailing tone mark of an exact key as `~1` … `~5`.
fn visible_tone(exact: &str) -> String {
    let marks = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];
    match exact
        .chars()
        .next_back()
        .and_then(|last| marks.iter().position(|&m| m == last))
    {
        Some(tone) => format!("{}~{}", exact.trim_end_matches(marks), tone + 1),
        None => exact.to_owned(),
    }
}
