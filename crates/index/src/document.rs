//! An article on its way into a segment.

use std::sync::OnceLock;

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;
use timbao_articles::Article;
use timbao_views::facet_value;

use crate::resources::{Permit, Resources};
use crate::schema::Fields;
use crate::text::FIELDS;

/// The text goes to the text component, everything else to Tantivy.
pub(crate) struct ArticleDocument {
    metadata: TantivyDocument,
    text: [String; FIELDS],
    tie: u64,
    resources: Resources,
    /// Its room, until it is in a segment.
    _room: Permit,
    /// The turn of the thread that puts it into a segment, until it is there.
    turn: OnceLock<Permit>,
}

impl ArticleDocument {
    /// Prepares an article. `key` is unique in the index. Waits for room for the article; during
    /// that the turn of the caller, if it has one, is free.
    pub(crate) fn new(
        fields: &Fields,
        key: &str,
        article: Article,
        resources: &Resources,
        turn: Option<&mut Permit>,
    ) -> Self {
        let mut article = article;
        let fingerprint = fingerprint(&mut article);
        let day = article.published.and_then(|p| p.day_number());
        let tie = tie(day, &article.id);
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        let text = [
            article.title.take().unwrap_or_default(),
            article.summary.take().unwrap_or_default(),
            std::mem::take(&mut article.body),
            captions.join("\n"),
        ];
        let mut metadata = TantivyDocument::new();
        metadata.add_text(fields.key, key);
        metadata.add_text(fields.id, &article.id);
        if let Some(day) = day {
            metadata.add_i64(fields.day, i64::from(day));
        }
        if let Some((hour, minute)) = article.published.and_then(|p| p.time()) {
            metadata.add_u64(fields.minute, u64::from(hour) * 60 + u64::from(minute));
        }
        metadata.add_u64(fields.fingerprint, fingerprint);
        for &(facet, field) in &fields.facets {
            if let Some(value) = facet_value(&article, facet) {
                metadata.add_text(field, value);
            }
        }
        // Plain data of strings and numbers always serializes.
        let record = serde_json::to_vec(&article).unwrap_or_default();
        metadata.add_bytes(fields.record, &record);
        let bytes = text.iter().map(String::len).sum::<usize>() + 2 * record.len();
        Self {
            metadata,
            text,
            tie,
            resources: resources.clone(),
            _room: resources.room_for_article(bytes, turn),
            turn: OnceLock::new(),
        }
    }

    /// What the thread that puts it into a segment shares with others.
    pub(crate) fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Title, summary, body and captions.
    pub(crate) fn text(&self) -> [&str; FIELDS] {
        self.text.each_ref().map(String::as_str)
    }

    /// Breaks ties between equal scores: the later article comes first, and
    /// within a day the order of ids' hashes decides, which does not change
    /// with the order of indexing.
    pub(crate) fn tie(&self) -> u64 {
        self.tie
    }
}

/// The hash of what an article says, wherever its file is.
fn fingerprint(article: &mut Article) -> u64 {
    let path = std::mem::take(&mut article.path);
    let collection = article.collection.take();
    // Enough for most, so that no text is copied while it grows.
    let mut json = Vec::with_capacity(article.body.len() + article.body.len() / 8 + 4096);
    // Plain data of strings and numbers always serializes.
    let _ = serde_json::to_writer(&mut json, article);
    article.path = path;
    article.collection = collection;
    let hash = blake3::hash(&json);
    let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    u64::from_le_bytes(first)
}

/// The age that stands for day 0 in a tie.
const AGE_OF_DAY_0: u32 = i32::MAX as u32 - 1;

fn tie(day: Option<i32>, id: &str) -> u64 {
    // Undated articles come last; days are far from the ends of the range.
    let age = day.map_or(u32::MAX, |day| AGE_OF_DAY_0.wrapping_sub(day as u32));
    let hash = id.bytes().fold(0x811c_9dc5u32, |h, b| {
        (h ^ u32::from(b)).wrapping_mul(0x0100_0193)
    });
    u64::from(age) << 32 | u64::from(hash)
}

/// The day of publication and the hash of the id that a tie was made of.
pub(crate) fn untie(tie: u64) -> (Option<i32>, u32) {
    let age = (tie >> 32) as u32;
    let day = (age != u32::MAX).then(|| AGE_OF_DAY_0.wrapping_sub(age) as i32);
    (day, tie as u32)
}

impl Document for ArticleDocument {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        // A segment's writer begins with this.
        self.turn.get_or_init(|| self.resources.turn());
        self.metadata.iter_fields_and_values()
    }
}

#[cfg(test)]
mod tests {
    use super::{tie, untie};

    #[test]
    fn later_articles_come_first_and_undated_ones_last() {
        assert!(tie(Some(20_000), "a") < tie(Some(19_999), "a"));
        assert!(tie(Some(-3_000), "a") < tie(None, "a"));
        assert_eq!(tie(None, "a"), tie(None, "a"));
        assert_ne!(tie(None, "a"), tie(None, "b"));
        for day in [None, Some(20_000), Some(0), Some(-9_000)] {
            assert_eq!(untie(tie(day, "a")).0, day);
        }
    }
}
