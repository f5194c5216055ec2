//! XML: feeds, dumps of one article per element, NewsML-G2 and NITF. An item is
//! copied with the metadata of the feed around it; entities that a DTD defines
//! are never expanded.

use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::splitter::{Splitter, Step};
use crate::fields::{Field, field};
use crate::problem::{Fault, LONG, ProblemKind};
use crate::record::Filler;
use crate::stream::{Counted, Stream};
use crate::{Format, Limits};

/// How deep elements may nest.
const DEEPEST: usize = 256;

pub(crate) struct Items {
    reader: Reader<BufReader<Fuse>>,
    buffer: Vec<u8>,
    /// Names of the elements that are open, outermost first.
    open: Vec<String>,
    /// The start tags of the elements above the item, which distinguish it by
    /// its fields.
    starts: Vec<BytesStart<'static>>,
    /// The title of the feed.
    publication: Option<String>,
    /// The names of people by their accounts, in an export of WordPress.
    people: HashMap<String, String>,
    number: u64,
    /// The name of the elements that are articles by their fields.
    own: Option<String>,
    /// Whether a text outside of articles was reported.
    is_told: bool,
    /// The tag at the end of a text with a bare `<`.
    pending: Option<Event<'static>>,
    /// Whether the file ended inside an element that was reported.
    is_cut: bool,
    read: Arc<AtomicU64>,
    bound: Arc<AtomicU64>,
}

impl Items {
    pub fn new(stream: Stream) -> Self {
        let (read, bound) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicU64::new(u64::MAX)),
        );
        let counted = Counted {
            stream,
            count: Arc::clone(&read),
        };
        let fuse = Fuse {
            stream: counted,
            bound: Arc::clone(&bound),
        };
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, fuse));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_dangling_amp = true;
        Self {
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            starts: Vec::new(),
            publication: None,
            people: HashMap::new(),
            number: 0,
            own: None,
            is_told: false,
            pending: None,
            is_cut: false,
            read,
            bound,
        }
    }

    fn event(&mut self) -> Result<Event<'static>, Fault> {
        if let Some(event) = self.pending.take() {
            return Ok(event);
        }
        self.buffer.clear();
        self.buffer.shrink_to(1 << 20);
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Start(mark)) if !begins_name(&mark) => {
                let written = format!("<{}", &*mark);
                Ok(self.sign(&written))
            }
            Ok(Event::Empty(mark)) if !begins_name(&mark) => {
                let written = format!("<{}/", &*mark);
                Ok(self.sign(&written))
            }
            Ok(event) => Ok(event.into_owned()),
            Err(quick_xml::Error::Io(error)) => Err(Fault::from(&*error)),
            Err(error) => Err(Fault::malformed(format!(
                "not well-formed XML at byte {}: {error}",
                self.reader.error_position()
            ))),
        }
    }

    /// The text of a sign such as "5 < 7" that was read up to the end of the next tag, which is
    /// returned next.
    fn sign(&mut self, written: &str) -> Event<'static> {
        let tag = written.rfind('<').filter(|at| *at > 0);
        let (text, tag) = written.split_at(tag.unwrap_or(written.len()));
        self.pending = tag_of(tag.get(1..).unwrap_or_default());
        let rest = match self.pending {
            Some(_) => String::new(),
            None => format!("{tag}>"),
        };
        Event::Text(BytesText::from_escaped(
            format!("{text}{rest}").replace('<', "&lt;"),
        ))
    }

    /// No more than a record's bytes may be read before the next call.
    fn light_fuse(&self, limits: &Limits) {
        self.read.store(0, Ordering::Relaxed);
        self.bound
            .store(limits.record_bytes as u64 + (64 << 10), Ordering::Relaxed);
    }

    /// The format of an item by its name and the names above it, if it is one.
    fn item(&self, name: &str) -> Option<Format> {
        let root = self.open.first().map_or("", |root| local(root));
        match local(name) {
            "item" if matches!(root, "rss" | "RDF" | "channel") => Some(Format::Feed),
            "entry" if root == "feed" => Some(Format::Feed),
            // Dublin Core.
            "Description" if root == "RDF" && self.open.len() == 1 => Some(Format::Xml),
            "newsItem" | "NewsItem" | "packageItem" | "conceptItem" | "knowledgeItem"
            | "planningItem" | "catalogItem" => Some(Format::NewsMl),
            "nitf" => Some(Format::Nitf),
            "article" | "Article" | "story" | "news" | "doc" | "document" | "page" | "post"
            | "record" | "row" | "bai" | "baiviet" | "bai_viet" | "tin" | "item" | "entry"
                if !self.open.is_empty() =>
            {
                Some(Format::Xml)
            }
            "ROW" | "Row" | "RECORD" | "Record" | "ITEM" | "Item" | "DOC" | "Doc" | "Document"
            | "News" | "Story" | "Post" | "Tin" | "BaiViet" | "Bai_viet"
                if !self.open.is_empty() =>
            {
                Some(Format::Xml)
            }
            // Documents of one article: JATS, DocBook, what trafilatura writes.
            "article" | "doc" => Some(Format::Xml),
            "TEI" | "TEI.2" | "mods" => Some(Format::Xml),
            "url" if root == "urlset" => Some(Format::Xml),
            _ if self.own.as_deref() == Some(name) => Some(Format::Xml),
            // phpMyAdmin: a row of a table.
            "table" if self.open.last().is_some_and(|parent| parent == "database") => {
                Some(Format::Xml)
            }
            _ => None,
        }
    }

    /// The format of a text that states its fields in attributes: `<text title="…" date="…">`.
    fn described(&self, start: &BytesStart<'_>) -> Option<Format> {
        let is_text = matches!(field(start.name().as_ref()), Some((Field::Body, _)));
        let describes = |name: &str| {
            let named = field(name).map(|(field, _)| field);
            matches!(named, Some(Field::Title | Field::Published | Field::Author))
        };
        let mut attributes = start.attributes().flatten();
        let is_article = is_text
            && !self.open.is_empty()
            && !self.is_feed()
            && attributes.any(|attribute| describes(attribute.key.as_ref()));
        is_article.then_some(Format::Xml)
    }

    /// Copies an item that begins with `starts` to the end of the batch.
    fn copy(
        &mut self,
        starts: &[BytesStart<'static>],
        format: Format,
        batch: &mut Filler<'_>,
    ) -> Result<(), Fault> {
        let data = batch.data();
        let begin = data.len();
        let mut writer = Writer::new(data);
        let outcome = self.copy_events(starts, &mut writer);
        if let Err(fault) = outcome {
            batch.data().truncate(begin);
            if fault.kind == ProblemKind::TooDeep {
                self.number += 1;
                batch.problem(fault, Some(self.number));
                return Ok(());
            }
            return Err(fault);
        }
        self.name_creator(batch.data(), begin);
        let end = batch.data().len();
        self.number += 1;
        batch.push(begin..end, format, Some(self.number));
        Ok(())
    }

    fn copy_events(
        &mut self,
        starts: &[BytesStart<'static>],
        writer: &mut Writer<&mut Vec<u8>>,
    ) -> Result<(), Fault> {
        let mut write = |event: Event<'_>| writer.write_event(event).map_err(Fault::from);
        if let Some(publication) = &self.publication {
            let text = BytesText::new(publication);
            write(Event::Start(BytesStart::new("timbao-publication")))?;
            write(Event::Text(text))?;
            write(Event::End(BytesStart::new("timbao-publication").to_end()))?;
        }
        let mut depth = 0_usize;
        let mut too_deep = None;
        for start in starts {
            write(Event::Start(start.borrow()))?;
            depth += 1;
        }
        while depth > 0 {
            let event = self.event()?;
            match &event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => {
                    self.is_cut = too_deep.is_some();
                    return Err(too_deep.unwrap_or_else(|| {
                        Fault::malformed(
                            "cut short inside an article; fetch or write the file again",
                        )
                    }));
                }
                _ => {}
            }
            if depth > DEEPEST && too_deep.is_none() {
                too_deep = Some(self.too_deep("this article"));
            }
            if too_deep.is_none() {
                write(event)?;
            }
        }
        too_deep.map_or(Ok(()), Err)
    }

    /// Reads the `wp:author` that has just begun.
    fn read_person(&mut self) -> Result<(), Fault> {
        const MOST: usize = 10_000;
        let (mut account, mut name) = (String::new(), String::new());
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let field = local(start.name().as_ref()).to_owned();
                    let text = self.text()?.trim().to_owned();
                    match field.as_str() {
                        "author_login" => account = text,
                        "author_display_name" => name = text,
                        _ => {}
                    }
                }
                Event::End(_) | Event::Eof => break,
                _ => {}
            }
        }
        if !account.is_empty() && !name.is_empty() && self.people.len() < MOST {
            self.people.insert(account, name);
        }
        Ok(())
    }

    /// Replaces the account in the `dc:creator` of the item that begins at `begin` by the name of
    /// the person.
    fn name_creator(&self, data: &mut Vec<u8>, begin: usize) {
        const START: &[u8] = b"<dc:creator>";
        if self.people.is_empty() {
            return;
        }
        let item = data.get(begin..).unwrap_or_default();
        let Some(at) = memchr::memmem::find(item, START).map(|at| at + START.len()) else {
            return;
        };
        let rest = item.get(at..).unwrap_or_default();
        let Some(end) = memchr::memmem::find(rest, b"</dc:creator>") else {
            return;
        };
        let written = String::from_utf8_lossy(rest.get(..end).unwrap_or_default());
        let account = written.trim().trim_start_matches("<![CDATA[");
        let account = account.trim_end_matches("]]>").trim();
        if let Some(name) = self.people.get(account) {
            let name = quick_xml::escape::escape(name.as_str()).into_owned();
            data.splice(begin + at..begin + at + end, name.into_bytes());
        }
    }

    fn too_deep(&self, skipped: &str) -> Fault {
        let at = self.reader.buffer_position();
        let message = format!(
            "elements nested more than {DEEPEST} deep at byte {at}; {skipped} was not read"
        );
        Fault::new(ProblemKind::TooDeep, message)
    }

    /// Skips the element that has just begun.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.event()? {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => {
                    self.is_cut = true;
                    break;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the text of the element that has just begun.
    fn text(&mut self) -> Result<String, Fault> {
        let (mut text, mut depth) = (String::new(), 1);
        while depth > 0 {
            match self.event()? {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(part) => text.push_str(&part),
                Event::CData(part) => text.push_str(&part),
                Event::GeneralRef(name) => {
                    text.push_str(&crate::parse::entity::named(&name).unwrap_or_default())
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(text)
    }
}

impl Splitter for Items {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        self.light_fuse(limits);
        match self.event()? {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                if self.open.len() >= DEEPEST {
                    batch.problem(self.too_deep("the element"), None);
                    self.skip()?;
                    return Ok(Step::More);
                }
                self.check_root(&start)?;
                if let Some(format) = self.item(&name).or_else(|| self.described(&start)) {
                    self.copy(&[start], format, batch)?;
                } else if name == "wp:author" {
                    self.read_person()?;
                } else if self.publication.is_none() && self.is_feed_title(&name) {
                    let title = self.text()?;
                    self.publication =
                        Some(title.trim().to_owned()).filter(|title| !title.is_empty());
                } else if self.number == 0
                    && !self.is_feed()
                    && tells_article(&name)
                    && !self.open.is_empty()
                    && !self.is_of_collection()
                {
                    // The element around the first field is an article, and so
                    // are its siblings of the same name.
                    let mut starts = self.take_starts();
                    starts.push(start);
                    self.copy(&starts, Format::Xml, batch)?;
                } else {
                    self.open.push(name);
                    self.starts.push(start);
                }
            }
            Event::End(_) => {
                self.open.pop();
                self.starts.pop();
            }
            Event::Empty(start) => {
                // An article may be all attributes.
                if let Some(format) = self.item(start.name().as_ref()) {
                    let data = batch.data();
                    let begin = data.len();
                    Writer::new(&mut *data).write_event(Event::Empty(start))?;
                    let end = data.len();
                    self.number += 1;
                    batch.push(begin..end, format, Some(self.number));
                }
            }
            Event::Text(text) => self.report_outside(&text, batch),
            Event::CData(text) => self.report_outside(&text, batch),
            Event::Eof => {
                return match self.number {
                    _ if self.is_cut => Ok(Step::Done),
                    _ if !self.open.is_empty() => {
                        Err(Fault::malformed("cut short; fetch or write the file again"))
                    }
                    0 => Err(Fault::new(
                        ProblemKind::Empty,
                        "no element in it looks like an article; see the documentation for the names that are known",
                    )),
                    _ => Ok(Step::Done),
                };
            }
            _ => {}
        }
        Ok(Step::More)
    }
}

impl Items {
    /// Takes the start tags of the article around the field at hand: that of the element above, or
    /// two if that one only groups fields.
    fn take_starts(&mut self) -> Vec<BytesStart<'static>> {
        let is_group = self.open.len() > 1 && self.open.last().is_some_and(|name| is_group(name));
        let count = 1 + usize::from(is_group);
        let at = self.open.len().saturating_sub(count);
        let names = self.open.split_off(at);
        self.own = names.into_iter().next().filter(|_| !self.open.is_empty());
        self.starts.split_off(at)
    }

    /// Returns `true` in the description of a whole collection: `<corpus><metadata>`.
    fn is_of_collection(&self) -> bool {
        let [root, group] = self.open.as_slice() else {
            return false;
        };
        is_group(group) && COLLECTIONS.contains(&local(root).to_ascii_lowercase().as_str())
    }

    /// Fails at the root of a file without articles.
    fn check_root(&self, start: &BytesStart<'_>) -> Result<(), Fault> {
        let name = start.name();
        let name = name.as_ref();
        if !self.open.is_empty() {
            return Ok(());
        }
        let message = if name == "urlset" && !is_news_sitemap(start) {
            "a sitemap, which has addresses only; fetch its pages".to_owned()
        } else if let Some((_, what)) = NOT_ARTICLES.iter().find(|(root, _)| *root == local(name)) {
            format!("{what}; leave it out")
        } else {
            return Ok(());
        };
        Err(Fault::new(ProblemKind::Unsupported, message))
    }

    /// Reports the first long text outside of articles.
    fn report_outside(&mut self, text: &str, batch: &mut Filler<'_>) {
        if self.is_told || text.trim().len() < LONG || self.is_feed() {
            return;
        }
        let above = self.open.last().map_or("", String::as_str);
        let message = format!(
            "the text of `{above}` is in no article and was not read; see the documentation for the names that are known"
        );
        batch.problem(Fault::new(ProblemKind::LeftOut, message), None);
        self.is_told = true;
    }

    fn is_feed(&self) -> bool {
        matches!(
            self.open.first().map(|root| local(root)),
            Some(
                "rss"
                    | "feed"
                    | "RDF"
                    | "newsMessage"
                    | "NewsML"
                    | "mediawiki"
                    | "mysqldump"
                    | "resultset"
                    | "response"
                    | "add"
                    | "teiCorpus"
                    | "pma_xml_export"
            )
        )
    }

    fn is_feed_title(&self, name: &str) -> bool {
        let parent = self.open.last().map(|parent| local(parent));
        match local(name) {
            "title" => self.is_feed() && matches!(parent, Some("channel" | "feed")),
            "sitename" => parent == Some("siteinfo"),
            _ => false,
        }
    }
}

/// The tag that is written between `<` and `>`, if it is one.
fn tag_of(written: &str) -> Option<Event<'static>> {
    let begins =
        |tag: &str| tag.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
    let name_length = |tag: &str| {
        tag.find(|letter: char| letter.is_whitespace() || letter == '/')
            .unwrap_or(tag.len())
    };
    if let Some(name) = written.strip_prefix('/') {
        return begins(name).then(|| Event::End(BytesEnd::new(name.trim_end().to_owned())));
    }
    if !begins(written) {
        return None;
    }
    let start = |tag: &str| BytesStart::from_content(tag.to_owned(), name_length(tag));
    Some(match written.strip_suffix('/') {
        Some(tag) => Event::Empty(start(tag)),
        None => Event::Start(start(written)),
    })
}

/// Returns `true` if a tag begins as the name of an element does.
fn begins_name(tag: &BytesStart<'_>) -> bool {
    let first = tag.chars().next();
    first.is_some_and(|letter| letter.is_alphabetic() || matches!(letter, '_' | ':'))
}

/// Returns `true` if the root of a sitemap declares titles and dates of news.
fn is_news_sitemap(root: &BytesStart<'_>) -> bool {
    let mut attributes = root.attributes().flatten();
    attributes.any(|attribute| attribute.value.contains("sitemap-news"))
}

/// Roots of XML that has no articles.
const NOT_ARTICLES: &[(&str, &str)] = &[
    ("opml", "a list of feeds (OPML)"),
    ("sitemapindex", "a list of sitemaps"),
    ("stylesheet", "a stylesheet"),
    ("transform", "a stylesheet"),
    ("schema", "a schema"),
    ("svg", "a drawing"),
    (
        "Workbook",
        "an Excel workbook, whose tables are read when saved as CSV",
    ),
    (
        "wordDocument",
        "a document of Word 2003, read when saved as DOCX",
    ),
    ("plist", "a configuration file"),
    ("kml", "a map"),
    ("gpx", "a map"),
    ("project", "the configuration of a build"),
    ("ncx", "the contents of an e-book"),
    (
        "alto",
        "the text of a scan (ALTO), read when converted to plain text",
    ),
    (
        "PcGts",
        "the text of a scan (PAGE), read when converted to plain text",
    ),
    ("container", "the list of files of an e-book"),
];

/// Elements around many articles.
const COLLECTIONS: &[&str] = &[
    "articles",
    "collection",
    "corpus",
    "data",
    "database",
    "dataset",
    "documents",
    "docs",
    "dump",
    "export",
    "items",
    "newsitems",
    "records",
    "root",
    "rows",
    "stories",
];

/// Returns `true` for an element that groups fields of an article, or of a collection.
fn is_group(name: &str) -> bool {
    matches!(
        local(name),
        "head" | "header" | "info" | "meta" | "metadata"
    )
}

/// Returns `true` if an element of this name is a field that only articles have.
fn tells_article(name: &str) -> bool {
    let is_general = matches!(local(name), "header" | "main" | "name");
    let tells = |field| {
        matches!(
            field,
            Field::Title | Field::Summary | Field::Body | Field::Id | Field::Url | Field::Published
        )
    };
    !is_general && field(name).is_some_and(|(field, _)| tells(field))
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Fails when a record exceeds its size limit.
struct Fuse {
    stream: Counted<Stream>,
    bound: Arc<AtomicU64>,
}

impl Read for Fuse {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.stream.count.load(Ordering::Relaxed) > self.bound.load(Ordering::Relaxed) {
            let message = "an element larger than the bound for one record; the rest was not read";
            return Err(Fault::new(ProblemKind::TooLarge, message).into());
        }
        self.stream.read(buffer)
    }
}
