//! The id of an index.

use std::fmt;

use tantivy::index::SegmentId;

/// Distinguishes an index from all others. It is random, and stays the same in
/// copies and backups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct IndexId(pub(crate) [u8; 16]);

impl IndexId {
    /// A new id.
    pub(crate) fn random() -> Self {
        // Tantivy's ids of segments are random UUIDs.
        Self::parse(&SegmentId::generate_random().uuid_string()).unwrap_or_default()
    }

    /// Parses 32 hexadecimal digits.
    pub(crate) fn parse(hex: &str) -> Option<Self> {
        if hex.len() != 32 || !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut id = [0; 16];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for IndexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
