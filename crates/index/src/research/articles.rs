//! What is known of articles beside their words.

use rustc_hash::FxHashMap;
use tantivy::columnar::StrColumn;
use timbao_query::plan::Facet;

use crate::document::untie;
use crate::error::Result;
use crate::search::{Searcher, SegmentView, compared, damaged};

/// The order of articles by time, the same however they are spread over
/// segments: dated ones first, the oldest first, and within a day by a hash
/// of the id.
pub(super) fn time_order(view: &SegmentView, article: u32) -> (u32, u32) {
    let (day, hash) = untie(view.text.tie(article));
    // Days as unsigned numbers in the same order; undated articles come last.
    let order = day.map_or(u32::MAX, |day| day.wrapping_sub(i32::MIN) as u32);
    (order, hash)
}

/// The day an article was published, in days since 1970-01-01.
pub(super) fn day(view: &SegmentView, article: u32) -> Option<i32> {
    untie(view.text.tie(article)).0
}

/// The values of a facet, numbered over all segments. Values that differ in
/// nothing but case, punctuation, encoding or the place of a tone mark are one.
pub(super) struct FacetValues {
    columns: Vec<Option<StrColumn>>,
    /// By segment and ordinal there: the number.
    numbers: Vec<Vec<u32>>,
    /// The values by their numbers, each in the spelling with most small
    /// letters.
    pub(super) names: Vec<String>,
}

impl FacetValues {
    /// Reads the values of a facet.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(super) fn open(searcher: &Searcher, facet: Facet) -> Result<Self> {
        let mut values = Self {
            columns: Vec::new(),
            numbers: Vec::new(),
            names: Vec::new(),
        };
        let mut known: FxHashMap<String, u32> = FxHashMap::default();
        for view in searcher.segments.iter() {
            let column = view.reader.fast_fields().str(&facet.to_string())?;
            let mut numbers = Vec::new();
            if let Some(column) = &column {
                for ordinal in 0..column.num_terms() as u64 {
                    let mut name = String::new();
                    column
                        .ord_to_str(ordinal, &mut name)
                        .map_err(|e| damaged(e.to_string()))?;
                    let number = *known
                        .entry(compared(&name))
                        .or_insert(values.names.len() as u32);
                    numbers.push(number);
                    match values.names.get_mut(number as usize) {
                        // Small letters come behind capitals.
                        Some(other) if name > *other => *other = name,
                        Some(_) => {}
                        None => values.names.push(name),
                    }
                }
            }
            values.columns.push(column);
            values.numbers.push(numbers);
        }
        Ok(values)
    }

    /// The number of an article's value, if it has one.
    pub(super) fn of(&self, segment: u32, article: u32) -> Option<u32> {
        let column = self.columns.get(segment as usize)?.as_ref()?;
        let ordinal = column.term_ords(article).next()?;
        let numbers = self.numbers.get(segment as usize)?;
        numbers.get(ordinal as usize).copied()
    }
}
