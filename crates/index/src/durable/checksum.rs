//! The checksum that Tantivy ends its files with: JSON with a CRC-32, its
//! length, and a magic number.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crc32fast::Hasher;
use serde::Deserialize;

const MAGIC: u32 = 1337;
/// Length and magic number.
const END: u64 = 8;
/// More than any footer takes, in bytes.
const LONGEST: u64 = 50_000;
const CHUNK: usize = 1 << 20;

#[derive(Deserialize)]
struct Footer {
    crc: u32,
    /// Has to be there. Whether it can be read is for Tantivy to say.
    #[serde(rename = "version")]
    _version: Version,
}

/// The version of Tantivy that wrote a file.
#[derive(Deserialize)]
struct Version {
    #[serde(rename = "major")]
    _major: u32,
    #[serde(rename = "minor")]
    _minor: u32,
    #[serde(rename = "patch")]
    _patch: u32,
    #[serde(rename = "index_format_version")]
    _format: u32,
}

/// Checks a file.
///
/// # Errors
///
/// Invalid data when it is not what was written, and what reading reports.
pub(crate) fn check(file: &mut (impl Read + Seek)) -> io::Result<()> {
    let len = file.seek(SeekFrom::End(0))?;
    let end = len.checked_sub(END).ok_or_else(too_short)?;
    file.seek(SeekFrom::Start(end))?;
    let mut word = [0; 4];
    file.read_exact(&mut word)?;
    let footer_len = u64::from(u32::from_le_bytes(word));
    file.read_exact(&mut word)?;
    if u32::from_le_bytes(word) != MAGIC || footer_len > LONGEST {
        return Err(damaged("it does not end as it was written"));
    }
    let body = end.checked_sub(footer_len).ok_or_else(too_short)?;
    file.seek(SeekFrom::Start(body))?;
    let mut json = vec![0; footer_len as usize];
    file.read_exact(&mut json)?;
    let footer: Footer =
        serde_json::from_slice(&json).map_err(|_| damaged("its checksum cannot be read"))?;

    file.seek(SeekFrom::Start(0))?;
    let mut body = file.take(body);
    let mut hasher = Hasher::new();
    let mut chunk = vec![0; CHUNK.min(body.limit() as usize)];
    while body.limit() > 0 {
        let read = body.read(&mut chunk)?;
        if read == 0 {
            return Err(too_short());
        }
        hasher.update(&chunk[..read]);
    }
    match hasher.finalize() == footer.crc {
        true => Ok(()),
        false => Err(damaged("its checksum does not fit")),
    }
}

/// As [`check`], for a file in memory.
pub(crate) fn check_bytes(bytes: &[u8]) -> io::Result<()> {
    check(&mut Cursor::new(bytes))
}

fn too_short() -> io::Error {
    damaged("it is cut short")
}

fn damaged(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
