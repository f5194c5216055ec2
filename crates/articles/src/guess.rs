//! Guesses the format of a stream from its first bytes and its name.

use crate::Format;
use crate::recognise::{Sight, Sign};
use crate::stream::Packing;
use crate::unread::{self, Unread};

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
    /// A known format that is not read.
    Unread(Unread),
}

/// Guesses how to read a stream from its name and its first bytes. Bytes that
/// only one format begins with decide; the name decides among the others.
pub(crate) fn guess(name: &str, head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::Empty;
    }
    let extension = extension(name);
    let sight = Sight::new(head, &extension);
    if let Some(kind) = packed(head).or_else(|| packed_by_name(head, &extension)) {
        return kind;
    }
    let (format, sign) = strongest(&sight);
    if sign == Sign::Magic {
        return Kind::Read(format);
    }
    if let Some(unread) = unread::of(&sight) {
        return Kind::Unread(unread);
    }
    if sight.is_zip() {
        return Kind::Archive(Archive::Zip);
    }
    let wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if !wide && is_binary(head) {
        return Kind::Unread(unread::BINARY);
    }
    Kind::Read(format)
}

/// The format with the strongest sign; of equals, the first.
fn strongest(sight: &Sight<'_>) -> (Format, Sign) {
    let mut best = (Format::Text, Sign::Not);
    for &format in Format::ALL {
        let traits = format.traits();
        let mut sign = (traits.recognise)(sight);
        if traits.extensions.contains(&sight.extension) {
            sign = sign.max(traits.named);
        }
        if sign > best.1 {
            best = (format, sign);
        }
    }
    best
}

fn packed(head: &[u8]) -> Option<Kind> {
    Some(match head {
        [0x1f, 0x8b, ..] => Kind::Packed(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Packed(Packing::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Kind::Packed(Packing::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Packed(Packing::Xz),
        [0x78, 0x9c | 0xda, ..] => Kind::Packed(Packing::Zlib),
        _ if is_lzma(head) => Kind::Packed(Packing::Lzma),
        _ if head.get(257..262) == Some(b"ustar") => Kind::Archive(Archive::Tar),
        _ => return None,
    })
}

/// Compressions whose first bytes may be those of a text.
fn packed_by_name(head: &[u8], extension: &str) -> Option<Kind> {
    match (extension, head) {
        ("zlib" | "zz", [0x78, ..]) => Some(Kind::Packed(Packing::Zlib)),
        ("br", _) if !is_text(head) => Some(Kind::Packed(Packing::Brotli)),
        _ => None,
    }
}

/// Returns `true` for UTF-8 that may be cut in a letter, without control characters.
fn is_text(head: &[u8]) -> bool {
    let is_valid =
        std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_valid
        && !head
            .iter()
            .any(|byte| *byte < b' ' && !byte.is_ascii_whitespace())
}

/// LZMA as before xz: properties, the size of the dictionary and that of the text, if it is known.
fn is_lzma(head: &[u8]) -> bool {
    const MOST: u64 = 1 << 40;
    let Some(([0x5d, 0, 0, _, _], rest)) = head.split_first_chunk::<5>() else {
        return false;
    };
    let Some((size, rest)) = rest.split_first_chunk::<8>() else {
        return false;
    };
    let size = u64::from_le_bytes(*size);
    (size == u64::MAX || size < MOST) && rest.first() == Some(&0)
}

/// Distinguishes binary data from text with a stray NUL.
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
    let tars = [".tgz", ".tzst", ".tbz2", ".tbz", ".txz", ".tlz"];
    if tars
        .iter()
        .any(|suffix| ends_with_ignoring_case(name, suffix))
    {
        return "archive.tar";
    }
    let suffixes = [
        ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".z", ".zlib", ".zz", ".br",
    ];
    let cut = suffixes
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
