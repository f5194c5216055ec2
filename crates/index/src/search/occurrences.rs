//! All occurrences of a query in an index.

use timbao_query::plan::{Plan, TextField};
use timbao_views::{ArticleId, Occurrence};

use crate::error::Result;

use super::boolean::evaluate;
use super::matcher::{PlanMatcher, SegmentArticle};
use super::phrase::SegmentPhrase;
use super::positions::FieldEnds;
use super::{Searcher, SegmentView, lives};

/// All occurrences of a plan in articles that are not deleted, in the order of
/// segments, articles and text.
///
/// # Errors
///
/// When a file is damaged.
pub(crate) fn occurrences(searcher: &Searcher, plan: &Plan) -> Result<Vec<Occurrence>> {
    let (leaves, conditions) = split(plan);
    let mut found = Vec::new();
    let passing = match conditions.as_slice() {
        [] => None,
        conditions => Some(evaluate(
            searcher,
            &Plan::And(conditions.iter().map(|&c| c.clone()).collect()),
            None,
        )?),
    };
    let mut candidates = None;
    let mut base = 0;
    for (number, view) in searcher.segments.iter().enumerate() {
        match rigid(searcher, view, &leaves)? {
            Some(lists) => {
                let passing = passing.as_ref().and_then(|p| p.get(number));
                let passing = passing.map(|p| p.articles.as_slice());
                let first = found.len();
                for Rigid {
                    starts,
                    length,
                    field,
                } in &lists
                {
                    let id = |article| ArticleId::new(base + article, searcher.view);
                    place(id, view, starts, *length, *field, passing, &mut found);
                }
                if lists.len() > 1 {
                    found[first..].sort_unstable();
                    found.dedup();
                }
            }
            None => {
                if candidates.is_none() {
                    candidates = Some(evaluate(searcher, plan, None)?);
                }
                let articles = candidates
                    .as_ref()
                    .and_then(|all| all.get(number))
                    .map_or(&[][..], |scored| &scored.articles);
                read(searcher, base, view, plan, articles, &mut found)?;
            }
        }
        base += view.text.articles();
    }
    Ok(found)
}

/// The starts of a phrase of adjacent slots in a segment.
struct Rigid {
    starts: Vec<u32>,
    length: u32,
    field: Option<TextField>,
}

/// The occurrences of phrases without reading tokens; `None` if one of them
/// must be matched against tokens, or if there are no phrases.
fn rigid(
    searcher: &Searcher,
    view: &SegmentView,
    leaves: &[Only<'_>],
) -> Result<Option<Vec<Rigid>>> {
    let mut lists = Vec::with_capacity(leaves.len());
    for (leaf, field) in leaves {
        searcher.deadline.check()?;
        let Plan::Phrase(phrase) = leaf else {
            return Ok(None);
        };
        if !phrase.is_rigid() {
            return Ok(None);
        }
        let matcher = SegmentPhrase::new(phrase, &view.text);
        let Some(starts) = matcher.rigid_starts() else {
            return Ok(None);
        };
        lists.push(Rigid {
            starts,
            length: phrase.steps.len() as u32,
            field: *field,
        });
    }
    Ok((!lists.is_empty()).then_some(lists))
}

/// The words and phrases of a plan with their parts of the text, if each of
/// them matches by itself, and the other conditions. Returns no words or
/// phrases if an article must contain several.
fn split(plan: &Plan) -> (Vec<Only<'_>>, Vec<&Plan>) {
    let Plan::And(parts) = plan else {
        return (alternatives(plan).unwrap_or_default(), Vec::new());
    };
    let (conditions, others): (Vec<_>, Vec<_>) = parts.iter().partition(|p| p.is_condition());
    match others[..] {
        [part] => (alternatives(part).unwrap_or_default(), conditions),
        _ => (Vec::new(), Vec::new()),
    }
}

fn alternatives(plan: &Plan) -> Option<Vec<Only<'_>>> {
    match plan {
        Plan::Or(parts) => parts.iter().map(only).collect(),
        _ => Some(vec![only(plan)?]),
    }
}

/// A word or phrase, and the part of the text to which it is restricted.
type Only<'a> = (&'a Plan, Option<TextField>);

fn only(plan: &Plan) -> Option<Only<'_>> {
    match plan {
        Plan::Word(_) | Plan::Phrase(_) => Some((plan, None)),
        Plan::In { field, plan } => only(plan)
            .filter(|(_, inner)| inner.is_none())
            .map(|(leaf, _)| (leaf, Some(*field))),
        _ => None,
    }
}

/// Converts positions in a segment to locations in articles.
fn place(
    id: impl Fn(u32) -> ArticleId,
    view: &SegmentView,
    starts: &[u32],
    length: u32,
    field: Option<TextField>,
    passing: Option<&[u32]>,
    found: &mut Vec<Occurrence>,
) {
    let alive = view.reader.alive_bitset();
    let rows = view.text.rows();
    let mut tokens = Vec::new();
    let mut fields = FieldEnds::of(&tokens);
    let mut end = 0;
    let mut article = 0;
    let mut wanted = false;
    found.reserve(starts.len());
    for &start in starts {
        if start >= end {
            article = rows.article_of(start);
            end = rows.start(article + 1);
            wanted =
                lives(alive, article) && passing.is_none_or(|p| p.binary_search(&article).is_ok());
            if wanted && field.is_some() {
                tokens.clear();
                tokens.extend(view.text.tokens_of(article));
                fields = FieldEnds::of(&tokens);
            }
        }
        let at = start - rows.start(article);
        if wanted && field.is_none_or(|field| fields.at(at as usize) == field) {
            found.push(Occurrence {
                article: id(article),
                start: at,
                end: at + length,
            });
        }
    }
}

/// Matches all words and phrases of a plan against the tokens of articles.
fn read(
    searcher: &Searcher,
    base: u32,
    view: &SegmentView,
    plan: &Plan,
    articles: &[u32],
    found: &mut Vec<Occurrence>,
) -> Result<()> {
    let alive = view.reader.alive_bitset();
    let matcher = PlanMatcher::new(plan, &view.text, searcher.deadline.clone());
    let mut tokens = Vec::new();
    for &article in articles {
        if !lives(alive, article) {
            continue;
        }
        searcher.deadline.check()?;
        tokens.clear();
        tokens.extend(view.text.tokens_of(article));
        let here = matcher.positions(&SegmentArticle {
            segment: &view.text,
            article,
            tokens: &tokens,
        })?;
        let mut here: Vec<(u32, u32)> = here
            .into_iter()
            .map(|(range, _)| (range.start as u32, range.end as u32))
            .collect();
        here.dedup();
        found.extend(here.iter().map(|&(start, end)| Occurrence {
            article: ArticleId::new(base + article, searcher.view),
            start,
            end,
        }));
    }
    Ok(())
}
