//! What completions are made of.

use timbao_query::plan::{Key, Phrase, Plan, Slot};

/// Words as exact keys.
pub(super) type Words = Vec<String>;

/// A completed text, and the start of the completed part.
pub(super) type Candidate = (String, usize);

/// The plan of adjacent words.
pub(super) fn plan(words: &Words) -> Plan {
    let slots = words.iter().map(|key| Slot::new(Key::Exact(key.into())));
    let mut slots: Vec<Slot> = slots.collect();
    match slots.len() {
        1 => slots.pop().map_or(Plan::Nothing, Plan::Word),
        _ => Plan::Phrase(Phrase::exact(slots)),
    }
}
