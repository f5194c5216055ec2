//! No bytes make the reader of `a.vert` panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| timbao_articles_fuzz::read("a.vert", bytes));
