//! How an article was read: where each field came from, and what was dropped.

use serde::Serialize;

use crate::{Article, Format};

/// An article and how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// The article.
    pub article: Article,
    /// The character encoding its bytes were in, by its usual name.
    pub encoding: &'static str,
    /// Where its fields came from; only from
    /// [`Record::parse_explained`](crate::Record::parse_explained).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
}

/// Where the fields of an article came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The format it was read as.
    pub format: Format,
    /// Each field that was found, in the order it was found.
    pub fields: Vec<FieldOrigin>,
    /// Text that was left out as boilerplate, piece by piece.
    pub dropped: Vec<String>,
    /// Anything else worth knowing, such as a date that could not be read.
    pub notes: Vec<String>,
}

/// Where one field came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldOrigin {
    /// The field of [`Article`].
    pub field: &'static str,
    /// Where its value was found: a key, an element, a rule of the layout.
    pub from: String,
}

/// Collects a [`Provenance`] when one is wanted, and costs nothing when not.
pub(crate) struct Trace(Option<Provenance>);

impl Trace {
    pub fn off() -> Self {
        Self(None)
    }

    pub fn on(format: Format) -> Self {
        Self(Some(Provenance {
            format,
            fields: Vec::new(),
            dropped: Vec::new(),
            notes: Vec::new(),
        }))
    }

    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Notes where a field came from; a later note replaces an earlier one.
    pub fn field(&mut self, field: &'static str, from: impl Into<String>) {
        if let Some(provenance) = &mut self.0 {
            let from = from.into();
            match provenance
                .fields
                .iter_mut()
                .find(|known| known.field == field)
            {
                Some(known) => known.from = from,
                None => provenance.fields.push(FieldOrigin { field, from }),
            }
        }
    }

    pub fn dropped(&mut self, text: &str) {
        if let Some(provenance) = &mut self.0 {
            provenance.dropped.push(text.to_owned());
        }
    }

    pub fn note(&mut self, note: impl FnOnce() -> String) {
        if let Some(provenance) = &mut self.0 {
            provenance.notes.push(note());
        }
    }

    pub fn finish(self) -> Option<Provenance> {
        self.0
    }
}
