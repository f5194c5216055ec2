//! The clauses that rank matches: words, and bigrams of adjacent words.

use serde_json::{Value, json};
use timbao_query::plan::{Key, MinimumMatch, Near, Phrase, Plan, Slot};
use timbao_tokenizer::fold;
use timbao_views::weights::{NEVER, TermWeights, association};

use crate::error::Result;
use crate::terms::pair_term;

use super::clauses::{BAG, PAIRS, term_count};
use super::lookup::Lookup;
use super::slots::{SlotTerms, Slots};

/// Maximum number of clauses; later ones do not rank.
const MOST_CLAUSES: usize = 200;
/// Maximum number of terms in a clause; a slot of more does not rank.
const MOST_TERMS: usize = 64;
/// Maximum number of terms in all clauses; later ones do not rank.
const MOST_IN_ALL: usize = 6_000;

/// The clauses of a plan. Conditions contribute nothing.
pub(super) fn clauses(plan: &Plan, lookup: &dyn Lookup) -> Result<Vec<Value>> {
    let slots = &Slots::new(lookup);
    let mut ranking = Ranking {
        slots,
        lookup,
        clauses: Vec::new(),
    };
    ranking.add(plan, 1.0)?;
    let mut terms = 0;
    let clauses = ranking.clauses.into_iter().take(MOST_CLAUSES);
    let clauses = clauses.take_while(|clause| {
        terms += term_count(clause);
        terms <= MOST_IN_ALL
    });
    Ok(clauses.collect())
}

/// The plans whose numbers of articles a query and its weights depend on.
pub(super) fn counted(plan: &Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    if let Plan::Ranked { items, minimum, .. } = plan {
        if matches!(minimum, MinimumMatch::Weight(_)) {
            plans.extend_from_slice(items);
        }
        plans.extend(neighbours(items));
    }
    plans.extend(plan.children().iter().flat_map(counted));
    plans
}

/// Of each two adjacent words in any accents the first, the second, and both as a phrase.
fn neighbours(items: &[Plan]) -> Vec<Plan> {
    let mut plans = Vec::new();
    for two in items.windows(2) {
        let [first, second] = two else { continue };
        if let (Some(first), Some(second)) = (first.typed_word(), second.typed_word()) {
            let (first, second) = (folded(first), folded(second));
            let phrase = Phrase::exact([first.clone(), second.clone()]);
            plans.extend([Plan::Word(first), Plan::Word(second), Plan::Phrase(phrase)]);
        }
    }
    plans
}

/// A slot for any accents.
fn folded(slot: &Slot) -> Slot {
    let mut slot = slot.clone();
    for key in &mut slot.keys {
        if let Key::Exact(exact) = key {
            *key = Key::Folded(fold(exact).into());
        }
    }
    slot
}

/// The number of occurrences of a word that a number of articles contain, as if they were spread at
/// random.
fn occurrences(articles: u64, holding: u64) -> f64 {
    let (all, with) = (articles as f64, holding as f64);
    -all * (1.0 - with / (all + 1.0)).ln()
}

struct Ranking<'s, 'l> {
    slots: &'s Slots<'l>,
    lookup: &'s dyn Lookup,
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
                let weights = TermWeights::of_units(&self.associations(items)?, optional);
                for (item, of_word) in items.iter().zip(&weights.words) {
                    self.add(item, weight * of_word)?;
                }
                for (two, of_bigram) in items.windows(2).zip(&weights.bigrams) {
                    let [first, second] = two else { continue };
                    if let (Some(first), Some(second)) = (first.typed_word(), second.typed_word()) {
                        let (first, second) = (self.slots.terms(first)?, self.slots.terms(second)?);
                        self.pair(&first, &second, weight * of_bigram);
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

    /// The associations of neighbours, from numbers of articles.
    fn associations(&self, items: &[Plan]) -> Result<Vec<f32>> {
        let mut counts = self.lookup.counts(&neighbours(items))?.into_iter();
        let articles = self.lookup.articles()?;
        let tokens = self.lookup.tokens()? as f64;
        let associations = items.windows(2).map(|two| {
            if two.iter().any(|item| item.typed_word().is_none()) {
                return NEVER;
            }
            let mut next = || occurrences(articles, counts.next().unwrap_or(0));
            let [first, second, adjacent] = [next(), next(), next()];
            association(adjacent, first, second, tokens)
        });
        Ok(associations.collect())
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
