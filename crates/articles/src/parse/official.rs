//! Official documents: letters, reports, decisions.
//!
//! They have a letterhead above their title (national motto, issuing body,
//! number, place and date), which is recognised by the motto.

use super::wrap::Paragraph;
use crate::provenance::Trace;
use crate::{Article, Published};

/// An official document.
pub(super) struct Official {
    /// The letterhead, the title and the text, line by line.
    letterhead: Vec<String>,
    title: Option<String>,
    text: Vec<String>,
    published: Option<Published>,
}

/// Number of lines at the top that may contain the motto.
const LETTERHEAD: usize = 14;

impl Official {
    /// Recognises an official document among the paragraphs of a plain text.
    pub fn of_paragraphs(paragraphs: &[Paragraph<'_>]) -> Option<Self> {
        const WORDS: [&str; 5] = ["VIỆT NAM", "Việt Nam", "ĐỘC LẬP", "Độc lập", "HỒ CHÍ MINH"];
        let has_words = |line: &Paragraph<'_>| WORDS.iter().any(|word| line.text.contains(word));
        let can_be = |line: &Paragraph<'_>| line.text.len() <= 300 && has_words(line);
        let found = paragraphs.iter().take(LETTERHEAD).any(can_be);
        let lines = || paragraphs.iter().map(|line| line.text.to_string());
        found.then(|| Self::of(&lines().collect::<Vec<_>>()))?
    }

    /// Recognises an official document by the national motto or the name of
    /// the Party in its letterhead.
    pub fn of(lines: &[String]) -> Option<Self> {
        let top = || lines.iter().take(LETTERHEAD).enumerate();
        let is_letter = top().any(|(_, line)| is_number(line) || is_place_and_date(line));
        let motto = top()
            .filter(|(_, line)| is_motto(line) || is_letter && is_of_body(line))
            .map(|(at, _)| at)
            .next_back()?;
        // All that can be of the letterhead, though it follows the motto.
        let mut end = skip_letterhead(lines, motto + 1);
        // In one column the issuing body may follow: up to its number or date.
        if let Some((at, _)) = top()
            .skip(end)
            .take(4)
            .find(|(_, line)| is_number(line) || is_place_and_date(line))
        {
            let between = &lines[end..at];
            let is_issuer = |line: &String| is_rule(line) || is_capitals(line) && !is_type(line);
            if between.iter().all(is_issuer) {
                end = skip_letterhead(lines, at + 1);
            }
        }
        let (letterhead, rest) = lines.split_at(end);
        let published = letterhead.iter().find_map(|line| place_and_date(line));
        let (title, text) = title_and_text(rest);
        // A letter has its subject below its number.
        let title = title.or_else(|| {
            let at = letterhead.iter().position(|line| is_subject(line))?;
            let more = letterhead[at + 1..].iter();
            let more = more.take_while(|line| line.starts_with(char::is_lowercase));
            let lines: Vec<&str> = letterhead[at..=at]
                .iter()
                .chain(more)
                .map(String::as_str)
                .collect();
            Some(lines.join(" "))
        });
        Some(Self {
            letterhead: letterhead.to_vec(),
            title,
            text: text.to_vec(),
            published,
        })
    }

    pub fn article(self, trace: &mut Trace) -> Article {
        let mut article = Article {
            title: self.title,
            published: self.published,
            ..Article::default()
        };
        if article.title.is_some() {
            trace.field("title", "under the letterhead");
        }
        if article.published.is_some() {
            trace.field("published", "letterhead");
        }
        let lines: Vec<String> = self.letterhead.into_iter().chain(self.text).collect();
        article.body = lines.join("\n");
        trace.field("body", "letterhead and text");
        article
    }
}

/// The end of the letterhead lines from `at`: number, date, subject and rules.
fn skip_letterhead(lines: &[String], at: usize) -> usize {
    let mut in_subject = false;
    let rest = lines.iter().take(LETTERHEAD).skip(at);
    let of_letterhead = rest.take_while(|line| {
        in_subject = is_subject(line) || in_subject && line.starts_with(char::is_lowercase);
        in_subject || is_place_and_date(line) || is_number(line) || is_rule(line)
    });
    at + of_letterhead.count()
}

/// The subject of a letter, below its number: "V/v giao đất làm chợ".
fn is_subject(line: &str) -> bool {
    line.get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("v/v"))
}

/// The title under a letterhead: the type of the document with the lines that
/// describe its subject.
fn title_and_text(lines: &[String]) -> (Option<String>, &[String]) {
    let Some(first) = lines
        .first()
        .filter(|line| is_capitals(line) || is_type(line))
    else {
        return (None, lines);
    };
    if is_text(first) {
        return (None, lines);
    }
    let bare = first.split_whitespace().count() <= 3;
    let mut end = 1;
    while end < 4 {
        let Some(line) = lines.get(end).filter(|line| !is_text(line)) else {
            break;
        };
        let lower = line.to_lowercase();
        let about = lower.starts_with("về ") || lower.starts_with("v/v");
        let begins_small = line.starts_with(char::is_lowercase);
        if end > 1 && is_authority(line) {
            break;
        }
        if !(about || begins_small || is_capitals(line) && !is_rule(line) || bare && end == 1) {
            break;
        }
        end += 1;
    }
    let (title, text) = lines.split_at(end);
    (Some(title.join(" ")), text)
}

/// Returns `true` if a line is of the text and not of a title.
fn is_text(line: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "kính gửi",
        "căn cứ",
        "hôm nay",
        "tôi tên",
        "họ và tên",
        "điều 1",
    ];
    let lower = line.to_lowercase();
    line.ends_with(['.', ':', ';', ','])
        || line.chars().count() > 250
        || OPENINGS.iter().any(|opening| lower.starts_with(opening))
        || is_rule(line)
}

fn letters(line: &str) -> String {
    let lower = line.to_lowercase();
    let kept = lower
        .chars()
        .filter(|c| c.is_alphabetic() || c.is_whitespace());
    let kept: String = kept.collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    words.join(" ").replace("hoà", "hòa")
}

/// Returns `true` for what stands in the place of the motto in letters of the Party and its union.
fn is_of_body(line: &str) -> bool {
    const BODIES: [&str; 3] = [
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "ĐOÀN TNCS HỒ CHÍ MINH",
        "ĐOÀN THANH NIÊN CỘNG SẢN HỒ CHÍ MINH",
    ];
    line.len() <= 300 && BODIES.iter().any(|body| line.ends_with(body))
}

fn is_motto(line: &str) -> bool {
    if line.len() > 300 {
        return false;
    }
    let letters = letters(line);
    [
        "cộng hòa xã hội chủ nghĩa việt nam",
        "độc lập tự do hạnh phúc",
    ]
    .iter()
    .any(|motto| letters.contains(motto) && letters.len() <= motto.len() + 90)
        || letters == "đảng cộng sản việt nam"
        || letters.starts_with("đảng cộng sản việt nam ") && is_place_and_date(line)
}

/// "Số: 15/BC-UBND".
fn is_number(line: &str) -> bool {
    if !has_at_most(line, 60) {
        return false;
    }
    let lower = line.to_lowercase();
    (lower.starts_with("số:") || lower.starts_with("số ") || lower.starts_with("luật số"))
        && (line.contains(['/', '-']) || lower.contains("……") || lower.contains("..."))
}

/// Lines are asked for their length first: the paragraphs of a text are long, and most of them are
/// of no document.
fn has_at_most(line: &str, characters: usize) -> bool {
    line.chars().nth(characters).is_none()
}

/// Dashes and stars under a heading.
fn is_rule(line: &str) -> bool {
    !line.contains(char::is_alphanumeric)
}

fn is_capitals(line: &str) -> bool {
    line.contains(char::is_uppercase) && !line.contains(char::is_lowercase)
}

/// The office that issues a document, below its title: "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ".
fn is_authority(line: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "ban chấp hành",
        "ban chỉ đạo",
        "ban thường vụ",
        "bí thư",
        "bộ trưởng",
        "chánh ",
        "chính phủ",
        "chủ nhiệm",
        "chủ tịch",
        "cục trưởng",
        "giám đốc",
        "hiệu trưởng",
        "hội đồng",
        "quốc hội",
        "thống đốc",
        "thủ tướng",
        "thủ trưởng",
        "tổng ",
        "trưởng ",
        "ubnd",
        "ủy ban",
        "uỷ ban",
        "viện trưởng",
    ];
    let lower = line.to_lowercase();
    is_capitals(line) && OPENINGS.iter().any(|opening| lower.starts_with(opening))
}

/// The types of official documents that are written in any case.
fn is_type(line: &str) -> bool {
    const TYPES: &[&str] = &[
        "báo cáo",
        "biên bản",
        "chỉ thị",
        "chương trình",
        "công điện",
        "công văn",
        "đề án",
        "đơn",
        "giấy",
        "hợp đồng",
        "hướng dẫn",
        "kế hoạch",
        "kết luận",
        "lệnh",
        "luật",
        "nghị định",
        "nghị quyết",
        "pháp lệnh",
        "phiếu",
        "quy chế",
        "quy định",
        "quyết định",
        "thông báo",
        "thông tư",
        "thông tri",
        "tờ khai",
        "tờ trình",
    ];
    let lower = line.to_lowercase();
    TYPES.iter().any(|kind| {
        lower
            .strip_prefix(kind)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// "Sông Lam, ngày 12 tháng 3 năm 2026".
fn is_place_and_date(line: &str) -> bool {
    if !has_at_most(line, 120) {
        return false;
    }
    let lower = line.to_lowercase();
    lower.contains("ngày")
        && lower.contains("tháng")
        && lower.contains("năm")
        && !line.ends_with('.')
}

fn place_and_date(line: &str) -> Option<Published> {
    let at = line
        .to_lowercase()
        .find("ngày")
        .filter(|_| is_place_and_date(line))?;
    let date = Published::parse(line.get(at..)?)?;
    (date.year().is_some() && date.day().is_some()).then_some(date)
}
