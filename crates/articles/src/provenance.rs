//! The origin of each field of an article, and the dropped text.

use serde::Serialize;

use crate::problem::Fault;
use crate::{Article, Format, Problem};

/// An article and how it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// The article.
    pub article: Article,
    /// The character encoding its bytes were in, by its usual name.
    pub encoding: &'static str,
    /// The origin of its fields; only from
    /// [`Record::parse_explained`](crate::Record::parse_explained).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// Text of the record that is not in the article, and other defects that
    /// did not prevent reading it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// The origin of the fields of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The format it was read as.
    pub format: Format,
    /// Each field that was found, in the order it was found.
    pub fields: Vec<FieldOrigin>,
    /// Text dropped as boilerplate, piece by piece.
    pub dropped: Vec<String>,
    /// Anything else worth knowing, such as a date that could not be read.
    pub notes: Vec<String>,
}

/// The origin of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldOrigin {
    /// The field of [`Article`].
    pub field: &'static str,
    /// The key, element or layout rule that the value comes from.
    pub from: String,
}

/// Collects the faults of a record, and a [`Provenance`] if one is wanted.
pub(crate) struct Trace {
    provenance: Option<Provenance>,
    faults: Vec<Fault>,
}

impl Trace {
    pub fn off() -> Self {
        Self {
            provenance: None,
            faults: Vec::new(),
        }
    }

    pub fn on(format: Format) -> Self {
        let provenance = Provenance {
            format,
            fields: Vec::new(),
            dropped: Vec::new(),
            notes: Vec::new(),
        };
        Self {
            provenance: Some(provenance),
            faults: Vec::new(),
        }
    }

    pub fn is_on(&self) -> bool {
        self.provenance.is_some()
    }

    /// Reports a defect that does not prevent reading the article.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Records the origin of a field; a later origin replaces an earlier one.
    pub fn field(&mut self, field: &'static str, from: impl Into<String>) {
        if let Some(provenance) = &mut self.provenance {
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

    /// Forgets the origin of a field that was taken back.
    pub fn forget(&mut self, field: &'static str) {
        if let Some(provenance) = &mut self.provenance {
            provenance.fields.retain(|known| known.field != field);
        }
    }

    /// Records text that is not the article's.
    pub fn dropped(&mut self, text: &str) {
        if let Some(provenance) = &mut self.provenance {
            provenance.dropped.push(text.to_owned());
        }
    }

    pub fn note(&mut self, note: impl FnOnce() -> String) {
        if let Some(provenance) = &mut self.provenance {
            provenance.notes.push(note());
        }
    }

    pub fn finish(self) -> (Option<Provenance>, Vec<Fault>) {
        (self.provenance, self.faults)
    }
}
