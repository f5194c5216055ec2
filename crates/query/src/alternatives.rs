//! Other forms of typed words: abbreviations for words, and words for abbreviations.

use std::borrow::Cow;

use timbao_tokenizer::abbreviations::{Form, Role, Table};
use timbao_tokenizer::scan;

use crate::plan::{Capitals, Key, Phrase, Slot, Step};

use crate::ast::{self, AccentMode, Word};

/// Minimum number of words that are abbreviated. The abbreviation of two ("chủ tịch": CT, "quyết
/// định": QĐ) is too ambiguous.
const SHORTEST_LONG_FORM: usize = 3;

/// The most versions of one quoted phrase.
const MOST_VERSIONS: usize = 16;

/// Words that the table knows in other forms.
pub(crate) struct Match<'t> {
    /// The index of the first word.
    pub first: usize,
    /// The number of words.
    pub words: usize,
    /// Whether the words are an abbreviation or written out.
    pub role: Role,
    /// The other forms.
    pub forms: Vec<&'t Form>,
}

/// Finds the words with other forms, from left to right. Words with an operator for exact or
/// similar forms have no other forms, nor have parts of codes. With `is_alone`, the words are the
/// whole query, and count as if in capitals.
pub(crate) fn matches<'t>(words: &[&Word], is_alone: bool, table: &'t Table) -> Vec<Match<'t>> {
    let mut found = Vec::new();
    let mut from = 0;
    for row in words.chunk_by(|a, b| is_open(a) == is_open(b)) {
        let mut tokens: Vec<Cow<'_, str>> = Vec::new();
        // The number of the word that starts at each token, and after the last token.
        let mut starts: Vec<Option<usize>> = Vec::new();
        for (i, word) in row.iter().enumerate().filter(|(_, word)| is_open(word)) {
            for (part, token) in scan(&word.text).enumerate() {
                let text = word.text.get(token.start..token.end).unwrap_or_default();
                tokens.push(if is_alone {
                    text.to_uppercase().into()
                } else {
                    text.into()
                });
                starts.push((part == 0).then_some(from + i));
            }
        }
        from += row.len();
        starts.push(Some(from));
        for hit in table.find(&tokens) {
            let ends = (starts.get(hit.first), starts.get(hit.first + hit.words));
            let (Some(&Some(first)), Some(&Some(end))) = ends else {
                continue;
            };
            if hit.role != Role::Long || hit.words >= SHORTEST_LONG_FORM {
                found.push(Match {
                    first,
                    words: end - first,
                    role: hit.role,
                    forms: hit.forms,
                });
            }
        }
    }
    found
}

/// The phrase with the words of one match replaced, for every match and form.
pub(crate) fn versions<'t>(
    typed: &ast::Phrase,
    steps: &[Vec<Step>],
    strict: bool,
    table: &'t Table,
) -> Vec<(Phrase, &'t Form)> {
    let words: Vec<&Word> = typed.words().collect();
    let mut versions = Vec::new();
    for found in matches(&words, false, table) {
        let end = found.first + found.words;
        let within = steps.get(found.first + 1..end).unwrap_or_default();
        if within.iter().flatten().any(|step| step.gap_max > 0) {
            continue;
        }
        let before = steps.get(..found.first).unwrap_or_default();
        let after = steps.get(end..).unwrap_or_default();
        let gap = steps.get(found.first).and_then(|steps| steps.first());
        for form in found.forms {
            let mut replaced = in_a_row(form, strict).steps;
            if let (Some(first), Some(gap)) = (replaced.first_mut(), gap) {
                (first.gap_min, first.gap_max) = (gap.gap_min, gap.gap_max);
            }
            let steps = before
                .iter()
                .flatten()
                .chain(&replaced)
                .chain(after.iter().flatten());
            versions.push((
                Phrase {
                    steps: steps.cloned().collect(),
                    slop: typed.slop,
                },
                form,
            ));
            if versions.len() == MOST_VERSIONS {
                return versions;
            }
        }
    }
    versions
}

/// The words of a form, accent-sensitive if the typed words are; in capitals only if they are
/// another word in small letters.
pub(crate) fn in_a_row(form: &Form, strict: bool) -> Phrase {
    let has_case = form.role == Role::Capitals;
    let strict = strict || has_case;
    let mut phrase = words_of(form, strict);
    if has_case {
        for (step, token) in phrase.steps.iter_mut().zip(scan(&form.text)) {
            step.capitals = form.text.get(token.start..token.end).map(Capitals::of);
        }
    }
    phrase
}

fn words_of(form: &Form, strict: bool) -> Phrase {
    Phrase::exact(form.exact.iter().zip(&form.folded).map(|(exact, folded)| {
        Slot::new(if strict {
            Key::Exact(exact.into())
        } else {
            Key::Folded(folded.into())
        })
    }))
}

/// Whether other forms of the word may be searched for.
fn is_open(word: &Word) -> bool {
    word.form == ast::Form::Plain && matches!(word.accents, None | Some(AccentMode::Loose))
}
