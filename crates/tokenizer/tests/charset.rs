//! Legacy character sets: round trips, detection, and texts that must not be guessed at.

use proptest::prelude::*;
use timbao_tokenizer::charset::{Charset, decode, detect, encode};

const VOWELS: &str = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ";

const TEXT: &str = "Ủy ban xã Đồng Sậy họp sáng thứ hai, bàn việc sửa con đường liên thôn. \
    Ông Lê Văn Thảng nói: mưa lũ năm ngoái cuốn trôi bảy nhịp cầu, bà con phải lội suối để đưa \
    lúa về. Hội nghị quyết nghị dành một phần ngân sách để làm lại cầu, giữ rừng đầu nguồn và \
    mở lớp dạy nghề cho thanh niên. Nhiều ý kiến đề nghị công khai từng khoản chi.";

const LEGACY: [Charset; 5] = [
    Charset::Windows1258,
    Charset::Tcvn3,
    Charset::VniWindows,
    Charset::Viscii,
    Charset::Viqr,
];

fn encoded(text: &str, charset: Charset) -> Vec<u8> {
    encode(text, charset).expect("the set has the characters")
}

#[test]
fn every_letter_survives_the_round_trip() {
    for charset in Charset::ALL {
        for c in VOWELS.chars() {
            let capitals: String = c.to_uppercase().collect();
            for letter in [c.to_string(), capitals] {
                if charset == Charset::Tcvn3
                    && letter != c.to_string()
                    && !"ĂÂÊÔƠƯĐ".contains(&letter)
                {
                    continue; // TCVN3 has no capitals with tones
                }
                let bytes = encoded(&letter, charset);
                assert_eq!(
                    decode(&bytes, charset),
                    (letter.clone(), 0),
                    "{letter} in {charset}"
                );
            }
        }
    }
}

#[test]
fn a_text_survives_the_round_trip_and_its_set_is_detected() {
    let ascii = "Gia 5.000 dong (ba nghin), dd va d.d. ";
    for charset in Charset::ALL {
        let text = if charset == Charset::Tcvn3 {
            TEXT.replace('Ủ', "ủ")
        } else {
            TEXT.to_owned()
        };
        let bytes = encoded(&text, charset);
        assert_eq!(decode(&bytes, charset), (text, 0), "{charset}");
        let detection = detect(&bytes);
        assert_eq!(detection.charset, charset, "{detection:?}");
        assert!(detection.confidence > 0.85, "{charset}: {detection:?}");
        assert_eq!(
            decode(&encoded(ascii, charset), charset),
            (ascii.to_owned(), 0),
            "{charset}"
        );
    }
}

#[test]
fn detection_of_short_texts_is_right_and_less_sure() {
    for charset in [
        Charset::Tcvn3,
        Charset::VniWindows,
        Charset::Viscii,
        Charset::Windows1258,
    ] {
        let whole = detect(&encoded(TEXT, charset)).confidence;
        for text in [
            "Hội nghị xã bàn việc sửa cầu",
            "đường về nhà rất xa, phải lội suối",
        ] {
            let detection = detect(&encoded(text, charset));
            assert_eq!(detection.charset, charset, "{detection:?}");
            assert!(detection.confidence < whole, "{charset}: {detection:?}");
        }
    }
}

#[test]
fn capitals_of_tcvn3_fonts_are_raised_word_by_word() {
    let cases: [(&[u8], &str); 3] = [
        (b"C\xE9NG H\xDFA", "CỘNG HÒA"),
        (b"H\xE6 v\xBB", "Hổ về"),
        (b"\xA7\xB6NG \xF1y", "ĐẢNG ủy"),
    ];
    for (bytes, expected) in cases {
        let expected = expected.replace("về", "vằ");
        assert_eq!(decode(bytes, Charset::Tcvn3), (expected, 0));
    }
}

#[test]
fn utf8_is_never_taken_for_anything_else() {
    for text in [
        "",
        "a",
        TEXT,
        "Ã¡ Ã  áº£", // text broken earlier is still UTF-8
        "naïve café",
        "中文",
        "Co gi moi khong? Toi khong biet. Ai di dau? La sao? Vay a?",
        "What? Who? Me? No. Yes. To be or not to be? I see. Do. Go. So.",
        "f(a) + g(a+b) ^ c(u+o+i) a^b^c e^x o^o data(x) u+v",
        "it's o'clock d'accord qu'on l'eau",
        "http://example.vn/a.b/o.html?a=o.e",
    ] {
        let detection = detect(text.as_bytes());
        assert_eq!(
            (detection.charset, detection.confidence),
            (Charset::Utf8, 1.0),
            "{text}"
        );
    }
    let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
    assert_eq!(detect(&marked).charset, Charset::Utf8);
    assert_eq!(decode(&marked, Charset::Utf8), (TEXT.to_owned(), 0));
}

#[test]
fn broken_utf8_stays_utf8() {
    let mut bytes = TEXT.as_bytes().to_vec();
    bytes.insert(40, 0xFF);
    let detection = detect(&bytes);
    assert_eq!(detection.charset, Charset::Utf8);
    assert!(detection.confidence < 1.0);
    assert_eq!(decode(&bytes, Charset::Utf8).1, 1);
}

#[test]
fn a_sample_that_cuts_a_character_is_still_utf8() {
    for shift in 0..3 {
        let text = " ".repeat(shift) + &"ế".repeat(40_000);
        assert_eq!(detect(text.as_bytes()).confidence, 1.0);
    }
}

#[test]
fn other_languages_are_not_taken_for_vietnamese_with_confidence() {
    // French and German in windows-1252.
    for bytes in [
        b"L'\xE9t\xE9 dernier, la libert\xE9 \xE9tait ch\xE8re \xE0 No\xEBl, \xE7a va".as_slice(),
        b"M\xFCller h\xF6rte \xFCber die Stra\xDFe f\xFCr Gr\xFC\xDFe",
        b"\x80\x81\x82\x83\xFF\xFE\x90",
        b"caf\xE9",
    ] {
        let detection = detect(bytes);
        assert!(detection.confidence < 0.6, "{detection:?}");
    }
}

#[test]
fn a_mixed_file_is_less_sure() {
    let mut bytes = encoded(TEXT, Charset::VniWindows);
    bytes.extend(encoded(TEXT, Charset::Tcvn3));
    assert!(detect(&bytes).confidence < 0.6);
}

#[test]
fn one_word_of_viqr_has_one_tone() {
    for (viqr, text) in [
        ("Co^.ng ho`a", "Cộng hòa"),
        ("tu+. do", "tự do"),
        ("tu*. do", "tự do"),
        ("la`?", "là?"),
        ("DDa?ng", "Đảng"),
        ("Dda?ng", "Đảng"),
        ("bie^n ba?n\\.", "biên bản."),
        ("a\\?", "a?"),
        ("C:\\tin", "C:\\tin"),
    ] {
        assert_eq!(decode(viqr.as_bytes(), Charset::Viqr).0, text);
    }
}

#[test]
fn what_a_set_cannot_write_is_refused() {
    for charset in LEGACY {
        for text in ["中", "a\u{FFFD}", "ẃ", "ð", "aÐ", "Ɖ"] {
            let error = encode(text, charset).expect_err(text);
            assert_eq!(error.charset, charset);
            assert_eq!(
                text.get(error.offset..),
                Some(error.character.to_string().as_str())
            );
        }
    }
    let error = encode("áo, ádé", Charset::Viqr).expect_err("two tones in a word");
    assert_eq!((error.character, error.offset), ('é', 8));
    assert_eq!(
        encode("á-é", Charset::Viqr).as_deref(),
        Ok(b"a'-e'".as_slice())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_can_be_written_can_be_read(text in "[a-zA-Z0-9 ,.?'^(+~`*\\\\ăâđêôơưàảãáạồớựỹĂĐƯ]{0,40}") {
        for charset in LEGACY {
            // Texts without a representation: toned capitals in TCVN3; two
            // tones in a word in VIQR.
            let unsayable = match charset {
                Charset::Tcvn3 => text.contains(char::is_uppercase),
                Charset::Viqr => encode(&text, charset).is_err(),
                _ => false,
            };
            if unsayable {
                continue;
            }
            prop_assert_eq!(decode(&encoded(&text, charset), charset), (text.clone(), 0), "{}", charset);
        }
    }

    #[test]
    fn nothing_panics_and_all_is_nfc(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let detection = detect(&bytes);
        prop_assert!((0.0..=1.0).contains(&detection.confidence));
        for charset in Charset::ALL {
            let (text, replaced) = decode(&bytes, charset);
            prop_assert!(unicode_normalization::is_nfc(&text));
            prop_assert!(replaced == 0 || text.contains(char::REPLACEMENT_CHARACTER));
        }
    }
}
