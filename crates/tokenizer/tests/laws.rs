//! Laws that apply to every text, checked on generated words, half-decomposed
//! text and noise.

use std::cmp::Ordering;

use icu_collator::{Collator, options::CollatorOptions};
use icu_locale_core::locale;
use proptest::prelude::*;
use tantivy_tokenizer_api::{TokenStream, Tokenizer};
use timbao_tokenizer::collation::{self, compare};
use timbao_tokenizer::{
    Emit, Keys, VietnameseTokenizer, Whole, exact_key, fold, is_syllable, scan, wholes, write_out,
};
use unicode_normalization::UnicodeNormalization;

const VOWELS: &str = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ";

/// Words that look Vietnamese, some well formed, in mixed case.
fn word() -> impl Strategy<Value = String> {
    let vowel = prop::sample::select(VOWELS.chars().collect::<Vec<_>>());
    let onset = prop::sample::select(vec![
        "", "b", "c", "ch", "đ", "g", "gi", "h", "kh", "ngh", "ng", "qu", "t", "th", "Tr", "Đ", "Ð",
    ]);
    let coda = prop::sample::select(vec!["", "", "n", "ng", "nh", "c", "ch", "t", "m", "p", "k"]);
    (onset, prop::collection::vec(vowel, 1..4), coda)
        .prop_map(|(o, v, c)| format!("{o}{}{c}", v.iter().collect::<String>()))
}

/// Text of such words, codes, marks in odd places, and anything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => word(),
        3 => prop::sample::select(vec![
            " ", " ", ", ", ". ", "\n", "-", "/", ".", "’", "21-KL/TW", "55.369", "25/3/2021", "TP.HCM",
            "\u{AD}", "\u{200C}", "\u{301}", "\u{323}\u{302}", "İ", "ß", "中", "ǖ", "ﬁ", "ȩ́", "각", "²",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => any::<char>().prop_map(|c| c.to_string()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Decomposes some characters fully and some only as far as windows-1258 does.
fn half_composed(text: &str, choice: u64) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        let parts: Vec<char> = std::iter::once(c).nfd().collect();
        match (choice >> (i % 64) & 1, parts.as_slice()) {
            (1, [base, below @ '\u{323}', shape]) => out.extend([*base, *shape, *below]),
            (1, parts) => out.extend(parts),
            _ => out.push(c),
        }
    }
    out
}

fn keys_of(text: &str) -> Vec<(String, String, bool)> {
    let mut keys = Keys::new();
    scan(text)
        .map(|t| {
            keys.set(&text[t.start..t.end]);
            (keys.exact().to_owned(), keys.folded().to_owned(), t.joined)
        })
        .collect()
}

fn stream_of(emit: Emit, text: &str) -> Vec<(usize, usize, usize, usize, String)> {
    let mut tokenizer = VietnameseTokenizer::new(emit);
    let mut stream = tokenizer.token_stream(text);
    let mut seen = Vec::new();
    stream.process(&mut |t| {
        seen.push((
            t.position,
            t.position_length,
            t.offset_from,
            t.offset_to,
            t.text.clone(),
        ));
    });
    seen
}

/// Running text of our own, or the UTF-8 file that `TIMBAO_LAWS_TEXT` names.
fn running_text() -> String {
    match std::env::var_os("TIMBAO_LAWS_TEXT") {
        Some(path) => std::fs::read_to_string(path).expect("TIMBAO_LAWS_TEXT is a UTF-8 file"),
        None => "Chiều 25/3/2021, UBND xã Đồng Sậy hoà giải xong vụ tranh chấp 3,5 ha đất rừng.\n\
            Theo Quyết định 17-QĐ/HTX, quỹ thuỷ lợi (55.369 đồng mỗi hộ) được công khai; bà Ea \
            H’Thoa nói: “Quý lắm, khoẻ rồi!”. TP.HCM – T.Ư, café Élysée, huyện Đắk Sậy, 19:30."
            .to_owned(),
    }
}

/// Moves the tone of open oa, oe and uy from the first vowel to the second.
fn tone_on_the_second(syllable: &str) -> String {
    let mut parts: Vec<char> = syllable.nfd().collect();
    if let [.., first, tone @ '\u{300}'..='\u{323}', second] = parts.as_mut_slice()
        && matches!(
            (first.to_ascii_lowercase(), second.to_ascii_lowercase()),
            ('o', 'a' | 'e') | ('u', 'y')
        )
    {
        std::mem::swap(tone, second);
    }
    parts.into_iter().nfc().collect()
}

#[test]
fn running_text_keeps_the_laws() {
    let mut keys = Keys::new();
    for (number, line) in running_text().lines().enumerate() {
        let nfc: String = line.nfc().collect();
        let expected = keys_of(&nfc);
        assert_eq!(keys_of(line), expected, "line {}", number + 1);
        assert_eq!(keys_of(&line.nfd().collect::<String>()), expected);
        assert_eq!(
            keys_of(&half_composed(&nfc, number as u64 ^ 0x5A5A_C3C3_0F0F_9999)),
            expected
        );
        let mut end = 0;
        for (token, (exact, folded, _)) in scan(&nfc).zip(&expected) {
            assert!(token.start >= end && nfc.is_char_boundary(token.start));
            end = token.end;
            let word = &nfc[token.start..token.end];
            assert_eq!(&fold(exact), folded, "{word}");
            assert_eq!(&fold(folded), folded, "{word}");
            assert_eq!(&exact_key(&write_out(exact)), exact, "{word}");
            if is_syllable(word) {
                assert_eq!(&exact_key(&tone_on_the_second(word)), exact, "{word}");
            }
        }
        let whole_keys: Vec<String> = wholes(line)
            .map(|w| whole_key(&mut keys, line, &w))
            .collect();
        let again: Vec<String> = wholes(&nfc)
            .map(|w| whole_key(&mut keys, &nfc, &w))
            .collect();
        assert_eq!(whole_keys, again);
    }
}

fn whole_key(keys: &mut Keys, text: &str, whole: &Whole) -> String {
    keys.set_whole(text, whole);
    keys.exact().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn normal_forms_give_equal_keys(text in text(), choice: u64) {
        let nfc = keys_of(&text.nfc().collect::<String>());
        prop_assert_eq!(&nfc, &keys_of(&text.nfd().collect::<String>()));
        prop_assert_eq!(&nfc, &keys_of(&half_composed(&text.nfc().collect::<String>(), choice)));
    }

    #[test]
    fn marks_of_a_letter_come_in_any_order(word in word()) {
        let reversed: String = word
            .chars()
            .flat_map(|c| {
                let mut parts: Vec<char> = std::iter::once(c).nfd().collect();
                if let Some(marks) = parts.get_mut(1..) { marks.reverse() }
                parts
            })
            .collect();
        prop_assert_eq!(exact_key(&word), exact_key(&reversed));
    }

    #[test]
    fn tone_placement_does_not_matter(onset in prop::sample::select(vec!["", "h", "th", "kh", "ng"]),
        rhyme in prop::sample::select(vec!["oa", "oe", "uy"]), tone in prop::sample::select(vec!['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'])) {
        let (first, second) = rhyme.split_at(1);
        let old: String = format!("{onset}{first}{tone}{second}").nfc().collect();
        let new: String = format!("{onset}{first}{second}{tone}").nfc().collect();
        prop_assert_eq!(exact_key(&old), exact_key(&new));
        prop_assert_eq!(write_out(&exact_key(&new)), old);
    }

    #[test]
    fn keys_are_stable(word in word()) {
        let exact = exact_key(&word);
        prop_assert_eq!(&exact_key(&exact), &exact);
        prop_assert_eq!(&exact_key(&write_out(&exact)), &exact);
        prop_assert_eq!(is_syllable(&write_out(&exact)), is_syllable(&exact));
    }

    #[test]
    fn folding_is_idempotent_and_factors_through_the_exact_key(text in text()) {
        let folded = fold(&text);
        prop_assert_eq!(&fold(&folded), &folded);
        let mut keys = Keys::new();
        for token in scan(&text) {
            let slice = &text[token.start..token.end];
            keys.set(slice);
            prop_assert_eq!(&fold(keys.exact()), keys.folded());
            prop_assert_eq!(keys.is_marked(), keys.exact() != keys.folded());
            prop_assert!(!keys.exact().is_empty());
        }
    }

    #[test]
    fn offsets_are_in_order_in_range_and_on_boundaries(text in text()) {
        let mut end = 0;
        for (i, token) in scan(&text).enumerate() {
            prop_assert!(token.start >= end && token.start < token.end && token.end <= text.len());
            prop_assert!(text.get(token.start..token.end).is_some());
            prop_assert_eq!(token.position as usize, i);
            end = token.end;
        }
        let tokens: Vec<_> = scan(&text).collect();
        for whole in wholes(&text) {
            prop_assert!(whole.first_position < whole.last_position);
            prop_assert_eq!(tokens[whole.first_position as usize].start, whole.start);
            prop_assert_eq!(tokens[whole.last_position as usize].end, whole.end);
        }
    }

    #[test]
    fn the_stream_says_what_the_scanner_says(text in text()) {
        let mut keys = Keys::new();
        let parts = |emit| stream_of(emit, &text).into_iter().filter(|t| t.1 == 1).collect::<Vec<_>>();
        let (exact, folded) = (parts(Emit::Exact), parts(Emit::Folded));
        let tokens: Vec<_> = scan(&text).collect();
        prop_assert_eq!(exact.len(), tokens.len());
        prop_assert_eq!(folded.len(), tokens.len());
        for (i, token) in tokens.iter().enumerate() {
            keys.set(&text[token.start..token.end]);
            prop_assert_eq!(keys.exact(), &exact[i].4);
            prop_assert_eq!(keys.folded(), &folded[i].4);
        }
        let both = stream_of(Emit::Both, &text);
        prop_assert!(both.windows(2).all(|w| w[0].0 <= w[1].0 && w[0].2 <= w[1].2));
        prop_assert_eq!(both.iter().filter(|t| t.1 > 1).map(|t| (t.2, t.3)).collect::<std::collections::BTreeSet<_>>(),
            wholes(&text).map(|w| (w.start, w.end)).collect());
        for piece in stream_of(Emit::Exact, &text) {
            prop_assert!(both.contains(&piece));
        }
    }

    #[test]
    fn a_token_cut_out_is_the_same_token(text in text()) {
        for token in scan(&text) {
            let slice = &text[token.start..token.end];
            let again: Vec<_> = scan(slice).map(|t| (t.start, t.end, t.kind)).collect();
            prop_assert_eq!(again, vec![(0, slice.len(), token.kind)]);
        }
    }
}

/// Names and words of a list to sort: Vietnamese letters, other Latin ones, digits and spaces. No
/// signs and no letters beyond Latin, whose order differs from that of CLDR.
fn listed() -> impl Strategy<Value = String> {
    let letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz0123456789 éèçñü";
    let letters: Vec<char> = letters.chars().chain(VOWELS.chars()).collect();
    let letter = (prop::sample::select(letters), any::<bool>()).prop_map(|(c, is_capital)| {
        if is_capital {
            c.to_uppercase().to_string()
        } else {
            c.to_string()
        }
    });
    prop::collection::vec(letter, 0..5).prop_map(|letters| letters.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn lists_are_in_the_order_of_cldr(
        a in listed(),
        b in listed(),
        is_similar in any::<bool>(),
        decomposed in any::<bool>(),
    ) {
        let collator = Collator::try_new(locale!("vi").into(), CollatorOptions::default()).unwrap();
        // Words that differ in accents or case only.
        let b = if is_similar {
            let folded = a.nfd().filter(|c| c.is_ascii()).collect::<String>();
            folded + &b
        } else {
            b
        };
        let b = if decomposed { b.nfd().collect() } else { b };
        let order = compare(&a, &b);
        match collator.compare(&a, &b) {
            Ordering::Equal => prop_assert_eq!(collation::Key::of(&a), collation::Key::of(&b)),
            expected => prop_assert_eq!(order, expected),
        }
    }
}
