//! Documents of word processors: paragraphs with roles, made an article.

use super::official::Official;
use super::{dateline, text};
use crate::provenance::Trace;
use crate::tidy::one_line;
use crate::{Article, Published, names};

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

/// Paragraphs at the top that may be the title or stand above it.
const HEADER: usize = 12;

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
        for block in self.blocks.iter_mut().take(HEADER) {
            join_headline(&mut block.text);
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

/// Joins a headline that a break divides: its next lines begin small, or all are capitals.
fn join_headline(text: &mut String) {
    const MOST: usize = 4;
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_open = |line: &&str| !line.ends_with(['.', '!', '?', ':', ';', '…']);
    let small = |line: &&str| line.starts_with(char::is_lowercase);
    let capitals = |line: &&str| {
        !line.contains(char::is_lowercase)
            && line.split_whitespace().count() > 2
            && !names::is_section(line)
    };
    let is_headline = (2..=MOST).contains(&lines.len())
        && lines.iter().all(is_open)
        && (lines[1..].iter().all(small) || lines.iter().all(capitals));
    if is_headline {
        *text = lines.join(" ");
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
    fn a_break_divides_no_headline() {
        for (first, title) in [
            ("Bản Hin có\nnước sạch", "Bản Hin có nước sạch"),
            ("BẢN HIN ĐÃ CÓ\nNƯỚC SẠCH VỀ", "BẢN HIN ĐÃ CÓ NƯỚC SẠCH VỀ"),
            ("Bản Hin có nước\nLò Thị Phanh", "Bản Hin có nước"),
        ] {
            let article = read(&[
                first,
                "Sau ba năm chờ đợi, nước đã về tới từng nhà.",
                "Sáng nay, bà con bản Hin mở vòi nước đầu tiên.",
            ]);
            assert_eq!(article.title.as_deref(), Some(title));
        }
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
