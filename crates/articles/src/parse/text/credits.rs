//! Photo credits, by which captions among the lines of a text are recognised.

use super::signature::{byline, is_label};
use crate::Caption;
use crate::parse::dateline;
use crate::parse::wrap::Paragraph;
use crate::provenance::Trace;
use crate::tidy::caption;

/// Returns `true` if a paragraph is nothing but a credit: "Ảnh: An Bình/TTXVN".
pub(super) fn is_credit(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "Ảnh:",
        "Ảnh :",
        "ẢNH:",
        "Nguồn ảnh:",
        "Photo:",
        "Ảnh minh họa:",
        "Ảnh tư liệu:",
        VIDEO,
        CLIP,
    ];
    let text = text.trim_start_matches(['(', '[', ' ']);
    MARKS.iter().any(|mark| text.starts_with(mark))
        && text.chars().count() <= 80
        && without_mark(text).is_none()
}

/// The caption after the word for picture, if the line has a credit too: "Ảnh: Bà Sáu bên ruộng.
/// (Ảnh: An Bình)".
fn without_mark(text: &str) -> Option<&str> {
    text.strip_prefix("Ảnh:").filter(|rest| has_credit(rest))
}

fn has_credit(text: &str) -> bool {
    ["Ảnh:", "ảnh:"].iter().any(|mark| text.contains(mark))
}

/// The caption after the word for picture where a photographer is named nowhere: "Ảnh: Đập Suối Cạn
/// lúc mùa khô".
pub(super) fn uncredited(text: &str) -> Option<&str> {
    const LEAST: usize = 5;
    const LONGEST: usize = 200;
    // Words of credits: "Ảnh: do gia đình nhân vật cung cấp".
    const CREDITS: &[&str] = &[
        "cung cấp",
        "tư liệu",
        "minh họa",
        "minh hoạ",
        "nhân vật",
        "sưu tầm",
        "gia đình",
        "chụp",
        "theo ",
        "từ ",
        "của ",
        "nguồn",
        "cắt",
        "internet",
        "/",
    ];
    let rest = text
        .trim_start_matches(['(', '[', ' '])
        .strip_prefix("Ảnh:")?
        .trim();
    let rest = rest.trim_end_matches([')', ']', ' ']);
    if text.len() > LONGEST || has_credit(rest) {
        return None;
    }
    let words = rest.split_whitespace();
    let small = words
        .clone()
        .filter(|word| word.starts_with(char::is_lowercase));
    let lower = rest.to_lowercase();
    let is_credit = CREDITS.iter().any(|word| lower.contains(word));
    (words.count() >= LEAST && small.count() >= LEAST / 2 && !is_credit).then_some(rest)
}

/// The caption and credit of a line that has both.
pub(super) fn credited(text: &str) -> Caption {
    caption(without_mark(text).unwrap_or(text))
}

/// Returns `true` for a line of the credits below a long report: the kind of work and who did it.
pub(crate) fn is_credits(line: &str) -> bool {
    const LONGEST: usize = 100;
    const LABELS: &[&str] = &[
        "ảnh",
        "ảnh và video",
        "ảnh, video",
        "video",
        "clip",
        "đồ họa",
        "đồ hoạ",
        "đồ họa và trình bày",
        "thiết kế",
        "trình bày",
        "kỹ thuật",
        "dựng",
        "dựng hình",
        "dựng phim",
        "minh họa",
        "minh hoạ",
        "biên tập",
        "tổ chức sản xuất",
        "tổ chức thực hiện",
        "chỉ đạo sản xuất",
        "chịu trách nhiệm sản xuất",
        "infographic",
        "ngày xuất bản",
        "ngày đăng",
        "xuất bản",
    ];
    let Some((label, name)) = line.split_once(':') else {
        return false;
    };
    let label = label.trim().to_lowercase();
    let is_short = line.chars().count() <= LONGEST && !name.trim().is_empty();
    is_short && !line.contains(". ") && (LABELS.contains(&label.as_str()) || is_label(&label))
}

/// Drops the credits beside those of the author at the end of a text: "Bài: An Bình", "Ảnh: Lê Mẫu", "Đồ họa: PV".
pub(super) fn take_below(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) {
    const LINES: usize = 2;
    let ends = paragraphs.iter().rev();
    let count = ends.take_while(|line| is_credits(&line.text)).count();
    let start = paragraphs.len() - count;
    let is_author = |line: &Paragraph<'_>| byline(&line.text).is_some();
    if count < LINES || start < LINES || !paragraphs[start..].iter().any(is_author) {
        return;
    }
    let mut at = 0;
    paragraphs.retain(|line| {
        at += 1;
        let kept = at <= start || is_author(line);
        if !kept {
            trace.dropped(&line.text);
        }
        kept
    });
}

/// Returns `true` if a caption ends a paragraph with its credit. "Bài và ảnh:
/// Lê Mẫu" signs the text.
pub(crate) fn ends_with_credit(text: &str) -> bool {
    const MARKS: [&str; 4] = ["Ảnh:", "ảnh:", "ẢNH:", "Photo:"];
    text.chars().count() <= 500
        && caption(text)
            .credit
            .is_some_and(|credit| !credit.contains(". "))
        && MARKS.iter().any(|mark| text.contains(mark))
        && !text
            .split_once(':')
            .is_some_and(|(label, _)| is_label(label))
        && dateline::read(text).is_none()
}

/// Returns `true` if the line above a credit is its caption. A video has its title on its own
/// line, and above it is the text.
pub(super) fn is_caption_of(above: &Paragraph<'_>, credit: &Paragraph<'_>) -> bool {
    let length = above.text.chars().count();
    let text = credit.text.trim_start_matches(['(', '[', ' ']);
    after_video(text).is_none()
        && (above.block == credit.block || (length <= 300 && dateline::read(&above.text).is_none()))
}

/// The caption and credit of a line of its own: only the line after "Video:" has both.
pub(super) fn own_caption(text: &str) -> Caption {
    let read = caption(text);
    let bare = text.trim_start_matches(['(', '[', ' ']);
    let Some(title) = after_video(bare) else {
        return Caption {
            text: String::new(),
            ..read
        };
    };
    let title = title.trim().trim_end_matches([')', ']']);
    match read.credit {
        Some(_) => {
            let text = read.text.trim_start_matches(['(', '[', ' ']);
            let text = after_video(text).unwrap_or(text);
            let text = text.trim().trim_end_matches([':', '.', ' ']).to_owned();
            Caption { text, ..read }
        }
        None if title.split_whitespace().count() <= 3 => Caption {
            text: String::new(),
            credit: Some(title.to_owned()).filter(|title| !title.is_empty()),
        },
        None => Caption {
            text: title.to_owned(),
            credit: None,
        },
    }
}

/// Reads the lines with the credit and the caption of a picture as the BBC labels them: "Nguồn hình
/// ảnh, An Bình" and, below it, "Chụp lại hình ảnh, Cảng lúc sáng".
pub(super) fn labelled(text: &str) -> Option<Caption> {
    const CREDITS: &[&str] = &["Nguồn hình ảnh, ", "Image source, "];
    const CAPTIONS: &[&str] = &[
        "Chụp lại hình ảnh, ",
        "Image caption, ",
        "Chú thích ảnh: ",
        "Chú thích hình: ",
    ];
    let after = |labels: &[&str]| {
        let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
        Some(rest.to_owned())
    };
    match after(CREDITS) {
        Some(credit) => Some(Caption {
            text: String::new(),
            credit: Some(credit),
        }),
        None => Some(Caption {
            text: after(CAPTIONS)?,
            credit: None,
        }),
    }
}

/// What the line of a video begins with.
const VIDEO: &str = "Video:";
const CLIP: &str = "Clip:";

/// The title after the word for video.
fn after_video(text: &str) -> Option<&str> {
    text.strip_prefix(VIDEO).or_else(|| text.strip_prefix(CLIP))
}

/// Returns `true` if a caption is the name of a picture's file: `IMG_2025.jpg`,
/// `DSC0042`, `anh-1`.
pub(crate) fn is_file_name(caption: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg", ".heic", ".avif",
    ];
    const CAMERAS: &[&str] = &[
        "img", "dsc", "dscn", "dscf", "pxl", "image", "photo", "anh", "hinh",
    ];
    let lower = caption.trim().to_lowercase();
    if lower.len() > 120 {
        return false;
    }
    let spaced = lower.contains(char::is_whitespace);
    let stem = lower.split(['_', '-', ' ', '(']).next().unwrap_or_default();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let rest_is_number = lower
        .get(stem.len()..)
        .is_some_and(|rest| rest.chars().all(|c| !c.is_alphabetic()) && !rest.is_empty());
    // z5312345678901_0a1b2c3d, 20260414_083012: names that phones and messengers give.
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    let is_code = !spaced
        && lower.is_ascii()
        && digits >= 6
        && lower.contains(['_', '-'])
        && digits * 2 >= lower.len();
    is_code
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
            && lower.split_whitespace().count() <= 4
        || (!spaced && CAMERAS.contains(&stem) && rest_is_number)
}
