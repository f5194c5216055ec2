//! The origin of the articles of an index that may be damaged or of another version.
//!
//! Only articles of files can be read again. So an index is rebuilt only if it is known that an
//! update filled it, and only from sources that have all of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use timbao_articles::changes::{FileChange, is_within, vanished};

use super::manifest::Manifest;
use super::sources::{Source, absolute};
use super::state::Commit;
use crate::durable::folders::file_names;
use crate::durable::names::{ARRIVALS_PREFIX, MANIFEST_PREFIX, segment_of};
use crate::durable::{META, StateFile, commit};
use crate::error::{Error, Owner, Result};

/// The origin of the articles of an index, as far as its files say it.
#[derive(Debug)]
pub(crate) enum Origin {
    /// There is no article.
    Nothing,
    /// A writer added them.
    Writer,
    /// An update read them from these sources, or from unknown ones if there is none.
    Update(Vec<Source>),
    /// Nobody knows.
    Unknown,
}

impl Origin {
    /// Reads the origin of the articles in a directory.
    ///
    /// # Errors
    ///
    /// When a file cannot be read for a reason that is not in it.
    pub(crate) fn of(dir: &Path) -> Result<Self> {
        let meta = read(&dir.join(META))?;
        if let Some(origin) = meta.as_deref().and_then(stated) {
            return Ok(origin);
        }
        if meta.is_some_and(|meta| names_writer(&meta)) {
            return Ok(Self::Writer);
        }
        // Only updates write manifests.
        if manifests(dir)?.next().is_some() {
            return Ok(Self::Update(Vec::new()));
        }
        Ok(
            match file_names(dir)?.iter().any(|name| is_of_articles(name)) {
                true => Self::Unknown,
                false => Self::Nothing,
            },
        )
    }

    /// The author of the articles, if it is known.
    pub(crate) fn owner(&self) -> Option<Owner> {
        match self {
            Self::Writer => Some(Owner::Writer),
            Self::Update(_) => Some(Owner::Update),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

/// The sources of an index that is to be rebuilt.
///
/// # Errors
///
/// [`Error::OtherOwner`] if a writer filled the index, and [`Error::UnknownOrigin`] if one may have.
pub(crate) fn sources_to_rebuild(dir: &Path) -> Result<Vec<Source>> {
    match Origin::of(dir)? {
        Origin::Nothing => Ok(Vec::new()),
        Origin::Update(sources) => Ok(sources),
        Origin::Writer => Err(Error::OtherOwner {
            dir: dir.into(),
            owner: Owner::Writer,
        }),
        Origin::Unknown => Err(Error::UnknownOrigin { dir: dir.into() }),
    }
}

/// Checks that the files of an index whose articles cannot be copied are in sources, by the
/// manifests that can be read.
///
/// # Errors
///
/// [`Error::Irreplaceable`] for a file that exists outside of the sources, and [`Error::Vanished`]
/// if files seem to be unavailable.
pub(crate) fn check_sources(dir: &Path, sources: &[PathBuf]) -> Result<()> {
    let mut roots = BTreeSet::new();
    for source in sources {
        roots.extend(absolute(source)?.to_str().map(str::to_owned));
    }
    for manifest in manifests(dir)? {
        let mut changes = BTreeMap::new();
        for (path, entry) in &manifest.files {
            let articles = entry.articles();
            if !Path::new(path).exists() {
                let change = FileChange {
                    before: articles,
                    lost: articles,
                    ..FileChange::default()
                };
                changes.insert(path.as_str(), change);
            } else if articles > 0 && !roots.iter().any(|root| is_within(path, root)) {
                return Err(Error::Irreplaceable {
                    path: path.clone(),
                    reason: "it is in none of the sources".into(),
                });
            }
        }
        let roots = roots.iter().map(String::as_str).collect();
        let known = manifest.files.iter();
        let known = known.map(|(path, entry)| (path.as_str(), entry.articles()));
        if let Some(gone) = vanished(known, &changes, &roots).into_iter().next() {
            return Err(Error::Vanished(gone));
        }
    }
    Ok(())
}

/// The error of opening a directory that has no file with a version.
///
/// # Errors
///
/// When the directory cannot be read.
pub(crate) fn unmarked(dir: &Path) -> Result<Error> {
    let names = file_names(dir)?;
    let meta = read(&dir.join(META))?;
    let dir = dir.to_owned();
    let Some(meta) = meta else {
        return Ok(match names.iter().find(|name| is_of_articles(name)) {
            None => Error::NoIndex { dir },
            Some(_) => foreign_or_old(dir, &names, false)?,
        });
    };
    // Written first when an index is created, and removed last.
    let is_new = commit::unseal(&meta)
        .is_ok_and(|_| matches!(stated(&meta), Some(Origin::Nothing)))
        && !names.iter().any(|name| name.starts_with(MANIFEST_PREFIX));
    match is_new {
        true => Ok(Error::NoIndex { dir }),
        false => foreign_or_old(dir, &names, commit::is_sealed(&meta)),
    }
}

/// The error of a directory that has the files of an index, but no file with its version.
fn foreign_or_old(dir: PathBuf, names: &[String], is_sealed: bool) -> Result<Error> {
    let is_ours = |name: &String| {
        name.starts_with(MANIFEST_PREFIX) || segment_of(name).is_some() && name.ends_with(".timbao")
    };
    if !is_sealed && !names.iter().any(is_ours) {
        return Ok(Error::NotTimbao { dir });
    }
    Ok(Error::OtherVersion {
        found: "unknown".into(),
        owner: Origin::of(&dir)?.owner(),
        dir,
    })
}

/// The origin that a `meta.json` states, which may be damaged or of another version.
fn stated(meta: &[u8]) -> Option<Origin> {
    let json = commit::content(meta)?;
    let meta: serde_json::Value = serde_json::from_slice(&json).ok()?;
    let segments = meta.get("segments")?.as_array()?;
    let payload = match meta.get("payload").and_then(serde_json::Value::as_str) {
        None if segments.is_empty() => return Some(Origin::Nothing),
        None => return None,
        Some(payload) => payload,
    };
    let payload: serde_json::Value = serde_json::from_str(payload).ok()?;
    if payload.get("writer").is_some() {
        return Some(Origin::Writer);
    }
    payload.get("seen")?;
    let sources = payload.get("sources").cloned().unwrap_or_default();
    Some(Origin::Update(
        serde_json::from_value(sources).unwrap_or_default(),
    ))
}

/// Returns `true` if bytes that are no JSON contain the payload of a writer.
fn names_writer(meta: &[u8]) -> bool {
    let payload = Commit::WRITER.replace('"', "\\\"");
    let payload = payload.as_bytes();
    meta.windows(payload.len()).any(|bytes| bytes == payload)
}

/// The manifests in a directory that can be read.
fn manifests(dir: &Path) -> Result<impl Iterator<Item = Manifest>> {
    let states = StateFile::salvage(dir, MANIFEST_PREFIX)?;
    Ok(states.filter_map(|bytes| Manifest::decode(&bytes)))
}

/// Returns `true` if a file may have articles, or what is known of them, by its name.
fn is_of_articles(name: &str) -> bool {
    segment_of(name).is_some()
        || name.starts_with(MANIFEST_PREFIX)
        || name.starts_with(ARRIVALS_PREFIX)
}

/// The bytes of a file; `None` if it does not exist.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(path)(error)),
    }
}
