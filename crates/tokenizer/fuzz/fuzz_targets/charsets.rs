//! Detection is bounded, every decoder gives NFC, and what a set can write it can read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timbao_tokenizer::charset::{Charset, decode, detect, encode};
use unicode_normalization::is_nfc;

fuzz_target!(|bytes: &[u8]| {
    let detection = detect(bytes);
    assert!((0.0..=1.0).contains(&detection.confidence));
    for charset in Charset::ALL {
        let (text, replaced) = decode(bytes, charset);
        assert!(is_nfc(&text));
        assert!(replaced == 0 || text.contains(char::REPLACEMENT_CHARACTER));
        if replaced == 0 && matches!(charset, Charset::Windows1258 | Charset::Viscii | Charset::VniWindows) {
            if let Ok(again) = encode(&text, charset) {
                assert_eq!(decode(&again, charset).0, text, "{charset}");
            }
        }
    }
});
