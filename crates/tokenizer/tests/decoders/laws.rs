//! Laws of a decoder for any bytes; shared with the fuzz targets.

use timbao_tokenizer::charset::{Charset, decode, encode};
use unicode_normalization::is_nfc;

/// Checks the laws of one decoder on some bytes.
pub(crate) fn check(bytes: &[u8], charset: Charset) {
    let (text, replaced) = decode(bytes, charset);
    assert!(is_nfc(&text), "{charset}: {text:?} is not NFC");
    let marks = text.matches(char::REPLACEMENT_CHARACTER).count();
    assert_eq!(marks, replaced, "{charset}: {text:?}");
    assert!(text.chars().count() <= bytes.len(), "{charset}: {text:?}");

    // A line means the same alone and in its file, except that capitals with tones (TCVN 5712-1)
    // are recognised by the words of the whole file.
    let lines = bytes.split(|&byte| byte == b'\n');
    let apart: Vec<String> = lines.map(|line| decode(line, charset).0).collect();
    let by_file = |&byte: &u8| byte < b' ' && byte != b'\n' || (0x80..0xA0).contains(&byte);
    if charset != Charset::Tcvn3 || !bytes.iter().any(by_file) {
        assert_eq!(apart.join("\n"), text, "{charset}");
    }

    // Decoding inverts encoding; TCVN3 has no case of its own.
    if let Ok(again) = encode(&text, charset) {
        let (back, lost) = decode(&again, charset);
        assert_eq!(lost, 0, "{charset}: {text:?}");
        if charset == Charset::Tcvn3 {
            assert_eq!(back.to_lowercase(), text.to_lowercase());
        } else {
            assert_eq!(back, text, "{charset}: {again:?}");
        }
    }
}
