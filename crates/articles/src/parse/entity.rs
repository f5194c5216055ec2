//! Character references: `&eacute;`, `&#234;`, `&#x1EC7;`.

use std::borrow::Cow;

/// Reads the reference a text begins with: the letters it stands for, and its
/// length in bytes.
pub(crate) fn read(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    Some((named(name)?, end + 1))
}

/// The longest name of HTML 5 has 31 letters.
const LONGEST: usize = 33;

/// The letters of a reference, given the name between `&` and `;`.
pub(crate) fn named(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let reference = format!("&{name};");
        let letters = html_escape::decode_html_entities(&reference);
        return (letters != reference).then(|| letters.into_owned());
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    // Numbers of the C1 controls mean windows-1252, as in browsers.
    let letter = match code {
        0x80..=0x9f => WINDOWS_1252.get(code as usize - 0x80).copied(),
        code => char::from_u32(code),
    };
    letter.filter(|letter| *letter != '\0').map(String::from)
}

/// The letters of windows-1252 from 0x80 on; NUL where there is none.
pub(crate) const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// [`decode`], twice if the text was escaped twice: `&amp;ldquo;`.
pub(crate) fn decode_all(text: &str) -> Cow<'_, str> {
    let decoded = decode(text);
    let is_escaped_twice = memchr::memmem::find(text.as_bytes(), b"&amp;").is_some();
    match is_escaped_twice {
        true => Cow::Owned(decode(&decoded).into_owned()),
        false => decoded,
    }
}

/// Replaces the references in a text by their letters; unknown ones stay.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let (before, mut rest) = text.split_at(first);
    out.push_str(before);
    while !rest.is_empty() {
        match read(rest) {
            Some((letters, length)) => {
                out.push_str(&letters);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
        let next = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn references_are_replaced_and_other_ampersands_stay() {
        for (text, expected) in [
            ("K&yacute; &#7913;c", "Ký ức"),
            ("&#x1EC7;&#X1ec7;", "ệệ"),
            ("R&D, AT&T; a & b &", "R&D, AT&T; a & b &"),
            ("&ldquo;a&rdquo; &#147;b&#148;", "“a” “b”"),
            ("&Scaron;&abreve;&amp;lt;", "Šă&lt;"),
            ("&#0;&#xFFFFFFFF;&#55296;", "&#0;&#xFFFFFFFF;&#55296;"),
            ("không có gì", "không có gì"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }
}
