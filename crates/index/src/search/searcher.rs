//! One committed state of an index, open for searching.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::fastfield::AliveBitSet;
use tantivy::store::StoreReader;
use timbao_query::plan::Facet;
use timbao_views::reprints::Groups;
use timbao_views::{IndexState, Memo, Stats, ViewId};

use crate::arrivals::JournalFile;
use crate::error::{Error, Result};
use crate::schema::Fields;
use crate::text::score::Saturation;
use crate::text::sketch::Sketches;
use crate::text::{SketchFile, TextSegment};

use super::address::Address;
use super::deadline::Deadline;
use super::helpers::Helpers;
use super::impacts::SegmentRows;
use super::scans::Scans;
use super::values::{FacetValue, Values};

/// A view of an index as it was committed; later commits do not change it. Copies share it.
#[derive(Clone)]
pub struct Searcher {
    pub(crate) dir: PathBuf,
    /// Whether records have public paths only.
    pub(super) hides_paths: bool,
    pub(super) view: ViewId,
    pub(crate) segments: Arc<[SegmentView]>,
    pub(crate) fields: Fields,
    pub(crate) articles: u64,
    pub(crate) saturation: Saturation,
    /// Of bigrams of bare words.
    pub(super) bigram_saturation: Saturation,
    pub(crate) average_length: f32,
    pub(crate) deadline: Deadline,
    /// The matches of parts of the plan that is executed.
    pub(super) scans: Option<Arc<Scans>>,
    /// The threads that help with views.
    pub(crate) helpers: Helpers,
    /// The groups of reprints, computed on first use.
    pub(crate) groups: Arc<OnceLock<Groups>>,
    /// Results of views of all articles, kept for later calls.
    pub(super) memo: Arc<Memo>,
    /// The statistics, computed on first use.
    pub(super) stats: Arc<OnceLock<Stats>>,
    /// The content fingerprint, computed on first use.
    pub(super) state: Arc<OnceLock<IndexState>>,
    /// The journal of arrivals, read on first use.
    pub(super) journal: Arc<JournalFile>,
}

impl fmt::Debug for Searcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searcher")
            .field("dir", &self.dir)
            .field("view", &self.view)
            .field("articles", &self.article_count())
            .finish_non_exhaustive()
    }
}

/// One segment of a view.
pub(crate) struct SegmentView {
    pub(crate) text: TextSegment,
    pub(super) sketches: SketchFile,
    pub(crate) reader: SegmentReader,
    pub(super) records: StoreReader,
    /// Impact columns of the frequent terms used so far.
    pub(super) rows: SegmentRows,
    /// The values of metadata, loaded on first use.
    pub(super) values: Values,
    /// The hashes of exact keys by id, for shingles.
    pub(super) key_hashes: OnceLock<Vec<u64>>,
}

impl SegmentView {
    /// The sketches of the articles, with their numbers of tokens.
    ///
    /// # Errors
    ///
    /// When their file is damaged.
    pub(crate) fn sketches(&self) -> Result<&Sketches> {
        self.sketches.read().map_err(Error::engine)
    }

    /// The values of a facet by their ordinals, and the articles' ordinals;
    /// `None` if the facet is a period or no article has a value.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub(super) fn values(&self, facet: Facet) -> Result<Option<(&[FacetValue], StrColumn)>> {
        self.values.of(&self.reader, facet)
    }
}

impl Searcher {
    /// The id of the view that is searched.
    pub fn view(&self) -> ViewId {
        self.view
    }

    /// The address of an article of this view.
    #[inline]
    pub(crate) fn address(&self, segment: u32, article: u32) -> Address {
        Address {
            view: self.view,
            segment,
            article,
        }
    }

    /// Checks that an address belongs to this view.
    ///
    /// # Errors
    ///
    /// [`Error::OtherView`] if it does not.
    pub(crate) fn check(&self, address: Address) -> Result<()> {
        if address.view == self.view {
            Ok(())
        } else {
            Err(Error::OtherView)
        }
    }

    /// Returns an answer, unless damage was found while it was computed.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub(crate) fn whole<T>(&self, answer: T) -> Result<T> {
        self.deadline.check_damage()?;
        Ok(answer)
    }

    /// The same view with a deadline. Searches still running then end with
    /// [`Error::OutOfTime`] within a few milliseconds.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        let mut searcher = self.clone();
        searcher.deadline.moment = Some(deadline);
        searcher
    }

    /// Number of articles, without deleted ones.
    pub fn article_count(&self) -> u64 {
        self.segments
            .iter()
            .map(|s| u64::from(s.reader.num_docs()))
            .sum()
    }

    /// Average length of articles in this view, relative to that for which the
    /// upper bounds of a segment were computed, if greater than 1.
    pub(crate) fn stretch(&self, segment: &TextSegment) -> f32 {
        (self.average_length / segment.average_length()).max(1.0)
    }

    /// The tie-breaker of an article: the smaller comes first.
    pub(crate) fn tie(&self, address: Address) -> u64 {
        let view = self.segments.get(address.segment as usize);
        view.map_or(u64::MAX, |view| view.text.tie(address.article))
    }

    pub(crate) fn segment(&self, address: Address) -> Result<&SegmentView> {
        self.check(address)?;
        self.segments
            .get(address.segment as usize)
            .filter(|view| address.article < view.text.articles())
            .ok_or(Error::OtherView)
    }
}

/// Returns `true` if an article is not deleted. Out-of-range ids from a corrupt
/// file are not alive.
#[inline]
pub(crate) fn lives(alive: Option<&AliveBitSet>, article: u32) -> bool {
    alive.is_none_or(|alive| article < alive.bitset().max_value() && alive.is_alive(article))
}
