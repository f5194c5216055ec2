//! A tar archive, entry by entry, as a stream.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tar::{EntryType, Header};

use super::entry::{is_left_out, unsafe_path};
use super::splitter::{Splitter, Step};
use crate::Limits;
use crate::discover::lossless;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::Stream;

const BLOCK: usize = 512;

/// Maximum length of a header with the name of the next entry.
const LONGEST_NAME: u64 = 1 << 20;

pub(crate) struct Tar {
    shared: Arc<Mutex<Shared>>,
    /// The name the next entry goes by, when its own header has no room for it.
    long_name: Option<Vec<u8>>,
    long_size: Option<u64>,
    begun: bool,
    /// Hashes of the names so far, and how often each occurred.
    names: HashMap<u64, u32>,
}

/// Names that are remembered.
const MOST_NAMES: usize = 1 << 20;

/// The archive, read by its splitter and by the entry that is open in turn.
struct Shared {
    stream: Stream,
    /// Bytes left of the entry that is open.
    left: u64,
    /// Bytes that fill up its last block.
    padding: u64,
    /// The fault of an entry that could not be read completely; later entries
    /// cannot be read either.
    failed: Option<Fault>,
}

impl Tar {
    pub fn new(stream: Stream) -> Self {
        let shared = Shared {
            stream,
            left: 0,
            padding: 0,
            failed: None,
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            long_name: None,
            long_size: None,
            begun: false,
            names: HashMap::new(),
        }
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Splitter for Tar {
    fn step(&mut self, _: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let mut shared = lock(&self.shared);
        shared.skip_entry()?;
        let Some(header) = shared.header(self.begun)? else {
            return Ok(Step::Done);
        };
        self.begun = true;
        let size = match self.long_size.take() {
            Some(size) => size,
            None => header.entry_size().map_err(|_| damaged())?,
        };
        shared.left = size;
        shared.padding = size.next_multiple_of(BLOCK as u64) - size;
        match header.entry_type() {
            EntryType::GNULongName => {
                let mut name = shared.whole_entry()?;
                while name.last() == Some(&0) {
                    name.pop();
                }
                self.long_name = Some(name);
                return Ok(Step::More);
            }
            EntryType::XHeader => {
                let extension = shared.whole_entry()?;
                let (name, size) = pax(&extension);
                self.long_name = name;
                self.long_size = size;
                return Ok(Step::More);
            }
            kind if kind.is_file() || kind == EntryType::Continuous => {}
            // Directories, links and devices have no text.
            _ => {
                self.long_name = None;
                return Ok(Step::More);
            }
        }
        let name = self
            .long_name
            .take()
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let name = lossless(&name);
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        drop(shared);
        if let Some(fault) = unsafe_path(&name) {
            batch.entry_problem(fault, &name);
            return Ok(Step::More);
        }
        if is_left_out(&name) {
            return Ok(Step::More);
        }
        let stream = Box::new(Entry {
            shared: Arc::clone(&self.shared),
        });
        let name = self.distinct(name);
        Ok(Step::Enter { name, stream })
    }
}

impl Tar {
    /// The name of an entry, numbered if an entry before had the same: tar
    /// appends a changed file and keeps the old one.
    fn distinct(&mut self, name: String) -> String {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        if self.names.len() >= MOST_NAMES {
            return name;
        }
        let count = self.names.entry(hasher.finish()).or_default();
        *count += 1;
        match *count {
            1 => name,
            count => format!("{name} ({count})"),
        }
    }
}

impl Shared {
    /// Skips the unread rest of the open entry.
    fn skip_entry(&mut self) -> Result<(), Fault> {
        if let Some(fault) = self.failed.take() {
            return Err(fault);
        }
        let rest = self.left.saturating_add(self.padding);
        let skipped = io::copy(&mut self.stream.by_ref().take(rest), &mut io::sink())?;
        let cut = skipped < self.left;
        (self.left, self.padding) = (0, 0);
        if cut { Err(cut_short()) } else { Ok(()) }
    }

    /// Reads the next header; `None` at the end of the archive.
    fn header(&mut self, begun: bool) -> Result<Option<Header>, Fault> {
        let mut block = Vec::with_capacity(BLOCK);
        let read = self
            .stream
            .by_ref()
            .take(BLOCK as u64)
            .read_to_end(&mut block)?;
        // Two empty blocks end an archive; some end without.
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if read < BLOCK {
            return Err(cut_short());
        }
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(&block);
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                if (148..156).contains(&at) {
                    32
                } else {
                    u32::from(*byte)
                }
            })
            .sum();
        match header.cksum() {
            Ok(stated) if stated == sum => Ok(Some(header)),
            _ if begun => Err(damaged()),
            _ => Err(Fault::malformed("not a tar archive")),
        }
    }

    /// Reads the entry that is open, which is short.
    fn whole_entry(&mut self) -> Result<Vec<u8>, Fault> {
        if self.left > LONGEST_NAME {
            return Err(Fault::new(
                ProblemKind::TooLarge,
                "the name of an entry is longer than 1 MiB",
            ));
        }
        let mut bytes = Vec::new();
        let read = self
            .stream
            .by_ref()
            .take(self.left)
            .read_to_end(&mut bytes)?;
        if (read as u64) < self.left {
            return Err(cut_short());
        }
        self.left = 0;
        Ok(bytes)
    }
}

fn damaged() -> Fault {
    Fault::malformed("damaged: the header of an entry makes no sense; the rest was not read")
}

fn cut_short() -> Fault {
    Fault::malformed("cut short; fetch or write the archive again")
}

/// Reads the path and size off a pax header: lines of `length key=value`.
fn pax(bytes: &[u8]) -> (Option<Vec<u8>>, Option<u64>) {
    let (mut path, mut size, mut rest) = (None, None, bytes);
    while let Some(blank) = memchr::memchr(b' ', rest) {
        let length: Option<usize> = rest
            .get(..blank)
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        let Some(line) = length.and_then(|length| rest.get(blank + 1..length)) else {
            break;
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if let Some(value) = line.strip_prefix(b"path=") {
            path = Some(value.to_vec());
        } else if let Some(value) = line.strip_prefix(b"size=") {
            size = std::str::from_utf8(value)
                .ok()
                .and_then(|digits| digits.parse().ok());
        }
        rest = rest.get(length.unwrap_or(rest.len())..).unwrap_or_default();
    }
    (path, size)
}

/// The entry that is open.
struct Entry {
    shared: Arc<Mutex<Shared>>,
}

impl Read for Entry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = lock(&self.shared);
        let most = usize::try_from(shared.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = match shared.stream.read(&mut buffer[..most]) {
            Ok(0) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, cut_short())),
            other => other,
        };
        match read {
            Ok(read) => shared.left -= read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => {
                let fault = Fault::from(&error);
                shared.failed = Some(fault.clone());
                return Err(io::Error::new(error.kind(), fault));
            }
        }
        read
    }
}
