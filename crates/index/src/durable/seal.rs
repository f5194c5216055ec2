//! The seal at the end of every component of a segment: checksums of its
//! blocks, and its identity.
//!
//! ```text
//! content     as Tantivy wrote it, its own footer included
//! checksums   CRC-32 of each block of 4 KiB of the content
//! name        of the file
//! tail        length of the content (u64), length of the name (u32), id of
//!             the index (16 bytes), CRC-32 of checksums, name and tail up to
//!             here (u32), magic (8 bytes)
//! ```
//!
//! Numbers are little-endian. Files with another magic have blocks of another
//! size ([`FORMATS`]). The identity is the id of the index and the name
//! of the file, which contains the id of the segment: an intact file in the
//! place of another one is as wrong as a damaged one. Checksums by block let a
//! large file be opened without reading it: each block is checked on first read
//! ([`Checks`]). Blocks are small, as a query reads single bytes all over a file.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use crc32fast::Hasher;
use tantivy::HasLen;
use tantivy::directory::{AntiCallToken, FileHandle, OwnedBytes, TerminatingWrite};

use super::IndexId;

/// Bytes of the content that share a checksum in files that are written.
/// Smaller in tests, whose files are small.
const BLOCK: usize = if cfg!(test) { 512 } else { 4 << 10 };
/// The formats of seals; the first is that of files that are written.
static FORMATS: [Format; 2] = [
    Format {
        magic: *b"TMBseal2",
        block: BLOCK,
    },
    Format {
        magic: *b"TMBseal1",
        block: 64 << 10,
    },
];
/// Bytes of a checksum.
const SUM: usize = size_of::<u32>();
/// Bytes of the tail.
const TAIL: usize = 8 + 4 + 16 + 4 + 8;
/// Longer names are invalid.
const LONGEST_NAME: usize = 255;
/// Bytes read at once when a whole file is checked; whole blocks of every format.
const CHUNK: usize = 1 << 20;

/// A format of seals.
#[derive(Debug)]
struct Format {
    magic: [u8; 8],
    /// Bytes of the content that share a checksum: a power of two.
    block: usize,
}

impl Format {
    /// The block that holds a byte of the content.
    #[inline]
    fn block_of(&self, offset: usize) -> usize {
        offset >> self.block.trailing_zeros()
    }
}

/// The identity of a file: its name and its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The index; `None` if unknown.
    pub(crate) index: Option<IndexId>,
    /// The name of the file.
    pub(crate) name: String,
}

/// The checksums and the identity of one file.
#[derive(Debug)]
pub(crate) struct Seal {
    identity: Identity,
    /// Bytes of the content.
    len: u64,
    format: &'static Format,
    /// The checksums of the blocks, little-endian.
    sums: OwnedBytes,
}

impl Seal {
    /// Reads the seal of a file and compares the identity with the expected
    /// one.
    ///
    /// # Errors
    ///
    /// Invalid data if the seal is damaged or belongs to another file, and
    /// errors of reading.
    pub(crate) fn read(file: &mut (impl Read + Seek), expected: &Identity) -> io::Result<Self> {
        let size = file.seek(SeekFrom::End(0))?;
        let tail_at = size.checked_sub(TAIL as u64).ok_or_else(cut_short)?;
        file.seek(SeekFrom::Start(tail_at))?;
        let mut tail = [0; TAIL];
        file.read_exact(&mut tail)?;
        let tail = Tail::of_bytes(&tail, tail_at)?;
        file.seek(SeekFrom::Start(tail.len))?;
        let mut body = vec![0; tail.body as usize];
        file.read_exact(&mut body)?;
        let body = OwnedBytes::new(body);
        tail.check(&body)?;
        tail.seal(&body, expected)
    }

    /// As [`read`](Self::read), of a mapped file, of which `is_whole` says whether the checksums
    /// are to be checked too. It is safe to do without: a wrong one passes no block, and it would
    /// read a thousandth of the file.
    fn map(file: &OwnedBytes, expected: &Identity, is_whole: bool) -> io::Result<Self> {
        let bytes = file.last_chunk().ok_or_else(cut_short)?;
        let tail_at = file.len() - TAIL;
        let tail = Tail::of_bytes(bytes, tail_at as u64)?;
        let body = file.slice(tail.len as usize..tail_at);
        if is_whole {
            tail.check(&body)?;
        }
        let seal = tail.seal(&body, expected);
        // Which of both is at fault?
        seal.or_else(|error| tail.check(&body).and(Err(error)))
    }

    fn check_block(&self, block: usize, bytes: &[u8]) -> io::Result<()> {
        let sum = self.sums.get(block * SUM..(block + 1) * SUM);
        if sum == Some(&crc32fast::hash(bytes).to_le_bytes()) {
            return Ok(());
        }
        Err(damaged(format!(
            "checksum mismatch in the block at byte {}",
            block * self.format.block
        )))
    }
}

/// The bytes of a seal after the checksums and the name, which are its body.
struct Tail<'b> {
    format: &'static Format,
    /// All but the checksum and the magic.
    fields: &'b [u8],
    /// Bytes of the content, before which nothing is.
    len: u64,
    /// Bytes of the body.
    body: u64,
    /// Those of the checksums.
    sums: u64,
    checksum: u32,
}

impl<'b> Tail<'b> {
    /// The tail of a file, at a number of bytes from its start.
    ///
    /// # Errors
    ///
    /// Invalid data if it says another length than the file has, or is none.
    fn of_bytes(bytes: &'b [u8; TAIL], at: u64) -> io::Result<Self> {
        let (fields, magic) = bytes.split_at(TAIL - size_of_val(&FORMATS[0].magic));
        let Some(format) = FORMATS.iter().find(|format| magic == format.magic) else {
            return Err(damaged("the seal is missing, or the file is truncated"));
        };
        let number = |at: Range<usize>| {
            let bytes = fields.get(at).unwrap_or_default().iter().rev();
            bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
        };
        let (len, name) = (number(0..8), number(8..12));
        let sums = len.div_ceil(format.block as u64).saturating_mul(SUM as u64);
        let body = sums.saturating_add(name);
        if name > LONGEST_NAME as u64 || at.checked_sub(body) != Some(len) {
            return Err(damaged("wrong length"));
        }
        Ok(Self {
            format,
            fields: &fields[..28],
            len,
            body,
            sums,
            checksum: number(28..32) as u32,
        })
    }

    /// Checks the whole seal.
    fn check(&self, body: &[u8]) -> io::Result<()> {
        let mut hasher = Hasher::new();
        hasher.update(body);
        hasher.update(self.fields);
        match hasher.finalize() == self.checksum {
            true => Ok(()),
            false => Err(damaged("the seal is damaged")),
        }
    }

    /// The seal, if its identity is the expected one.
    fn seal(&self, body: &OwnedBytes, expected: &Identity) -> io::Result<Seal> {
        let (sums, name) = body.clone().split(self.sums as usize);
        let name = String::from_utf8_lossy(&name).into_owned();
        let id = self.fields[12..].try_into().map_err(|_| cut_short())?;
        let index = Some(IndexId(id));
        if expected.index.is_some() && index != expected.index {
            return Err(damaged(format!(
                "belongs to another index, where it is {name}"
            )));
        }
        if name != expected.name {
            return Err(damaged(format!("misplaced copy of {name}")));
        }
        Ok(Seal {
            identity: Identity { index, name },
            len: self.len,
            format: self.format,
            sums,
        })
    }
}

/// Checks a whole file.
///
/// # Errors
///
/// The errors of [`Seal::read`], and invalid data if a block is damaged.
pub(crate) fn check(file: &mut (impl Read + Seek), expected: &Identity) -> io::Result<()> {
    let seal = Seal::read(file, expected)?;
    file.seek(SeekFrom::Start(0))?;
    let mut left = seal.len;
    let mut chunk = vec![0; CHUNK];
    let mut block = 0;
    while left > 0 {
        let size = left.min(CHUNK as u64) as usize;
        let chunk = &mut chunk[..size];
        file.read_exact(chunk)?;
        for bytes in chunk.chunks(seal.format.block) {
            seal.check_block(block, bytes)?;
            block += 1;
        }
        left -= size as u64;
    }
    Ok(())
}

/// Writes a file and its seal after it.
pub(super) struct Sealing<W> {
    inner: W,
    identity: Identity,
    format: &'static Format,
    /// Bytes of the content so far.
    len: u64,
    /// The checksums so far.
    sums: Vec<u8>,
    /// Hasher of the block being written.
    hasher: Hasher,
    in_block: usize,
}

impl<W: TerminatingWrite> Sealing<W> {
    /// Starts a file.
    pub(super) fn new(inner: W, identity: Identity) -> Self {
        Self {
            inner,
            identity,
            format: &FORMATS[0],
            len: 0,
            sums: Vec::new(),
            hasher: Hasher::new(),
            in_block: 0,
        }
    }

    fn end_block(&mut self) {
        let hasher = std::mem::take(&mut self.hasher);
        self.sums.extend(hasher.finalize().to_le_bytes());
        self.in_block = 0;
    }

    /// Writes the seal.
    fn seal(&mut self) -> io::Result<()> {
        if self.in_block > 0 {
            self.end_block();
        }
        let mut bytes = std::mem::take(&mut self.sums);
        bytes.extend_from_slice(self.identity.name.as_bytes());
        bytes.extend_from_slice(&self.len.to_le_bytes());
        bytes.extend_from_slice(&(self.identity.name.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.identity.index.unwrap_or_default().0);
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes.extend_from_slice(&self.format.magic);
        self.inner.write_all(&bytes)
    }
}

impl<W: TerminatingWrite> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let mut rest = bytes.get(..written).unwrap_or_default();
        while !rest.is_empty() {
            let room = self.format.block - self.in_block;
            let (here, later) = rest.split_at(rest.len().min(room));
            self.hasher.update(here);
            self.in_block += here.len();
            if self.in_block == self.format.block {
                self.end_block();
            }
            rest = later;
        }
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: TerminatingWrite> TerminatingWrite for Sealing<W> {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.seal()?;
        self.inner.terminate_ref(token)
    }
}

/// A mapped file whose blocks are checked on first read.
pub(crate) struct Checks {
    /// The content.
    bytes: OwnedBytes,
    seal: Seal,
    /// A bit for each block that was checked.
    checked: Box<[AtomicU64]>,
    is_trusted: bool,
}

impl Checks {
    /// Opens a mapped file: compares its identity with the expected one, and checks
    /// all of it if it has at most `eager` bytes.
    ///
    /// # Errors
    ///
    /// The errors of [`check`].
    pub(super) fn open(file: &OwnedBytes, expected: &Identity, eager: usize) -> io::Result<Self> {
        let is_small = file.len() <= eager;
        let seal = Seal::map(file, expected, is_small)?;
        let words = (seal.sums.len() / SUM).div_ceil(64);
        let checks = Self {
            bytes: file.slice(0..seal.len as usize),
            seal,
            checked: (0..words).map(|_| AtomicU64::new(0)).collect(),
            is_trusted: false,
        };
        if is_small {
            checks.check(0..checks.bytes.len())?;
        }
        Ok(checks)
    }

    /// Opens a mapped file without checking its blocks, now or later.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open) but damage.
    pub(super) fn trusted(file: &OwnedBytes, expected: &Identity) -> io::Result<Self> {
        let checks = Self::open(file, expected, 0)?;
        let checked = checks.checked.iter();
        checked.for_each(|word| word.store(u64::MAX, Ordering::Relaxed));
        Ok(Self {
            is_trusted: true,
            ..checks
        })
    }

    /// Returns `true` if no block is checked.
    pub(crate) fn is_trusted(&self) -> bool {
        self.is_trusted
    }

    /// The number of bytes before Tantivy's own footer, which are those of the
    /// writer of the component.
    ///
    /// # Errors
    ///
    /// Invalid data if the footer is damaged.
    pub(crate) fn body_len(&self) -> io::Result<usize> {
        // JSON, its length (u32) and a magic number (u32).
        let fixed = self.bytes.len().checked_sub(8).ok_or_else(cut_short)?;
        self.check(fixed..self.bytes.len())?;
        let len = self.bytes.get(fixed..fixed + 4).unwrap_or_default();
        let len = len.try_into().map(u32::from_le_bytes).unwrap_or(u32::MAX);
        fixed.checked_sub(len as usize).ok_or_else(cut_short)
    }

    /// The content, unchecked where [`check`](Self::check) was not called.
    pub(crate) fn bytes(&self) -> &OwnedBytes {
        &self.bytes
    }

    /// Checks the blocks that overlap a range of the content, unless they were
    /// checked before. Returns the number of those that were not.
    ///
    /// # Errors
    ///
    /// Invalid data if one of them is damaged.
    #[inline]
    pub(crate) fn check(&self, range: Range<usize>) -> io::Result<u32> {
        if range.is_empty() {
            return Ok(0);
        }
        let format = self.seal.format;
        let mut unchecked = 0;
        for block in format.block_of(range.start)..=format.block_of(range.end - 1) {
            if !self.is_checked(block) {
                self.check_block(block)?;
                unchecked += 1;
            }
        }
        Ok(unchecked)
    }

    /// The number of the block that holds a byte of the content.
    #[inline]
    pub(crate) fn block_of(&self, offset: usize) -> usize {
        self.seal.format.block_of(offset)
    }

    /// The number of blocks that hold some bytes of the content, whose offsets are in order, and
    /// were not checked.
    pub(crate) fn unchecked_blocks(&self, offsets: impl Iterator<Item = usize>) -> u32 {
        let mut last = None;
        let mut count = 0;
        for offset in offsets {
            let block = self.seal.format.block_of(offset);
            if last != Some(block) {
                last = Some(block);
                count += u32::from(!self.is_checked(block));
            }
        }
        count
    }

    #[inline]
    fn is_checked(&self, block: usize) -> bool {
        // The bit of a missing block is never set.
        let word = self.checked.get(block / 64);
        word.is_some_and(|word| word.load(Ordering::Relaxed) & 1 << (block % 64) != 0)
    }

    #[cold]
    fn check_block(&self, block: usize) -> io::Result<()> {
        let size = self.seal.format.block;
        let start = block * size;
        let end = self.bytes.len().min(start + size);
        let bytes = self.bytes.get(start..end).ok_or_else(cut_short)?;
        self.seal
            .check_block(block, bytes)
            .map_err(|error| damaged(format!("{}: {error}", self.seal.identity.name)))?;
        if let Some(word) = self.checked.get(block / 64) {
            word.fetch_or(1 << (block % 64), Ordering::Relaxed);
        }
        Ok(())
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checks").field(&self.seal.identity).finish()
    }
}

impl HasLen for Checks {
    fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl FileHandle for Checks {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.bytes.len() {
            return Err(damaged(format!(
                "{}: it refers to bytes {range:?}, which it does not have",
                self.seal.identity.name
            )));
        }
        self.check(range.clone())?;
        Ok(self.bytes.slice(range))
    }
}

fn cut_short() -> io::Error {
    damaged("truncated")
}

fn damaged(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    struct Memory(Vec<u8>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl TerminatingWrite for Memory {
        fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
            Ok(())
        }
    }

    fn identity(index: u8, name: &str) -> Identity {
        Identity {
            index: Some(IndexId([index; 16])),
            name: name.into(),
        }
    }

    fn sealed(content: &[u8], identity: Identity) -> Vec<u8> {
        sealed_as(&FORMATS[0], content, identity)
    }

    fn sealed_as(format: &'static Format, content: &[u8], identity: Identity) -> Vec<u8> {
        let mut out = Sealing::new(Memory(Vec::new()), identity);
        out.format = format;
        for part in content.chunks(10_000) {
            out.write_all(part).unwrap();
        }
        // The same as `terminate`, without consuming the sink.
        out.seal().unwrap();
        out.inner.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn every_change_of_a_sealed_file_is_found(
            len in 0usize..3 * BLOCK,
            places in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..20),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..20),
        ) {
            let content: Vec<u8> = (0..len).map(|i| ((i * i) >> 3) as u8 | 1).collect();
            let own = identity(1, "a.idx");
            let whole = sealed(&content, own.clone());
            check(&mut Cursor::new(&whole), &own).unwrap();
            for (place, change) in places {
                let mut changed = whole.clone();
                let at = place.index(changed.len());
                changed[at] ^= change;
                // Of one block, the magic of the other format means the same.
                if changed.ends_with(&FORMATS[1].magic) && len <= BLOCK {
                    let mapped = OwnedBytes::new(changed);
                    let read = Checks::open(&mapped, &own, 0).unwrap().read_bytes(0..len).unwrap();
                    prop_assert_eq!(read.as_slice(), &content[..]);
                    continue;
                }
                prop_assert!(check(&mut Cursor::new(&changed), &own).is_err(), "byte {}", at);
                let mapped = OwnedBytes::new(changed);
                let opened = Checks::open(&mapped, &own, 0);
                // Reading a block fails if it or its checksum is damaged, the others are readable.
                if let Ok(checks) = opened {
                    prop_assert!(checks.read_bytes(at..at + 1).is_err());
                    prop_assert!(Checks::open(&mapped, &own, usize::MAX).is_err());
                    let block = match at.checked_sub(len) {
                        Some(after) => after / SUM * BLOCK,
                        None => at / BLOCK * BLOCK,
                    };
                    for start in (0..len).step_by(BLOCK) {
                        let read = checks.read_bytes(start..len.min(start + BLOCK));
                        prop_assert_eq!(read.is_ok(), start != block);
                    }
                }
            }
            for cut in cuts {
                let cut = cut.index(whole.len());
                prop_assert!(check(&mut Cursor::new(&whole[..cut]), &own).is_err());
            }
            for at in (0..content.len()).step_by(4096) {
                let mut zeroed = whole.clone();
                let end = content.len().min(at + 4096);
                zeroed[at..end].fill(0);
                prop_assert!(check(&mut Cursor::new(&zeroed), &own).is_err(), "zeros at {}", at);
            }
        }
    }

    #[test]
    fn blocks_are_checked_once_or_not_at_all() {
        let own = identity(1, "a.timbao");
        let mut file = sealed(&[7; 3 * BLOCK], own.clone());
        file[2 * BLOCK] ^= 1;
        let file = OwnedBytes::new(file);
        let checks = Checks::open(&file, &own, 0).unwrap();
        let unchecked = || checks.unchecked_blocks([0, 1, BLOCK, 2 * BLOCK].into_iter());
        assert_eq!(unchecked(), 3);
        assert_eq!(checks.check(1..BLOCK + 1).unwrap(), 2);
        assert_eq!(checks.check(0..2 * BLOCK).unwrap(), 0);
        assert!(checks.check(0..2 * BLOCK + 1).is_err());
        assert_eq!(unchecked(), 1);
        let trusted = Checks::trusted(&file, &own).unwrap();
        assert_eq!(trusted.check(0..3 * BLOCK).unwrap(), 0);
    }

    #[test]
    fn files_with_blocks_of_another_size_are_read() {
        let content: Vec<u8> = (0..200_000usize).map(|i| ((i * i) >> 3) as u8).collect();
        let own = identity(1, "a.idx");
        for format in &FORMATS {
            let Format { magic, block } = *format;
            let mut file = sealed_as(format, &content, own.clone());
            assert!(file.ends_with(&magic));
            check(&mut Cursor::new(&file), &own).unwrap();
            file[block] ^= 1;
            let error = check(&mut Cursor::new(&file), &own).unwrap_err();
            let expected = format!("checksum mismatch in the block at byte {block}");
            assert_eq!(error.to_string(), expected);
            let checks = Checks::open(&OwnedBytes::new(file), &own, 0).unwrap();
            assert!(checks.check(0..block).is_ok() && checks.check(block..block + 1).is_err());
        }
    }

    #[test]
    fn a_file_of_another_index_or_of_another_name_is_named() {
        let said = |expected: Identity| {
            let file = sealed(b"abc", identity(1, "a.idx"));
            let checked = check(&mut Cursor::new(&file), &expected);
            checked.map_or_else(|error| error.to_string(), |()| "whole".into())
        };
        assert_eq!(said(identity(1, "a.idx")), "whole");
        assert_eq!(
            said(Identity {
                index: None,
                name: "a.idx".into()
            }),
            "whole"
        );
        assert_eq!(said(identity(1, "b.idx")), "misplaced copy of a.idx");
        assert_eq!(
            said(identity(2, "a.idx")),
            "belongs to another index, where it is a.idx"
        );
    }
}
