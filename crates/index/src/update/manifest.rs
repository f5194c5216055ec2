//! The manifest: the files of an index, and the origin of each article.
//!
//! One file next to the segments, written and synced before the commit that
//! refers to it, so that a commit and its manifest cannot disagree.

use std::collections::BTreeMap;

use timbao_articles::Problem;

use crate::durable::packed::{Input, put, put_bytes, unzigzag, zigzag};

/// The length of a hash of an article: 128 bits of BLAKE3.
pub(crate) const HASH_BYTES: usize = 16;

/// The hash of an article's bytes.
pub(crate) type Hash = [u8; HASH_BYTES];

/// The hash of an article's bytes.
pub(crate) fn hash_of(record: &timbao_articles::Record<'_>) -> Hash {
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(&record.hash()[..HASH_BYTES]);
    hash
}

/// The files of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The number of the next article. Numbers are never reused.
    pub(crate) next_number: u64,
    /// A fingerprint of the limits with which the files were read.
    pub(crate) limits: u64,
    /// Files by path.
    pub(crate) files: BTreeMap<String, FileEntry>,
}

/// A file at the time of its last reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FileEntry {
    /// Length in bytes.
    pub(crate) len: u64,
    /// Modification time in nanoseconds since 1970, if known.
    pub(crate) modified: Option<u64>,
    /// Inode number, 0 if unknown.
    pub(crate) inode: u64,
    /// Number of bytes at the end of the path that are relative to the source.
    pub(crate) relative: u32,
    /// Whether the same length and time imply the same content. They do not if
    /// the file was still being written, or was not read completely.
    pub(crate) settled: bool,
    /// Whether a copy at another path would yield the same articles.
    pub(crate) portable: bool,
    /// Whether some articles are of an earlier version, because the file has
    /// not been read completely since.
    pub(crate) kept: bool,
    /// The articles of the file, in order.
    pub(crate) members: Vec<Member>,
    /// The read errors of the file.
    pub(crate) problems: Vec<Problem>,
}

/// An article of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Location in the file.
    pub(crate) place: Place,
    /// The hash of its bytes.
    pub(crate) hash: Hash,
    /// Number of the article in the index, 0 if it could not be parsed.
    pub(crate) number: u64,
}

/// The location of an article in its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// The file is one article.
    Whole,
    /// A line, counted from 1.
    Line(u64),
    /// A name, or a name and a line.
    Named(Box<str>),
}

impl Place {
    /// Parses a location as in
    /// [`Article::member`](timbao_articles::Article::member).
    pub(crate) fn new(member: Option<&str>) -> Self {
        let Some(member) = member else {
            return Self::Whole;
        };
        match member.parse::<u64>() {
            Ok(line) if line.to_string() == member => Self::Line(line),
            _ => Self::Named(member.into()),
        }
    }
}

impl FileEntry {
    /// The same entry of a file that must be read again.
    pub(crate) fn unsettled(&self) -> Self {
        Self {
            settled: false,
            ..self.clone()
        }
    }

    /// Number of articles of the file in the index.
    pub(crate) fn articles(&self) -> u64 {
        self.numbers().count() as u64
    }

    /// The hashes of the articles of the file in the index.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &Hash> + '_ {
        let indexed = self.members.iter().filter(|member| member.number != 0);
        indexed.map(|member| &member.hash)
    }

    /// The numbers of the articles of the file in the index.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.members
            .iter()
            .map(|member| member.number)
            .filter(|number| *number != 0)
    }
}

impl Place {
    /// Returns `true` if a location is the entry `member` or inside it. `None`
    /// contains all locations.
    pub(crate) fn is_in(&self, member: Option<&str>) -> bool {
        let Some(member) = member else {
            return true;
        };
        match self {
            Self::Whole => false,
            Self::Line(line) => member.parse() == Ok(*line),
            Self::Named(name) => match name.strip_prefix(member) {
                Some(rest) => rest.is_empty() || rest.starts_with('#'),
                None => false,
            },
        }
    }
}

impl Manifest {
    /// Number of articles in the index.
    pub(crate) fn articles(&self) -> u64 {
        self.files.values().map(FileEntry::articles).sum()
    }
}

/// The term by which an article is deleted.
pub(crate) fn key(number: u64) -> String {
    format!("{number:x}")
}

/// The first bytes of the file; the last of them is the version of the format.
const MAGIC: &[u8] = b"timbao seen\x01";

const SETTLED: u8 = 1;
const PORTABLE: u8 = 2;
const TIMED: u8 = 4;
const KEPT: u8 = 8;

impl Manifest {
    /// Encodes the manifest: numbers as LEB128, paths as suffixes to the path
    /// before, article numbers as deltas.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put(&mut out, self.next_number);
        put(&mut out, self.limits);
        put(&mut out, self.files.len() as u64);
        let mut before: &[u8] = b"";
        for (path, file) in &self.files {
            let path = path.as_bytes();
            let shared = path.iter().zip(before).take_while(|(a, b)| a == b).count();
            put(&mut out, shared as u64);
            put_bytes(&mut out, &path[shared..]);
            before = path;
            file.encode(&mut out);
        }
        out
    }

    /// Decodes a manifest; `None` if it is damaged.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input::new(bytes.strip_prefix(MAGIC)?);
        let next_number = input.number()?;
        let limits = input.number()?;
        let count = input.number()?;
        let mut files = BTreeMap::new();
        let mut before = Vec::new();
        for _ in 0..count {
            let shared = usize::try_from(input.number()?).ok()?;
            if shared > before.len() {
                return None;
            }
            before.truncate(shared);
            before.extend_from_slice(input.bytes()?);
            let path = std::str::from_utf8(&before).ok()?.to_owned();
            files.insert(path, FileEntry::decode(&mut input)?);
        }
        (input.is_empty() && files.len() as u64 == count).then_some(Self {
            next_number,
            limits,
            files,
        })
    }
}

impl FileEntry {
    fn encode(&self, out: &mut Vec<u8>) {
        put(out, self.len);
        let flag = |on, bit| if on { bit } else { 0 };
        out.push(
            flag(self.settled, SETTLED)
                | flag(self.portable, PORTABLE)
                | flag(self.modified.is_some(), TIMED)
                | flag(self.kept, KEPT),
        );
        if let Some(modified) = self.modified {
            out.extend_from_slice(&modified.to_le_bytes());
        }
        put(out, self.inode);
        put(out, u64::from(self.relative));
        put(out, self.members.len() as u64);
        let mut line = 0u64;
        let mut number = 0u64;
        for member in &self.members {
            match &member.place {
                // The next line is by far the most common location.
                Place::Line(at) if *at == line.wrapping_add(1) => out.push(0),
                Place::Line(at) => {
                    out.push(1);
                    put(out, *at);
                }
                Place::Whole => out.push(2),
                Place::Named(name) => {
                    out.push(3);
                    put_bytes(out, name.as_bytes());
                }
            }
            if let Place::Line(at) = member.place {
                line = at;
            }
            out.extend_from_slice(&member.hash);
            put(out, zigzag(member.number.wrapping_sub(number) as i64));
            number = member.number;
        }
        put(out, self.problems.len() as u64);
        for problem in &self.problems {
            // Plain strings always serialize.
            put_bytes(out, &serde_json::to_vec(problem).unwrap_or_default());
        }
    }

    fn decode(input: &mut Input<'_>) -> Option<Self> {
        let len = input.number()?;
        let flags = input.byte()?;
        let modified = match flags & TIMED {
            0 => None,
            _ => Some(u64::from_le_bytes(input.take(8)?.try_into().ok()?)),
        };
        let inode = input.number()?;
        let relative = u32::try_from(input.number()?).ok()?;
        let count = input.number()?;
        let mut members = Vec::new();
        let mut line = 0u64;
        let mut number = 0u64;
        for _ in 0..count {
            let place = match input.byte()? {
                0 => Place::Line(line.wrapping_add(1)),
                1 => Place::Line(input.number()?),
                2 => Place::Whole,
                3 => Place::Named(std::str::from_utf8(input.bytes()?).ok()?.into()),
                _ => return None,
            };
            if let Place::Line(at) = place {
                line = at;
            }
            let hash = input.take(HASH_BYTES)?.try_into().ok()?;
            number = number.wrapping_add(unzigzag(input.number()?) as u64);
            members.push(Member {
                place,
                hash,
                number,
            });
        }
        let mut problems = Vec::new();
        for _ in 0..input.number()? {
            problems.push(serde_json::from_slice(input.bytes()?).ok()?);
        }
        Some(Self {
            len,
            modified,
            inode,
            relative,
            settled: flags & SETTLED != 0,
            portable: flags & PORTABLE != 0,
            kept: flags & KEPT != 0,
            members,
            problems,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use timbao_articles::ProblemKind;

    use super::*;

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            Just(Place::Whole),
            any::<u64>().prop_map(Place::Line),
            (0..5u64).prop_map(Place::Line),
            "[a-zđ/#0-9]{0,9}".prop_map(|name| Place::Named(name.into())),
        ]
    }

    fn member() -> impl Strategy<Value = Member> {
        (place(), any::<Hash>(), any::<u64>()).prop_map(|(place, hash, number)| Member {
            place,
            hash,
            number,
        })
    }

    fn problem() -> impl Strategy<Value = Problem> {
        ("[a-z]{0,9}", proptest::option::of("[0-9]{1,3}")).prop_map(|(path, member)| Problem {
            message: format!("in {path}"),
            path,
            member,
            kind: ProblemKind::Malformed,
            unread: false,
        })
    }

    prop_compose! {
        fn file()(
            len in any::<u64>(),
            modified in any::<Option<u64>>(),
            inode in any::<u64>(),
            relative in any::<u32>(),
            settled in any::<bool>(),
            portable in any::<bool>(),
            kept in any::<bool>(),
            members in proptest::collection::vec(member(), 0..6),
            problems in proptest::collection::vec(problem(), 0..3),
        ) -> FileEntry {
            FileEntry { len, modified, inode, relative, settled, portable, kept, members, problems }
        }
    }

    prop_compose! {
        fn manifest()(
            next_number in any::<u64>(),
            limits in any::<u64>(),
            files in proptest::collection::btree_map("/[a-cđ/]{0,12}", file(), 0..8),
        ) -> Manifest {
            Manifest { next_number, limits, files }
        }
    }

    proptest! {
        #[test]
        fn decoding_inverts_encoding(manifest in manifest()) {
            prop_assert_eq!(Manifest::decode(&manifest.encode()), Some(manifest));
        }

        #[test]
        fn a_manifest_cut_short_is_refused(manifest in manifest(), cut in any::<proptest::sample::Index>()) {
            let bytes = manifest.encode();
            prop_assert_eq!(Manifest::decode(&bytes[..cut.index(bytes.len())]), None);
        }

        #[test]
        fn damage_never_panics(manifest in manifest(), at in any::<proptest::sample::Index>(), flip in 1u8..) {
            let mut bytes = manifest.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let _ = Manifest::decode(&bytes);
        }
    }

    #[test]
    fn an_entry_contains_its_articles_and_not_those_of_its_namesakes() {
        for (member, place, expected) in [
            (None, None, true),
            (None, Some("3"), true),
            (None, Some("a.txt"), true),
            (Some("a"), Some("a"), true),
            (Some("a"), Some("a#3"), true),
            (Some("a#b"), Some("a#b#3"), true),
            (Some("a"), Some("ab"), false),
            (Some("a#3"), Some("a#31"), false),
            (Some("3"), Some("3"), true),
            (Some("3"), Some("31"), false),
            (Some("a"), None, false),
        ] {
            let held = Place::new(place).is_in(member);
            assert_eq!(held, expected, "{place:?} in {member:?}");
        }
    }

    #[test]
    fn places_are_read_as_they_are_written() {
        assert_eq!(Place::new(None), Place::Whole);
        assert_eq!(Place::new(Some("12")), Place::Line(12));
        assert_eq!(Place::new(Some("012")), Place::Named("012".into()));
        assert_eq!(
            Place::new(Some("a.jsonl#12")),
            Place::Named("a.jsonl#12".into())
        );
    }
}
