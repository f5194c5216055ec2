//! The folder of an index, and writing to it.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::directory::Directory;
use tantivy::directory::error::OpenReadError;
use tantivy::index::SegmentId;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::Term;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{IndexReader, IndexSettings, IndexWriter, ReloadPolicy, SegmentReader, TantivyError};
use timbao_articles::Article;

use crate::document::ArticleDocument;
use crate::durable::names::MARKER;
use crate::durable::{META, Storage};
use crate::error::{Error, Result};
use crate::schema::{Fields, INDEX_VERSION, schema};
use crate::text::TextPlugin;

/// How often a commit is opened while writers put others in its place.
const TRIES: usize = 50;
/// Smallest memory that a writing thread is given, in bytes.
const LEAST_MEMORY: usize = 15_000_000;

/// An index in a folder.
#[derive(Clone)]
pub struct Index {
    pub(crate) storage: Storage,
    pub(crate) engine: tantivy::Index,
    pub(crate) fields: Fields,
}

/// How much a writer may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterOptions {
    /// Threads that build segments.
    pub threads: usize,
    /// Memory for segments being built, of all threads together, in bytes.
    pub memory: usize,
}

impl Default for WriterOptions {
    /// Every core, and 512 MB.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads,
            memory: 512_000_000,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Marker {
    timbao: String,
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::NoIndex`] when there is none, [`Error::OtherVersion`] when
    /// another version wrote it.
    pub fn open(dir: &Path) -> Result<Self> {
        // A folder that is not there, and one without an index, are the same.
        match fs::exists(dir.join(MARKER)) {
            Ok(false) => Err(Error::NoIndex { dir: dir.into() }),
            _ => Self::open_on(Storage::open(dir)?),
        }
    }

    /// As [`open`](Self::open), on a storage.
    pub(crate) fn open_on(storage: Storage) -> Result<Self> {
        let dir = || storage.dir().to_owned();
        let marker = match storage.atomic_read(Path::new(MARKER)) {
            Ok(bytes) => bytes,
            Err(OpenReadError::FileDoesNotExist(_)) => return Err(Error::NoIndex { dir: dir() }),
            Err(error) => return Err(TantivyError::from(error).into()),
        };
        let found = serde_json::from_slice::<Marker>(&marker)
            .map_or_else(|_| "unknown".into(), |m| m.timbao);
        if found != INDEX_VERSION.to_string() {
            return Err(Error::OtherVersion { dir: dir(), found });
        }
        let engine = tantivy::Index::open(storage.clone())?;
        Self::with_engine(storage, engine)
    }

    /// Opens the index in a folder, or makes an empty one there.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`Error::Io`] when the folder cannot be
    /// written.
    pub fn open_or_create(dir: &Path) -> Result<Self> {
        Self::open_or_create_on(Storage::create(dir)?)
    }

    /// As [`open_or_create`](Self::open_or_create), on a storage.
    pub(crate) fn open_or_create_on(storage: Storage) -> Result<Self> {
        match Self::open_on(storage.clone()) {
            Err(Error::NoIndex { .. }) => Self::create(storage),
            other => other,
        }
    }

    fn create(storage: Storage) -> Result<Self> {
        let settings = IndexSettings {
            docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let engine = tantivy::Index::builder()
            .schema(schema())
            .settings(settings)
            .register_plugin(TextPlugin::shared())
            .open_or_create(storage.clone())?;
        let marker = Marker {
            timbao: INDEX_VERSION.to_string(),
        };
        let path = storage.dir().join(MARKER);
        let json = serde_json::to_vec(&marker).map_err(|e| Error::io(&path)(e.into()))?;
        // Last, so that a folder with it holds an index.
        storage
            .atomic_write(Path::new(MARKER), &json)
            .and_then(|()| storage.sync_directory())
            .map_err(Error::io(&path))?;
        Self::with_engine(storage, engine)
    }

    fn with_engine(storage: Storage, mut engine: tantivy::Index) -> Result<Self> {
        if engine.custom_plugins().is_empty() {
            engine.register_plugin(TextPlugin::shared());
        }
        let fields = Fields::of(&engine.schema()).ok_or_else(|| Error::OtherVersion {
            dir: storage.dir().into(),
            found: "unknown".into(),
        })?;
        Ok(Self {
            storage,
            engine,
            fields,
        })
    }

    /// The folder it is in.
    pub fn dir(&self) -> &Path {
        self.storage.dir()
    }

    /// A reader of its committed state.
    pub(crate) fn reader(&self) -> Result<IndexReader> {
        Ok(self
            .engine
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?)
    }

    /// Opens something of each segment of the last commit. As writers may remove
    /// files of a commit before all of them are open, it is tried again when
    /// there is another commit.
    pub(crate) fn of_latest_commit<T>(
        &self,
        open: impl Fn(&[SegmentReader]) -> Result<T>,
    ) -> Result<T> {
        let meta = || self.storage.atomic_read(Path::new(META)).ok();
        let mut before = meta();
        for _ in 1..TRIES {
            let opened = self
                .reader()
                .and_then(|reader| open(reader.searcher().segment_readers()));
            let now = meta();
            match opened {
                Err(Error::Damaged { .. }) if before != now => before = now,
                other => return other,
            }
        }
        open(self.reader()?.searcher().segment_readers())
    }

    /// Starts writing.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when another process writes.
    pub fn writer(&self, options: WriterOptions) -> Result<ArticleWriter> {
        let threads = options.threads.clamp(1, 8);
        let memory = (options.memory / threads).max(LEAST_MEMORY);
        let writer = self
            .engine
            .writer_with_num_threads(threads, memory * threads)
            .map_err(|error| match error {
                TantivyError::LockFailure(error, _) => self.storage.lock_error(&error),
                other => other.into(),
            })?;
        // When segments are merged, and with how much memory, is the caller's.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(ArticleWriter {
            writer,
            fields: self.fields.clone(),
        })
    }
}

/// Adds and deletes articles; nothing counts before [`commit`](Self::commit).
pub struct ArticleWriter {
    writer: IndexWriter<ArticleDocument>,
    fields: Fields,
}

impl ArticleWriter {
    /// Adds an article under a key that tells it from all others. Can be
    /// called from many threads.
    ///
    /// # Errors
    ///
    /// When an earlier article could not be written.
    pub fn add(&self, key: &str, article: Article) -> Result<()> {
        self.writer
            .add_document(ArticleDocument::new(&self.fields, key, article))?;
        Ok(())
    }

    /// Deletes the article with a key, if there is one. Articles that are
    /// added afterwards under the same key stay.
    pub fn delete(&self, key: &str) {
        self.writer
            .delete_term(Term::from_field_text(self.fields.key, key));
    }

    /// Deletes all articles.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub fn clear(&self) -> Result<()> {
        self.writer.delete_all_documents()?;
        Ok(())
    }

    /// Makes everything since the last commit visible and lasting, with a
    /// `payload` that stands beside it.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; then nothing has changed.
    pub fn commit(&mut self, payload: &str) -> Result<()> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(payload);
        prepared.commit()?;
        Ok(())
    }

    /// Merges some segments into one.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; then nothing has changed.
    pub(crate) fn merge(&mut self, segments: &[SegmentId]) -> Result<()> {
        self.writer.merge(segments).wait()?;
        Ok(())
    }

    /// Why writing failed, after an error that says only that it did.
    pub(crate) fn cause(&mut self, error: Error) -> Error {
        match error {
            Error::Engine(TantivyError::ErrorInThread(_)) => self
                .writer
                .prepare_commit()
                .err()
                .map_or(error, Error::from),
            other => other,
        }
    }

    /// Merges all segments into one, if there are several.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn merge_all(&mut self) -> Result<()> {
        let segments = self.writer.index().searchable_segment_ids()?;
        if segments.len() > 1 {
            self.writer.merge(&segments).wait()?;
        }
        Ok(())
    }

    /// Waits for merges under way and releases the index.
    ///
    /// # Errors
    ///
    /// When a merge failed.
    pub fn finish(self) -> Result<()> {
        self.writer.wait_merging_threads()?;
        Ok(())
    }
}
