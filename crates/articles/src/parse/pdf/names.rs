//! Letters by the names and encodings of fonts.

use unicode_normalization::UnicodeNormalization;

/// The text of a glyph by its name, as the Adobe Glyph List and the rules for
/// `uni1EA1` and `u1EA1` have it.
pub(super) fn text_of(name: &str) -> Option<String> {
    // "a.alt" is a form of "a", "f_f_i" a ligature.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if let Some((first, rest)) = name.split_once('_') {
        return Some(text_of(first)? + &text_of(rest)?);
    }
    plain(name)
        .or_else(|| by_code(name))
        .or_else(|| composed(name))
}

fn plain(name: &str) -> Option<String> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_ascii_alphabetic()
    {
        return Some(letter.to_string());
    }
    let at = NAMES.iter().position(|(known, _)| *known == name)?;
    Some(NAMES[at].1.to_owned())
}

fn by_code(name: &str) -> Option<String> {
    let digits = name
        .strip_prefix("uni")
        .or_else(|| name.strip_prefix('u'))?;
    if !(4..=24).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let size = if name.starts_with("uni") {
        4
    } else {
        digits.len()
    };
    let codes = digits.as_bytes().chunks(size).map(|code| {
        let code = std::str::from_utf8(code).ok()?;
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    });
    codes.collect()
}

/// A letter and its marks, such as `acircumflexdotbelow`.
fn composed(name: &str) -> Option<String> {
    let (base, mut marks) = ["dotless", ""].iter().find_map(|prefix| {
        let rest = name.strip_prefix(prefix)?;
        let base = rest.chars().next().filter(char::is_ascii_alphabetic)?;
        Some((base, &rest[1..]))
    })?;
    let mut text = String::from(base);
    while !marks.is_empty() {
        let (mark, letter) = MARKS.iter().find(|(mark, _)| marks.starts_with(mark))?;
        text.push(*letter);
        marks = &marks[mark.len()..];
    }
    Some(text.nfc().collect())
}

/// The letter of a code in the standard encoding of Adobe.
pub(super) fn standard(code: u8) -> Option<char> {
    match code {
        b'\'' => Some('’'),
        b'`' => Some('‘'),
        0x20..=0x7E => Some(char::from(code)),
        _ => STANDARD
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(_, letter)| *letter),
    }
}

/// Combining marks by their names; longer names before those they begin with.
const MARKS: &[(&str, char)] = &[
    ("circumflex", '\u{302}'),
    ("breve", '\u{306}'),
    ("horn", '\u{31B}'),
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("tilde", '\u{303}'),
    ("hookabove", '\u{309}'),
    ("hook", '\u{309}'),
    ("dotbelow", '\u{323}'),
    ("dieresis", '\u{308}'),
    ("ring", '\u{30A}'),
    ("caron", '\u{30C}'),
    ("cedilla", '\u{327}'),
    ("commaaccent", '\u{326}'),
    ("macron", '\u{304}'),
    ("ogonek", '\u{328}'),
    ("hungarumlaut", '\u{30B}'),
    ("dotaccent", '\u{307}'),
];

const STANDARD: &[(u8, char)] = &[
    (0xA1, '¡'),
    (0xA2, '¢'),
    (0xA3, '£'),
    (0xA4, '⁄'),
    (0xA5, '¥'),
    (0xA6, 'ƒ'),
    (0xA7, '§'),
    (0xA8, '¤'),
    (0xA9, '\''),
    (0xAA, '“'),
    (0xAB, '«'),
    (0xAC, '‹'),
    (0xAD, '›'),
    (0xAE, 'ﬁ'),
    (0xAF, 'ﬂ'),
    (0xB1, '–'),
    (0xB2, '†'),
    (0xB3, '‡'),
    (0xB4, '·'),
    (0xB6, '¶'),
    (0xB7, '•'),
    (0xB8, '‚'),
    (0xB9, '„'),
    (0xBA, '”'),
    (0xBB, '»'),
    (0xBC, '…'),
    (0xBD, '‰'),
    (0xBF, '¿'),
    (0xC1, '`'),
    (0xC2, '´'),
    (0xC3, 'ˆ'),
    (0xC4, '˜'),
    (0xC5, '¯'),
    (0xC6, '˘'),
    (0xC7, '˙'),
    (0xC8, '¨'),
    (0xCA, '˚'),
    (0xCB, '¸'),
    (0xCD, '˝'),
    (0xCE, '˛'),
    (0xCF, 'ˇ'),
    (0xD0, '—'),
    (0xE1, 'Æ'),
    (0xE3, 'ª'),
    (0xE8, 'Ł'),
    (0xE9, 'Ø'),
    (0xEA, 'Œ'),
    (0xEB, 'º'),
    (0xF1, 'æ'),
    (0xF5, 'ı'),
    (0xF8, 'ł'),
    (0xF9, 'ø'),
    (0xFA, 'œ'),
    (0xFB, 'ß'),
];

/// Names that are not a letter with marks.
const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("nbspace", " "),
    ("nonbreakingspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("quoteright", "’"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("sfthyphen", "\u{AD}"),
    ("softhyphen", "\u{AD}"),
    ("minus", "−"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("quoteleft", "‘"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("exclamdown", "¡"),
    ("cent", "¢"),
    ("sterling", "£"),
    ("fraction", "⁄"),
    ("yen", "¥"),
    ("florin", "ƒ"),
    ("section", "§"),
    ("currency", "¤"),
    ("quotedblleft", "“"),
    ("guillemotleft", "«"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("endash", "–"),
    ("dagger", "†"),
    ("daggerdbl", "‡"),
    ("periodcentered", "·"),
    ("middot", "·"),
    ("paragraph", "¶"),
    ("bullet", "•"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("quotedblright", "”"),
    ("guillemotright", "»"),
    ("ellipsis", "…"),
    ("perthousand", "‰"),
    ("questiondown", "¿"),
    ("grave", "`"),
    ("acute", "´"),
    ("circumflex", "ˆ"),
    ("tilde", "˜"),
    ("macron", "¯"),
    ("breve", "˘"),
    ("dotaccent", "˙"),
    ("dieresis", "¨"),
    ("ring", "˚"),
    ("cedilla", "¸"),
    ("hungarumlaut", "˝"),
    ("ogonek", "˛"),
    ("caron", "ˇ"),
    ("emdash", "—"),
    ("AE", "Æ"),
    ("ordfeminine", "ª"),
    ("Lslash", "Ł"),
    ("Oslash", "Ø"),
    ("OE", "Œ"),
    ("ordmasculine", "º"),
    ("ae", "æ"),
    ("dotlessi", "ı"),
    ("lslash", "ł"),
    ("oslash", "ø"),
    ("oe", "œ"),
    ("germandbls", "ß"),
    ("Dcroat", "Đ"),
    ("dcroat", "đ"),
    ("Dslash", "Đ"),
    ("dslash", "đ"),
    ("Dmacron", "Đ"),
    ("dmacron", "đ"),
    ("Eth", "Ð"),
    ("eth", "ð"),
    ("Thorn", "Þ"),
    ("thorn", "þ"),
    ("copyright", "©"),
    ("registered", "®"),
    ("trademark", "™"),
    ("degree", "°"),
    ("plusminus", "±"),
    ("onesuperior", "¹"),
    ("twosuperior", "²"),
    ("threesuperior", "³"),
    ("mu", "µ"),
    ("onequarter", "¼"),
    ("onehalf", "½"),
    ("threequarters", "¾"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("logicalnot", "¬"),
    ("brokenbar", "¦"),
    ("Euro", "€"),
    ("dong", "₫"),
    ("notequal", "≠"),
    ("lessequal", "≤"),
    ("greaterequal", "≥"),
    ("infinity", "∞"),
    ("arrowright", "→"),
    ("arrowleft", "←"),
    ("gravecomb", "\u{300}"),
    ("acutecomb", "\u{301}"),
    ("tildecomb", "\u{303}"),
    ("hookabovecomb", "\u{309}"),
    ("dotbelowcomb", "\u{323}"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_glyphs_are_letters() {
        for (name, expected) in [
            ("A", "A"),
            ("dcroat", "đ"),
            ("abreveacute", "ắ"),
            ("Ecircumflexdotbelow", "Ệ"),
            ("ohornhookabove", "ở"),
            ("ydotbelow", "ỵ"),
            ("uni1EA5", "ấ"),
            ("u1EF9", "ỹ"),
            ("uni00690323", "i\u{323}"),
            ("f_f_i", "ffi"),
            ("a.sc", "a"),
            ("quotedblright", "”"),
        ] {
            assert_eq!(text_of(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["g123", "", ".notdef", "afii00000", "cid:3"] {
            assert_eq!(text_of(name), None, "{name}");
        }
    }
}
