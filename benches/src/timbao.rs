//! Timbao, as the comparison runs it.

use std::path::Path;

use timbao_articles::Article;
use timbao_index::plan::{Key, Phrase, Plan, Slot};
use timbao_index::{Index, Result, WriterOptions};
use timbao_tokenizer::{Keys, scan};

/// Indexes articles in a folder and commits them.
///
/// # Errors
///
/// What the index reports.
pub fn build(
    dir: &Path,
    articles: impl Iterator<Item = Article>,
    threads: usize,
    memory: usize,
) -> Result<Index> {
    let index = Index::open_or_create(dir)?;
    let mut writer = index.writer(WriterOptions { threads, memory })?;
    for (i, article) in articles.enumerate() {
        writer.add(&i.to_string(), article)?;
    }
    writer.commit("{}")?;
    writer.finish()?;
    Ok(index)
}

/// Merges an index into one segment.
///
/// # Errors
///
/// What the index reports.
pub fn merge(index: &Index, memory: usize) -> Result<()> {
    let threads = 1;
    let mut writer = index.writer(WriterOptions { threads, memory })?;
    writer.merge_all()?;
    writer.finish()
}

/// The slots of a text: exact keys if any syllable carries a mark, else folded
/// ones.
fn slots(text: &str) -> impl Iterator<Item = Slot> {
    let mut keys = Keys::new();
    let mut exact = Vec::with_capacity(8);
    let mut accented = false;
    for token in scan(text) {
        keys.set(&text[token.start..token.end]);
        accented |= keys.is_marked();
        exact.push(keys.exact().to_owned());
    }
    // Where nothing is marked, both keys are the same.
    let key = if accented { Key::Exact } else { Key::Folded };
    exact.into_iter().map(move |k| Slot::new(key(k)))
}

/// The plan of a phrase, by how it is typed.
pub fn phrase(text: &str) -> Plan {
    Plan::Phrase(Phrase::exact(slots(text)))
}

/// The plan of words, of which `required` are asked for.
pub fn words(text: &str, required: impl FnOnce(usize) -> usize) -> Plan {
    let items: Vec<Plan> = slots(text).map(Plan::Word).collect();
    let required = required(items.len());
    Plan::Ranked { items, required }
}
