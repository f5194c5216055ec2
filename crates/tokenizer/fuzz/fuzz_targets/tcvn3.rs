//! The decoder of TCVN3 keeps its laws.
#![no_main]

use libfuzzer_sys::fuzz_target;
use timbao_tokenizer::charset::Charset;

#[path = "../../tests/decoders/laws.rs"]
mod laws;

fuzz_target!(|bytes: &[u8]| laws::check(bytes, Charset::Tcvn3));
