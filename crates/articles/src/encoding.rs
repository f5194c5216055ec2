//! Text in other encodings than UTF-8, made UTF-8 at the boundary.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::Encoding;
use timbao_tokenizer::charset::{self, Charset};

use crate::problem::Fault;
use crate::provenance::Trace;
use crate::stream::Stream;
use crate::twice;

/// The name of the encoding that needs no conversion.
pub(crate) const UTF_8: &str = "UTF-8";

/// Minimum confidence of a detected encoding. Below it the bytes are not
/// Vietnamese text in any known encoding.
const BELIEVED: f32 = 0.3;

/// Converts a stream of records to UTF-8, and names the encoding it was in.
pub(crate) fn to_utf8(head: &[u8], stream: Stream) -> Result<(Stream, &'static str), Fault> {
    if is_utf8_so_far(head) {
        return Ok((stream, UTF_8));
    }
    let source = source_of(head, declared(head))?;
    if source == Source::Vietnamese(Charset::Utf8) {
        return Ok((stream, UTF_8));
    }
    let converted = Converted {
        stream,
        source,
        input: Vec::new(),
        output: Vec::new(),
        at: 0,
        ended: false,
    };
    Ok((Box::new(converted), source.name()))
}

/// Decodes the bytes of one record and returns the name of their encoding.
/// `label` is the encoding that the record's container declares.
pub(crate) fn decode<'b>(
    bytes: &'b [u8],
    label: Option<&str>,
    trace: &mut Trace,
) -> Result<(Cow<'b, str>, &'static str), Fault> {
    let plain = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(plain) {
        // Only text that is ASCII can be VIQR.
        if !text.is_ascii() || charset::detect(plain).charset == Charset::Utf8 {
            return Ok((repaired(Cow::Borrowed(text), trace), UTF_8));
        }
    }
    let source = source_of(bytes, label.and_then(by_label).or_else(|| declared(bytes)))?;
    let (text, replaced) = source.decode(bytes);
    if replaced > 0 {
        let name = source.name();
        trace.note(|| format!("{replaced} characters mean nothing in {name} and became U+FFFD"));
    }
    Ok((repaired(Cow::Owned(text), trace), source.name()))
}

/// Repairs text of an eight-bit Vietnamese set that was once taken for Latin-1.
pub(crate) fn repaired<'t>(text: Cow<'t, str>, trace: &mut Trace) -> Cow<'t, str> {
    if !may_be_mistaken(&text) {
        return text;
    }
    if let Some(text) = twice::undone(&text) {
        note_twice(trace);
        return Cow::Owned(text);
    }
    let Some(charset) = charset::mistaken(&text) else {
        return text;
    };
    note_repaired(charset, trace);
    Cow::Owned(charset::repair(&text, charset))
}

/// Notes that text had been encoded more than once.
pub(crate) fn note_twice(trace: &mut Trace) {
    trace.note(|| "UTF-8 that had been taken for windows-1252 was converted".to_owned());
}

/// Notes that letters were read in the set they were typed in.
pub(crate) fn note_repaired(charset: Charset, trace: &mut Trace) {
    trace.note(|| format!("letters of {charset} that had been taken for Latin-1 were converted"));
}

/// Returns `false` if [`charset::mistaken`] cannot find anything: letters that only Vietnamese has are
/// not rarer than those that Latin-1 has.
///
/// A text that clearly begins in Vietnamese is not counted to its end.
pub(crate) fn may_be_mistaken(text: &str) -> bool {
    // Sums that fit a byte are added up many at a time.
    const BLOCK: usize = 192;
    /// Letters by which a beginning is clear.
    const CLEAR: usize = 32;
    let (mut latin, mut vietnamese) = (0, 0);
    for block in text.as_bytes().chunks(BLOCK) {
        let (mut in_block, mut others) = (0u8, 0u8);
        for byte in block {
            in_block += u8::from(byte & 0xfe == 0xc2);
            others += u8::from(byte & 0xfc == 0xc4) + u8::from(*byte == 0xe1);
        }
        latin += usize::from(in_block);
        vietnamese += usize::from(others);
        if vietnamese > latin + CLEAR {
            return false;
        }
    }
    latin >= 3 && vietnamese < latin
}

/// An encoding that bytes are decoded from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Vietnamese(Charset),
    /// Any other that the WHATWG encoding standard names.
    Other(&'static Encoding),
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Vietnamese(charset) => charset.name(),
            // The standard writes its names in capitals only where it must.
            Self::Other(encoding) => encoding.name(),
        }
    }

    /// Decodes bytes; also returns how many characters had to be replaced.
    fn decode(self, bytes: &[u8]) -> (String, usize) {
        match self {
            Self::Vietnamese(Charset::Viqr) => {
                charset::decode(&charset::escape_stops(bytes), Charset::Viqr)
            }
            Self::Vietnamese(charset) => charset::decode(bytes, charset),
            Self::Other(encoding) => {
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                let replaced = text.matches(char::REPLACEMENT_CHARACTER).count();
                (text.into_owned(), replaced)
            }
        }
    }
}

/// The declared encoding if the bytes can be in it, else the one they look like.
fn source_of(bytes: &[u8], declared: Option<Source>) -> Result<Source, Fault> {
    match declared {
        Some(Source::Vietnamese(Charset::Utf8 | Charset::Utf16Le | Charset::Utf16Be)) | None => {}
        Some(declared @ Source::Vietnamese(_)) => return Ok(declared),
        Some(declared @ Source::Other(_)) => {
            let (text, replaced) = declared.decode(bytes);
            // Pages in fonts of an eight-bit Vietnamese set declare Latin-1;
            // those that write letters as numbers know better.
            let is_unicode = names_vietnamese_letters(bytes);
            match charset::mistaken(&text).filter(|_| !is_unicode) {
                Some(charset) => return Ok(Source::Vietnamese(charset)),
                None if replaced == 0 => return Ok(declared),
                None => {}
            }
        }
    }
    if is_damaged_utf8(bytes) {
        return Ok(Source::Vietnamese(Charset::Utf8));
    }
    let detection = charset::detect(bytes);
    if detection.confidence < BELIEVED {
        if is_mostly_utf8(bytes) {
            return Ok(Source::Vietnamese(Charset::Utf8));
        }
        return Err(Fault::malformed(
            "neither UTF-8 nor in a known Vietnamese encoding; convert it to UTF-8",
        ));
    }
    Ok(Source::Vietnamese(detection.charset))
}

/// Returns `true` for UTF-8 with few damaged bytes: no other set writes letters that only Vietnamese
/// has in these three bytes each.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    const LEAST: usize = 3;
    let (mut letters, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().chars();
        letters += valid
            .filter(|letter| matches!(letter, '\u{1ea0}'..='\u{1ef9}'))
            .count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    letters >= LEAST && letters > LEAST * damaged
}

/// Returns `true` for a short text of UTF-8 in which some bytes are damaged.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let outside_ascii = text.chars().filter(|letter| !letter.is_ascii()).count();
    let damaged = text.matches(char::REPLACEMENT_CHARACTER).count();
    outside_ascii > 3 * damaged
}

/// Returns `true` if a page writes Vietnamese letters as numeric references
/// (`&#7919;`), which only those do that know their text as Unicode.
fn names_vietnamese_letters(bytes: &[u8]) -> bool {
    ["&#78", "&#79", "&#x1e", "&#x1E", "&#432;", "&#273;"]
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some())
}

/// The encoding that an XML declaration or an HTML meta element declares.
fn declared(bytes: &[u8]) -> Option<Source> {
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

fn by_label(label: &str) -> Option<Source> {
    let label = label.trim().trim_matches('"').to_ascii_lowercase();
    let charset = match label.as_str() {
        "utf-8" | "utf8" => Charset::Utf8,
        "windows-1258" | "cp1258" | "x-cp1258" => Charset::Windows1258,
        "tcvn" | "tcvn3" | "x-viet-tcvn" | "tcvn5712-1" | "tcvn-5712" | "x-tcvn" => Charset::Tcvn3,
        "viscii" | "x-viscii" | "csviscii" | "x-viet-viscii" => Charset::Viscii,
        "vni" | "x-viet-vni" | "x-vni" => Charset::VniWindows,
        "viqr" | "x-viqr" | "csviqr" => Charset::Viqr,
        _ => {
            let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
            let unicode = [
                encoding_rs::UTF_8,
                encoding_rs::UTF_16LE,
                encoding_rs::UTF_16BE,
            ];
            return (!unicode.contains(&encoding)).then_some(Source::Other(encoding));
        }
    };
    Some(Source::Vietnamese(charset))
}

/// Returns `true` if bytes are UTF-8, save perhaps for a character cut at the end.
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
    source: Source,
    input: Vec<u8>,
    output: Vec<u8>,
    /// Number of bytes of the output already read.
    at: usize,
    ended: bool,
}

/// Bytes to convert at once; an even number.
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
        let (text, _) = self
            .source
            .decode(self.input.get(..end).unwrap_or_default());
        self.input.drain(..end);
        self.output = text.into_bytes();
        self.at = 0;
        Ok(())
    }

    fn piece_end(&self) -> usize {
        match self.source {
            // Units of two bytes, and no half of a pair of surrogates.
            Source::Vietnamese(wide @ (Charset::Utf16Le | Charset::Utf16Be)) => {
                let end = self.input.len() & !1;
                let high = |pair: &[u8]| match wide {
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
