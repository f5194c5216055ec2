//! A signature in the last line of the text itself, where line breaks were lost:
//! "… cho biết thêm. Lê Mẫu".

use super::date_line;
use super::signature::{SignOff, sign_off};
use crate::Published;

/// Bytes of a paragraph, at least, whose end is searched.
pub(super) const LEAST: usize = 200;

/// Bytes of a signature, at most.
const LONGEST: usize = 100;

/// Ends of sentences tried, from the last one: "V. Mẫu" and "H.N. (theo AFP)" contain some.
const TRIED: usize = 3;

/// Splits the signature off the end of a paragraph. Returns the text before it.
pub(super) fn split(paragraph: &str) -> Option<(&str, SignOff)> {
    if paragraph.len() < LEAST {
        return None;
    }
    let from = paragraph.floor_char_boundary(paragraph.len().saturating_sub(2 * LONGEST));
    let (start, end) = paragraph.split_at_checked(from)?;
    end.rmatch_indices(' ')
        .filter_map(|(at, _)| end.split_at_checked(at))
        .take_while(|(_, rest)| rest.len() <= LONGEST)
        .filter(|(text, _)| ends_sentence(text.trim_end()))
        .take(TRIED)
        .find_map(|(text, rest)| {
            let line = rest.trim_matches([' ', '-', '–']);
            if let Some(signed) = sign_off(line).and_then(|signed| sure(line, signed)) {
                let text = paragraph.get(..start.len() + text.trim_end().len())?;
                return Some((text, signed));
            }
            // "Lê Mẫu/Báo Sông Lam": the paper is not in the signature, and stays in the text.
            let (name, _) = line.split_once('/')?;
            Some((paragraph, sure(name, sign_off(name)?)?))
        })
}

/// Splits a date off the end of a paragraph. Returns the text before it.
pub(super) fn split_date(paragraph: &str) -> Option<(&str, Published)> {
    const LONGEST: usize = 60;
    if paragraph.len() < LEAST || !paragraph.ends_with(|c: char| c.is_ascii_digit() || c == ')') {
        return None;
    }
    let from = paragraph.floor_char_boundary(paragraph.len() - LONGEST);
    let (start, end) = paragraph.split_at_checked(from)?;
    let mut ends = end
        .rmatch_indices(' ')
        .filter_map(|(at, _)| end.split_at_checked(at))
        .filter(|(text, _)| ends_sentence(text.trim_end()));
    let (text, date) = ends.next()?;
    let date = date_line(date.trim()).filter(|line| line.rest.is_empty())?;
    let text = paragraph.get(..start.len() + text.trim_end().len())?;
    Some((text, date.date))
}

/// Returns `true` if a text ends like a sentence, not with an abbreviation before a name ("TP.", "ThS.").
pub(super) fn ends_sentence(text: &str) -> bool {
    let closed = text.trim_end_matches(['"', '”', '’', '\'', ')', '»', '/']);
    let Some(before) = closed.strip_suffix(['.', '!', '?', '…']) else {
        return false;
    };
    if closed.len() < text.len() || before.ends_with(['.', '"', '”', ')', '/', '%']) {
        return true;
    }
    let word = before
        .rsplit([' ', '.', '(', '“', '"'])
        .next()
        .unwrap_or_default();
    let letters = || unicode_normalization::UnicodeNormalization::nfd(word);
    word.chars().any(|c| c.is_ascii_digit())
        || letters().filter(|c| c.is_alphabetic()).count() >= 2
            && letters().any(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y'))
}

/// Returns the signature unless it can be the last words of the text: its author has a name of two
/// words, which may be there twice, or initials.
fn sure(line: &str, mut signed: SignOff) -> Option<SignOff> {
    /// Words of the names of papers and sites.
    const PAPERS: [&str; 8] = [
        "báo", "nguồn", "online", "news", "mail", "times", "tv", "tạp",
    ];
    let Some(author) = &signed.author else {
        return signed.agency.is_some().then_some(signed);
    };
    let words: Vec<&str> = author.split_whitespace().collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    if line.ends_with(['!', '?']) || lower.iter().any(|word| PAPERS.contains(&word.as_str())) {
        return None;
    }
    let (once, again) = lower.split_at(words.len() / 2);
    if once == again {
        signed.author = words.get(..once.len()).map(|words| words.join(" "));
        return Some(signed);
    }
    let is_sure = words.len() >= 2
        || is_initials(author)
        || ["PV", "CTV", "BTV"].contains(&author.trim_end_matches('.'));
    is_sure.then_some(signed)
}

/// "H.N.", "V.Mẫu", but not "Báo.vn".
fn is_initials(name: &str) -> bool {
    let parts = || name.split('.').filter(|part| !part.is_empty());
    parts().count() >= 2 && parts().all(|part| part.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_at_the_end_of_a_paragraph_read_as_the_table_says() {
        let text = "Sáng nay, bà con xã Tân Phú ra đồng từ sớm. ".repeat(6);
        for (end, author, agency) in [
            ("Ai cũng vui. Lê Mẫu", "Lê Mẫu", ""),
            ("Ai cũng vui./. Lê Mẫu", "Lê Mẫu", ""),
            (
                "“Lúa tốt lắm”, bà nói. Lê Mẫu - An Bình",
                "Lê Mẫu - An Bình",
                "",
            ),
            ("Bà nói: “Lúa tốt lắm.” LÊ MẪU", "LÊ MẪU", ""),
            ("Đường về ấp dài hơn 3. V. Mẫu", "V. Mẫu", ""),
            ("Còn đâu nữa... Lê Mẫu -", "Lê Mẫu", ""),
            ("Ai cũng vui. Lê Mẫu (theo AFP)", "Lê Mẫu", "AFP"),
            ("Ai cũng vui. H.N. (theo Liveleak)", "H.N.", ""),
            ("Ai cũng vui. PV", "PV", ""),
            ("Ai cũng vui. Lê Mẫu Lê Mẫu", "Lê Mẫu", ""),
            ("Ai cũng vui. Theo TTXVN", "", "TTXVN"),
        ] {
            let paragraph = format!("{text}{end}");
            let (before, signed) = split(&paragraph).unwrap_or_else(|| panic!("{end} is signed"));
            assert_eq!(signed.author.unwrap_or_default(), author, "{end}");
            assert_eq!(signed.agency.unwrap_or_default(), agency, "{end}");
            assert!(
                end.starts_with(before.strip_prefix(&text).expect("text")),
                "{before}"
            );
        }
    }

    #[test]
    fn papers_after_a_signature_stay_in_the_text() {
        let text = "Sáng nay, bà con xã Tân Phú ra đồng từ sớm. ".repeat(6);
        for (end, author) in [
            ("Ai cũng vui. Lê Mẫu/Báo Sông Lam", "Lê Mẫu"),
            ("Ai cũng vui./. Lê Mẫu/SLO-Tân Phú", "Lê Mẫu"),
        ] {
            let paragraph = format!("{text}{end}");
            let (before, signed) = split(&paragraph).unwrap_or_else(|| panic!("{end} is signed"));
            assert_eq!(
                (before, signed.author.as_deref()),
                (&*paragraph, Some(author))
            );
        }
    }

    #[test]
    fn other_ends_of_a_paragraph_are_text() {
        let text = "Sáng nay, bà con xã Tân Phú ra đồng từ sớm. ".repeat(6);
        for end in [
            "Ai cũng vui.",
            "Đoàn đã về TP. Tân Phú",
            "Người dạy là ThS. Lê Mẫu",
            "Lúa này bán cho ông V. Mẫu",
            "Xe dừng ở ấp Ba. Hà Nội",
            "Ai cũng vui. Xem thêm",
            "Ai cũng vui. Ảnh: Internet",
            "Họ bắt chước G.I. Joe",
            "Ai cũng vui. VnExpress",
            "Ai cũng vui. Songlam.vn",
            "Ai cũng vui. Sông Lam Online",
            "Đồng hồ mới. LG Watch.",
        ] {
            assert_eq!(split(&format!("{text}{end}")), None, "{end}");
        }
        assert_eq!(split("Ai cũng vui. Lê Mẫu"), None, "a short line");
    }
}
