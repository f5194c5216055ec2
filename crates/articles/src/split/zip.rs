//! A zip archive, entry by entry.
//!
//! The directory is read by the `zip` crate; the entries are unpacked here, as
//! streams, so that one of any size can be read.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use crc32fast::Hasher;
use lzma_rust2::{LzmaReader, XzReader};
use zip::{CompressionMethod, ZipArchive};

use super::entry::{is_left_out, unsafe_path};
use super::splitter::{Splitter, Step};
use crate::Limits;
use crate::discover::lossless;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::{Bounded, Seekable, Stream, XZ_MEMORY};

pub(crate) struct Zip {
    archive: ZipArchive<Shared>,
    shared: Shared,
    next: usize,
    /// Whether it is a web archive (WACZ), whose pages are in `archive/` and listed elsewhere.
    is_wacz: bool,
    /// The size of the archive, which its entries together must not exceed
    /// by more than the ratio allows.
    packed: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
}

/// The archive, read by its directory and by the entry that is open in turn.
#[derive(Clone)]
struct Shared {
    file: Arc<Mutex<Box<dyn Seekable>>>,
    at: u64,
    len: u64,
}

/// An entry to read: its name, and its text or why there is none.
type Opened = (String, Result<Stream, Fault>);

impl Zip {
    pub fn new(mut file: Box<dyn Seekable>, limits: &Limits) -> Result<Self, Fault> {
        let len = file.seek(SeekFrom::End(0))?;
        let shared = Shared {
            file: Arc::new(Mutex::new(file)),
            at: 0,
            len,
        };
        let archive = ZipArchive::new(shared.clone())?;
        if archive.len() as u64 > limits.entries {
            let message = format!(
                "more than {} entries; split it, or raise the bound",
                limits.entries
            );
            return Err(Fault::new(ProblemKind::TooLarge, message));
        }
        let mut names = archive.file_names().flatten();
        let is_wacz = archive.index_for_name("datapackage.json").is_some()
            && names.any(|name| name.starts_with("archive/") && name.contains(".warc"));
        drop(names);
        Ok(Self {
            archive,
            is_wacz,
            shared,
            next: 0,
            packed: Arc::new(AtomicU64::new(len)),
            unpacked: Arc::default(),
        })
    }

    fn open(&mut self, index: usize, limits: &Limits) -> Result<Option<Opened>, Fault> {
        let entry = self.archive.by_index_raw(index)?;
        let name = std::str::from_utf8(entry.name_raw())
            .map_or_else(|_| lossless(entry.name_raw()), str::to_owned);
        if !entry.is_file() || entry.is_symlink() {
            return Ok(None);
        }
        if let Some(fault) = unsafe_path(&name) {
            return Ok(Some((name, Err(fault))));
        }
        if is_left_out(&name) || self.is_wacz && !name.starts_with("archive/") {
            return Ok(None);
        }
        if entry.encrypted() {
            let fault = Fault::new(
                ProblemKind::Encrypted,
                "encrypted; unpack it with its password first",
            );
            return Ok(Some((name, Err(fault))));
        }
        let Some(start) = entry.data_start() else {
            return Ok(Some((
                name,
                Err(Fault::malformed("the archive does not contain its data")),
            )));
        };
        let section = Shared {
            at: start,
            len: start
                .saturating_add(entry.compressed_size())
                .min(self.shared.len),
            file: Arc::clone(&self.shared.file),
        };
        let unpacked = match unpacked(section, entry.compression(), entry.size()) {
            Ok(stream) => stream,
            Err(fault) => return Ok(Some((name, Err(fault)))),
        };
        let bounded = Bounded::sharing(
            unpacked,
            Arc::clone(&self.packed),
            Arc::clone(&self.unpacked),
            limits,
        );
        let checked = Checked {
            stream: Box::new(bounded),
            crc: Hasher::new(),
            stated: entry.crc32(),
        };
        Ok(Some((name, Ok(Box::new(checked)))))
    }
}

/// Unpacks the bytes of an entry, whose unpacked size is stated as `size`.
fn unpacked(section: Shared, method: CompressionMethod, size: u64) -> Result<Stream, Fault> {
    let section = BufReader::with_capacity(64 << 10, section);
    Ok(match method {
        CompressionMethod::Stored => Box::new(section),
        CompressionMethod::Deflated => Box::new(flate2::bufread::DeflateDecoder::new(section)),
        CompressionMethod::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(section)?),
        CompressionMethod::BZIP2 => Box::new(bzip2::bufread::MultiBzDecoder::new(section)),
        CompressionMethod::XZ => Box::new(XzReader::new_mem_limit(section, true, XZ_MEMORY)),
        CompressionMethod::LZMA => unlzma(section, size)?,
        other => {
            let message = format!("packed as {other}; pack it with deflate or zstd");
            return Err(Fault::new(ProblemKind::Unsupported, message));
        }
    })
}

/// Unpacks LZMA, whose header in a zip archive differs from that of a file: a
/// version, the size of the properties, and the properties.
fn unlzma(mut packed: impl BufRead + Send + 'static, size: u64) -> io::Result<Stream> {
    let mut header = [0; 4 + LZMA_PROPERTIES];
    packed.read_exact(&mut header)?;
    let mut of_file = header[4..].to_vec();
    of_file.extend_from_slice(&size.to_le_bytes());
    let stream = io::Cursor::new(of_file).chain(packed);
    Ok(Box::new(LzmaReader::new_mem_limit(
        stream, XZ_MEMORY, None,
    )?))
}

/// Bytes of the properties of LZMA: a byte, and the size of the dictionary.
const LZMA_PROPERTIES: usize = 5;

impl Splitter for Zip {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        if self.next >= self.archive.len() {
            return Ok(Step::Done);
        }
        let index = self.next;
        self.next += 1;
        match self.open(index, limits) {
            Ok(Some((name, Ok(stream)))) => return Ok(Step::Enter { name, stream }),
            Ok(Some((name, Err(fault)))) => batch.entry_problem(fault, &name),
            Ok(None) => {}
            // One entry that is damaged leaves the others.
            Err(fault) => {
                let name = self.archive.name_for_index(index).and_then(Result::ok);
                let name = name.map_or_else(|| format!("entry {}", index + 1), Cow::into_owned);
                batch.entry_problem(fault, &name);
            }
        }
        Ok(Step::More)
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(&mut buffer[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Verifies the checksum at the end.
struct Checked {
    stream: Stream,
    crc: Hasher,
    stated: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.crc.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.crc.clone().finalize() != self.stated {
            return Err(Fault::malformed("damaged: its checksum is wrong").into());
        }
        Ok(read)
    }
}
