//! Pages of a web archive: the headers of the archive and of HTTP, and what
//! they wrap.

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

/// Tells whether a record of a web archive is a page that was found.
pub(crate) fn is_page(record: &[u8]) -> bool {
    let Some(page) = Page::of(record) else {
        return false;
    };
    page.found && !page.body.trim_ascii().is_empty() && page.kind().is_some()
}

enum Kind {
    Html,
    Text,
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
        let is_http =
            header(archive, "content-type").is_some_and(|kind| kind.contains("application/http"));
        if !is_http {
            return Some(Self {
                archive,
                http: &[],
                body: block,
                found: true,
            });
        }
        let (http, body) = split_head(block)?;
        let status = http.split(|byte| *byte == b'\n').next()?;
        let found = status.split(|byte| *byte == b' ').nth(1) == Some(b"200");
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
        let kind = self.content_type();
        if kind.contains("html") {
            Some(Kind::Html)
        } else if kind.contains("text/plain") {
            Some(Kind::Text)
        } else {
            None
        }
    }
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
    let mut body = Cow::Borrowed(page.body);
    if header(page.http, "transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"))
    {
        body = Cow::Owned(dechunk(&body));
    }
    match header(page.http, "content-encoding")
        .map(|coding| coding.to_ascii_lowercase())
        .as_deref()
    {
        None | Some("" | "identity") => {}
        Some("gzip" | "x-gzip") => {
            body = inflate(flate2::read::MultiGzDecoder::new(&*body))?.into()
        }
        Some("deflate") => body = inflate(flate2::read::ZlibDecoder::new(&*body))?.into(),
        Some("zstd") => body = inflate(zstd::stream::read::Decoder::new(&*body)?)?.into(),
        Some(other) => {
            return Err(Fault::malformed(format!(
                "sent compressed as {other}, which is not read"
            )));
        }
    }
    let kind = page.content_type();
    let label = kind
        .split("charset=")
        .nth(1)
        .map(|label| label.split(';').next().unwrap_or_default());
    let (content, encoding) = encoding::decode(&body, label, trace)?;
    let mut article = match page.kind() {
        Some(Kind::Html) => html::parse(&content, trace)?,
        _ => text::parse(&content, name, trace),
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

fn inflate(mut packed: impl Read) -> Result<Vec<u8>, Fault> {
    let mut unpacked = Vec::new();
    packed
        .by_ref()
        .take(LARGEST + 1)
        .read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > LARGEST {
        let message = format!("unpacks to more than {LARGEST} bytes");
        return Err(Fault::new(crate::ProblemKind::Bomb, message));
    }
    Ok(unpacked)
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
