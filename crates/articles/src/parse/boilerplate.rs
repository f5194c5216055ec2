//! Lines around an article that are not part of it.

use super::wrap::Paragraph;
use crate::names;
use crate::provenance::Trace;
use crate::tidy::{self, composed, is_number};

/// Drops headings such as "Tin liên quan" with the headlines under them, and
/// lines of buttons.
pub(crate) fn drop(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) {
    drop_below(paragraphs, 0, trace);
}

/// [`drop`], for the text of a page's article: its section is named elsewhere.
pub(crate) fn drop_in_page(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) {
    drop_below(paragraphs, 3, trace);
}

fn drop_below(paragraphs: &mut Vec<Paragraph<'_>>, lines_above: usize, trace: &mut Trace) {
    let mut kept = lines_above;
    let mut below_heading = false;
    let mut below_comments = false;
    let mut is_below_button = false;
    let comments_end = paragraphs.iter().rposition(|line| is_reply(&line.text));
    let mut at = 0;
    paragraphs.retain(|paragraph| {
        let key = key(&paragraph.text);
        let heading = is_heading(&key, kept);
        below_comments |= heading && (key.starts_with("bình luận") || key.starts_with("ý kiến"));
        let in_comments = below_comments && comments_end.is_some_and(|end| at <= end);
        at += 1;
        below_heading =
            heading || in_comments || (below_heading && !is_running_text(&paragraph.text));
        let is_button = are_buttons(&key) && !is_answer(&paragraph.text) || is_action(&key);
        let dropped = below_heading
            || is_pointer(&key)
            || is_below_button && (is_short_number(&key) || key == "a")
            || is_button
            || is_player(&key)
            || is_counter(&key)
            || is_divider(&paragraph.text)
            || is_page_number(&key)
            || kept == 0 && is_short_number(&key);
        // "Chia sẻ" over the number of those who did
        is_below_button = is_button;
        if dropped {
            trace.dropped(&paragraph.text);
        } else {
            kept += 1;
        }
        !dropped
    });
}

/// Returns `true` if a line heads a list of other articles. In the first lines
/// of a page some of the same words name its section.
fn is_heading(key: &str, lines_above: usize) -> bool {
    // "Ý kiến bạn đọc (0)"
    let counted = key.strip_suffix(')').and_then(|key| key.rsplit_once(" ("));
    let is_number = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
    let key = counted
        .filter(|(_, number)| is_number(number))
        .map_or(key, |(key, _)| key);
    // Names this long would slow the look-up of all others.
    let invites = [
        "trở thành người đầu tiên tặng sao",
        "hãy là người đầu tiên bình luận",
    ];
    names::is_related_heading(key) && lines_above >= 1
        || lines_above >= 3
            && (names::is_tail_heading(key) || invites.iter().any(|start| key.starts_with(start)))
}

/// Beginnings of lines that point away from an article, in lower case.
const MARKS: &[&str] = &[
    "tags:",
    "tag:",
    "từ khóa:",
    "từ khoá:",
    "xem thêm:",
    "chủ đề:",
    "tin liên quan:",
    "bài liên quan:",
    "đọc thêm:",
    "mời bạn đọc",
    "mời độc giả",
    "mời quý độc giả",
    "mời quý bạn đọc",
    "mời các bạn đọc",
    "theo dõi chúng tôi",
    "bạn nhận được email này",
    "bạn nhận được thư này",
    "tổng số điểm của bài viết",
    "cơ quan chủ quản:",
    "giấy phép số",
    "giấy phép xuất bản số",
    "quý vị nhận được thư này",
    "đón đọc",
    "mời xem thêm",
    "mời đọc thêm",
    "xem thêm tại:",
    "bài cùng chủ đề:",
    "đọc tiếp:",
    "bài trước:",
    "bài tiếp theo:",
    "bài sau:",
    "tin trước:",
    "tin tiếp theo:",
    "tin sau:",
    ">>",
    "» ",
    "›› ",
    "►",
    "☞",
    "⇒",
    "©",
    "copyright ©",
    "bản quyền ©",
];

/// Returns `true` if a line points away from the article all by itself.
fn is_pointer(key: &str) -> bool {
    let key = key.trim_start_matches(['*', '(', '-', '–', '"', '“', ' ']);
    if are_hashtags(key) {
        return true;
    }
    // "Theo dõi Báo Sông Lam trên Google News"
    let followed = key
        .strip_prefix("theo dõi ")
        .and_then(|rest| rest.rsplit_once(" trên "));
    let is_network = |place: &str| {
        let names = [
            "google", "facebook", "zalo", "youtube", "tiktok", "telegram",
        ];
        key.len() <= 120 && names.iter().any(|name| place.starts_with(name))
    };
    let is_followed = key.len() <= 80 && key.starts_with("theo dõi ") && key.ends_with(" trên");
    is_followed
        || followed.is_some_and(|(_, place)| is_network(place))
        || MARKS.iter().any(|mark| key.starts_with(mark))
}

/// Returns `true` for a button, or several in a row: "In trang | Đóng cửa sổ".
fn are_buttons(key: &str) -> bool {
    let arrows = ['←', '→', '«', '»', '‹', '›', ' '];
    let mut parts = key
        .split(['|', '[', ']'])
        .map(|part| part.trim_matches(arrows))
        .filter(|part| !part.is_empty());
    let is_size = |word: &str| matches!(word, "" | "a" | "aa" | "cỡ" | "chữ");
    let sizes = { ["cỡ chữ", "font size"].iter() }.find_map(|label| key.strip_prefix(label));
    let are_sizes = key.len() <= 32
        && sizes.is_some_and(|sizes| sizes.split([' ', ':', '|', '+', '-', '/']).all(is_size));
    are_sizes || parts.clone().next().is_some() && parts.all(names::is_button)
}

/// Returns `true` for the label above the answer to a question of a reader.
fn is_answer(text: &str) -> bool {
    text.len() <= 16 && matches!(text.trim_end(), "Trả lời:" | "TRẢ LỜI:")
}

/// Returns `true` for the button below a comment.
fn is_reply(text: &str) -> bool {
    text.len() <= 12 && matches!(text, "Trả lời" | "Reply" | "TRẢ LỜI")
}

/// Returns `true` for a button that shares the page or returns to a section: "Chia sẻ qua Zalo", "Trở lại Thời sự".
fn is_action(key: &str) -> bool {
    const LONGEST: usize = 60;
    const SHARES: &[&str] = &["chia sẻ ", "gửi ", "share on ", "share to "];
    const RETURNS: &[&str] = &["trở lại ", "quay lại ", "về trang ", "trở về "];
    const NETWORKS: &[&str] = &[
        "facebook",
        "zalo",
        "twitter",
        "x",
        "email",
        "messenger",
        "telegram",
        "linkedin",
        "whatsapp",
        "mạng xã hội",
    ];
    if key.len() > LONGEST {
        return false;
    }
    let after = |text: &'_ str, starts: &[&str]| {
        let rest = starts.iter().find_map(|start| text.strip_prefix(*start));
        rest.map(str::len).unwrap_or(text.len())
    };
    let is_network = |text: &str| {
        let words = ["lên ", "qua ", "bằng ", "trên ", "với ", "tới "];
        NETWORKS.contains(&&text[text.len() - after(text, &words)..])
    };
    let (share, back) = (after(key, SHARES), after(key, RETURNS));
    // "Chia sẻ trên Facebook Chia sẻ trên Zalo"
    let mut shared = key[key.len() - share..].split("chia sẻ ").map(str::trim);
    share < key.len() && shared.all(is_network)
        || back < key.len() && names::is_section(&key[key.len() - back..])
}

/// Returns `true` for the time of a player: "0:00 / 3:12".
fn is_player(key: &str) -> bool {
    let is_time = |text: &str| {
        let minutes = text.trim().split_once(':');
        minutes.is_some_and(|(minutes, seconds)| is_number(minutes) && is_number(seconds))
    };
    let times = key.split_once('/');
    key.len() <= 16 && times.is_some_and(|(now, all)| is_time(now) && is_time(all))
}

/// Returns `true` for "#chibộ #SôngLam" and nothing else.
fn are_hashtags(key: &str) -> bool {
    let is_tag = |word: &str| {
        word.strip_prefix('#')
            .is_some_and(|tag| tag.starts_with(char::is_alphabetic))
    };
    !key.is_empty()
        && key
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .all(is_tag)
}

/// Returns `true` if a line is a button with a number: "5 bình luận",
/// "Lượt xem: 1.024", "Chia sẻ (12)".
fn is_counter(key: &str) -> bool {
    if key.len() > 60 || !key.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let is_counted = |part: &str| {
        let words = part.split(|c: char| !c.is_alphabetic());
        let is_label = |word: &str| matches!(word, "" | "đăng" | "cập" | "nhật" | "khoảng");
        let words: Vec<&str> = words.filter(|word| !is_label(word)).collect();
        names::is_counted(&words.join(" "))
    };
    // "Đã xem: 418 - Phản hồi: 0"
    key.split(" - ")
        .flat_map(|part| part.split(" | "))
        .all(is_counted)
}

/// Returns `true` for a line of one sign, such as `=====`, and for the end of a text: `/.`, `--- HẾT ---`, `(Còn nữa)`
fn is_divider(text: &str) -> bool {
    let end = text.trim_matches(['-', '=', '*', ' ']);
    let is_end = end.len() < text.len() && matches!(end, "HẾT" | "Hết" | "hết" | "END" | "###");
    // "=== Bài 31 ==="
    let is_named = text.len() <= 60 && text.starts_with("===") && text.ends_with("===");
    let is_continued = matches!(text, "(Còn nữa)" | "(Còn tiếp)" | "(Hết)");
    let is_sign = matches!(text, "·" | "•" | "—" | "--") || tidy::is_rule(text, "-=_*~#+·•—");
    text == "/." || is_end || is_named || is_continued || is_sign
}

/// Returns `true` for the number of a page: "Trang 3", "Page 3 of 8", "- 3 -".
fn is_page_number(key: &str) -> bool {
    let number = ["trang ", "page ", "tr. "].iter();
    let number = number.filter_map(|label| key.strip_prefix(label)).next();
    let between_dashes = || key.strip_prefix("- ")?.strip_suffix(" -");
    number.or_else(between_dashes).is_some_and(|number| {
        let parts = number.split_once('/').or_else(|| number.split_once(" of "));
        match parts {
            Some((page, pages)) => is_number(page.trim()) && is_number(pages.trim()),
            None => is_number(number.trim()),
        }
    })
}

/// Returns `true` for a number, of a page on the first line or of clicks below a button.
fn is_short_number(key: &str) -> bool {
    key.len() <= 3 && is_number(key)
}

/// A text in lower case, without the signs that end it.
fn key(text: &str) -> String {
    const LONGEST: usize = 400;
    if text.len() > LONGEST {
        return String::new();
    }
    let lower = composed(text).to_lowercase();
    lower
        .trim_end_matches([':', '.', '…', '»', '>', '|', ' '])
        .trim()
        .to_owned()
}

/// Returns `true` for a paragraph of an article, `false` for a headline in a
/// list.
fn is_running_text(text: &str) -> bool {
    text.ends_with('.') || text.chars().count() > 160
}
