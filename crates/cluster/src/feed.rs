//! From an article to the document that is indexed in the cluster.
//!
//! Texts are analysed here: a document contains tokens, the frequencies of
//! words and bigrams weighted as `docs/ranking.md` describes, metadata, and the
//! article itself. The cluster does not analyse anything but white space.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Map, Value};
use timbao_articles::Article;
use timbao_query::plan::Facet;
use timbao_tokenizer::{Gap, KeyCache, scan};
use timbao_views::{Fingerprints, facet_key, facet_value, tie_key};

use crate::arrivals::ArrivalRecord;
use crate::packed::Packer;
use crate::schema::{FREQUENCY, key_field, sum_digits, sum_fields, words_field};
use crate::terms::{pair_term, push_token};

/// Weight of an occurrence in the title or in the summary.
const HEAD_WEIGHT: u32 = 4;
/// Weight of an occurrence in the lead.
const LEAD_WEIGHT: u32 = 2;
/// Length of the lead in positions after the summary.
const LEAD: u32 = 50;
/// The vocabulary of a feed is forgotten at this size.
const MOST_WORDS: usize = 1 << 20;
/// Bytes of a hash in an id.
const ID_BYTES: usize = 15;

/// The place that an article comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The path of its file.
    pub path: &'a str,
    /// Its place in the file, as [`Article::member`].
    pub member: Option<&'a str>,
    /// The number of articles before it in the file with the same place.
    pub nth: u32,
    /// The hash of its bytes in the file.
    pub hash: &'a [u8],
}

impl Origin<'_> {
    /// The id of the document, the same whenever the article is read again.
    pub fn id(&self) -> String {
        let member = self.member.unwrap_or_default();
        let has_member = if self.member.is_some() { "1" } else { "0" };
        let nth = self.nth.to_string();
        short_hash(&[self.path, has_member, member, &nth])
    }
}

/// A number of an id, by which documents are sorted: different ids have different ones for all
/// practical purposes.
pub(crate) fn sort_key(id: &str) -> i64 {
    let bytes = URL_SAFE_NO_PAD.decode(id).unwrap_or_default();
    let first = bytes.first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(first)
}

/// The value of the field `file` of the articles of a file.
pub(crate) fn file_hash(path: &str) -> String {
    short_hash(&[path])
}

/// A hash of some texts, for ids.
pub(crate) fn short_hash(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize();
    URL_SAFE_NO_PAD.encode(hash.as_bytes().get(..ID_BYTES).unwrap_or_default())
}

/// The origin of an article as its document has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StoredOrigin<'a> {
    /// The hash of the path of its file.
    pub(crate) file: &'a str,
    /// Its place in the file.
    pub(crate) member: Option<&'a str>,
    /// The hash of its bytes.
    pub(crate) hash: &'a str,
}

/// A document that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// The document as JSON, on one line.
    pub json: Vec<u8>,
}

/// A word of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct WordKey {
    /// The exact key.
    pub exact: String,
    /// The folded key.
    pub folded: String,
}

impl WordKey {
    /// The id of the word in the index of words.
    pub(crate) fn id(&self) -> String {
        short_hash(&[&self.exact])
    }
}

/// Turns articles into documents. Keeps keys of words between articles.
#[derive(Debug, Default)]
pub struct Feed {
    cache: KeyCache,
    numbers: FxHashMap<String, u32>,
    folds: FxHashMap<String, u32>,
    words: Vec<Word>,
    new: Vec<WordKey>,
    packer: Packer,
}

#[derive(Debug)]
struct Word {
    token: String,
    folded: String,
    /// The number of the folded key.
    fold: u32,
}

/// The words of an article that were counted so far.
#[derive(Default)]
struct Counted {
    bag: FxHashMap<u32, u32>,
    /// Bigrams of numbers of words; several may have one folded key.
    pairs: FxHashMap<(u32, u32), (u32, (u32, u32))>,
    /// Positions so far; ends of paragraphs and of parts count.
    at: u32,
    words: u32,
    summary_end: u32,
}

impl Counted {
    /// The weight of an occurrence at the present position.
    fn weight(&self, is_head: bool) -> u32 {
        match is_head {
            true => HEAD_WEIGHT,
            false if self.at - self.summary_end < LEAD => LEAD_WEIGHT,
            false => 1,
        }
    }
}

#[derive(Serialize)]
struct Fields<'a> {
    t: Vec<String>,
    s: Vec<String>,
    b: Vec<String>,
    c: Vec<String>,
    bag: String,
    pairs: String,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minute: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    tie: i64,
    key: i64,
    tokens: u32,
    words: u32,
    /// Of the facets and of the fingerprint.
    #[serde(flatten)]
    more: Map<String, Value>,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place_in_file: Option<&'a str>,
    hash: &'a str,
    identity: i64,
    #[serde(flatten)]
    arrival: &'a ArrivalRecord,
    /// The id of the document: other fields are read faster than that of the cluster.
    uid: &'a str,
    stored: String,
}

impl Feed {
    /// Creates a feed that knows no words yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns an article into a document.
    pub fn document(
        &mut self,
        article: &Article,
        origin: &Origin<'_>,
        arrival: &ArrivalRecord,
    ) -> Document {
        let id = origin.id();
        let stored = StoredOrigin {
            file: &file_hash(origin.path),
            member: origin.member,
            hash: &URL_SAFE_NO_PAD.encode(origin.hash),
        };
        let json = self.json(&id, article, &stored, arrival);
        Document { id, json }
    }

    /// The document of an article with an id and the origin that it was stored with.
    pub(crate) fn json(
        &mut self,
        id: &str,
        article: &Article,
        origin: &StoredOrigin<'_>,
        arrival: &ArrivalRecord,
    ) -> Vec<u8> {
        if self.words.len() > MOST_WORDS {
            let new = std::mem::take(&mut self.new);
            *self = Self {
                new,
                ..Self::default()
            };
        }
        let mut counted = Counted::default();
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let t = self.part(&text(&article.title), true, &mut counted);
        let s = self.part(&text(&article.summary), true, &mut counted);
        counted.summary_end = counted.at;
        let b = self.part(&article.body, false, &mut counted);
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        let c = self.part(&captions.join("\n"), false, &mut counted);
        let published = article.published;
        let day = published.and_then(|p| p.day_number());
        let year = day.and(published).and_then(|p| p.year());
        let month = published.and_then(|p| p.month()).unwrap_or(1);
        let time = published.and_then(|p| p.time());
        let mut more = self.facets(article);
        let digits = sum_digits(Fingerprints::summands(article.clone().fingerprint()));
        more.extend(sum_fields().zip(digits.map(Value::from)));
        let fields = Fields {
            t,
            s,
            b,
            c,
            bag: self.bag(&counted),
            pairs: self.pairs(&counted),
            id: &article.id,
            day,
            minute: time.map(|(hour, minute)| u32::from(hour) * 60 + u32::from(minute)),
            year: year.map(|year| format!("{year:04}")),
            month: year.map(|year| format!("{year:04}-{month:02}")),
            tie: ordered(tie_key(day, &article.id)),
            key: sort_key(id),
            tokens: counted.at,
            words: counted.words,
            more,
            file: origin.file,
            place_in_file: origin.member,
            hash: origin.hash,
            // The same bits: numbers of JSON are signed in the cluster.
            identity: article.identity() as i64,
            arrival,
            uid: id,
            stored: self.packer.pack(article),
        };
        // Plain data of strings and numbers always serializes.
        serde_json::to_vec(&fields).unwrap_or_default()
    }

    /// The words that documents have had since the last call, each once until the vocabulary is
    /// forgotten.
    pub fn take_new_words(&mut self) -> Vec<WordKey> {
        std::mem::take(&mut self.new)
    }

    /// The tokens of a part of the text, one string a paragraph.
    fn part(&mut self, text: &str, is_head: bool, counted: &mut Counted) -> Vec<String> {
        let mut paragraphs: Vec<String> = Vec::new();
        let mut before: Option<(u32, u32)> = None;
        for token in scan(text) {
            if token.gap == Gap::Paragraph || paragraphs.is_empty() {
                counted.at += u32::from(!paragraphs.is_empty());
                paragraphs.push(String::new());
                before = None;
            }
            let number = self.number(text, &token);
            let weight = counted.weight(is_head);
            *counted.bag.entry(number).or_default() += weight;
            if let Some((first, weight)) = before {
                let folds = (self.fold(first), self.fold(number));
                let pair = counted.pairs.entry(folds).or_insert((0, (first, number)));
                pair.0 += weight;
            }
            before = Some((number, weight));
            if let (Some(paragraph), Some(word)) =
                (paragraphs.last_mut(), self.words.get(number as usize))
            {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(&word.token);
            }
            counted.at += 1;
            counted.words += 1;
        }
        counted.at += 1;
        paragraphs
    }

    fn number(&mut self, text: &str, token: &timbao_tokenizer::Token) -> u32 {
        let keys = self.cache.keys(text, token);
        if let Some(&number) = self.numbers.get(keys.exact().as_str()) {
            return number;
        }
        let (exact, folded) = (keys.exact().to_string(), keys.folded().to_string());
        let number = self.words.len() as u32;
        let next = self.folds.len() as u32;
        let fold = *self.folds.entry(folded.clone()).or_insert(next);
        let mut token = String::new();
        push_token(&mut token, &folded, &exact);
        self.numbers.insert(exact.clone(), number);
        self.words.push(Word {
            token,
            folded: folded.clone(),
            fold,
        });
        self.new.push(WordKey { exact, folded });
        number
    }

    fn fold(&self, number: u32) -> u32 {
        self.words.get(number as usize).map_or(0, |word| word.fold)
    }

    fn bag(&self, counted: &Counted) -> String {
        let mut bag = String::with_capacity(counted.bag.len() * 16);
        let mut numbers: Vec<_> = counted.bag.iter().collect();
        numbers.sort_unstable();
        for (&number, &frequency) in numbers {
            if let Some(word) = self.words.get(number as usize) {
                push_counted(&mut bag, &word.token, frequency);
            }
        }
        bag
    }

    fn pairs(&self, counted: &Counted) -> String {
        let mut pairs = String::with_capacity(counted.pairs.len() * 12);
        let folded = |number: u32| self.words.get(number as usize).map_or("", |w| &w.folded);
        let mut numbers: Vec<_> = counted.pairs.iter().collect();
        numbers.sort_unstable();
        for (_, &(frequency, (first, second))) in numbers {
            let pair = pair_term(folded(first), folded(second));
            push_counted(&mut pairs, &pair, frequency);
        }
        pairs
    }

    fn facets(&mut self, article: &Article) -> Map<String, Value> {
        let mut fields = Map::new();
        for facet in Facet::stated() {
            let Some(value) = facet_value(article, facet) else {
                continue;
            };
            let mut words = String::new();
            for token in scan(value) {
                if !words.is_empty() {
                    words.push(' ');
                }
                let keys = self.cache.keys(value, &token);
                push_token(&mut words, keys.folded(), keys.exact());
            }
            fields.insert(facet.name().to_owned(), value.into());
            fields.insert(key_field(facet), facet_key(value).into());
            fields.insert(words_field(facet), words.into());
        }
        fields
    }
}

/// Appends a term; a frequency of 1 is not written.
fn push_counted(out: &mut String, term: &str, frequency: u32) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(term);
    if frequency > 1 {
        // Writing to a string does not fail.
        let _ = write!(out, "{FREQUENCY}{frequency}");
    }
}

/// A signed number in the same order.
fn ordered(tie: u64) -> i64 {
    (tie ^ 1 << 63) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::unpack;
    use serde_json::json;
    use timbao_articles::{Caption, Published};

    fn document(article: &Article) -> Value {
        let origin = Origin {
            path: "/bao/a.txt",
            member: None,
            nth: 0,
            hash: &[1, 2, 3],
        };
        let arrival = ArrivalRecord::new("s", 7, 9, article.identity());
        let document = Feed::new().document(article, &origin, &arrival);
        assert_eq!(document.id, origin.id());
        let json: Value = serde_json::from_slice(&document.json).unwrap();
        assert_eq!(json["uid"], json!(document.id));
        json
    }

    #[test]
    fn a_document_has_tokens_frequencies_and_metadata() {
        let article = Article {
            id: "a".into(),
            title: Some("Hoà, HÓA".into()),
            body: "Cho hoà\nđồng hoá".into(),
            captions: vec![Caption {
                text: "Hoa".into(),
                credit: None,
            }],
            section: Some("Xây dựng Đảng".into()),
            published: Published::new(2026, None, None),
            ..Article::default()
        };
        let document = document(&article);
        let (hoa_grave, hoa_acute) = ("hoa'hoa\u{300}", "hoa'hoa\u{301}");
        assert_eq!(document["t"], json!([format!("{hoa_grave} {hoa_acute}")]));
        assert_eq!(document["s"], json!([]));
        assert_eq!(
            document["b"],
            json!([
                format!("cho' {hoa_grave}"),
                format!("dong'đông\u{300} {hoa_acute}")
            ])
        );
        assert_eq!(document["c"], json!(["hoa'"]));
        let bag = format!("{hoa_grave}|6 {hoa_acute}|6 cho'|2 dong'đông\u{300}|2 hoa'|2");
        assert_eq!(document["bag"], json!(bag));
        assert_eq!(document["pairs"], json!("hoa·hoa|4 cho·hoa|2 dong·hoa|2"));
        // Seven words, the end of a paragraph and of four parts.
        assert_eq!(
            (&document["words"], &document["tokens"]),
            (&json!(7), &json!(12))
        );
        let date = (&document["day"], &document["year"], &document["month"]);
        assert_eq!(date, (&json!(20454), &json!("2026"), &json!("2026-01")));
        assert_eq!(document["section"], json!("Xây dựng Đảng"));
        let arrival = ["arrived", "arrived_in", "arrived_with"].map(|name| &document[name]);
        assert_eq!(arrival, [&json!(9), &json!("s"), &json!(7)]);
        assert_eq!(
            document["section_key"],
            json!("xây dưng\u{323} đang\u{309}")
        );
        assert_eq!(
            document["section_words"],
            json!("xay'xây dung'dưng\u{323} dang'đang\u{309}")
        );
        let stored = document["stored"].as_str().unwrap();
        assert_eq!(unpack(stored).unwrap(), article);
    }

    #[test]
    fn the_lead_ends_fifty_positions_after_the_summary() {
        let article = Article {
            body: (0..52).map(|n| format!("a{n} ")).collect(),
            ..Article::default()
        };
        let document = document(&article);
        let bag = document["bag"].as_str().unwrap();
        assert!(bag.contains("a49'|2 a50' a51'"), "{bag}");
        assert_eq!(document.get("day"), None);
    }

    #[test]
    fn a_known_day_without_a_year_is_undated() {
        let article = Article {
            published: Published::without_year(3, 25),
            ..Article::default()
        };
        let document = document(&article);
        for field in ["day", "year", "month", "minute"] {
            assert_eq!(document.get(field), None, "{field}");
        }
    }

    #[test]
    fn ids_differ_by_path_place_and_number() {
        let origin = |path, member, nth| {
            let hash = &[][..];
            Origin {
                path,
                member,
                nth,
                hash,
            }
            .id()
        };
        let ids = [
            origin("a", None, 0),
            origin("a", Some(""), 0),
            origin("a", Some("1"), 0),
            origin("a", Some("1"), 1),
            origin("a1", None, 0),
        ];
        let distinct: std::collections::HashSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(ids.iter().all(|id| id.len() == 20));
    }

    #[test]
    fn ties_keep_their_order() {
        for (smaller, larger) in [(0, 1), (1, u64::MAX), (i64::MAX as u64, 1 << 63)] {
            assert!(ordered(smaller) < ordered(larger));
        }
    }

    #[test]
    fn words_are_new_once() {
        let mut feed = Feed::new();
        let article = Article {
            body: "Đảng đang đảng".into(),
            ..Article::default()
        };
        let origin = Origin {
            path: "a",
            member: None,
            nth: 0,
            hash: &[],
        };
        let arrival = ArrivalRecord::before_all(0, 0);
        feed.document(&article, &origin, &arrival);
        let words = feed.take_new_words();
        let exact: Vec<&str> = words.iter().map(|word| word.exact.as_str()).collect();
        assert_eq!(exact, ["đang\u{309}", "đang"]);
        assert!(words.iter().all(|word| word.folded == "dang"));
        feed.document(&article, &origin, &arrival);
        assert!(feed.take_new_words().is_empty());
    }
}
