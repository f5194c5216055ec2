//! Verifies an index: checksums, consistency, and agreement with its sources.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::Serialize;
use tantivy::index::SegmentMeta;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED};
use timbao_articles::{FoundFile, Limits, RecordBatch, open};

use crate::durable::names::{MARKER, files_of};
use crate::durable::{StateFile, seal};
use crate::error::{Error, Result, copy, is_refusal};
use crate::schema::schema;
use crate::store::Index;
use crate::text::TextPlugin;
use crate::update::{self, Commit, Manifest, Payload, Place, hash_of, key};

/// The result of a verification.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VerifyReport {
    /// Files of the index that were checked.
    pub files: u64,
    /// Size of these files in bytes.
    pub bytes: u64,
    /// Articles in the index.
    pub articles: u64,
    /// Files of sources that were compared.
    pub source_files: u64,
    /// The faults found.
    pub faults: Vec<Fault>,
}

impl VerifyReport {
    /// Returns `true` if the index itself is intact; sources may have changed
    /// since.
    pub fn is_sound(&self) -> bool {
        self.faults
            .iter()
            .all(|fault| fault.kind == FaultKind::Stale)
    }
}

/// A fault of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, of the index or of a source.
    pub file: String,
    /// The kind of fault.
    pub kind: FaultKind,
    /// A description of the fault.
    pub message: String,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A file of the index is missing.
    Missing,
    /// A file of the index is damaged.
    Damaged,
    /// Two files of the index disagree.
    Disagreement,
    /// The index was written by another version.
    OtherVersion,
    /// A source has changed since it was indexed; an update repairs this.
    Stale,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.message)
    }
}

/// Number of times that a check is repeated because a writer changed the index.
const TRIES: usize = 10;
/// Maximum number of articles reported for each kind of disagreement.
const TOLD: usize = 5;

/// Verifies an index: checksums and identity of each file, the manifest against
/// the segments and, if `sources` is set, each source against the manifest, for
/// which all files of the sources are read. Writers and readers can continue.
///
/// # Errors
///
/// [`Error::NoIndex`] if there is none, [`Error::NotADirectory`] and [`Error::NotTimbao`] if there is
/// something else, and [`Error::Io`] if a file is inaccessible, for example for lack of descriptors,
/// memory or permission. All other defects are in the report.
pub fn verify(dir: impl AsRef<Path>, sources: bool) -> Result<VerifyReport> {
    let dir = dir.as_ref();
    for _ in 1..TRIES {
        let before = meta(dir);
        let report = check(dir, sources)?;
        // Files may be missing because of a commit.
        if report.faults.is_empty() || before == meta(dir) {
            return Ok(report);
        }
    }
    check(dir, sources)
}

fn meta(dir: &Path) -> Option<Vec<u8>> {
    std::fs::read(dir.join(crate::durable::META)).ok()
}

fn check(dir: &Path, sources: bool) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    let index = match Index::open(dir) {
        Ok(index) => index,
        Err(
            error @ (Error::NoIndex { .. } | Error::NotADirectory { .. } | Error::NotTimbao { .. }),
        ) => return Err(error),
        Err(error @ Error::OtherVersion { .. }) => {
            report.fault(MARKER, FaultKind::OtherVersion, error.to_string());
            return Ok(report);
        }
        Err(error) if is_refused(&error) => return Err(error),
        Err(error) => {
            report.fault(crate::durable::META, FaultKind::Damaged, error.to_string());
            return Ok(report);
        }
    };
    let meta = match index.engine.load_metas() {
        Ok(meta) => meta,
        Err(error) => {
            let error = Error::engine(error);
            if is_refused(&error) {
                return Err(error);
            }
            report.fault(crate::durable::META, FaultKind::Damaged, error.to_string());
            return Ok(report);
        }
    };
    if meta.schema != schema() {
        let message = "the schema is of another program".to_owned();
        report.fault(crate::durable::META, FaultKind::Damaged, message);
    }
    let manifest = report.manifest(&index)?;
    if let (Some(manifest), Ok(Some(payload))) = (&manifest, Payload::of(&index.engine)) {
        report.arrivals(&index, manifest, &payload)?;
    }
    let mut numbers: HashMap<u64, u32> = HashMap::new();
    let mut is_whole = true;
    for segment in &meta.segments {
        report.articles += u64::from(segment.num_docs());
        let is_sealed = report.files_of(&index, segment)?;
        is_whole &= is_sealed && report.segment(&index, segment, &mut numbers)?;
    }
    if let (Some(manifest), true) = (&manifest, is_whole) {
        report.agreement(manifest, &numbers);
    }
    if let (Some(manifest), true) = (&manifest, sources) {
        let sources = Payload::of(&index.engine)?.map(|payload| payload.sources);
        let found = update::find(dir, sources.unwrap_or_default());
        report.sources(manifest, &found);
    }
    Ok(report)
}

impl VerifyReport {
    /// The manifest of the commit, if there is an intact one.
    fn manifest(&mut self, index: &Index) -> Result<Option<Manifest>> {
        let payload = match Commit::of(&index.engine) {
            Ok(Commit::Empty) => return Ok(Some(Manifest::default())),
            // A writer chooses its keys, and no file is known to have them.
            Ok(Commit::Writer) => return Ok(None),
            Ok(Commit::Update(payload)) => payload,
            Err(error) => {
                self.fault(crate::durable::META, FaultKind::Damaged, error.to_string());
                return Ok(None);
            }
        };
        let manifest = payload.manifest(&index.storage);
        let Some(manifest) = self.state(index, &payload.seen, manifest)? else {
            return Ok(None);
        };
        if manifest.articles() == payload.articles {
            return Ok(Some(manifest));
        }
        let message = "the number of articles differs from that of the commit".to_owned();
        self.fault(&payload.seen.name, FaultKind::Disagreement, message);
        Ok(None)
    }

    /// Counts the files of a state. If it could not be read, the one in the way is a fault.
    fn state<T>(&mut self, index: &Index, file: &StateFile, read: Result<T>) -> Result<Option<T>> {
        for file in file.files() {
            self.files += 1;
            self.bytes += file.bytes;
        }
        match read {
            Ok(state) => Ok(Some(state)),
            Err(error) if is_refused(&error) => Err(error),
            Err(error) => {
                let name = &file.fault(&index.storage).unwrap_or(file).name;
                let kind = match index.dir().join(name).exists() {
                    true => FaultKind::Damaged,
                    false => FaultKind::Missing,
                };
                self.fault(name, kind, error.to_string());
                Ok(None)
            }
        }
    }

    fn fault(&mut self, file: &str, kind: FaultKind, message: String) {
        self.faults.push(Fault {
            file: file.to_owned(),
            kind,
            message,
        });
    }

    /// Checks the journal of arrivals, and that it has all articles of the manifest.
    fn arrivals(&mut self, index: &Index, manifest: &Manifest, payload: &Payload) -> Result<()> {
        let Some(file) = &payload.arrivals else {
            return Ok(());
        };
        let journal = payload.journal(&index.storage);
        if let Some(journal) = self.state(index, file, journal)? {
            let numbers = manifest.files.values().flat_map(|file| file.numbers());
            let missing = journal.missing(numbers).count();
            if missing > 0 {
                let message = format!("{missing} articles of the index are not in it");
                self.fault(&file.name, FaultKind::Disagreement, message);
            }
        }
        Ok(())
    }

    /// Checks the seals of a segment's files; returns `true` if all are intact.
    fn files_of(&mut self, index: &Index, segment: &SegmentMeta) -> Result<bool> {
        let before = self.faults.len();
        for name in files_of(segment) {
            let path = index.dir().join(&name);
            let identity = index.storage.identity(Path::new(&name));
            let checked = File::open(&path).and_then(|mut file| {
                self.files += 1;
                self.bytes += file.metadata()?.len();
                seal::check(&mut file, &identity)
            });
            match checked {
                Ok(()) => {}
                Err(e) if is_refusal(&e) => return Err(Error::io(path)(copy(&e))),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    self.fault(&name, FaultKind::Missing, "missing".into());
                }
                Err(e) => self.fault(&name, FaultKind::Damaged, e.to_string()),
            }
        }
        Ok(self.faults.len() == before)
    }

    /// Checks that the parts of a segment agree, and counts its articles;
    /// returns `true` if they agree.
    fn segment(
        &mut self,
        index: &Index,
        meta: &SegmentMeta,
        numbers: &mut HashMap<u64, u32>,
    ) -> Result<bool> {
        let before = self.faults.len();
        let parts = AssertUnwindSafe(|| self.parts(index, meta, numbers));
        // The seals match, so only a file that was wrong when it was sealed can
        // make a reader panic.
        let read = catch_unwind(parts).unwrap_or_else(|_| {
            let reason = "inconsistent parts".to_owned();
            Err(Error::Damaged { reason })
        });
        match read {
            Ok(()) => {}
            Err(error) if is_refused(&error) => return Err(error),
            Err(error) => {
                let id = meta.id().uuid_string();
                self.fault(&id, FaultKind::Damaged, error.to_string());
            }
        }
        Ok(self.faults.len() == before)
    }

    fn parts(
        &mut self,
        index: &Index,
        meta: &SegmentMeta,
        numbers: &mut HashMap<u64, u32>,
    ) -> Result<()> {
        let reader =
            SegmentReader::open(&index.engine.segment(meta.clone())).map_err(Error::engine)?;
        let text = TextPlugin::open(&index.storage, &reader).map_err(Error::engine)?;
        if text.articles() != reader.max_doc() {
            let message = format!(
                "text of {} articles, but {} are listed",
                text.articles(),
                reader.max_doc()
            );
            let name = format!("{}.timbao", meta.id().uuid_string());
            self.fault(&name, FaultKind::Disagreement, message);
        }
        let sketches = TextPlugin::open_sketches(&reader).map_err(Error::engine)?;
        sketches.read().map_err(Error::engine)?;
        count_keys(index, &reader, numbers)
    }

    /// Compares the articles of the manifest with those of the segments.
    fn agreement(&mut self, manifest: &Manifest, numbers: &HashMap<u64, u32>) {
        let mut known = HashSet::new();
        let mut missing = Vec::new();
        for (path, seen) in &manifest.files {
            for number in seen.numbers() {
                if !known.insert(number) || !numbers.contains_key(&number) {
                    missing.push(path.as_str());
                }
            }
        }
        for path in missing.iter().take(TOLD) {
            let message = "an article of it is not in the index".to_owned();
            self.fault(path, FaultKind::Disagreement, message);
        }
        if missing.len() > TOLD {
            let message = format!("{} more articles are not in it", missing.len() - TOLD);
            self.fault("the index", FaultKind::Disagreement, message);
        }
        let foreign = numbers
            .keys()
            .filter(|number| !known.contains(number))
            .count();
        let twice = numbers.values().filter(|count| **count > 1).count();
        for (count, what) in [
            (foreign, "from no known file"),
            (twice, "there more than once"),
        ] {
            if count > 0 {
                let message = format!("{count} articles are {what}");
                self.fault("the index", FaultKind::Disagreement, message);
            }
        }
    }

    /// Reads all files of the manifest and compares them.
    fn sources(&mut self, manifest: &Manifest, found: &BTreeMap<String, FoundFile>) {
        for (path, seen) in &manifest.files {
            let Some(file) = found.get(path) else {
                self.stale(path, "deleted or unreadable");
                continue;
            };
            self.source_files += 1;
            let mut there: Vec<_> = hashes(file);
            let mut then: Vec<_> = seen
                .members
                .iter()
                .map(|member| (member.place.clone(), member.hash))
                .collect();
            there.sort();
            then.sort();
            if there != then {
                let message = if file.len == seen.len && file.modified == seen.modified {
                    "content changed, but neither length nor time"
                } else {
                    "changed since it was indexed"
                };
                self.stale(path, message);
            }
        }
        for path in found.keys() {
            if !manifest.files.contains_key(path) {
                self.stale(path, "not indexed yet");
            }
        }
    }

    fn stale(&mut self, path: &str, message: &str) {
        self.fault(path, FaultKind::Stale, message.to_owned());
    }
}

/// Returns `true` if the system denied access to a file.
fn is_refused(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if is_refusal(source))
}

fn hashes(file: &FoundFile) -> Vec<(Place, update::Hash)> {
    let mut hashes = Vec::new();
    let Ok(mut reader) = open(file, &Limits::default()) else {
        return hashes;
    };
    let mut batch = RecordBatch::new();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            hashes.push((Place::new(record.member().as_deref()), hash_of(&record)));
        }
    }
    hashes
}

/// Counts the articles of a segment by their numbers.
fn count_keys(
    index: &Index,
    reader: &SegmentReader,
    numbers: &mut HashMap<u64, u32>,
) -> Result<()> {
    let inverted = reader
        .inverted_index(index.fields.key)
        .map_err(Error::engine)?;
    let mut terms = inverted
        .terms()
        .stream()
        .map_err(tantivy::TantivyError::from)
        .map_err(Error::engine)?;
    while let Some((term, info)) = terms.next() {
        let number = std::str::from_utf8(term)
            .ok()
            .and_then(|t| u64::from_str_radix(t, 16).ok());
        let number = number.filter(|number| key(*number).as_bytes() == term);
        let mut postings = inverted
            .read_postings_from_terminfo(info, IndexRecordOption::Basic)
            .map_err(tantivy::TantivyError::from)
            .map_err(Error::engine)?;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if !reader.is_deleted(doc) {
                // 0 is not the number of an article; it collects invalid keys.
                *numbers.entry(number.unwrap_or(0)).or_default() += 1;
            }
            doc = postings.advance();
        }
    }
    Ok(())
}
