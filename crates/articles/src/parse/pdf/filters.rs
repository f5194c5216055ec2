//! Filters of streams, decoded within a bound.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_syntax::Filter;
use hayro_syntax::object::{Dict, Stream};

use super::encryption::{Encryption, Packed};
use super::survey::{Survey, names};
use crate::problem::Fault;

/// The data of a stream that is not a picture, at most `most` bytes of it.
/// `None` if it is a picture or its last filter would exceed the bound.
pub(super) fn decoded(stream: &Stream<'_>, most: usize) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    let filters = stream.filters();
    if filters.is_empty() {
        return (raw.len() <= most).then(|| raw.into_owned());
    }
    let data = chain(&raw, &filters, most)?;
    if has_predictor(stream.dict()) {
        // Its size is known to be within the bound now.
        return Some(stream.decoded_data().ok()?.into_owned());
    }
    Some(data)
}

/// Applies filters in order. `None` for filters of pictures, and if the result
/// of one exceeds `most` bytes.
pub(super) fn chain(raw: &[u8], filters: &[Filter], most: usize) -> Option<Vec<u8>> {
    let mut data = raw.to_vec();
    for filter in filters {
        data = match filter {
            Filter::FlateDecode => inflated(&data, most),
            Filter::LzwDecode => unlzw(&data, most),
            Filter::Ascii85Decode => Some(ascii85(&data)),
            Filter::AsciiHexDecode => Some(hex(&data)),
            Filter::RunLengthDecode => Some(run_lengths(&data, most)),
            Filter::Crypt => continue,
            _ => return None,
        }
        .filter(|data| data.len() <= most)?;
    }
    Some(data)
}

fn has_predictor(dict: &Dict<'_>) -> bool {
    ["DecodeParms", "DP"].iter().any(|key| {
        dict.get::<Dict<'_>>(key)
            .and_then(|params| params.get::<i32>("Predictor"))
            .is_some_and(|predictor| predictor > 1)
    })
}

/// Inflates data; of damaged data, the part before the damage.
fn inflated(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let bound = most as u64 + 1;
    let mut out = Vec::new();
    // An error ends the data; what was inflated before it is kept.
    let _ = ZlibDecoder::new(data).take(bound).read_to_end(&mut out);
    if out.is_empty() {
        let _ = DeflateDecoder::new(data).take(bound).read_to_end(&mut out);
    }
    (out.len() <= most).then_some(out)
}

fn unlzw(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let order = weezl::BitOrder::Msb;
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(order, 8);
    let mut out = Vec::new();
    let mut piece = vec![0; 16 << 10];
    let mut rest = data;
    loop {
        let step = decoder.decode_bytes(rest, &mut piece);
        rest = rest.get(step.consumed_in..)?;
        out.extend_from_slice(piece.get(..step.consumed_out)?);
        if out.len() > most {
            return None;
        }
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            _ => return Some(out),
        }
    }
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let (mut group, mut count) = (0_u32, 0_usize);
    for byte in data {
        match byte {
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend_from_slice(&group.to_be_bytes()[..count - 1]);
    }
    out
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits = data
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

fn run_lengths(data: &[u8], most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((length, after)) = rest.split_first() {
        let length = usize::from(*length);
        rest = match length {
            0..128 => {
                let (literal, after) = after.split_at((length + 1).min(after.len()));
                out.extend_from_slice(literal);
                after
            }
            128 => break,
            _ => {
                let Some((byte, after)) = after.split_first() else {
                    break;
                };
                out.resize(out.len() + 257 - length, *byte);
                after
            }
        };
        if out.len() > most {
            break;
        }
    }
    out
}

/// Streams without an end, and dictionaries with a root, that the parser of
/// objects is shown: each costs it a search of the rest of the file.
const MOST_DAMAGED: usize = 100;

/// Filters that are stated as references and looked up; streams beyond that are made unreadable.
const MOST_REFERENCES: usize = 64;

/// Makes streams unreadable that inflate beyond `most` bytes; returns the structure of the
/// document, and the position of the first such stream that is not a picture.
///
/// The parser of objects inflates some streams (of objects, of references)
/// without a bound, and takes long for what only damaged files repeat.
///
/// # Errors
///
/// If the document would take too long to parse.
pub(super) fn defuse(bytes: &mut [u8], most: usize) -> Result<(Survey, Option<usize>), Fault> {
    let roots: Vec<usize> = memchr::memmem::find_iter(bytes, b"/Root").collect();
    for root in &roots[..roots.len().saturating_sub(MOST_DAMAGED)] {
        bytes[*root] = b' ';
    }
    let ends: Vec<usize> = memchr::memmem::find_iter(bytes, b"endstream").collect();
    let found: Vec<usize> = memchr::memmem::find_iter(bytes, b"stream")
        .filter(|at| !bytes[..*at].last().is_some_and(u8::is_ascii_alphanumeric))
        .collect();
    let mut survey = Survey::default();
    let mut bomb = None;
    // Every stream is inflated at most once, whatever the parser takes it for.
    let mut budget = most.saturating_mul(4);
    let (mut damaged, mut references) = (0, 0);
    // Streams of objects, with their filters.
    let mut packed = Vec::new();
    // The end of the stream before.
    let mut before = 0;
    for (number, at) in found.iter().copied().enumerate() {
        let end = ends[ends.partition_point(|end| *end < at)..].first();
        let next = found.get(number + 1).copied().unwrap_or(bytes.len());
        let is_ended = end.is_some_and(|end| *end < next);
        damaged += usize::from(!is_ended);
        if !is_ended && damaged > MOST_DAMAGED {
            bytes[at..at + b"stream".len()].fill(b' ');
            continue;
        }
        let end = end.copied().unwrap_or(bytes.len());
        let object = survey.region(bytes, before, at)?;
        let mut head = Head::of(&bytes[object..at]);
        head.look_up(bytes, &mut references);
        let is_known = references <= MOST_REFERENCES;
        if !is_known || !is_sound(&head, bytes, at, end, most, &mut budget, &mut survey)? {
            if !head.is_picture {
                bomb.get_or_insert(at);
            }
            let data = at + b"stream".len();
            let end = end.min(data + 16);
            bytes[data..end].fill(0xFF);
        } else if is_ended {
            survey.stream(bytes, at + b"stream".len(), end)?;
        }
        if head.has_objects {
            let data = at + b"stream".len()..end;
            packed.push((Packed { object, data }, head.filters));
        }
        // Streams without an end are part of those that follow.
        before = match is_ended {
            true => end,
            false => at + b"stream".len(),
        };
    }
    survey.region(bytes, before, bytes.len())?;
    bomb = bomb.or(defuse_encrypted(
        bytes,
        &packed,
        most,
        &mut budget,
        &mut survey,
    )?);
    survey.check(bytes.len())?;
    Ok((survey, bomb))
}

/// Makes streams of objects unreadable that inflate beyond `most` bytes once they are decrypted;
/// returns the position of the first one.
fn defuse_encrypted(
    bytes: &mut [u8],
    packed: &[(Packed, Vec<Filter>)],
    most: usize,
    budget: &mut usize,
    survey: &mut Survey,
) -> Result<Option<usize>, Fault> {
    if packed.is_empty() {
        return Ok(None);
    }
    let mut bombs = Vec::new();
    if let Some(encryption) = Encryption::of(bytes)? {
        let streams: Vec<Packed> = packed.iter().map(|(stream, _)| stream.clone()).collect();
        encryption.decrypt(&streams, |number, data| {
            let (stream, filters) = &packed[number];
            match chain(data, filters, most.min(*budget)) {
                Some(unpacked) => {
                    *budget -= unpacked.len().min(*budget);
                    survey.region(&unpacked, 0, unpacked.len())?;
                }
                None => bombs.push(stream.data.start - b"stream".len()),
            }
            Ok(())
        })?;
    }
    // What is garbled might still inflate once it is decrypted; without its keyword it is no stream.
    for at in &bombs {
        bytes[*at..at + b"stream".len()].fill(b' ');
    }
    Ok(bombs.first().copied())
}

/// The dictionary of a stream, as far as its filters go.
struct Head {
    filters: Vec<Filter>,
    /// The number of an object that states the filters.
    reference: Option<usize>,
    is_picture: bool,
    /// Whether it may contain objects, or references to them.
    has_objects: bool,
    has_references: bool,
}

impl Head {
    /// The dictionary of a stream in these bytes before its keyword.
    fn of(bytes: &[u8]) -> Self {
        let mut head = Self {
            filters: filters_of(bytes),
            reference: None,
            is_picture: false,
            has_objects: false,
            has_references: false,
        };
        for (name, after) in names(bytes) {
            match &*name {
                b"Filter" | b"F" => head.reference = reference(after).or(head.reference),
                b"First" => head.has_objects = true,
                b"W" => head.has_references = true,
                b"Image" => head.is_picture = true,
                _ => {}
            }
        }
        head
    }

    /// Adds the filters that are stated in an object of their own.
    fn look_up(&mut self, bytes: &[u8], references: &mut usize) {
        let Some(number) = self.reference else { return };
        *references += 1;
        if *references > MOST_REFERENCES {
            return;
        }
        let mark = format!("{number} 0 obj");
        for at in memchr::memmem::find_iter(bytes, mark.as_bytes()).take(8) {
            let at = at + mark.len();
            let filters = filters_of(&bytes[at..bytes.len().min(at + 256)]);
            self.filters.extend(filters);
        }
    }
}

/// The number in a reference that bytes begin with.
fn reference(bytes: &[u8]) -> Option<usize> {
    let text = bytes.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// Returns `false` if the stream whose keyword is at `at` inflates to more than
/// `most` bytes or the rest of the budget.
fn is_sound(
    head: &Head,
    bytes: &[u8],
    at: usize,
    end: usize,
    most: usize,
    budget: &mut usize,
    survey: &mut Survey,
) -> Result<bool, Fault> {
    let data = &bytes[at + b"stream".len()..end];
    let blanks = data.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let data = &data[blanks..];
    let (filters, most) = (&head.filters, most.min(*budget));
    if head.has_objects {
        // The parser keeps these, and reads objects from any place in them.
        let Some(unpacked) = chain(data, filters, most) else {
            return Ok(false);
        };
        *budget -= unpacked.len().min(*budget);
        survey.region(&unpacked, 0, unpacked.len())?;
    } else if !filters.is_empty() {
        let Some(size) = unpacked_size(data, filters, most) else {
            return Ok(false);
        };
        *budget -= size.min(*budget);
        // A reference of one byte takes fifty in memory.
        let is_long = size > (64 << 10) + bytes.len() / 2;
        return Ok(!(head.has_references && is_long) || head.is_picture);
    }
    Ok(true)
}

/// The filters that the bytes of a dictionary name, in order.
fn filters_of(head: &[u8]) -> Vec<Filter> {
    const NAMES: &[(&[u8], Filter)] = &[
        (b"ASCII85Decode", Filter::Ascii85Decode),
        (b"A85", Filter::Ascii85Decode),
        (b"ASCIIHexDecode", Filter::AsciiHexDecode),
        (b"AHx", Filter::AsciiHexDecode),
        (b"FlateDecode", Filter::FlateDecode),
        (b"Fl", Filter::FlateDecode),
        (b"LZWDecode", Filter::LzwDecode),
        (b"LZW", Filter::LzwDecode),
        (b"RunLengthDecode", Filter::RunLengthDecode),
        (b"DCTDecode", Filter::DctDecode),
        (b"JPXDecode", Filter::JpxDecode),
    ];
    names(head)
        .filter_map(|(name, _)| {
            let named = NAMES.iter().find(|(known, _)| *known == name.as_slice());
            named.map(|(_, filter)| *filter)
        })
        .collect()
}

/// The size of unpacked data; `None` beyond `most`.
fn unpacked_size(data: &[u8], filters: &[Filter], most: usize) -> Option<usize> {
    match filters {
        [] => Some(data.len()),
        [Filter::FlateDecode] => inflated_size(data, most),
        [first, .., last] if *last != Filter::FlateDecode || *first == Filter::FlateDecode => {
            match chain(data, filters, most) {
                Some(data) => Some(data.len()),
                // Filters of pictures do not unpack here.
                None if matches!(last, Filter::DctDecode | Filter::JpxDecode) => Some(0),
                None => None,
            }
        }
        _ => chain(data, filters, most).map(|data| data.len()),
    }
}

/// The inflated size, without holding what was inflated.
fn inflated_size(data: &[u8], most: usize) -> Option<usize> {
    let mut size = 0;
    let mut piece = vec![0; 32 << 10];
    let mut decoder: Box<dyn Read> = match data {
        [first, second, ..] if (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 => {
            Box::new(ZlibDecoder::new(data))
        }
        _ => Box::new(DeflateDecoder::new(data)),
    };
    while let Ok(read) = decoder.read(&mut piece) {
        if read == 0 {
            break;
        }
        size += read;
        if size > most {
            return None;
        }
    }
    Some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_undone() {
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(hex(b"48 65 6C6c 6F>"), b"Hello");
        assert_eq!(run_lengths(b"\x02abc\xFEx\x80zz", 100), b"abcxxx");
        let packed = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
            .encode(b"chi bo chi bo chi bo")
            .unwrap();
        assert_eq!(unlzw(&packed, 100).unwrap(), b"chi bo chi bo chi bo");
        assert_eq!(unlzw(&packed, 10), None);
        assert_eq!(
            filters_of(b"<< /Filter [/ASCII85Decode /Fl#61teDecode] >>").len(),
            2
        );
    }
}
