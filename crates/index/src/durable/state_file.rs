//! The files that the payload of a commit refers to: manifest and journal.
//!
//! Each is written and synced before the commit, under a name that is the hash of
//! its content, so that a commit and its files cannot disagree.
//!
//! A small update changes little of a large manifest. So a file is either whole, or
//! consists of the changes since another one: then it starts with [`CHANGES`] and
//! the name of the other one, and ends with a Zstandard frame that has the content
//! of the other one as its prefix. Changes are based on a whole file or on changes
//! of a whole file, and on nothing deeper, so that reading applies two at most.

use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::directory::error::{OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, TerminatingWrite};
use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use super::Storage;
use super::folders::file_names;
use super::packed::{Input, put_bytes};
use crate::error::{Error, Result, copy, damaged, is_refusal};

/// Hexadecimal digits of the hash in the name of a file.
const NAME_DIGITS: usize = 24;

/// The first bytes of changes; the last of them is the version of the format.
const CHANGES: &[u8] = b"timbao changes\x01";
/// States of fewer bytes are written whole.
const SMALL: usize = 16 << 10;
/// Changes of a whole file are replaced by a new whole file when they exceed this
/// part of it.
const OF_WHOLE: usize = 10;
/// Changes of changes are added to those when they exceed this part of the whole
/// file. The bytes that an update writes on average are least if the two parts are
/// in proportion; with these, 100 articles cost about the 100 kB of 5,000 articles
/// in an index of 140,000, and 200 kB in one of a million.
const OF_CHANGES: usize = 200;
/// The level of compression. Hashes, which most of the changes are, cannot be
/// compressed, so speed counts.
const LEVEL: i32 = 1;
/// Logarithms of the least and the largest window of Zstandard, in bytes.
const WINDOWS: (u32, u32) = (17, 31);

/// A file that a payload refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StateFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    /// The file that this one is the changes of; `None` if it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Box<StateFile>>,
}

impl StateFile {
    /// The file with a content, wherever it is.
    fn of(prefix: &str, bytes: &[u8]) -> Self {
        let hash = blake3::hash(bytes).to_hex();
        Self {
            name: format!("{prefix}{}", &hash[..NAME_DIGITS]),
            bytes: bytes.len() as u64,
            blake3: hash.to_string(),
            base: None,
        }
    }

    /// Writes and syncs a state: its changes since the state of `before`, or since one
    /// that `before` is based on, or all of it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn write(
        storage: &Storage,
        prefix: &str,
        state: &[u8],
        before: Option<&Self>,
    ) -> Result<Self> {
        if state.len() >= SMALL {
            for base in before.into_iter().flat_map(Self::files) {
                let part = match &base.base {
                    None => OF_WHOLE,
                    Some(changed) if changed.base.is_none() => OF_CHANGES,
                    Some(_) => continue,
                };
                // A damaged one is of no use, and its damage was reported when it was read.
                let Ok(old) = base.read(storage, "the state before") else {
                    continue;
                };
                let changes = changes(&base.name, &old, state)
                    .map_err(Error::io(storage.dir().join(prefix)))?;
                if changes.len() <= state.len() / part {
                    let file = Self {
                        base: Some(Box::new(base.clone())),
                        ..Self::of(prefix, &changes)
                    };
                    file.store(storage, &changes)?;
                    return Ok(file);
                }
            }
        }
        let file = Self::of(prefix, state);
        file.store(storage, state)?;
        Ok(file)
    }

    /// Writes and syncs the bytes of the file, in place of one of the same name.
    fn store(&self, storage: &Storage, bytes: &[u8]) -> Result<()> {
        let name = Path::new(&self.name);
        let io = |error| Error::io(storage.dir().join(name))(error);
        match storage.open_write(name) {
            Ok(mut out) => {
                out.write_all(bytes).map_err(io)?;
                out.terminate().map_err(io)
            }
            // A failed run may have left a part of it, or all of it without a sync.
            Err(OpenWriteError::FileAlreadyExists(_)) => {
                storage.atomic_write(name, bytes).map_err(io)
            }
            Err(OpenWriteError::IoError { io_error, .. }) => Err(io(copy(&io_error))),
        }
    }

    /// This file, the one it is based on, and so on.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |file| file.base.as_deref())
    }

    /// Reads and verifies the state; `what` is its kind, for errors.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if a file is missing or its bytes changed.
    pub(crate) fn read(&self, storage: &dyn Directory, what: &str) -> Result<Vec<u8>> {
        self.read_with(what, &mut |file| file.load(storage, what))
    }

    /// Verifies the state in files whose bytes `load` reads.
    ///
    /// # Errors
    ///
    /// Those of `load`, and [`Error::Damaged`] if bytes changed.
    pub(crate) fn read_with(
        &self,
        what: &str,
        load: &mut dyn FnMut(&Self) -> Result<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        let bytes = load(self)?;
        self.verify(&bytes, what)?;
        let Some(base) = &self.base else {
            return Ok(bytes);
        };
        let old = base.read_with(what, load)?;
        let new = Changes::parse(&bytes)
            .filter(|changes| changes.base == base.name)
            .and_then(|changes| changes.apply(&old).ok());
        new.ok_or_else(|| damaged(format!("{what} {} cannot be read", self.name)))
    }

    /// Reads the bytes of this file alone.
    fn load(&self, storage: &dyn Directory, what: &str) -> Result<Vec<u8>> {
        let name = &self.name;
        match storage.atomic_read(Path::new(name)) {
            Ok(bytes) => Ok(bytes),
            Err(OpenReadError::FileDoesNotExist(_)) => {
                Err(damaged(format!("{what} {name} is missing")))
            }
            Err(OpenReadError::IoError { io_error, .. }) if is_refusal(&io_error) => {
                Err(Error::io(name)(copy(&io_error)))
            }
            Err(error) => Err(damaged(format!("{what} {name}: {error}"))),
        }
    }

    /// Checks that the bytes are those of this file alone.
    fn verify(&self, bytes: &[u8], what: &str) -> Result<()> {
        let hash = blake3::hash(bytes).to_hex();
        if bytes.len() as u64 != self.bytes || hash.as_str() != self.blake3 {
            return Err(damaged(format!("{what} {} fails its checksum", self.name)));
        }
        Ok(())
    }

    /// The first of the [`files`](Self::files) that is missing or damaged.
    pub(crate) fn fault(&self, storage: &dyn Directory) -> Option<&Self> {
        self.files().find(|file| {
            let bytes = file.load(storage, "");
            bytes.and_then(|bytes| file.verify(&bytes, "")).is_err()
        })
    }

    /// The states in a directory, whatever refers to them, as far as their files are
    /// intact by their names.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    pub(crate) fn salvage(dir: &Path, prefix: &str) -> Result<impl Iterator<Item = Vec<u8>>> {
        let names = file_names(dir)?.into_iter();
        let named = names.filter(move |name| name.starts_with(prefix));
        Ok(named.filter_map(move |name| salvaged(dir, prefix, &name, MOST_FILES)))
    }
}

/// The number of files that a state consists of at most.
const MOST_FILES: usize = 3;

/// The state of a file with a name and of those that it is based on, `depth` at most.
fn salvaged(dir: &Path, prefix: &str, name: &str, depth: usize) -> Option<Vec<u8>> {
    let depth = depth.checked_sub(1)?;
    let bytes = std::fs::read(dir.join(name)).ok()?;
    (StateFile::of(prefix, &bytes).name == name).then_some(())?;
    let Some(changes) = Changes::parse(&bytes) else {
        return Some(bytes);
    };
    let is_plain = changes.base.starts_with(prefix) && !changes.base.contains(['/', '\\']);
    is_plain.then_some(())?;
    let old = salvaged(dir, prefix, changes.base, depth)?;
    changes.apply(&old).ok()
}

/// The content of a file of changes.
struct Changes<'a> {
    /// The name of the file that they are based on.
    base: &'a str,
    frame: &'a [u8],
}

impl<'a> Changes<'a> {
    /// Parses the bytes of a file; `None` if it is whole.
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut input = Input::new(bytes.strip_prefix(CHANGES)?);
        let base = std::str::from_utf8(input.bytes()?).ok()?;
        let frame = input.rest();
        Some(Self { base, frame })
    }

    /// The state, by the state that they are based on.
    fn apply(&self, old: &[u8]) -> io::Result<Vec<u8>> {
        let mut decoder = Decoder::with_ref_prefix(self.frame, old)?.single_frame();
        decoder.window_log_max(WINDOWS.1)?;
        let mut state = Vec::with_capacity(old.len() + self.frame.len());
        decoder.read_to_end(&mut state)?;
        Ok(state)
    }
}

/// The bytes of a file with the changes from `old`, the state of a file named `base`, to `new`.
fn changes(base: &str, old: &[u8], new: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = CHANGES.to_vec();
    put_bytes(&mut out, base.as_bytes());
    let mut encoder = Encoder::with_ref_prefix(out, LEVEL, old)?;
    let longest = old.len().max(new.len()) as u64;
    let (least, most) = WINDOWS;
    encoder.window_log((longest.max(1).ilog2() + 2).clamp(least, most))?;
    encoder.long_distance_matching(true)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(new.len() as u64))?;
    encoder.write_all(new)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PREFIX: &str = "seen-";

    /// Bytes that cannot be compressed, as hashes cannot.
    fn noise(seed: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.finalize_xof().fill(&mut bytes);
        bytes
    }

    /// Bytes put in place of others.
    #[derive(Debug, Clone)]
    struct Edit {
        at: prop::sample::Index,
        removed: usize,
        added: usize,
        seed: u64,
    }

    prop_compose! {
        fn edit()(
            at in any::<prop::sample::Index>(),
            removed in 0..2_000usize,
            added in 0..5_000usize,
            seed in any::<u64>(),
        ) -> Edit {
            Edit { at, removed, added, seed }
        }
    }

    fn edited(state: &[u8], edit: &Edit) -> Vec<u8> {
        let at = edit.at.index(state.len() + 1);
        let rest = state.len().min(at + edit.removed);
        [&state[..at], &noise(edit.seed, edit.added), &state[rest..]].concat()
    }

    /// Removes all files but those of a state, as a commit does.
    fn keep(dir: &Path, kept: &StateFile) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if !kept.files().any(|file| file.name == name) {
                std::fs::remove_file(dir.join(name)).unwrap();
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_state_is_read_as_it_was_written(
            len in 0..200_000usize,
            edits in prop::collection::vec(edit(), 1..30),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let storage = Storage::create(dir.path()).unwrap();
            let mut state = noise(0, len);
            let mut file = StateFile::write(&storage, PREFIX, &state, None).unwrap();
            for edit in &edits {
                state = edited(&state, edit);
                file = StateFile::write(&storage, PREFIX, &state, Some(&file)).unwrap();
                keep(dir.path(), &file);
                prop_assert!(file.read(&storage, "it").unwrap() == state);
                prop_assert!(file.files().count() <= MOST_FILES);
                let mut salvaged = StateFile::salvage(dir.path(), PREFIX).unwrap();
                prop_assert!(salvaged.any(|bytes| bytes == state));
            }
        }
    }

    /// A state after some updates that consists of as many files as possible.
    fn of_three_files(dir: &Path) -> (Storage, StateFile, Vec<u8>) {
        let storage = Storage::create(dir).unwrap();
        let mut state = noise(0, 1_000_000);
        let mut file = StateFile::write(&storage, PREFIX, &state, None).unwrap();
        for seed in 1.. {
            state.extend(noise(seed, 1_000));
            file = StateFile::write(&storage, PREFIX, &state, Some(&file)).unwrap();
            keep(dir, &file);
            if file.files().count() == MOST_FILES {
                break;
            }
        }
        (storage, file, state)
    }

    #[test]
    fn damage_in_any_file_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (storage, file, _) = of_three_files(dir.path());
        assert_eq!(file.fault(&storage), None);
        for part in file.files() {
            let path = dir.path().join(&part.name);
            let bytes = std::fs::read(&path).unwrap();
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1;
                std::fs::write(&path, flipped).unwrap();
                let error = file.read(&storage, "the manifest").unwrap_err();
                let expected = format!("the manifest {} fails its checksum", part.name);
                assert!(error.to_string().contains(&expected), "{error}");
                assert_eq!(file.fault(&storage), Some(part));
            }
            std::fs::remove_file(&path).unwrap();
            let error = file.read(&storage, "the manifest").unwrap_err();
            assert!(error.to_string().contains("is missing"), "{error}");
            assert_eq!(file.fault(&storage), Some(part));
            std::fs::write(&path, bytes).unwrap();
        }
        file.read(&storage, "the manifest").unwrap();
    }

    #[test]
    fn a_damaged_state_before_is_not_built_on() {
        let dir = tempfile::tempdir().unwrap();
        let (storage, file, mut state) = of_three_files(dir.path());
        let whole = file.files().last().unwrap();
        std::fs::write(dir.path().join(&whole.name), "").unwrap();
        state.push(0);
        let next = StateFile::write(&storage, PREFIX, &state, Some(&file)).unwrap();
        assert_eq!(next.files().count(), 1);
        assert_eq!(next.read(&storage, "it").unwrap(), state);
    }

    #[test]
    fn small_updates_write_little() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Storage::create(dir.path()).unwrap();
        // 20,000 articles with 44 bytes each, and 200 times 100 more.
        let mut state = noise(0, 20_000 * 44);
        let mut file = StateFile::write(&storage, PREFIX, &state, None).unwrap();
        let mut written = 0;
        let updates = 200;
        for seed in 1..=updates {
            state.extend(noise(seed, 100 * 44));
            // The number of articles at the beginning changes as well.
            state[..8].copy_from_slice(&seed.to_le_bytes());
            file = StateFile::write(&storage, PREFIX, &state, Some(&file)).unwrap();
            written += file.bytes;
        }
        let each = written / updates;
        assert!(each < 120_000, "{each} bytes for each update");
    }
}
