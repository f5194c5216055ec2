//! Pages of a web archive: the headers of the archive and of HTTP, and their
//! content.

use std::borrow::Cow;
use std::io::Read;

use super::{html, text};
use crate::encoding;
use crate::fields::{Draft, Field};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Published};

/// How large a page that is sent compressed may become, in bytes.
const LARGEST: u64 = 64 << 20;

/// The value of a header, whatever the case of its name.
pub(crate) fn header<'h>(head: &'h [u8], name: &str) -> Option<Cow<'h, str>> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let (known, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        known
            .trim_ascii()
            .eq_ignore_ascii_case(name.as_bytes())
            .then(|| String::from_utf8_lossy(value.trim_ascii()))
    })
}

/// Returns `true` if an address is one of the web: crawlers keep their log,
/// their arguments and pictures of pages under others.
pub(crate) fn is_web(address: &str) -> bool {
    let address = address.trim_start_matches('<');
    let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme);
    ["http", "https", "ftp", "file"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Returns `true` for the address of a file that sites keep for crawlers.
fn is_for_robots(address: &str) -> bool {
    const NAMES: &[&str] = &[
        "/robots.txt",
        "/ads.txt",
        "/app-ads.txt",
        "/humans.txt",
        "/llms.txt",
        "/security.txt",
    ];
    let path = address.split(['?', '#', '>']).next().unwrap_or_default();
    NAMES.iter().any(|name| path.ends_with(name))
}

/// Returns `true` if a record of a web archive is a page that was found.
pub(crate) fn is_page(record: &[u8]) -> bool {
    let Some(page) = Page::of(record) else {
        return false;
    };
    let target = header(page.archive, "warc-target-uri");
    page.found
        && target.is_none_or(|target| is_web(&target) && !is_for_robots(&target))
        && !page.body.trim_ascii().is_empty()
        && page.kind().is_some()
}

enum Kind {
    Html,
    Text,
    #[cfg(feature = "pdf")]
    Pdf,
}

/// A record taken apart.
struct Page<'r> {
    archive: &'r [u8],
    http: &'r [u8],
    body: &'r [u8],
    found: bool,
}

impl<'r> Page<'r> {
    fn of(record: &'r [u8]) -> Option<Self> {
        let (archive, block) = split_head(record)?;
        let is_http = block.starts_with(b"HTTP/")
            || header(archive, "content-type")
                .is_some_and(|kind| kind.contains("application/http"));
        if !is_http {
            return Some(Self {
                archive,
                http: &[],
                body: block,
                found: true,
            });
        }
        let (http, body) = split_head(block)?;
        // "HTTP/1.1 200 OK", "HTTP/2 200".
        let line = http.split(|byte| *byte == b'\n').next()?;
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let found = matches!(words.nth(1), Some(b"200" | b"203"));
        Some(Self {
            archive,
            http,
            body,
            found,
        })
    }

    fn content_type(&self) -> String {
        let head = if self.http.is_empty() {
            self.archive
        } else {
            self.http
        };
        header(head, "content-type")
            .unwrap_or_default()
            .to_ascii_lowercase()
    }

    fn kind(&self) -> Option<Kind> {
        self.kind_of(self.body)
    }

    /// The kind of a body: by its first bytes, which servers mislabel, else by its label.
    fn kind_of(&self, body: &[u8]) -> Option<Kind> {
        let kind = self.content_type();
        let is_feed = kind.contains("xml") && !kind.contains("html");
        if looks_like_html(body) && !is_feed {
            return Some(Kind::Html);
        }
        #[cfg(feature = "pdf")]
        if body.starts_with(b"%PDF-") {
            return Some(Kind::Pdf);
        }
        if kind.contains("html") {
            (!is_binary(body)).then_some(Kind::Html)
        } else if kind.contains("text/plain") {
            (!is_binary(body)).then_some(Kind::Text)
        } else {
            #[cfg(feature = "pdf")]
            if kind.contains("application/pdf") {
                return Some(Kind::Pdf);
            }
            None
        }
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    let body = body.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(body);
    let mut head = body.trim_ascii_start();
    // Comments of programs and editors precede the page.
    for _ in 0..4 {
        let ending: &[u8] = match head {
            _ if head.starts_with(b"<!--") => b"-->",
            _ if head.starts_with(b"<?xml") => b"?>",
            _ => break,
        };
        let reach = head.get(..4096).unwrap_or(head);
        let Some(end) = memchr::memmem::find(reach, ending) else {
            break;
        };
        head = head
            .get(end + ending.len()..)
            .unwrap_or_default()
            .trim_ascii_start();
    }
    let starts = |mark: &[u8]| {
        head.get(..mark.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(mark))
    };
    starts(b"<!doctype html") || starts(b"<html") || starts(b"<head") || starts(b"<body")
}

/// Returns `true` for pictures, fonts and programs under the label of a text.
fn is_binary(body: &[u8]) -> bool {
    const MAGIC: &[&[u8]] = &[
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"GIF8",
        b"wOFF",
        b"wOF2",
        b"PK\x03\x04",
        b"\0\0\0",
    ];
    MAGIC.iter().any(|magic| body.starts_with(magic))
}

/// Splits at the first blank line.
fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let crlf = memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = memchr::memmem::find(bytes, b"\n\n").map(|at| (at, at + 2));
    let (end, start) = match (crlf, lf) {
        (Some(one), Some(other)) => {
            if one.0 < other.0 {
                one
            } else {
                other
            }
        }
        (one, other) => one.or(other)?,
    };
    Some((bytes.get(..end)?, bytes.get(start..)?))
}

/// Parses a page of a web archive.
pub(crate) fn parse(
    record: &[u8],
    name: &str,
    trace: &mut Trace,
) -> Result<(Article, &'static str), Fault> {
    let page = Page::of(record).ok_or_else(|| Fault::malformed("a record without headers"))?;
    let body = decoded(&page, trace)?;
    if let Some(reason) = header(page.archive, "warc-truncated") {
        trace.fault(Fault::malformed(format!(
            "the archive contains only the beginning of the page ({reason})"
        )));
    }
    let kind = page.content_type();
    let label = kind
        .split("charset=")
        .nth(1)
        .map(|label| label.split(';').next().unwrap_or_default());
    let (mut article, encoding) = match page.kind_of(&body).or_else(|| page.kind()) {
        Some(Kind::Html) => {
            let (content, encoding) = encoding::decode(&body, label, trace)?;
            (html::parse(&content, trace)?, encoding)
        }
        #[cfg(feature = "pdf")]
        Some(Kind::Pdf) => (super::pdf::parse(&body, name, trace)?, encoding::UTF_8),
        _ => {
            let (content, encoding) = encoding::decode(&body, label, trace)?;
            (text::parse(&content, name, trace), encoding)
        }
    };
    if let (None, Some(address)) = (&article.url, header(page.archive, "warc-target-uri")) {
        let mut draft = Draft::default();
        let address = address.trim_matches(['<', '>']).to_owned();
        draft.offer(Field::Url, 0, address, "WARC-Target-URI", trace);
        article.url = draft.finish().url;
    }
    if article.published.is_none() {
        // When it was fetched is not when it was published, but bounds it.
        let fetched = header(page.archive, "warc-date").and_then(|date| Published::parse(&date));
        if let Some(fetched) = fetched {
            trace.note(|| format!("no date in the page; it was fetched on {fetched}"));
        }
    }
    Ok((article, encoding))
}

/// The body of a page as the server made it: its codings undone, the last one
/// first. Crawlers keep the labels of codings that they have undone themselves,
/// so the bytes are believed before the label.
fn decoded<'r>(page: &Page<'r>, trace: &mut Trace) -> Result<Cow<'r, [u8]>, Fault> {
    let mut body = Cow::Borrowed(page.body);
    let has = |name: &str, word: &str| {
        header(page.http, name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    if has("transfer-encoding", "chunked") {
        body = Cow::Owned(dechunk(&body));
    }
    let stated = header(page.http, "content-encoding").unwrap_or_default();
    let stated = stated.to_ascii_lowercase();
    for coding in stated.split(',').map(str::trim).rev() {
        let unpacked = match (coding, &*body) {
            (_, [0x1f, 0x8b, ..]) => inflate(flate2::read::MultiGzDecoder::new(&*body), trace)?,
            (_, [0x28, 0xb5, 0x2f, 0xfd, ..]) => {
                inflate(zstd::stream::read::Decoder::new(&*body)?, trace)?
            }
            // A zlib header: deflate, a window of 32 KiB at most, checked by 31.
            ("deflate", [first, second, ..])
                if first & 0x8f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
            {
                inflate(flate2::read::ZlibDecoder::new(&*body), trace)?
            }
            ("deflate", _) if !is_plain(&body) => {
                inflate(flate2::read::DeflateDecoder::new(&*body), trace)?
            }
            ("br", _) if !is_plain(&body) => inflate(
                brotli_decompressor::Decompressor::new(&*body, 64 << 10),
                trace,
            )?,
            _ => continue,
        };
        body = Cow::Owned(unpacked);
    }
    Ok(body)
}

/// Returns `true` if bytes are text as they are.
fn is_plain(body: &[u8]) -> bool {
    const REACH: usize = 512;
    let head = body.get(..REACH).unwrap_or(body);
    let head = String::from_utf8_lossy(head);
    let strange =
        |c: &char| *c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
    head.chars().filter(strange).count() * 50 <= head.chars().count()
}

/// Unpacks a page. Of one that is damaged the beginning is kept.
fn inflate(packed: impl Read, trace: &mut Trace) -> Result<Vec<u8>, Fault> {
    let mut unpacked = Vec::new();
    let read = packed.take(LARGEST + 1).read_to_end(&mut unpacked);
    if unpacked.len() as u64 > LARGEST {
        let message = format!("unpacks to more than {LARGEST} bytes");
        return Err(Fault::new(crate::ProblemKind::Bomb, message));
    }
    match read {
        Err(error) if unpacked.is_empty() => Err(error.into()),
        Err(error) => {
            let message = format!(
                "the page is damaged after {} bytes ({error})",
                unpacked.len()
            );
            trace.fault(Fault::malformed(message));
            Ok(unpacked)
        }
        Ok(_) => Ok(unpacked),
    }
}

/// Joins the chunks of a body, as far as they make sense.
fn dechunk(mut body: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(body.len());
    while let Some(end) = memchr::memchr(b'\n', body) {
        let line = body.get(..end).unwrap_or_default().trim_ascii();
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(chunk) = size
            .filter(|size| *size > 0)
            .and_then(|size| body.get(end + 1..)?.get(..size))
        else {
            break;
        };
        joined.extend_from_slice(chunk);
        let rest = body.get(end + 1 + chunk.len()..).unwrap_or_default();
        body = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
            .unwrap_or(rest);
    }
    // A body that claims to be chunked and is not is left as it is.
    if joined.is_empty() {
        body.to_vec()
    } else {
        joined
    }
}
