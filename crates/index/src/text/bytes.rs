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

/// Bytes of a word.
pub(crate) const WORD: usize = size_of::<u64>();

/// Writes the lowest `width` bits, at most 32, of all values next to each other, and up to a word
/// of zeros after them.
pub(crate) fn pack_bits(values: &[u32], width: u32, out: &mut [u8]) {
    // As many at a time as a word contains after up to seven bits of the ones before.
    match (u64::BITS - 7) / width.max(1) {
        0 | 1 => pack_bits_by::<1>(values, width, out),
        2 | 3 => pack_bits_by::<2>(values, width, out),
        _ => pack_bits_by::<4>(values, width, out),
    }
}

fn pack_bits_by<const N: usize>(values: &[u32], width: u32, out: &mut [u8]) {
    let mask = (1u64 << width) - 1;
    let (mut word, mut used, mut at) = (0u64, 0, 0);
    let mut write = |group: &[u32]| {
        for &value in group {
            word |= (u64::from(value) & mask) << used;
            used += width;
        }
        // Branch-free: a whole word is always written, and whole bytes of it count.
        if let Some(bytes) = out.get_mut(at..at + WORD) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        at += (used >> 3) as usize;
        word = word.checked_shr(used & !7).unwrap_or(0);
        used &= 7;
    };
    let (groups, rest) = values.as_chunks::<N>();
    groups.iter().for_each(|group| write(group));
    rest.iter()
        .for_each(|value| write(std::slice::from_ref(value)));
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
            let mut bytes = vec![0; values.len() * width as usize / 8 + 2 * WORD];
            pack_bits(&values, width, &mut bytes);
            for (i, &v) in values.iter().enumerate() {
                prop_assert_eq!(load_bits(&bytes, i * width as usize, width), v & mask);
            }
        }
    }
}
