//! Scores, term by term.
//!
//! The scores are computed independently of the fast path, from the tokens of
//! the article, by the formula of `docs/ranking.md`.

use std::rc::Rc;

use timbao_query::plan::{Phrase, Plan, TextField};
use timbao_views::weights::TermWeights;
use timbao_views::{FieldFrequencies, ScoreExplanation, ScoreKind, ScorePart};

use crate::error::Result;
use crate::text::score::{LEAD, LEAD_WEIGHT, SUMMARY_WEIGHT, TITLE_WEIGHT, length_of, rarity};
use crate::text::tokens::FIELD;

use super::boolean::{evaluate, newest_day, recency};
use super::clauses::Clauses;
use super::matcher::{NearMatcher, PhraseMatcher, SegmentArticle};
use super::phrase::bigram;
use super::positions::FieldEnds;
use super::ranked::term_weights;
use super::scan::needs_tokens;
use super::scored::Scored;
use super::slot_articles::slot_articles;
use super::slots::SlotIds;
use super::sums::IMPACT;
use super::{Address, Searcher, SegmentView, filter, lives};

impl Searcher {
    /// Explains the scores of a plan's hits, term by term.
    ///
    /// The parts of an explanation add up to the score of a search by relevance
    /// with the same recency boost, except for rounding.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or an address is of another searcher.
    pub fn explain_scores(
        &self,
        plan: &Plan,
        recency_half_life: Option<f32>,
        addresses: &[Address],
    ) -> Result<Vec<ScoreExplanation>> {
        let mut terms = Vec::new();
        self.collect(plan, None, &mut terms)?;
        // The idf of a single word or rigid phrase ignores deleted articles.
        let is_alone = match plan {
            Plan::Word(_) => true,
            Plan::Phrase(_) => !needs_tokens(self, plan, None),
            _ => false,
        };
        if recency_half_life.is_none()
            && is_alone
            && let [term] = terms.as_mut_slice()
        {
            term.holding = self.alive(plan)?;
        }
        let newest = newest_day(self)?;
        let explained = addresses
            .iter()
            .map(|&address| {
                let view = self.segment(address)?;
                let day = filter::days(view)?.first(address.article);
                let bonus = match (recency_half_life, day) {
                    (Some(half_life), Some(day)) => recency(newest - day, half_life),
                    _ => 1.0,
                };
                let tokens: Vec<u32> = view.text.tokens_of(address.article).collect();
                let parts: Vec<ScorePart> = terms
                    .iter()
                    .filter(|term| term.counts_in(address))
                    .filter_map(|term| self.part(term, view, address.article, &tokens))
                    .collect();
                Ok(ScoreExplanation {
                    score: parts.iter().map(|part| part.score).sum::<f32>() * bonus,
                    recency: bonus,
                    length: length_of(view.text.length(address.article)),
                    average_length: self.average_length,
                    parts,
                })
            })
            .collect::<Result<_>>()?;
        self.whole(explained)
    }

    /// The terms of a plan that contribute to the score, with their document
    /// frequencies.
    fn collect(&self, plan: &Plan, field: Option<TextField>, terms: &mut Vec<Term>) -> Result<()> {
        let first = terms.len();
        self.collect_inner(plan, field, terms)?;
        // The parts of a plan that needs several of them contribute nothing where it does not match.
        let is_gate = match plan {
            Plan::And(parts) | Plan::Ranked { items: parts, .. } => parts.len() > 1,
            Plan::AtLeast { .. } => true,
            _ => false,
        };
        if is_gate && terms.len() > first {
            let matching = Rc::new(evaluate(self, plan, field)?);
            for term in terms.iter_mut().skip(first) {
                term.within.push(Rc::clone(&matching));
            }
        }
        Ok(())
    }

    fn collect_inner(
        &self,
        plan: &Plan,
        field: Option<TextField>,
        terms: &mut Vec<Term>,
    ) -> Result<()> {
        let kind = match plan {
            Plan::Word(_) => ScoreKind::Word,
            Plan::Phrase(_) => ScoreKind::Phrase,
            Plan::Near(_) => ScoreKind::Near,
            Plan::Ranked {
                items, optional, ..
            } if field.is_none() => {
                let weights = term_weights(self, items, optional);
                self.collect_clauses(items.iter(), &weights.words, terms)?;
                let pairs = items.windows(2).zip(weights.bigrams);
                terms.extend(pairs.filter_map(|(pair, weight)| self.pair(pair, weight)));
                return Ok(());
            }
            Plan::And(_) | Plan::Or(_)
                if field.is_none()
                    && let Some(clauses) = Clauses::of(plan) =>
            {
                let ranked = |part: &&Plan| matches!(part, Plan::Ranked { .. });
                if clauses.scoring.bigrams {
                    let ranked = plan.children().iter().find(ranked);
                    return ranked.map_or(Ok(()), |ranked| self.collect(ranked, None, terms));
                }
                let items = clauses.scoring.items;
                let weights = TermWeights::equal(items.len());
                return self.collect_clauses(items.into_iter(), &weights.words, terms);
            }
            Plan::Ranked { items: parts, .. } | Plan::And(parts) | Plan::Or(parts) => {
                return parts
                    .iter()
                    .try_for_each(|part| self.collect(part, field, terms));
            }
            Plan::AtLeast { plan, .. } => return self.collect(plan, field, terms),
            Plan::In { field: inner, plan } => {
                return match field {
                    Some(outer) if outer != *inner => Ok(()),
                    _ => self.collect(plan, Some(*inner), terms),
                };
            }
            Plan::Everything | Plan::Nothing | Plan::Not(_) | Plan::Filter(_) => return Ok(()),
        };
        let holding = evaluate(self, plan, field)?;
        let holding = holding.iter().map(|scored| scored.articles.len() as u64);
        terms.push(Term::new(kind, plan, field, holding.sum()));
        Ok(())
    }

    /// The terms of accumulated clauses, where words count by their impacts.
    fn collect_clauses<'p>(
        &self,
        clauses: impl Iterator<Item = &'p Plan>,
        weights: &[f32],
        terms: &mut Vec<Term>,
    ) -> Result<()> {
        for (clause, &weight) in clauses.zip(weights) {
            let Plan::Word(slot) = clause else {
                let first = terms.len();
                self.collect(clause, None, terms)?;
                let inner = terms.iter_mut().skip(first);
                inner.for_each(|term| term.weight *= weight);
                continue;
            };
            let articles = self.segments.iter().map(|view| {
                let slot = SlotIds::resolve(slot, &view.text);
                slot_articles(&view.text, &slot).len() as u64
            });
            let mut term = Term::new(ScoreKind::Word, clause, None, articles.sum());
            term.weight = weight;
            term.is_rounded = true;
            terms.push(term);
        }
        Ok(())
    }

    /// The term of two adjacent words.
    fn pair(&self, words: &[Plan], weight: f32) -> Option<Term> {
        let [a, b] = words else {
            return None;
        };
        let (a, b) = (a.typed_word()?, b.typed_word()?);
        let slots = [a, b];
        let places = self.segments.iter().map(|view| {
            let segment = &view.text;
            let (a, b) = (SlotIds::resolve(a, segment), SlotIds::resolve(b, segment));
            let pair = bigram(segment, &a, &b, slots);
            pair.map_or(0, |pair| pair.len() as u64)
        });
        let places = places.sum();
        let phrase = Plan::Phrase(Phrase::exact(slots.map(Clone::clone)));
        let mut term = Term::new(ScoreKind::Pair, &phrase, None, places);
        term.weight = weight;
        term.is_rounded = true;
        Some(term)
    }

    /// Number of matching articles that are not deleted.
    fn alive(&self, plan: &Plan) -> Result<u64> {
        let found = evaluate(self, plan, None)?;
        let alive = self.segments.iter().zip(&found).map(|(view, scored)| {
            let bits = view.reader.alive_bitset();
            let is_alive = |&&a: &&u32| lives(bits, a);
            scored.articles.iter().filter(is_alive).count() as u64
        });
        Ok(alive.sum())
    }

    /// The contribution of a term to the score of an article; `None` if the
    /// article lacks it.
    fn part(
        &self,
        term: &Term,
        view: &SegmentView,
        article: u32,
        tokens: &[u32],
    ) -> Option<ScorePart> {
        let occurrences = term.occurrences(&SegmentArticle {
            segment: &view.text,
            article,
            tokens,
        });
        let frequency = TITLE_WEIGHT * occurrences.title
            + SUMMARY_WEIGHT * occurrences.summary
            + LEAD_WEIGHT * occurrences.lead
            + occurrences.body
            + occurrences.caption;
        if frequency == 0 {
            return None;
        }
        let rarity = rarity(self.articles, term.holding);
        let length = view.text.length(article);
        let saturation = match term.kind {
            ScoreKind::Pair => &self.bigram_saturation,
            _ => &self.saturation,
        };
        let share = if term.is_rounded {
            IMPACT * f32::from(saturation.impact(frequency, length))
        } else {
            saturation.share(frequency, length)
        };
        Some(ScorePart {
            kind: term.kind,
            term: term.plan.to_string(),
            occurrences,
            frequency,
            holding: term.holding,
            weight: term.weight,
            rarity,
            share,
            score: term.weight * rarity * share,
        })
    }
}

/// Start of the running text among an article's tokens.
fn summary_end(tokens: &[u32]) -> usize {
    let ends = tokens.iter().enumerate().filter(|&(_, &t)| t == FIELD);
    ends.map(|(at, _)| at + 1).nth(1).unwrap_or(tokens.len())
}

/// A term that contributes to the score.
struct Term {
    kind: ScoreKind,
    /// A word, a phrase or words near each other.
    plan: Plan,
    field: Option<TextField>,
    holding: u64,
    weight: f32,
    /// Whether the saturated tf is rounded to an impact, as for bare words and
    /// bigrams.
    is_rounded: bool,
    /// The plans around the term that have to match.
    within: Vec<Rc<Vec<Scored>>>,
}

impl Term {
    fn new(kind: ScoreKind, plan: &Plan, field: Option<TextField>, holding: u64) -> Self {
        Self {
            kind,
            plan: plan.clone(),
            field,
            holding,
            weight: 1.0,
            is_rounded: false,
            within: Vec::new(),
        }
    }

    /// Returns `true` if the plans around the term match an article.
    fn counts_in(&self, address: Address) -> bool {
        self.within.iter().all(|matching| {
            let found = matching.get(address.segment as usize);
            found.is_some_and(|found| found.articles.binary_search(&address.article).is_ok())
        })
    }

    fn occurrences(&self, article: &SegmentArticle<'_>) -> FieldFrequencies {
        let (segment, tokens) = (article.segment, article.tokens);
        let mut occurrences = FieldFrequencies::default();
        let lead_end = summary_end(tokens) + LEAD as usize;
        let fields = FieldEnds::of(tokens);
        let mut add = |start: usize| {
            let field = fields.at(start);
            if self.field.is_some_and(|wanted| wanted != field) {
                return;
            }
            *match field {
                TextField::Title => &mut occurrences.title,
                TextField::Summary => &mut occurrences.summary,
                TextField::Body | TextField::Caption if start < lead_end => &mut occurrences.lead,
                TextField::Body => &mut occurrences.body,
                TextField::Caption => &mut occurrences.caption,
            } += 1;
        };
        let word;
        let phrase = match &self.plan {
            Plan::Phrase(phrase) => phrase,
            Plan::Word(slot) => {
                word = Phrase::exact([slot.clone()]);
                &word
            }
            Plan::Near(near) => {
                NearMatcher::new(near, segment).for_each(article, |range| add(range.start));
                return occurrences;
            }
            _ => return occurrences,
        };
        let slots: Vec<SlotIds> = phrase
            .steps
            .iter()
            .map(|step| SlotIds::resolve(&step.slot, segment))
            .collect();
        PhraseMatcher::new(phrase, &slots, segment).for_each(article, |range| add(range.start));
        occurrences
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timbao_articles::{Article, Caption, Published};

    use crate::SearchOptions;
    use crate::testing::indexed;
    use timbao_query::{LowerOptions, lower, parse};

    fn words() -> impl Strategy<Value = String> {
        proptest::collection::vec("(tự|tu|diễn|diện|biến|hóa|hoá|,|\n)", 0..14)
            .prop_map(|words| words.join(" "))
    }

    fn queries() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("tự"),
            Just("dien"),
            Just("biến"),
            Just("hoa"),
            Just("\"tự diễn\""),
            Just("\"tu * bien\""),
            Just("\"bien tu\"~2"),
            Just("title:(tự biến)"),
            Just("body:\"tu dien\""),
            Just("caption:hóa"),
            Just("(tự OR \"diễn biến\")"),
            Just("(tự OR (diễn AND biến))"),
            Just("(diện OR (tu dien bien hoa))"),
            Just("tu NEAR/2 bien"),
            Just("-diện"),
            Just("hóa AND tự"),
            Just("bie*"),
            Just("date:2026"),
        ];
        proptest::collection::vec(part, 1..6).prop_map(|parts| parts.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn parts_sum_up_to_the_score(
            articles in proptest::collection::vec((words(), words(), words(), words()), 1..10),
            replaced in 0usize..4,
            queries in proptest::collection::vec(queries(), 6),
            half_life in proptest::option::of(1.0f32..900.0),
        ) {
            let middle = articles.len() / 2;
            let keyed = articles.iter().enumerate().map(|(number, (title, summary, body, caption))| {
                let mut article = Article {
                    id: number.to_string(),
                    title: Some(title.clone()),
                    summary: Some(summary.clone()),
                    body: body.clone(),
                    published: Published::new(2020 + number as i32, Some(1), None)
                        .filter(|_| number % 3 > 0),
                    ..Article::default()
                };
                article.captions.push(Caption { text: caption.clone(), ..Caption::default() });
                let replaces = number >= middle && number < middle + replaced;
                let key = if replaces { number - middle } else { number };
                (key.to_string(), article)
            });
            let keyed: Vec<_> = keyed.collect();
            let (first, second) = keyed.split_at(middle);
            let (_dir, searcher) = indexed([first.to_vec(), second.to_vec()]);
            for query in queries {
                let plan = lower(&parse(&query).ast, &LowerOptions::default()).plan;
                let options = SearchOptions { recency_half_life: half_life, ..SearchOptions::default() };
                let found = searcher.search(&plan, &options).unwrap();
                let addresses: Vec<_> = found.hits.iter().map(|hit| hit.address).collect();
                let explained = searcher.explain_scores(&plan, half_life, &addresses).unwrap();
                for (hit, explanation) in found.hits.iter().zip(explained) {
                    let off = (hit.score - explanation.score).abs();
                    prop_assert!(
                        off <= 1e-4 * (1.0 + hit.score.abs()),
                        "{}: {} is explained as {:#?}", plan, hit.score, explanation
                    );
                }
            }
        }
    }
}
