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

/// How a stream has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Packed(Packing),
    Read(Format),
    Empty,
    /// Bytes of no known format.
    Binary,
}

/// Guesses how to read a stream from its name and its first bytes.
pub(crate) fn guess(name: &str, head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::Empty;
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Kind::Packed(Packing::Gzip);
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Kind::Packed(Packing::Zstd);
    }
    let wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if !wide && head.contains(&0) {
        return Kind::Binary;
    }
    let text = head
        .strip_prefix(&[0xef, 0xbb, 0xbf])
        .unwrap_or(head)
        .trim_ascii_start();
    let extension = extension(name);
    let format = match extension.as_str() {
        "jsonl" | "ndjson" | "jl" => Format::JsonLines,
        "md" | "markdown" | "mdown" => Format::Markdown,
        "htm" | "html" | "xhtml" => Format::Html,
        _ if begins_object_lines(text) => Format::JsonLines,
        "json" => Format::Json,
        _ if begins_json(text) => Format::Json,
        _ if begins_html(text) => Format::Html,
        _ if text.starts_with(b"---\n") || text.starts_with(b"---\r\n") => Format::Markdown,
        _ => Format::Text,
    };
    Kind::Read(format)
}

/// The name without the suffix of its packing: `a.jsonl.zst` is `a.jsonl`.
pub(crate) fn unpacked_name(name: &str) -> &str {
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
    let lower = text[..text.len().min(1024)].to_ascii_lowercase();
    let has = |mark: &[u8]| memchr::memmem::find(&lower, mark).is_some();
    lower.starts_with(b"<") && (has(b"<!doctype html") || has(b"<html") || has(b"<body"))
}
