//! A date on a line of its own, and what else the line says.

use crate::Published;

/// A line with a full date: "Thứ Tư, 25/3/2026 | 14:30 GMT+7".
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DateLine<'l> {
    pub date: Published,
    /// The other parts of the line, such as an author or a section.
    pub rest: Vec<&'l str>,
}

/// In characters.
const LONGEST: usize = 110;

/// Words in other parts of a date line, at most.
const MOST_WORDS: usize = 6;

/// Reads a line that has a full date and little else.
pub(crate) fn read(line: &str) -> Option<DateLine<'_>> {
    if line.chars().count() > LONGEST || !line.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let date =
        Published::parse(line).filter(|date| date.year().is_some() && date.day().is_some())?;
    let mut rest = Vec::new();
    for part in parts(line).map(before_date) {
        let words: Vec<String> = super::signature::without_label(part)
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        if words.iter().all(|word| is_of_dates(word)) {
            continue;
        }
        if words.len() > MOST_WORDS {
            return None;
        }
        rest.push(part);
    }
    (rest.len() <= 2).then_some(DateLine { date, rest })
}

/// The parts of a line between bars, bullets, dashes and commas. The words
/// that lead up to the date, as in "Lê Mẫu 25/3/2026", are a part as well.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(['|', '•', '·', '–', '—', ',', '\u{2022}', '(', ')', '[', ']'])
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" / "))
        .flat_map(around_digits)
        .map(|part| part.trim().trim_matches(['-', ':', '/', '.']).trim())
        .filter(|part| part.contains(char::is_alphabetic))
}

/// A part without the words between a name and the date: "Submitted by Lê Mẫu on Thu".
fn before_date(part: &str) -> &str {
    let mut signs = [" on ", " vào ", " lúc ", " at ", " Thứ ", " thứ ", " Chủ "].iter();
    let at = signs.find_map(|sign| {
        part.find(sign).or_else(|| {
            let before = part.strip_suffix(sign.trim_end())?;
            Some(before.len())
        })
    });
    at.and_then(|at| part.get(..at)).unwrap_or(part)
}

/// Splits a part at the first of its words that has digits, and after the last
/// one: a date may follow a name, or come before one.
fn around_digits(part: &str) -> impl Iterator<Item = &str> {
    let first = part.find(|c: char| c.is_ascii_digit());
    let (name, dated) = match first {
        // "Thứ 4" and "Th3" keep their number.
        Some(at) if part.as_bytes().get(at.wrapping_sub(1)) == Some(&b' ') => part.split_at(at),
        _ => ("", part),
    };
    let last = dated
        .rfind(|c: char| c.is_ascii_digit())
        .and_then(|at| Some(at + dated.get(at..)?.find(' ')?));
    let (dated, after) = match last {
        Some(at) => dated.split_at(at),
        None => (dated, ""),
    };
    [name, dated, after].into_iter()
}

/// Returns `true` if a word, in lower case, occurs in dates and in labels
/// before them.
fn is_of_dates(word: &str) -> bool {
    DATE_WORDS.contains(&word)
}

/// Words of dates and of labels before them, in lower case.
const DATE_WORDS: &[&str] = &[
    "thứ",
    "chủ",
    "nhật",
    "hai",
    "ba",
    "tư",
    "năm",
    "sáu",
    "bảy",
    "bẩy",
    "cn",
    "ngày",
    "tháng",
    "thg",
    "th",
    "t",
    "z",
    "cập",
    "đăng",
    "xuất",
    "bản",
    "lúc",
    "giờ",
    "phút",
    "vào",
    "lần",
    "cuối",
    "mới",
    "nhất",
    "sáng",
    "trưa",
    "chiều",
    "tối",
    "đêm",
    "khuya",
    "một",
    "giêng",
    "bốn",
    "tám",
    "chín",
    "mười",
    "chạp",
    "gmt",
    "utc",
    "ict",
    "am",
    "pm",
    "sa",
    "ch",
    "h",
    "g",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "st",
    "nd",
    "rd",
    "posted",
    "published",
    "updated",
    "last",
    "on",
    "at",
    "date",
    "thời",
    "gian",
    "gửi",
    "tải",
    "phát",
    "hành",
    "giây",
    "của",
    "được",
    "viết",
    "tạo",
    "đã",
    "số",
    "ra",
    "est",
    "edt",
    "et",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_lines_read_as_the_table_says() {
        for (line, date, rest) in [
            ("Thứ Tư, 25/3/2026 | 14:30 GMT+7", "2026-03-25T14:30", ""),
            ("Thứ 4, ngày 25/03/2026 - 14:30", "2026-03-25T14:30", ""),
            ("Cập nhật lúc 09:05, 01/04/2026", "2026-04-01T09:05", ""),
            ("Ngày 25 tháng 3 năm 2026", "2026-03-25", ""),
            ("Lê Mẫu - 07/03/2026 08:47", "2026-03-07T08:47", "Lê Mẫu"),
            ("Lê Mẫu 07/03/2026 08:47", "2026-03-07T08:47", "Lê Mẫu"),
            ("07/03/2026 08:47 Lê Mẫu", "2026-03-07T08:47", "Lê Mẫu"),
            (
                "07-03-2026 - 00:01 AM | Thị trường lúa",
                "2026-03-07T00:01",
                "Thị trường lúa",
            ),
            ("Hà Nội, ngày 25 tháng 3 năm 2026", "2026-03-25", "Hà Nội"),
            ("Lê Mẫu Thứ Tư, 25/3/2026", "2026-03-25", "Lê Mẫu"),
            (
                "Posted by Lê Mẫu on 25/3/2026",
                "2026-03-25",
                "Posted by Lê Mẫu",
            ),
        ] {
            let read = read(line).unwrap_or_else(|| panic!("{line} is a date line"));
            assert_eq!(read.date.to_string(), date, "{line}");
            assert_eq!(read.rest.join("|"), rest, "{line}");
        }
        for line in [
            "Sáng 25/3/2026, xã Bình Lộc tổ chức hội nghị sơ kết công tác quý I.",
            "Cầu khánh thành ngày 25/3/2026 sau hai năm thi công ở xã.",
            "Thứ Tư",
            "25/3",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
