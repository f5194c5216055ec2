//! When articles were first indexed, as their documents say it.
//!
//! An arrival is the update that brought the article: a source and the generation of its lease. An
//! update is settled when all that it wrote is visible, which its lease records. So whether an arrival
//! was considered depends neither on clocks nor on the order in which machines write.

use serde::Serialize;
use serde_json::Value;

/// The fields of an arrival.
pub(crate) const FIELDS: [&str; 4] = ["arrived", "arrived_in", "arrived_with", "arrival_key"];

/// The arrival of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArrivalRecord {
    /// The time by the clock of the machine that indexed it, in milliseconds since 1970.
    #[serde(rename = "arrived")]
    pub time: i64,
    /// The key of the source.
    #[serde(rename = "arrived_in")]
    pub source: String,
    /// The generation of the lease of the source; 0 for an article that was there before arrivals
    /// were recorded.
    #[serde(rename = "arrived_with")]
    pub generation: u64,
    /// Identifies the article when it is edited, moved or indexed again. A number of JSON in the
    /// cluster is signed.
    #[serde(rename = "arrival_key")]
    pub key: i64,
}

impl ArrivalRecord {
    /// The arrival of an article that is new, with its [identity](timbao_articles::Article::identity).
    pub(crate) fn new(source: &str, generation: u64, time: i64, identity: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&identity.to_le_bytes());
        hasher.update(source.as_bytes());
        let hash = hasher.finalize();
        Self {
            time,
            source: source.to_owned(),
            generation,
            key: i64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default()),
        }
    }

    /// The arrival of an article of an index without arrivals.
    pub(crate) fn before_all(time: i64, identity: u64) -> Self {
        Self::new("", 0, time, identity)
    }

    /// Reads an arrival; `field` returns the value of a field.
    pub(crate) fn read<'v>(field: impl Fn(&str) -> Option<&'v Value>) -> Option<Self> {
        let [time, source, generation, key] = FIELDS;
        Some(Self {
            time: field(time)?.as_i64()?,
            source: field(source)?.as_str()?.to_owned(),
            generation: field(generation)?.as_u64()?,
            key: field(key)?.as_i64()?,
        })
    }

    /// The arrival of a hit with the [fields](FIELDS).
    pub(crate) fn of_hit(hit: &Value) -> Option<Self> {
        let fields = hit.get("fields")?;
        Self::read(|name| fields.get(name)?.get(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_is_read_as_it_was_written() {
        for identity in [0, 1, u64::MAX] {
            let arrival = ArrivalRecord::new("s", 1_764_342_000_000, -5, identity);
            let written = serde_json::to_value(&arrival).unwrap();
            assert_eq!(ArrivalRecord::read(|name| written.get(name)), Some(arrival));
        }
    }

    #[test]
    fn articles_of_other_sources_have_other_keys() {
        let key = |source, identity| ArrivalRecord::new(source, 7, 9, identity).key;
        assert_eq!(key("a", 1), ArrivalRecord::new("a", 8, 10, 1).key);
        assert_ne!(key("a", 1), key("b", 1));
        assert_ne!(key("a", 1), key("a", 2));
    }
}
