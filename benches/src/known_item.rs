//! Known items: a reader remembers a part of one article and searches for it.
//!
//! Three kinds of memory, since what ranks well for one may not for another: the title and the
//! first sentence of the summary, each taken out of the indexed articles, and three content
//! words of the body. Each is typed with accents and without.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;
use tantivy::query::Occur;
use timbao_articles::Article;
use timbao_index::SearchOptions;
use timbao_tokenizer::{Gap, KeyCache, Kind, Token, fold, scan};

use crate::data::Pair;
use crate::plain::{Keys, Plain};
use crate::queries::Random;
use crate::timbao;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The results of one system for one kind of query.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The remembered part.
    pub remembered: &'static str,
    /// Whether it is typed with accents.
    pub typed: &'static str,
    /// The system.
    pub system: &'static str,
    /// Number of queries.
    pub queries: usize,
    /// The mean of 1/rank, of 0 where the article is not among the first ten.
    pub mrr_at_10: f64,
    /// The same over the articles whose id ends in an even byte, and in an odd one.
    pub mrr_of_halves: [f64; 2],
    /// The share of queries with the article among the first ten.
    pub recall_at_10: f64,
}

/// The kinds of queries, as named in [`Row::remembered`].
pub mod remembered {
    /// The words of the title, which is not in the index.
    pub const TITLE: &str = "title";
    /// The same title with its punctuation.
    pub const PASTED: &str = "title as pasted";
    /// The first sentence of the summary, which is not in the index.
    pub const SUMMARY: &str = "first sentence of the summary";
    /// Content words of the body.
    pub const WORDS: &str = "three content words";
    /// The words of a question that the article answers.
    pub const QUESTION: &str = "question";
    /// The same question with its punctuation.
    pub const QUESTION_PASTED: &str = "question as typed";
}

/// The systems, as named in [`Row::system`].
pub mod system {
    /// Timbao.
    pub const TIMBAO: &str = "timbao";
    /// Plain tantivy, accents kept.
    pub const EXACT: &str = "tantivy, exact syllables";
    /// Plain tantivy, accents folded.
    pub const FOLDED: &str = "tantivy, folded";
}

/// How a query is typed, as [`Row::typed`] names it.
pub mod typed {
    /// Accents as spelled by the author.
    pub const WITH: &str = "with accents";
    /// Folded.
    pub const WITHOUT: &str = "without";
}

/// A set of known items, all of one kind.
struct Set {
    remembered: &'static str,
    pairs: Vec<Pair>,
}

/// Runs all systems on known items: `titles`, or titles of random articles, and
/// as many queries of the other kinds.
///
/// # Errors
///
/// An error of an index.
pub fn measure(
    articles: &[Article],
    titles: Option<Vec<Pair>>,
    count: usize,
    seed: u64,
    memory: usize,
) -> Result<Vec<Row>> {
    let titles = titles.unwrap_or_else(|| self::titles(articles, count, seed));
    let untitled = [
        Set {
            remembered: remembered::TITLE,
            pairs: titles.iter().map(without_punctuation).collect(),
        },
        Set {
            remembered: remembered::PASTED,
            pairs: titles,
        },
    ];
    let mut rows = ask(articles, |a| a.title = None, &untitled, memory)?;
    let without_summary = [
        Set {
            remembered: remembered::SUMMARY,
            pairs: summary_sentences(articles, count, seed),
        },
        Set {
            remembered: remembered::WORDS,
            pairs: content_words(articles, count, seed),
        },
    ];
    rows.extend(ask(
        articles,
        |a| a.summary = None,
        &without_summary,
        memory,
    )?);
    // All systems of one question below each other.
    let kinds = [
        remembered::TITLE,
        remembered::PASTED,
        remembered::SUMMARY,
        remembered::WORDS,
        typed::WITH,
        typed::WITHOUT,
    ];
    let place = |name| kinds.iter().position(|kind| *kind == name);
    rows.sort_by_key(|row| (place(row.remembered), place(row.typed)));
    Ok(rows)
}

/// Runs all systems on questions about the articles, which are indexed as they are.
///
/// # Errors
///
/// An error of an index.
pub fn measure_questions(
    articles: &[Article],
    questions: Vec<Pair>,
    memory: usize,
) -> Result<Vec<Row>> {
    let sets = [
        Set {
            remembered: remembered::QUESTION,
            pairs: questions.iter().map(without_punctuation).collect(),
        },
        Set {
            remembered: remembered::QUESTION_PASTED,
            pairs: questions,
        },
    ];
    let mut rows = ask(articles, |_| {}, &sets, memory)?;
    rows.sort_by_key(|row| (row.remembered, row.typed == typed::WITHOUT));
    Ok(rows)
}

/// Writes rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| known item: remembered part | typed | queries | system | MRR@10 | of the halves | recall@10 |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let [even, odd] = row.mrr_of_halves;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {:.3} | {even:.3}, {odd:.3} | {:.3} |",
            row.remembered, row.typed, row.queries, row.system, row.mrr_at_10, row.recall_at_10
        );
    }
    out
}

/// The same known item, its words separated by spaces.
fn without_punctuation(pair: &Pair) -> Pair {
    let words = |text: &str| {
        let words: Vec<&str> = scan(text)
            .map(|token| &text[token.start..token.end])
            .collect();
        words.join(" ")
    };
    Pair {
        id: pair.id.clone(),
        accented: words(&pair.accented),
        unaccented: words(&pair.unaccented),
    }
}

/// Indexes the articles, shortened by `cut`, once for each system, and runs all
/// sets on each.
fn ask(
    articles: &[Article],
    cut: impl Fn(&mut Article),
    sets: &[Set],
    memory: usize,
) -> Result<Vec<Row>> {
    let cut = || {
        articles.iter().cloned().map(|mut article| {
            cut(&mut article);
            article
        })
    };
    let mut rows = Vec::new();
    let dir = tempfile::tempdir()?;
    let searcher = timbao::build(dir.path(), cut(), 1, memory)?.searcher()?;
    let mut first_ten = |query: &str| -> Result<Vec<String>> {
        let plan = timbao::typed(query);
        let found = searcher.search(&plan, &SearchOptions::default())?;
        let ids = found
            .hits
            .iter()
            .map(|hit| Ok(searcher.record(hit.address)?.id));
        ids.collect()
    };
    score_all(system::TIMBAO, sets, &mut first_ten, &mut rows)?;
    for (system, keys) in [(system::EXACT, Keys::Exact), (system::FOLDED, Keys::Folded)] {
        let dir = tempfile::tempdir()?;
        let plain = Plain::create(dir.path(), keys)?;
        plain.add(cut(), 1, memory)?;
        let reader = plain.reader()?;
        let mut first_ten = |query: &str| -> Result<Vec<String>> {
            Ok(plain.top_ids(&reader, &*plain.words(query, Occur::Should))?)
        };
        score_all(system, sets, &mut first_ten, &mut rows)?;
    }
    Ok(rows)
}

fn score_all(
    system: &'static str,
    sets: &[Set],
    first_ten: &mut dyn FnMut(&str) -> Result<Vec<String>>,
    rows: &mut Vec<Row>,
) -> Result<()> {
    for set in sets {
        for typed in [typed::WITH, typed::WITHOUT] {
            let mut reciprocal = Vec::with_capacity(set.pairs.len());
            for pair in &set.pairs {
                reciprocal.push(pair.reciprocal_rank(&first_ten(pair.typed(typed))?));
            }
            let of_half = |half: u8| {
                let last = |pair: &Pair| pair.id.bytes().last().unwrap_or_default();
                let both = set.pairs.iter().zip(&reciprocal);
                mean(both.filter(|(p, _)| last(p) % 2 == half).map(|(_, r)| *r))
            };
            let found = reciprocal.iter().map(|r| f64::from(u8::from(*r > 0.0)));
            rows.push(Row {
                remembered: set.remembered,
                typed,
                system,
                queries: set.pairs.len(),
                mrr_at_10: mean(reciprocal.iter().copied()),
                mrr_of_halves: [of_half(0), of_half(1)],
                recall_at_10: mean(found),
            });
        }
    }
    Ok(())
}

impl Pair {
    /// The query as [`typed`] names it.
    pub fn typed(&self, typed: &str) -> &str {
        match typed == typed::WITH {
            true => &self.accented,
            false => &self.unaccented,
        }
    }

    /// One divided by the rank of the article among some ids; 0 if it is not among them.
    pub fn reciprocal_rank(&self, ids: &[String]) -> f64 {
        let place = ids.iter().position(|id| *id == self.id);
        place.map_or(0.0, |place| 1.0 / (place + 1) as f64)
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    sum / f64::from(count.max(1))
}

/// The titles of articles drawn by a seed.
pub fn titles(articles: &[Article], count: usize, seed: u64) -> Vec<Pair> {
    draw(articles, count, seed, |article, _| {
        article.title.clone().filter(|title| !title.is_empty())
    })
}

/// First sentences of summaries, unless the body repeats them word by word.
pub fn summary_sentences(articles: &[Article], count: usize, seed: u64) -> Vec<Pair> {
    draw(articles, count, seed, |article, _| {
        let summary = article.summary.as_deref()?;
        let tokens = scan(summary).enumerate();
        let sentence: Vec<Token> = tokens
            .take_while(|(i, token)| *i == 0 || token.gap < Gap::Sentence)
            .map(|(_, token)| token)
            .collect();
        let text = &summary[sentence.first()?.start..sentence.last()?.end];
        (sentence.len() >= 5 && !article.body.contains(text)).then(|| text.to_owned())
    })
}

/// Three content words of each body, in the order they were drawn.
///
/// Content words are determined from the articles, without a dictionary:
/// * two adjacent syllables with a space between, with a normalised pointwise
///   mutual information (Bouma 2009) of 0.4 or more, in at least five articles
///   and at most one of fifty: "xà lan", "pháo hoa", but not "của các";
/// * a syllable in at least five articles and at most one of two hundred:
///   names.
///
/// Words are counted in bodies, by exact keys; the three do not overlap and are different.
pub fn content_words(articles: &[Article], count: usize, seed: u64) -> Vec<Pair> {
    let counts = Counts::of(articles);
    draw(articles, count, seed, |article, random| {
        let body = &article.body;
        let tokens: Vec<Token> = scan(body).collect();
        let numbers = counts.numbers_of(body, &tokens);
        let words: Vec<(usize, usize)> = (0..tokens.len())
            .flat_map(|start| [(start, 1), (start, 2)])
            .filter(|&(start, length)| counts.is_content(&tokens, &numbers, start, length))
            .collect();
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        // Few tries: an article without three words is passed over.
        for _ in 0..50 {
            if chosen.len() == 3 || words.is_empty() {
                break;
            }
            let (start, length) = words[random.below(words.len())];
            let keys = &numbers[start..start + length];
            let repeated = chosen.iter().any(|&(other, its_length)| {
                let its = &numbers[other..other + its_length];
                its.iter().any(|key| keys.contains(key))
            });
            if !repeated {
                chosen.push((start, length));
            }
        }
        let text = |(start, length): (usize, usize)| {
            body[tokens[start].start..tokens[start + length - 1].end].to_lowercase()
        };
        (chosen.len() == 3).then(|| {
            let words: Vec<String> = chosen.into_iter().map(text).collect();
            words.join(" ")
        })
    })
}

/// Draws articles without repetition until `count` of them gave a query.
fn draw(
    articles: &[Article],
    count: usize,
    seed: u64,
    mut query: impl FnMut(&Article, &mut Random) -> Option<String>,
) -> Vec<Pair> {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..articles.len()).collect();
    let mut pairs = Vec::with_capacity(count);
    for i in 0..order.len() {
        if pairs.len() == count {
            break;
        }
        let other = i + random.below(order.len() - i);
        order.swap(i, other);
        let article = &articles[order[i]];
        if let Some(accented) = query(article, &mut random) {
            pairs.push(Pair {
                id: article.id.clone(),
                unaccented: fold(&accented),
                accented,
            });
        }
    }
    pairs
}

/// The number of occurrences in the articles, and of articles.
#[derive(Clone, Copy, Default)]
struct Count {
    all: u32,
    articles: u32,
    /// The last article it was seen in, counted from 1.
    last: u32,
}

impl Count {
    fn add(&mut self, article: u32) {
        self.all += 1;
        self.articles += u32::from(self.last != article);
        self.last = article;
    }
}

/// Counts of syllables and pairs in the bodies of articles.
struct Counts {
    articles: u32,
    tokens: f64,
    numbers: HashMap<String, u32>,
    syllables: Vec<Count>,
    pairs: HashMap<(u32, u32), Count>,
}

impl Counts {
    fn of(articles: &[Article]) -> Self {
        let mut counts = Self {
            articles: articles.len() as u32,
            tokens: 0.0,
            numbers: HashMap::new(),
            syllables: Vec::new(),
            pairs: HashMap::new(),
        };
        let mut cache = KeyCache::new();
        for (article, number) in articles.iter().zip(1..) {
            let mut last = None;
            for token in scan(&article.body) {
                let key = cache.keys(&article.body, &token).exact().as_str();
                let syllable = match counts.numbers.get(key) {
                    Some(&syllable) => syllable,
                    None => {
                        let syllable = counts.syllables.len() as u32;
                        counts.numbers.insert(key.to_owned(), syllable);
                        counts.syllables.push(Count::default());
                        syllable
                    }
                };
                counts.tokens += 1.0;
                counts.syllables[syllable as usize].add(number);
                if let (Some(last), Gap::Space) = (last, token.gap) {
                    counts
                        .pairs
                        .entry((last, syllable))
                        .or_default()
                        .add(number);
                }
                last = Some(syllable);
            }
        }
        counts
    }

    /// The number of each token's key.
    fn numbers_of(&self, text: &str, tokens: &[Token]) -> Vec<u32> {
        let mut cache = KeyCache::new();
        let number = |token| self.numbers.get(cache.keys(text, token).exact().as_str());
        let numbers = tokens.iter().map(number);
        numbers.map(|n| n.copied().unwrap_or(u32::MAX)).collect()
    }

    /// Returns `true` if the tokens from `start` on are a content word of
    /// `length` tokens.
    fn is_content(&self, tokens: &[Token], numbers: &[u32], start: usize, length: usize) -> bool {
        let Some(run) = tokens.get(start..start + length) else {
            return false;
        };
        if run.iter().any(|token| token.kind != Kind::Word) {
            return false;
        }
        let in_one_of =
            |count: Count, of: u32| count.articles >= 5 && count.articles <= self.articles / of;
        let syllable = |i: usize| self.syllables.get(numbers[i] as usize).copied();
        if length == 1 {
            return syllable(start).is_some_and(|count| in_one_of(count, 200));
        }
        let pair = self.pairs.get(&(numbers[start], numbers[start + 1]));
        match (syllable(start), syllable(start + 1), pair) {
            (Some(a), Some(b), Some(&both)) if run[1].gap == Gap::Space => {
                let share = |count: Count| f64::from(count.all) / self.tokens;
                let information = (share(both) / (share(a) * share(b))).ln();
                in_one_of(both, 50) && information / -share(both).ln() >= 0.4
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(id: &str, summary: &str, body: &str) -> Article {
        Article {
            id: id.to_owned(),
            title: Some(format!("Tin {id}")),
            summary: Some(summary.to_owned()),
            body: body.to_owned(),
            ..Article::default()
        }
    }

    #[test]
    fn a_sentence_of_the_summary_is_its_first_and_not_in_the_body() {
        let articles = [
            article("1", "Đà Nẵng bắn pháo hoa tối nay. Hết.", "Tin khác."),
            article(
                "2",
                "Câu này đã có trong bài. Hết.",
                "Câu này đã có trong bài.",
            ),
            article("3", "Ngắn quá.", "Tin khác."),
        ];
        let pairs = summary_sentences(&articles, 10, 1);
        let asked: Vec<_> = pairs
            .iter()
            .map(|p| (&*p.id, &*p.accented, &*p.unaccented))
            .collect();
        let expected = (
            "1",
            "Đà Nẵng bắn pháo hoa tối nay",
            "da nang ban phao hoa toi nay",
        );
        assert_eq!(asked, [expected]);
    }

    #[test]
    fn content_words_attract_each_other_and_are_neither_rare_nor_common() {
        // "xà lan" occurs in 6 of 400, "và của" everywhere, "độc nhất" once.
        let articles: Vec<Article> = (0..400)
            .map(|i| {
                let rest = "và của các và những của và các ";
                let words = match i {
                    0..6 => "xà lan, pháo hoa, thuyền rồng. ",
                    6 => "độc nhất, vô nhị, tiền lệ. ",
                    _ => "",
                };
                article(&i.to_string(), "", &format!("{words}{rest}"))
            })
            .collect();
        let pairs = content_words(&articles, 100, 1);
        assert!(!pairs.is_empty() && pairs.len() <= 6, "{pairs:?}");
        for pair in &pairs {
            assert!(pair.id.parse::<u32>().unwrap() < 6);
            assert!(
                !pair
                    .accented
                    .split(' ')
                    .any(|word| "và của các những".contains(word))
            );
            assert_eq!(pair.unaccented, fold(&pair.accented));
        }
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let articles: Vec<Article> = (0..50).map(|i| article(&i.to_string(), "", "")).collect();
        let ids = |seed| -> Vec<String> {
            let pairs = titles(&articles, 20, seed);
            pairs.into_iter().map(|pair| pair.id).collect()
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        let mut drawn = ids(1);
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), 20);
    }
}
