//! The files of small segments, which are compressed.
//!
//! The dictionary of a hundred articles is nearly as large as their text, as each segment has
//! one. So small updates would write twice the bytes of their articles. Compressed files have
//! two thirds of the size, and are decompressed when they are opened.
//!
//! Such a file consists of its sections and then a table: the offset of each section, its
//! length, and its length when decompressed (three u64, little-endian); the version of the
//! format, and four magic bytes. A section is a Zstandard frame, unless that would gain little.
//! Hash tables are left out, as they follow from the keys.

use std::io;
use std::ops::Range;

use tantivy::directory::OwnedBytes;
use zstd::bulk::{compress, decompress};

use super::bytes::{load_u32, load_u64};
use super::dictionary::{Strings, write_hash};
use super::section::{SECTIONS, Section};

/// Segments of fewer positions are compressed.
const SMALL: u32 = 1 << 17;
/// The last bytes of every such file.
const MAGIC: &[u8; 4] = b"TMBZ";
/// The version of the format.
const FORMAT: u32 = 1;
/// Bytes of a section's entry in the table.
const ENTRY: usize = 24;
/// Bytes of the format version and the magic.
const TRAILER: usize = 8;
/// Bytes of a section are at most this: more than a small segment has.
const MOST: usize = 1 << 28;
/// Higher levels gain little.
const LEVEL: i32 = 3;
/// The sections that are left out, with the keys that they follow from.
const HASHES: [(Section, Section); 2] = [
    (Section::ExactHash, Section::ExactKeys),
    (Section::FoldedHash, Section::FoldedKeys),
];

/// Returns `true` if the file of a segment with this many positions is compressed.
pub(crate) fn is_small(positions: u32) -> bool {
    // Unit tests damage sections where they are in the file.
    !cfg!(test) && positions < SMALL
}

/// The compressed file of a file with sections at these places.
pub(crate) fn pack(file: &[u8], ranges: [Range<usize>; SECTIONS]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut table = Vec::new();
    for (section, range) in Section::ALL.into_iter().zip(ranges) {
        let is_hash = HASHES.iter().any(|(hash, _)| *hash == section);
        let content = match is_hash {
            true => &[],
            false => file.get(range).unwrap_or_default(),
        };
        let compressed = compress(content, LEVEL)?;
        let stored = match compressed.len() < content.len() / 4 * 3 {
            true => &compressed,
            false => content,
        };
        for number in [packed.len(), stored.len(), content.len()] {
            table.extend_from_slice(&(number as u64).to_le_bytes());
        }
        packed.extend_from_slice(stored);
    }
    packed.append(&mut table);
    packed.extend_from_slice(&FORMAT.to_le_bytes());
    packed.extend_from_slice(MAGIC);
    Ok(packed)
}

/// Returns `true` if a file is compressed.
pub(crate) fn is_packed(file: &[u8]) -> bool {
    file.ends_with(MAGIC)
}

/// The sections of a compressed file whose checksum is right.
///
/// # Errors
///
/// The defect of the file, in words.
pub(crate) fn unpack(packed: &OwnedBytes) -> Result<Vec<OwnedBytes>, String> {
    let table = packed.len().checked_sub(TRAILER + ENTRY * SECTIONS);
    let table = table.ok_or("truncated")?;
    let format = load_u32(packed, packed.len() - TRAILER);
    if format != FORMAT {
        return Err(format!(
            "the compressed format is {format}, but this program reads format {FORMAT}"
        ));
    }
    let mut sections = Vec::with_capacity(SECTIONS);
    for entry in 0..SECTIONS {
        let number = |of: usize| load_u64(packed, table + ENTRY * entry + 8 * of) as usize;
        let (start, stored, len) = (number(0), number(1), number(2));
        let end = start.checked_add(stored).filter(|&end| end <= table);
        let end = end.ok_or("a section exceeds the end of the file")?;
        let stored = packed.slice(start..end);
        sections.push(match stored.len() == len {
            true => stored,
            false => {
                let content = decompress(&stored, len.min(MOST));
                OwnedBytes::new(content.map_err(|error| error.to_string())?)
            }
        });
    }
    for (hash, keys) in HASHES {
        let keys = Strings::checked(&sections[keys as usize]);
        let table = write_hash((0..keys.len()).map(|key| keys.get(key)));
        sections[hash as usize] = OwnedBytes::new(table);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::super::builder::SegmentBuilder;
    use super::super::sections::ranges;
    use super::*;

    #[test]
    fn unpacking_inverts_packing() {
        for articles in [0, 1, 300] {
            let mut builder = SegmentBuilder::new().unwrap();
            for article in 0..articles {
                let body = format!("Tin số {article} về Đà Nẵng và Cần Thơ. ").repeat(9);
                let title = format!("Bài {article}");
                builder.add([&title, "", &body, ""], article).unwrap();
            }
            let file = builder.finish(Vec::new()).unwrap();
            let packed = pack(&file, ranges(&file).unwrap()).unwrap();
            assert!(is_packed(&packed) && !is_packed(&file));
            assert!(articles < 300 || packed.len() < file.len() * 2 / 3);
            let sections = unpack(&OwnedBytes::new(packed.clone())).unwrap();
            for (range, section) in ranges(&file).unwrap().into_iter().zip(sections) {
                assert_eq!(section.as_slice(), &file[range]);
            }
            for cut in [1, ENTRY, packed.len()] {
                let rest = packed[cut..].to_vec();
                assert!(unpack(&OwnedBytes::new(rest)).is_err());
            }
        }
    }
}
