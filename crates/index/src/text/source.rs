//! A segment that is merged.

use std::io;

use super::segment::TextSegment;

/// Stands for a key that is in no living article, and for an article that is deleted.
pub(crate) const NONE: u32 = u32::MAX;

/// Positions of a segment that are read before its file is mapped anew.
pub(crate) const MAPPED: usize = if cfg!(test) { 1 << 6 } else { 1 << 23 };

/// Why segments are not merged.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The surface of a key does not follow from it: an earlier version wrote the segment. The
    /// articles have to be added by their text.
    Surface,
    /// A segment is damaged.
    Damaged(String),
    /// There are too many tokens, the compressor fails, or a file cannot be read or written.
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Opens a segment whose bytes were checked.
pub(crate) type Open<'a> = Box<dyn Fn() -> Result<TextSegment, Refused> + Send + Sync + 'a>;

/// A segment whose living articles are merged.
///
/// Pages of a mapped file that were read count as memory of the process until the mapping is
/// dropped, and a merge reads all of them. So it maps the file anew after each part.
pub(crate) struct Source<'a> {
    open: Open<'a>,
    /// A segment that is unpacked when it is opened, and small.
    unpacked: Option<TextSegment>,
    /// By id of the exact key in the segment, the id in the vocabulary or [`NONE`].
    pub(crate) keys: Vec<u32>,
    /// By number of the article in the segment, the number in the merged one or [`NONE`].
    pub(crate) articles: Vec<u32>,
}

impl<'a> Source<'a> {
    /// A segment whose articles and keys are not numbered yet.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub(crate) fn new(open: Open<'a>) -> Result<Self, Refused> {
        let segment = open()?;
        Ok(Self {
            articles: vec![NONE; segment.articles() as usize],
            unpacked: segment.is_unpacked().then_some(segment),
            open,
            keys: Vec::new(),
        })
    }

    /// The segment; its file is mapped anew if no other value of it is left.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub(crate) fn segment(&self) -> Result<TextSegment, Refused> {
        match &self.unpacked {
            Some(segment) => Ok(segment.clone()),
            None => (self.open)(),
        }
    }
}
