//! Phrases and words against a naive scan over the same tokens: the same
//! articles, the same totals, in one segment and in many, after deletes and
//! after merges.

mod indexed;
mod oracle;

use proptest::prelude::*;
use timbao_articles::{Article, Limits, RecordBatch, WalkOptions, discover, open};
use timbao_index::{Index, SearchOptions, Searcher, WriterOptions};
use timbao_query::plan::{Key, MinimumMatch, Phrase, Plan, Side, Slot, Step};
use timbao_tokenizer::{Gap, Keys, scan};

/// Few syllables, so that lists get long, with rivals in accents only.
const SYLLABLES: &[&str] = &[
    "tự", "tư", "tu", "diễn", "dien", "điện", "biến", "bien", "biển", "hoá", "hóa", "hòa",
    "chuyển", "đảng", "dang", "đáng", "TW", "2026", "a", "ủy", "uỷ", "ban",
];
/// Separators; a comma does not end a phrase, a paragraph does.
const GAPS: &[&str] = &[" ", " ", " ", " ", " ", ", ", ". ", "\n", "-", " (", "\n\n"];

/// A random number generator (xorshift), so that one seed yields one corpus.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    /// Small numbers are likelier, as common words are.
    fn skewed(&mut self, n: usize) -> usize {
        self.below(n).min(self.below(n))
    }

    fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.below(most + 1) {
            // Rare words are many, so that some are not written in one byte.
            match self.below(6) {
                0 => text.push_str(&format!("x{}", self.skewed(700))),
                _ => text.push_str(SYLLABLES[self.skewed(SYLLABLES.len())]),
            }
            text.push_str(GAPS[self.below(GAPS.len())]);
        }
        text
    }

    fn article(&mut self, id: usize) -> Article {
        Article {
            id: id.to_string(),
            title: Some(self.text(6)),
            summary: Some(self.text(10)),
            body: self.text(40),
            ..Article::default()
        }
    }
}

/// The tokens as a plain scan yields them; `None` at the end of a paragraph or
/// part.
type Tokens = Vec<Option<(String, String)>>;

fn tokens(article: &Article) -> Tokens {
    let mut keys = Keys::new();
    let mut all = Vec::new();
    let parts = [
        &article.title,
        &article.summary,
        &Some(article.body.clone()),
    ];
    for text in parts.into_iter().flatten() {
        for token in scan(text) {
            if token.gap == Gap::Paragraph {
                all.push(None);
            }
            keys.set(&text[token.start..token.end]);
            all.push(Some((keys.exact().to_owned(), keys.folded().to_owned())));
        }
        all.push(None);
    }
    all
}

fn fits(slot: &Slot, token: Option<&Option<(String, String)>>) -> bool {
    let Some(Some((exact, folded))) = token else {
        return false;
    };
    slot.keys.iter().any(|key| match key {
        Key::Exact(key) => key == exact,
        Key::Folded(key) => key == folded,
        Key::Wildcard {
            part,
            side: Side::Start,
            tone: None,
            folded: true,
        } => folded.starts_with(part.as_str()),
        other => panic!("unexpected plan {other:?}"),
    })
}

/// Returns `true` if the steps from `number` on match after place `at`.
fn follows(phrase: &Phrase, number: usize, tokens: &Tokens, at: usize) -> bool {
    let Some(step) = phrase.steps.get(number) else {
        return true;
    };
    (step.gap_min..=step.gap_max).any(|gap| {
        let place = at + 1 + gap as usize;
        (at + 1..place).all(|between| matches!(tokens.get(between), Some(Some(_))))
            && fits(&step.slot, tokens.get(place))
            && follows(phrase, number + 1, tokens, place)
    })
}

/// Whether places can be chosen for the steps from `number` on such that all
/// are within the slop of their order.
fn sloppily(
    phrase: &Phrase,
    paragraph: &[Option<(String, String)>],
    chosen: &mut Vec<usize>,
) -> bool {
    let number = chosen.len();
    let Some(step) = phrase.steps.get(number) else {
        let moved = |(i, &p): (usize, &usize)| p as i64 - i as i64;
        let low = chosen.iter().enumerate().map(moved).min().unwrap_or(0);
        let high = chosen.iter().enumerate().map(moved).max().unwrap_or(0);
        return high - low <= i64::from(phrase.slop);
    };
    (0..paragraph.len()).any(|place| {
        if chosen.contains(&place) || !fits(&step.slot, paragraph.get(place)) {
            return false;
        }
        chosen.push(place);
        let found = sloppily(phrase, paragraph, chosen);
        chosen.pop();
        found
    })
}

fn holds(plan: &Plan, tokens: &Tokens) -> bool {
    match plan {
        Plan::Word(slot) => tokens.iter().any(|token| fits(slot, Some(token))),
        Plan::Phrase(phrase) if phrase.slop > 0 => tokens
            .split(Option::is_none)
            .any(|paragraph| sloppily(phrase, paragraph, &mut Vec::new())),
        Plan::Phrase(phrase) => (0..tokens.len()).any(|at| {
            fits(&phrase.steps[0].slot, tokens.get(at)) && follows(phrase, 1, tokens, at)
        }),
        Plan::Ranked {
            items,
            minimum: MinimumMatch::Count(count),
            ..
        } => items.iter().filter(|item| holds(item, tokens)).count() >= *count,
        Plan::And(parts) => parts.iter().all(|part| holds(part, tokens)),
        Plan::Or(parts) => parts.iter().any(|part| holds(part, tokens)),
        Plan::Not(part) => !holds(part, tokens),
        other => panic!("unexpected plan {other:?}"),
    }
}

fn ranked(items: Vec<Plan>, minimum: MinimumMatch) -> Plan {
    Plan::Ranked {
        items,
        minimum,
        optional: Vec::new(),
    }
}

/// The expected content of the index.
struct Corpus {
    articles: Vec<(String, Tokens)>,
    random: Random,
}

impl Corpus {
    /// A phrase that usually occurs somewhere, its syllables typed with accents
    /// or without.
    fn phrase(&mut self, accents: Accents) -> Phrase {
        let length = 1 + self.random.below(8);
        let article = self.random.below(self.articles.len());
        let tokens: Vec<_> = self.articles[article].1.iter().flatten().cloned().collect();
        let from = self.random.below(tokens.len().max(1));
        let mut keys: Vec<(String, String)> = tokens.into_iter().skip(from).take(length).collect();
        if keys.is_empty() {
            keys.push(("tư\u{323}".to_owned(), "tu".to_owned()));
        }
        let slots = keys.into_iter().map(|(exact, folded)| {
            let folds = match accents {
                Accents::Typed => false,
                Accents::Bare => true,
                Accents::Mixed => self.random.below(2) == 0,
            };
            let mut slot = Slot::new(if folds {
                Key::Folded(folded.into())
            } else {
                Key::Exact(exact.into())
            });
            match self.random.below(24) {
                0 | 1 => slot.keys.push(Key::Folded("ban".into())),
                2 | 3 => slot.keys.push(Key::Wildcard {
                    part: "x".into(),
                    side: Side::Start,
                    tone: None,
                    folded: true,
                }),
                _ => {}
            }
            slot
        });
        Phrase::exact(slots.collect::<Vec<_>>())
    }

    fn plan(&mut self) -> Plan {
        let accents = [Accents::Typed, Accents::Bare, Accents::Mixed][self.random.below(3)];
        let mut phrase = self.phrase(accents);
        match self.random.below(10) {
            8 => {
                let mut parts = self.clauses(accents);
                if self.random.below(4) == 0 {
                    parts.push(Plan::Not(Box::new(Plan::Phrase(phrase))));
                }
                Plan::And(parts)
            }
            9 => Plan::Or(self.clauses(accents)),
            0 => {
                phrase.steps.truncate(4);
                phrase.slop = 1 + self.random.below(3) as u32;
                Plan::Phrase(phrase)
            }
            1 => {
                for Step {
                    gap_min, gap_max, ..
                } in phrase.steps.iter_mut().skip(1)
                {
                    *gap_min = self.random.below(2) as u32;
                    *gap_max = *gap_min + self.random.below(3) as u32;
                }
                Plan::Phrase(phrase)
            }
            2 => {
                let words = phrase.steps.into_iter().map(|step| Plan::Word(step.slot));
                let items: Vec<Plan> = words.collect();
                let count = items.len();
                ranked(items, MinimumMatch::Count(count))
            }
            3 => {
                let words = phrase.steps.into_iter().map(|step| Plan::Word(step.slot));
                let items: Vec<Plan> = words.collect();
                let count = 1 + self.random.below(items.len());
                ranked(items, MinimumMatch::Count(count))
            }
            4 => {
                phrase.steps.truncate(2);
                Plan::Phrase(phrase)
            }
            _ => Plan::Phrase(phrase),
        }
    }

    /// Two or three operands of AND or OR: usually words, sometimes a phrase or
    /// a group.
    fn clauses(&mut self, accents: Accents) -> Vec<Plan> {
        let mut parts = Vec::new();
        for number in 0..2 + self.random.below(2) {
            let mut phrase = self.phrase(accents);
            phrase.steps.truncate(1 + self.random.below(6) / 5);
            let mut words = phrase
                .steps
                .iter()
                .map(|step| Plan::Word(step.slot.clone()));
            parts.push(match self.random.below(8) {
                0 => Plan::Or(words.collect()),
                1 if number > 0 => Plan::And(words.collect()),
                _ if phrase.steps.len() > 1 => Plan::Phrase(phrase),
                _ => words.next_back().expect("a phrase has a word"),
            });
        }
        parts
    }

    fn compare(&mut self, searcher: &Searcher, queries: usize) {
        for _ in 0..queries {
            let plan = self.plan();
            let mut expected: Vec<&str> = self
                .articles
                .iter()
                .filter(|(_, tokens)| holds(&plan, tokens))
                .map(|(id, _)| id.as_str())
                .collect();
            expected.sort_unstable();
            let all = SearchOptions {
                limit: self.articles.len() + 1,
                ..SearchOptions::default()
            };
            let found = searcher.search(&plan, &all).unwrap();
            let mut ids: Vec<String> = found
                .hits
                .iter()
                .map(|hit| searcher.record(hit.address).unwrap().id)
                .collect();
            ids.sort_unstable();
            assert_eq!(ids, expected, "{plan}");
            assert_eq!(found.total, expected.len() as u64, "{plan}");

            // Articles skipped early must not have been competitive.
            let few = SearchOptions {
                limit: 3,
                ..SearchOptions::default()
            };
            let best = searcher.search(&plan, &few).unwrap();
            assert_eq!(best.total, found.total, "{plan}");
            let scores = |hits: &[timbao_index::Hit]| -> Vec<i64> {
                let rounded = hits
                    .iter()
                    .map(|hit| (f64::from(hit.score) * 1e4).round() as i64);
                rounded.collect()
            };
            let wanted = scores(&found.hits[..found.hits.len().min(3)]);
            for (got, wanted) in scores(&best.hits).iter().zip(&wanted) {
                assert!((got - wanted).abs() <= 2, "{plan}: {:?}", best.hits);
            }
            assert_eq!(best.hits.len(), wanted.len(), "{plan}");
        }
    }
}

#[derive(Clone, Copy)]
enum Accents {
    Typed,
    Bare,
    Mixed,
}

fn check(seed: u64, articles: Vec<Article>, queries: usize) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    let mut corpus = Corpus {
        articles: Vec::new(),
        random: Random(seed | 1),
    };
    let writer = || {
        let options = WriterOptions {
            threads: 1,
            memory: 20_000_000,
        };
        index.writer(options).unwrap()
    };
    // Sizes differ, so that some lists have bitmaps and summaries here and not
    // there.
    let size = articles.len();
    let mut articles = articles.into_iter();
    for share in [2, 3, 6] {
        let mut writer = writer();
        for article in articles.by_ref().take(size.div_ceil(share)) {
            corpus.articles.push((article.id.clone(), tokens(&article)));
            writer.add(&article.id.clone(), article).unwrap();
        }
        writer.commit().unwrap();
        writer.finish().unwrap();
        corpus.compare(&index.searcher().unwrap(), queries);
    }
    assert_eq!(corpus.articles.len(), size);
    let mut writer = writer();
    for _ in 0..size / 10 {
        let at = corpus.random.below(corpus.articles.len());
        let (id, _) = corpus.articles.swap_remove(at);
        writer.delete(&id);
    }
    writer.commit().unwrap();
    corpus.compare(&index.searcher().unwrap(), queries);
    writer.merge_all().unwrap();
    corpus.compare(&index.searcher().unwrap(), queries);
}

fn generated(seed: u64, size: usize) -> Vec<Article> {
    let mut random = Random(seed | 1);
    (0..size).map(|id| random.article(id)).collect()
}

/// The articles that the project ships.
fn shipped() -> Vec<Article> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let mut articles = Vec::new();
    let mut batch = RecordBatch::new();
    for file in discover(&[directory.into()], &WalkOptions::default()) {
        let mut reader = open(&file.unwrap(), &Limits::default()).unwrap();
        while reader.next_batch(&mut batch) {
            articles.extend(
                batch
                    .records()
                    .filter_map(|r| Some(r.parse().ok()?.article)),
            );
        }
    }
    for (id, article) in articles.iter_mut().enumerate() {
        article.id = id.to_string();
        article.captions.clear();
    }
    articles
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn a_small_corpus_is_searched_as_a_scan_would(seed in any::<u64>()) {
        check(seed, generated(seed, 40), 40);
    }
}

/// Long enough for blocks, bitmaps and summaries.
#[test]
fn a_larger_corpus_is_searched_as_a_scan_would() {
    check(7, generated(7, 1_500), 60);
}

#[test]
fn the_shipped_corpus_is_searched_as_a_scan_would() {
    let articles = shipped();
    assert!(articles.len() > 100);
    check(3, articles, 150);
}
