//! Queries that the cluster cannot decide alone, decided for one state.
//!
//! Of such a query only the articles about which the cluster is not sure are
//! read and checked. Their ids then complete the query, which every search for
//! totals, pages and facets shares.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use timbao_query::plan::Plan;
use timbao_views::ArticleId;

use crate::error::{Error, Result};
use crate::query::{Resolved, any, translate};
use crate::schema::COLUMNS;

use super::engine::Archive;
use super::known::Checked;
use super::matcher::Checker;
use super::pages::{IDS, hits, total};
use super::store::fetched;

/// A plan whose query is not decided.
struct Open<'p> {
    name: String,
    resolved: Resolved<'p>,
    unsure: Value,
}

impl Archive {
    /// A filter that accepts the articles that match a plan, and no others.
    pub(super) fn query(&self, plan: &Plan) -> Result<Value> {
        let resolved = Resolved::new(plan, self)?;
        let query = translate(&resolved, self)?;
        let mut clauses: Vec<Value> = query.certain.iter().cloned().collect();
        if let Some(unsure) = query.to_check() {
            let open = Open {
                name: name(plan),
                resolved,
                unsure: unsure.clone(),
            };
            let checked = self.check(&[open], Vec::new())?.0;
            clauses.extend(checked.first().and_then(|checked| checked.accepted(unsure)));
        }
        Ok(match clauses.is_empty() {
            true => json!({ "match_none": {} }),
            false => any(clauses),
        })
    }

    /// The numbers of articles that match plans, counted in one request and kept.
    pub(super) fn counts_of(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        let names: Vec<String> = plans.iter().map(name).collect();
        let mut counts: FxHashMap<&str, u64> = FxHashMap::default();
        // What the cluster counts, the names of these plans, and the plans that are checked.
        let (mut bodies, mut counted, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for (plan, name) in plans.iter().zip(&names) {
            if counts.contains_key(name.as_str()) {
                continue;
            }
            let known = self.plans.count(name);
            counts.insert(name, known.unwrap_or(0));
            if known.is_some() {
                continue;
            }
            let resolved = Resolved::new(plan, self)?;
            let query = translate(&resolved, self)?;
            if let Some(unsure) = query.to_check() {
                let name = name.clone();
                open.push(Open {
                    name,
                    resolved,
                    unsure,
                });
            }
            let certain = query.certain.unwrap_or_else(|| json!({ "match_none": {} }));
            bodies.push(json!({ "query": certain, "size": 0, "track_total_hits": true }));
            counted.push(name.as_str());
        }
        let (checks, answers) = self.check(&open, bodies)?;
        for (name, answer) in counted.iter().zip(&answers) {
            *counts.entry(name).or_default() += total(answer);
        }
        for (open, checked) in open.iter().zip(checks) {
            *counts.entry(&open.name).or_default() += checked.accepted.len() as u64;
        }
        for name in counted {
            let count = counts.get(name).copied().unwrap_or(0);
            self.plans.keep_count(name.to_owned(), count);
        }
        let count = |name: &String| counts.get(name.as_str()).copied().unwrap_or(0);
        Ok(names.iter().map(count).collect())
    }

    /// Checks the articles about which the cluster is not sure, once for each plan; runs other
    /// searches with the first requests.
    fn check(
        &self,
        open: &[Open<'_>],
        mut searches: Vec<Value>,
    ) -> Result<(Vec<Arc<Checked>>, Vec<Value>)> {
        let known = open.iter().map(|open| self.plans.checked(&open.name));
        let mut known: Vec<Option<Arc<Checked>>> = known.collect();
        let page = |open: &Open<'_>| {
            json!({
                "query": open.unsure,
                "sort": [{ "key": "asc" }],
                "size": IDS,
                "track_total_hits": false,
                "stored_fields": COLUMNS,
                "docvalue_fields": fetched(&[]),
            })
        };
        let others = searches.len();
        let unknown = open.iter().zip(&known).filter(|(_, known)| known.is_none());
        searches.extend(unknown.map(|(open, _)| page(open)));
        let mut answers = self.store.snapshot.searches(searches)?;
        let mut pages = answers.split_off(others).into_iter();
        for (open, known) in open
            .iter()
            .zip(&mut known)
            .filter(|(_, known)| known.is_none())
        {
            let first = pages.next().unwrap_or_default();
            let mut articles = Vec::new();
            for hit in hits(&first) {
                articles.push(self.store.number(hit)?);
            }
            if let Some(last) = hits(&first).last().filter(|_| articles.len() == IDS) {
                let mut rest = page(open);
                rest["search_after"] = last.get("sort").cloned().unwrap_or_default();
                self.store.snapshot.pages(rest, IDS, |hits| {
                    for hit in hits {
                        articles.push(self.store.number(hit)?);
                    }
                    Ok(true)
                })?;
            }
            let checked = self.check_articles(&open.resolved, &articles)?;
            *known = Some(self.plans.keep_checked(open.name.clone(), checked));
        }
        Ok((known.into_iter().flatten().collect(), answers))
    }

    fn check_articles(&self, resolved: &Resolved<'_>, articles: &[ArticleId]) -> Result<Checked> {
        let mut checked = Checked::default();
        let mut checker = Checker::new(resolved);
        self.store.each(articles, |id, article| {
            let ids = match checker.accepts(article, &self.store.vocabulary()) {
                true => &mut checked.accepted,
                false => &mut checked.rejected,
            };
            ids.extend(self.store.known(&[id], |known| known.id.clone())?);
            Ok::<(), Error>(())
        })?;
        Ok(checked)
    }
}

/// A text that identifies a plan.
fn name(plan: &Plan) -> String {
    // Plain data always serializes.
    serde_json::to_string(plan).unwrap_or_default()
}
