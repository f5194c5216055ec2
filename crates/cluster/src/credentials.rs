//! Passwords, keys and certificates.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::{Error, Result};

/// The environment variable with the user and password, or the key.
const LOGIN: &str = "TIMBAO_CLUSTER_LOGIN";

/// The user and password, or the key, that requests are sent with. Never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The value of the header `Authorization`.
    header: Option<String>,
}

impl Credentials {
    /// Requests without authentication.
    pub const fn none() -> Self {
        Self { header: None }
    }

    /// Parses one line: `USER:PASSWORD`, or `ApiKey KEY`, or `Bearer TOKEN`. `place` names its
    /// origin in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] for anything else.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let fail = |reason: &str| Error::Credentials {
            place: place.to_owned(),
            reason: reason.to_owned(),
        };
        let line = text.trim_end_matches(['\r', '\n']);
        if line.contains(['\r', '\n']) {
            return Err(fail("there is more than one line"));
        }
        let key = ["ApiKey ", "Bearer "]
            .iter()
            .find_map(|scheme| Some((*scheme, line.strip_prefix(scheme)?.trim())));
        let header = match key {
            Some((scheme, key)) => {
                let is_key = |c: char| c.is_ascii_graphic();
                if key.is_empty() || !key.chars().all(is_key) {
                    return Err(fail("the key is empty or has other characters than a key"));
                }
                format!("{scheme}{key}")
            }
            None => {
                let parts = line.split_once(':');
                let (user, _) =
                    parts.ok_or_else(|| fail("there is no user, colon and password"))?;
                if user.is_empty() {
                    return Err(fail("there is no user before the colon"));
                }
                format!("Basic {}", STANDARD.encode(line))
            }
        };
        Ok(Self {
            header: Some(header),
        })
    }

    /// Reads a file with one line, as in [`parse`](Self::parse).
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] if the file cannot be read or contains something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let place = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| Error::Credentials {
            place: place.clone(),
            reason: error.to_string(),
        })?;
        Self::parse(&text, &place)
    }

    /// Reads a file, or without one the environment variable `TIMBAO_CLUSTER_LOGIN`; requests are
    /// without authentication if that is not set either.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read) and [`parse`](Self::parse).
    pub fn find(file: Option<&Path>) -> Result<Self> {
        match (file, env::var(LOGIN)) {
            (Some(path), _) => Self::read(path),
            (None, Ok(line)) if !line.is_empty() => Self::parse(&line, LOGIN),
            _ => Ok(Self::none()),
        }
    }

    pub(crate) fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.header {
            Some(_) => "Credentials(…)",
            None => "Credentials(none)",
        })
    }
}

/// The authorities whose certificates are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Those of the operating system.
    #[default]
    System,
    /// Those in a PEM file, and no others.
    File(PathBuf),
}

impl Trust {
    /// Reads the certificates.
    ///
    /// # Errors
    ///
    /// [`Error::Authorities`] if the file cannot be read or has no certificate.
    pub(crate) fn roots(&self) -> Result<RootCerts> {
        let Self::File(path) = self else {
            return Ok(RootCerts::PlatformVerifier);
        };
        let fail = |reason: String| Error::Authorities {
            path: path.clone(),
            reason,
        };
        let pem = fs::read(path).map_err(|error| fail(error.to_string()))?;
        let mut certificates: Vec<Certificate<'static>> = Vec::new();
        for item in parse_pem(&pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
                Ok(_) => {}
                Err(error) => return Err(fail(error.to_string())),
            }
        }
        if certificates.is_empty() {
            return Err(fail("there is no certificate in this file".to_owned()));
        }
        Ok(RootCerts::Specific(Arc::new(certificates)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_headers() {
        for (line, header) in [
            ("an:mật khẩu\n", "Basic YW46beG6rXQga2jhuql1"),
            ("an:a:b", "Basic YW46YTpi"),
            ("ApiKey abc==\r\n", "ApiKey abc=="),
            ("Bearer a.b.c", "Bearer a.b.c"),
        ] {
            let credentials = Credentials::parse(line, "test").unwrap();
            assert_eq!(credentials.header(), Some(header), "{line}");
            assert_eq!(format!("{credentials:?}"), "Credentials(…)");
        }
    }

    #[test]
    fn other_lines_are_rejected_without_being_shown() {
        for line in [
            "",
            "secret",
            ":secret",
            "ApiKey ",
            "ApiKey se cret",
            "a:secret\nb",
        ] {
            let error = Credentials::parse(line, "the file")
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("the file: ") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn files_without_a_certificate_are_rejected() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        assert!(Trust::File(path.clone()).roots().is_err());
        fs::write(&path, "nothing").unwrap();
        let error = Trust::File(path).roots().unwrap_err().to_string();
        assert!(error.contains("no certificate"), "{error}");
    }
}
