//! Counts the matches of a plan by their metadata.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use timbao_query::plan::{Facet, Plan};
use timbao_views::{Count, FacetCount, FacetCounts, Facets, facet_counts};

use crate::error::Result;

use super::boolean::evaluate;
use super::filter::{date, days};
use super::{Searcher, SegmentView, lives};

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
        self.facets_of(plan, facets, Count::Publications)
    }

    /// Counts the matches of a plan as [`facets`](Self::facets) does: all of them, or the first
    /// publication of each text.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn facets_of(&self, plan: &Plan, facets: &[Facet], count: Count) -> Result<Facets> {
        let mut found = evaluate(self, plan, None)?;
        for (view, scored) in self.segments.iter().zip(&mut found) {
            if let Some(alive) = view.reader.alive_bitset() {
                scored
                    .articles
                    .retain(|&article| lives(Some(alive), article));
            }
        }
        if count == Count::Texts {
            let id = |segment, article| self.id_of(self.address(segment, article));
            let all = (0..).zip(&found);
            let ids = all.flat_map(|(segment, scored)| {
                scored
                    .articles
                    .iter()
                    .map(move |&article| id(segment, article))
            });
            let counted = count.articles(self, ids.collect())?;
            for (segment, scored) in (0..).zip(&mut found) {
                scored
                    .articles
                    .retain(|&article| counted.binary_search(&id(segment, article)).is_ok());
            }
        }
        let total: u64 = found
            .iter()
            .map(|scored| scored.articles.len() as u64)
            .sum();
        let found = || {
            self.segments
                .iter()
                .zip(&found)
                .map(|(view, s)| (view, s.articles.as_slice()))
        };
        let facets = facets.iter().map(|&facet| {
            let values = match facet {
                Facet::Year | Facet::Month => times(found(), facet)?,
                _ => values(found(), facet)?,
            };
            let known: u64 = values.iter().map(|v| v.articles).sum();
            Ok(FacetCounts {
                facet,
                values,
                unknown: total.saturating_sub(known),
            })
        });
        self.whole(Facets {
            total,
            facets: facets.collect::<Result<_>>()?,
        })
    }
}

/// Counts articles by year or month, in order.
fn times<'s>(
    found: impl Iterator<Item = (&'s SegmentView, &'s [u32])>,
    facet: Facet,
) -> Result<Vec<FacetCount>> {
    let mut by_day: FxHashMap<i64, u64> = FxHashMap::default();
    for (view, articles) in found {
        let days = days(view)?;
        for day in articles.iter().filter_map(|&article| days.first(article)) {
            *by_day.entry(day).or_default() += 1;
        }
    }
    let mut counts: BTreeMap<(i32, u8), u64> = BTreeMap::new();
    for (day, count) in by_day {
        let Some(date) = date(day) else { continue };
        let month = match facet {
            Facet::Year => 0,
            _ => u8::from(date.month()),
        };
        *counts.entry((date.year(), month)).or_default() += count;
    }
    let counts = counts.into_iter().map(|((year, month), articles)| {
        let value = match month {
            0 => format!("{year:04}"),
            month => format!("{year:04}-{month:02}"),
        };
        FacetCount { value, articles }
    });
    Ok(counts.collect())
}

/// Counts articles by the values of a facet.
fn values<'s>(
    found: impl Iterator<Item = (&'s SegmentView, &'s [u32])>,
    facet: Facet,
) -> Result<Vec<FacetCount>> {
    let mut counts = Vec::new();
    for (view, articles) in found {
        let Some((values, column)) = view.values(facet)? else {
            continue;
        };
        let mut here = vec![0u64; values.len()];
        for &article in articles {
            // An article has at most one value; more are counted once each.
            for ordinal in column.term_ords(article) {
                if let Some(count) = here.get_mut(ordinal as usize) {
                    *count += 1;
                }
            }
        }
        let counted = values.iter().zip(here).filter(|&(_, count)| count > 0);
        counts
            .extend(counted.map(|(value, count)| (value.key.as_str(), value.text.as_str(), count)));
    }
    Ok(facet_counts(facet, counts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timbao_articles::{Article, Published};

    use super::*;
    use crate::SearchOptions;
    use crate::testing::indexed;
    use timbao_query::plan::Filter;

    const ALL: [Facet; 4] = [Facet::Section, Facet::Agency, Facet::Year, Facet::Month];

    fn article(section: &str, date: Option<Published>) -> Article {
        Article {
            section: Some(section.to_owned()).filter(|s| !s.is_empty()),
            published: date,
            body: "họp bàn".to_owned(),
            ..Article::default()
        }
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
                ("a", article("Văn hoá", day(2026, 3, 25))),
                ("b", article("VĂN HÓA", day(2025, 12, 1))),
                ("c", article("Văn hóa", None)),
                ("d", article("Kinh tế", day(2026, 3, 1))),
            ],
            vec![
                ("d", article("Văn hóa", day(2024, 2, 29))),
                ("e", article("", Published::new(2026, None, None))),
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
        fn counts_add_up_and_each_value_is_found(
            sections in proptest::collection::vec("(Kinh tế|Kinh tế - Xã hội|Văn hoá|văn hóa|!|)", 0..12),
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
            for FacetCount { value, articles } in &counts.values {
                let facet = Facet::Section;
                let is = Plan::Filter(Filter::Is { facet, value: value.clone() });
                let found = searcher.search(&is, &SearchOptions::default()).unwrap();
                prop_assert_eq!(found.total, *articles, "{}", value);
            }
        }
    }
}
