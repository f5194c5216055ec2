//! Addresses of articles, and the view that they belong to.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use tantivy::SegmentReader;
use timbao_views::ViewId;

/// Identifies an article in one view of an index.
///
/// An address is valid for every searcher of the same view, in whatever process it was opened.
/// With a searcher of another view it yields [`Error::OtherView`](crate::Error::OtherView); to carry an article across
/// views, keep its id and look it up with [`Searcher::find_id`](crate::Searcher::find_id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    pub(super) view: ViewId,
    pub(crate) segment: u32,
    pub(crate) article: u32,
}

/// An address as text, which [`FromStr`] reads: `VIEW.SEGMENT.ARTICLE`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.view, self.segment, self.article)
    }
}

impl FromStr for Address {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let (view, place) = text.split_once('.').unwrap_or((text, ""));
        let (segment, article) = place.split_once('.').unwrap_or((place, ""));
        Ok(Self {
            view: view.parse()?,
            segment: segment.parse()?,
            article: article.parse()?,
        })
    }
}

/// The id of a view: the same for two searchers if they see the same articles of the same segments.
pub(super) fn view_id<'r>(segments: impl Iterator<Item = &'r SegmentReader>) -> ViewId {
    let mut hasher = blake3::Hasher::new();
    for reader in segments {
        hasher.update(reader.segment_id().uuid_string().as_bytes());
        hasher.update(&reader.num_deleted_docs().to_le_bytes());
        if let Some(alive) = reader.alive_bitset() {
            for article in (0..reader.max_doc()).filter(|&article| alive.is_deleted(article)) {
                hasher.update(&article.to_le_bytes());
            }
        }
    }
    let hash = hasher.finalize();
    let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    ViewId(u64::from_be_bytes(first))
}
