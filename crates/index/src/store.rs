//! The directory of an index, and writing to it.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tantivy::directory::Directory;
use tantivy::directory::error::OpenReadError;
use tantivy::index::SegmentId;
use tantivy::indexer::UserOperation;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::Term;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{IndexReader, IndexSettings, IndexWriter, ReloadPolicy, SegmentReader};
use timbao_articles::Article;

use crate::arrivals::Written;
use crate::document::ArticleDocument;
use crate::durable::names::{MARKER, aside};
use crate::durable::{META, Storage};
use crate::error::{Error, Owner, Result, damaged};
use crate::resources::{Permit, Resources};
use crate::schema::{Fields, INDEX_VERSION, MAX_KEY_BYTES, schema};
use crate::search::ImpactCache;
use crate::text::{Copies, MergeThreads, TextPlugin};
use crate::update::{Commit, Origin, Payload, remove_orphans, unmarked};
use crate::writer_options::WriterOptions;

/// Maximum number of attempts to open a commit while writers replace it.
const TRIES: usize = 50;
/// Smallest memory of an indexing thread, in bytes: with 15 MB, segments are so small that
/// indexing takes three to five times as long.
const LEAST_MEMORY: usize = 20_000_000;
/// Largest memory of an indexing thread, in bytes: Tantivy refuses more.
const MOST_MEMORY: usize = u32::MAX as usize - 2_000_000;
/// How long a lock that was released may seem to be held: a process that this one is starting has
/// copies of its open files until it runs.
const FORK: Duration = Duration::from_millis(200);

/// An index in a directory.
///
/// Clones share its caches; another `Index` of the same directory has caches of its own.
#[derive(Clone)]
pub struct Index {
    pub(crate) storage: Storage,
    pub(crate) engine: tantivy::Index,
    pub(crate) fields: Fields,
    pub(crate) caches: Caches,
    /// The number of threads of merges.
    threads: MergeThreads,
    /// Whether searchers show public paths only.
    pub(crate) hides_paths: bool,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dir = self.dir();
        f.debug_struct("Index")
            .field("dir", &dir)
            .finish_non_exhaustive()
    }
}

/// Memory that the searchers of an index may use for caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheOptions {
    /// Bytes for impact columns, which speed up queries with frequent syllables that were
    /// searched for before.
    pub impacts: usize,
    /// Bytes for copies of the randomly accessed parts of the index in huge pages, nearly all of
    /// it except the text. At most an eighth of the machine's memory is used; parts that do not
    /// fit are read from the files. Has an effect on Linux only.
    pub huge_pages: usize,
}

impl CacheOptions {
    /// For programs that answer many queries, such as a server: 512 MB of impact columns, which
    /// the frequent syllables of a million articles fit into, and 512 MB of huge pages.
    pub fn for_many_queries() -> Self {
        Self {
            impacts: 512_000_000,
            huge_pages: 512 << 20,
        }
    }
}

impl Default for CacheOptions {
    /// For programs that answer a few queries: 256 MB of impact columns, no huge pages.
    fn default() -> Self {
        Self {
            impacts: 256_000_000,
            huge_pages: 0,
        }
    }
}

/// The caches of an index.
#[derive(Clone)]
pub(crate) struct Caches {
    pub(crate) impacts: ImpactCache,
    pub(crate) copies: Copies,
}

impl Caches {
    fn new(options: CacheOptions) -> Self {
        Self {
            impacts: ImpactCache::new(options.impacts),
            copies: Copies::new(options.huge_pages),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Marker {
    timbao: String,
}

impl Index {
    /// Opens the index in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::NoIndex`] if there is none, [`Error::NotADirectory`] for a file, [`Error::NotTimbao`]
    /// for a directory of another program, [`Error::OtherVersion`] if another version wrote it or
    /// its `timbao.json`, which says the version, is missing, and [`Error::Damaged`] if it cannot be
    /// read.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let dir = dir.as_ref();
        // A missing directory and one without an index are the same.
        match fs::exists(dir) {
            Ok(false) => Err(Error::NoIndex { dir: dir.into() }),
            _ => Self::open_on(Storage::open(dir)?),
        }
    }

    /// The same as [`open`](Self::open), on a storage.
    pub(crate) fn open_on(storage: Storage) -> Result<Self> {
        let dir = || storage.dir().to_owned();
        let marker = match storage.atomic_read(Path::new(MARKER)) {
            Ok(bytes) => bytes,
            Err(OpenReadError::FileDoesNotExist(_)) => {
                return Err(match is_under_repair(storage.dir()) {
                    true => interrupted_repair(),
                    false => unmarked(storage.dir())?,
                });
            }
            Err(error) => return Err(Error::engine(error)),
        };
        let found = serde_json::from_slice::<Marker>(&marker)
            .map_or_else(|_| "unknown".into(), |m| m.timbao);
        if found != INDEX_VERSION.to_string() {
            let owner = Origin::of(storage.dir())?.owner();
            return Err(Error::OtherVersion {
                dir: dir(),
                found,
                owner,
            });
        }
        let mut engine = tantivy::Index::open(storage.clone()).map_err(Error::engine)?;
        if is_under_repair(storage.dir()) && matches!(Commit::of(&engine)?, Commit::Empty) {
            return Err(interrupted_repair());
        }
        let threads = MergeThreads::default();
        engine.register_plugin(TextPlugin::shared(&storage, &threads));
        Self::with_engine(storage, engine, threads)
    }

    /// Opens the index in a directory, or creates an empty one there.
    ///
    /// # Errors
    ///
    /// The errors of [`open`](Self::open), and [`Error::Io`] if the directory
    /// cannot be written.
    pub fn open_or_create(dir: impl AsRef<Path>) -> Result<Self> {
        Self::open_or_create_on(Storage::create(dir.as_ref())?)
    }

    /// Sets the memory for caches, which are empty then.
    ///
    /// ```no_run
    /// use timbao_index::{CacheOptions, Index};
    ///
    /// let index = Index::open(".timbao")?.with_caches(CacheOptions::for_many_queries());
    /// let searcher = index.searcher()?;
    /// # Ok::<(), timbao_index::Error>(())
    /// ```
    #[must_use]
    pub fn with_caches(self, options: CacheOptions) -> Self {
        Self {
            caches: Caches::new(options),
            ..self
        }
    }

    /// Makes searchers check no checksums, so that a bench can tell what checks cost. Damage then
    /// leads to wrong answers.
    #[doc(hidden)]
    #[must_use]
    pub fn without_checks(self) -> Self {
        self.storage.trust();
        self
    }

    /// Makes searchers return public paths of articles, which do not name directories of the
    /// machine; see [`Article::public_path`].
    #[must_use]
    pub fn with_public_paths(self) -> Self {
        Self {
            hides_paths: true,
            ..self
        }
    }

    /// The index that is in the directory now, with the caches of this one.
    pub(crate) fn reopened(&self) -> Result<Self> {
        let opened = Self::open(self.dir())?;
        Ok(Self {
            caches: self.caches.clone(),
            hides_paths: self.hides_paths,
            ..opened
        })
    }

    /// The same as [`open_or_create`](Self::open_or_create), on a storage.
    pub(crate) fn open_or_create_on(storage: Storage) -> Result<Self> {
        match Self::open_on(storage.clone()) {
            Err(Error::NoIndex { .. }) => Self::create(storage),
            other => other,
        }
    }

    /// Creates an empty index where none is.
    pub(crate) fn create(storage: Storage) -> Result<Self> {
        let settings = IndexSettings {
            docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let threads = MergeThreads::default();
        let engine = tantivy::Index::builder()
            .schema(schema())
            .settings(settings)
            .register_plugin(TextPlugin::shared(&storage, &threads))
            .open_or_create(storage.clone())
            .map_err(Error::engine)?;
        let marker = Marker {
            timbao: INDEX_VERSION.to_string(),
        };
        let path = storage.dir().join(MARKER);
        let json = serde_json::to_vec(&marker).map_err(|e| Error::io(&path)(e.into()))?;
        // Written last, so that a directory with this file contains a complete
        // index.
        storage
            .atomic_write(Path::new(MARKER), &json)
            .and_then(|()| storage.sync_directory())
            .map_err(Error::io(&path))?;
        Self::with_engine(storage, engine, threads)
    }

    fn with_engine(
        storage: Storage,
        engine: tantivy::Index,
        threads: MergeThreads,
    ) -> Result<Self> {
        let fields = Fields::of(&engine.schema()).ok_or_else(|| Error::OtherVersion {
            dir: storage.dir().into(),
            found: "unknown".into(),
            owner: None,
        })?;
        Ok(Self {
            storage,
            engine,
            fields,
            threads,
            caches: Caches::new(CacheOptions::default()),
            hides_paths: false,
        })
    }

    /// The directory of the index.
    pub fn dir(&self) -> &Path {
        self.storage.dir()
    }

    /// A reader of its committed state.
    pub(crate) fn reader(&self) -> Result<IndexReader> {
        self.engine
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(Error::engine)
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
            let opened = self.open_commit(&open);
            let now = meta();
            match opened {
                Err(Error::Damaged { .. }) if before != now => before = now,
                other => return other,
            }
        }
        self.open_commit(&open)
    }

    /// Opens something of each segment of the last commit. The commit is complete only with its
    /// manifest, whose name follows from the articles: an earlier `meta.json` of the index, put
    /// back alone, would find an earlier state in the segments that are still there.
    fn open_commit<T>(&self, open: impl Fn(&[SegmentReader]) -> Result<T>) -> Result<T> {
        if let Ok(Some(payload)) = Payload::of(&self.engine) {
            payload.check_files(&self.storage)?;
        }
        open(self.reader()?.searcher().segment_readers())
    }

    /// Returns a writer for single articles.
    ///
    /// An index is filled either by a writer or by [`update`](crate::update::update), never by
    /// both: an update removes articles that its files no longer contain.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while another writer is open, in this process or another, and
    /// [`Error::OtherOwner`] if the index was filled by an update.
    pub fn writer(&self, options: WriterOptions) -> Result<ArticleWriter> {
        let writer = self.unchecked_writer(options, options.threads)?;
        // Checked under the writer's lock, so that no update can come in between.
        match Commit::of(&self.engine)? {
            Commit::Update(_) => {
                return Err(Error::OtherOwner {
                    dir: self.dir().into(),
                    owner: Owner::Update,
                });
            }
            // An update that was killed may have left a manifest, by which a damaged index would
            // seem to be that of an update.
            Commit::Empty => drop(remove_orphans(&self.engine, &self.storage)?),
            Commit::Writer => {}
        }
        Ok(ArticleWriter {
            written: None,
            ..writer
        })
    }

    /// The same as [`writer`](Self::writer), for updates too, with the number of segments to write
    /// at once.
    pub(crate) fn unchecked_writer(
        &self,
        options: WriterOptions,
        segments: usize,
    ) -> Result<ArticleWriter> {
        let for_segments = options.memory / 2;
        let threads = segments.min(for_segments / LEAST_MEMORY).max(1);
        let memory = (for_segments / threads).clamp(LEAST_MEMORY, MOST_MEMORY);
        self.storage.lock(FORK)?;
        let writer = self
            .engine
            .writer_with_num_threads(threads, memory * threads)
            .map_err(|error| {
                self.storage.unlock();
                Error::engine(error)
            })?;
        // When segments are merged, and with how much memory, is the caller's.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        self.threads.set(options.threads);
        Ok(ArticleWriter {
            writer,
            fields: self.fields.clone(),
            resources: Resources::new(options),
            written: Some(Mutex::default()),
        })
    }
}

/// Whether a repair has set the commit of an index aside.
fn is_under_repair(dir: &Path) -> bool {
    dir.join(aside(META)).exists()
}

/// The error of an index without a commit, because a repair was killed.
fn interrupted_repair() -> Error {
    damaged("a repair of it is under way or was interrupted".into())
}

/// Adds and deletes articles. Nothing is visible to searchers before [`commit`](Self::commit).
///
/// ```
/// use timbao_index::{Index, WriterOptions};
/// # use timbao_articles::Article;
/// # let dir = tempfile::tempdir()?;
///
/// let index = Index::open_or_create(dir.path())?;
/// let mut writer = index.writer(WriterOptions::default())?;
/// let article = Article {
///     id: "2026-17".into(),
///     title: Some("Mưa đầu mùa".into()),
///     body: "Chiều nay, mưa đầu mùa đã đến với vùng cao.".into(),
///     ..Article::default()
/// };
/// writer.add("2026-17", article)?;
/// writer.commit()?;
/// writer.finish()?;
/// assert_eq!(index.searcher()?.article_count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ArticleWriter {
    writer: IndexWriter<ArticleDocument>,
    fields: Fields,
    resources: Resources,
    /// The articles added so far, as the journal of arrivals needs them.
    /// `None` for programs that choose their keys: their indexes have no journal.
    written: Option<Mutex<Vec<Written>>>,
}

impl fmt::Debug for ArticleWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArticleWriter").finish_non_exhaustive()
    }
}

impl ArticleWriter {
    /// Adds an article under a key, in place of the article that has the key, if any. Can be
    /// called from several threads at once.
    ///
    /// # Errors
    ///
    /// [`Error::KeyTooLong`] for a key of more than [`MAX_KEY_BYTES`], and when an earlier article
    /// could not be written.
    pub fn add(&self, key: &str, article: Article) -> Result<()> {
        if key.len() > MAX_KEY_BYTES {
            return Err(Error::KeyTooLong { bytes: key.len() });
        }
        // Both in one step, so that of two threads with the same key one replaces the other.
        self.writer
            .run([
                UserOperation::Delete(self.key(key)),
                UserOperation::Add(self.document(key, article, None)),
            ])
            .map_err(Error::engine)?;
        Ok(())
    }

    /// Adds an article under a key that no other article has. While it waits for room, another
    /// thread has the turn of the caller, if that has one.
    ///
    /// # Errors
    ///
    /// When an earlier article could not be written.
    pub(crate) fn add_new(
        &self,
        key: &str,
        article: Article,
        turn: Option<&mut Permit>,
    ) -> Result<()> {
        self.writer
            .add_document(self.document(key, article, turn))
            .map_err(Error::engine)?;
        Ok(())
    }

    fn document(&self, key: &str, article: Article, turn: Option<&mut Permit>) -> ArticleDocument {
        let name = article.identity();
        let document = ArticleDocument::new(&self.fields, key, article, &self.resources, turn);
        if let (Some(written), Ok(number)) = (&self.written, u64::from_str_radix(key, 16)) {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            written.push(Written {
                number,
                name,
                fingerprint: document.fingerprint(),
            });
        }
        document
    }

    /// Takes the list of the articles added so far.
    pub(crate) fn take_written(&self) -> Vec<Written> {
        let written = self.written.as_ref().map(Mutex::lock);
        let written = written.map(|lock| lock.unwrap_or_else(PoisonError::into_inner));
        written.map_or_else(Vec::new, |mut written| std::mem::take(&mut *written))
    }

    /// The turns and the room of those who use the writer.
    pub(crate) fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Deletes the article with a key, if any. An article that is added afterwards under the
    /// same key stays.
    pub fn delete(&self, key: &str) {
        self.writer.delete_term(self.key(key));
    }

    fn key(&self, key: &str) -> Term {
        Term::from_field_text(self.fields.key, key)
    }

    /// Deletes all articles.
    ///
    /// # Errors
    ///
    /// An error of the engine.
    pub fn clear(&self) -> Result<()> {
        self.writer.delete_all_documents().map_err(Error::engine)?;
        Ok(())
    }

    /// Makes all changes since the last commit visible and durable, all of them or none. The first
    /// commit makes the index the writer's, even if it has no changes, or only those of
    /// [`clear`](Self::clear): an [`update`](crate::update::update) is refused from then on.
    ///
    /// # Errors
    ///
    /// When a file cannot be written. The index is then unchanged.
    pub fn commit(&mut self) -> Result<()> {
        self.commit_with(Commit::WRITER)
    }

    /// The same as [`commit`](Self::commit), with another payload.
    pub(crate) fn commit_with(&mut self, payload: &str) -> Result<()> {
        let mut prepared = self.writer.prepare_commit().map_err(Error::engine)?;
        prepared.set_payload(payload);
        prepared.commit().map_err(Error::engine)?;
        Ok(())
    }

    /// Merges some segments into one.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; then nothing has changed.
    pub(crate) fn merge(&mut self, segments: &[SegmentId]) -> Result<()> {
        self.writer.merge(segments).wait().map_err(Error::engine)?;
        Ok(())
    }

    /// The cause of a failure to write, after an error that only says that there was one.
    pub(crate) fn cause(&mut self, error: Error) -> Error {
        if !error.is_of_thread() {
            return error;
        }
        self.writer
            .prepare_commit()
            .err()
            .map_or(error, Error::engine)
    }

    /// Merges all segments into one, if there are several.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn merge_all(&mut self) -> Result<()> {
        let segments = self
            .writer
            .index()
            .searchable_segment_ids()
            .map_err(Error::engine)?;
        if segments.len() > 1 {
            self.writer.merge(&segments).wait().map_err(Error::engine)?;
        }
        Ok(())
    }

    /// Waits for merges under way and releases the index. Changes since the last
    /// [`commit`](Self::commit) are discarded, as if the writer is dropped.
    ///
    /// # Errors
    ///
    /// When a merge failed.
    pub fn finish(self) -> Result<()> {
        self.writer.wait_merging_threads().map_err(Error::engine)?;
        Ok(())
    }
}
