//! No bytes make the reader of `a.bz2` panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| timbao_articles_fuzz::read("a.bz2", bytes));
