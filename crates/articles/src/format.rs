//! What a file is, by its content first and its name second.

use std::fmt;

use serde::Serialize;

/// A format that articles are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// JSON: an object, an array of objects, or an object that holds one.
    Json,
    /// Plain text.
    Text,
    /// Markdown, perhaps with front matter.
    Markdown,
    /// A web page.
    Html,
    /// A row of a CSV or TSV table with a header.
    Csv,
    /// An element of an XML file of articles.
    Xml,
    /// An item of an RSS feed or an entry of an Atom feed.
    Feed,
    /// A NewsML-G2 news item.
    NewsMl,
    /// A NITF document.
    Nitf,
    /// A page in a web archive.
    Warc,
    /// A Word document.
    Docx,
    /// A PDF document, as far as it holds text.
    Pdf,
}

impl Format {
    /// The format's name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "JSON Lines",
            Self::Json => "JSON",
            Self::Text => "plain text",
            Self::Markdown => "Markdown",
            Self::Html => "HTML",
            Self::Csv => "CSV",
            Self::Xml => "XML",
            Self::Feed => "RSS or Atom",
            Self::NewsMl => "NewsML-G2",
            Self::Nitf => "NITF",
            Self::Warc => "WARC",
            Self::Docx => "DOCX",
            Self::Pdf => "PDF",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A wrapping around a file: it is undone before the format is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

/// A file of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Archive {
    Zip,
    Tar,
}

/// How a stream has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Packed(Packing),
    Archive(Archive),
    Read(Format),
    Empty,
    /// Something that is not read, and what it is.
    Unsupported(&'static str),
}

/// Guesses how to read a stream from its name and its first bytes. Bytes that
/// only one format begins with decide; the name decides among the others.
pub(crate) fn guess(name: &str, head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::Empty;
    }
    let extension = extension(name);
    if let Some(kind) = by_magic(head, &extension) {
        return kind;
    }
    let wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if !wide && is_binary(head) {
        return Kind::Unsupported("not text");
    }
    let text = head
        .strip_prefix(&[0xef, 0xbb, 0xbf])
        .unwrap_or(head)
        .trim_ascii_start();
    Kind::Read(match extension.as_str() {
        "jsonl" | "ndjson" | "jl" => Format::JsonLines,
        "md" | "markdown" | "mdown" => Format::Markdown,
        "csv" | "tsv" | "tab" => Format::Csv,
        _ if begins_html(text) => Format::Html,
        _ if begins_xml(text) => Format::Xml,
        "htm" | "html" | "xhtml" | "shtml" => Format::Html,
        "xml" | "rss" | "atom" | "rdf" | "nitf" | "newsml" => Format::Xml,
        _ if begins_object_lines(text) => Format::JsonLines,
        "json" | "geojson" => Format::Json,
        _ if begins_json(text) => Format::Json,
        _ if text.starts_with(b"---\n") || text.starts_with(b"---\r\n") => Format::Markdown,
        _ => Format::Text,
    })
}

fn by_magic(head: &[u8], extension: &str) -> Option<Kind> {
    Some(match head {
        [0x1f, 0x8b, ..] => Kind::Packed(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Packed(Packing::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Kind::Unsupported("compressed with bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Kind::Unsupported("compressed with xz"),
        [b'7', b'z', 0xbc, 0xaf, ..] => Kind::Unsupported("a 7z archive"),
        [b'R', b'a', b'r', b'!', ..] => Kind::Unsupported("a RAR archive"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Unsupported("an old Office document"),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => zipped(head, extension),
        [b'%', b'P', b'D', b'F', b'-', ..] => Kind::Read(Format::Pdf),
        _ if head.starts_with(b"WARC/") => Kind::Read(Format::Warc),
        _ if head.get(257..262) == Some(b"ustar") => Kind::Archive(Archive::Tar),
        _ => return None,
    })
}

/// Office documents are zip archives too.
fn zipped(head: &[u8], extension: &str) -> Kind {
    let has = |mark: &[u8]| memchr::memmem::find(head, mark).is_some();
    match extension {
        "docx" => Kind::Read(Format::Docx),
        "zip" => Kind::Archive(Archive::Zip),
        "xlsx" | "pptx" | "odt" | "ods" | "odp" | "epub" => {
            Kind::Unsupported("an office document or book")
        }
        _ if has(b"[Content_Types].xml") && has(b"word/") => Kind::Read(Format::Docx),
        _ if has(b"[Content_Types].xml") || has(b"mimetype") => {
            Kind::Unsupported("an office document or book")
        }
        _ => Kind::Archive(Archive::Zip),
    }
}

/// Tells bytes that are no text from text with a stray NUL.
fn is_binary(head: &[u8]) -> bool {
    let nuls = memchr::memchr_iter(0, head).count();
    // UTF-16 without a mark has many, but all in even or all in odd places.
    let in_place = |parity: usize| {
        memchr::memchr_iter(0, head)
            .filter(|at| at % 2 == parity)
            .count()
    };
    let wide =
        nuls * 5 > head.len() && (in_place(0) * 20 > nuls * 19 || in_place(1) * 20 > nuls * 19);
    nuls > 0 && !wide
}

/// The name without the suffix of its packing: `a.jsonl.zst` is `a.jsonl`.
pub(crate) fn unpacked_name(name: &str) -> &str {
    if ends_with_ignoring_case(name, ".tgz") || ends_with_ignoring_case(name, ".tzst") {
        return "archive.tar";
    }
    let cut = [".gz", ".gzip", ".zst", ".zstd"]
        .iter()
        .find(|suffix| name.len() > suffix.len() && ends_with_ignoring_case(name, suffix))
        .map_or(0, |suffix| suffix.len());
    &name[..name.len() - cut]
}

fn ends_with_ignoring_case(name: &str, suffix: &str) -> bool {
    let (name, suffix) = (name.as_bytes(), suffix.as_bytes());
    name.len() >= suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

fn extension(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.')
        .map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
}

fn begins_json(text: &[u8]) -> bool {
    let Some((&first, rest)) = text.split_first() else {
        return false;
    };
    let next = rest.trim_ascii_start().first();
    match first {
        b'{' => matches!(next, Some(b'"')),
        b'[' => matches!(next, Some(b'{')),
        _ => false,
    }
}

/// Tells whether the first line is an object by itself and another follows.
fn begins_object_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let whole = |line: &[u8]| line.starts_with(b"{\"") && line.ends_with(b"}");
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) => whole(first) && second.starts_with(b"{\""),
        _ => false,
    }
}

fn begins_html(text: &[u8]) -> bool {
    match root_element(text) {
        Some(root) => ["html", "head", "body"]
            .iter()
            .any(|name| root.eq_ignore_ascii_case(name.as_bytes())),
        None => false,
    }
}

fn begins_xml(text: &[u8]) -> bool {
    const ROOTS: &[&[u8]] = &[
        b"rss",
        b"feed",
        b"rdf:RDF",
        b"nitf",
        b"newsItem",
        b"newsMessage",
        b"articles",
    ];
    root_element(text).is_some_and(|root| text.starts_with(b"<?xml") || ROOTS.contains(&root))
}

/// The name of the first element, after declarations and comments.
fn root_element(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        rest = rest.trim_ascii_start().strip_prefix(b"<")?;
        let end = if rest.starts_with(b"!--") {
            memchr::memmem::find(rest, b"-->")? + 3
        } else if rest.starts_with(b"!") || rest.starts_with(b"?") {
            // The entities a document type declares stand in brackets.
            let close = memchr::memchr(b'>', rest)?;
            match memchr::memchr(b'[', rest).filter(|open| *open < close) {
                Some(_) => memchr::memmem::find(rest, b"]>")? + 2,
                None => close + 1,
            }
        } else {
            let end = rest
                .iter()
                .position(|byte| matches!(byte, b' ' | b'>' | b'/' | b'\t' | b'\r' | b'\n'))?;
            return rest
                .get(..end)
                .filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic));
        };
        rest = rest.get(end..)?;
    }
}
