//! The files of small segments, which are compressed as a whole.
//!
//! The dictionary of a hundred articles is nearly as large as their text, as each segment has
//! one. So small updates would write twice the bytes of their articles. Compressed files have
//! two thirds of the size, and are short enough to be decompressed when they are opened.
//!
//! Such a file is a Zstandard frame, followed by four magic bytes.

use std::io;

use tantivy::directory::OwnedBytes;
use zstd::bulk::{Decompressor, compress};

/// Segments of fewer positions are compressed.
const SMALL: u32 = 1 << 17;
/// The last bytes of every such file.
const MAGIC: &[u8; 4] = b"TMBZ";
/// Higher levels gain little.
const LEVEL: i32 = 3;

/// Returns `true` if the file of a segment with this many positions is compressed.
pub(crate) fn is_small(positions: u32) -> bool {
    // Unit tests damage sections where they are in the file.
    !cfg!(test) && positions < SMALL
}

/// The bytes of a compressed file.
pub(crate) fn pack(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = compress(content, LEVEL)?;
    packed.extend_from_slice(MAGIC);
    Ok(packed)
}

/// Returns `true` if a file is compressed.
pub(crate) fn is_packed(file: &[u8]) -> bool {
    file.ends_with(MAGIC)
}

/// The content of a compressed file whose checksum is right.
///
/// # Errors
///
/// The defect of the file, in words.
pub(crate) fn unpack(packed: &[u8]) -> Result<OwnedBytes, String> {
    let frame = packed.strip_suffix(MAGIC).unwrap_or(packed);
    let len = Decompressor::upper_bound(frame).ok_or("the length is missing")?;
    let content = zstd::bulk::decompress(frame, len).map_err(|error| error.to_string())?;
    Ok(OwnedBytes::new(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacking_inverts_packing() {
        for content in [&b""[..], b"a", &[7; 100_000]] {
            let packed = pack(content).unwrap();
            assert!(is_packed(&packed));
            assert_eq!(unpack(&packed).unwrap().as_slice(), content);
            assert!(unpack(&packed[1..]).is_err());
        }
        assert!(!is_packed(b"TMBX"));
    }
}
