//! The articles of a state with their arrivals.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use timbao_query::plan::Plan;
use timbao_views::{Arrival, ArrivalLog, Arrived, Mark, Novelty, Result as ViewResult, Since};

use crate::arrivals::{self, ArrivalRecord};
use crate::error::Result;
use crate::schema::COLUMNS;

use super::engine::Archive;
use super::pages::{IDS, total};
use super::store::fetched;

impl Archive {
    /// Whether an article that matches a plan may be new.
    fn has_news(&self, query: &Value, since: Since<'_>) -> Result<bool> {
        let Some(fresh) = fresh(since, &self.settled) else {
            return Ok(false);
        };
        let answer = self.store.snapshot.search(json!({
            "query": { "bool": { "filter": [query, fresh] } },
            "size": 0,
            "track_total_hits": 1,
        }))?;
        Ok(total(&answer) > 0)
    }

    /// The articles that match a plan, with their arrivals.
    fn arrivals(&self, plan: &Plan, since: Since<'_>) -> Result<Vec<Arrived>> {
        let query = self.query(plan)?;
        if !self.has_news(&query, since)? {
            return Ok(Vec::new());
        }
        let body = json!({
            "query": { "bool": { "filter": [query] } },
            "sort": [{ "key": "asc" }],
            "stored_fields": COLUMNS,
            "docvalue_fields": fetched(&arrivals::FIELDS),
        });
        let mut articles = Vec::new();
        let mut records = Vec::new();
        self.store.snapshot.pages(body, IDS, |hits| {
            for hit in hits {
                articles.push(self.store.number(hit)?);
                let record = ArrivalRecord::of_hit(hit);
                records
                    .push(record.ok_or_else(|| self.store.foreign("an article has no arrival"))?);
            }
            Ok(true)
        })?;
        let ties = self.store.known(&articles, |known| known.tie)?;
        let arrived = articles.into_iter().zip(records).zip(ties);
        let arrived = arrived.map(|((article, record), tie)| Arrived {
            article,
            novelty: novelty(&record, since, &self.settled),
            arrival: Arrival {
                order: u64::try_from(record.time).unwrap_or(0),
                time: record.time,
                key: record.key as u64,
            },
            tie,
        });
        Ok(arrived.collect())
    }
}

/// The articles that may be new; `None` if there are none.
fn fresh(since: Since<'_>, settled: &BTreeMap<String, u64>) -> Option<Value> {
    let before = match since {
        Since::Ever => return Some(json!({ "match_all": {} })),
        Since::Time(time) => return Some(json!({ "range": { "arrived": { "gte": time } } })),
        Since::Mark(Mark::Updates(before)) => Some(before),
        Since::Mark(Mark::Commits(_)) => None,
    };
    let last = |source: &String| before.and_then(|before| before.get(source));
    let changed = settled
        .iter()
        .map(|(source, &now)| (source, last(source).copied().unwrap_or(0), now));
    let changed = changed.filter(|(_, before, now)| before < now);
    let clauses = changed.map(|(source, before, now)| {
        json!({ "bool": { "filter": [
            { "term": { "arrived_in": source } },
            { "range": { "arrived_with": { "gt": before, "lte": now } } },
        ] } })
    });
    let clauses: Vec<Value> = clauses.collect();
    (!clauses.is_empty()).then(|| json!({ "bool": { "should": clauses } }))
}

/// Whether an arrival is of interest. Those of an update that is not settled may be incomplete, so no mark
/// includes them.
fn novelty(record: &ArrivalRecord, since: Since<'_>, settled: &BTreeMap<String, u64>) -> Novelty {
    let includes = |updates: &BTreeMap<String, u64>| {
        let last = updates.get(&record.source);
        record.generation == 0 || last.is_some_and(|&last| record.generation <= last)
    };
    match since {
        Since::Ever => Novelty::New,
        Since::Time(time) if record.time >= time => Novelty::New,
        Since::Time(_) => Novelty::Known,
        Since::Mark(Mark::Updates(updates)) if includes(updates) => Novelty::Known,
        _ if record.generation == 0 => Novelty::Known,
        Since::Mark(_) if includes(settled) => Novelty::New,
        Since::Mark(_) => Novelty::Pending,
    }
}

impl ArrivalLog for Archive {
    fn arrived(&self, plan: &Plan, since: Since<'_>) -> ViewResult<Vec<Arrived>> {
        Ok(self.arrivals(plan, since)?)
    }

    fn last_arrival(&self) -> ViewResult<i64> {
        let last = json!({ "last": { "max": { "field": "arrived" } } });
        let answer = self
            .store
            .snapshot
            .search(json!({ "size": 0, "aggs": last }))?;
        let last = answer.pointer("/aggregations/last/value");
        Ok(last.and_then(Value::as_f64).unwrap_or(0.0) as i64)
    }

    fn mark(&self) -> ViewResult<Mark> {
        Ok(Mark::Updates(BTreeMap::clone(&self.settled)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn updates(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
        of.iter()
            .map(|&(source, last)| (source.to_owned(), last))
            .collect()
    }

    /// Whether an arrival with an update of the source `a` is new since a mark, when others are settled.
    fn novelty_of(generation: u64, mark: &[(&str, u64)], settled: &[(&str, u64)]) -> Novelty {
        let record = ArrivalRecord::new("a", generation, 50, 1);
        let mark = Mark::Updates(updates(mark));
        novelty(&record, Since::Mark(&mark), &updates(settled))
    }

    #[test]
    fn an_arrival_is_new_when_its_update_is_settled() {
        for (generation, mark, settled, expected) in [
            (5, &[("a", 4)][..], &[("a", 5)][..], Novelty::New),
            (5, &[("a", 4)], &[("a", 4)], Novelty::Pending),
            (5, &[("a", 5)], &[("a", 5)], Novelty::Known),
            (5, &[("a", 5)], &[("a", 4)], Novelty::Known),
            // Other sources, whatever their clocks say.
            (5, &[("b", 9)], &[("a", 5), ("b", 9)], Novelty::New),
            (5, &[], &[("b", 9)], Novelty::Pending),
            // Articles from before arrivals were recorded.
            (0, &[], &[("a", 5)], Novelty::Known),
        ] {
            let found = novelty_of(generation, mark, settled);
            assert_eq!(found, expected, "{generation} {mark:?} {settled:?}");
        }
    }

    #[test]
    fn only_sources_that_were_updated_are_searched() {
        let mark = Mark::Updates(updates(&[("a", 5), ("b", 7)]));
        let fresh_of = |settled| fresh(Since::Mark(&mark), &updates(settled));
        assert_eq!(fresh_of(&[("a", 5), ("b", 6)]), None);
        let query = fresh_of(&[("a", 5), ("b", 9), ("c", 1)]).unwrap();
        let clauses = query.pointer("/bool/should").unwrap();
        let clauses: Vec<&Value> = clauses.as_array().unwrap().iter().collect();
        let filter = |clause: &Value| clause.pointer("/bool/filter").cloned();
        let of = |source, before: u64, last: u64| {
            Some(json!([
                { "term": { "arrived_in": source } },
                { "range": { "arrived_with": { "gt": before, "lte": last } } },
            ]))
        };
        let found: Vec<_> = clauses.into_iter().map(filter).collect();
        assert_eq!(found, [of("b", 7, 9), of("c", 0, 1)]);
    }

    #[test]
    fn times_and_feeds_do_not_wait_for_the_end_of_updates() {
        let record = ArrivalRecord::new("a", 5, 50, 1);
        for (since, expected) in [
            (Since::Ever, Novelty::New),
            (Since::Time(50), Novelty::New),
            (Since::Time(51), Novelty::Known),
            (Since::Mark(&Mark::default()), Novelty::Pending),
        ] {
            assert_eq!(novelty(&record, since, &BTreeMap::new()), expected);
        }
    }
}
