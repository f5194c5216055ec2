//! Byte streams: opened, unpacked, bounded, looked ahead into.

use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bzip2::bufread::BzDecoder;
use flate2::bufread::{GzDecoder, ZlibDecoder};
use lzma_rust2::{LzmaReader, XzReader};

use crate::Limits;
use crate::problem::{Fault, ProblemKind};

/// A compression that is undone before the format is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Lzma,
    Zlib,
    Brotli,
}

/// Bytes that can be read once, from front to back.
pub(crate) type Stream = Box<dyn Read + Send>;

/// Bytes that can be read at any place.
pub(crate) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

/// Bytes examined to guess a format.
const HEAD: u64 = 16 << 10;

/// Buffer size of a decompressor's input, in bytes.
const PACKED_BUFFER: usize = 128 << 10;

/// Ratios are only judged beyond this many bytes: small files of blanks
/// compress a thousandfold in good faith.
const RATIO_FLOOR: u64 = 16 << 20;

/// Reads the first bytes of a stream, and returns them with a stream that still
/// starts with them. An error after some bytes recurs after them.
///
/// # Errors
/// If not a single byte can be read, or the system cannot read the file.
pub(crate) fn look_ahead(mut stream: Stream) -> io::Result<(Vec<u8>, Stream)> {
    let mut head = Vec::new();
    let rest: Stream = match stream.by_ref().take(HEAD).read_to_end(&mut head) {
        Ok(_) => stream,
        // A file that the system cannot read is not read in part: its articles stay as they are.
        Err(error) if head.is_empty() || Fault::from(&error).is_of_system() => return Err(error),
        Err(error) => Box::new(Failing::new(error)),
    };
    Ok((head.clone(), Box::new(Cursor::new(head).chain(rest))))
}

/// A stream that fails once.
pub(crate) struct Failing(Option<io::Error>);

impl Failing {
    pub fn new(error: io::Error) -> Self {
        Self(Some(error))
    }
}

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Unpacks a compressed stream, within `limits`.
pub(crate) fn unpack(packing: Packing, stream: Stream, limits: &Limits) -> io::Result<Stream> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = BufReader::with_capacity(
        PACKED_BUFFER,
        Counted {
            stream,
            count: Arc::clone(&packed),
        },
    );
    let unpacked: Stream = match packing {
        Packing::Gzip => Box::new(Members::<GzDecoder<_>, _>::new(counted)),
        Packing::Bzip2 => Box::new(Members::<BzDecoder<_>, _>::new(counted)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(counted, true, XZ_MEMORY)),
        Packing::Lzma => Box::new(LzmaReader::new_mem_limit(counted, XZ_MEMORY, None)?),
        Packing::Zlib => Box::new(ZlibDecoder::new(counted)),
        Packing::Brotli => Box::new(brotli_decompressor::Decompressor::new(
            counted,
            PACKED_BUFFER,
        )),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(counted)?),
    };
    Ok(Box::new(Bounded::new(unpacked, packed, limits)))
}

/// The most memory that unpacking xz or LZMA may take, in KiB: `xz -9` needs 65 MiB.
pub(crate) const XZ_MEMORY: u32 = 256 << 10;

/// Unpacks one member of a file that may have several, one after the other.
trait Member<R>: Read {
    /// The first byte of each.
    const FIRST: u8;

    fn open(packed: R) -> Self;
    fn close(self) -> R;
}

impl<R: BufRead> Member<R> for GzDecoder<R> {
    const FIRST: u8 = 0x1f;

    fn open(packed: R) -> Self {
        Self::new(packed)
    }

    fn close(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Member<R> for BzDecoder<R> {
    const FIRST: u8 = b'B';

    fn open(packed: R) -> Self {
        Self::new(packed)
    }

    fn close(self) -> R {
        self.into_inner()
    }
}

/// Unpacks the members of a gzip or bzip2 file. Zeros after the last one fill up a tape or sector;
/// as gzip(1) does, other bytes are reported and not read.
struct Members<M, R> {
    /// `None` at the end.
    member: Option<M>,
    packed: PhantomData<R>,
}

impl<M: Member<R>, R: BufRead> Members<M, R> {
    fn new(packed: R) -> Self {
        Self {
            member: Some(M::open(packed)),
            packed: PhantomData,
        }
    }

    /// Continues with the next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(member) = self.member.take() else {
            return Ok(());
        };
        let mut packed = member.close();
        loop {
            let buffer = packed.fill_buf()?;
            match buffer.iter().position(|byte| *byte != 0) {
                Some(0) if buffer.first() == Some(&M::FIRST) => break,
                Some(0) => {
                    let message = "bytes after the end of the compressed text, which were not read";
                    return Err(Fault::malformed(message).into());
                }
                Some(zeros) => packed.consume(zeros),
                None if buffer.is_empty() => return Ok(()),
                None => {
                    let zeros = buffer.len();
                    packed.consume(zeros);
                }
            }
        }
        self.member = Some(M::open(packed));
        Ok(())
    }
}

impl<M: Member<R>, R: BufRead> Read for Members<M, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.next_member()?;
        }
        Ok(0)
    }
}

/// Reads a stream to its end, or fails if it has more than `most` bytes.
pub(crate) fn read_whole(stream: &mut Stream, into: &mut Vec<u8>, most: u64) -> Result<(), Fault> {
    let read = stream
        .by_ref()
        .take(most.saturating_add(1))
        .read_to_end(into)?;
    if read as u64 > most {
        return Err(too_large(most));
    }
    Ok(())
}

/// The fault of a stream that has to be read whole and is too large.
pub(crate) fn too_large(most: u64) -> Fault {
    Fault::new(
        ProblemKind::TooLarge,
        format!(
            "larger than {most} bytes, the bound for a file that is read whole; split it or raise the bound"
        ),
    )
}

/// Counts the bytes read through it.
pub(crate) struct Counted<R> {
    pub stream: R,
    pub count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Stops a decompressor that makes too much out of too little.
pub(crate) struct Bounded {
    stream: Stream,
    packed: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
    ratio: u64,
    most: u64,
}

impl Bounded {
    /// Bounds `stream`, which is unpacked from what `packed` counts.
    pub fn new(stream: Stream, packed: Arc<AtomicU64>, limits: &Limits) -> Self {
        Self::sharing(stream, packed, Arc::default(), limits)
    }

    /// Bounds one of several streams together: `unpacked` counts them all.
    pub fn sharing(
        stream: Stream,
        packed: Arc<AtomicU64>,
        unpacked: Arc<AtomicU64>,
        limits: &Limits,
    ) -> Self {
        Self {
            stream,
            packed,
            unpacked,
            ratio: limits.ratio,
            most: limits.unpacked_bytes,
        }
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let before = self.unpacked.fetch_add(read as u64, Ordering::Relaxed);
        let unpacked = before + read as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        let bomb = unpacked > RATIO_FLOOR && unpacked > packed.saturating_mul(self.ratio);
        if bomb || unpacked > self.most {
            let message = format!(
                "{packed} compressed bytes unpack to more than {before}; unpack it yourself if you trust it"
            );
            return Err(Fault::new(ProblemKind::Bomb, message).into());
        }
        Ok(read)
    }
}
