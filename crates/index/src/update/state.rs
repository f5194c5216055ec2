//! The state between updates: sources and manifest, referred to by the payload
//! of the commit.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::directory::Directory;

use super::manifest::Manifest;
use super::sources::Source;
use crate::arrivals::Journal;
use crate::durable::names::{ARRIVALS_PREFIX, MANIFEST_PREFIX};
use crate::durable::{self, StateFile, Storage};
use crate::error::{Error, Owner, Result};

/// The version of the payload's layout. Version 1 refers to whole files only.
const VERSION: u32 = 2;

/// The payload of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    version: u32,
    /// The file of the manifest.
    pub(crate) seen: StateFile,
    /// The file of the journal of arrivals; `None` in an index of an earlier
    /// program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arrivals: Option<StateFile>,
    /// Number of articles in the index, by the manifest.
    pub(crate) articles: u64,
    /// The remembered sources.
    pub(crate) sources: Vec<Source>,
}

/// The sources, the manifest and the journal of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) sources: Vec<Source>,
    pub(crate) manifest: Manifest,
    pub(crate) arrivals: Journal,
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
        let meta = engine.load_metas().map_err(Error::engine)?;
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
            Ok(payload) if (1..=VERSION).contains(&payload.version) => Ok(Self::Update(payload)),
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

    /// Reads and verifies the manifest that the payload refers to.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or its bytes changed.
    pub(crate) fn manifest(&self, storage: &dyn Directory) -> Result<Manifest> {
        let bytes = self.seen.read(storage, "the manifest")?;
        Manifest::decode(&bytes)
            .ok_or_else(|| damaged(format!("the manifest {} cannot be read", self.seen.name)))
    }

    /// Reads and verifies the journal of arrivals, which is empty in an index of
    /// an earlier program.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or its bytes changed.
    pub(crate) fn journal(&self, storage: &dyn Directory) -> Result<Journal> {
        self.arrivals.as_ref().map_or_else(
            || Ok(Journal::default()),
            |file| Journal::read(file, storage),
        )
    }

    /// Checks that the files of the payload are there.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if one is missing.
    pub(crate) fn check_files(&self, storage: &dyn Directory) -> Result<()> {
        for file in self.files() {
            if let Ok(false) = storage.exists(Path::new(&file.name)) {
                return Err(damaged(format!(
                    "meta.json refers to {}, which is missing; it may be an earlier meta.json",
                    file.name
                )));
            }
        }
        Ok(())
    }

    /// The files that the payload refers to, and those that they are based on.
    pub(crate) fn files(&self) -> impl Iterator<Item = &StateFile> {
        let states = [Some(&self.seen), self.arrivals.as_ref()];
        states.into_iter().flatten().flat_map(StateFile::files)
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
                arrivals: payload.journal(storage)?,
                sources: payload.sources,
            }),
        }
    }

    /// Writes and syncs the manifest and the journal, as far as they differ from those
    /// of the last commit, and returns the payload of the commit that will refer to them.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub(crate) fn write(&self, engine: &tantivy::Index, storage: &Storage) -> Result<String> {
        // If it cannot be read, the files are written whole.
        let before = Payload::of(engine).ok().flatten();
        let (seen, arrivals) = match &before {
            Some(before) => (Some(&before.seen), before.arrivals.as_ref()),
            None => (None, None),
        };
        let manifest = self.manifest.encode();
        let seen = StateFile::write(storage, MANIFEST_PREFIX, &manifest, seen)?;
        let arrivals = match self.arrivals.is_empty() {
            true => None,
            false => {
                let journal = self.arrivals.encode();
                let file = StateFile::write(storage, ARRIVALS_PREFIX, &journal, arrivals)?;
                Some(file)
            }
        };
        let payload = Payload {
            version: VERSION,
            articles: self.manifest.articles(),
            sources: self.sources.clone(),
            seen,
            arrivals,
        };
        serde_json::to_string(&payload).map_err(|error| Error::io(storage.dir())(error.into()))
    }
}

/// Removes the files left by a killed process; see [`durable::remove_orphans`].
///
/// # Errors
///
/// When the directory or the last commit cannot be read.
pub(crate) fn remove_orphans(engine: &tantivy::Index, storage: &Storage) -> Result<u64> {
    durable::remove_orphans(engine, storage, |engine| {
        let payload = Payload::of(engine)?;
        let files = payload.iter().flat_map(Payload::files);
        Ok(files.map(|file| file.name.clone()).collect())
    })
}

fn damaged(reason: String) -> Error {
    Error::Damaged { reason }
}
