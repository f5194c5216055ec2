//! The laws of the decoders, on bytes such as files in the old sets have.

mod laws;

use proptest::prelude::*;
use timbao_tokenizer::charset::Charset;

use laws::check;

/// Letters, the signs of VIQR, the upper half, and anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"aeiouydAEIOUYDngthc".to_vec()),
        3 => 0xA0..=0xFFu8,
        2 => prop::sample::select(b"^(+*`'?~.\\dD \n".to_vec()),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tcvn3(bytes in bytes()) {
        check(&bytes, Charset::Tcvn3);
    }

    #[test]
    fn vni_windows(bytes in bytes()) {
        check(&bytes, Charset::VniWindows);
    }

    #[test]
    fn viscii(bytes in bytes()) {
        check(&bytes, Charset::Viscii);
    }

    #[test]
    fn viqr(bytes in bytes()) {
        check(&bytes, Charset::Viqr);
    }

    #[test]
    fn windows_1258(bytes in bytes()) {
        check(&bytes, Charset::Windows1258);
    }
}
