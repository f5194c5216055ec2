//! The checksum and the id of an index in its `meta.json`.
//!
//! Tantivy ends its other files with a checksum. This one names the files that
//! count, so a flipped bit could make articles vanish unnoticed. The checksum
//! is its first field, and the id of the index the second; Tantivy ignores
//! both. The checksum covers everything after it.

use std::io;

use super::IndexId;

const CHECKSUM: &[u8] = b"{\"blake3\":\"";
const HEX: usize = 2 * blake3::OUT_LEN;
const ID: &[u8] = b"\",\"index\":\"";
const ID_HEX: usize = 32;
const AFTER: &[u8] = b"\",";
/// Offset of the bytes that the checksum covers, which start with the id.
const COVERED: usize = CHECKSUM.len() + HEX + ID.len();

/// Adds checksum and id before the fields of a JSON object.
pub(crate) fn seal(json: &[u8], id: IndexId) -> Vec<u8> {
    let fields = json.strip_prefix(b"{").unwrap_or(json);
    let covered = [id.to_string().as_bytes(), AFTER, fields].concat();
    let hash = blake3::hash(&covered).to_hex();
    [CHECKSUM, hash.as_bytes(), ID, &covered].concat()
}

/// Removes checksum and id.
///
/// # Errors
///
/// Invalid data if the checksum is wrong.
pub(crate) fn unseal(sealed: &[u8]) -> io::Result<(Vec<u8>, IndexId)> {
    let content = || {
        let (hex, rest) = sealed.strip_prefix(CHECKSUM)?.split_at_checked(HEX)?;
        let covered = rest.strip_prefix(ID)?;
        let (id, rest) = covered.split_at_checked(ID_HEX)?;
        let id = IndexId::parse(std::str::from_utf8(id).ok()?)?;
        let fields = rest.strip_prefix(AFTER)?;
        (blake3::hash(covered).to_hex().as_bytes() == hex).then_some((fields, id))
    };
    match content() {
        Some((fields, id)) => Ok(([b"{", fields].concat(), id)),
        None => {
            let message = "checksum mismatch: it was changed or is damaged";
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

/// Returns `true` if bytes begin as [`seal`] writes them.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(CHECKSUM)
}

/// The argument of [`seal`], as far as it can be read, even with a wrong
/// checksum.
pub(crate) fn content(sealed: &[u8]) -> Option<Vec<u8>> {
    let fields = sealed.get(COVERED + ID_HEX + AFTER.len()..)?;
    Some([b"{", fields].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsealing_inverts_sealing_and_notices_every_flipped_bit() {
        let json = b"{\n  \"segments\": []\n}\n";
        let id = IndexId([0x5a; 16]);
        let sealed = seal(json, id);
        assert!(serde_json::from_slice::<serde_json::Value>(&sealed).is_ok());
        assert_eq!(unseal(&sealed).unwrap(), (json.to_vec(), id));
        assert_eq!(content(&sealed).unwrap(), json);
        for bit in 0..8 * sealed.len() {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(unseal(&flipped).is_err(), "bit {bit}");
        }
    }
}
