//! Offsets slice the text, folding factors through the exact key, and normal forms agree.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use tantivy_tokenizer_api::{TokenStream, Tokenizer};
use timbao_tokenizer::{Keys, MAX_TOKEN_BYTES, VietnameseTokenizer, fold, scan, wholes, write_out};
use unicode_normalization::UnicodeNormalization;

thread_local! {
    /// One for all runs, so that its memory is tested too.
    static TOKENIZER: RefCell<VietnameseTokenizer> = RefCell::default();
}

fuzz_target!(|text: &str| {
    let mut keys = Keys::new();
    let mut end = 0;
    let mut longest = 0;
    let mut exact = Vec::new();
    for (i, token) in scan(text).enumerate() {
        assert!(token.start >= end && token.start < token.end);
        assert_eq!(token.position as usize, i);
        let slice = &text[token.start..token.end];
        longest = longest.max(slice.len());
        keys.set(slice);
        assert!(!keys.exact().is_empty());
        assert_eq!(fold(keys.exact()), keys.folded());
        assert_eq!(fold(keys.folded()), keys.folded());
        let _ = write_out(keys.exact());
        exact.push(keys.exact().to_owned());
        end = token.end;
    }
    for whole in wholes(text) {
        assert!(text.get(whole.start..whole.end).is_some());
        assert!((whole.last_position as usize) < exact.len());
        keys.set_whole(text, &whole);
        assert!(!keys.folded().is_empty());
    }
    TOKENIZER.with_borrow_mut(|tokenizer| {
        let mut stream = tokenizer.token_stream(text);
        let mut position = 0;
        while stream.advance() {
            assert!(stream.token().position >= position);
            position = stream.token().position;
            assert!(
                text.get(stream.token().offset_from..stream.token().offset_to)
                    .is_some()
            );
        }
    });
    // Unless a token was cut for its length, every normal form has the same
    // keys.
    if longest * 4 < MAX_TOKEN_BYTES {
        for form in [text.nfc().collect::<String>(), text.nfd().collect()] {
            let again: Vec<String> = scan(&form)
                .map(|token| {
                    keys.set(&form[token.start..token.end]);
                    keys.exact().to_owned()
                })
                .collect();
            assert_eq!(exact, again);
        }
    }
});
