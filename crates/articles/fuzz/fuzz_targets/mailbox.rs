//! No bytes make the reader of `a.mbox` panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| timbao_articles_fuzz::read("a.mbox", bytes));
