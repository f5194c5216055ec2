//! Pictures inside the content of a page.

use std::borrow::Cow;

use super::survey::{string_end, word_end};

/// Content with blanks in the places of its pictures, which the parser of operators would search
/// for their ends again and again.
pub(super) fn without_pictures(content: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(content);
    let end = content.len();
    let (mut at, mut picture) = (0, None);
    while at < end {
        at = match content[at] {
            b'%' => memchr::memchr2(b'\n', b'\r', &content[at..]).map_or(end, |line| at + line),
            // The parser of operators ends here too.
            b'(' => string_end(content, at, end).unwrap_or(end),
            b'/' => word_end(content, at + 1, end),
            b'<' if content.get(at + 1) != Some(&b'<') => {
                memchr::memchr(b'>', &content[at..]).map_or(end, |close| at + close + 1)
            }
            byte if byte.is_ascii_alphabetic() => {
                let after = word_end(content, at, end);
                match (&content[at..after], picture) {
                    (b"BI", _) => picture = Some(at),
                    (b"ID", Some(start)) => {
                        let after = picture_end(content, after);
                        out.to_mut()[start..after].fill(b' ');
                        (at, picture) = (after, None);
                        continue;
                    }
                    // Values in the dictionary of a picture.
                    (b"true" | b"false" | b"null", _) => {}
                    _ => picture = None,
                }
                after
            }
            _ => at + 1,
        };
    }
    out
}

/// The end of the data of a picture: after an `EI` between blanks, with an operator or nothing
/// after it.
fn picture_end(content: &[u8], from: usize) -> usize {
    let is_blank = |at: usize| content.get(at).is_none_or(u8::is_ascii_whitespace);
    let reads_on = |at: usize| {
        let next = content
            .get(at..content.len().min(at + 16))
            .unwrap_or_default();
        next.iter()
            .all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
    };
    memchr::memmem::find_iter(&content[from..], b"EI")
        .map(|at| from + at)
        .find(|at| is_blank(at - 1) && is_blank(at + 2) && reads_on(at + 2))
        .map_or(content.len(), |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_in_content_become_blanks_and_text_stays() {
        let cases: [(&[u8], &str); 7] = [
            (
                b"q BI /W 1 /IM true ID \x00\x7f EI Q",
                "BI /W 1 /IM true ID \x00\x7f EI",
            ),
            (
                b"BI /CS[/I 1 <ff>] /A(a)ID a EIb EI Q",
                "BI /CS[/I 1 <ff>] /A(a)ID a EIb EI",
            ),
            (b"(VNI BI ID x EI) Tj", ""),
            (b"<B1> Tj % BI ID x EI", ""),
            (b"BI /W 1 ID without an end", "BI /W 1 ID without an end"),
            (b"/BI /ID Do EI", ""),
            (b"BI q ID EI", ""),
        ];
        for (content, picture) in cases {
            let content = std::str::from_utf8(content).unwrap();
            let expected = match picture {
                "" => content.to_owned(),
                picture => content.replace(picture, &" ".repeat(picture.len())),
            };
            let found = without_pictures(content.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected);
        }
    }
}
