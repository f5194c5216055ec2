//! Executes plans: fast paths for common plans, set operations for others.

use std::cell::RefCell;

use timbao_query::plan::{MinimumMatch, Phrase, Plan, TextField};
use timbao_views::score::Required;

use crate::error::Result;
use crate::text::score::rarity;

use super::clauses::Clauses;
use super::filter;
use super::phrase::SegmentPhrase;
use super::ranked::Allowed;
use super::scan::{needs_tokens, prepared, scanned};
use super::scored::{Scored, intersect_all, weigh};
use super::top::TopHits;
use super::{Found, SearchOptions, Searcher, Sort, lives};

/// Runs a plan.
pub(crate) fn search(searcher: &Searcher, plan: &Plan, options: &SearchOptions) -> Result<Found> {
    let k = options.limit.saturating_add(options.offset);
    let k = k.min(usize::try_from(searcher.articles).unwrap_or(usize::MAX));
    if options.sort == Sort::Relevance && options.recency_half_life.is_none() {
        match plan {
            Plan::Phrase(phrase) if !needs_tokens(searcher, plan, None) => {
                return search_phrase(searcher, phrase, k, options.offset);
            }
            Plan::Word(slot) => {
                let phrase = Phrase::exact([slot.clone()]);
                return search_phrase(searcher, &phrase, k, options.offset);
            }
            _ => {}
        }
    }
    let searcher = &*prepared(searcher, plan, None)?;
    if options.sort == Sort::Relevance
        && options.recency_half_life.is_none()
        && let Some(clauses) = Clauses::of(plan)
    {
        return search_clauses(searcher, &clauses, k, options);
    }
    let scored = evaluate(searcher, plan, None)?;
    rank(searcher, scored, k, options)
}

fn passing(searcher: &Searcher, filters: &[&Plan]) -> Result<Vec<Vec<bool>>> {
    let mut passing: Vec<Vec<bool>> = searcher
        .segments
        .iter()
        .map(|v| vec![true; v.text.articles() as usize])
        .collect();
    for filter in filters {
        for (all, scored) in passing.iter_mut().zip(evaluate(searcher, filter, None)?) {
            let mut these = vec![false; all.len()];
            for article in scored.articles {
                if let Some(slot) = these.get_mut(article as usize) {
                    *slot = true;
                }
            }
            all.iter_mut().zip(these).for_each(|(a, b)| *a &= b);
        }
    }
    Ok(passing)
}

fn search_clauses(
    searcher: &Searcher,
    clauses: &Clauses<'_>,
    k: usize,
    options: &SearchOptions,
) -> Result<Found> {
    let passing = match &clauses.filters[..] {
        [] => None,
        filters => Some(passing(searcher, filters)?),
    };
    let allowed: Vec<_> = searcher
        .segments
        .iter()
        .enumerate()
        .map(|(s, view)| Allowed {
            alive: view.reader.alive_bitset(),
            passing: passing.as_ref().map(|p| p[s].as_slice()),
        })
        .collect();
    let mut top = TopHits::new(k);
    let query = clauses.query(searcher, &evaluate_all)?;
    let total = query.search(searcher, &allowed, &mut top, k);
    searcher.deadline.check()?;
    Ok(Found {
        total,
        hits: top.into_hits(searcher.view, options.offset, 1.0, |at| searcher.tie(at)),
        offset: options.offset,
    })
}

/// One phrase: its hits are counted and ranked in one pass.
fn search_phrase(searcher: &Searcher, phrase: &Phrase, k: usize, offset: usize) -> Result<Found> {
    let mut top = TopHits::new(k);
    let mut total = 0;
    for (number, view) in searcher.segments.iter().enumerate() {
        let segment = &view.text;
        let alive = view.reader.alive_bitset();
        let lengths = segment.lengths();
        let phrase = SegmentPhrase::new(phrase, segment);
        let share = |article: u32, frequency| {
            let length = lengths.get(article as usize).copied().unwrap_or(0);
            searcher.saturation.share(frequency, length)
        };
        let hit = |top: &mut TopHits, article, frequency| {
            let share = share(article, frequency);
            let address = searcher.address(number as u32, article);
            top.push(share, address);
        };
        if alive.is_none()
            && let Some(pair) = phrase.pair()
        {
            let counted = RefCell::new(&mut top);
            let found = pair.for_each_above(
                segment,
                searcher.stretch(segment),
                share,
                || counted.borrow().threshold(),
                |article, frequency| hit(&mut counted.borrow_mut(), article, frequency),
            );
            match found {
                Some(found) => total += u64::from(found),
                None => pair.for_each(segment, |article, frequency| {
                    total += 1;
                    hit(&mut top, article, frequency);
                }),
            }
            continue;
        }
        phrase.for_each_article(None, |article, frequency| {
            if lives(alive, article) {
                total += 1;
                hit(&mut top, article, frequency);
            }
        });
    }
    searcher.deadline.check()?;
    Ok(Found {
        total,
        hits: top.into_hits(
            searcher.view,
            offset,
            rarity(searcher.articles, total),
            |at| searcher.tie(at),
        ),
        offset,
    })
}

fn rank(
    searcher: &Searcher,
    scored: Vec<Scored>,
    k: usize,
    options: &SearchOptions,
) -> Result<Found> {
    let mut top = TopHits::new(k);
    let mut total = 0;
    let newest = newest_day(searcher)?;
    for (number, (view, scored)) in searcher.segments.iter().zip(scored).enumerate() {
        let alive = view.reader.alive_bitset();
        let days = filter::days(view)?;
        for (article, score) in scored.articles.into_iter().zip(scored.scores) {
            if !lives(alive, article) {
                continue;
            }
            total += 1;
            let day = || days.first(article);
            let key = match options.sort {
                Sort::Relevance => match (options.recency_half_life, day()) {
                    (Some(half_life), Some(day)) => score * recency(newest - day, half_life),
                    _ => score,
                },
                Sort::Latest => day().map_or(f32::NEG_INFINITY, |d| d as f32),
                Sort::Oldest => day().map_or(f32::NEG_INFINITY, |d| -d as f32),
            };
            let address = searcher.address(number as u32, article);
            top.push(key, address);
        }
    }
    Ok(Found {
        total,
        hits: top.into_hits(searcher.view, options.offset, 1.0, |at| searcher.tie(at)),
        offset: options.offset,
    })
}

/// Doubles the score of the newest article. The boost halves with every
/// half-life, counted from the newest article and not from today, so that a
/// search returns the same result tomorrow.
pub(super) fn recency(age: i64, half_life: f32) -> f32 {
    1.0 + (-(age.max(0) as f32) / half_life.max(f32::MIN_POSITIVE)).exp2()
}

pub(super) fn newest_day(searcher: &Searcher) -> Result<i64> {
    let mut newest = i64::MIN / 2;
    for view in searcher.segments.iter() {
        let days = filter::days(view)?;
        if days.get_cardinality() != tantivy::columnar::Cardinality::Optional || days.num_docs() > 0
        {
            newest = newest.max(days.max_value());
        }
    }
    Ok(newest)
}

fn evaluate_all(searcher: &Searcher, plan: &Plan) -> Result<Vec<Scored>> {
    evaluate(searcher, plan, None)
}

/// All articles that match a plan, with their scores; deleted ones are still
/// among them.
pub(crate) fn evaluate(
    searcher: &Searcher,
    plan: &Plan,
    field: Option<TextField>,
) -> Result<Vec<Scored>> {
    let searcher = &*prepared(searcher, plan, field)?;
    let scored = evaluate_part(searcher, plan, field);
    searcher.deadline.check()?;
    scored
}

fn evaluate_part(
    searcher: &Searcher,
    plan: &Plan,
    field: Option<TextField>,
) -> Result<Vec<Scored>> {
    searcher.deadline.check()?;
    if field.is_none()
        && let Some(clauses) = Clauses::of(plan)
    {
        let mut result = clauses.query(searcher, &evaluate_all)?.evaluate(searcher);
        for filter in clauses.filters {
            result = intersect_all(&result, &evaluate(searcher, filter, field)?);
        }
        return Ok(result);
    }
    match plan {
        Plan::Everything => Ok(all(searcher)),
        Plan::Nothing => Ok(none(searcher)),
        Plan::Word(slot) => {
            let word = || phrase(searcher, &Phrase::exact([slot.clone()]), field);
            Ok(scanned(searcher, plan, field)?.unwrap_or_else(word))
        }
        Plan::Phrase(p) => {
            let found = || phrase(searcher, p, field);
            Ok(scanned(searcher, plan, field)?.unwrap_or_else(found))
        }
        Plan::Near(_) => Ok(scanned(searcher, plan, field)?.unwrap_or_default()),
        Plan::Ranked {
            items,
            minimum,
            optional,
        } => at_least(searcher, items, *minimum, optional, field),
        Plan::And(parts) => all_of(searcher, parts, field),
        Plan::Or(parts) => at_least(searcher, parts, MinimumMatch::Count(1), &[], field),
        Plan::Not(part) => {
            let without = evaluate(searcher, part, field)?;
            Ok(complement(searcher, without))
        }
        Plan::AtLeast { plan: inner, .. } => {
            let repeated = scanned(searcher, plan, field)?.unwrap_or_default();
            Ok(intersect_all(&evaluate(searcher, inner, field)?, &repeated))
        }
        Plan::In { field: inner, plan } => match field {
            Some(outer) if outer != *inner => Ok(none(searcher)),
            _ => evaluate(searcher, plan, Some(*inner)),
        },
        Plan::Filter(f) => searcher
            .segments
            .iter()
            .map(|view| {
                let articles = filter::articles(view, &searcher.fields, f)?;
                Ok(Scored {
                    scores: vec![0.0; articles.len()],
                    articles,
                })
            })
            .collect(),
    }
}

fn all_of(searcher: &Searcher, parts: &[Plan], field: Option<TextField>) -> Result<Vec<Scored>> {
    let Some((first, others)) = parts.split_first() else {
        return Ok(all(searcher));
    };
    let mut result = evaluate(searcher, first, field)?;
    for part in others {
        result = intersect_all(&result, &evaluate(searcher, part, field)?);
    }
    Ok(result)
}

/// All articles but these.
fn complement(searcher: &Searcher, without: Vec<Scored>) -> Vec<Scored> {
    let segments = searcher.segments.iter().zip(without);
    let segments = segments.map(|(view, without)| {
        let mut without = without.articles.into_iter().peekable();
        let articles: Vec<u32> = (0..view.text.articles())
            .filter(|a| without.next_if_eq(a).is_none())
            .collect();
        Scored {
            scores: vec![0.0; articles.len()],
            articles,
        }
    });
    segments.collect()
}

fn all(searcher: &Searcher) -> Vec<Scored> {
    let every = |n: u32| Scored {
        articles: (0..n).collect(),
        scores: vec![0.0; n as usize],
    };
    searcher
        .segments
        .iter()
        .map(|view| every(view.text.articles()))
        .collect()
}

fn none(searcher: &Searcher) -> Vec<Scored> {
    vec![Scored::default(); searcher.segments.len()]
}

fn phrase(searcher: &Searcher, phrase: &Phrase, field: Option<TextField>) -> Vec<Scored> {
    let mut result = Vec::with_capacity(searcher.segments.len());
    for view in searcher.segments.iter() {
        let mut scored = Scored::default();
        let phrase = SegmentPhrase::new(phrase, &view.text);
        phrase.for_each_article(field, |article, frequency| {
            scored.articles.push(article);
            let length = view.text.length(article);
            scored
                .scores
                .push(searcher.saturation.share(frequency, length));
        });
        result.push(scored);
    }
    weigh(searcher.articles, result)
}

/// Articles that match enough of the clauses, with scores added up.
fn at_least(
    searcher: &Searcher,
    parts: &[Plan],
    minimum: MinimumMatch,
    optional: &[usize],
    field: Option<TextField>,
) -> Result<Vec<Scored>> {
    let idf = |part: &Plan| {
        let found = evaluate(searcher, part, field)?;
        let found = found.iter().map(|scored| scored.articles.len() as u64);
        Ok(rarity(searcher.articles, found.sum()))
    };
    let idf = match minimum {
        MinimumMatch::Count(_) => vec![0.0; parts.len()],
        MinimumMatch::Weight(_) => parts.iter().map(idf).collect::<Result<_>>()?,
    };
    let required = Required::new(minimum, optional, &idf);
    let articles = searcher.segments.iter().map(|view| view.text.articles());
    let mut sums: Vec<Vec<(u16, f32)>> = articles.map(|n| vec![(0, 0.0); n as usize]).collect();
    for (part, &weight) in parts.iter().zip(&required.weights) {
        for (sums, found) in sums.iter_mut().zip(evaluate(searcher, part, field)?) {
            for (article, score) in found.articles.into_iter().zip(found.scores) {
                if let Some((matched, sum)) = sums.get_mut(article as usize) {
                    *matched = matched.saturating_add(weight);
                    *sum += score;
                }
            }
        }
    }
    let enough = |sums: Vec<(u16, f32)>| {
        let mut scored = Scored::default();
        for (article, (matched, sum)) in (0..).zip(sums) {
            if usize::from(matched) >= required.minimum {
                scored.articles.push(article);
                scored.scores.push(sum);
            }
        }
        scored
    };
    Ok(sums.into_iter().map(enough).collect())
}
