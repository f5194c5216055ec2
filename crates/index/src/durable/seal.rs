//! A checksum for `meta.json`.
//!
//! Tantivy ends its other files with a checksum. This one says which files
//! count, so a flipped bit could make articles vanish unnoticed. The checksum
//! is its first field, which Tantivy ignores, and covers all that follows it.

use std::io;

const BEFORE: &[u8] = b"{\"blake3\":\"";
const AFTER: &[u8] = b"\",";
const HEX: usize = 2 * blake3::OUT_LEN;

/// Puts the checksum before the fields of a JSON object.
pub(crate) fn seal(json: &[u8]) -> Vec<u8> {
    let rest = json.strip_prefix(b"{").unwrap_or(json);
    let mut sealed = BEFORE.to_vec();
    sealed.extend_from_slice(blake3::hash(rest).to_hex().as_bytes());
    sealed.extend_from_slice(AFTER);
    sealed.extend_from_slice(rest);
    sealed
}

/// Takes the checksum out again.
///
/// # Errors
///
/// Invalid data, when it does not fit.
pub(crate) fn unseal(sealed: Vec<u8>) -> io::Result<Vec<u8>> {
    let content = || {
        let (hex, rest) = sealed.strip_prefix(BEFORE)?.split_at_checked(HEX)?;
        let rest = rest.strip_prefix(AFTER)?;
        (blake3::hash(rest).to_hex().as_bytes() == hex).then_some(rest)
    };
    match content() {
        Some(rest) => Ok([b"{", rest].concat()),
        None => {
            let message = "its checksum does not fit; it was changed or damaged";
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

/// What [`seal`] was given, if it can still be told, whether it fits or not.
pub(crate) fn content(sealed: &[u8]) -> Option<Vec<u8>> {
    let rest = sealed.get(BEFORE.len() + HEX + AFTER.len()..)?;
    Some([b"{", rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsealing_inverts_sealing_and_notices_every_flipped_bit() {
        let json = b"{\n  \"segments\": []\n}\n";
        let sealed = seal(json);
        assert!(serde_json::from_slice::<serde_json::Value>(&sealed).is_ok());
        assert_eq!(unseal(sealed.clone()).unwrap(), json);
        assert_eq!(content(&sealed).unwrap(), json);
        for bit in 0..8 * sealed.len() {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(unseal(flipped).is_err(), "bit {bit}");
        }
    }
}
