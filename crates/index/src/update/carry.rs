//! Articles that a rebuild takes over from the index as it was, because their
//! files cannot be read.

use std::cell::OnceCell;
use std::fs::File;
use std::path::Path;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED};

use super::manifest::{FileEntry, HASH_BYTES, Manifest, Member, Place, key};
use crate::durable::names::files_of;
use crate::durable::seal;
use crate::error::{Error, Result, is_refusal};
use crate::search::Searcher;
use crate::store::{ArticleWriter, Index};

/// The articles of the last commit, in segments that are whole.
pub(crate) struct Carrier<'a> {
    index: &'a Index,
    /// Whether the index is known to be damaged, so that each file is checked.
    is_damaged: bool,
    opened: OnceCell<Searcher>,
}

impl<'a> Carrier<'a> {
    /// Opens nothing before it is needed.
    pub(crate) fn new(index: &'a Index, is_damaged: bool) -> Self {
        Self {
            index,
            is_damaged,
            opened: OnceCell::new(),
        }
    }

    /// Writes an article again under its number.
    ///
    /// # Errors
    ///
    /// [`Error::Irreplaceable`] when no segment that is whole contains it, and
    /// when it cannot be written.
    pub(crate) fn carry(&self, path: &str, number: u64, writer: &ArticleWriter) -> Result<()> {
        let key = key(number);
        let article = self.searcher().and_then(|searcher| {
            let address = searcher.find_key(&key)?;
            address.map(|at| searcher.article(at)).transpose()
        });
        let irreplaceable = |reason: String| Error::Irreplaceable {
            path: path.to_owned(),
            reason,
        };
        match article {
            Ok(Some(article)) => writer.add(&key, article),
            Ok(None) => Err(irreplaceable("make it readable and try again".to_owned())),
            Err(error @ Error::Damaged { .. }) => Err(irreplaceable(error.to_string())),
            Err(error) => Err(error),
        }
    }

    fn searcher(&self) -> Result<&Searcher> {
        if self.opened.get().is_none() {
            let searcher = match self.is_damaged {
                true => whole_segments(self.index)?.0,
                false => self.index.searcher()?,
            };
            // Nothing else can have set it.
            let _ = self.opened.set(searcher);
        }
        self.opened.get().ok_or_else(|| Error::Damaged {
            reason: "the segments cannot be opened".to_owned(),
        })
    }
}

/// A searcher over the segments that are whole, and whether all are.
fn whole_segments(index: &Index) -> Result<(Searcher, bool)> {
    let meta = index.engine.load_metas().map_err(Error::engine)?;
    let mut readers = Vec::new();
    for segment in &meta.segments {
        let mut is_whole = true;
        for name in files_of(segment) {
            let path = index.dir().join(&name);
            let identity = index.storage.identity(Path::new(&name));
            let checked = File::open(&path).and_then(|mut file| seal::check(&mut file, &identity));
            match checked {
                Err(error) if is_refusal(&error) => return Err(Error::io(path)(error)),
                other => is_whole &= other.is_ok(),
            }
        }
        if is_whole && let Ok(reader) = SegmentReader::open(&index.engine.segment(segment.clone()))
        {
            readers.push(reader);
        }
    }
    let are_all = readers.len() == meta.segments.len();
    Ok((index.searcher_over(&readers)?, are_all))
}

/// A manifest, in place of one that is lost, of the articles in the segments that
/// are whole, and whether all are. Every file of it is to be read again.
///
/// # Errors
///
/// When the last commit cannot be read.
pub(super) fn salvage(index: &Index) -> Result<(Manifest, bool)> {
    let (searcher, are_all) = whole_segments(index)?;
    let mut manifest = Manifest {
        next_number: 1,
        ..Manifest::default()
    };
    for (segment, view) in searcher.segments.iter().enumerate() {
        for (number, article) in numbers(index, &view.reader)? {
            let article = searcher.record(searcher.address(segment as u32, article))?;
            let seen = manifest.files.entry(article.path).or_insert(FileEntry {
                relative: u32::MAX,
                ..FileEntry::default()
            });
            seen.members.push(Member {
                place: Place::new(article.member.as_deref()),
                hash: [0; HASH_BYTES],
                number,
            });
            manifest.next_number = manifest.next_number.max(number + 1);
        }
    }
    Ok((manifest, are_all))
}

/// The number of each article of a segment that is not deleted.
pub(super) fn numbers(index: &Index, reader: &SegmentReader) -> Result<Vec<(u64, u32)>> {
    let inverted = reader
        .inverted_index(index.fields.key)
        .map_err(Error::engine)?;
    let terms = inverted.terms().stream();
    let mut terms = terms
        .map_err(tantivy::TantivyError::from)
        .map_err(Error::engine)?;
    let mut numbers = Vec::new();
    while let Some((term, info)) = terms.next() {
        let number = std::str::from_utf8(term).ok();
        let number = number.and_then(|term| u64::from_str_radix(term, 16).ok());
        let mut postings = inverted
            .read_postings_from_terminfo(info, IndexRecordOption::Basic)
            .map_err(tantivy::TantivyError::from)
            .map_err(Error::engine)?;
        while postings.doc() != TERMINATED {
            let article = postings.doc();
            if let Some(number) = number.filter(|n| *n != 0 && !reader.is_deleted(article)) {
                numbers.push((number, article));
            }
            postings.advance();
        }
    }
    Ok(numbers)
}
