//! Queries that the cluster cannot decide alone, decided for one state.
//!
//! Of such a query only the articles about which the cluster is not sure are
//! read and checked. Their ids then complete the query, which every search for
//! totals, pages and facets shares.

use std::sync::Arc;

use serde_json::{Value, json};
use timbao_query::plan::Plan;
use timbao_views::ArticleId;

use crate::error::{Error, Result};
use crate::query::{Resolved, any, translate};

use super::engine::Archive;
use super::known::Checked;
use super::matcher::Checker;
use super::pages::{IDS, hits, total};
use super::store::known_fields;

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

    /// The numbers of articles that match plans.
    pub(super) fn counts_of(&self, plans: &[Plan]) -> Result<Vec<u64>> {
        let names: Vec<String> = plans.iter().map(name).collect();
        let mut counts: Vec<Option<u64>> = names.iter().map(|n| self.plans.count(n)).collect();
        // The numbers of the plans that are counted by the cluster, and of those that are checked.
        let (mut counted, mut checked) = (Vec::new(), Vec::new());
        let (mut bodies, mut open) = (Vec::new(), Vec::new());
        for (number, plan) in plans.iter().enumerate() {
            let Some(count @ None) = counts.get_mut(number) else {
                continue;
            };
            *count = Some(0);
            let resolved = Resolved::new(plan, self)?;
            let query = translate(&resolved, self)?;
            if let Some(unsure) = query.to_check() {
                let name = name(plan);
                open.push(Open {
                    name,
                    resolved,
                    unsure,
                });
                checked.push(number);
            }
            if let Some(certain) = query.certain {
                bodies.push(json!({ "query": certain, "size": 0, "track_total_hits": true }));
                counted.push(number);
            }
        }
        let (checks, answers) = self.check(&open, bodies)?;
        let checks = checks.iter().map(|checked| checked.accepted.len() as u64);
        let answers = answers.iter().map(total);
        for (number, more) in checked
            .into_iter()
            .zip(checks)
            .chain(counted.into_iter().zip(answers))
        {
            if let Some(Some(count)) = counts.get_mut(number) {
                *count += more;
            }
        }
        let counts: Vec<u64> = counts.into_iter().map(Option::unwrap_or_default).collect();
        for (name, count) in names.into_iter().zip(&counts) {
            self.plans.keep_count(name, *count);
        }
        Ok(counts)
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
                "_source": false,
                "docvalue_fields": known_fields(),
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
