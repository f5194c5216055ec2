//! Detection is bounded and certain of UTF-8, and its result decodes the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timbao_tokenizer::charset::{Charset, decode, detect, encode};
use unicode_normalization::is_nfc;

fuzz_target!(|bytes: &[u8]| {
    let detection = detect(bytes);
    assert!((0.0..=1.0).contains(&detection.confidence));
    assert!(detection.evidence.syllables <= detection.evidence.marked_words);
    if std::str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii() && !text.contains('\0')) {
        assert_eq!(
            (detection.charset, detection.confidence),
            (Charset::Utf8, 1.0)
        );
    }
    assert!(is_nfc(&decode(bytes, detection.charset).0));
    for charset in [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be] {
        let (text, replaced) = decode(bytes, charset);
        assert!(is_nfc(&text));
        assert!(replaced == 0 || text.contains(char::REPLACEMENT_CHARACTER));
        // A byte order mark in the text itself would be taken for that of the file.
        if !text.starts_with('\u{FEFF}') {
            let again = encode(&text, charset).expect("Unicode has all characters");
            assert_eq!(decode(&again, charset), (text, 0));
        }
    }
});
