//! The articles' tokens in order, as ids of exact keys.
//!
//! Ids are ranks: the commonest key has the smallest id, and small ids take
//! one byte. Two values below the keys mark ends, so that a phrase, which is
//! a row of neighbours, never runs over them.

/// Stands between two paragraphs.
pub(crate) const PARAGRAPH: u32 = 0;
/// Stands behind each part of an article's text.
pub(crate) const FIELD: u32 = 1;
/// The token of the exact key with id 0.
pub(crate) const FIRST_KEY: u32 = 2;

/// Tokens below take one byte.
const ONE_BYTE: u32 = 192;
/// Tokens below, from [`ONE_BYTE`] on, take two.
const TWO_BYTES: u32 = ONE_BYTE + 63 * 256;

/// Appends a token.
#[inline]
pub(crate) fn push_token(out: &mut Vec<u8>, token: u32) {
    if token < ONE_BYTE {
        out.push(token as u8);
    } else if token < TWO_BYTES {
        let rest = token - ONE_BYTE;
        out.extend_from_slice(&[(ONE_BYTE + (rest >> 8)) as u8, rest as u8]);
    } else {
        out.push(255);
        out.extend_from_slice(&(token - TWO_BYTES).to_le_bytes());
    }
}

/// Reads tokens one after the other.
#[derive(Clone)]
pub(crate) struct TokenReader<'a> {
    bytes: &'a [u8],
}

impl<'a> TokenReader<'a> {
    /// Reads from the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
}

impl Iterator for TokenReader<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.bytes.split_first()?;
        let first = u32::from(first);
        if first < ONE_BYTE {
            self.bytes = rest;
            return Some(first);
        }
        if first < 255 {
            let (&second, rest) = rest.split_first()?;
            self.bytes = rest;
            return Some(ONE_BYTE + ((first - ONE_BYTE) << 8 | u32::from(second)));
        }
        let (four, rest) = rest.split_first_chunk::<4>()?;
        self.bytes = rest;
        Some(u32::from_le_bytes(*four).saturating_add(TWO_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back() {
        let all = [
            0,
            1,
            2,
            191,
            192,
            193,
            447,
            448,
            16_319,
            16_320,
            16_321,
            70_000,
            1 << 30,
        ];
        let mut bytes = Vec::new();
        for token in all {
            push_token(&mut bytes, token);
        }
        assert_eq!(TokenReader::new(&bytes).collect::<Vec<_>>(), all);
        assert_eq!(TokenReader::new(&[200]).next(), None);
        assert_eq!(TokenReader::new(&[255, 1, 1]).next(), None);
    }
}
