//! What fills the gaps of a phrase.

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_query::plan::{LeafKind, Phrase, Plan, TextField};
use timbao_tokenizer::write_out;

use crate::error::Result;
use crate::search::lives;
use crate::search::{PhraseMatcher, Searcher, SlotIds, evaluate, field_at};
use crate::text::TextSegment;
use crate::text::tokens::FIRST_KEY;

/// What fills the gaps of a phrase, the commonest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fillers {
    /// How often the phrase matches.
    pub matches: u64,
    /// How many articles it matches in.
    pub articles: u64,
    /// The fillers.
    pub fillers: Vec<Filler>,
}

/// Words that fill the gaps of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filler {
    /// The words of each gap in turn, in standard spelling and small letters.
    pub words: Vec<String>,
    /// How often they fill it.
    pub matches: u64,
    /// In how many articles they do.
    pub articles: u64,
}

/// Why a query has no fillers to be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoGap {
    /// No phrase of it has a gap.
    #[error("no phrase of the query has a gap")]
    None,
    /// Several phrases of it have gaps.
    #[error("several phrases of the query have gaps")]
    Several,
    /// The words of the phrase may move, so that nothing is between them.
    #[error("a phrase with ~N has no gap of its own")]
    Slop,
}

/// The one phrase of a plan that has gaps, and the part of the text it is asked of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gapped<'p> {
    phrase: &'p Phrase,
    field: Option<TextField>,
}

impl<'p> Gapped<'p> {
    /// Finds the phrase.
    ///
    /// # Errors
    ///
    /// When there is no such phrase, or more than one.
    pub fn of(plan: &'p Plan) -> Result<Self, NoGap> {
        match gapped(plan).as_slice() {
            [] => Err(NoGap::None),
            [gapped] if gapped.phrase.slop > 0 => Err(NoGap::Slop),
            [gapped] => Ok(*gapped),
            _ => Err(NoGap::Several),
        }
    }
}

impl Searcher {
    /// Counts what fills the gaps of a phrase in the articles that match a whole plan.
    ///
    /// A match begins at every place where the phrase begins and ends as soon as it can, as
    /// in searches.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn fillers(&self, plan: &Plan, gapped: Gapped<'_>) -> Result<Fillers> {
        let mut all = Fillers::default();
        let mut counts: FxHashMap<Vec<String>, (u64, u64)> = FxHashMap::default();
        for (view, scored) in self.segments.iter().zip(evaluate(self, plan, None)?) {
            let segment = &view.text;
            let steps = gapped.phrase.steps.iter();
            let slots: Vec<SlotIds> = steps
                .map(|step| SlotIds::resolve(&step.slot, segment))
                .collect();
            let matcher = PhraseMatcher::new(gapped.phrase, &slots, segment);
            let mut known = Counts::default();
            let mut tokens = Vec::new();
            for article in scored.articles {
                self.deadline.check()?;
                let alive = view.reader.alive_bitset();
                if !lives(alive, article) {
                    continue;
                }
                tokens.clear();
                tokens.extend(segment.tokens_of(article));
                let matches = known.add(article, &tokens, &matcher, gapped);
                all.matches += matches;
                all.articles += u64::from(matches > 0);
            }
            for (gaps, count) in known.counts {
                let (matches, articles) = counts.entry(spelled(&gaps, segment)).or_default();
                *matches += count.matches;
                *articles += count.articles;
            }
        }
        all.fillers = counts
            .into_iter()
            .map(|(words, (matches, articles))| Filler {
                words,
                matches,
                articles,
            })
            .collect();
        all.fillers.sort_by(|a, b| {
            b.matches
                .cmp(&a.matches)
                .then_with(|| a.words.cmp(&b.words))
        });
        Ok(all)
    }
}

/// The fillers of one segment, by the tokens of each gap.
#[derive(Default)]
struct Counts {
    counts: FxHashMap<Vec<Vec<u32>>, Count>,
}

#[derive(Default)]
struct Count {
    matches: u64,
    articles: u64,
    last: Option<u32>,
}

impl Counts {
    /// Adds the fillers of an article; how often the phrase matches there.
    fn add(
        &mut self,
        article: u32,
        tokens: &[u32],
        matcher: &PhraseMatcher<'_>,
        gapped: Gapped<'_>,
    ) -> u64 {
        let mut matches = 0;
        for start in 0..tokens.len() {
            let Some(places) = matcher.places(tokens, start) else {
                continue;
            };
            if gapped
                .field
                .is_some_and(|field| field_at(tokens, start) != field)
            {
                continue;
            }
            let gaps = places.windows(2).zip(gapped.phrase.steps.iter().skip(1));
            let gaps: Vec<Vec<u32>> = gaps
                .filter(|(_, step)| step.gap_max > 0)
                .map(|(ends, _)| match ends {
                    [before, behind] => tokens.get(before + 1..*behind).unwrap_or_default(),
                    _ => &[],
                })
                .map(<[u32]>::to_vec)
                .collect();
            let count = self.counts.entry(gaps).or_default();
            count.matches += 1;
            count.articles += u64::from(count.last.replace(article) != Some(article));
            matches += 1;
        }
        matches
    }
}

fn spelled(gaps: &[Vec<u32>], segment: &TextSegment) -> Vec<String> {
    let word = |token: &u32| {
        let key = token.checked_sub(FIRST_KEY);
        key.map(|id| write_out(segment.exact_key(id)))
            .unwrap_or_default()
    };
    gaps.iter()
        .map(|gap| gap.iter().map(word).collect::<Vec<_>>().join(" "))
        .collect()
}

/// The phrases of a plan that have a gap.
fn gapped(plan: &Plan) -> Vec<Gapped<'_>> {
    let leaves = plan.leaves().into_iter();
    let phrases = leaves.flat_map(|leaf| {
        let phrases = match leaf.kind {
            LeafKind::Word(_) => &[],
            LeafKind::Phrase(phrase) => std::slice::from_ref(phrase),
            LeafKind::Near(near) => near.phrases.as_slice(),
        };
        let field = leaf.field;
        phrases.iter().map(move |phrase| Gapped { phrase, field })
    });
    let has_gap = |of: &Gapped<'_>| of.phrase.steps.iter().skip(1).any(|step| step.gap_max > 0);
    phrases.filter(has_gap).collect()
}

#[cfg(test)]
mod tests {
    use timbao_articles::Article;

    use super::*;
    use crate::testing::indexed;
    use timbao_query::{LowerOptions, lower, parse};

    fn newsroom() -> (tempfile::TempDir, Searcher) {
        let texts = [
            "Tự chuyển hoá, tự chuyển hóa; tự tha hóa.\nTự\nchuyển hóa",
            "tự TA chuyển hóa và tự chuyển hóa",
        ];
        indexed(texts.into_iter().enumerate().map(|(key, body)| {
            let article = Article {
                title: Some("Tự biến hóa".to_owned()),
                body: body.to_owned(),
                ..Article::default()
            };
            vec![(key.to_string(), article)]
        }))
    }

    fn listed(searcher: &Searcher, query: &str) -> String {
        let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
        let gapped = match Gapped::of(&plan) {
            Ok(gapped) => gapped,
            Err(why) => return why.to_string(),
        };
        let fillers = searcher.fillers(&plan, gapped).unwrap();
        let lines = fillers.fillers.iter();
        let lines = lines.map(|f| format!("{} {}/{}", f.words.join("|"), f.matches, f.articles));
        let lines: Vec<String> = lines.collect();
        format!(
            "{}/{}: {}",
            fillers.matches,
            fillers.articles,
            lines.join(", ")
        )
    }

    #[test]
    fn fillers_are_counted_by_matches_and_articles() {
        let (_dir, searcher) = newsroom();
        for (query, expected) in [
            ("\"tự * hóa\"", "6/2: chuyển 3/2, biến 2/2, tha 1/1"),
            (
                "\"tu ** hoa\"",
                "7/2: chuyển 3/2, biến 2/2, ta chuyển 1/1, tha 1/1",
            ),
            ("body:\"tự * hóa\"", "4/2: chuyển 3/2, tha 1/1"),
            ("\"tự * hóa\" tha", "4/1: chuyển 2/1, biến 1/1, tha 1/1"),
            ("\"hóa * * * hóa\"", "1/1: và tự chuyển 1/1"),
            ("\"tự * hóa * tự\"", "0/0: "),
            ("\"hóa ** chuyển * và\"", "0/0: "),
            ("tự hóa", "no phrase of the query has a gap"),
            (
                "\"a * b\" \"c * d\"",
                "several phrases of the query have gaps",
            ),
            ("\"a * b\"~2", "a phrase with ~N has no gap of its own"),
        ] {
            let listed = listed(&searcher, query);
            assert_eq!(listed, expected, "{query}");
        }
    }

    #[test]
    fn matches_are_those_of_searches() {
        let (_dir, searcher) = newsroom();
        for query in [
            "\"tự ** hóa\"",
            "\"tu * ** hoa\"",
            "\"tự **3 tự\"",
            "\"hóa ** hóa\"",
        ] {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            let gapped = Gapped::of(&plan).unwrap();
            let fillers = searcher.fillers(&plan, gapped).unwrap();
            let mut matches = 0;
            let options = crate::SearchOptions::default();
            let found = searcher.search(&plan, &options).unwrap();
            for hit in &found.hits {
                matches += searcher.matches(&plan, hit.address).unwrap().len() as u64;
            }
            assert_eq!(fillers.articles, found.total, "{query}");
            assert_eq!(fillers.matches, matches, "{query}");
        }
    }
}
