//! Counts the matches of a plan by their metadata.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_tokenizer::{Keys, scan};

use crate::error::{Error, Result};
use crate::plan::{Facet, Plan};

use super::boolean::evaluate;
use super::filter::{date, days};
use super::{Searcher, SegmentView, lives};

/// All matches of a plan, counted by the values of facets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// How many articles match.
    pub total: u64,
    /// The counts, in the order that was asked for.
    pub facets: Vec<FacetCounts>,
}

/// The matches of a plan, counted by the values of one facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCounts {
    /// Which metadata.
    pub facet: Facet,
    /// Every value that a match has: the commonest first, but years and months in their own
    /// order.
    pub values: Vec<FacetCount>,
    /// How many matches have no value.
    pub unknown: u64,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// The value, in the spelling most matches have: values that differ in nothing but case,
    /// punctuation, encoding or the place of a tone mark are one.
    pub value: String,
    /// How many matches have it.
    pub articles: u64,
}

impl FacetCount {
    /// What all spellings of the value have in common; the same in every search.
    pub fn key(&self) -> String {
        compared(&self.value)
    }
}

impl Searcher {
    /// Counts all matches of a plan by the values of facets, exactly.
    ///
    /// An article of which the year alone is known counts in its January, as in searches by
    /// date.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn facets(&self, plan: &Plan, facets: &[Facet]) -> Result<Facets> {
        let mut counters: Vec<Counter> = facets.iter().map(|&f| Counter::new(f)).collect();
        let mut total = 0;
        for (view, scored) in self.segments.iter().zip(evaluate(self, plan, None)?) {
            let mut articles = scored.articles;
            if let Some(alive) = view.reader.alive_bitset() {
                articles.retain(|&article| lives(Some(alive), article));
            }
            total += articles.len() as u64;
            for counter in &mut counters {
                counter.add(view, &articles)?;
            }
        }
        let facets = counters.into_iter().map(|c| c.finish(total)).collect();
        Ok(Facets { total, facets })
    }
}

/// Counts by one facet, segment by segment.
struct Counter {
    facet: Facet,
    /// By what a value is compared by: how often it is spelled in which way.
    values: BTreeMap<String, FxHashMap<String, u64>>,
}

impl Counter {
    fn new(facet: Facet) -> Self {
        Self {
            facet,
            values: BTreeMap::new(),
        }
    }

    fn add(&mut self, view: &SegmentView, articles: &[u32]) -> Result<()> {
        match self.facet {
            Facet::Year | Facet::Month => self.add_days(view, articles),
            _ => self.add_values(view, articles),
        }
    }

    fn add_days(&mut self, view: &SegmentView, articles: &[u32]) -> Result<()> {
        let days = days(view)?;
        let mut counts: FxHashMap<i64, u64> = FxHashMap::default();
        for day in articles.iter().filter_map(|&article| days.first(article)) {
            *counts.entry(day).or_default() += 1;
        }
        for (day, count) in counts {
            let Some(date) = date(day) else { continue };
            let value = match self.facet {
                Facet::Year => format!("{:04}", date.year()),
                _ => format!("{:04}-{:02}", date.year(), u8::from(date.month())),
            };
            self.count(value.clone(), value, count);
        }
        Ok(())
    }

    fn add_values(&mut self, view: &SegmentView, articles: &[u32]) -> Result<()> {
        let Some(column) = view.reader.fast_fields().str(&self.facet.to_string())? else {
            return Ok(());
        };
        let mut counts = vec![0u64; column.num_terms()];
        for &article in articles {
            // An article has at most one value; more are counted once each.
            for ord in column.term_ords(article) {
                if let Some(count) = counts.get_mut(ord as usize) {
                    *count += 1;
                }
            }
        }
        for (ord, count) in (0..).zip(counts).filter(|&(_, count)| count > 0) {
            let mut value = String::new();
            column
                .ord_to_str(ord, &mut value)
                .map_err(|e| Error::Damaged {
                    reason: e.to_string(),
                })?;
            self.count(compared(&value), value, count);
        }
        Ok(())
    }

    fn count(&mut self, key: String, value: String, articles: u64) {
        *self
            .values
            .entry(key)
            .or_default()
            .entry(value)
            .or_default() += articles;
    }

    fn finish(self, total: u64) -> FacetCounts {
        let mut values: Vec<FacetCount> = Vec::with_capacity(self.values.len());
        for spellings in self.values.into_values() {
            let articles = spellings.values().sum();
            let commonest = spellings
                .into_iter()
                .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
            values.extend(commonest.map(|(value, _)| FacetCount { value, articles }));
        }
        if !matches!(self.facet, Facet::Year | Facet::Month) {
            // The sort is stable: equal counts stay in the order of their keys.
            values.sort_by_key(|v| std::cmp::Reverse(v.articles));
        }
        let known: u64 = values.iter().map(|v| v.articles).sum();
        FacetCounts {
            facet: self.facet,
            values,
            unknown: total.saturating_sub(known),
        }
    }
}

/// What two spellings of one value have in common: the exact keys of its words.
pub(crate) fn compared(value: &str) -> String {
    let mut keys = Keys::new();
    let mut compared = String::with_capacity(value.len());
    for token in scan(value) {
        keys.set(value.get(token.start..token.end).unwrap_or_default());
        if !compared.is_empty() {
            compared.push(' ');
        }
        compared.push_str(keys.exact());
    }
    if compared.is_empty() {
        value.to_owned()
    } else {
        compared
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timbao_articles::{Article, Published};

    use super::*;
    use crate::{ArticleWriter, Index, WriterOptions};

    const ALL: [Facet; 4] = [Facet::Section, Facet::Agency, Facet::Year, Facet::Month];

    fn article(section: &str, date: Option<Published>) -> Article {
        Article {
            section: Some(section.to_owned()).filter(|s| !s.is_empty()),
            published: date,
            body: "họp bàn".to_owned(),
            ..Article::default()
        }
    }

    fn indexed(commits: Vec<Vec<(String, Article)>>) -> (tempfile::TempDir, Searcher) {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(dir.path()).unwrap();
        for articles in commits {
            let options = WriterOptions {
                threads: 1,
                memory: 20_000_000,
            };
            let mut writer: ArticleWriter = index.writer(options).unwrap();
            for (key, article) in articles {
                writer.delete(&key);
                writer.add(&key, article).unwrap();
            }
            writer.commit("").unwrap();
            writer.finish().unwrap();
        }
        let searcher = index.searcher().unwrap();
        (dir, searcher)
    }

    fn shown(facets: &Facets) -> Vec<String> {
        let shown = |counts: &FacetCounts| {
            let values = counts.values.iter();
            let values = values.map(|v| format!("{} {}", v.value, v.articles));
            let values = values.collect::<Vec<_>>().join(", ");
            format!("{}: {values}; unknown {}", counts.facet, counts.unknown)
        };
        facets.facets.iter().map(shown).collect()
    }

    #[test]
    fn spellings_of_one_value_are_one_and_replaced_articles_do_not_count() {
        let day = |y, m, d| Published::new(y, Some(m), Some(d));
        let (_dir, searcher) = indexed(vec![
            vec![
                ("a".into(), article("Văn hoá", day(2026, 3, 25))),
                ("b".into(), article("VĂN HÓA", day(2025, 12, 1))),
                ("c".into(), article("Văn hóa", None)),
                ("d".into(), article("Kinh tế", day(2026, 3, 1))),
            ],
            vec![
                ("d".into(), article("Văn hóa", day(2024, 2, 29))),
                ("e".into(), article("", day(2026, 1, 1))),
            ],
        ]);
        let facets = searcher.facets(&Plan::Everything, &ALL).unwrap();
        assert_eq!(facets.total, 5);
        assert_eq!(
            shown(&facets),
            [
                "section: Văn hóa 4; unknown 1",
                "agency: ; unknown 5",
                "year: 2024 1, 2025 1, 2026 2; unknown 1",
                "month: 2024-02 1, 2025-12 1, 2026-01 1, 2026-03 1; unknown 1",
            ]
        );
        let nothing = searcher.facets(&Plan::Nothing, &ALL[..1]).unwrap();
        assert_eq!(shown(&nothing), ["section: ; unknown 0"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn counts_add_up_to_the_total(
            sections in proptest::collection::vec("(Kinh tế|Văn hoá|văn hóa|!|)", 0..12),
            split in 0usize..12,
        ) {
            let articles: Vec<_> = sections
                .iter()
                .enumerate()
                .map(|(i, s)| (i.to_string(), article(s, None)))
                .collect();
            let (first, second) = articles.split_at(split.min(articles.len()));
            let (_dir, searcher) = indexed(vec![first.to_vec(), second.to_vec()]);
            let facets = searcher.facets(&Plan::Everything, &[Facet::Section]).unwrap();
            let counts = &facets.facets[0];
            let known: u64 = counts.values.iter().map(|v| v.articles).sum();
            prop_assert_eq!(facets.total, sections.len() as u64);
            prop_assert_eq!(known + counts.unknown, facets.total);
        }
    }
}
