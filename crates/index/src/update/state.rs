//! The state between updates: sources and manifest, referred to by the payload
//! of the commit.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::{OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, TerminatingWrite};

use super::manifest::Manifest;
use super::sources::Source;
use crate::durable::names::MANIFEST_PREFIX;
use crate::durable::{self, Storage, commit};
use crate::error::{Error, Owner, Result, copy, is_refusal};

/// The version of the payload's layout.
const VERSION: u32 = 1;

/// The payload of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    version: u32,
    /// The file of the manifest.
    pub(crate) seen: ManifestFile,
    /// Number of articles in the index, by the manifest.
    pub(crate) articles: u64,
    /// The remembered sources.
    pub(crate) sources: Vec<Source>,
}

/// The file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ManifestFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
}

/// The sources and the manifest of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) sources: Vec<Source>,
    pub(crate) manifest: Manifest,
}

/// The author of the last commit of an index.
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
                false => Err(damaged("the last commit does not name its sources".into())),
            };
        };
        if json == Self::WRITER {
            return Ok(Self::Writer);
        }
        match serde_json::from_str::<Payload>(&json) {
            Ok(payload) if payload.version == VERSION => Ok(Self::Update(payload)),
            Ok(payload) => Err(damaged(format!(
                "the manifest has version {}",
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

    /// Reads the payload from the bytes of a `meta.json` that may be damaged or
    /// of another version, as far as possible.
    pub(crate) fn salvage(meta: &[u8]) -> Option<Self> {
        let json = commit::content(meta)?;
        let meta: serde_json::Value = serde_json::from_slice(&json).ok()?;
        serde_json::from_str(meta.get("payload")?.as_str()?).ok()
    }

    /// Reads and verifies the manifest that the payload refers to.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or its bytes changed.
    pub(crate) fn manifest(&self, storage: &dyn Directory) -> Result<Manifest> {
        let name = &self.seen.name;
        let bytes = match storage.atomic_read(Path::new(name)) {
            Ok(bytes) => bytes,
            Err(OpenReadError::FileDoesNotExist(_)) => {
                return Err(damaged(format!("the manifest {name} is missing")));
            }
            Err(OpenReadError::IoError { io_error, .. }) if is_refusal(&io_error) => {
                return Err(Error::io(name)(copy(&io_error)));
            }
            Err(error) => return Err(damaged(format!("the manifest {name}: {error}"))),
        };
        let hash = blake3::hash(&bytes).to_hex();
        if bytes.len() as u64 != self.seen.bytes || hash.as_str() != self.seen.blake3 {
            return Err(damaged(format!("the manifest {name} fails its checksum")));
        }
        Manifest::decode(&bytes)
            .ok_or_else(|| damaged(format!("the manifest {name} cannot be read")))
    }
}

impl State {
    /// Loads the state of an index, which is empty when nothing was committed.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the payload or the manifest are damaged, and
    /// [`Error::OtherOwner`] if the articles came from a writer.
    pub(crate) fn load(engine: &tantivy::Index, storage: &Storage) -> Result<Self> {
        match Commit::of(engine)? {
            Commit::Empty => Ok(Self::default()),
            Commit::Writer => Err(Error::OtherOwner {
                dir: storage.dir().into(),
                owner: Owner::Writer,
            }),
            Commit::Update(payload) => Ok(Self {
                manifest: payload.manifest(storage)?,
                sources: payload.sources,
            }),
        }
    }

    /// Writes and syncs the manifest, and returns the payload of the commit
    /// that will refer to it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn write(&self, storage: &Storage) -> Result<String> {
        let bytes = self.manifest.encode();
        let hash = blake3::hash(&bytes);
        // A failed run may have left the same manifest.
        let name = format!("{MANIFEST_PREFIX}{}", &hash.to_hex()[..24]);
        let io = |error| Error::io(storage.dir().join(&name))(error);
        match storage.open_write(Path::new(&name)) {
            Ok(mut file) => {
                file.write_all(&bytes).map_err(io)?;
                file.terminate().map_err(io)?;
            }
            // The file name is the hash of the content, but the file may be
            // truncated.
            Err(OpenWriteError::FileAlreadyExists(_)) => {
                storage.atomic_write(Path::new(&name), &bytes).map_err(io)?;
            }
            Err(OpenWriteError::IoError { io_error, .. }) => {
                return Err(io(copy(&io_error)));
            }
        }
        let payload = Payload {
            version: VERSION,
            seen: ManifestFile {
                name: name.clone(),
                bytes: bytes.len() as u64,
                blake3: hash.to_hex().to_string(),
            },
            articles: self.manifest.articles(),
            sources: self.sources.clone(),
        };
        serde_json::to_string(&payload).map_err(|error| io(error.into()))
    }
}

/// Removes the files left by a killed process; see [`durable::remove_orphans`].
///
/// # Errors
///
/// When the directory or the last commit cannot be read.
pub(crate) fn remove_orphans(engine: &tantivy::Index, storage: &Storage) -> Result<u64> {
    durable::remove_orphans(engine, storage, |engine| {
        Ok(Payload::of(engine)?.map(|payload| PathBuf::from(payload.seen.name)))
    })
}

fn damaged(reason: String) -> Error {
    Error::Damaged { reason }
}
