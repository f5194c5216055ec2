//! The names of fields in records, and the collector that builds an article
//! from them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::parse::tags;
use crate::provenance::Trace;
use crate::tidy::{caption, is_number, one_line};
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

/// The field of a key, column, element or property, and its rank: of several
/// names of one field in a record, the lowest rank wins.
///
/// Case, accents, separators and a namespace prefix do not matter: `Tiêu đề`,
/// `tieu_de` and `dc:title` are all the title. Nor do the word for the record
/// (`post_title`, `field_sapo`) and the path to it (`_source.title`,
/// `content.rendered`).
pub(crate) fn field(name: &str) -> Option<(Field, u8)> {
    // The names nearly all records use need no normalising.
    Some(match name {
        "id" => (Field::Id, 0),
        "url" => (Field::Url, 0),
        "title" => (Field::Title, 0),
        "summary" => (Field::Summary, 0),
        // When a record was added to an index.
        "@timestamp" => return None,
        "body" => (Field::Body, 0),
        _ if name.len() > LONGEST_NAME => return None,
        _ => return field_of_path(name),
    })
}

/// Maximum length of a name, in bytes.
const LONGEST_NAME: usize = 120;

/// Added to the rank of a name with the word for the record before it.
const PREFIXED: u8 = 60;

/// Added to the rank of a name at the end of a path.
const IN_PATH: u8 = 90;

/// Returns `true` for the rank of a date at which a record was written, which says less than any
/// date of publication.
pub(crate) fn is_of_record(rank: u8) -> bool {
    KEYS.get("firstcreated")
        .is_some_and(|(_, first)| rank >= *first)
}

fn field_of_path(name: &str) -> Option<(Field, u8)> {
    let local = name.rsplit(':').next().unwrap_or(name);
    let mut steps: Vec<&str> = local
        .split(['.', '/'])
        .filter(|step| !step.is_empty())
        .collect();
    // "content.rendered", "body.und.0.value", "title.keyword".
    let mut depth = 0;
    while steps.len() > 1 && steps.last().is_some_and(|step| is_wrapping(step)) {
        steps.pop();
        depth = 1;
    }
    let step = steps.pop()?;
    let (field, rank) = field_of_key(&key(step)).or_else(|| {
        let (field, rank) = field_of_key(&key(without_type(step)?))?;
        Some((field, rank.saturating_add(PREFIXED)))
    })?;
    if steps.is_empty() {
        return Some((field, rank + depth));
    }
    // "image.title" is not the title of the article.
    steps
        .iter()
        .all(|step| {
            RECORDS.contains(&key(step).as_str()) || step.bytes().all(|b| b.is_ascii_digit())
        })
        .then(|| (field, rank.saturating_add(IN_PATH)))
}

/// Steps of a path that only say how a value is written.
fn is_wrapping(step: &str) -> bool {
    const STEPS: &[&str] = &[
        "rendered", "value", "keyword", "raw", "und", "vi", "name", "$date", "$oid", "#text", "$t",
    ];
    STEPS.contains(&step) || step.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name without the type or language that Solr and others append: `title_txt_vi`, `pubdate_dt`.
fn without_type(step: &str) -> Option<&str> {
    const LANGUAGES: &[&str] = &["_vi", "_vn"];
    const TYPES: &[&str] = &[
        "_txt", "_text", "_s", "_ss", "_t", "_str", "_string", "_dt", "_dts", "_tdt", "_ws",
        "_general",
    ];
    let strip = |name: &mut &str, endings: &[&str]| {
        let bare = endings.iter().find_map(|ending| name.strip_suffix(ending));
        *name = bare.unwrap_or(name);
    };
    let mut bare = step;
    strip(&mut bare, LANGUAGES);
    strip(&mut bare, TYPES);
    (bare.len() < step.len()).then_some(bare)
}

fn field_of_key(key: &str) -> Option<(Field, u8)> {
    if let Some(found) = KEYS.get(key) {
        return Some(*found);
    }
    let after_prefix = PREFIXES.iter().find_map(|prefix| {
        let rest = key.strip_prefix(prefix)?;
        let is_plain = rest.len() >= 4 && !AMBIGUOUS.contains(&rest);
        KEYS.get(rest).filter(|_| is_plain)
    });
    let before_suffix = || {
        SUFFIXES.iter().find_map(|suffix| {
            let rest = key.strip_suffix(suffix)?;
            KEYS.get(rest).filter(|_| rest.len() >= 4)
        })
    };
    let (field, rank) = after_prefix.or_else(before_suffix)?;
    Some((*field, rank.saturating_add(PREFIXED)))
}

/// A name as the table has it: lower case, no accents, letters and digits only.
fn key(name: &str) -> String {
    crate::names::fold(name)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

static KEYS: LazyLock<HashMap<&str, (Field, u8)>> = LazyLock::new(|| {
    let ranked = |(field, names): &(Field, &[&'static str])| {
        let field = *field;
        let names = names.iter().enumerate();
        names
            .map(move |(rank, name)| (*name, (field, rank as u8)))
            .collect::<Vec<_>>()
    };
    NAMES.iter().flat_map(ranked).collect()
});

/// Words for a record that its names may begin with.
const PREFIXES: &[&str] = &[
    "article", "baiviet", "content", "dcterms", "entry", "field", "item", "news", "node", "page",
    "post", "story", "meta", "bai", "tin", "og", "dc",
];

/// Words for a record that Vietnamese names end with: `Nội dung tin`, `nguon_bai_viet`.
const SUFFIXES: &[&str] = &["baiviet", "baibao", "bantin", "tinbai", "tin", "bai"];

/// Names that mean something else after the word for a record: `post_name` is
/// an address, `item_key` a number.
const AMBIGUOUS: &[&str] = &[
    "name", "text", "time", "link", "desk", "site", "host", "media", "label", "value", "domain",
    "channel", "column", "location", "details", "detail", "created", "updated", "modified",
];

/// Steps of a path to a record.
const RECORDS: &[&str] = &[
    // Dublin Core: "dc.contributor.author", "dc.date.issued".
    "dc",
    "dcterms",
    "contributor",
    "date",
    "description",
    "identifier",
    "source",
    "data",
    "attributes",
    "fields",
    "article",
    "articles",
    "item",
    "items",
    "doc",
    "docs",
    "document",
    "node",
    "post",
    "posts",
    "news",
    "hits",
    "result",
    "results",
    "payload",
    "record",
    "records",
    "row",
    "rows",
    "entry",
    "story",
];

/// Names of each field, most specific first.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "articleid",
            "docid",
            "newsid",
            "postid",
            "nid",
            "storyid",
            "contentid",
            "itemid",
            "guid",
            "identifier",
            "uuid",
            "key",
            "mabai",
            "masobai",
            "ma",
        ],
    ),
    (
        Field::Url,
        &[
            "url",
            "urlsource",
            "link",
            "canonicalurl",
            "canonical",
            "permalink",
            "sourceurl",
            "articleurl",
            "newsurl",
            "posturl",
            "pageurl",
            "weburl",
            "fullurl",
            "originalurl",
            "finalurl",
            "requestedurl",
            "shareurl",
            "htmlurl",
            "ogurl",
            "href",
            "uri",
            "mainentityofpage",
            "loc",
            "duongdan",
            "lienket",
            "linkbai",
        ],
    ),
    (
        Field::Title,
        &[
            "title",
            "headline",
            "tieude",
            "posttitle",
            "articletitle",
            "newstitle",
            "headlines",
            "headlinemain",
            "titlemain",
            "maintitle",
            "pagetitle",
            "tieudebaiviet",
            "tenbaiviet",
            "tenbaibao",
            "tieudechinh",
            "tenbai",
            "tentin",
            "tit",
            "tua",
            "tuade",
            "heading",
            "ogtitle",
            "webtitle",
            "linktext",
            "subject",
            "name",
            "ten",
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
            "postexcerpt",
            "customexcerpt",
            "tomtat",
            "mota",
            "teaser",
            "standfirst",
            "deck",
            "dek",
            "chapeau",
            "shortdescription",
            "shortdesc",
            "motangan",
            "tomtatngan",
            "noidungtomtat",
            "descriptiontext",
            "bodysummary",
            "leadtext",
            "trailtext",
            "standfirsttext",
            "hometext",
            "subtitle",
            "subheadline",
            "subheadlines",
            "subhead",
            "subheading",
            "intro",
            "brief",
            "loidan",
            "dandat",
            "trichdan",
            "trichyeu",
            "gioithieu",
            "metadescription",
            "abstractnote",
            "ogdescription",
            "snippet",
            "highlights",
            "header",
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
            "postcontent",
            "articlecontent",
            "articletext",
            "articlehtml",
            "newscontent",
            "storytext",
            "bodyvalue",
            "bodyhtml",
            "bodyxhtml",
            "contentrendered",
            "fullcontent",
            "fullarticle",
            "fullbody",
            "bodycontent",
            "maincontent",
            "textcontent",
            "cleanedtext",
            "cleantext",
            "plaintext",
            "plaincontent",
            "rawtext",
            "rawcontent",
            "contentraw",
            "htmlcontent",
            "html",
            "noidungbaiviet",
            "noidungbai",
            "noidungchitiet",
            "noidunghtml",
            "toanvan",
            "baiviet",
            "contentdetail",
            "detailcontent",
            "chitiet",
            "details",
            "detail",
            "extract",
            "markdown",
            "markdowncontent",
            "story",
            "message",
            "sentences",
            "bodies",
            "main",
            "tailparagraphs",
            "leadparagraph",
            "contentelements",
            "contentblocks",
            "bodyblocks",
            "blocks",
        ],
    ),
    (
        Field::Section,
        &[
            "section",
            "articlesection",
            "sectionname",
            "category",
            "categories",
            "categoryname",
            "categorytitle",
            "catname",
            "postcat",
            "cattitle",
            "zonename",
            "chuyenmuc",
            "chuyentrang",
            "tenchuyenmuc",
            "cat",
            "cate",
            "cates",
            "catename",
            "danhmuc",
            "tendanhmuc",
            "rubric",
            "column",
            "primarycategory",
            "topic",
            "desk",
            "muc",
            "theloai",
            "linhvuc",
            "channel",
            "channelname",
            "primarytag",
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
            "located",
            "locationname",
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
            "infosources",
        ],
    ),
    (
        Field::Author,
        &[
            "author",
            "authors",
            "byline",
            "creator",
            "creators",
            "writer",
            "writers",
            "tacgia",
            "tentacgia",
            "butdanh",
            "nguoiviet",
            "reporter",
            "journalist",
            "phongvien",
            "authorname",
            "authornames",
            "authordisplayname",
            "createdbyalias",
            "bylines",
            "by",
        ],
    ),
    (
        Field::Source,
        &[
            "source",
            "sourcename",
            "sourcehostname",
            "sourcetitle",
            "sourcehost",
            "publisher",
            "publishername",
            "publication",
            "publicationname",
            "publicationtitle",
            "containertitle",
            "secondarytitle",
            "newspaper",
            "sitename",
            "ogsitename",
            "site",
            "outlet",
            "medianame",
            "bao",
            "tenbao",
            "nguon",
            "nguonbao",
            "toasoan",
            "origin",
            "pagename",
            "feedtitle",
            "website",
            "sourcedomain",
            "domain",
            "hostname",
        ],
    ),
    (
        Field::Published,
        &[
            "published",
            "publishedtime",
            "datepublished",
            "publishedat",
            "publisheddate",
            "distributiondate",
            "publishdate",
            "publicationdate",
            "publicationtime",
            "pubdate",
            "pubtime",
            "publishedtime",
            "publishtime",
            "publishedon",
            "articlepublishedtime",
            "receiveddatetime",
            "sentdatetime",
            "datepublish",
            "datepub",
            "datepublication",
            "pubdates",
            "publish",
            "publtime",
            "publishup",
            "firstpublished",
            "firstpublishedat",
            "firstpublicationdate",
            "originallypublished",
            "displaydate",
            "issued",
            "issuedate",
            "postdate",
            "posteddate",
            "postedat",
            "dateposted",
            "articledate",
            "newsdate",
            "ngaydang",
            "ngaydangbao",
            "ngaydangtin",
            "thoigiandang",
            "ngayxuatban",
            "ngayphathanh",
            "datetime",
            "date",
            "ngay",
            "thoigian",
            "time",
            "timestamp",
            "publisheddategmt",
            "publishedgmt",
            "postdategmt",
            "dategmt",
            "firstcreated",
            "contentcreated",
            "postcreated",
            "created",
            "createdat",
            "createddate",
            "createddatetime",
            "createdtime",
            "createdutc",
            "createtime",
            "createdate",
            "creationdate",
            "datetimestamp",
            "datecreated",
            "ngaytao",
            "ngayviet",
            "addtime",
            "webpublicationdate",
            "datetimepub",
            "versioncreated",
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
            "featureimagecaption",
            "featuredimagecaption",
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
    published: Option<(u8, Published)>,
    captions: Vec<Caption>,
    /// Whether the date is that of a crawl.
    pub is_crawled: bool,
}

const SLOTS: usize = Field::Captions as usize;

/// Values that are joined, in bytes, and captions that are collected one by one: each is compared
/// with all before it.
const LONGEST_JOINED: usize = 4096;
const MOST_ADDED: usize = 1000;

impl Draft {
    /// Returns `true` if a value of this rank would be taken.
    pub fn wants(&self, field: Field, rank: u8) -> bool {
        match self.rank(field) {
            Some(known) => rank < known,
            None => field != Field::Captions || self.captions.is_empty(),
        }
    }

    fn rank(&self, field: Field) -> Option<u8> {
        if field == Field::Published {
            return self.published.map(|(rank, _)| rank);
        }
        self.values
            .get(field as usize)?
            .as_ref()
            .map(|(rank, _)| *rank)
    }

    /// Offers a value. Values that cannot be of the field, and those of no
    /// lower rank than the present one, are not taken.
    pub fn offer(&mut self, field: Field, rank: u8, value: String, from: &str, trace: &mut Trace) {
        if value.trim().is_empty() || !self.wants(field, rank) {
            return;
        }
        // Some tools name the source by the address of the article.
        if field == Field::Source && is_address(&value) && value.trim().starts_with("http") {
            return self.offer(Field::Url, u8::MAX, value, from, trace);
        }
        if field == Field::Published {
            let Some(date) = date(&value) else {
                trace.note(|| format!("{from}: no date could be read in {value:?}"));
                return;
            };
            self.published = Some((rank, date));
        } else if is_value(field, value.trim()) {
            match self.values.get_mut(field as usize) {
                Some(slot) => *slot = Some((rank, value)),
                None => self.captions.push(caption(&value)),
            }
        } else {
            trace.note(|| format!("{from}: {value:?} is not a value of {}", field.name()));
            return;
        }
        if trace.is_on() {
            trace.field(field.name(), from);
        }
    }

    /// Offers one of several values of a field: one of the rank of the present
    /// value is added to it, up to [`LONGEST_JOINED`] bytes.
    pub fn join(&mut self, field: Field, rank: u8, value: String, from: &str, trace: &mut Trace) {
        let value = value.trim();
        match self.values.get_mut(field as usize) {
            Some(Some((known, present))) if *known == rank => {
                if present.len() > LONGEST_JOINED {
                    return trace
                        .note(|| format!("too many values of {from}: {value} was skipped"));
                }
                let is_new = !present.split(", ").any(|part| part == value);
                if is_new && !value.is_empty() && is_value(field, value) {
                    present.push_str(", ");
                    present.push_str(value);
                }
            }
            _ => self.offer(field, rank, value.to_owned(), from, trace),
        }
    }

    /// Offers the captions, all at once.
    pub fn offer_captions(&mut self, captions: Vec<Caption>, from: &str, trace: &mut Trace) {
        if !captions.is_empty() && self.captions.is_empty() {
            trace.field(Field::Captions.name(), from);
            self.captions = captions;
        }
    }

    /// Adds a caption to those collected so far.
    pub fn add_captions(&mut self, captions: Vec<Caption>, from: &str, trace: &mut Trace) {
        if self.captions.is_empty() {
            return self.offer_captions(captions, from, trace);
        }
        for caption in captions {
            if self.captions.len() < MOST_ADDED && !self.captions.contains(&caption) {
                self.captions.push(caption);
            }
        }
    }

    /// The value of a field so far; `None` for dates and captions.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values
            .get(field as usize)?
            .as_ref()
            .map(|(_, value)| value.as_str())
    }

    /// Replaces a value; returns the one before.
    pub fn replace(&mut self, field: Field, value: String) -> Option<String> {
        let (_, known) = self.values.get_mut(field as usize)?.as_mut()?;
        Some(std::mem::replace(known, value))
    }

    /// Puts the article together. The body is to be in its final form: one
    /// paragraph a line.
    pub fn finish(mut self) -> Article {
        let mut take = |field: Field| {
            self.values
                .get_mut(field as usize)
                .and_then(Option::take)
                .map(|(_, value)| value)
        };
        let mut line = |field: Field| {
            let text = take(field)?;
            let text = match tags::line(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(plain) => plain,
            };
            Some(one_line(text)).filter(|text| !text.is_empty())
        };
        Article {
            title: line(Field::Title),
            summary: line(Field::Summary),
            section: line(Field::Section),
            place: line(Field::Place)
                .map(place)
                .filter(|place| !place.is_empty()),
            agency: line(Field::Agency),
            author: line(Field::Author).and_then(|authors| people(&authors)),
            source: line(Field::Source),
            id: take(Field::Id).map(one_line).unwrap_or_default(),
            url: take(Field::Url).map(one_line),
            body: take(Field::Body).unwrap_or_default(),
            published: self
                .published
                .filter(|_| !self.is_crawled)
                .map(|(_, date)| date),
            captions: self.captions,
            ..Article::default()
        }
    }
}

/// Returns `true` if a text can be the value of a field: writers of tables fill
/// empty cells with words, and databases name people and sections by numbers.
pub(crate) fn is_value(field: Field, text: &str) -> bool {
    const PLACEHOLDERS: &[&str] = &[
        "null",
        "NULL",
        "Null",
        "nil",
        "none",
        "None",
        "NONE",
        "nan",
        "NaN",
        "NAN",
        "NaT",
        "<NA>",
        "N/A",
        "n/a",
        "undefined",
        "\\N",
        "[]",
        "{}",
        "-",
        "--",
    ];
    if text.len() <= 9 && field != Field::Id && PLACEHOLDERS.contains(&text) {
        return false;
    }
    match field {
        Field::Author | Field::Section | Field::Source | Field::Agency | Field::Place => {
            let is_number = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' '));
            let is_hash = text.len() >= 16
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
            let is_login = matches!(text, "admin" | "administrator" | "Administrator" | "Admin");
            // What programs write for one of several kinds: `NEWS_SITE`.
            let is_constant = text.contains('_')
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            let is_host = field == Field::Author && is_host(text);
            !(is_number || is_hash || is_login || is_constant || is_host || is_address(text))
        }
        // "projects/tin/documents/1"
        Field::Title => text.contains(' ') || !text.contains('/'),
        Field::Url => !text.starts_with("urn:") && !text.contains(char::is_whitespace),
        _ => true,
    }
}

/// The names in a value that may be a list in the notation of Python or JSON, have a label, or name
/// accounts among people. `None` if it names no one.
fn people(authors: &str) -> Option<String> {
    // Photographers are not authors.
    let authors = match authors.find("Ảnh:").or_else(|| authors.find("ảnh:")) {
        Some(at)
            if authors
                .get(..at)
                .is_some_and(|names| names.trim_end().ends_with(',')) =>
        {
            authors[..at].trim_end_matches([',', ' '])
        }
        _ => authors,
    };
    let list = authors
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    let bare = list.unwrap_or(authors);
    let labelled = crate::parse::byline(bare);
    let bare = labelled.as_deref().unwrap_or(bare);
    let bare = ["By ", "by ", "Bởi "]
        .iter()
        .find_map(|label| bare.strip_prefix(label))
        .unwrap_or(bare);
    if list.is_none() && !bare.contains([';', '@']) && !is_nobody(bare) {
        return Some(bare.to_owned());
    }
    let separators: &[char] = if list.is_some() { &[',', ';'] } else { &[';'] };
    let unquoted = |name: &str| {
        let name = name.trim().trim_start_matches("u'");
        name.trim_matches(['\'', '"', ' ']).to_owned()
    };
    let names: Vec<String> = bare
        .split(separators)
        .map(unquoted)
        .filter(|name| !name.is_empty() && !is_nobody(name))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns `true` for an account, and for a word that says that nobody is named.
fn is_nobody(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "unknown",
        "anonymous",
        "n/a",
        "none",
        "null",
        "nan",
        "admin",
        "administrator",
        "no author",
        "author",
        "(none)",
        "ẩn danh",
    ];
    let is_account = name.contains('@') && !name.contains(char::is_whitespace);
    is_account || WORDS.contains(&name.to_lowercase().as_str())
}

/// The place of a whole dateline, such as "Vinh (TTXVN) -".
fn place(text: String) -> String {
    let Some(dateline) = text.trim_end().strip_suffix(['-', '–', '—']) else {
        return text;
    };
    let end = dateline.find('(').unwrap_or(dateline.len());
    dateline[..end].trim().to_owned()
}

/// Returns `true` if a text is the address of a page or picture.
pub(crate) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let has_scheme = ["http://", "https://", "//", "data:image/", "www."]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    has_scheme && !text.contains(char::is_whitespace)
}

/// Returns `true` for the name of a site, under any ending: "songlam.press".
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let mut letters = label.bytes();
        label.len() >= 2
            && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// Reads a date as databases and programs write it, or as people do.
pub(crate) fn date(text: &str) -> Option<Published> {
    let text = text.trim();
    // .NET: /Date(1616657400000+0700)/, milliseconds since 1970 in UTC.
    if let Some(inner) = text.strip_prefix("/Date(") {
        let end = inner
            .find([')', '+'])
            .or_else(|| inner.get(1..)?.find('-').map(|at| at + 1))?;
        return Published::from_unix_seconds(
            inner.get(..end)?.parse::<i64>().ok()?.div_euclid(1000),
        );
    }
    // Seconds that went through a floating point number, and finer units.
    let digits = text.strip_suffix(".0").unwrap_or(text);
    if is_number(digits) {
        let divisor = match digits.len() {
            16 => 1_000_000,
            19 => 1_000_000_000,
            _ => return Published::parse(digits),
        };
        return Published::from_unix_seconds(digits.parse::<i64>().ok()? / divisor);
    }
    Published::parse(text).filter(|date| !is_epoch(date) && !is_before_print(date))
}

/// Returns `true` for the zero of other calendars: 0001-01-01 in .NET.
fn is_before_print(date: &Published) -> bool {
    date.year().is_some_and(|year| year < 1500)
}

/// Returns `true` for the times that programs write where they know none: the first second of
/// 1970, in UTC or in Vietnam, where clocks were 8 hours ahead then, and that of 1900, from which
/// databases count.
fn is_epoch(date: &Published) -> bool {
    let written = date.to_string();
    matches!(
        written.as_str(),
        "1970-01-01T00:00" | "1970-01-01T07:00" | "1970-01-01T08:00" | "1900-01-01T00:00"
    )
}
