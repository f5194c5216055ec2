//! Streams of objects in encrypted documents.
//!
//! The parser of objects decrypts these and inflates them without a bound. They are decrypted here
//! first, by the same parser: in a document that contains nothing else, as streams without filters.

use std::collections::HashSet;
use std::ops::Range;

use hayro_syntax::object::{ObjectIdentifier, Stream};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::survey::{names, string_end};
use crate::problem::{Fault, ProblemKind};

/// Identifiers of a document that are tried as part of its key.
const MOST_IDS: usize = 4;

/// Generations of one number among the streams.
const MOST_ROUNDS: usize = 100;

/// Bytes of a dictionary of encryption.
const LONGEST: usize = 8 << 10;

/// A stream of objects.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// Where the object begins, after its keyword.
    pub object: usize,
    /// The data between `stream` and `endstream`.
    pub data: Range<usize>,
}

/// The encryption of a document.
pub(super) struct Encryption<'b> {
    bytes: &'b [u8],
    /// The source of its dictionary.
    dictionary: &'b [u8],
    /// Sources of the arrays that may identify the document.
    ids: Vec<&'b [u8]>,
}

impl<'b> Encryption<'b> {
    /// The encryption of a document in these bytes; `None` if it is not encrypted.
    ///
    /// # Errors
    ///
    /// If its dictionary cannot be determined.
    pub fn of(bytes: &'b [u8]) -> Result<Option<Self>, Fault> {
        let mut value = None;
        let mut ids: Vec<&[u8]> = Vec::new();
        for (name, after) in names(bytes) {
            let after = after.trim_ascii_start();
            match &*name {
                b"Encrypt" => {
                    let found = dictionary(after).or_else(|| referred(bytes, after));
                    let found = found.ok_or_else(unknown)?;
                    if value.is_some_and(|value| value != found) {
                        return Err(unknown());
                    }
                    value = Some(found);
                }
                b"ID" if after.starts_with(b"[") && ids.len() < MOST_IDS => {
                    ids.extend(array(after).filter(|id| !ids.contains(id)));
                }
                _ => {}
            }
        }
        if ids.is_empty() {
            ids.push(b"[]");
        }
        Ok(value.map(|dictionary| Self {
            bytes,
            dictionary,
            ids,
        }))
    }

    /// Calls `each` with the number and the decrypted data of each stream.
    ///
    /// # Errors
    ///
    /// If the document does not open without a password, and those of `each`.
    pub fn decrypt(
        &self,
        streams: &[Packed],
        mut each: impl FnMut(usize, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut rest: Vec<(usize, (u32, u32))> = Vec::new();
        for (number, stream) in streams.iter().enumerate() {
            let id = identifier(&self.bytes[..stream.object]).ok_or_else(unknown)?;
            rest.push((number, id));
        }
        for _ in 0..MOST_ROUNDS {
            if rest.is_empty() {
                return Ok(());
            }
            let mut seen = HashSet::new();
            let (round, later) = rest.into_iter().partition(|(_, id)| seen.insert(id.0));
            self.decrypt_round(streams, round, &mut each)?;
            rest = later;
        }
        Err(unknown())
    }

    /// Decrypts streams with different numbers.
    fn decrypt_round(
        &self,
        streams: &[Packed],
        round: Vec<(usize, (u32, u32))>,
        each: &mut impl FnMut(usize, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut error = None;
        let mut is_open = false;
        for id in &self.ids {
            let pdf = match Pdf::new(self.document(streams, &round, id)?) {
                Ok(pdf) => pdf,
                Err(LoadPdfError::Invalid) => continue,
                Err(other) => {
                    error = Some(other);
                    continue;
                }
            };
            is_open = true;
            for (number, (object, generation)) in &round {
                let id = ObjectIdentifier::new(*object, *generation as i32);
                let stream = pdf.xref().get::<Stream<'_>>(id).ok_or_else(unknown)?;
                each(*number, &stream.raw_data())?;
            }
        }
        match (is_open, error) {
            (true, _) => Ok(()),
            (false, Some(error)) => Err(unreadable(error)),
            (false, None) => Err(unknown()),
        }
    }

    /// A document of these streams, encrypted as this one.
    fn document(
        &self,
        streams: &[Packed],
        round: &[(usize, (u32, u32))],
        id: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = Vec::new();
        for (number, (object, generation)) in round {
            table.push((*object, *generation, file.len()));
            let data = trimmed(&self.bytes[streams[*number].data.clone()]);
            let head = format!(
                "{object} {generation} obj<</Length {}>>stream\n",
                data.len()
            );
            file.extend_from_slice(head.as_bytes());
            file.extend_from_slice(data);
            file.extend_from_slice(b"\nendstream endobj\n");
        }
        let last = round.iter().map(|(_, (object, _))| *object).max();
        let root = last.unwrap_or(0).checked_add(1).ok_or_else(unknown)?;
        let [pages, page] = [root.checked_add(1), root.checked_add(2)];
        let (pages, page) = pages.zip(page).ok_or_else(unknown)?;
        for (object, content) in [
            (root, format!("<</Type/Catalog/Pages {pages} 0 R>>")),
            (pages, format!("<</Type/Pages/Count 1/Kids[{page} 0 R]>>")),
            (
                page,
                format!("<</Type/Page/Parent {pages} 0 R/MediaBox[0 0 9 9]>>"),
            ),
        ] {
            table.push((object, 0, file.len()));
            file.extend_from_slice(format!("{object} 0 obj{content}endobj\n").as_bytes());
        }
        let start = file.len();
        file.extend_from_slice(b"xref\n");
        for (object, generation, at) in table {
            let entry = format!("{object} 1\n{at:010} {generation:05} n \n");
            file.extend_from_slice(entry.as_bytes());
        }
        let trailer = format!("trailer<</Size {page}/Root {root} 0 R/ID");
        for part in [trailer.as_bytes(), id, b"/Encrypt", self.dictionary] {
            file.extend_from_slice(part);
        }
        file.extend_from_slice(format!(">>\nstartxref\n{start}\n%%EOF\n").as_bytes());
        Ok(file)
    }
}

fn unknown() -> Fault {
    Fault::new(
        ProblemKind::Encrypted,
        "encrypted in a way that is not read; save it without encryption",
    )
}

/// Whole blocks of the data of a stream, without the line break before its end.
fn trimmed(data: &[u8]) -> &[u8] {
    let data = data.strip_prefix(b"\r").unwrap_or(data);
    let data = data.strip_prefix(b"\n").unwrap_or(data);
    &data[..data.len() / 16 * 16]
}

/// The dictionary that bytes begin with.
fn dictionary(bytes: &[u8]) -> Option<&[u8]> {
    bytes.starts_with(b"<<").then(|| balanced(bytes)).flatten()
}

/// The array that bytes begin with.
fn array(bytes: &[u8]) -> Option<&[u8]> {
    bytes.starts_with(b"[").then(|| balanced(bytes)).flatten()
}

/// The dictionary or array that bytes begin with, to its closing bracket.
fn balanced(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.len().min(LONGEST);
    let (mut at, mut depth) = (0, 0_usize);
    while at < end {
        let pair = bytes.get(at..at + 2).unwrap_or_default();
        at = match bytes[at] {
            b'(' => string_end(bytes, at, end)?,
            b'<' | b'>' if pair == b"<<" || pair == b">>" => {
                depth = match pair {
                    b"<<" => depth + 1,
                    _ => depth.checked_sub(1)?,
                };
                at + 2
            }
            b'<' => at + memchr::memchr(b'>', &bytes[at..end])? + 1,
            b'[' => {
                depth += 1;
                at + 1
            }
            b']' => {
                depth = depth.checked_sub(1)?;
                at + 1
            }
            _ => at + 1,
        };
        if depth == 0 {
            return Some(&bytes[..at]);
        }
    }
    None
}

/// The dictionary that a reference at the start of `after` refers to, if one object has its number.
fn referred<'b>(bytes: &'b [u8], after: &[u8]) -> Option<&'b [u8]> {
    let digits = after
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number: u32 = std::str::from_utf8(&after[..digits]).ok()?.parse().ok()?;
    let mut found = memchr::memmem::find_iter(bytes, b"obj")
        .map(|at| at + b"obj".len())
        .filter(|at| identifier(&bytes[..*at]).is_some_and(|(object, _)| object == number));
    let at = found.next().filter(|_| found.next().is_none())?;
    dictionary(bytes[at..].trim_ascii_start())
}

/// The number and generation of an object before its keyword `obj`, with which bytes end.
fn identifier(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = &bytes[bytes.len().saturating_sub(64)..];
    let mut words = rest
        .strip_suffix(b"obj")?
        .rsplit(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let generation = number(words.next()?)?;
    Some((number(words.next()?)?, generation))
}

/// The number that a word ends with.
fn number(word: &[u8]) -> Option<u32> {
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let digits = &word[word.len() - digits.count()..];
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What to say of a document that cannot be opened.
pub(super) fn unreadable(error: LoadPdfError) -> Fault {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Fault::new(
            ProblemKind::Encrypted,
            "encrypted; save it without a password",
        ),
        LoadPdfError::Decryption(_) => Fault::new(
            ProblemKind::Encrypted,
            "encrypted in a way that is not read; save it without encryption",
        ),
        LoadPdfError::Invalid => Fault::malformed(
            "no pages can be found in it; open it in a PDF viewer and save it again, or fetch it again",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_of_encryption_is_found_or_the_document_refused() {
        let dictionary = "<</V 1/O(a\\)>>)/U<3E3E>/CF<</A[]>>>>";
        for (text, expected) in [
            ("trailer<</Root 1 0 R>>", Ok(None)),
            (
                "/Encrypt<</V 1/O(a\\)>>)/U<3E3E>/CF<</A[]>>>>/x",
                Ok(Some(dictionary)),
            ),
            (
                "/Encrypt 5 0 R 5  0 obj\n<</V 1/O(a\\)>>)/U<3E3E>/CF<</A[]>>>> endobj /#45ncrypt 5 0 R",
                Ok(Some(dictionary)),
            ),
            ("/Encrypt 5 0 R", Err(())),
            ("/Encrypt 5 0 R 5 0 obj<</V 1>> 5 0 obj<</V 2>>", Err(())),
            ("/Encrypt<</V 1>> /Encrypt<</V 2>>", Err(())),
            ("/Encrypt<</V 1", Err(())),
        ] {
            let found = Encryption::of(text.as_bytes());
            let found = found.map(|found| found.map(|found| found.dictionary));
            let expected = expected.map(|found| found.map(str::as_bytes));
            assert_eq!(found.map_err(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn identifiers_are_read_before_the_keyword() {
        assert_eq!(identifier(b"endobj\n12 0 obj"), Some((12, 0)));
        assert_eq!(identifier(b">>7\n 3  obj"), Some((7, 3)));
        assert_eq!(identifier(b"12 0 endobj"), None);
    }
}
