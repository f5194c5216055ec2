//! The file of tokens: a line for each, with name, rights, day and hash.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use blake3::Hash;
use timbao_query::iso_day;
use timbao_views::today;

/// The first line of a new file.
const HEAD: &str =
    "# The tokens of timbao serve: name, rights, day, hash. A line that is removed is revoked.\n";
/// The letters of tokens: without those that look alike.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Number of random letters of a token, of 5 bits each.
const LENGTH: usize = 32;

/// What the holder of a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Whether pages and answers can be read.
    pub read: bool,
    /// Whether complete answers can be downloaded as files.
    pub export: bool,
}

/// The error for unknown rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rights are read, export, or both separated by a comma")]
pub struct RightsError;

impl Rights {
    /// All rights.
    pub const ALL: Self = Self {
        read: true,
        export: true,
    };
}

impl FromStr for Rights {
    type Err = RightsError;

    fn from_str(text: &str) -> Result<Self, RightsError> {
        let mut rights = Self {
            read: false,
            export: false,
        };
        for right in text.split(',') {
            match right.trim() {
                "read" => rights.read = true,
                "export" => rights.export = true,
                _ => return Err(RightsError),
            }
        }
        Ok(rights)
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.read, self.export) {
            (true, true) => "read,export",
            (true, false) => "read",
            (false, true) => "export",
            (false, false) => "",
        })
    }
}

/// A token with the name of its holder. The token itself is not kept, only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedToken {
    name: String,
    rights: Rights,
    day: String,
    hash: Hash,
}

impl NamedToken {
    pub(super) fn new(name: &str, rights: Rights, hash: Hash) -> Self {
        Self {
            name: name.to_owned(),
            rights,
            day: iso_day(today()),
            hash,
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rights.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// The day on which the token was made, as `YYYY-MM-DD`.
    pub fn day(&self) -> &str {
        &self.day
    }

    pub(super) fn hash(&self) -> &Hash {
        &self.hash
    }
}

impl fmt::Debug for NamedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedToken")
            .field("name", &self.name)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}

/// The error of a file of tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFileError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A line is not a name, rights, a day and a hash.
    #[error("{path}, line {line}: {reason}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// The defect.
        reason: String,
    },
    /// The name cannot be one.
    #[error("a name has 1 to 40 letters, digits and the signs - _ . @")]
    Name,
    /// A token has the name already.
    #[error("there is a token with the name {0}")]
    Taken(String),
    /// No token has the name.
    #[error("no token has the name {0}")]
    Unknown(String),
    /// The system has no random numbers.
    #[error("the system has no random numbers: {0}")]
    Random(String),
}

/// A file of tokens. A server notices changes within two seconds.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    text: String,
    tokens: Vec<NamedToken>,
}

impl TokenFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has an invalid line.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, TokenFileError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| io_error(path, source))?;
        let mut file = Self {
            path: path.to_owned(),
            tokens: Vec::new(),
            text: String::new(),
        };
        for (number, line) in (1..).zip(text.lines()) {
            let failed = |reason: String| TokenFileError::Line {
                path: path.to_owned(),
                line: number,
                reason,
            };
            if let Some(token) = parse(line).map_err(failed)? {
                if file.tokens.iter().any(|known| known.name == token.name) {
                    return Err(failed(format!(
                        "a second token has the name {}",
                        token.name
                    )));
                }
                file.tokens.push(token);
            }
        }
        Ok(Self { text, ..file })
    }

    /// Reads a file; one that does not exist is empty.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    pub fn read_or_new(path: impl AsRef<Path>) -> Result<Self, TokenFileError> {
        let path = path.as_ref();
        match Self::read(path) {
            Err(TokenFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Self {
                    path: path.to_owned(),
                    text: HEAD.to_owned(),
                    tokens: Vec::new(),
                })
            }
            read => read,
        }
    }

    /// The tokens.
    pub fn tokens(&self) -> &[NamedToken] {
        &self.tokens
    }

    /// Makes a token, writes its hash to the file, and returns it. It cannot be read later.
    ///
    /// # Errors
    ///
    /// If the name is invalid or taken, or the file cannot be written.
    pub fn add(&mut self, name: &str, rights: Rights) -> Result<String, TokenFileError> {
        if !is_name(name) {
            return Err(TokenFileError::Name);
        }
        if self.tokens.iter().any(|token| token.name == name) {
            return Err(TokenFileError::Taken(name.to_owned()));
        }
        let mut random = [0; LENGTH];
        fill(&mut random)?;
        let letters = random.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        let token = format!("timbao_{}", String::from_iter(letters));
        let named = NamedToken::new(name, rights, blake3::hash(token.as_bytes()));
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        let line = format!("{name} {rights} {} {}\n", named.day, named.hash.to_hex());
        self.text.push_str(&line);
        self.tokens.push(named);
        self.write()?;
        Ok(token)
    }

    /// Removes a token from the file.
    ///
    /// # Errors
    ///
    /// If there is no such token, or the file cannot be written.
    pub fn revoke(&mut self, name: &str) -> Result<(), TokenFileError> {
        if !self.tokens.iter().any(|token| token.name == name) {
            return Err(TokenFileError::Unknown(name.to_owned()));
        }
        let lines = self.text.split_inclusive('\n');
        self.text = lines
            .filter(|line| line.split_whitespace().next() != Some(name))
            .collect();
        self.tokens.retain(|token| token.name != name);
        self.write()
    }

    /// Replaces the file, which only its owner can read if it is new.
    fn write(&self) -> Result<(), TokenFileError> {
        let failed = |source| io_error(&self.path, source);
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let mut new =
            tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new("."))).map_err(failed)?;
        new.write_all(self.text.as_bytes()).map_err(failed)?;
        if let Ok(old) = fs::metadata(&self.path) {
            fs::set_permissions(new.path(), old.permissions()).map_err(failed)?;
        }
        new.as_file().sync_all().map_err(failed)?;
        new.persist(&self.path)
            .map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// Parses a line; empty ones and comments have no token.
fn parse(line: &str) -> Result<Option<NamedToken>, String> {
    let mut parts = line.split_whitespace();
    let Some(name) = parts.next().filter(|first| !first.starts_with('#')) else {
        return Ok(None);
    };
    let (Some(rights), Some(day), Some(hash), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("expected a name, rights, a day and a hash".to_owned());
    };
    if !is_name(name) {
        return Err(TokenFileError::Name.to_string());
    }
    let hash = Hash::from_hex(hash).map_err(|_| "the hash is not 64 hexadecimal digits")?;
    Ok(Some(NamedToken {
        name: name.to_owned(),
        rights: rights
            .parse()
            .map_err(|error: RightsError| error.to_string())?,
        day: day.to_owned(),
        hash,
    }))
}

fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.@".contains(c))
}

/// Fills bytes with random numbers of the system.
pub(super) fn fill(bytes: &mut [u8]) -> Result<(), TokenFileError> {
    getrandom::fill(bytes).map_err(|error| TokenFileError::Random(error.to_string()))
}

fn io_error(path: &Path, source: io::Error) -> TokenFileError {
    TokenFileError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_other_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens");
        let mut file = TokenFile::read_or_new(&path).unwrap();
        let token = file.add("lan", Rights::ALL).unwrap();
        file.add("Nguyễn.Văn-A@bao", "read".parse().unwrap())
            .unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(HEAD) && !text.contains(&token), "{text}");
        fs::write(&path, format!("{text}\n# hết hạn tháng 12\n")).unwrap();

        let mut file = TokenFile::read(&path).unwrap();
        let names: Vec<&str> = file.tokens().iter().map(NamedToken::name).collect();
        assert_eq!(names, ["lan", "Nguyễn.Văn-A@bao"]);
        assert_eq!(file.tokens()[0].hash(), &blake3::hash(token.as_bytes()));
        assert!(matches!(
            file.add("lan", Rights::ALL),
            Err(TokenFileError::Taken(_))
        ));
        assert!(matches!(
            file.add("a b", Rights::ALL),
            Err(TokenFileError::Name)
        ));
        file.revoke("lan").unwrap();
        assert!(matches!(
            file.revoke("lan"),
            Err(TokenFileError::Unknown(_))
        ));
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("# hết hạn") && !text.contains("lan "),
            "{text}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens");
        let mut file = TokenFile::read_or_new(&path).unwrap();
        file.add("lan", Rights::ALL).unwrap();
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        file.revoke("lan").unwrap();
        assert_eq!(mode(), 0o640);
    }

    #[test]
    fn invalid_lines_are_named() {
        let hash = blake3::hash(b"x").to_hex();
        for (text, reason) in [
            ("lan read".to_owned(), "line 1: expected a name"),
            (
                format!("\nlan write 2026-01-02 {hash}"),
                "line 2: rights are",
            ),
            (
                "lan read 2026-01-02 00".to_owned(),
                "line 1: the hash is not",
            ),
            (format!("l/n read 2026-01-02 {hash}"), "line 1: a name has"),
            (
                format!("lan read 2026-01-02 {hash}\nlan export 2026-01-02 {hash}"),
                "line 2: a second token has the name lan",
            ),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("tokens");
            fs::write(&path, text).unwrap();
            let error = TokenFile::read(&path).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
