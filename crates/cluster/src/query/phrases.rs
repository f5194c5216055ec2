//! Phrases as queries.
//!
//! OpenSearch finds slots at fixed places. Gaps of several widths, and slop
//! where one token could fill two slots, are asked for as all arrangements.

use std::ops::RangeInclusive;
use std::rc::Rc;

use serde_json::{Value, json};
use timbao_query::plan::{Phrase, TextField};

use crate::error::Result;
use crate::terms::pair_term;

use super::clauses::{MOST_ARRANGEMENTS, PAIRS, Query, any, fields, terms};
use super::slots::{SlotTerms, Slots};
use super::words;

/// Maximum number of bigrams that two neighbours may stand for, to be asked for first.
const MOST_PAIRS: usize = 16;

/// The query of a phrase.
pub(super) fn query(phrase: &Phrase, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    let steps = resolve(phrase, slots)?;
    if steps.is_empty() || steps.iter().any(|s| s.is_complete && s.terms.is_empty()) {
        return Ok(Query::nothing());
    }
    let decided = |query: Query| match phrase.has_case() {
        true => query.inexact(),
        false => query,
    };
    if let [step] = phrase.steps.as_slice() {
        return Ok(decided(words::query(&step.slot, field, slots)?));
    }
    let fields = fields(field);
    let pairs = pairs(phrase, &steps);
    if let [pair] = pairs.as_slice()
        && steps.len() == 2
        && field.is_none()
        && steps.iter().all(|step| step.is_folded)
    {
        return Ok(decided(Query::exact(pair.clone())));
    }
    let steps = spell(phrase, slots)?;
    if steps.iter().any(|s| s.is_complete && s.terms.is_empty()) {
        return Ok(Query::nothing());
    }
    let query = match arrangements(phrase, &steps, fields.len(), slots.most_terms) {
        Some((texts, slop)) => {
            let each = texts.iter().flat_map(|text| {
                fields.iter().map(move |field| match slop {
                    0 => json!({ "match_phrase": { *field: text } }),
                    slop => json!({ "match_phrase": { *field: { "query": text, "slop": slop } } }),
                })
            });
            decided(Query::exact(any(each)))
        }
        None => together(&steps, fields).inexact(),
    };
    let filters = pairs.into_iter().map(Query::exact);
    Ok(Query::all(filters.chain([query]).collect()))
}

/// The terms of the slots of a phrase in texts.
pub(super) fn spell(phrase: &Phrase, slots: &Slots<'_>) -> Result<Vec<Rc<SlotTerms>>> {
    slots.spelled(phrase.steps.iter().map(|step| &step.slot))
}

/// The terms of the slots of a phrase where words are counted.
pub(super) fn resolve(phrase: &Phrase, slots: &Slots<'_>) -> Result<Vec<Rc<SlotTerms>>> {
    let steps = phrase.steps.iter();
    steps.map(|step| slots.terms(&step.slot)).collect()
}

/// Articles with all slots in one part of the text.
fn together(steps: &[Rc<SlotTerms>], fields: &[&str]) -> Query {
    let known: Vec<_> = steps.iter().filter(|step| step.is_complete).collect();
    if known.is_empty() {
        return Query::everything();
    }
    let each = fields.iter().map(|field| {
        let all: Vec<Value> = known.iter().map(|s| terms(field, &s.terms)).collect();
        json!({ "bool": { "filter": all } })
    });
    Query::exact(any(each))
}

/// Conditions on the bigrams of adjacent slots, which few articles meet.
fn pairs(phrase: &Phrase, steps: &[Rc<SlotTerms>]) -> Vec<Value> {
    if phrase.slop > 0 {
        return Vec::new();
    }
    let adjacent = steps.windows(2).zip(phrase.steps.iter().skip(1));
    let adjacent = adjacent.filter(|(_, step)| step.gap_max == 0);
    let pairs = adjacent.filter_map(|(two, _)| {
        let [first, second] = two else {
            return None;
        };
        let is_known = first.is_complete && second.is_complete;
        let count = first.folded.len().saturating_mul(second.folded.len());
        (is_known && count <= MOST_PAIRS).then(|| {
            let firsts = first.folded.iter();
            let all: Vec<String> = firsts
                .flat_map(|a| second.folded.iter().map(move |b| pair_term(a, b)))
                .collect();
            terms(PAIRS, &all)
        })
    });
    pairs.collect()
}

/// The texts of all arrangements that a phrase stands for, and the slop they are asked for with;
/// `None` if there are too many, or too many terms.
pub(super) fn arrangements(
    phrase: &Phrase,
    steps: &[Rc<SlotTerms>],
    fields: usize,
    most_terms: usize,
) -> Option<(Vec<String>, u32)> {
    if steps.iter().any(|step| !step.is_complete) {
        return None;
    }
    let rest = phrase.steps.iter().skip(1);
    let gap = |min: u32, max: u32| -> RangeInclusive<u32> { min..=max.max(min) };
    let (places, slop) = match phrase.slop {
        0 => (spread(rest.map(|s| gap(s.gap_min, s.gap_max)))?, 0),
        slop => {
            let typed = spread(rest.map(|s| gap(s.gap_min, s.gap_min)))?;
            match may_share(steps) {
                true => (displaced(typed.first()?, slop)?, 0),
                false => (typed, slop),
            }
        }
    };
    let in_each: usize = steps.iter().map(|step| step.terms.len()).sum();
    let all = in_each.saturating_mul(places.len()).saturating_mul(fields);
    if all > most_terms {
        return None;
    }
    let texts: Vec<String> = steps.iter().map(|step| step.text()).collect();
    let rows = places.iter().map(|places| row(&texts, places));
    Some((rows.collect(), slop))
}

/// Whether one token could fill two slots, which Lucene's own slop allows.
fn may_share(steps: &[Rc<SlotTerms>]) -> bool {
    steps.iter().enumerate().any(|(number, step)| {
        let before = steps.get(..number).unwrap_or_default();
        let in_other = |key| before.iter().any(|s| s.folded.binary_search(key).is_ok());
        step.folded.iter().any(in_other)
    })
}

/// The places of the slots for all widths of the gaps.
fn spread(gaps: impl Iterator<Item = RangeInclusive<u32>>) -> Option<Vec<Vec<u32>>> {
    let mut all = vec![vec![0]];
    for gap in gaps {
        let widths = (gap.end() - gap.start() + 1) as usize;
        if all.len().saturating_mul(widths) > MOST_ARRANGEMENTS {
            return None;
        }
        let wider = all.iter().flat_map(|places: &Vec<u32>| {
            gap.clone().map(|width| {
                let mut places = places.clone();
                let last = places.last().copied().unwrap_or(0);
                places.push(last + 1 + width);
                places
            })
        });
        all = wider.collect();
    }
    Some(all)
}

/// The places of the slots for all displacements of a phrase: each by at most the slop, at least
/// one by nothing, no two at one place.
fn displaced(typed: &[u32], slop: u32) -> Option<Vec<Vec<u32>>> {
    let shifts = (slop as usize).checked_add(1)?;
    let count = shifts.checked_pow(u32::try_from(typed.len()).ok()?)?;
    if count.checked_sub((slop as usize).checked_pow(typed.len() as u32)?)? > MOST_ARRANGEMENTS {
        return None;
    }
    let mut found = Vec::new();
    let mut shift = vec![0u32; typed.len()];
    loop {
        let places: Vec<u32> = typed.iter().zip(&shift).map(|(t, s)| t + s).collect();
        let mut sorted = places.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if shift.contains(&0) && sorted.len() == places.len() {
            found.push(places);
        }
        // The next number with the base of the slop plus one.
        let Some(digit) = shift.iter().rposition(|&s| s < slop) else {
            return Some(found);
        };
        shift[digit] += 1;
        shift[digit + 1..].fill(0);
    }
}

/// Slots at places, and `_` where nothing is asked.
fn row(slots: &[String], places: &[u32]) -> String {
    let first = places.iter().min().copied().unwrap_or(0);
    let last = places.iter().max().copied().unwrap_or(0);
    let mut words = vec!["_"; (last - first) as usize + 1];
    for (slot, place) in slots.iter().zip(places) {
        if let Some(word) = words.get_mut((place - first) as usize) {
            *word = slot;
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{displaced, row, spread};

    #[test]
    fn gaps_are_spread_and_displacements_enumerated() {
        assert_eq!(
            spread([0..=1, 2..=2].into_iter()),
            Some(vec![vec![0, 1, 4], vec![0, 2, 5]])
        );
        assert_eq!(spread([0..=40, 0..=40].into_iter()), None);
        let two = displaced(&[0, 1], 2).unwrap();
        // As typed, apart by one or two, or exchanged.
        assert_eq!(
            two,
            [[0, 1], [0, 2], [0, 3], [1, 1], [2, 1]]
                .into_iter()
                .filter(|p| p[0] != p[1])
                .map(Vec::from)
                .collect::<Vec<_>>()
        );
        assert_eq!(displaced(&[0; 30], 3), None);
    }

    #[test]
    fn rows_have_gaps() {
        let slots = ["a".to_owned(), "b".to_owned()];
        assert_eq!(row(&slots, &[1, 3]), "a _ b");
        assert_eq!(row(&slots, &[2, 1]), "b a");
    }
}
