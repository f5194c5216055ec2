//! The terms under which keys are indexed.
//!
//! A token `FOLDED'EXACT` is an exact term. Where words are counted without positions, the index
//! analyzer also makes the folded term `FOLDED` of it; texts are searched for all exact terms of a
//! folded key, which takes half of the space.
//! Keys contain neither apostrophes nor white space nor the other signs used here.

/// Separates the folded from the exact key. The filter `apostrophe` of OpenSearch cuts there.
const APOSTROPHE: char = '\'';
/// Separates the keys of a bigram.
const BETWEEN: char = '·';

/// The term of a folded key.
///
/// ```
/// assert_eq!(timbao_cluster::folded_term("dang"), "dang");
/// ```
pub fn folded_term(folded: &str) -> String {
    folded.to_owned()
}

/// The term of an exact key with its folded key.
///
/// ```
/// use timbao_cluster::exact_term;
/// assert_eq!(exact_term("dang", "đang"), "dang'đang");
/// assert_eq!(exact_term("dang", "dang"), "dang'");
/// ```
pub fn exact_term(folded: &str, exact: &str) -> String {
    let mut term = String::with_capacity(folded.len() + exact.len() + 1);
    push_token(&mut term, folded, exact);
    term
}

/// The term of a bigram of folded keys.
///
/// ```
/// assert_eq!(timbao_cluster::pair_term("tu", "do"), "tu·do");
/// ```
pub fn pair_term(first: &str, second: &str) -> String {
    format!("{first}{BETWEEN}{second}")
}

/// Appends the token of a word, which is its exact term.
pub(crate) fn push_token(out: &mut String, folded: &str, exact: &str) {
    out.push_str(folded);
    out.push(APOSTROPHE);
    if exact != folded {
        out.push_str(exact);
    }
}
