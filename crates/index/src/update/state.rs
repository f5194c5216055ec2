//! The state that an update starts from and leaves: sources and record, named
//! by the payload of the commit.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::{OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, TerminatingWrite};

use super::record::Record;
use super::sources::Source;
use crate::durable::names::RECORD_PREFIX;
use crate::durable::{self, Storage, seal};
use crate::error::{Error, Owner, Result};

/// The version of the payload's layout.
const VERSION: u32 = 1;

/// What stands in the payload of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    version: u32,
    /// The file of the record.
    pub(crate) seen: RecordFile,
    /// Articles in the index, by the record.
    pub(crate) articles: u64,
    /// What is indexed.
    pub(crate) sources: Vec<Source>,
}

/// The file that holds a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
}

/// What is known of an index beside its articles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) sources: Vec<Source>,
    pub(crate) record: Record,
}

/// What made the last commit of an index.
pub(crate) enum Commit {
    /// Nothing is committed yet.
    Empty,
    /// An [`ArticleWriter`](crate::ArticleWriter).
    Writer,
    /// An update.
    Update(Payload),
}

impl Commit {
    /// The payload of commits by an [`ArticleWriter`](crate::ArticleWriter).
    pub(crate) const WRITER: &str = "{\"writer\":1}";

    /// Reads the payload of an index's last commit.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if this program did not write it.
    pub(crate) fn of(engine: &tantivy::Index) -> Result<Self> {
        let meta = engine.load_metas()?;
        let Some(json) = meta.payload else {
            return match meta.segments.is_empty() {
                true => Ok(Self::Empty),
                false => Err(damaged("its last commit does not name its sources".into())),
            };
        };
        if json == Self::WRITER {
            return Ok(Self::Writer);
        }
        match serde_json::from_str::<Payload>(&json) {
            Ok(payload) if payload.version == VERSION => Ok(Self::Update(payload)),
            Ok(payload) => Err(damaged(format!(
                "its record has version {}",
                payload.version
            ))),
            Err(error) => Err(damaged(format!("the payload of its last commit: {error}"))),
        }
    }
}

impl Payload {
    /// Reads the payload of an index's last commit; `None` unless an update made it.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if this program did not write it.
    pub(crate) fn of(engine: &tantivy::Index) -> Result<Option<Self>> {
        match Commit::of(engine)? {
            Commit::Empty | Commit::Writer => Ok(None),
            Commit::Update(payload) => Ok(Some(payload)),
        }
    }

    /// Reads the payload from the bytes of a `meta.json` that may be damaged or of another
    /// version, as far as it can be read.
    pub(crate) fn salvage(meta: &[u8]) -> Option<Self> {
        let json = seal::content(meta)?;
        let meta: serde_json::Value = serde_json::from_slice(&json).ok()?;
        serde_json::from_str(meta.get("payload")?.as_str()?).ok()
    }

    /// Reads the record that the payload names, and checks it.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when it is missing or is not what was written.
    pub(crate) fn record(&self, storage: &dyn Directory) -> Result<Record> {
        let name = &self.seen.name;
        let bytes = match storage.atomic_read(Path::new(name)) {
            Ok(bytes) => bytes,
            Err(OpenReadError::FileDoesNotExist(_)) => {
                return Err(damaged(format!("its record {name} is missing")));
            }
            Err(error) => return Err(damaged(format!("its record {name}: {error}"))),
        };
        let hash = blake3::hash(&bytes).to_hex();
        if bytes.len() as u64 != self.seen.bytes || hash.as_str() != self.seen.blake3 {
            return Err(damaged(format!(
                "its record {name} is not what was written"
            )));
        }
        Record::decode(&bytes).ok_or_else(|| damaged(format!("its record {name} cannot be read")))
    }
}

impl State {
    /// Loads the state of an index, which is empty when nothing was committed.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] when payload or record are not what was written, and
    /// [`Error::OtherOwner`] if the articles came from a writer.
    pub(crate) fn load(engine: &tantivy::Index, storage: &Storage) -> Result<Self> {
        match Commit::of(engine)? {
            Commit::Empty => Ok(Self::default()),
            Commit::Writer => Err(Error::OtherOwner {
                dir: storage.dir().into(),
                owner: Owner::Writer,
            }),
            Commit::Update(payload) => Ok(Self {
                record: payload.record(storage)?,
                sources: payload.sources,
            }),
        }
    }

    /// Writes the record and syncs it; gives the payload for the commit that
    /// makes it count.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn write(&self, storage: &Storage) -> Result<String> {
        let bytes = self.record.encode();
        let hash = blake3::hash(&bytes);
        // The same record may lie there already, left by a run that failed.
        let name = format!("{RECORD_PREFIX}{}", &hash.to_hex()[..24]);
        let io = |error| Error::io(storage.dir().join(&name))(error);
        match storage.open_write(Path::new(&name)) {
            Ok(mut file) => {
                file.write_all(&bytes).map_err(io)?;
                file.terminate().map_err(io)?;
            }
            // Its name is its hash, but it may have been cut short.
            Err(OpenWriteError::FileAlreadyExists(_)) => {
                storage.atomic_write(Path::new(&name), &bytes).map_err(io)?;
            }
            Err(OpenWriteError::IoError { io_error, .. }) => {
                return Err(io(std::io::Error::new(
                    io_error.kind(),
                    io_error.to_string(),
                )));
            }
        }
        let payload = Payload {
            version: VERSION,
            seen: RecordFile {
                name: name.clone(),
                bytes: bytes.len() as u64,
                blake3: hash.to_hex().to_string(),
            },
            articles: self.record.articles(),
            sources: self.sources.clone(),
        };
        serde_json::to_string(&payload).map_err(|error| io(error.into()))
    }
}

/// Removes the files that a killed process left; see [`durable::remove_orphans`].
///
/// # Errors
///
/// When the folder or the last commit cannot be read.
pub(crate) fn remove_orphans(engine: &tantivy::Index, storage: &Storage) -> Result<u64> {
    durable::remove_orphans(engine, storage, |engine| {
        Ok(Payload::of(engine)?.map(|payload| PathBuf::from(payload.seen.name)))
    })
}

fn damaged(reason: String) -> Error {
    Error::Damaged { reason }
}
