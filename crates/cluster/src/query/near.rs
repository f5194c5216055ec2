//! NEAR as queries.
//!
//! Intervals of Lucene know a distance between two operands only. Of more, all
//! orders and all distances but the last are asked for. Operands in one
//! paragraph are fewer positions apart than paragraphs are, unless a paragraph
//! is that long.

use serde_json::{Value, json};
use timbao_query::plan::{Near, NearOrder, Phrase, Reach, TextField};

use crate::error::Result;
use crate::schema::PARAGRAPH_GAP;

use super::clauses::{MOST_ARRANGEMENTS, Query, all, any, choices_in, fields, without};
use super::phrases;
use super::slots::{PREFIX, Slots};

/// The query of words or phrases near each other.
pub(super) fn query(near: &Near, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    if near.order == NearOrder::Apart {
        return apart(near, field, slots);
    }
    let rows = Rows::new(near, fields(field).len(), slots)?;
    let certain = match near.reach {
        Reach::Sentence => None,
        _ => rows.intervals(near, field, true).unwrap_or_default(),
    };
    let within = match rows.is_complete {
        true => rows.intervals(near, field, false),
        false => None,
    };
    let unsure = match (near.reach, within) {
        (Reach::Words(_), Some(_)) if rows.is_certain => None,
        (Reach::Words(_), Some(within)) => within,
        (_, None) => together(near, field, slots)?.possible(),
        (reach, Some(within)) => {
            let is_certain = rows.is_certain && reach == Reach::Paragraph;
            let within = within.filter(|_| !is_certain);
            let long = json!({ "range": { "tokens": { "gte": PARAGRAPH_GAP } } });
            let long = together(near, field, slots)?
                .possible()
                .map(|t| all([long, t]));
            let clauses: Vec<Value> = within.into_iter().chain(long).collect();
            (!clauses.is_empty()).then(|| any(clauses))
        }
    };
    Ok(Query { certain, unsure })
}

/// Articles with the first operand that is not near any other one: in those without any other
/// operand it is not.
fn apart(near: &Near, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    let Some((first, others)) = near.operands.split_first() else {
        return Ok(Query::nothing());
    };
    let first = any_phrase(first, field, slots)?;
    let others = others.iter().map(|other| any_phrase(other, None, slots));
    let others = Query::any(others.collect::<Result<_>>()?).possible();
    let certain = match (first.certain.clone(), others) {
        // Without others all that matches is an occurrence of the first.
        (Some(first), None) => Some(first),
        (Some(first), Some(others)) => Some(without(first, others)),
        (None, _) => None,
    };
    Ok(Query {
        unsure: first.possible(),
        certain,
    })
}

/// Articles with all operands in one part of the text.
fn together(near: &Near, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
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
    Ok(Query::any(each))
}

fn any_phrase(phrases: &[Phrase], field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    let phrases = phrases.iter();
    let phrases = phrases.map(|phrase| phrases::query(phrase, field, slots));
    Ok(Query::any(phrases.collect::<Result<_>>()?))
}

/// The operands of NEAR as texts of adjacent slots.
struct Rows {
    /// By operand: the texts, and whether their case does not count.
    operands: Vec<Vec<(String, bool)>>,
    /// Whether each of the phrases has texts.
    is_complete: bool,
    /// Whether the case of none counts.
    is_certain: bool,
    /// Maximum number of terms in the clauses of all.
    most_terms: usize,
}

impl Rows {
    fn new(near: &Near, fields: usize, slots: &Slots<'_>) -> Result<Self> {
        let mut rows = Self {
            operands: Vec::new(),
            is_complete: true,
            is_certain: true,
            most_terms: slots.most_terms,
        };
        // A text with gaps has no prefixes.
        let has_gaps = matches!(near.reach, Reach::Words(_)) && near.operands.len() > 2;
        for operand in &near.operands {
            let mut here = Vec::new();
            for phrase in operand {
                let steps = phrases::spell(phrase, slots)?;
                if steps.iter().any(|s| s.is_complete && s.terms.is_empty()) {
                    continue;
                }
                rows.is_certain &= !phrase.has_case();
                let is_rigid =
                    phrase.slop == 0 && phrase.steps.iter().skip(1).all(|s| s.gap_max == 0);
                if is_rigid && !has_gaps && steps.iter().all(|step| step.is_complete) {
                    let steps = steps.iter().zip(&phrase.steps);
                    let text: Vec<String> = steps.map(|(s, step)| s.interval(&step.slot)).collect();
                    here.push((text.join(" "), !phrase.has_case()));
                    continue;
                }
                match phrases::arrangements(phrase, &steps, fields, slots.most_terms) {
                    Some((texts, _)) if phrase.slop == 0 => {
                        let texts = texts.into_iter();
                        here.extend(texts.map(|text| (text, !phrase.has_case())));
                    }
                    _ => rows.is_complete = false,
                }
            }
            rows.operands.push(here);
        }
        Ok(rows)
    }

    /// Articles where the operands are near each other: only by texts whose case does not count, or by
    /// all. `None` if these are too many intervals, `Some(None)` if no article can match.
    fn intervals(
        &self,
        near: &Near,
        field: Option<TextField>,
        is_certain: bool,
    ) -> Option<Option<Value>> {
        let ways = self.operands.iter().map(|rows| {
            let rows = rows.iter().filter(|(_, certain)| *certain || !is_certain);
            rows.map(|(text, _)| text.as_str()).collect()
        });
        let ways: Vec<Vec<&str>> = ways.collect();
        let sources = sources(&ways, near, fields(field).len(), self.most_terms)?;
        let each = fields(field).iter().map(
            |field| json!({ "intervals": { *field: { "any_of": { "intervals": sources } } } }),
        );
        Some((!sources.is_empty()).then(|| any(each)))
    }
}

/// Intervals of which any must occur; `None` if they are too many.
fn sources(
    ways: &[Vec<&str>],
    near: &Near,
    fields: usize,
    most_terms: usize,
) -> Option<Vec<Value>> {
    if ways.iter().any(Vec::is_empty) {
        return Some(Vec::new());
    }
    let orders = match near.order {
        NearOrder::Typed => vec![(0..ways.len()).collect()],
        _ => permutations(ways.len()),
    };
    let between = match near.reach {
        Reach::Words(distance) => {
            (distance as usize + 1).checked_pow(ways.len().saturating_sub(2) as u32)?
        }
        Reach::Sentence | Reach::Paragraph => 1,
    };
    let product = |counts: &dyn Fn(&[&str]) -> usize| {
        let mut ways = ways.iter();
        ways.try_fold(1usize, |all, texts| all.checked_mul(counts(texts)))
    };
    let of_each = between.checked_mul(orders.len())?;
    let total = product(&|texts: &[&str]| texts.len())?.checked_mul(of_each)?;
    let choices = product(&|texts: &[&str]| texts.iter().map(|text| choices_in(text)).sum())?;
    let lengths = ways.iter().flatten().map(|text| text.split(' ').count());
    let length = lengths.max().unwrap_or(0).max(1) * ways.len();
    let terms = choices.checked_mul(of_each)?.checked_mul(length * fields)?;
    if total > MOST_ARRANGEMENTS || terms > most_terms {
        return None;
    }
    let mut sources = Vec::new();
    for order in orders {
        for texts in chosen(&order, ways) {
            match near.reach {
                Reach::Words(distance) => sources.extend(chains(&texts, distance)),
                Reach::Sentence | Reach::Paragraph => sources.push(within_paragraph(&texts)),
            }
        }
    }
    Some(sources)
}

/// Texts one after the other, at most as far apart as the ends of a paragraph whose articles are
/// shorter than the gap between two paragraphs.
fn within_paragraph(texts: &[&str]) -> Value {
    let texts: Vec<Value> = texts.iter().map(|text| adjacent(text)).collect();
    json!({ "all_of": {
        "mode": "ordered", "max_gaps": PARAGRAPH_GAP - 1, "intervals": texts,
    } })
}

/// One text of each operand, in an order, in all combinations.
fn chosen<'w>(order: &[usize], ways: &[Vec<&'w str>]) -> Vec<Vec<&'w str>> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for &operand in order {
        let texts = ways.get(operand).map_or(&[][..], Vec::as_slice);
        let longer = all.iter().flat_map(|before| {
            texts.iter().map(|text| {
                let mut chosen = before.clone();
                chosen.push(*text);
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

/// The slots of a text one directly after the other.
fn adjacent(text: &str) -> Value {
    let match_of =
        |text: &str| json!({ "match": { "query": text, "mode": "ordered", "max_gaps": 0 } });
    if !text.contains(PREFIX) {
        return match_of(text);
    }
    let term = |term: &str| match term.strip_suffix(PREFIX) {
        Some(prefix) => json!({ "prefix": { "prefix": prefix } }),
        None => match_of(term),
    };
    let slot = |slot: &str| {
        let mut terms: Vec<Value> = slot.split('|').map(term).collect();
        match terms.len() {
            1 => terms.remove(0),
            _ => json!({ "any_of": { "intervals": terms } }),
        }
    };
    let mut slots: Vec<Value> = text.split(' ').map(slot).collect();
    match slots.len() {
        1 => slots.remove(0),
        _ => json!({ "all_of": { "mode": "ordered", "max_gaps": 0, "intervals": slots } }),
    }
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
