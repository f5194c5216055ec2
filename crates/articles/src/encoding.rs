//! Text in other encodings than UTF-8, made UTF-8 at the boundary.

use std::borrow::Cow;
use std::io::{self, Read};

use timbao_tokenizer::charset::{self, Charset};

use crate::Format;
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::stream::Stream;

/// The name of the encoding that needs no conversion.
pub(crate) const UTF_8: &str = "UTF-8";

/// The least confidence a detected encoding is believed with. Below it the
/// bytes are no Vietnamese text in any encoding known.
const BELIEVED: f32 = 0.3;

/// Makes a stream of records UTF-8, and names the encoding it was in. Formats
/// that are one record a file are decoded when they are parsed.
pub(crate) fn to_utf8(
    format: Format,
    head: &[u8],
    stream: Stream,
) -> Result<(Stream, &'static str), Fault> {
    let whole = matches!(
        format,
        Format::Text | Format::Markdown | Format::Html | Format::Warc | Format::Docx | Format::Pdf
    );
    if whole || is_utf8_so_far(head) {
        return Ok((stream, UTF_8));
    }
    let charset = charset_of(head, declared(head))?;
    if charset == Charset::Utf8 {
        return Ok((stream, UTF_8));
    }
    let converted = Converted {
        stream,
        charset,
        input: Vec::new(),
        output: Vec::new(),
        at: 0,
        ended: false,
    };
    Ok((Box::new(converted), charset.name()))
}

/// Decodes the bytes of one record, and names the encoding they were in.
/// `label` is what the record's container declares it to be.
pub(crate) fn decode<'b>(
    bytes: &'b [u8],
    label: Option<&str>,
    trace: &mut Trace,
) -> Result<(Cow<'b, str>, &'static str), Fault> {
    let plain = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        // Only text that is ASCII can be VIQR.
        if !text.is_ascii() || charset::detect(plain).charset == Charset::Utf8 {
            return Ok((Cow::Borrowed(text), UTF_8));
        }
    }
    let charset = charset_of(bytes, label.and_then(by_label).or_else(|| declared(bytes)))?;
    let (text, replaced) = charset::decode(bytes, charset);
    if replaced > 0 {
        trace.note(|| format!("{replaced} characters mean nothing in {charset} and became U+FFFD"));
    }
    Ok((Cow::Owned(text), charset.name()))
}

/// What is declared, if it can be, else what the bytes look like.
fn charset_of(bytes: &[u8], declared: Option<Charset>) -> Result<Charset, Fault> {
    match declared {
        Some(declared)
            if !matches!(
                declared,
                Charset::Utf8 | Charset::Utf16Le | Charset::Utf16Be
            ) =>
        {
            return Ok(declared);
        }
        _ => {}
    }
    let detection = charset::detect(bytes);
    if detection.confidence < BELIEVED {
        return Err(Fault::malformed(
            "neither UTF-8 nor in a known Vietnamese encoding; convert it to UTF-8",
        ));
    }
    Ok(detection.charset)
}

/// The encoding that an XML declaration or an HTML meta element declares.
fn declared(bytes: &[u8]) -> Option<Charset> {
    const REACH: usize = 2048;
    let head = bytes.get(..REACH).unwrap_or(bytes).to_ascii_lowercase();
    let at = ["encoding=", "charset="]
        .iter()
        .find_map(|mark| memchr::memmem::find(&head, mark.as_bytes()).map(|at| at + mark.len()))?;
    let label: Vec<u8> = head
        .get(at..)?
        .iter()
        .copied()
        .skip_while(|byte| matches!(byte, b'"' | b'\'' | b' '))
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        .collect();
    by_label(std::str::from_utf8(&label).ok()?)
}

fn by_label(label: &str) -> Option<Charset> {
    Some(
        match label.trim().trim_matches('"').to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Charset::Utf8,
            "windows-1258" | "cp1258" | "x-cp1258" => Charset::Windows1258,
            "tcvn" | "tcvn3" | "x-viet-tcvn" | "tcvn5712-1" | "tcvn-5712" | "x-tcvn" => {
                Charset::Tcvn3
            }
            "viscii" | "x-viscii" | "csviscii" | "x-viet-viscii" => Charset::Viscii,
            "vni" | "x-viet-vni" | "x-vni" => Charset::VniWindows,
            "viqr" | "x-viqr" | "csviqr" => Charset::Viqr,
            _ => return None,
        },
    )
}

/// Tells whether bytes are UTF-8, save perhaps for a character cut at the end.
fn is_utf8_so_far(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// A stream converted piece by piece. Pieces end with a line, so that no
/// letter of several bytes is cut.
struct Converted {
    stream: Stream,
    charset: Charset,
    input: Vec<u8>,
    output: Vec<u8>,
    /// How much of the output has been read.
    at: usize,
    ended: bool,
}

/// How much is converted at once, in bytes; an even number.
const PIECE: u64 = 256 << 10;

impl Converted {
    fn fill(&mut self) -> io::Result<()> {
        let read = self
            .stream
            .by_ref()
            .take(PIECE)
            .read_to_end(&mut self.input)?;
        self.ended = read == 0;
        let end = if self.ended {
            self.input.len()
        } else {
            self.piece_end()
        };
        let (text, _) = charset::decode(self.input.get(..end).unwrap_or_default(), self.charset);
        self.input.drain(..end);
        self.output = text.into_bytes();
        self.at = 0;
        Ok(())
    }

    fn piece_end(&self) -> usize {
        match self.charset {
            // Units of two bytes, and no half of a pair of surrogates.
            Charset::Utf16Le | Charset::Utf16Be => {
                let end = self.input.len() & !1;
                let high = |pair: &[u8]| match self.charset {
                    Charset::Utf16Le => pair.get(1).copied(),
                    _ => pair.first().copied(),
                };
                let last = self.input.get(end.saturating_sub(2)..end).and_then(high);
                if last.is_some_and(|byte| (0xd8..=0xdb).contains(&byte)) {
                    end.saturating_sub(2)
                } else {
                    end
                }
            }
            _ => memchr::memrchr2(b'\n', b' ', &self.input).map_or(self.input.len(), |at| at + 1),
        }
    }
}

impl Read for Converted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.output.len() && !self.ended {
            self.fill()?;
        }
        let rest = self.output.get(self.at..).unwrap_or_default();
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken;
        Ok(taken)
    }
}
