//! The header of a mail that was forwarded, on top of its text.

use crate::Published;
use crate::tidy::is_rule;

/// The origin of its fields.
pub(crate) const FROM: &str = "header of the forwarded mail";

/// The values of the header, and the number of its lines.
pub(crate) struct Forwarded {
    pub author: Option<String>,
    pub published: Option<Published>,
    pub subject: Option<String>,
    pub lines: usize,
}

impl Forwarded {
    /// Reads the line that marks a forwarded mail, and at least two labelled lines below it.
    pub fn read<'t>(mut lines: impl Iterator<Item = &'t str>) -> Option<Self> {
        const MOST: usize = 8;
        lines.next().filter(|line| is_mark(line))?;
        let fields: Vec<(&str, &str)> = lines.take(MOST).map_while(field).collect();
        if fields.len() < 2 {
            return None;
        }
        let mut header = Self {
            author: None,
            published: None,
            subject: None,
            lines: 1 + fields.len(),
        };
        for (label, value) in fields {
            match label {
                "From" | "Từ" => header.author = sender(value),
                "Date" | "Sent" | "Ngày" | "Đã gửi" => {
                    header.published = Published::parse(value).or(header.published);
                }
                "Subject" | "Chủ đề" | "Tiêu đề" if !value.is_empty() => {
                    header.subject = Some(without_mark(value).unwrap_or(value).to_owned());
                }
                _ => {}
            }
        }
        Some(header)
    }
}

/// Returns `true` for a line such as "---------- Forwarded message ---------".
fn is_mark(line: &str) -> bool {
    const LONGEST: usize = 80;
    const MARKS: &[&str] = &[
        "forwarded message",
        "thư đã chuyển tiếp",
        "thư được chuyển tiếp",
        "original message",
    ];
    if line.len() > LONGEST {
        return false;
    }
    let lower = line.to_lowercase();
    // Outlook draws a line above the header.
    is_rule(line, "_") || MARKS.iter().any(|mark| lower.contains(mark))
}

fn field(line: &str) -> Option<(&str, &str)> {
    const LABELS: &[&str] = &[
        "From",
        "Date",
        "Subject",
        "To",
        "Cc",
        "Sent",
        "Từ",
        "Ngày",
        "Chủ đề",
        "Tiêu đề",
        "Đến",
        "Tới",
        "Đã gửi",
    ];
    let (label, value) = line.split_once(':')?;
    let label = label.trim();
    LABELS.contains(&label).then(|| (label, value.trim()))
}

/// The name of a sender, without the address.
fn sender(value: &str) -> Option<String> {
    let name = value.split('<').next().unwrap_or_default();
    let name = name.trim().trim_matches('"').trim();
    let is_name = !name.is_empty() && !name.contains('@');
    is_name.then(|| name.to_owned())
}

/// A subject without the mark that a program put before it: "Fwd:".
pub(crate) fn without_mark(subject: &str) -> Option<&str> {
    const MARKS: &[&str] = &[
        "re:",
        "fw:",
        "fwd:",
        "tl:",
        "trả lời:",
        "chuyển tiếp:",
        "re :",
        "fwd :",
    ];
    let is_mark = |mark: &&&str| {
        let start = subject.get(..mark.len());
        start.is_some_and(|start| start.to_lowercase() == **mark)
    };
    let mark = MARKS.iter().find(is_mark)?;
    Some(subject[mark.len()..].trim_start())
}
