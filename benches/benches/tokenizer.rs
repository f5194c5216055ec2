//! The tokenizer compared with tantivy's own chain, on one core, over the same
//! text in the same run.
//!
//! `cargo bench -p timbao-benches --bench tokenizer` measures generated text whose
//! syllables are as unequal in frequency as those of running text; set
//! `TIMBAO_BENCH_TEXT` to a UTF-8 file to measure that instead.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, TokenStream, Tokenizer,
};
use timbao_tokenizer::{KeyCache, Keys, VietnameseTokenizer, exact_key, scan};

fn tokenizer(c: &mut Criterion) {
    let text = match std::env::var_os("TIMBAO_BENCH_TEXT") {
        Some(path) => std::fs::read_to_string(path).expect("TIMBAO_BENCH_TEXT is a UTF-8 file"),
        None => generated_text(4 << 20),
    };
    let tokens = scan(&text).count();
    let mut group = c.benchmark_group("tokenizer");
    group
        .throughput(Throughput::Bytes(text.len() as u64))
        .sample_size(20);

    group.bench_function("scan, boundaries only", |b| {
        b.iter(|| {
            let seen = scan(black_box(&text)).count();
            assert_eq!(seen, tokens);
        });
    });
    let mut cache = KeyCache::new();
    group.bench_function("scan with both keys", |b| {
        b.iter(|| {
            let mut bytes = 0;
            for token in scan(black_box(&text)) {
                let keys = cache.keys(&text, &token);
                bytes += keys.exact().len() + keys.folded().len();
            }
            assert!(bytes > tokens);
        });
    });
    let mut keys = Keys::new();
    group.bench_function("scan with both keys, computed each time", |b| {
        b.iter(|| {
            let mut bytes = 0;
            for token in scan(black_box(&text)) {
                keys.set(&text[token.start..token.end]);
                bytes += keys.exact().len() + keys.folded().len();
            }
            assert!(bytes > tokens);
        });
    });
    let mut ours = VietnameseTokenizer::default();
    group.bench_function("token stream, both keys", |b| {
        b.iter(|| {
            let mut stream = ours.token_stream(black_box(&text));
            let seen = count(&mut stream);
            assert!(seen > tokens);
        });
    });
    let mut boxed = TextAnalyzer::from(VietnameseTokenizer::default());
    group.bench_function("token stream, both keys, as a text analyzer", |b| {
        b.iter(|| {
            let mut stream = boxed.token_stream(black_box(&text));
            let seen = count(&mut stream);
            assert!(seen > tokens);
        });
    });
    let mut theirs = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build();
    group.bench_function("tantivy: simple, lower case, ASCII folding", |b| {
        b.iter(|| {
            let mut stream = theirs.token_stream(black_box(&text));
            let seen = count(&mut stream);
            assert!(seen > tokens / 2);
        });
    });
    group.finish();
}

fn count(stream: &mut dyn TokenStream) -> usize {
    let mut seen = 0;
    stream.process(&mut |token| {
        black_box(&token.text);
        seen += 1;
    });
    seen
}

/// Text of Vietnamese syllables in which the n-th most common is about 1/n as
/// frequent as the first.
fn generated_text(bytes: usize) -> String {
    const ONSETS: [&str; 22] = [
        "", "b", "c", "ch", "d", "đ", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "s",
        "t", "th", "tr", "v", "x",
    ];
    const RHYMES: [&str; 24] = [
        "ô", "anh", "ương", "iên", "inh", "ao", "ân", "ôi", "ong", "âp", "uôc", "ung", "ai", "at",
        "ơi", "iêt", "oa", "ât", "ê", "am", "ưc", "u", "ươi", "y",
    ];
    let mut vocabulary = Vec::new();
    for rhyme in RHYMES {
        for onset in ONSETS {
            for tone in ["", "\u{300}", "\u{301}", "\u{309}", "\u{323}"] {
                vocabulary.push(timbao_tokenizer::write_out(&exact_key(&format!(
                    "{onset}{rhyme}{tone}"
                ))));
            }
        }
    }
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    // A fixed shuffle, so that the common syllables are not all of one rhyme.
    for i in (1..vocabulary.len()).rev() {
        vocabulary.swap(i, (random() * (i + 1) as f64) as usize);
    }
    let mut text = String::with_capacity(bytes + 64);
    while text.len() < bytes {
        for word in 0..8 + (random() * 24.0) as usize {
            let rank = (vocabulary.len() as f64).powf(random()) as usize - 1;
            let syllable = &vocabulary[rank.min(vocabulary.len() - 1)];
            match (word, (random() * 60.0) as usize) {
                (0, _) => text.extend(syllable.chars().enumerate().flat_map(|(i, c)| {
                    let upper: Vec<char> = if i == 0 {
                        c.to_uppercase().collect()
                    } else {
                        vec![c]
                    };
                    upper
                })),
                (_, 0) => text.push_str(" 55.369"),
                (_, 1) => text.push_str(" 21-KL/TW"),
                (_, 2..=4) => {
                    text.push_str(", ");
                    text.push_str(syllable);
                }
                _ => {
                    text.push(' ');
                    text.push_str(syllable);
                }
            }
        }
        text.push_str(if random() < 0.2 { ".\n" } else { ". " });
    }
    text
}

criterion_group!(benches, tokenizer);
criterion_main!(benches);
