//! Origins of pages, as browsers name them.

use std::str::FromStr;

use axum::http::HeaderValue;

/// An origin whose pages may read the API: `https://bao.example`, or `*` for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The error for an invalid origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is http:// or https:// with a host and no path, or *")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim().to_ascii_lowercase();
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let is_host = |host: &str| {
            let mut bytes = host.bytes();
            !host.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
        };
        match host {
            Some(host) if is_host(host) => Ok(Self(text)),
            None if text == "*" => Ok(Self(text)),
            _ => Err(OriginError),
        }
    }
}

impl Origin {
    /// Returns `true` if a page of `origin` may read the API.
    pub(crate) fn admits(&self, origin: &HeaderValue) -> bool {
        self.0 == "*" || self.0.as_bytes().eq_ignore_ascii_case(origin.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_and_a_host() {
        for text in [
            "*",
            "https://bao.example",
            "HTTP://localhost:8080",
            "http://[::1]:80",
        ] {
            assert!(text.parse::<Origin>().is_ok(), "{text}");
        }
        for text in [
            "",
            "bao.example",
            "https://",
            "https://bao.example/",
            "null",
            "**",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text}");
        }
    }
}
