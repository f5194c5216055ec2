//! Timbao, as the comparison runs it.

use timbao_index::plan::{Key, Phrase, Plan, Slot};
use timbao_tokenizer::{Keys, scan};

/// The slots of a text: exact keys if any syllable carries a mark, else folded
/// ones.
fn slots(text: &str) -> Vec<Slot> {
    let mut keys = Keys::new();
    let mut both = Vec::new();
    let mut accented = false;
    for token in scan(text) {
        keys.set(&text[token.start..token.end]);
        accented |= keys.is_marked();
        both.push((keys.exact().to_owned(), keys.folded().to_owned()));
    }
    both.into_iter()
        .map(|(exact, folded)| {
            Slot::new(if accented {
                Key::Exact(exact)
            } else {
                Key::Folded(folded)
            })
        })
        .collect()
}

/// The plan of a phrase, by how it is typed.
pub fn phrase(text: &str) -> Plan {
    Plan::Phrase(Phrase::exact(slots(text)))
}

/// The plan of words, of which `required` are asked for.
pub fn words(text: &str, required: impl FnOnce(usize) -> usize) -> Plan {
    let items: Vec<Plan> = slots(text).into_iter().map(Plan::Word).collect();
    let required = required(items.len());
    Plan::Ranked { items, required }
}
