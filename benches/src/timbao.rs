//! Timbao, as the comparison runs it.

use timbao_index::plan::{Key, Phrase, Plan, Slot};
use timbao_tokenizer::{Keys, scan};

fn slots(text: &str, folded: bool) -> Vec<Slot> {
    let mut keys = Keys::new();
    scan(text)
        .map(|token| {
            keys.set(&text[token.start..token.end]);
            Slot::new(if folded {
                Key::Folded(keys.folded().into())
            } else {
                Key::Exact(keys.exact().into())
            })
        })
        .collect()
}

/// Whether any syllable carries a mark.
pub fn is_accented(text: &str) -> bool {
    let mut keys = Keys::new();
    scan(text).any(|token| {
        keys.set(&text[token.start..token.end]);
        keys.is_marked()
    })
}

/// The plan of a phrase, by how it is typed.
pub fn phrase(text: &str) -> Plan {
    Plan::Phrase(Phrase::exact(slots(text, !is_accented(text))))
}

/// The plan of words, of which `required` are asked for.
pub fn words(text: &str, required: impl FnOnce(usize) -> usize) -> Plan {
    let items: Vec<Plan> = slots(text, !is_accented(text))
        .into_iter()
        .map(Plan::Word)
        .collect();
    let required = required(items.len());
    Plan::Ranked { items, required }
}
