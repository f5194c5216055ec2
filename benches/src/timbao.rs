//! Timbao, as the comparison runs it.

use std::path::Path;

use timbao_articles::Article;
use timbao_index::{Index, Result, WriterOptions};
use timbao_query::Request;
use timbao_query::plan::{Key, Phrase, Plan, Slot};
use timbao_tokenizer::{KeyCache, scan};

/// Indexes articles in a directory and commits them.
///
/// # Errors
///
/// An error of the index.
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
    writer.commit()?;
    writer.finish()?;
    Ok(index)
}

/// Merges an index into one segment.
///
/// # Errors
///
/// An error of the index.
pub fn merge(index: &Index, memory: usize) -> Result<()> {
    let threads = 1;
    let mut writer = index.writer(WriterOptions { threads, memory })?;
    writer.merge_all()?;
    writer.finish()
}

/// The plan of a query that somebody types.
pub fn typed(query: &str) -> Plan {
    Request::new(query).plan().clone()
}

/// Words joined by AND or, if not `all`, by OR, as somebody types them.
pub fn joined(words: &str, all: bool) -> String {
    let operator = if all { " AND " } else { " OR " };
    words.split_whitespace().collect::<Vec<_>>().join(operator)
}

/// Makes plans of phrases. The keys of words it has seen are remembered, as there
/// are few syllables.
#[derive(Default)]
pub struct Planner {
    keys: KeyCache,
}

impl Planner {
    /// The plan of a phrase, by how it is typed.
    pub fn phrase(&mut self, text: &str) -> Plan {
        Plan::Phrase(Phrase::exact(self.slots(text)))
    }

    /// The plan of a query of a kind that `compare --write-queries` writes.
    pub fn of_kind(&mut self, kind: &str, query: &str) -> Plan {
        match kind.starts_with("phrase") {
            true => self.phrase(query),
            false => typed(&joined(query, kind.contains("(AND)"))),
        }
    }

    /// The slots of a text: exact keys if any syllable carries a mark, else folded
    /// ones.
    fn slots(&mut self, text: &str) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(8);
        if text
            .bytes()
            .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
        {
            // Such words are their own keys.
            for token in scan(text) {
                slots.push(Slot::new(Key::Folded(text[token.start..token.end].into())));
            }
            return slots;
        }
        let mut accented = false;
        for token in scan(text) {
            let keys = self.keys.keys(text, &token);
            accented |= keys.is_marked();
            slots.push(Slot::new(Key::Exact(keys.exact().clone())));
        }
        if !accented {
            // Both keys of an unaccented word are equal.
            for key in slots.iter_mut().flat_map(|slot| &mut slot.keys) {
                if let Key::Exact(same) = key {
                    *key = Key::Folded(std::mem::take(same));
                }
            }
        }
        slots
    }
}
