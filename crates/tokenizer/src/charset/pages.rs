//! The one-byte code pages: what bytes 0x80 to 0xFF mean.

/// A code page; U+FFFD where a byte means nothing.
pub(super) type Page = [char; 128];

/// windows-1258, as Microsoft and the WHATWG encoding standard define it: tones are combining marks.
#[rustfmt::skip]
pub(super) const WINDOWS_1258: Page = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', '\u{FFFD}', '‹', 'Œ', '\u{FFFD}', '\u{FFFD}', '\u{FFFD}',
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', '\u{FFFD}', '›', 'œ', '\u{FFFD}', '\u{FFFD}', 'Ÿ',
    '\u{A0}', '¡', '¢', '£', '¤', '¥', '¦', '§', '¨', '©', 'ª', '«', '¬', '\u{AD}', '®', '¯',
    '°', '±', '²', '³', '´', 'µ', '¶', '·', '¸', '¹', 'º', '»', '¼', '½', '¾', '¿',
    'À', 'Á', 'Â', 'Ă', 'Ä', 'Å', 'Æ', 'Ç', 'È', 'É', 'Ê', 'Ë', '\u{300}', 'Í', 'Î', 'Ï',
    'Đ', 'Ñ', '\u{309}', 'Ó', 'Ô', 'Ơ', 'Ö', '×', 'Ø', 'Ù', 'Ú', 'Û', 'Ü', 'Ư', '\u{303}', 'ß',
    'à', 'á', 'â', 'ă', 'ä', 'å', 'æ', 'ç', 'è', 'é', 'ê', 'ë', '\u{301}', 'í', 'î', 'ï',
    'đ', 'ñ', '\u{323}', 'ó', 'ô', 'ơ', 'ö', '÷', 'ø', 'ù', 'ú', 'û', 'ü', 'ư', '₫', 'ÿ',
];

/// TCVN3, the set of the ABC fonts (TCVN 5712:1993, VN3), with the combining tones of VN1.
///
/// Below 0xA0, where TCVN3 is empty, word processors use the punctuation of
/// windows-1252.
#[rustfmt::skip]
pub(super) const TCVN3: Page = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž', '\u{FFFD}',
    '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}', 'ž', 'Ÿ',
    '\u{A0}', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', '\u{FFFD}',
    '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', '\u{FFFD}', 'ằ', 'ẳ', 'ẵ', 'ắ', '\u{FFFD}',
    '\u{FFFD}', '\u{FFFD}', '\u{FFFD}', '\u{FFFD}', '\u{FFFD}', '\u{FFFD}', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', '\u{FFFD}', 'ẻ', 'ẽ',
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', '\u{FFFD}', '\u{FFFD}', '\u{FFFD}', 'ĩ', 'í', 'ị', 'ò',
    '\u{FFFD}', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
    '\u{FFFD}', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', '\u{FFFD}',
];

/// The capitals with tones that VN1 (TCVN 5712-1) adds to TCVN3. Below 0xA0 they are in
/// the place of control characters and of punctuation.
#[rustfmt::skip]
pub(super) const VN1_CAPITALS: [(u8, char); 60] = [
    (0x01, 'Ú'), (0x02, 'Ụ'), (0x04, 'Ừ'), (0x05, 'Ử'), (0x06, 'Ữ'), (0x11, 'Ứ'), (0x12, 'Ự'), (0x13, 'Ỳ'),
    (0x14, 'Ỷ'), (0x15, 'Ỹ'), (0x16, 'Ý'), (0x17, 'Ỵ'), (0x80, 'À'), (0x81, 'Ả'), (0x82, 'Ã'), (0x83, 'Á'),
    (0x84, 'Ạ'), (0x85, 'Ặ'), (0x86, 'Ậ'), (0x87, 'È'), (0x88, 'Ẻ'), (0x89, 'Ẽ'), (0x8A, 'É'), (0x8B, 'Ẹ'),
    (0x8C, 'Ệ'), (0x8D, 'Ì'), (0x8E, 'Ỉ'), (0x8F, 'Ĩ'), (0x90, 'Í'), (0x91, 'Ị'), (0x92, 'Ò'), (0x93, 'Ỏ'),
    (0x94, 'Õ'), (0x95, 'Ó'), (0x96, 'Ọ'), (0x97, 'Ộ'), (0x98, 'Ờ'), (0x99, 'Ở'), (0x9A, 'Ỡ'), (0x9B, 'Ớ'),
    (0x9C, 'Ợ'), (0x9D, 'Ù'), (0x9E, 'Ủ'), (0x9F, 'Ũ'), (0xAF, 'Ằ'), (0xBA, 'Ẳ'), (0xBF, 'Ẵ'), (0xC0, 'Ắ'),
    (0xC1, 'Ầ'), (0xC2, 'Ẩ'), (0xC3, 'Ẫ'), (0xC4, 'Ấ'), (0xC5, 'Ề'), (0xCD, 'Ể'), (0xD9, 'Ễ'), (0xDA, 'Ế'),
    (0xDB, 'Ồ'), (0xE0, 'Ổ'), (0xF0, 'Ỗ'), (0xFF, 'Ố'),
];

/// VISCII 1.1 (RFC 1456), upper half.
#[rustfmt::skip]
pub(super) const VISCII: Page = [
    'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố',
    'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ', 'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ',
    'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ố',
    'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư',
    'À', 'Á', 'Â', 'Ã', 'Ả', 'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ',
    'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ', 'ỵ', 'Ý', 'ỡ', 'ư',
    'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ',
    'đ', 'ự', 'ò', 'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
];

/// VISCII 1.1 (RFC 1456): the six capitals in the place of control characters.
pub(super) const VISCII_CONTROLS: [(u8, char); 6] = [
    (0x02, 'Ẳ'),
    (0x05, 'Ẵ'),
    (0x06, 'Ẫ'),
    (0x14, 'Ỷ'),
    (0x19, 'Ỹ'),
    (0x1E, 'Ỵ'),
];

/// The character of `byte` in `page`.
pub(super) fn in_page(page: &Page, byte: u8) -> char {
    match byte.checked_sub(0x80) {
        None => byte as char,
        Some(high) => page
            .get(high as usize)
            .copied()
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The byte of `c` in `page`.
pub(super) fn byte_in(page: &Page, c: char) -> Option<u8> {
    if c.is_ascii() {
        return Some(c as u8);
    }
    let at = page
        .iter()
        .position(|&known| known == c && c != char::REPLACEMENT_CHARACTER)?;
    u8::try_from(0x80 + at).ok()
}
