//! Regular expressions over one word.

use regex::{Regex, RegexBuilder};

/// Maximum size of a compiled expression and of its cache, in bytes.
const MAX_SIZE: usize = 1 << 18;

/// Compiles the regular expression of a word.
///
/// It matches whole words in any case. Matching takes time linear in the word.
///
/// # Errors
///
/// If the expression is invalid, or takes more than 256 KiB when compiled.
///
/// ```
/// use timbao_query::word_regex;
/// let regex = word_regex("chuy[eể]n").unwrap();
/// assert!(regex.is_match("chuyển") && !regex.is_match("chuyển2"));
/// assert!(word_regex("(").is_err());
/// ```
pub fn word_regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .case_insensitive(true)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .build()
}
