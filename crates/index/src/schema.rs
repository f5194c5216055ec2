//! The Tantivy schema: stored fields and metadata of an article.

use std::borrow::Cow;

use tantivy::schema::{FAST, Field, INDEXED, STORED, STRING, Schema};
use timbao_query::plan::Facet;

/// Version of schema, analysis and file formats. An index of another version is
/// rejected.
pub const INDEX_VERSION: u32 = 8;

/// Maximum length of the key of an article, in bytes: that of a term in Tantivy.
pub const MAX_KEY_BYTES: usize = 65_530;

/// The fields of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// The origin of the article, by which it is deleted.
    pub(crate) key: Field,
    /// The article's id.
    pub(crate) id: Field,
    /// The article without its text, as JSON.
    pub(crate) record: Field,
    /// Day of publication, in days since 1970-01-01.
    pub(crate) day: Field,
    /// Minutes since midnight at which it was published, if that is known.
    pub(crate) minute: Field,
    /// The hash of all that was indexed of it.
    pub(crate) fingerprint: Field,
    /// The facets with a column of their own.
    pub(crate) facets: Vec<(Facet, Field)>,
}

/// The schema of every index.
pub(crate) fn schema() -> Schema {
    let mut builder = Schema::builder();
    builder.add_text_field("key", STRING);
    builder.add_text_field("id", STRING);
    builder.add_bytes_field("record", STORED);
    builder.add_i64_field("day", FAST | INDEXED);
    builder.add_u64_field("minute", FAST);
    builder.add_u64_field("fingerprint", FAST);
    for facet in Facet::stated() {
        builder.add_text_field(facet.name(), FAST);
    }
    builder.build()
}

/// The term of an article's id. A longer one than a term can be is replaced by its hash.
pub(crate) fn id_term(id: &str) -> Cow<'_, str> {
    match id.len() {
        ..=MAX_KEY_BYTES => id.into(),
        // No real id begins with a control character.
        _ => format!("\0blake3:{}", blake3::hash(id.as_bytes()).to_hex()).into(),
    }
}

impl Fields {
    /// The fields of [`schema`], or none if the schema is another one.
    pub(crate) fn of(schema: &Schema) -> Option<Self> {
        let field = |name| schema.get_field(name).ok();
        Some(Self {
            key: field("key")?,
            id: field("id")?,
            record: field("record")?,
            day: field("day")?,
            minute: field("minute")?,
            fingerprint: field("fingerprint")?,
            facets: Facet::stated()
                .map(|facet| Some((facet, field(facet.name())?)))
                .collect::<Option<_>>()?,
        })
    }
}
