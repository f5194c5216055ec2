//! Sessions of browsers: cookies that the server can check without keeping them.

use std::time::{SystemTime, UNIX_EPOCH};

use blake3::Hash;

use super::file::{TokenFileError, fill};

/// Seconds for which a session lasts.
pub(crate) const LIFETIME: u64 = 30 * 24 * 3600;

/// Issues and checks cookies, with a key that ends with the server. The default has no holders of
/// tokens to issue cookies to.
#[derive(Default)]
pub(super) struct Sessions {
    key: [u8; 32],
}

impl Sessions {
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub(super) fn new() -> Result<Self, TokenFileError> {
        let mut key = [0; 32];
        fill(&mut key)?;
        Ok(Self { key })
    }

    /// A cookie for the holder of the token with this hash.
    pub(super) fn begin(&self, token: &Hash) -> String {
        let end = now() + LIFETIME;
        format!("{end}.{}", self.seal(token, end).to_hex())
    }

    /// Returns `true` if a cookie was issued for a token and is still valid.
    pub(super) fn is_of(&self, cookie: &str, token: &Hash) -> bool {
        let Some((end, seal)) = cookie.split_once('.') else {
            return false;
        };
        let (Ok(end), Ok(seal)) = (end.parse(), Hash::from_hex(seal)) else {
            return false;
        };
        // Hashes are compared in constant time.
        seal == self.seal(token, end) && now() < end
    }

    fn seal(&self, token: &Hash, end: u64) -> Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(token.as_bytes());
        hasher.update(&end.to_le_bytes());
        hasher.finalize()
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_valid_for_its_token_its_server_and_its_time() {
        let (one, other) = (Sessions::new().unwrap(), Sessions::new().unwrap());
        let (token, wrong) = (blake3::hash(b"a"), blake3::hash(b"b"));
        let cookie = one.begin(&token);
        assert!(one.is_of(&cookie, &token));
        assert!(!one.is_of(&cookie, &wrong) && !other.is_of(&cookie, &token));
        let over = format!("1.{}", one.seal(&token, 1).to_hex());
        assert!(!one.is_of(&over, &token));
        for text in ["", ".", "9", "x.y", &cookie[1..]] {
            assert!(!one.is_of(text, &token), "{text}");
        }
    }
}
