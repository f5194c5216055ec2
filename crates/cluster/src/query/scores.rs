//! The clauses that rank matches: words, and bigrams of adjacent words.

use serde_json::{Value, json};
use timbao_query::plan::{Near, Phrase, Plan};

use crate::error::Result;
use crate::terms::pair_term;

use super::clauses::{BAG, PAIRS};
use super::slots::{SlotTerms, Slots};

/// Weight of a bigram of bare words.
const PAIR: f32 = 0.6;
/// Factor of a word that asks a question, and of its bigrams.
const OPTIONAL: f32 = 0.4;
/// Maximum number of clauses; later ones do not rank.
const MOST_CLAUSES: usize = 200;
/// Maximum number of terms in a clause; a slot of more does not rank.
const MOST_TERMS: usize = 64;

/// The clauses of a plan. Conditions contribute nothing.
pub(super) fn clauses(plan: &Plan, slots: &Slots<'_>) -> Result<Vec<Value>> {
    let mut ranking = Ranking {
        slots,
        clauses: Vec::new(),
    };
    ranking.add(plan, 1.0)?;
    ranking.clauses.truncate(MOST_CLAUSES);
    Ok(ranking.clauses)
}

struct Ranking<'s, 'l> {
    slots: &'s Slots<'l>,
    clauses: Vec<Value>,
}

impl Ranking<'_, '_> {
    fn add(&mut self, plan: &Plan, weight: f32) -> Result<()> {
        match plan {
            Plan::Word(slot) => {
                let terms = self.slots.terms(slot)?;
                self.word(&terms, weight);
            }
            Plan::Phrase(phrase) => self.phrase(phrase, weight)?,
            Plan::Near(near) => self.near(near, weight)?,
            Plan::Ranked {
                items, optional, ..
            } => {
                let weight_of = |number: usize| match optional.contains(&number) {
                    true => weight * OPTIONAL,
                    false => weight,
                };
                for (number, item) in items.iter().enumerate() {
                    self.add(item, weight_of(number))?;
                }
                for (number, two) in items.windows(2).enumerate() {
                    let [first, second] = two else { continue };
                    let weight = weight_of(number).min(weight_of(number + 1));
                    if let (Some(first), Some(second)) = (first.typed_word(), second.typed_word()) {
                        let (first, second) = (self.slots.terms(first)?, self.slots.terms(second)?);
                        self.pair(&first, &second, weight * PAIR);
                    }
                }
            }
            Plan::Not(_) | Plan::Filter(_) | Plan::Everything | Plan::Nothing => {}
            // Others are ranked by their parts.
            _ => {
                for part in plan.children() {
                    self.add(part, weight)?;
                }
            }
        }
        Ok(())
    }

    /// A phrase is ranked by the bigrams of its adjacent words, or else by its words.
    fn phrase(&mut self, phrase: &Phrase, weight: f32) -> Result<()> {
        let steps = super::phrases::resolve(phrase, self.slots)?;
        let before = self.clauses.len();
        let pairs = steps.windows(2).zip(phrase.steps.iter().skip(1));
        let pairs = pairs.filter(|(_, step)| step.gap_max == 0 && phrase.slop == 0);
        let pairs: Vec<_> = pairs.map(|(two, _)| two).collect();
        for two in &pairs {
            if let [first, second] = two {
                self.pair(first, second, weight / pairs.len() as f32);
            }
        }
        if self.clauses.len() == before {
            for step in &steps {
                self.word(step, weight / steps.len() as f32);
            }
        }
        Ok(())
    }

    fn near(&mut self, near: &Near, weight: f32) -> Result<()> {
        let phrases: Vec<&Phrase> = near.operands.iter().flatten().collect();
        for phrase in &phrases {
            self.phrase(phrase, weight / phrases.len() as f32)?;
        }
        Ok(())
    }

    fn word(&mut self, slot: &SlotTerms, weight: f32) {
        if slot.is_complete && (1..=MOST_TERMS).contains(&slot.terms.len()) {
            let clause = json!({ "query": slot.text(), "boost": weight });
            self.clauses.push(json!({ "match": { BAG: clause } }));
        }
    }

    fn pair(&mut self, first: &SlotTerms, second: &SlotTerms, weight: f32) {
        let count = first.folded.len().saturating_mul(second.folded.len());
        if first.is_complete && second.is_complete && (1..=MOST_TERMS).contains(&count) {
            let firsts = first.folded.iter();
            let pairs: Vec<String> = firsts
                .flat_map(|a| second.folded.iter().map(move |b| pair_term(a, b)))
                .collect();
            let clause = json!({ "query": pairs.join("|"), "boost": weight });
            self.clauses.push(json!({ "match": { PAIRS: clause } }));
        }
    }
}
