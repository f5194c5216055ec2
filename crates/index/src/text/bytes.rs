//! Reading and writing small numbers in byte slices.
//!
//! Reads never panic: past the end they return zeros, so that a damaged file
//! yields wrong numbers at worst, which checksums detect, and not a crash.

/// Loads eight bytes from `at`, little-endian, zeros past the end.
#[inline]
pub(crate) fn load_u64(bytes: &[u8], at: usize) -> u64 {
    if let Some(window) = bytes.get(at..at.wrapping_add(8)) {
        let mut word = [0; 8];
        word.copy_from_slice(window);
        return u64::from_le_bytes(word);
    }
    let mut word = [0; 8];
    for (byte, slot) in bytes.iter().skip(at).zip(&mut word) {
        *slot = *byte;
    }
    u64::from_le_bytes(word)
}

/// Loads four bytes from `at`, little-endian, zeros past the end.
#[inline]
pub(crate) fn load_u32(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at.wrapping_add(4)) {
        Some(window) => {
            let mut word = [0; 4];
            word.copy_from_slice(window);
            u32::from_le_bytes(word)
        }
        None => load_u64(bytes, at) as u32,
    }
}

/// Reads `width` bits, at most 32, from bit `at`.
#[inline]
pub(crate) fn load_bits(bytes: &[u8], at: usize, width: u32) -> u32 {
    let word = load_u64(bytes, at >> 3) >> (at & 7);
    (word & ((1u64 << width) - 1)) as u32
}

/// Appends a number in groups of seven bits, lowest first.
#[inline]
pub(crate) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads a number written by [`push_varint`] and moves `at` past it.
#[inline]
pub(crate) fn read_varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut value = 0;
    let mut shift = 0;
    while let Some(&byte) = bytes.get(*at) {
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 || shift > 56 {
            break;
        }
        shift += 7;
    }
    value
}

/// Appends numbers of few bits.
#[derive(Default)]
pub(crate) struct BitWriter {
    word: u64,
    used: u32,
}

impl BitWriter {
    /// Appends the lowest `width` bits of `value`; `width` is at most 32.
    #[inline]
    pub(crate) fn push(&mut self, out: &mut Vec<u8>, value: u32, width: u32) {
        self.word |= u64::from(value) << self.used;
        self.used += width;
        if self.used >= 32 {
            out.extend_from_slice(&(self.word as u32).to_le_bytes());
            self.word >>= 32;
            self.used -= 32;
        }
    }

    /// Fills the last byte with zeros.
    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        let bytes = self.used.div_ceil(8) as usize;
        out.extend_from_slice(&self.word.to_le_bytes()[..bytes]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn varints_come_back(values in proptest::collection::vec(any::<u64>().prop_map(|v| v >> (v % 60)), 0..50)) {
            let mut bytes = Vec::new();
            for &v in &values {
                push_varint(&mut bytes, v);
            }
            let mut at = 0;
            for &v in &values {
                prop_assert_eq!(read_varint(&bytes, &mut at), v);
            }
            prop_assert_eq!(at, bytes.len());
        }

        #[test]
        fn bits_come_back(values in proptest::collection::vec(any::<u32>(), 0..50), width in 0u32..=32) {
            let mask = ((1u64 << width) - 1) as u32;
            let mut bytes = Vec::new();
            let mut writer = BitWriter::default();
            for &v in &values {
                writer.push(&mut bytes, v & mask, width);
            }
            writer.finish(&mut bytes);
            for (i, &v) in values.iter().enumerate() {
                prop_assert_eq!(load_bits(&bytes, i * width as usize, width), v & mask);
            }
        }
    }
}
