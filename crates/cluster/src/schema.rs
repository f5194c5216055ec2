//! Settings and mappings of the indexes in a cluster.

use serde_json::{Map, Value, json};
use timbao_query::plan::Facet;

/// Version of the fields of articles in a cluster.
pub const LAYOUT: u64 = 6;
/// The layout since which articles are in columns.
pub(crate) const COLUMNS_SINCE: u64 = 6;

/// The separator of a token and its frequency.
pub(crate) const FREQUENCY: char = '|';
/// Positions between two paragraphs: more than any distance of a query.
pub(crate) const PARAGRAPH_GAP: u32 = 4096;
/// The field of the body.
pub(crate) const BODY: &str = "b";
/// The field of all that is not the body: a search of all text asks for two fields instead of four.
pub(crate) const HEAD: &str = "h";
/// The field of articles, packed.
pub(crate) const STORED: &str = "stored";
/// The value of `stored_fields` that fetches columns alone: for other fields, and for `_id`, nodes unpack
/// documents.
pub(crate) const COLUMNS: &str = "_none_";
/// Longest keyword, in characters. Lucene's limit is 32,766 bytes.
const LONGEST_KEYWORD: u32 = 8191;

/// The idf of docs/ranking.md.
const WEIGHT: &str = "double n = term.docFreq; double N = field.docCount; \
    return query.boost * Math.sqrt(Math.log(1 + (N - n + 0.5) / (n + 0.5)));";

/// The body of the request that creates an index of articles.
pub(crate) fn articles(analyzer: u32, scripted: bool, shards: u32) -> Value {
    let shape = |k1: f64, b: f64| match scripted {
        true => json!({
            "type": "scripted",
            "weight_script": { "source": WEIGHT },
            "script": { "source": format!(
                "double average = (double) field.sumTotalTermFreq / field.docCount; double f = doc.freq; \
                 return weight * f / (f + {k1} * ({} + {b} * doc.length / average));",
                1.0 - b
            ) }
        }),
        false => json!({ "type": "BM25", "k1": k1, "b": b }),
    };
    json!({
        "settings": { "index": {
            "number_of_shards": shards,
            "auto_expand_replicas": "0-1",
            "replication.type": "SEGMENT",
            // Writers and readers refresh where they need it; a refresh every second makes segments that
            // have to be merged again and again.
            "refresh_interval": "30s",
            // A late write of a writer that lost its lease must meet the tombstone.
            "gc_deletes": "10m",
            "similarity": { "words": shape(1.2, 0.8), "pairs": shape(0.9, 0.5) },
            "analysis": analysis(),
        } },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "timbao": {
                "layout": LAYOUT,
                "analyzer": analyzer,
                "scores": if scripted { "scripted" } else { "plain" },
            } },
            // What is read is in fields of its own. Recovery keeps the source as long as it may need it.
            "_source": { "enabled": false },
            "properties": properties(),
        }
    })
}

/// The body of the request that creates the index of words.
pub(crate) fn words(analyzer: u32) -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "1s",
        } },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "timbao": { "layout": LAYOUT, "analyzer": analyzer } },
            "properties": {
                "exact": { "type": "keyword" },
                "folded": { "type": "keyword" },
            }
        }
    })
}

/// The body of the request that creates the index of sources, files and leases.
pub(crate) fn state() -> Value {
    json!({
        "settings": { "index": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "1s",
        } },
        "mappings": {
            "dynamic": "strict",
            "_meta": { "timbao": { "layout": LAYOUT } },
            "properties": {
                "kind": { "type": "keyword" },
                "key": { "type": "long" },
                "source": { "type": "keyword" },
                "path": { "type": "keyword", "ignore_above": LONGEST_KEYWORD },
                "articles": { "type": "long" },
                "data": { "type": "object", "enabled": false },
            }
        }
    })
}

/// The field of a facet's values by which spellings are one.
pub(crate) fn key_field(facet: Facet) -> String {
    format!("{}_key", facet.name())
}

/// The field of the words of a facet's values.
pub(crate) fn words_field(facet: Facet) -> String {
    format!("{}_words", facet.name())
}

/// The fields of the summands of an article's fingerprint: three digits each. The sum of a digit over
/// two thousand million articles is exact in a number of JSON.
pub(crate) fn sum_fields() -> impl Iterator<Item = String> {
    (0..2 * SUM_DIGITS).map(|digit| format!("sum{digit}"))
}

/// Digits of a summand.
const SUM_DIGITS: usize = 3;
/// Bits of a digit.
const SUM_BITS: usize = 22;

/// The values of the [sum fields](sum_fields).
pub(crate) fn sum_digits(summands: [u64; 2]) -> impl Iterator<Item = u64> {
    let of = |summand: u64| {
        (0..SUM_DIGITS).map(move |digit| summand >> (SUM_BITS * digit) & ((1 << SUM_BITS) - 1))
    };
    summands.into_iter().flat_map(of)
}

/// The sums of summands whose digits have these sums.
pub(crate) fn from_sum_digits(sums: &[u64]) -> [u64; 2] {
    let (first, second) = sums.split_at(SUM_DIGITS.min(sums.len()));
    [first, second].map(|sums| {
        let digits = sums.iter().enumerate();
        digits.fold(0u64, |sum, (digit, of)| {
            sum.wrapping_add(of << (SUM_BITS * digit))
        })
    })
}

fn analysis() -> Value {
    json!({
        "tokenizer": { "spaces": { "type": "whitespace", "max_token_length": 1_000_000 } },
        "filter": {
            "both": { "type": "multiplexer", "filters": ["apostrophe"], "preserve_original": true },
            "gap": { "type": "stop", "stopwords": ["_"] },
            "alternatives": {
                "type": "pattern_capture", "preserve_original": false, "patterns": ["([^|]+)"]
            },
            "frequency": { "type": "delimited_term_freq", "delimiter": FREQUENCY.to_string() },
        },
        "analyzer": {
            "exact": {
                "type": "custom", "tokenizer": "spaces", "position_increment_gap": PARAGRAPH_GAP,
            },
            "keys": { "type": "custom", "tokenizer": "spaces", "filter": ["both"] },
            "slots": { "type": "custom", "tokenizer": "spaces", "filter": ["gap", "alternatives"] },
            "bag": { "type": "custom", "tokenizer": "spaces", "filter": ["frequency", "both"] },
            "pairs": { "type": "custom", "tokenizer": "spaces", "filter": ["frequency"] },
        }
    })
}

fn properties() -> Value {
    let text = |analyzer: &str| {
        json!({
            "type": "text", "analyzer": analyzer, "search_analyzer": "slots", "norms": false
        })
    };
    let keyword = json!({ "type": "keyword", "ignore_above": LONGEST_KEYWORD });
    let number = json!({ "type": "integer" });
    let stored = json!({ "type": "keyword", "index": false });
    let bag = |name: &str| {
        json!({
            "type": "text", "analyzer": name, "search_analyzer": "slots",
            "index_options": "freqs",
            "similarity": if name == "bag" { "words" } else { name },
        })
    };
    let mut fields = Map::new();
    for name in ["t", "s", "c"] {
        let mut part = text("exact");
        part["copy_to"] = json!(HEAD);
        fields.insert(name.to_owned(), part);
    }
    for name in [BODY, HEAD] {
        fields.insert(name.to_owned(), text("exact"));
    }
    fields.insert("bag".to_owned(), bag("bag"));
    fields.insert("pairs".to_owned(), bag("pairs"));
    for name in ["id", "year", "month", "file", "arrived_in"] {
        fields.insert(name.to_owned(), keyword.clone());
    }
    for name in ["day", "minute", "tokens", "words"] {
        fields.insert(name.to_owned(), number.clone());
    }
    for name in sum_fields() {
        fields.insert(name, json!({ "type": "integer", "index": false }));
    }
    for name in ["tie", "key", "arrived", "arrived_with"] {
        fields.insert(name.to_owned(), json!({ "type": "long" }));
    }
    // Numbers that only distinguish articles.
    for name in ["identity", "arrival_key"] {
        fields.insert(name.to_owned(), json!({ "type": "long", "index": false }));
    }
    for name in ["place_in_file", "hash", "uid"] {
        fields.insert(name.to_owned(), stored.clone());
    }
    for facet in Facet::stated() {
        fields.insert(facet.name().to_owned(), keyword.clone());
        fields.insert(key_field(facet), keyword.clone());
        fields.insert(words_field(facet), text("keys"));
    }
    fields.insert(
        STORED.to_owned(),
        json!({ "type": "binary", "doc_values": true }),
    );
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_of_digits_are_those_of_summands(
            summands in proptest::collection::vec(any::<[u64; 2]>(), 0..40),
        ) {
            let mut expected = [0u64; 2];
            let mut sums = vec![0; sum_fields().count()];
            for summand in summands {
                for (sum, summand) in expected.iter_mut().zip(summand) {
                    *sum = sum.wrapping_add(summand);
                }
                for (sum, digit) in sums.iter_mut().zip(sum_digits(summand)) {
                    prop_assert!(digit < 1 << 31);
                    *sum += digit;
                }
            }
            prop_assert_eq!(from_sum_digits(&sums), expected);
        }
    }
}
