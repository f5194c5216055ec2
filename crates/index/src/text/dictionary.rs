//! Keys and their ids, on disk.

use std::ops::Range;

use super::bytes::load_u32;
use super::section_view::SectionView;

/// The dictionary entry of an exact or folded key, without its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeyInfo {
    /// Number of tokens with the key.
    pub(crate) tokens: u32,
    /// Number of articles that contain it.
    pub(crate) articles: u32,
    /// Offset of its postings.
    pub(crate) postings: u64,
    /// Exact keys: the folded key. Folded keys: the start of its variants in
    /// their section.
    pub(crate) link: u32,
    /// Folded keys: the first block of bigrams. Exact keys: the ordinal among
    /// the variants of the folded key, or [`ONLY_SPELLING`].
    pub(crate) rank: u32,
}

/// The ordinal of an exact key that is the only variant of its folded key.
pub(crate) const ONLY_SPELLING: u32 = u32::MAX;

impl KeyInfo {
    /// Bytes of an entry.
    const BYTES: usize = 21;

    /// Appends an entry.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.tokens.to_le_bytes());
        out.extend_from_slice(&self.articles.to_le_bytes());
        out.extend_from_slice(&self.postings.to_le_bytes()[..5]);
        out.extend_from_slice(&self.link.to_le_bytes());
        out.extend_from_slice(&self.rank.to_le_bytes());
    }

    /// Reads the entry with number `index`.
    #[inline]
    pub(crate) fn read(section: SectionView<'_>, index: u32) -> Self {
        let at = index as usize * Self::BYTES;
        let record = section.get(at..at + Self::BYTES);
        if record.len() < Self::BYTES {
            return Self::default();
        }
        Self {
            tokens: load_u32(record, 0),
            articles: load_u32(record, 4),
            postings: u64::from(load_u32(record, 8)) | u64::from(record[12]) << 32,
            link: load_u32(record, 13),
            rank: load_u32(record, 17),
        }
    }
}

/// Writes strings so that each can be read by its number.
pub(crate) fn write_strings<'a>(strings: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let mut offsets = Vec::with_capacity(4 * (strings.len() + 1));
    let mut bytes = Vec::new();
    offsets.extend_from_slice(&(strings.len() as u32).to_le_bytes());
    for string in strings {
        bytes.extend_from_slice(string.as_bytes());
        offsets.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    }
    offsets.append(&mut bytes);
    offsets
}

/// The string with number `index` of a section that [`write_strings`] wrote.
#[inline]
pub(crate) fn read_string(section: SectionView<'_>, index: u32) -> &str {
    std::str::from_utf8(string_bytes(section, index)).unwrap_or_default()
}

fn string_bytes(section: SectionView<'_>, index: u32) -> &[u8] {
    let (base, range) = (string_base(section), string_range(section, index));
    section.get(base.saturating_add(range.start)..base.saturating_add(range.end))
}

/// The start of the strings of a section.
fn string_base(section: SectionView<'_>) -> usize {
    4 * (section.u32(0) as usize + 1)
}

/// The bytes of a string, counted from the start of the strings.
#[inline]
fn string_range(section: SectionView<'_>, index: u32) -> Range<usize> {
    if index >= section.u32(0) {
        return 0..0;
    }
    let start = if index == 0 {
        0
    } else {
        section.u32(4 * index as usize) as usize
    };
    start..section.u32(4 * (index as usize + 1)) as usize
}

/// The strings of a section that [`write_strings`] wrote, for many reads.
#[derive(Clone, Copy)]
pub(crate) struct Strings<'a> {
    section: SectionView<'a>,
    /// All strings, if they were checked at once.
    text: Option<&'a str>,
}

impl<'a> Strings<'a> {
    /// Checks all strings at once, which pays if as many are going to be read.
    pub(crate) fn checked(section: &'a [u8]) -> Self {
        let section = SectionView::from(section);
        let bytes = section.get(string_base(section)..section.len());
        Self {
            section,
            text: std::str::from_utf8(bytes).ok(),
        }
    }

    /// Checks each string when it is read.
    pub(crate) fn unchecked(section: SectionView<'a>) -> Self {
        Self {
            section,
            text: None,
        }
    }

    /// The number of strings.
    pub(crate) fn len(&self) -> u32 {
        self.section.u32(0)
    }

    /// The string with number `index`.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> &'a str {
        match self.text {
            Some(text) => text
                .get(string_range(self.section, index))
                .unwrap_or_default(),
            None => read_string(self.section, index),
        }
    }
}

/// FNV-1a (Fowler, Noll, Vo), 32 bits: keys are short.
fn hash(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |h, b| {
        (h ^ u32::from(b)).wrapping_mul(0x0100_0193)
    })
}

/// Spreads a hash over `slots`, a power of two.
fn home(hash: u32, slots: usize) -> usize {
    (hash ^ hash >> 15) as usize & (slots - 1)
}

/// Bytes of a slot: a hash, and the number of a string plus one.
const SLOT: usize = 8;

/// Writes a hash table from strings to their numbers, with linear probing.
pub(crate) fn write_hash<'a>(strings: impl ExactSizeIterator<Item = &'a str>) -> Vec<u8> {
    let slots = (strings.len() * 3 / 2).next_power_of_two().max(2);
    let mut table = vec![(0u32, 0u32); slots];
    for (id, key) in strings.enumerate() {
        let hash = hash(key);
        let mut at = home(hash, slots);
        while table[at].1 != 0 {
            at = (at + 1) & (slots - 1);
        }
        table[at] = (hash, id as u32 + 1);
    }
    table
        .into_iter()
        .flat_map(|(hash, id)| [hash, id])
        .flat_map(u32::to_le_bytes)
        .collect()
}

/// Finds the number of a key in a table that [`write_hash`] wrote.
pub(crate) fn find(table: SectionView<'_>, strings: SectionView<'_>, key: &str) -> Option<u32> {
    let slots = table.len() / SLOT;
    if !slots.is_power_of_two() {
        return None;
    }
    let hash = hash(key);
    let mut at = home(hash, slots);
    for _ in 0..slots {
        let slot = table.u64(SLOT * at);
        let id = ((slot >> 32) as u32).checked_sub(1)?;
        if slot as u32 == hash && string_bytes(strings, id) == key.as_bytes() {
            return Some(id);
        }
        at = (at + 1) & (slots - 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(bytes: &[u8]) -> SectionView<'_> {
        bytes.into()
    }

    #[test]
    fn strings_and_records_come_back() {
        let words = ["", "tu5", "dien", "bien"];
        let bytes = write_strings(words.iter().copied());
        for (i, word) in words.iter().enumerate() {
            assert_eq!(read_string(view(&bytes), i as u32), *word);
        }
        assert_eq!(read_string(view(&bytes), 4), "");
        assert_eq!(read_string(view(&bytes[..9]), 2), "");

        let info = KeyInfo {
            tokens: 7,
            articles: 5,
            postings: 1 << 33 | 9,
            link: 3,
            rank: 8,
        };
        let mut out = Vec::new();
        KeyInfo::default().write(&mut out);
        info.write(&mut out);
        assert_eq!(out.len(), 2 * KeyInfo::BYTES);
        assert_eq!(KeyInfo::read(view(&out), 1), info);
        assert_eq!(KeyInfo::read(view(&out), 2), KeyInfo::default());
    }
}
