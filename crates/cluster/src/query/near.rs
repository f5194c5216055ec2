//! NEAR as queries.
//!
//! Intervals of Lucene know a distance between two operands only. Of more, all
//! orders and all distances but the last are asked for.

use serde_json::{Value, json};
use timbao_query::plan::{Near, NearOrder, Phrase, Reach, TextField};

use crate::error::Result;

use super::clauses::{MOST_ARRANGEMENTS, MOST_TERMS, Query, any, fields};
use super::phrases;
use super::slots::Slots;

/// The query of words or phrases near each other.
pub(super) fn query(near: &Near, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    if let Some(sources) = sources(near, fields(field).len(), slots)? {
        if sources.is_empty() {
            return Ok(Query::nothing());
        }
        let each = fields(field).iter().map(
            |field| json!({ "intervals": { *field: { "any_of": { "intervals": sources } } } }),
        );
        return Ok(Query::exact(any(each)));
    }
    if near.order == NearOrder::Apart {
        let first = near.operands.first().map_or(&[][..], Vec::as_slice);
        return Ok(any_phrase(first, field, slots)?.inexact());
    }
    // All operands in one part of the text.
    let parts: Vec<Option<TextField>> = match field {
        Some(field) => vec![Some(field)],
        None => timbao_views::TEXT_FIELDS.map(Some).to_vec(),
    };
    let mut each = Vec::new();
    for part in parts {
        let operands = near.operands.iter();
        let operands = operands.map(|phrases| any_phrase(phrases, part, slots));
        each.push(Query::all(operands.collect::<Result<_>>()?));
    }
    Ok(Query::any(each).inexact())
}

fn any_phrase(phrases: &[Phrase], field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    let phrases = phrases.iter();
    let phrases = phrases.map(|phrase| phrases::query(phrase, field, slots));
    Ok(Query::any(phrases.collect::<Result<_>>()?))
}

/// Intervals of which any must occur; `None` if they cannot say what is meant, or are too many.
fn sources(near: &Near, fields: usize, slots: &Slots<'_>) -> Result<Option<Vec<Value>>> {
    let Reach::Words(distance) = near.reach else {
        return Ok(None);
    };
    let mut phrases = near.operands.iter().flatten();
    if near.order == NearOrder::Apart || phrases.any(|p| p.has_case() || p.slop > 0) {
        return Ok(None);
    }
    let mut ways: Vec<Vec<String>> = Vec::new();
    for operand in &near.operands {
        let mut rows = Vec::new();
        for phrase in operand {
            let steps = phrases::resolve(phrase, slots)?;
            if steps.iter().any(|s| s.is_complete && s.terms.is_empty()) {
                continue;
            }
            match phrases::arrangements(phrase, &steps, fields) {
                Some((texts, _)) => rows.extend(texts),
                None => return Ok(None),
            }
        }
        ways.push(rows);
    }
    let orders = match near.order {
        NearOrder::Typed => vec![(0..ways.len()).collect()],
        _ => permutations(ways.len()),
    };
    let between = (distance as usize + 1).checked_pow(ways.len().saturating_sub(2) as u32);
    let choices = ways
        .iter()
        .try_fold(1usize, |all, w| all.checked_mul(w.len()));
    let total = between
        .zip(choices)
        .and_then(|(between, choices)| between.checked_mul(choices)?.checked_mul(orders.len()));
    let length: usize = ways
        .iter()
        .flatten()
        .map(|text| terms_in(text))
        .max()
        .unwrap_or(0);
    let is_small = |total: usize| {
        total <= MOST_ARRANGEMENTS && total * length.max(1) * ways.len() * fields <= MOST_TERMS
    };
    if !total.is_some_and(is_small) {
        return Ok(None);
    }
    let mut sources = Vec::new();
    for order in orders {
        for texts in chosen(&order, &ways) {
            sources.extend(chains(&texts, distance));
        }
    }
    Ok(Some(sources))
}

fn terms_in(text: &str) -> usize {
    text.split([' ', '|']).count()
}

/// One text of each operand, in an order, in all combinations.
fn chosen<'w>(order: &[usize], ways: &'w [Vec<String>]) -> Vec<Vec<&'w str>> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for &operand in order {
        let texts = ways.get(operand).map_or(&[][..], Vec::as_slice);
        let longer = all.iter().flat_map(|before| {
            texts.iter().map(|text| {
                let mut chosen = before.clone();
                chosen.push(text);
                chosen
            })
        });
        all = longer.collect();
    }
    all
}

/// Texts one after the other: all but the last at fixed distances, the last within one.
fn chains(texts: &[&str], distance: u32) -> Vec<Value> {
    let Some((last, before)) = texts.split_last() else {
        return Vec::new();
    };
    let mut heads = vec![String::new()];
    for (number, text) in before.iter().enumerate() {
        let gaps = if number == 0 { 0..=0 } else { 0..=distance };
        let longer = heads.iter().flat_map(|head| {
            gaps.clone().map(move |gap| {
                let space = if head.is_empty() { "" } else { " " };
                format!("{head}{space}{}{text}", "_ ".repeat(gap as usize))
            })
        });
        heads = longer.collect();
    }
    let heads = heads.iter();
    let chains = heads.map(|head| {
        json!({ "all_of": {
            "mode": "ordered",
            "max_gaps": distance,
            "intervals": [adjacent(head), adjacent(last)],
        } })
    });
    chains.collect()
}

fn adjacent(text: &str) -> Value {
    json!({ "match": { "query": text, "mode": "ordered", "max_gaps": 0 } })
}

/// All orders of numbers below `count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for number in 0..count {
        let longer = all.iter().flat_map(|order| {
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, number);
                order
            })
        });
        all = longer.collect();
        if all.len() > MOST_ARRANGEMENTS {
            break;
        }
    }
    all
}
