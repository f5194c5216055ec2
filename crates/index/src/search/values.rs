//! The values that the articles of a segment have of each kind of metadata.

use std::sync::OnceLock;

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use timbao_query::plan::Facet;
use timbao_views::facet_key;

use crate::error::{Error, Result, damaged};

/// The values of all facets, each loaded on first use.
#[derive(Default)]
pub(super) struct Values {
    facets: [OnceLock<Vec<FacetValue>>; Facet::ALL.len()],
}

/// A value as one segment spells it.
pub(super) struct FacetValue {
    pub(super) text: String,
    /// The key that all its spellings share.
    pub(super) key: String,
}

impl Values {
    /// The values of a facet by their ordinals, and the articles' ordinals;
    /// `None` if the facet is a time or no article has a value.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(super) fn of(
        &self,
        reader: &SegmentReader,
        facet: Facet,
    ) -> Result<Option<(&[FacetValue], StrColumn)>> {
        if facet.is_period() {
            return Ok(None);
        }
        let Some(column) = reader
            .fast_fields()
            .str(facet.name())
            .map_err(Error::engine)?
        else {
            return Ok(None);
        };
        let Some(cell) = self.facets.get(facet as usize) else {
            return Ok(None);
        };
        let values = match cell.get() {
            Some(values) => values,
            None => {
                let values = read(&column)?;
                cell.get_or_init(|| values)
            }
        };
        Ok(Some((values, column)))
    }
}

fn read(column: &StrColumn) -> Result<Vec<FacetValue>> {
    let mut values = Vec::with_capacity(column.num_terms());
    let mut terms = column
        .dictionary()
        .stream()
        .map_err(|e| damaged(e.to_string()))?;
    while terms.advance() {
        let text = String::from_utf8_lossy(terms.key()).into_owned();
        let key = facet_key(&text);
        values.push(FacetValue { text, key });
    }
    Ok(values)
}
