//! Documents of word processors: paragraphs with roles, made an article.
//!
//! Official documents have a letterhead above their title (national motto,
//! issuing body, number, place and date), which is recognised by the motto.

use super::{dateline, text};
use crate::provenance::Trace;
use crate::tidy::one_line;
use crate::{Article, Published};

/// The content of a document.
#[derive(Debug)]
pub(crate) struct Document {
    pub blocks: Vec<Block>,
    /// Footnotes and endnotes, which follow the text.
    pub notes: Vec<String>,
    /// The title in the properties of the document.
    pub title: Option<String>,
    /// Whether the paragraph under the title can be the summary without being
    /// styled as one.
    pub reads_summary_by_place: bool,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            notes: Vec::new(),
            title: None,
            reads_summary_by_place: true,
        }
    }
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub text: String,
    pub role: Role,
}

/// The role of a paragraph, by its style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    #[default]
    Text,
    Title,
    /// A heading of the first level, which is the title where there is none.
    Heading,
    Subtitle,
    Author,
    Date,
}

impl Role {
    /// The role of a style, by its name in English or Vietnamese.
    pub fn of_style(name: &str) -> Self {
        match name.trim().to_lowercase().as_str() {
            "title" | "tiêu đề" | "tít" => Self::Title,
            "heading 1" | "heading1" => Self::Heading,
            "subtitle" | "phụ đề" | "sapo" | "sa pô" => Self::Subtitle,
            "author" | "byline" | "tác giả" => Self::Author,
            "date" | "ngày" => Self::Date,
            _ => Self::Text,
        }
    }
}

impl Document {
    /// Adds a paragraph, unless it is blank.
    pub fn push(&mut self, text: &str, role: Role) {
        if !text.trim().is_empty() {
            let text = text.trim().to_owned();
            self.blocks.push(Block { text, role });
        }
    }

    /// Makes an article of the document; `name` is the path of its file.
    pub fn article(mut self, name: &str, trace: &mut Trace) -> Article {
        let notes = std::mem::take(&mut self.notes);
        let stated = self.title.take().filter(|title| is_telling(title));
        let mut article = match Official::of(&self.lines()) {
            Some(official) => official.article(trace),
            None => self.plain(name, trace),
        };
        if let (None, Some(title)) = (&article.title, stated) {
            article.title = Some(title);
            trace.field("title", "document properties");
        }
        for note in notes.iter().map(|note| one_line(note.trim().to_owned())) {
            if !note.is_empty() {
                article
                    .body
                    .push_str(if article.body.is_empty() { "" } else { "\n" });
                article.body.push_str(&note);
            }
        }
        article
    }

    fn lines(&self) -> Vec<String> {
        let lines = self.blocks.iter().flat_map(|block| block.text.lines());
        lines
            .map(|line| one_line(line.trim().to_owned()))
            .filter(|line| !line.is_empty())
            .collect()
    }

    fn plain(mut self, name: &str, trace: &mut Trace) -> Article {
        let title = self.take_title();
        let subtitle = self.take(Role::Subtitle);
        let author = self.take(Role::Author);
        let date = self.take(Role::Date);
        let published = date.as_deref().and_then(Published::parse);
        if let (Some(text), None) = (date, published) {
            self.blocks.insert(
                0,
                Block {
                    text,
                    role: Role::Text,
                },
            );
        }
        let rest = self.blocks.iter().map(|block| block.text.as_str());
        let top = [title.as_deref(), subtitle.as_deref()]
            .into_iter()
            .flatten();
        let mut article = text::parse(
            &top.chain(rest).collect::<Vec<_>>().join("\n\n"),
            name,
            trace,
        );
        if !self.reads_summary_by_place {
            return_summary(&mut article, &self.blocks, trace);
        }
        if let Some(title) = title {
            // The layout of copied pages may read it as something else.
            if article.title.as_deref() != Some(&*title) {
                article = self.styled(trace);
            }
            article.title = Some(title);
            trace.field("title", "paragraph in the title style");
        }
        if let Some(subtitle) = subtitle {
            article.summary = Some(subtitle);
            trace.field("summary", "paragraph in the subtitle style");
        }
        if let Some(author) = author {
            article.author = Some(author);
            trace.field("author", "paragraph in the author style");
        }
        if published.is_some() {
            article.published = published;
            trace.field("published", "paragraph in the date style");
        }
        article
    }

    /// All paragraphs that have no role, as the body.
    fn styled(&self, trace: &mut Trace) -> Article {
        let mut article = Article {
            body: self.lines().join("\n"),
            ..Article::default()
        };
        if !article.body.is_empty() {
            trace.field("body", "paragraphs without a style of their own");
        }
        if let Some(dateline) = article.body.lines().next().and_then(dateline::read) {
            dateline::apply(dateline, &mut article, trace);
        }
        article
    }

    /// Takes the title out: the first paragraph in its style, with those that
    /// follow at once. Later ones are headings in the text.
    fn take_title(&mut self) -> Option<String> {
        const HEADER: usize = 12;
        let first = |role| {
            self.blocks
                .iter()
                .take(HEADER)
                .position(|block| block.role == role)
        };
        let (start, most) = match first(Role::Title) {
            Some(at) => (at, 3),
            None => (first(Role::Heading)?, 1),
        };
        let role = self.blocks[start].role;
        let run = self.blocks[start..]
            .iter()
            .take_while(|block| block.role == role);
        let end = start + run.count().min(most);
        let lines = self
            .blocks
            .drain(start..end)
            .map(|block| one_line(block.text));
        Some(lines.collect::<Vec<_>>().join(" "))
    }

    /// Takes out the first paragraph of a role.
    fn take(&mut self, role: Role) -> Option<String> {
        let at = self.blocks.iter().position(|block| block.role == role)?;
        Some(one_line(self.blocks.remove(at).text))
    }
}

/// Puts the first paragraph back that was taken for the summary.
fn return_summary(article: &mut Article, blocks: &[Block], trace: &mut Trace) {
    let first = blocks.first().map(|block| one_line(block.text.clone()));
    if article.summary.is_none() || article.summary != first {
        return;
    }
    if let Some(summary) = article.summary.take() {
        trace.forget("summary");
        article.body = match article.body.is_empty() {
            true => summary,
            false => format!("{summary}\n{}", article.body),
        };
    }
}

/// Returns `true` if a title in the properties can be one: programs fill in
/// names of files and templates.
pub(crate) fn is_telling(title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    let is_file = [
        ".doc", ".docx", ".pdf", ".indd", ".qxd", ".cdr", ".ppt", ".odt", ".rtf", ".txt",
    ]
    .iter()
    .any(|extension| lower.ends_with(extension));
    let is_default = [
        "untitled",
        "microsoft word",
        "powerpoint",
        "document",
        "layout",
        "template",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    lower.split_whitespace().count() >= 2 && !is_file && !is_default
}

/// An official document.
struct Official {
    /// The letterhead, the title and the text, line by line.
    letterhead: Vec<String>,
    title: Option<String>,
    text: Vec<String>,
    published: Option<Published>,
}

/// Number of lines at the top that may contain the motto.
const LETTERHEAD: usize = 14;

impl Official {
    /// Recognises an official document by the national motto or the name of
    /// the Party in its letterhead.
    fn of(lines: &[String]) -> Option<Self> {
        let top = || lines.iter().take(LETTERHEAD).enumerate();
        let motto = top()
            .filter(|(_, line)| is_motto(line))
            .map(|(at, _)| at)
            .next_back()?;
        // All that can be of the letterhead, though it follows the motto.
        let mut end = motto + 1;
        while let Some(line) = lines.get(end).filter(|_| end < LETTERHEAD) {
            let after_motto = is_place_and_date(line) || is_number(line) || is_rule(line);
            if !after_motto {
                break;
            }
            end += 1;
        }
        // In one column the issuing body may follow: up to its number or date.
        if let Some((at, _)) = top()
            .skip(end)
            .take(4)
            .find(|(_, line)| is_number(line) || is_place_and_date(line))
        {
            let between = &lines[end..at];
            if between
                .iter()
                .all(|line| is_capitals(line) && !is_type(line))
            {
                end = at + 1;
                while lines
                    .get(end)
                    .is_some_and(|line| is_place_and_date(line) || is_number(line) || is_rule(line))
                {
                    end += 1;
                }
            }
        }
        let (letterhead, rest) = lines.split_at(end);
        let published = letterhead.iter().find_map(|line| place_and_date(line));
        let (title, text) = title_and_text(rest);
        Some(Self {
            letterhead: letterhead.to_vec(),
            title,
            text: text.to_vec(),
            published,
        })
    }

    fn article(self, trace: &mut Trace) -> Article {
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
    let lower = line.to_lowercase();
    line.chars().count() <= 60
        && (lower.starts_with("số:") || lower.starts_with("số ") || lower.starts_with("luật số"))
        && (line.contains(['/', '-']) || lower.contains("……") || lower.contains("..."))
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
    let lower = line.to_lowercase();
    line.chars().count() <= 120
        && lower.contains("ngày")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Article {
        let mut document = Document::default();
        lines
            .iter()
            .for_each(|line| document.push(line, Role::Text));
        document.article("a.docx", &mut Trace::off())
    }

    #[test]
    fn a_letterhead_is_not_the_title() {
        let article = read(&[
            "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "---------",
            "ĐƠN XIN CẤP NƯỚC SẠCH",
            "Kính gửi: Công ty cấp nước huyện Mường Lay",
            "Gia đình tôi ở bản Hin xin được nối đường nước.",
        ]);
        assert_eq!(article.title.as_deref(), Some("ĐƠN XIN CẤP NƯỚC SẠCH"));
        assert_eq!(article.summary, None);
        assert!(article.body.contains("Kính gửi: Công ty cấp nước"));
    }

    #[test]
    fn the_type_of_a_document_takes_its_subject_along() {
        let article = read(&[
            "ỦY BAN NHÂN DÂN\nXÃ BÌNH AN\nSố: 27/BC-UBND",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do – Hạnh phúc\nBình An, ngày 5 tháng 9 năm 2025",
            "BÁO CÁO",
            "Tình hình thu ngân sách chín tháng đầu năm",
            "Chín tháng qua, xã thu được 4 tỷ đồng.",
        ]);
        assert_eq!(
            article.title.as_deref(),
            Some("BÁO CÁO Tình hình thu ngân sách chín tháng đầu năm")
        );
        assert_eq!(
            article.published.map(|date| date.to_string()).as_deref(),
            Some("2025-09-05")
        );
        assert!(article.body.contains("27/BC-UBND"));
    }

    #[test]
    fn the_office_below_a_title_is_not_part_of_it() {
        let article = read(&[
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Bình An, ngày 5 tháng 9 năm 2025",
            "QUYẾT ĐỊNH",
            "Về việc giao đất làm chợ",
            "CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ BÌNH AN",
            "Căn cứ nghị quyết của Hội đồng nhân dân xã;",
            "Xã giao khu đất cạnh bến đò để làm chợ.",
        ]);
        let title = article.title.as_deref();
        assert_eq!(title, Some("QUYẾT ĐỊNH Về việc giao đất làm chợ"));
        assert!(article.body.contains("CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ BÌNH AN"));
    }

    #[test]
    fn styles_name_the_fields() {
        let mut document = Document::default();
        document.push("Bản Hin có nước", Role::Title);
        document.push(
            "Sau ba năm chờ đợi, nước đã về tới từng nhà.",
            Role::Subtitle,
        );
        document.push("Lò Thị Phanh", Role::Author);
        document.push("12/3/2025", Role::Date);
        document.push("Sáng nay, bà con bản Hin mở vòi nước đầu tiên.", Role::Text);
        let article = document.article("a.docx", &mut Trace::off());
        assert_eq!(article.title.as_deref(), Some("Bản Hin có nước"));
        assert_eq!(article.author.as_deref(), Some("Lò Thị Phanh"));
        assert_eq!(
            article.published.map(|date| date.to_string()).as_deref(),
            Some("2025-03-12")
        );
        assert_eq!(
            article.body,
            "Sáng nay, bà con bản Hin mở vòi nước đầu tiên."
        );
    }
}
