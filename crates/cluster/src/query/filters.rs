//! Conditions on metadata as queries.

use serde_json::{Value, json};
use timbao_query::plan::{Facet, Filter, Key, Slot, Stated};
use timbao_views::facet_key;

use crate::error::Result;
use crate::schema::{key_field, words_field};

use super::clauses::Query;
use super::slots::Slots;

/// The field of the day of publication.
const DAY: &str = "day";

/// The query of a condition.
pub(super) fn query(filter: &Filter, slots: &Slots<'_>) -> Result<Query> {
    Ok(match filter {
        Filter::Date {
            from: None,
            to: None,
        }
        | Filter::Has(Stated::Date) => Query::exact(exists(DAY)),
        Filter::Date { from, to } => {
            let mut range = serde_json::Map::new();
            range.extend(from.map(|from| ("gte".to_owned(), json!(from))));
            range.extend(to.map(|to| ("lte".to_owned(), json!(to))));
            Query::exact(json!({ "range": { DAY: range } }))
        }
        Filter::Has(Stated::Facet(facet)) if facet.is_period() => Query::exact(exists(DAY)),
        Filter::Has(Stated::Facet(facet)) => Query::exact(exists(facet.name())),
        Filter::Is { facet, value } if facet.is_period() => {
            Query::exact(json!({ "term": { facet.name(): value.trim() } }))
        }
        Filter::Is { facet, value } => {
            Query::exact(json!({ "term": { key_field(*facet): facet_key(value) } }))
        }
        // A period has no words of its own in the index.
        Filter::Facet { facet, .. } if facet.is_period() => Query::unsure(exists(DAY)),
        Filter::Facet {
            facet,
            slots: words,
        } => phrase(*facet, words, slots)?,
        Filter::Id(id) => Query::exact(json!({ "term": { "id": id } })),
    })
}

fn exists(field: &str) -> Value {
    json!({ "exists": { "field": field } })
}

/// Values that contain slots as a phrase. The vocabulary is that of texts, so that families of
/// keys are left open.
fn phrase(facet: Facet, words: &[Slot], slots: &Slots<'_>) -> Result<Query> {
    if words.is_empty() {
        return Ok(Query::nothing());
    }
    let is_plain = |slot: &Slot| {
        let mut keys = slot.keys.iter();
        keys.all(|key| matches!(key, Key::Exact(_) | Key::Folded(_)))
    };
    let mut texts = Vec::new();
    for slot in words {
        texts.push(match is_plain(slot) {
            true => Some(slots.terms(slot)?.text()),
            false => None,
        });
    }
    let is_exact = texts.iter().all(Option::is_some);
    let known = texts.iter().position(Option::is_some);
    let last = texts.iter().rposition(Option::is_some);
    let Some(known) = known.zip(last).and_then(|(a, b)| texts.get(a..=b)) else {
        return Ok(Query::unsure(exists(facet.name())));
    };
    let row: Vec<&str> = known.iter().map(|t| t.as_deref().unwrap_or("_")).collect();
    let json = json!({ "match_phrase": { words_field(facet): row.join(" ") } });
    Ok(match is_exact {
        true => Query::exact(json),
        false => Query::unsure(json),
    })
}
