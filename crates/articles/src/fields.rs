//! The names that records give the fields of an article, and the collector
//! that puts an article together from them.

use crate::provenance::Trace;
use crate::{Article, Caption, Published};

/// A field of [`Article`] that a record may state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Url,
    Title,
    Summary,
    Body,
    Section,
    Place,
    Agency,
    Author,
    Source,
    Published,
    Captions,
}

impl Field {
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Url => "url",
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Section => "section",
            Self::Place => "place",
            Self::Agency => "agency",
            Self::Author => "author",
            Self::Source => "source",
            Self::Published => "published",
            Self::Captions => "captions",
        }
    }
}

/// The field a key, column, element or property stands for, and its rank: when
/// a record gives several names of one field, the lowest rank wins.
///
/// Case, accents, separators and a namespace prefix do not matter: `Tiêu đề`,
/// `tieu_de` and `dc:title` are all the title.
pub(crate) fn field(name: &str) -> Option<(Field, u8)> {
    // The names nearly all records use need no normalising.
    Some(match name {
        "id" => (Field::Id, 0),
        "url" => (Field::Url, 0),
        "title" => (Field::Title, 0),
        "summary" => (Field::Summary, 0),
        "body" => (Field::Body, 0),
        _ => return field_of_key(&key(name)),
    })
}

fn field_of_key(key: &str) -> Option<(Field, u8)> {
    NAMES.iter().find_map(|(field, names)| {
        let rank = names.iter().position(|name| *name == key)?;
        Some((*field, rank as u8))
    })
}

/// A name as the table has it: lower case, no accents, letters and digits only.
fn key(name: &str) -> String {
    let local = name.rsplit(':').next().unwrap_or(name);
    crate::names::fold(local)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// Names of each field, the most telling first.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "articleid",
            "docid",
            "newsid",
            "guid",
            "identifier",
            "key",
            "mabai",
            "ma",
        ],
    ),
    (
        Field::Url,
        &[
            "url",
            "link",
            "canonicalurl",
            "canonical",
            "permalink",
            "sourceurl",
            "href",
            "uri",
            "mainentityofpage",
            "duongdan",
            "lienket",
        ],
    ),
    (
        Field::Title,
        &[
            "title", "headline", "tieude", "name", "tit", "tua", "tuade", "heading", "subject",
        ],
    ),
    (
        Field::Summary,
        &[
            "summary",
            "sapo",
            "lead",
            "lede",
            "description",
            "abstract",
            "excerpt",
            "tomtat",
            "mota",
            "teaser",
            "standfirst",
            "deck",
            "subtitle",
            "intro",
        ],
    ),
    (
        Field::Body,
        &[
            "body",
            "articlebody",
            "content",
            "text",
            "noidung",
            "fulltext",
            "contentencoded",
            "encoded",
            "maintext",
            "bodytext",
            "contenttext",
            "contenthtml",
            "paragraphs",
            "thanbai",
            "vanban",
        ],
    ),
    (
        Field::Section,
        &[
            "section",
            "articlesection",
            "category",
            "categories",
            "chuyenmuc",
            "rubric",
            "column",
            "topic",
            "desk",
            "muc",
            "theloai",
            "cate",
            "channel",
        ],
    ),
    (
        Field::Place,
        &[
            "place",
            "location",
            "dateline",
            "contentlocation",
            "locationcreated",
            "city",
            "province",
            "diadiem",
            "diaphuong",
            "tinhthanh",
            "noiviet",
        ],
    ),
    (
        Field::Agency,
        &[
            "agency",
            "newsagency",
            "provider",
            "hangtin",
            "hangthongtan",
            "wire",
        ],
    ),
    (
        Field::Author,
        &[
            "author",
            "authors",
            "byline",
            "creator",
            "writer",
            "tacgia",
            "butdanh",
            "nguoiviet",
            "reporter",
            "by",
        ],
    ),
    (
        Field::Source,
        &[
            "source",
            "publisher",
            "site",
            "sitename",
            "publication",
            "newspaper",
            "domain",
            "nguon",
            "bao",
            "toasoan",
            "website",
        ],
    ),
    (
        Field::Published,
        &[
            "published",
            "datepublished",
            "publishedat",
            "publisheddate",
            "publishdate",
            "publicationdate",
            "pubdate",
            "publishedtime",
            "publishtime",
            "issued",
            "date",
            "datetime",
            "time",
            "timestamp",
            "created",
            "createdat",
            "datecreated",
            "ngaydang",
            "ngayxuatban",
            "ngay",
            "thoigian",
            "updated",
            "updatedat",
            "modified",
            "datemodified",
        ],
    ),
    (
        Field::Captions,
        &[
            "captions",
            "caption",
            "imagecaptions",
            "imagecaption",
            "photocaption",
            "photocaptions",
            "images",
            "photos",
            "chuthich",
            "chuthichanh",
        ],
    ),
];

/// Collects the fields of one article.
#[derive(Default)]
pub(crate) struct Draft {
    values: [Option<(u8, String)>; SLOTS],
    captions: Vec<Caption>,
}

const SLOTS: usize = Field::Captions as usize;

impl Draft {
    /// Tells whether a value of this rank would be taken.
    pub fn wants(&self, field: Field, rank: u8) -> bool {
        match self.values.get(field as usize) {
            Some(Some((known, _))) => rank < *known,
            Some(None) => true,
            None => self.captions.is_empty(),
        }
    }

    /// Offers a value; blank ones, and ones of no lower rank than the one that
    /// is there, are not taken.
    pub fn offer(&mut self, field: Field, rank: u8, value: String, from: &str, trace: &mut Trace) {
        if value.trim().is_empty() || !self.wants(field, rank) {
            return;
        }
        if trace.is_on() {
            trace.field(field.name(), from);
        }
        match self.values.get_mut(field as usize) {
            Some(slot) => *slot = Some((rank, value)),
            None => self.captions.push(caption(&value)),
        }
    }

    /// Offers the captions, all at once.
    pub fn offer_captions(&mut self, captions: Vec<Caption>, from: &str, trace: &mut Trace) {
        if !captions.is_empty() && self.captions.is_empty() {
            trace.field(Field::Captions.name(), from);
            self.captions = captions;
        }
    }

    /// The value of a field so far.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values
            .get(field as usize)?
            .as_ref()
            .map(|(_, value)| value.as_str())
    }

    /// Puts the article together. The body is to be in its final form: one
    /// paragraph a line.
    pub fn finish(mut self, trace: &mut Trace) -> Article {
        let mut take = |field: Field| {
            self.values
                .get_mut(field as usize)
                .and_then(Option::take)
                .map(|(_, value)| value)
        };
        let published = take(Field::Published).and_then(|value| {
            let published = Published::parse(&value);
            if published.is_none() {
                trace.note(|| format!("no date could be read in {value:?}"));
            }
            published
        });
        Article {
            id: take(Field::Id).map(one_line).unwrap_or_default(),
            url: take(Field::Url).map(one_line),
            title: take(Field::Title).map(one_line),
            summary: take(Field::Summary).map(one_line),
            body: take(Field::Body).unwrap_or_default(),
            section: take(Field::Section).map(one_line),
            place: take(Field::Place).map(one_line),
            agency: take(Field::Agency).map(one_line),
            author: take(Field::Author).map(one_line),
            source: take(Field::Source).map(one_line),
            published,
            captions: self.captions,
            ..Article::default()
        }
    }
}

/// Reads a caption, and the credit that may end it: "… khai mạc. Ảnh: An Bình".
pub(crate) fn caption(text: &str) -> Caption {
    let text = one_line(text.to_owned());
    for (at, mark) in credit_marks(&text) {
        let (before, after) = (&text[..at], &text[at + mark.len()..]);
        let credit = after.trim().trim_end_matches([')', '.', ']']).trim();
        if credit.is_empty() || credit.chars().count() > 60 {
            continue;
        }
        let text = before
            .trim_end()
            .trim_end_matches(['(', '[', '-', '–', '|'])
            .trim_end();
        return Caption {
            text: text.to_owned(),
            credit: Some(credit.to_owned()),
        };
    }
    Caption { text, credit: None }
}

/// Where a credit begins: the last mark first.
fn credit_marks(text: &str) -> Vec<(usize, &'static str)> {
    let mut marks: Vec<_> = [
        "Ảnh:",
        "ảnh:",
        "Ảnh :",
        "ẢNH:",
        "Nguồn ảnh:",
        "Photo:",
        "Nguồn:",
    ]
    .into_iter()
    .filter_map(|mark| text.rfind(mark).map(|at| (at, mark)))
    .collect();
    marks.sort_by_key(|(at, mark)| (*at, std::cmp::Reverse(mark.len())));
    marks
}

/// Joins the lines of a value that is one line by nature, and trims it.
pub(crate) fn one_line(text: String) -> String {
    let clean = |text: &str| {
        text.trim() == text && !text.contains(['\n', '\r', '\t', '\u{a0}']) && !text.contains("  ")
    };
    if clean(&text) {
        text
    } else {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Tidies running text: one paragraph a line, no blank lines, no blanks around
/// a line. Text that is tidy is not copied.
pub(crate) fn paragraphs(text: String) -> String {
    if is_tidy(&text) {
        return text;
    }
    let mut tidy = String::with_capacity(text.len());
    for line in text.split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line = line.trim();
        if !line.is_empty() {
            if !tidy.is_empty() {
                tidy.push('\n');
            }
            tidy.push_str(line);
        }
    }
    tidy
}

fn is_tidy(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.trim() == text
        && memchr::memchr(b'\r', bytes).is_none()
        && memchr::memchr_iter(b'\n', bytes).all(|at| {
            let blank = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_whitespace());
            !blank(bytes.get(at.wrapping_sub(1))) && !blank(bytes.get(at + 1))
        })
}
