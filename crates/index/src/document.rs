//! An article on its way into a segment.

use std::sync::OnceLock;

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;
use timbao_articles::Article;
use timbao_views::{facet_value, tie_key};

use crate::resources::{Permit, Resources};
use crate::schema::{Fields, id_term};
use crate::text::FIELDS;

/// The text goes to the text component, everything else to Tantivy.
pub(crate) struct ArticleDocument {
    metadata: TantivyDocument,
    text: [String; FIELDS],
    tie: u64,
    fingerprint: u64,
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
        let fingerprint = article.fingerprint();
        let day = article.published.and_then(|p| p.day_number());
        let tie = tie_key(day, &article.id);
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        let text = [
            article.title.take().unwrap_or_default(),
            article.summary.take().unwrap_or_default(),
            std::mem::take(&mut article.body),
            captions.join("\n"),
        ];
        let mut metadata = TantivyDocument::new();
        metadata.add_text(fields.key, key);
        metadata.add_text(fields.id, id_term(&article.id));
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
            fingerprint,
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

    /// The hash of what the article says.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Breaks ties between equal scores: the later article comes first, and
    /// within a day the order of ids' hashes decides, which does not change
    /// with the order of indexing.
    pub(crate) fn tie(&self) -> u64 {
        self.tie
    }
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
