//! Functions on text and files that need no index.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use timbao_articles::read_all;
use timbao_tokenizer::charset::Charset;
use timbao_tokenizer::{KeyCache, Keys, Token, charset, scan, write_out};

use crate::argument::Text;
use crate::errors::{Failure, Result};
use crate::query::pick;
use crate::table::{Columns, Joined, Table};

/// Words whose spellings are kept.
const KEPT: usize = 1 << 16;

thread_local! {
    /// The spelling of words as they occur, which are few: with accents, and without.
    static SPELLINGS: RefCell<[HashMap<String, Py<PyString>>; 2]> = RefCell::default();
    static KEYS: RefCell<KeyCache> = RefCell::default();
}

/// The tokens of a text in standard spelling.
#[pyfunction]
pub(crate) fn tokens<'py>(
    py: Python<'py>,
    text: Text<'_>,
    folded: bool,
) -> PyResult<Bound<'py, PyList>> {
    let text = &*text;
    SPELLINGS.with_borrow_mut(|kept| {
        let kept = &mut kept[usize::from(folded)];
        let list = PyList::empty(py);
        let mut keys = Keys::new();
        for token in scan(text) {
            let word = text.get(token.start..token.end).unwrap_or_default();
            if let Some(spelling) = kept.get(word) {
                list.append(spelling.bind(py))?;
                continue;
            }
            keys.set(word);
            let spelling = match folded {
                true => PyString::new(py, keys.folded()),
                false => PyString::new(py, &write_out(keys.exact())),
            };
            list.append(&spelling)?;
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(word.to_owned(), spelling.unbind());
        }
        Ok(list)
    })
}

/// The tokens of a text with their keys and places, as a table.
#[pyfunction]
pub(crate) fn analyze(py: Python<'_>, text: Text<'_>) -> PyResult<Table> {
    Ok(py.detach(|| token_columns(&text).table())?)
}

fn token_columns(text: &str) -> Columns {
    let tokens: Vec<Token> = scan(text).collect();
    let places = characters(text, &tokens);
    let (mut exact, mut folded) = (Joined::default(), Joined::default());
    KEYS.with_borrow_mut(|keys| {
        for token in &tokens {
            let keys = keys.keys(text, token);
            exact.push(keys.exact());
            folded.push(keys.folded());
        }
    });
    let source = |token: &Token| text.get(token.start..token.end).unwrap_or_default();
    Columns::default()
        .count(
            "position",
            tokens.iter().map(|token| u64::from(token.position)),
        )
        .count("start", places.iter().map(|place| place.0))
        .count("end", places.iter().map(|place| place.1))
        .text("source", tokens.iter().map(source))
        .text("exact", exact.iter())
        .text("folded", folded.iter())
        .text("kind", tokens.iter().map(|token| token.kind.name()))
        .text("gap", tokens.iter().map(|token| token.gap.name()))
        .flag("joined", tokens.iter().map(|token| token.joined))
}

/// The first character of each token, and the one after its last.
fn characters(text: &str, tokens: &[Token]) -> Vec<(u64, u64)> {
    let (mut byte, mut character) = (0, 0);
    let mut at = |end: usize| {
        let between = text.get(byte..end).unwrap_or_default();
        character += between.chars().count() as u64;
        byte = end;
        character
    };
    tokens
        .iter()
        .map(|token| (at(token.start), at(token.end)))
        .collect()
}

/// The exact key of a word.
#[pyfunction]
pub(crate) fn exact_key(word: Text<'_>) -> String {
    timbao_tokenizer::exact_key(&word)
}

/// A text without accents, in lower case.
#[pyfunction]
pub(crate) fn fold(py: Python<'_>, text: Text<'_>) -> String {
    py.detach(|| timbao_tokenizer::fold(&text))
}

/// Text of bytes, in a charset or the one that it seems to be in.
#[pyfunction]
pub(crate) fn decode(py: Python<'_>, data: &[u8], charset: Option<&str>) -> PyResult<String> {
    let charset = charset.map(named).transpose()?;
    Ok(py.detach(|| {
        let charset = charset.unwrap_or_else(|| charset::detect(data).charset);
        charset::decode(data, charset).0
    }))
}

/// The charset that bytes seem to be in, and how sure that is.
#[pyfunction]
pub(crate) fn detect(py: Python<'_>, data: &[u8]) -> (&'static str, f32) {
    let found = py.detach(|| charset::detect(data));
    (found.charset.name(), found.confidence)
}

fn named(name: &str) -> Result<Charset> {
    let known = Charset::ALL.map(|charset| (charset.name(), charset));
    let mut matching = known
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    match matching.next() {
        Some(&(_, charset)) => Ok(charset),
        None => pick("charset", name, &known),
    }
}

/// The articles of a file or folder as JSON, and the problems.
#[pyfunction]
pub(crate) fn read(py: Python<'_>, path: PathBuf) -> PyResult<(Vec<String>, Vec<String>)> {
    Ok(py.detach(|| -> Result<_> {
        if !path.exists() {
            let message = format!("there is no file or directory at {}", path.display());
            return Err(Failure::source(message));
        }
        let (mut articles, mut problems) = (Vec::new(), Vec::new());
        read_all(&path, &mut |read| match read {
            Ok(article) => articles.extend(serde_json::to_string(&article)),
            Err(problem) => problems.push(problem.to_string()),
        });
        Ok((articles, problems))
    })?)
}
