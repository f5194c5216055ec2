//! Generated articles and queries, over which two engines have to agree.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use timbao_query::plan::Facet;
use timbao_query::{Accents, Filters, LowerOptions, Request};
use timbao_views::{Count, Engine, Facets, Result, ScoredArticle, SearchOptions, ShownHit, Sort};

use crate::queries::Random;

/// Few syllables, so that lists get long; rivals in accents, case and spelling only.
const SYLLABLES: [&str; 40] = [
    "tự", "diễn", "biến", "đảng", "viên", "cán", "bộ", "kỷ", "luật", "hóa", "hoá", "hoa", "Hòa",
    "tư", "tu", "điện", "biển", "dang", "Đảng", "kỉ", "khởi", "tố", "Hà", "Nội", "xã", "hội",
    "2026", "64", "TW", "ủy", "uỷ", "ban", "a", "chuyển", "đáng", "trong", "trung", "diêm", "UBND",
    "nghị",
];
/// Names of offices, with abbreviations of which some count in capitals only.
const OFFICES: [&str; 8] = [
    "Ban Chấp hành Trung ương",
    "ban chấp hành",
    "BCH TƯ",
    "bch tư",
    "Trung ương",
    "TƯ",
    "ủy ban nhân dân",
    "UBND",
];
/// Between two words of a text.
const GAPS: [&str; 12] = [
    " ", " ", " ", " ", " ", " ", ", ", ". ", "-", " (", "\n\n", ": ",
];
const SECTIONS: [&str; 6] = [
    "Xây dựng Đảng",
    "XÂY DỰNG ĐẢNG",
    "Kinh tế",
    "Kinh tế - Xã hội",
    "Thời sự",
    "Văn hoá",
];
const PLACES: [&str; 4] = ["Hà Nội", "Cần Thơ", "Hòa Bình", "Hoà Bình"];
const AUTHORS: [&str; 4] = ["Trần Thị Mận", "Lê Văn Cù", "PV", "Nguyễn Ổi, Lê Văn Cù"];
const SOURCES: [&str; 3] = ["Báo Sông Trà", "Báo Ngọc Chử", "Tạp chí Biển Xanh"];

/// One of some.
fn one<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of.get(random.below(of.len())).copied().unwrap_or_default()
}

/// A syllable; those at the beginning of the list are likelier, as common words are.
fn syllable(random: &mut Random) -> &'static str {
    let most = 1 + random.below(SYLLABLES.len());
    one(random, SYLLABLES.get(..most).unwrap_or_default())
}

fn text(random: &mut Random, most: usize) -> String {
    let mut text = String::new();
    for _ in 0..random.below(most + 1) {
        match random.below(32) {
            0..=3 => {
                let _ = write!(text, "x{}", random.below(200));
            }
            4 => text.push_str(one(random, &OFFICES)),
            5..=8 => text.push_str(&capital(syllable(random))),
            _ => text.push_str(syllable(random)),
        }
        text.push_str(one(random, &GAPS));
    }
    text
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Articles as lines of JSON, with and without dates and metadata.
pub fn lines(count: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut lines = String::new();
    for number in 0..count {
        let line = article(&mut random, number);
        // Some are published twice.
        let times = 1 + usize::from(random.below(12) == 0);
        for time in 0..times {
            let mut line = line.clone();
            line.insert("id".to_owned(), json!(format!("{number}-{time}")));
            let _ = writeln!(lines, "{}", Value::Object(line));
        }
    }
    lines
}

fn article(random: &mut Random, number: usize) -> Map<String, Value> {
    let mut article = Map::new();
    let body = match random.below(10) {
        // Long enough for the same words in all parts of the index.
        0 => text(random, 400),
        _ => text(random, 50),
    };
    // An article without text would be a problem of its file.
    article.insert("body".to_owned(), json!(format!("{body} x{number}")));
    let mut add = |name: &str, value: String| article.insert(name.to_owned(), json!(value));
    if random.below(10) > 0 {
        add("title", format!("Tin {}", text(random, 8)));
    }
    if random.below(3) > 0 {
        add("summary", format!("Tóm tắt {}", text(random, 15)));
    }
    let (year, month, day) = (
        2019 + random.below(8),
        1 + random.below(12),
        1 + random.below(28),
    );
    match random.below(8) {
        0 => {}
        1 => drop(add("date", format!("{year}"))),
        2 => drop(add("date", format!("{year}-{month:02}"))),
        3 => {
            let (hour, minute) = (random.below(24), random.below(60));
            add(
                "date",
                format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"),
            );
        }
        _ => drop(add("date", format!("{year}-{month:02}-{day:02}"))),
    }
    for (name, values) in [
        ("section", &SECTIONS[..]),
        ("place", &PLACES),
        ("author", &AUTHORS),
        ("source", &SOURCES),
    ] {
        if random.below(4) > 0 {
            add(name, one(random, values).to_owned());
        }
    }
    article
}

/// A query with its filters, and how its hits are listed.
#[derive(Debug, Clone)]
pub struct Question {
    text: String,
    filters: Filters,
    accents: Accents,
    options: SearchOptions,
    facets: Vec<Facet>,
    count: Count,
}

impl Question {
    /// Generates a query of any kind.
    pub fn generate(random: &mut Random) -> Self {
        let parts = 1 + random.below(3) / 2 + random.below(4) / 3;
        let mut text: Vec<String> = (0..parts).map(|_| clause(random)).collect();
        if random.below(5) == 0 {
            let not = operand(random);
            text.push(format!("-{not}"));
        }
        let facets = Facet::ALL.iter().filter(|_| random.below(4) == 0);
        let facets = facets.copied().collect();
        let sort = match random.below(2) {
            0 => Sort::Latest,
            _ => Sort::Oldest,
        };
        Self {
            text: text.join(" "),
            filters: filters(random),
            accents: match random.below(4) {
                0 => Accents::Strict,
                1 => Accents::Loose,
                _ => Accents::Auto,
            },
            options: SearchOptions {
                limit: 1 + random.below(30),
                offset: random.below(4) / 3 * random.below(40),
                sort,
                recency_half_life: None,
            },
            facets,
            count: match random.below(10) {
                0 => Count::Texts,
                _ => Count::Publications,
            },
        }
    }

    /// Parses the query.
    pub fn request(&self) -> Request {
        let options = LowerOptions {
            accents: self.accents,
            ..LowerOptions::default()
        };
        // Generated dates are valid.
        Request::with(self.text.clone(), &self.filters, options)
            .unwrap_or_else(|_| Request::new(self.text.clone()))
    }
}

/// A word as people type it.
fn word(random: &mut Random) -> String {
    let word = syllable(random);
    match random.below(12) {
        0 => capital(word),
        1 => timbao_tokenizer::fold(word),
        2 => format!("x{}", random.below(200)),
        _ => word.to_owned(),
    }
}

/// A word, a pattern of words, or a phrase.
fn operand(random: &mut Random) -> String {
    match random.below(17) {
        0 => format!("={}", word(random)),
        1 => format!("=={}", word(random)),
        2 => format!("~{}", word(random)),
        3 => format!("{}*", first_letters(&word(random), 2)),
        4 => format!("*{}", last_letters(&word(random), 2)),
        5 => format!("{}~{}", word(random), 1 + random.below(2)),
        6 => format!("/{}(n|ng|i)?/", first_letters(&word(random), 3)),
        7..=12 => phrase(random),
        13 => one(random, &["BCH", "TƯ", "UBND", "\"ban chấp hành\""]).to_owned(),
        _ => word(random),
    }
}

fn first_letters(word: &str, count: usize) -> String {
    word.chars().take(count).collect()
}

fn last_letters(word: &str, count: usize) -> String {
    let skipped = word.chars().count().saturating_sub(count);
    word.chars().skip(skipped).collect()
}

fn phrase(random: &mut Random) -> String {
    let mut words = vec![word(random)];
    for _ in 0..1 + random.below(4) {
        match random.below(12) {
            0 => words.push("*".to_owned()),
            1 => words.push("**".to_owned()),
            2 => words.push(format!("**{}", 1 + random.below(4))),
            3 => words.push(format!("({} | {})", word(random), word(random))),
            _ => {}
        }
        words.push(word(random));
    }
    let slop = match random.below(6) {
        0 => format!("~{}", 1 + random.below(3)),
        _ => String::new(),
    };
    format!("\"{}\"{slop}", words.join(" "))
}

fn clause(random: &mut Random) -> String {
    let (a, b) = (operand(random), operand(random));
    let within = match random.below(4) {
        0 => "S".to_owned(),
        1 => "P".to_owned(),
        _ => (1 + random.below(9)).to_string(),
    };
    match random.below(20) {
        0 => format!("({a} OR {b})"),
        1 => format!("{a} AND {b}"),
        2 => format!("({a} NOT {b})"),
        3 => format!("({a} NEAR/{within} {b})"),
        4 => format!("({a} PRE/{within} {b})"),
        5 => format!("({a} NOTNEAR/{within} {b})"),
        6 => format!("ATLEAST/{} {a}", 2 + random.below(3)),
        7 => {
            let fields = ["title", "summary", "body", "caption"];
            format!("{}:{}", one(random, &fields), operand(random))
        }
        8 => format!("{a} NEAR/{within} {b} NEAR/{within} {}", word(random)),
        9 => metadata(random),
        10 => format!("+{a} {b} {}", word(random)),
        // What a cluster decides next to what it does not.
        13 => format!("({} OR =={b})", one(random, &OFFICES), b = word(random)),
        14 => format!("{} -({a} NEAR/S {b})", one(random, &OFFICES)),
        15 => format!("({a} OR =={}) NEAR/{within} {b}", word(random)),
        16 | 17 => one(random, &OFFICES).to_owned(),
        11 | 12 => (0..2 + random.below(4))
            .map(|_| word(random))
            .collect::<Vec<_>>()
            .join(" "),
        _ => a,
    }
}

/// A condition on metadata in the query language.
fn metadata(random: &mut Random) -> String {
    let (year, month) = (2018 + random.below(10), 1 + random.below(12));
    match random.below(10) {
        0 => format!("date:{year}"),
        1 => format!("date:{year}-{month:02}"),
        2 => format!("date:{year}..{}", year + 1),
        3 => format!("after:{year}-{month:02}"),
        4 => format!("before:{month}/{year}"),
        5 => "-section:*".to_owned(),
        6 => "-date:*".to_owned(),
        7 => format!("section=\"{}\"", one(random, &SECTIONS)),
        8 => format!("author:\"{}\"", one(random, &AUTHORS)),
        _ => format!("place:\"{}\"", one(random, &PLACES).to_lowercase()),
    }
}

fn filters(random: &mut Random) -> Filters {
    let mut filters = Filters::default();
    let year = 2018 + random.below(10);
    match random.below(12) {
        0 => filters.after = Some(year.to_string()),
        1 => filters.before = Some(format!("{year}-06")),
        2 => filters.date = Some(format!("{year}..{}", year + 2)),
        _ => {}
    }
    for (facet, values) in [
        (Facet::Section, &SECTIONS[..]),
        (Facet::Place, &PLACES),
        (Facet::Source, &SOURCES),
    ] {
        let value = match random.below(24) {
            0 => one(random, values).to_owned(),
            1 => format!("={}", one(random, values)),
            2 => format!("-{}", one(random, values)),
            3 => "-*".to_owned(),
            _ => continue,
        };
        filters = filters.with(facet, value);
    }
    filters
}

/// The answer of an engine, as far as it is the same from all engines.
#[derive(Debug, PartialEq)]
pub struct Answered {
    /// The ids of all articles that match, newest or oldest first.
    pub ids: Vec<String>,
    /// The texts, if every text is listed once.
    pub texts: Option<(u64, Vec<(String, u64)>)>,
    /// One page of hits: matches in titles, snippets and metadata.
    pub shown: Vec<ShownHit>,
    /// The facets.
    pub facets: Facets,
}

/// The answer of an engine.
///
/// # Errors
///
/// If the engine fails.
pub fn answered(engine: &dyn Engine, question: &Question) -> Result<Answered> {
    let request = question.request();
    let plan = request.plan();
    let all = SearchOptions {
        limit: 1_000_000,
        offset: 0,
        ..question.options
    };
    let everything = engine.search(plan, &all)?;
    let found = engine.search(plan, &question.options)?;
    let ids_of = |hits: Vec<_>| -> Result<Vec<String>> {
        Ok(engine.records(&hits)?.into_iter().map(|a| a.id).collect())
    };
    let numbers = |hits: &[ScoredArticle]| hits.iter().map(|hit| hit.article).collect::<Vec<_>>();
    let texts = match question.count {
        Count::Publications => None,
        Count::Texts => {
            let unique = engine.search_unique(plan, &question.options)?;
            let hits = unique.hits.iter().map(|text| text.hit.article).collect();
            let reprints = unique.hits.iter().map(|text| text.reprints);
            Some((
                unique.texts,
                ids_of(hits)?.into_iter().zip(reprints).collect(),
            ))
        }
    };
    let shown = engine.shown(plan, &found.hits, question.options.offset as u64 + 1, 3);
    let shown = shown.map(|shown| {
        Ok(ShownHit {
            score: 0.0,
            ..shown?
        })
    });
    let shown = shown.collect::<Result<Vec<ShownHit>>>()?;
    let facets = engine.facets_of(plan, &question.facets, question.count)?;
    let mut ids = ids_of(numbers(&everything.hits))?;
    // A total that is not the number of hits differs from that of another engine.
    if everything.total != ids.len() as u64 || found.total != everything.total {
        ids.push(format!("total {} {}", everything.total, found.total));
    }
    Ok(Answered {
        ids,
        texts,
        shown,
        facets,
    })
}

/// The agreement of two engines.
#[derive(Debug, Default)]
pub struct Agreement {
    /// Number of queries.
    pub queries: usize,
    /// Number of queries that some articles match.
    pub with_hits: usize,
    /// Number of queries that both engines reject, because too many words match a pattern.
    pub refused: usize,
    /// Number of queries with hits whose best hit by relevance is the same.
    pub same_best: usize,
    /// A description of each query with different answers.
    pub differences: Vec<String>,
}

/// Compares the answers of two engines to generated queries.
///
/// # Errors
///
/// If one engine fails, and the other does not.
pub fn compare(engines: [&dyn Engine; 2], queries: usize, seed: u64) -> Result<Agreement> {
    let mut random = Random::new(seed);
    let mut agreement = Agreement::default();
    for _ in 0..queries {
        let question = Question::generate(&mut random);
        agreement.queries += 1;
        let (first, second) = match engines.map(|engine| answered(engine, &question)) {
            [Ok(first), Ok(second)] => (first, second),
            [Err(_), Err(_)] => {
                agreement.refused += 1;
                continue;
            }
            [Err(error), _] | [_, Err(error)] => {
                let difference = format!("{question:?}\n  one engine fails: {error}");
                agreement.differences.push(difference);
                continue;
            }
        };
        if first != second {
            let difference = difference(&first, &second);
            agreement
                .differences
                .push(format!("{question:?}\n  {difference}"));
        }
        if !first.ids.is_empty() {
            agreement.with_hits += 1;
            let [a, b] = engines.map(|engine| best(engine, &question));
            agreement.same_best += usize::from(a? == b?);
        }
    }
    Ok(agreement)
}

/// The id of the best hit by relevance.
fn best(engine: &dyn Engine, question: &Question) -> Result<Option<String>> {
    let request = question.request();
    let options = SearchOptions {
        limit: 1,
        ..SearchOptions::default()
    };
    let found = engine.search(request.plan(), &options)?;
    let hits: Vec<_> = found.hits.iter().map(|hit| hit.article).collect();
    Ok(engine.records(&hits)?.into_iter().map(|a| a.id).next())
}

fn difference(first: &Answered, second: &Answered) -> String {
    if first.ids != second.ids {
        let less = |a: &Answered, b: &Answered| -> Vec<String> {
            let only = a.ids.iter().filter(|id| !b.ids.contains(id));
            only.cloned().collect()
        };
        let (a, b) = (less(first, second), less(second, first));
        return format!("only the first: {a:?}; only the second: {b:?}; or the order");
    }
    if first.facets != second.facets {
        return format!("facets: {:?}\n  {:?}", first.facets, second.facets);
    }
    if first.texts != second.texts {
        return format!("texts: {:?}\n  {:?}", first.texts, second.texts);
    }
    let mut pairs = first.shown.iter().zip(&second.shown);
    let pair = pairs.find(|(a, b)| a != b);
    format!("hits: {pair:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_generated_queries_have_terms_and_no_problems() {
        let mut random = Random::new(3);
        let mut with_problems = 0;
        for _ in 0..500 {
            let request = Question::generate(&mut random).request();
            assert!(!request.is_empty(), "{}", request.text());
            with_problems += usize::from(!request.problems().is_empty());
        }
        assert!(with_problems < 150, "{with_problems}");
    }
}
