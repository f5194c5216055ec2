//! Bytes put where the reader of a format finds them. A fuzzer cannot guess checksums and
//! compressed data, so what has none of the format's own form is put into it.

use std::borrow::Cow;
use std::io::{Cursor, Write};

/// The file of this name that a target reads: the bytes themselves if they begin like the format,
/// otherwise a file of the format with these bytes inside.
pub fn packed<'b>(name: &str, bytes: &'b [u8]) -> Cow<'b, [u8]> {
    let (magic, pack): (&[u8], fn(&[u8]) -> Vec<u8>) = match name {
        "a.docx" => (b"PK", docx),
        "a.zip" => (b"PK", zip),
        "a.pdf" => (b"%PDF", pdf),
        "a.gz" => (b"\x1f\x8b", gzip),
        "a.zst" => (b"\x28\xb5\x2f\xfd", zstd),
        "a.tar" => (b"./", tar),
        "a.warc" => (b"WARC", warc),
        _ => return Cow::Borrowed(bytes),
    };
    match bytes.starts_with(magic) {
        true => Cow::Borrowed(bytes),
        false => Cow::Owned(pack(bytes)),
    }
}

/// A Word document whose text is `bytes` up to a line of `%`, and its styles after it.
fn docx(bytes: &[u8]) -> Vec<u8> {
    let (document, styles) = halves(bytes);
    zipped(&[("word/document.xml", document), ("word/styles.xml", styles)])
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    zipped(&[("a.html", bytes)])
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in entries {
        archive.start_file(*name, stored).expect("an entry");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A page whose content is `bytes` up to a line of `%`, and the map of its font after it.
fn pdf(bytes: &[u8]) -> Vec<u8> {
    let (content, map) = halves(bytes);
    let stream = |bytes: &[u8]| {
        let mut stream = format!("<</Length {}>>stream\n", bytes.len()).into_bytes();
        stream.extend_from_slice(bytes);
        stream.extend_from_slice(b"\nendstream");
        stream
    };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
          /Resources<</Font<</F1 5 0 R/F2 7 0 R>>>>>>"
            .to_vec(),
        stream(content),
        b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 6 0 R\
          /DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A/W[1 9 500]>>]>>"
            .to_vec(),
        stream(map),
        b"<</Type/Font/Subtype/TrueType/BaseFont/A/Encoding/WinAnsiEncoding>>".to_vec(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    let count = objects.len() + 1;
    let trailer = format!("{table}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF");
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory")
}

fn tar(bytes: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    archive
        .append_data(&mut header, "a.html", bytes)
        .expect("memory");
    archive.into_inner().expect("memory")
}

/// An archived response: its headers and content are `bytes`.
fn warc(bytes: &[u8]) -> Vec<u8> {
    let mut record = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\nHTTP/1.1 200 OK\r\n",
        bytes.len() + 17
    )
    .into_bytes();
    record.extend_from_slice(bytes);
    record.extend_from_slice(b"\r\n\r\n");
    record
}

/// The bytes before a line that begins with `%%%`, and those after it.
fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mark = b"\n%%%";
    match bytes.windows(mark.len()).position(|window| window == mark) {
        Some(at) => (&bytes[..at], &bytes[at + mark.len()..]),
        None => (bytes, &[]),
    }
}
